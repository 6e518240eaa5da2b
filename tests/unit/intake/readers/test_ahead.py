"""Messages are taken in many at a time, and the poll sees what it would have seen without."""

from collections.abc import Sequence

from services.intake.readers import ahead
from services.intake.readers.ahead import Ahead
from services.intake.readers.fake_mailbox import FakeMailbox
from services.intake.readers.mail_poll import Cursor, poll_once
from services.intake.readers.mailbox import FetchedMessage, MailboxLost
from tests.parts import mails


class TakingIn:
    """Takes in all but some, and remembers in what parts it was asked to."""

    def __init__(self, refused: frozenset[int] = frozenset()) -> None:
        self.refused = refused
        self.parts: list[list[int]] = []

    def __call__(self, messages: Sequence[FetchedMessage]) -> frozenset[int]:
        """The UIDs of those that are stored."""
        self.parts.append([message.uid for message in messages])
        return frozenset(message.uid for message in messages) - self.refused


def full(count: int, size: int = 10) -> FakeMailbox:
    """A mailbox with so many mails."""
    box = FakeMailbox()
    for number in range(count):
        box.arrive(mails.text_mail(f"{number}" + "x" * size))
    return box


def poll(box: FakeMailbox, taking: TakingIn, *, singly: bool = True, most_bytes: int = ahead.MOST_BYTES):
    """One pass; gives it with the UIDs that were tried singly."""
    tried: list[int] = []
    mailbox = Ahead(box, taking, most_bytes)

    def accept(message: FetchedMessage) -> bool:
        if mailbox.taken(message):
            return True
        tried.append(message.uid)
        return singly

    return poll_once(mailbox, Cursor(), accept=accept, set_aside=lambda *_: True), tried


def test_a_batch_is_taken_in_at_once() -> None:
    """One call for all of them, none of them singly."""
    taking = TakingIn()
    result, tried = poll(full(5), taking)
    assert (result.accepted, result.cursor.last_uid, tried, taking.parts) == (5, 5, [], [[1, 2, 3, 4, 5]])


def test_what_was_not_stored_is_tried_singly() -> None:
    """One that failed with the others gets its own try, in its own place."""
    result, tried = poll(full(5), TakingIn(frozenset({3})))
    assert (result.accepted, tried) == (5, [3])


def test_the_cursor_stops_before_what_can_not_be_stored() -> None:
    """Storage is away for the third: the pass stops there, though later ones were stored; they are known next time."""
    result, _ = poll(full(5), TakingIn(frozenset({3})), singly=False)
    assert result.stopped
    assert result.cursor.last_uid == 2


def test_large_mails_are_taken_in_in_parts() -> None:
    """No more is held in memory than the limit."""
    taking = TakingIn()
    poll(full(5, size=1000), taking, most_bytes=2000)
    assert taking.parts == [[1, 2], [3, 4], [5]]


def test_a_lost_connection_loses_nothing_that_came_before_it() -> None:
    """What was fetched is taken in, then the poll hears of the fault."""
    box = full(5)
    box.break_at[4] = MailboxLost()
    result, _ = poll(box, TakingIn())
    assert isinstance(result.fault, MailboxLost)
    assert result.cursor.last_uid == 3
