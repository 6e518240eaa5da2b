"""A mailbox over IMAP (RFC 9051, RFC 3501), on imapclient.

Law of this file: TLS with a verified certificate, or plain text to this very machine; every wait has an end; a message is
fetched by BODY.PEEK, so that fetching marks nothing; whatever the server does wrong comes out as a ``MailboxFault``. It
must not know what a message is about. Blocking: one connection, used by one thread at a time.
"""

from __future__ import annotations

import imaplib
import logging
import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from services.intake.readers.mailbox import (
    Care,
    Disposal,
    FetchedMessage,
    Flag,
    FolderMissing,
    FolderState,
    Have,
    Limits,
    LoginRefused,
    MailboxBusy,
    MailboxFault,
    MailboxLost,
    Untrusted,
)

_CONNECT_SECONDS, _READ_SECONDS = 15, 60
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 30, "TCP_KEEPCNT": 4}
"""Seconds, seconds, probes: a line that died in silence is noticed in three minutes, within IDLE too."""

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FOR_NOW = re.compile(r"\[(?:UNAVAILABLE|SERVERBUG|INUSE|LIMIT|OVERQUOTA|THROTTLED|ALERT)", re.IGNORECASE)

_FETCHED = frozenset({b"SEQ", b"UID", b"BODY[]", b"FLAGS", b"MODSEQ"})
"""What a FETCH of a message may answer; anything else is the rest of a literal that was longer than announced."""

logging.getLogger("imapclient").setLevel(logging.WARNING)
"""At DEBUG imapclient logs what it sends and gets: addresses, and the text of mails."""


_WHILE_LEAVING = (imaplib.IMAP4.error, OSError, ValueError, AttributeError)
"""What a connection that is gone already raises when it is asked to say goodbye (imaplib keeps no socket then)."""


class Security(StrEnum):
    """How the line is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"
    """To this very machine only: a proxy beside us, or a test."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a mailbox is and how to get in. Raises ValueError for a value that would break the protocol or expose it."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int | None = None
    folder: str = "INBOX"
    security: Security = Security.TLS
    ca_file: str | None = None
    """Certificates to trust instead of the system's."""
    connect_seconds: float = _CONNECT_SECONDS
    read_seconds: float = _READ_SECONDS

    def __post_init__(self) -> None:
        """Refuse control characters: imaplib of Python below 3.11.15 would send them on as commands (CVE-2025-15366)."""
        if any(_CONTROL.search(value) for value in (self.host, self.user, self.password, self.folder)):
            raise ValueError("a mailbox account holds a control character")
        if self.security is Security.PLAIN and self.host not in _THIS_MACHINE:
            raise ValueError("plain-text IMAP is for this machine only; use tls or starttls")


