"""The port to a mailbox: what the poller needs of IMAP, and nothing more.

Law of this file: a mailbox gives messages in the order of their UIDs and changes nothing in itself until it is told that
a message is safely stored. Calls block; run them in a thread. Every failure is one of the faults here, so that a caller
can choose the pause by it; none holds an address, a password or content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Protocol


class Have(StrEnum):
    """How much of a message was fetched."""

    WHOLE = "whole"
    LARGE = "large"
    """Over the limit of what is taken into memory: ``head`` only; ``Mailbox.chunks`` gives the rest piece by piece."""
    TOO_LARGE = "too_large"
    """Over the hard limit: ``head`` only; a person fetches it by other means."""
    UNFETCHABLE = "unfetchable"
    """Fetching it lost the connection again and again: ``head``, or not even that."""
    GONE = "gone"
    """It was moved or expunged between being seen and being fetched."""


class Care(StrEnum):
    """How carefully to fetch, after a fetch has lost the connection."""

    BULK = "bulk"
    SINGLY = "singly"
    HEADS = "heads"
    NAMES = "names"
    """Only that there is a message, and its UID."""


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """One message as it came. ``size`` is what the server says, in bytes."""

    uid: int
    size: int
    have: Have = Have.WHOLE
    raw: bytes | None = field(default=None, repr=False)
    head: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class FolderState:
    """What names the folder's UIDs: they mean nothing under another UIDVALIDITY (RFC 9051 §2.3.1.1)."""

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. Up to ``in_memory`` a message is fetched whole; above ``hard`` not at all."""

    in_memory: int = 30 * 2**20
    hard: int = 200 * 2**20
    head: int = 256 * 2**10
    chunk: int = 2**20
    bulk: int = 4 * 2**20
    """What one FETCH command brings at most, unless one message is larger."""


@dataclass(frozen=True, slots=True)
class Flag:
    r"""Done means: flagged \Seen and with a keyword of ours."""

    keyword: str = "ShouliStored"


@dataclass(frozen=True, slots=True)
class MoveTo:
    """Done means: moved into a folder, which is made if need be."""

    folder: str


Disposal = Flag | MoveTo


class MailboxFault(Exception):
    """A mailbox can't be used now. Nothing is lost: connect again after ``back_off``."""

    first_pause: ClassVar[timedelta] = timedelta(seconds=1)
    longest_pause: ClassVar[timedelta] = timedelta(seconds=60)


class MailboxLost(MailboxFault):
    """The connection broke, hung, or spoke no IMAP; the server or the network is at fault."""


class MailboxBusy(MailboxFault):
    """The server said NO for now: unavailable, over quota, throttled."""

    first_pause = timedelta(seconds=30)
    longest_pause = timedelta(minutes=5)


class LoginRefused(MailboxFault):
    """User or password is wrong: the operator must act; asking often would lock the account."""

    first_pause = longest_pause = timedelta(minutes=5)


class Untrusted(MailboxFault):
    """The server's certificate does not verify: the operator must act; nothing was sent to it."""

    first_pause = longest_pause = timedelta(minutes=5)


class FolderMissing(MailboxFault):
    """The folder isn't there, or this account may not open it: the operator must correct its name or rights."""

    first_pause = longest_pause = timedelta(minutes=5)


class Mailbox(Protocol):
    """One folder of one account, connected."""

    def select(self) -> FolderState:
        """Open the folder anew, so that new mail is seen."""
        ...

    def fetch_after(self, uid: int, *, batch: int, care: Care) -> Iterator[FetchedMessage]:
        """At most ``batch`` messages with UIDs above ``uid``, in rising order, whoever has read them already."""
        ...

    def chunks(self, uid: int) -> Iterator[bytes]:
        """The bytes of one message piece by piece; nothing at all where it is gone."""
        ...

    def not_done(self, up_to: int, how: Disposal) -> Sequence[int]:
        """UIDs up to ``up_to`` that ``mark_done`` hasn't reached, because a process died in between."""
        ...

    def mark_done(self, uids: Sequence[int], how: Disposal) -> None:
        """Flag or move messages that are safely stored. Doing it twice does no harm."""
        ...

    def idle(self, seconds: float) -> bool:
        """Wait for something to happen in the folder; True as soon as it does, False when ``seconds`` have passed."""
        ...

    def close(self) -> None:
        """Log out and disconnect; never raises."""
        ...


def back_off(fault: MailboxFault, *, failures: int, draw: float) -> timedelta:
    """The pause before the next connection, after ``failures`` in a row (1 or more); ``draw`` is random in [0, 1).

    Doubles from the fault's first pause to its longest, then lengthens by up to a fifth, so that many pollers don't
    come back at once. After refused logins that makes at most 12 an hour.
    """
    doubled = fault.first_pause * (1 << min(max(failures - 1, 0), 10))
    return min(doubled, fault.longest_pause) * (1 + draw / 5)
