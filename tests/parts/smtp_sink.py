"""A real SMTP server (aiosmtpd) that takes mail and keeps it, or fails in the ways mail servers do.

It keeps what it took even where it then falls silent, so that a test can count what reached a mailbox.
"""

import asyncio
import email
import logging
import socket
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.parts.certificates import Certificates


class Mode(StrEnum):
    """What the server does with a mail."""

    ACCEPT = "accept"
    GREYLIST = "greylist"
    """451 at the first attempt for a recipient, then accept."""
    PERMANENT = "permanent"
    MAILBOX_FULL = "mailbox full"
    CLOSING = "closing"
    SPAM = "spam"
    """554 after the final dot: an answer, so it is certain."""
    DROP_AFTER_DOT = "takes the mail and drops the connection"
    SILENT_AFTER_DOT = "takes the mail and never answers"
    DROP_AT_RCPT = "drops the connection before the mail is handed over"


class Protection(StrEnum):
    """What the server offers."""

    PLAIN = "plain"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail and its envelope."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        """The mail, parsed."""
        parsed: Any = email.message_from_bytes(self.raw, policy=default)
        message: EmailMessage = parsed
        return message


@dataclass
class SmtpSink:
    """The server. ``mode`` can change at any time."""

    mode: Mode = Mode.ACCEPT
    protection: Protection = Protection.PLAIN
    certificates: Certificates | None = None
    taken: list[TakenMail] = field(default_factory=list)
    attempts: dict[str, int] = field(default_factory=dict)
    connections: list[SMTP] = field(default_factory=list)

    def start(self) -> "SmtpSink":
        """Listen on a private port. The server's own log would hold the mails, so it is silent."""
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        context = self.certificates.server_context() if self.certificates else None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._controller = _Counting(
            self,
            _Handler(self),
            hostname="127.0.0.1",
            port=port,
            tls_context=context if self.protection is Protection.STARTTLS else None,
            require_starttls=self.protection is Protection.STARTTLS,
            ssl_context=context if self.protection is Protection.IMPLICIT else None,
        )
        self._controller.start()
        return self

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        port: int = self._controller.port
        return port

    def hang_up(self) -> None:
        """Close every connection, as a server does with those that idle."""
        for connection in self.connections:
            self._controller.loop.call_soon_threadsafe(_abort, connection)

    def stop(self) -> None:
        """End."""
        self._controller.stop()


class _Counting(Controller):
    """Remembers who connected."""

    def __init__(self, sink: SmtpSink, handler: object, **more: Any) -> None:
        super().__init__(handler, **more)
        self._sink = sink

    def factory(self) -> SMTP:
        connection: SMTP = super().factory()  # type: ignore[no-untyped-call]  # the library has no types
        self._sink.connections.append(connection)
        return connection


class _Handler:
    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        sink = self._sink
        sink.attempts[address] = sink.attempts.get(address, 0) + 1
        if sink.mode is Mode.DROP_AT_RCPT:
            _abort(server)
        refusal = {
            Mode.PERMANENT: "550 5.1.1 no such mailbox",
            Mode.MAILBOX_FULL: "552 5.2.2 mailbox full",
            Mode.CLOSING: "421 4.3.2 closing",
        }.get(sink.mode)
        if sink.mode is Mode.GREYLIST and sink.attempts[address] == 1:
            refusal = "451 4.7.1 greylisted"
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        if self._sink.mode is Mode.SPAM:
            return "554 5.7.1 looks like spam"
        content = envelope.content
        assert isinstance(content, bytes)
        self._sink.taken.append(TakenMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        if self._sink.mode is Mode.DROP_AFTER_DOT:
            _abort(server)
        if self._sink.mode is Mode.SILENT_AFTER_DOT:
            await asyncio.sleep(30)
        return "250 OK"


def _abort(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


class SlowDripServer:
    """Greets a byte a second, for ever."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        port: int = self._socket.getsockname()[1]
        return port

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._socket.close()
        self._thread.join(3)

    def _serve(self) -> None:
        self._socket.settimeout(0.1)
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                continue
            with connection:
                self._drip(connection)

    def _drip(self, connection: socket.socket) -> None:
        for byte in b"220 " + b"x" * 300:
            if self._stopping.wait(0.2):
                return
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return
