"""A mailbox whose messages are taken in many at a time, while the poll still goes through them one by one.

Law of this file: order and cursor stay the poll's: a message counts only when the poll comes to it; what could not be
taken in with the others is left for it to try singly. At most ``MOST_BYTES`` are held at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from services.intake.readers.mailbox import Care, Disposal, FetchedMessage, FolderState, Mailbox, MailboxFault

MOST_BYTES = 8 * 2**20

TakeIn = Callable[[Sequence[FetchedMessage]], frozenset[int]]
"""Take these in; give the UIDs of those that are safely stored. Never raises for one message's sake."""


class Ahead:
    """``Mailbox`` over another one."""

    def __init__(self, mailbox: Mailbox, take_in: TakeIn) -> None:
        self._mailbox = mailbox
        self._take_in = take_in
        self._taken: frozenset[int] = frozenset()

    def taken(self, message: FetchedMessage) -> bool:
        """Whether this message is stored already."""
        return message.uid in self._taken

    def select(self) -> FolderState:
        """As the mailbox."""
        return self._mailbox.select()

    def fetch_after(self, uid: int, *, batch: int, care: Care) -> Iterator[FetchedMessage]:
        """The same messages, each part of them taken in before the first of it is given."""
        held: list[FetchedMessage] = []
        fault: MailboxFault | None = None
        try:
            for message in self._mailbox.fetch_after(uid, batch=batch, care=care):
                held.append(message)
                if sum(len(each.raw or b"") for each in held) >= MOST_BYTES:
                    yield from self._given(held)
                    held = []
        except MailboxFault as broke:
            fault = broke
        yield from self._given(held)
        if fault is not None:
            raise fault

    def _given(self, held: Sequence[FetchedMessage]) -> Sequence[FetchedMessage]:
        self._taken = self._take_in(held) if held else frozenset()
        return held

    def chunks(self, uid: int) -> Iterator[bytes]:
        """As the mailbox."""
        return self._mailbox.chunks(uid)

    def not_done(self, up_to: int, how: Disposal) -> Sequence[int]:
        """As the mailbox."""
        return self._mailbox.not_done(up_to, how)

    def mark_done(self, uids: Sequence[int], how: Disposal) -> None:
        """As the mailbox."""
        self._mailbox.mark_done(uids, how)

    def idle(self, seconds: float) -> bool:
        """As the mailbox."""
        return self._mailbox.idle(seconds)

    def close(self) -> None:
        """As the mailbox."""
        self._mailbox.close()
