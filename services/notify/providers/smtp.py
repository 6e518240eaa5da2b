"""E-mail by SMTP submission (RFC 6409), over TLS.

Law of this file: no mail leaves in clear except to this machine itself; no address that could carry a command reaches the
library; the Message-ID is ours and the same for every attempt. What the server answers before the final dot is certain,
a silence after it is Unknown, and a whole attempt ends within its deadline. A connection carries a next mail only where the
last one went well, so that no mail suffers for another's server state. It must not decide when to try again.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from enum import StrEnum
from types import MappingProxyType

import aiosmtplib

from services.notify.domain.addresses import is_deliverable_address
from services.notify.domain.return_path import return_path
from services.notify.ports import (
    Accepted,
    CannotTell,
    Found,
    OutgoingText,
    Permanent,
    SendOutcome,
    Stop,
    Temporary,
    Unknown,
)
from services.notify.providers.trouble import Kind, Trouble, outcome_of
from shared.clock import system_clock
from shared.contracts.values import Route

NAME = "smtp"
MAILBOX_FULL = 552
MAILBOX_FULL_FOR = timedelta(hours=4)
"""A full mailbox is often emptied the same morning; after this it counts as closed."""

GOODBYE_SECONDS = 2.0
IDLE_SECONDS = 5.0
"""So long a connection waits for its next mail; servers hang up after some minutes (RFC 5321 §4.5.3.2.7)."""
MAILS_A_CONNECTION = 50
"""Servers close after some hundred; a fresh one finds its way to another host of the same name."""
CLOSING = 421

CODES = MappingProxyType(
    {
        421: Trouble(Kind.TEMPORARY, "server is closing"),
        450: Trouble(Kind.TEMPORARY, "mailbox busy or greylisted"),
        451: Trouble(Kind.TEMPORARY, "greylisted or in trouble"),
        452: Trouble(Kind.TEMPORARY, "server or mailbox is full"),
        454: Trouble(Kind.TEMPORARY, "authentication or TLS in trouble"),
        530: Trouble(Kind.TECHNICAL, "server wants authentication"),
        534: Trouble(Kind.TECHNICAL, "server wants another authentication"),
        535: Trouble(Kind.TECHNICAL, "credentials refused"),
        538: Trouble(Kind.TECHNICAL, "server wants encryption for authentication"),
        550: Trouble(Kind.PERMANENT, "no such mailbox, or refused by policy"),
        551: Trouble(Kind.PERMANENT, "mailbox is elsewhere"),
        MAILBOX_FULL: Trouble(Kind.TEMPORARY, "mailbox is full"),
        553: Trouble(Kind.PERMANENT, "address not allowed"),
        554: Trouble(Kind.PERMANENT, "refused"),
        556: Trouble(Kind.PERMANENT, "domain takes no mail"),
    }
)
"""RFC 5321 §4.2.3, RFC 4954 §6, RFC 7504. A code that isn't here goes by its first digit."""


class Tls(StrEnum):
    """How the connection is protected."""

    IMPLICIT = "implicit"
    """From the first byte (RFC 8314), port 465."""
    STARTTLS = "starttls"
    """Upgraded, and refused where the server doesn't offer it, port 587."""
    NONE_ON_THIS_MACHINE = "none_on_this_machine"
    """For a relay on the loopback only."""


_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Configuration. ``return_path_key``: any 32 secret bytes; with it bounces are told from forgeries."""

    host: str
    port: int
    tls: Tls
    sender: str
    sender_name: str
    return_path_key: bytes = field(repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls_context: ssl.SSLContext | None = field(default=None, repr=False)
    """The trusted authorities; the system's where None."""
    step_seconds: float = 20
    deadline_seconds: float = 60

    def __post_init__(self) -> None:
        if self.tls is Tls.NONE_ON_THIS_MACHINE and self.host not in _LOOPBACK:
            raise ValueError("SMTP without TLS is for a server on this machine only")
        if self.tls is Tls.NONE_ON_THIS_MACHINE and self.username:
            raise ValueError("SMTP credentials don't travel without TLS")
        if not is_deliverable_address(self.sender):
            raise ValueError("SMTP needs a sender address of the plain form name@domain")

    @property
    def domain(self) -> str:
        """The domain of the sender: of Message-IDs, return paths and the greeting."""
        return self.sender.rsplit("@", 1)[1]