class ImapMailbox:
    """``Mailbox`` over one IMAP connection. After any ``MailboxFault``: close it and connect a new one."""

    def __init__(self, client: IMAPClient, account: Account, limits: Limits) -> None:
        self._client = client
        self._account = account
        self._limits = limits
        self._keywords_kept = False

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """Connect and log in. Raises LoginRefused, Untrusted, MailboxBusy or MailboxLost; no secret is in their text."""
        with _as_faults():
            client = _connected(account)
        mailbox = cls(client, account, limits or Limits())
        try:
            with _as_faults():
                _keep_alive(client.socket())
                client.login(account.user, account.password)
        except MailboxFault:
            mailbox.close()
            raise
        return mailbox

    def select(self) -> FolderState:
        """Open the folder anew. The connection's keyword rights are learnt on the way."""
        with _as_faults():
            if not self._client.folder_exists(self._account.folder):
                raise FolderMissing("the folder to read does not exist, or is hidden from this account")
            state = self._client.select_folder(self._account.folder)
            self._keywords_kept = rb"\*" in state.get(b"PERMANENTFLAGS", ())
            return FolderState(int(state[b"UIDVALIDITY"]), int(state.get(b"UIDNEXT", 2**32)))

    def fetch_after(self, uid: int, *, batch: int, care: Care) -> Iterator[FetchedMessage]:
        """See ``Mailbox``. Sizes first, then the messages, as many in one command as ``Limits.bulk`` holds."""
        uids = self._uids(["UID", f"{uid + 1}:*"], above=uid)[:batch]
        if care is Care.NAMES:
            yield from (FetchedMessage(each, size=0, have=Have.UNFETCHABLE) for each in uids)
            return
        sizes = self._sizes(uids)
        for group in self._groups(uids, sizes, singly=care is not Care.BULK):
            if care is Care.HEADS:
                yield self._head(group[0], sizes.get(group[0]), Have.UNFETCHABLE)
            elif len(group) == 1 and sizes.get(group[0], 0) > self._limits.in_memory:
                yield self._too_big(group[0], sizes[group[0]])
            else:
                yield from self._whole(group, sizes)

    def chunks(self, uid: int) -> Iterator[bytes]:
        """See ``Mailbox``. Raises MailboxLost where the message passes the hard limit, against what the server said."""
        step = self._limits.chunk
        for offset in range(0, self._limits.hard + step, step):
            with _as_faults():
                answer = self._client.fetch([uid], [f"BODY.PEEK[]<{offset}.{step}>"]).get(uid, {})
            piece = _bytes_in(answer, b"BODY[]")
            if piece:
                yield piece
            if len(piece) < step:
                return
        raise MailboxLost("the server sent more of a message than it had announced")

    def not_done(self, up_to: int, how: Disposal) -> Sequence[int]:
        """See ``Mailbox``. With a folder to move to, everything that is still here."""
        if up_to < 1:
            return ()
        criteria: list[str] = ["UID", f"1:{up_to}"]
        if isinstance(how, Flag):
            criteria += ["UNKEYWORD", how.keyword] if self._keywords_kept else ["UNSEEN"]
        return [uid for uid in self._uids(criteria, above=0) if uid <= up_to]

    def mark_done(self, uids: Sequence[int], how: Disposal) -> None:
        """See ``Mailbox``. Where the server can't MOVE: copy, flag as deleted, and expunge just these."""
        if not uids:
            return
        with _as_faults():
            if isinstance(how, Flag):
                flags = [rb"\Seen", how.keyword] if self._keywords_kept else [rb"\Seen"]
                self._client.add_flags(list(uids), flags, silent=True)
            else:
                self._move(list(uids), how.folder)

    def idle(self, seconds: float) -> bool:
        """See ``Mailbox``. Renew before 29 minutes (RFC 2177); a dead line is noticed at the latest on renewal.

        ``idle_check`` swallows the end of a connection and gives an empty list at once, for ever (imapclient #565):
        an empty list before the time is up is therefore a dead connection.
        """
        with _as_faults():
            if not self._client.has_capability("IDLE"):
                time.sleep(seconds)
                self._client.noop()
                return True
            self._client.idle()
            began = time.monotonic()
            heard = self._client.idle_check(timeout=seconds)
            if not heard and time.monotonic() - began < seconds * 0.9:
                raise MailboxLost("the connection ended while waiting")
            _, last_words = self._client.idle_done()
        return _is_news([*heard, *last_words])

    def close(self) -> None:
        """Log out, or else drop the connection."""
        with suppress(*_WHILE_LEAVING):
            self._client.socket().settimeout(2)
            self._client.logout()
        with suppress(*_WHILE_LEAVING):
            self._client.shutdown()

    def _uids(self, criteria: list[str], *, above: int) -> list[int]:
        with _as_faults():
            found = self._client.search(criteria)
        return sorted(uid for uid in found if uid > above)  # "n:*" also finds the last message, whatever its number

    def _sizes(self, uids: list[int]) -> dict[int, int]:
        with _as_faults():
            answer = self._client.fetch(uids, ["RFC822.SIZE"])
        return {uid: int(fields[b"RFC822.SIZE"]) for uid, fields in answer.items() if b"RFC822.SIZE" in fields}

    def _groups(self, uids: list[int], sizes: dict[int, int], *, singly: bool) -> Iterator[list[int]]:
        """Runs of UIDs to fetch by one command: together within ``Limits.bulk``, or one at a time."""
        group: list[int] = []
        total = 0
        for uid in uids:
            size = sizes.get(uid, 0)
            if group and (singly or total + size > self._limits.bulk):
                yield group
                group, total = [], 0
            group.append(uid)
            total += size
        if group:
            yield group

    def _whole(self, uids: list[int], sizes: dict[int, int]) -> Iterator[FetchedMessage]:
        with _as_faults():
            answer = self._client.fetch(uids, ["BODY.PEEK[]"])
        for uid in uids:
            fields = answer.get(uid, {})
            if not fields.keys() <= _FETCHED:
                raise MailboxLost("the server's answer makes no sense (a literal that lies about its length)")
            raw = fields.get(b"BODY[]")
            if isinstance(raw, bytes):
                yield FetchedMessage(uid, sizes.get(uid, len(raw)), Have.WHOLE, raw)
            else:
                yield FetchedMessage(uid, 0, Have.GONE)

    def _too_big(self, uid: int, size: int) -> FetchedMessage:
        return self._head(uid, size, Have.LARGE if size <= self._limits.hard else Have.TOO_LARGE)

    def _head(self, uid: int, size: int | None, have: Have) -> FetchedMessage:
        if size is None:
            return FetchedMessage(uid, 0, Have.GONE)
        with _as_faults():
            answer = self._client.fetch([uid], [f"BODY.PEEK[HEADER]<0.{self._limits.head}>"]).get(uid, {})
        return FetchedMessage(uid, size, have, head=_bytes_in(answer, b"BODY[HEADER]"))

    def _move(self, uids: list[int], folder: str) -> None:
        if not self._client.folder_exists(folder):
            self._client.create_folder(folder)
        if self._client.has_capability("MOVE"):
            self._client.move(uids, folder)
            return
        self._client.copy(uids, folder)
        self._client.add_flags(uids, [rb"\Deleted"], silent=True)
        if self._client.has_capability("UIDPLUS"):  # a bare EXPUNGE would remove what other people have deleted
            self._client.uid_expunge(uids)


