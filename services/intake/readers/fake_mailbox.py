"""A mailbox in memory: the port's hand-written fake, held to the same contract tests as IMAP.

Law of this file: it behaves as a folder on a server does, with persons and other programs beside us (``arrive``,
``read_by_person``, ``expunge``, ``recreate``), and can be told to fail. It must not be cleverer than a server.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.intake.readers.mailbox import (
    Care,
    Disposal,
    FetchedMessage,
    Flag,
    FolderState,
    Have,
    Limits,
    MailboxFault,
)


@dataclass(slots=True)
class _Kept:
    raw: bytes
    flags: set[str] = field(default_factory=set)


class FakeMailbox:
    """``Mailbox`` over a dictionary. ``break_at`` maps UIDs to the fault that fetching them raises."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.break_at: dict[int, MailboxFault] = {}
        self.folders: dict[str, list[bytes]] = {}
        self._limits = limits or Limits()
        self._messages: dict[int, _Kept] = {}
        self._uidvalidity, self._next = 1, 1
        self._news = threading.Event()

    def arrive(self, raw: bytes) -> int:
        """A mail comes in; its UID."""
        uid = self._next
        self._messages[uid] = _Kept(raw)
        self._next += 1
        self._news.set()
        return uid

    def read_by_person(self, uid: int) -> None:
        """Somebody looks at it in a mail program."""
        self._messages[uid].flags.add("\\Seen")

    def expunge(self, uid: int) -> None:
        """Somebody deletes or moves it."""
        self._messages.pop(uid)

    def recreate(self) -> None:
        """The folder is deleted and made again: another UIDVALIDITY, UIDs from 1."""
        self._messages.clear()
        self._uidvalidity += 1
        self._next = 1

    def flags(self, uid: int) -> frozenset[str]:
        """The flags of one message."""
        return frozenset(self._messages[uid].flags)

    def select(self) -> FolderState:
        """See ``Mailbox``."""
        self._news.clear()
        return FolderState(self._uidvalidity, self._next)

    def fetch_after(self, uid: int, *, batch: int, care: Care) -> Iterator[FetchedMessage]:
        """See ``Mailbox``."""
        for each in sorted(known for known in self._messages if known > uid)[:batch]:
            yield self._fetched(each, care)

    def chunks(self, uid: int) -> Iterator[bytes]:
        """See ``Mailbox``."""
        kept = self._messages.get(uid)
        if kept is None:
            return
        self._may_break(uid)
        for offset in range(0, len(kept.raw), self._limits.chunk):
            yield kept.raw[offset : offset + self._limits.chunk]

    def not_done(self, up_to: int, how: Disposal) -> Sequence[int]:
        """See ``Mailbox``."""
        return [
            uid
            for uid, kept in sorted(self._messages.items())
            if uid <= up_to and not (isinstance(how, Flag) and how.keyword in kept.flags)
        ]

    def mark_done(self, uids: Sequence[int], how: Disposal) -> None:
        """See ``Mailbox``."""
        for uid in [each for each in uids if each in self._messages]:
            if isinstance(how, Flag):
                self._messages[uid].flags |= {"\\Seen", how.keyword}
            else:
                self.folders.setdefault(how.folder, []).append(self._messages.pop(uid).raw)

    def idle(self, seconds: float) -> bool:
        """See ``Mailbox``."""
        return self._news.wait(seconds)

    def close(self) -> None:
        """See ``Mailbox``."""

    def _fetched(self, uid: int, care: Care) -> FetchedMessage:
        if care is Care.NAMES:
            return FetchedMessage(uid, 0, Have.UNFETCHABLE)
        kept = self._messages.get(uid)
        if kept is None:
            return FetchedMessage(uid, 0, Have.GONE)
        size = len(kept.raw)
        head = (kept.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")[: self._limits.head]
        if care is Care.HEADS:
            return FetchedMessage(uid, size, Have.UNFETCHABLE, head=head)
        if size > self._limits.in_memory:
            return FetchedMessage(uid, size, Have.LARGE if size <= self._limits.hard else Have.TOO_LARGE, head=head)
        self._may_break(uid)
        return FetchedMessage(uid, size, Have.WHOLE, kept.raw)

    def _may_break(self, uid: int) -> None:
        if uid in self.break_at:
            raise self.break_at[uid]