class Smtp:
    """A ``MessageProvider`` over aiosmtplib."""

    name = NAME
    route = Route.EMAIL
    abroad = False

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._trust = _trust_of(server)
        self._idle: list[_Line] = []
        self._goodbyes: set[asyncio.Task[None]] = set()

    async def send(self, message: OutgoingText) -> SendOutcome:
        """Submit the mail. Every fault of the outside is an outcome."""
        if not is_deliverable_address(message.to):
            return Permanent(NAME, "address", "not an address that may be put on the wire")
        try:
            attempt = _Attempt(self._server, message)
        except ValueError:
            # A line break in the subject, half a surrogate in the text: the renderer is at fault, no server.
            return Permanent(NAME, "content", "not a mail that can be written")
        line = self._line()
        try:
            async with asyncio.timeout(self._server.deadline_seconds):
                outcome = await attempt.run(line)
                if attempt.found_it_closed and line.mails:
                    line.close()
                    line = _Line(self._server, self._trust)
                    outcome = await attempt.run(line)
        except TimeoutError:
            outcome = attempt.outcome_of_silence("no answer within the deadline")
        self._put_away(line, well=isinstance(outcome, Accepted))
        return outcome

    async def find(self, message: OutgoingText) -> Found:  # noqa: ARG002 - the port's signature
        """SMTP keeps no list that could be asked."""
        return CannotTell(NAME, "SMTP keeps no list", ever=False)

    async def close(self) -> None:
        """Say goodbye on the connections that wait."""
        while self._idle:
            self._say_goodbye(self._idle[-1])
        await asyncio.gather(*self._goodbyes)

    def _line(self) -> _Line:
        """The connection that was used last, since it is the freshest, or a new one."""
        while self._idle:
            line = self._take(self._idle[-1])
            if line.client.is_connected:
                return line
        return _Line(self._server, self._trust)

    def _put_away(self, line: _Line, *, well: bool) -> None:
        line.mails += 1
        if not well:
            line.close()
            return
        self._idle.append(line)
        line.waits = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._say_goodbye, line)
        if line.mails >= MAILS_A_CONNECTION:
            self._say_goodbye(line)

    def _take(self, line: _Line) -> _Line:
        self._idle.remove(line)
        if line.waits is not None:
            line.waits.cancel()
        return line

    def _say_goodbye(self, line: _Line) -> None:
        task = asyncio.create_task(self._take(line).hang_up())
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)


class _Line:
    """A connection, for one mail after another. ``mails``: how many it has carried; ``waits``: until it has waited enough."""

    def __init__(self, server: SmtpServer, trust: ssl.SSLContext | None) -> None:
        self.mails = 0
        self.waits: asyncio.TimerHandle | None = None
        self.client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls is Tls.IMPLICIT,
            start_tls=server.tls is Tls.STARTTLS,
            tls_context=trust,
            username=server.username,
            password=server.password,
            local_hostname=server.domain,
            timeout=server.step_seconds,
        )

    async def hang_up(self) -> None:
        """Say QUIT, then close; whatever the server answers changes nothing any more."""
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await self.client.quit(timeout=GOODBYE_SECONDS)
        self.client.close()

    def close(self) -> None:
        """Close without a word."""
        self.client.close()