def _connected(account: Account) -> IMAPClient:
    context = ssl.create_default_context(cafile=account.ca_file)
    client = IMAPClient(
        account.host,
        port=account.port,
        ssl=account.security is Security.TLS,
        ssl_context=context,
        timeout=SocketTimeout(account.connect_seconds, account.read_seconds),
    )
    if account.security is Security.STARTTLS:
        client.starttls(context)
    return client


def _keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _bytes_in(fields: dict[bytes, Any], name: bytes) -> bytes:
    """The bytes under ``name``; the server adds the offset to it where a part was asked for."""
    return next((value for key, value in fields.items() if key.startswith(name) and isinstance(value, bytes)), b"")


def _is_news(responses: list[Any]) -> bool:
    """Whether IDLE told of a message. A BYE is the server's farewell."""
    if any(isinstance(each, tuple) and each and each[0] == b"BYE" for each in responses):
        raise MailboxLost("the server said goodbye")
    return any(isinstance(each, tuple) and len(each) > 1 and each[1] in {b"EXISTS", b"RECENT"} for each in responses)


@contextmanager
def _as_faults() -> Iterator[None]:
    """Whatever imapclient, imaplib, TLS or the socket raise, as one of our faults.

    Unchained, because imaplib puts what the server wrote into its exceptions: addresses, and text of mails.
    """
    try:
        yield
    except MailboxFault:
        raise
    except ssl.SSLCertVerificationError:
        raise Untrusted("the server's certificate does not verify") from None
    except LoginError as fault:
        raise _refused(fault) from None
    except imaplib.IMAP4.abort:
        raise MailboxLost("the connection broke") from None
    except imaplib.IMAP4.error as fault:
        raise _answered_no(fault) from None
    except (OSError, EOFError) as fault:
        raise MailboxLost(f"no connection ({type(fault).__name__})") from None
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, MemoryError) as fault:
        raise MailboxLost(f"the server's answer makes no sense ({type(fault).__name__})") from None


def _refused(fault: Exception) -> MailboxFault:
    """A fault of the log-in. To imapclient a line that breaks meanwhile is a refused log-in, too."""
    if isinstance(fault.__context__, imaplib.IMAP4.abort):
        return MailboxLost("the connection broke during the log-in")
    if _FOR_NOW.search(str(fault)):
        return MailboxBusy("the server takes no log-in for now")
    return LoginRefused("user or password refused")


def _answered_no(fault: Exception) -> MailboxFault:
    """A NO or BAD. imapclient's ProtocolError is one of them and means that the line is out of step."""
    if type(fault).__name__ == "ProtocolError":
        return MailboxLost("the server's answer makes no sense")
    return MailboxBusy(f"the server refused a command ({type(fault).__name__})")