class _Attempt:
    """One mail; remembers whether it has been handed over, for when the server falls silent.

    ``found_it_closed``: the connection was gone, or going, before anything of this mail had been taken.
    """

    def __init__(self, server: SmtpServer, message: OutgoingText) -> None:
        self.found_it_closed = False
        self._message_id = message_id(message, server.domain)
        self._sender = return_path(message.delivery_id, server.domain, server.return_path_key)
        self._recipient = message.to
        self._mail = mail_of(message, server).as_bytes(policy=WIRE)
        self._handed_over = False

    async def run(self, line: _Line) -> SendOutcome:
        """Connect, where this is the line's first mail, and hand the mail over."""
        self.found_it_closed = True
        try:
            if not line.client.is_connected:
                await line.client.connect()
            await line.client.mail(self._sender)
            self.found_it_closed = False
            await line.client.rcpt(self._recipient)
            self._handed_over = True
            await line.client.data(self._mail)
        except aiosmtplib.SMTPResponseException as answer:
            self.found_it_closed = self.found_it_closed and answer.code == CLOSING
            return self._outcome_of_answer(answer.code)
        except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
            return self._outcome_of_fault(fault)
        return Accepted(NAME, self._message_id, final=True)

    def outcome_of_silence(self, reason: str) -> SendOutcome:
        """Before the mail was handed over a silence is certain; after it nobody knows."""
        return Unknown(NAME, reason) if self._handed_over else Temporary(NAME, "silent", reason)

    def _outcome_of_answer(self, code: int) -> SendOutcome:
        """A refusal goes by its code; what is neither a refusal nor the success that belongs there is as good as silence."""
        return _outcome_of_code(code) if code >= 400 else self.outcome_of_silence("an answer out of order")  # noqa: PLR2004 - RFC 5321 §4.2.1

    def _outcome_of_fault(self, fault: Exception) -> SendOutcome:
        if _is_about_trust(fault):
            return Stop(NAME, "tls", "the server's certificate is not trusted")
        if isinstance(fault, aiosmtplib.SMTPException) and not isinstance(fault, OSError):
            # Not about the connection: the server lacks STARTTLS or the authentication we need.
            return Stop(NAME, "capability", "the server doesn't offer what we require (TLS or authentication)")
        return self.outcome_of_silence(f"the connection failed ({type(fault).__name__})")


def mail_of(message: OutgoingText, server: SmtpServer) -> EmailMessage:
    """The mail as it is submitted: plain text, marked as automatic so that no other machine answers it (RFC 3834)."""
    mail = EmailMessage(policy=WIRE)
    mail["From"] = Address(server.sender_name, addr_spec=server.sender)
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = message.subject or ""
    mail["Date"] = system_clock()
    mail["Message-ID"] = message_id(message, server.domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "bulk"
    mail["List-Id"] = f"<notices.{server.domain}>"
    mail.set_content(message.body, charset="utf-8", cte="base64")
    return mail


def message_id(message: OutgoingText, domain: str) -> str:
    """The same for every attempt at this delivery, so that a mail that came twice is shown once."""
    return f"<{message.delivery_id}@{domain}>"


def _outcome_of_code(code: int) -> SendOutcome:
    """By the table, else by the first digit: 4 may pass, everything else won't."""
    trouble = CODES.get(code) or Trouble(
        Kind.TEMPORARY if 400 <= code < 500 else Kind.PERMANENT,  # noqa: PLR2004 - RFC 5321 §4.2.1
        "a code that is not in the table",
    )
    if code == MAILBOX_FULL:
        return Temporary(NAME, str(code), trouble.reason, give_up_after=MAILBOX_FULL_FOR)
    return outcome_of(NAME, str(code), trouble)


def _is_about_trust(fault: BaseException | None) -> bool:
    """Whether a certificate was the matter, however deep the library has wrapped it."""
    if fault is None:
        return False
    return isinstance(fault, ssl.SSLCertVerificationError) or _is_about_trust(fault.__cause__)


def _trust_of(server: SmtpServer) -> ssl.SSLContext | None:
    """Read once: loading the system's authorities takes some 20 ms."""
    if server.tls is Tls.NONE_ON_THIS_MACHINE:
        return None
    return server.tls_context or ssl.create_default_context()
