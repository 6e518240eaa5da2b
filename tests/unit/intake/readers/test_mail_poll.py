"""One pass over a mailbox: the cursor moves when a message is stored, and nothing holds up the next one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.readers.fake_mailbox import FakeMailbox
from services.intake.readers.mail_poll import Cursor, Pass, poll_once
from services.intake.readers.mailbox import (
    FetchedMessage,
    Flag,
    FolderState,
    Have,
    Limits,
    LoginRefused,
    MailboxBusy,
    MailboxFault,
    MailboxLost,
    MoveTo,
    Untrusted,
    back_off,
)


class Store:
    """Where messages go in these tests; told which to fail on, and when to be away."""

    def __init__(self) -> None:
        self.kept: list[FetchedMessage] = []
        self.aside: list[tuple[int, str]] = []
        self.poison: set[bytes] = set()
        self.away = False

    def accept(self, message: FetchedMessage) -> bool:
        """Keep a message, unless the store is away or the message is poison."""
        if self.away:
            return False
        if message.raw in self.poison:
            raise RuntimeError("parser crashed")
        self.kept.append(message)
        return True

    def set_aside(self, message: FetchedMessage, failure: Exception) -> bool:
        """Note a message that failed, and why."""
        self.aside.append((message.uid, str(failure)))
        return True

    def raws(self) -> list[bytes | None]:
        """The bytes of what was kept, in order."""
        return [message.raw for message in self.kept]


def _poll(mailbox: FakeMailbox, store: Store, cursor: Cursor, **more: object) -> Pass:
    return poll_once(mailbox, cursor, accept=store.accept, set_aside=store.set_aside, **more)  # type: ignore[arg-type]


def _filled(count: int) -> FakeMailbox:
    mailbox = FakeMailbox()
    for number in range(1, count + 1):
        mailbox.arrive(b"%d" % number)
    return mailbox


def test_a_pass_takes_the_oldest_first_and_says_when_there_is_more() -> None:
    """Batches, in order, the cursor after each."""
    mailbox, store = _filled(5), Store()
    first = _poll(mailbox, store, Cursor(), batch=3)
    second = _poll(mailbox, store, first.cursor, batch=3)
    assert store.raws() == [b"1", b"2", b"3", b"4", b"5"]
    assert (first.more, second.more) == (True, False)
    assert second.cursor == Cursor(1, 5)


def test_what_could_not_be_stored_comes_again() -> None:
    """A database that is away stops the pass; the cursor stands before the message."""
    mailbox, store = _filled(2), Store()
    store.away = True
    stopped = _poll(mailbox, store, Cursor())
    assert (stopped.stopped, stopped.cursor.last_uid) == (True, 0)
    store.away = False
    assert _poll(mailbox, store, stopped.cursor).accepted == 2


def test_a_message_that_crashes_is_set_aside_and_the_next_is_taken_in_the_same_pass() -> None:
    """One try, then quarantine; blocked for one message at most."""
    mailbox, store = _filled(3), Store()
    store.poison = {b"1"}
    done = _poll(mailbox, store, Cursor())
    assert store.aside == [(1, "parser crashed")]
    assert (done.accepted, done.set_aside, done.cursor.last_uid) == (2, 1, 3)


def test_a_message_that_can_not_even_be_set_aside_stops_the_pass() -> None:
    """Nothing is passed over that is nowhere stored."""
    mailbox, store = _filled(2), Store()
    store.poison = {b"1"}
    done = poll_once(mailbox, Cursor(), accept=store.accept, set_aside=lambda *_: False)
    assert (done.stopped, done.cursor.last_uid) == (True, 0)


def test_a_new_uidvalidity_reads_the_folder_from_its_start() -> None:
    """UIDs mean nothing under another UIDVALIDITY, and new mail under old numbers is taken."""
    mailbox, store = _filled(3), Store()
    cursor = _poll(mailbox, store, Cursor()).cursor
    mailbox.recreate()
    mailbox.arrive(b"new")
    done = _poll(mailbox, store, cursor)
    assert done.rescanned
    assert store.raws()[-1] == b"new"
    assert done.cursor == Cursor(2, 1)


def test_uids_that_went_back_are_read_from_the_start_too() -> None:
    """A server that makes a folder anew without another UIDVALIDITY betrays itself by its next UID."""

    class Forgetful(FakeMailbox):
        def select(self) -> FolderState:
            return FolderState(1, super().select().uidnext)

    mailbox, store = Forgetful(), Store()
    mailbox.arrive(b"new")
    done = _poll(mailbox, store, Cursor(1, 9))
    assert (done.rescanned, store.raws()) == (True, [b"new"])


def test_a_message_gone_between_seeing_and_fetching_is_counted_and_passed() -> None:
    """It is skipped, and the count says so for the reconciliation."""

    class Racing(FakeMailbox):
        def fetch_after(self, uid: int, **how: object) -> Iterator[FetchedMessage]:
            yield FetchedMessage(1, 0, Have.GONE)
            yield FetchedMessage(2, 1, Have.WHOLE, b"2")

    store = Store()
    done = _poll(Racing(), store, Cursor())
    assert (done.gone, done.accepted, done.cursor.last_uid) == (1, 1, 2)


def test_a_fetch_that_kills_the_connection_is_tried_more_carefully_and_then_named() -> None:
    """Three losses at one message, then its head only, and the mailbox goes on."""
    mailbox, store = _filled(4), Store()
    mailbox.break_at = {2: MailboxLost("cut")}
    cursor = Cursor()
    faults = 0
    for _ in range(6):
        done = _poll(mailbox, store, cursor)
        cursor = done.cursor
        faults += done.fault is not None
    assert faults == 3
    assert [(message.uid, message.have) for message in store.kept] == [
        (1, Have.WHOLE),
        (2, Have.UNFETCHABLE),
        (3, Have.WHOLE),
        (4, Have.WHOLE),
    ]
    assert cursor == Cursor(1, 4)


def test_even_a_message_whose_head_can_not_be_fetched_is_named() -> None:
    """In the end its UID alone is handed over, so that a person can look."""

    class Cursed(FakeMailbox):
        def _fetched(self, uid: int, care: object) -> FetchedMessage:
            if str(care) == "names":
                return FetchedMessage(uid, 0, Have.UNFETCHABLE)
            raise MailboxLost("cut")

    mailbox, store = Cursed(), Store()
    mailbox.arrive(b"1")
    cursor = Cursor()
    for _ in range(5):
        cursor = _poll(mailbox, store, cursor).cursor
    assert [(message.uid, message.raw) for message in store.kept] == [(1, None)]


def test_a_connection_lost_while_a_message_is_stored_is_the_connections_matter() -> None:
    """A large message is read piece by piece inside ``accept``: if the line breaks there, it isn't set aside."""
    mailbox, store = FakeMailbox(Limits(in_memory=2)), Store()
    uid = mailbox.arrive(b"large")
    mailbox.break_at = {uid: MailboxLost("cut")}

    def accept(message: FetchedMessage) -> bool:
        return bool(list(mailbox.chunks(message.uid)))

    done = poll_once(mailbox, Cursor(), accept=accept, set_aside=store.set_aside)
    assert isinstance(done.fault, MailboxLost)
    assert (store.aside, done.cursor) == ([], Cursor(1, 0, tries=1))


def test_a_busy_server_costs_no_try() -> None:
    """A NO for now is not the message's fault."""
    mailbox, store = _filled(1), Store()
    mailbox.break_at = {1: MailboxBusy("later")}
    done = _poll(mailbox, store, Cursor())
    assert (done.cursor.tries, type(done.fault)) == (0, MailboxBusy)


def test_the_mailbox_is_not_touched_before_a_message_is_stored() -> None:
    """Stored messages are marked, the others stay as they were (paperless-ngx #2396)."""
    mailbox, store = _filled(2), Store()
    store.away = True
    _poll(mailbox, store, Cursor(), done=Flag())
    assert mailbox.flags(1) == frozenset()
    store.away = False
    _poll(mailbox, store, Cursor(), done=Flag())
    assert "ShouliStored" in mailbox.flags(2)


def test_without_a_disposal_the_mailbox_is_never_touched() -> None:
    """Where the operator wants the mailbox left alone, it is."""
    mailbox, store = _filled(1), Store()
    _poll(mailbox, store, Cursor())
    assert mailbox.flags(1) == frozenset()


def test_what_a_dead_process_left_unmarked_is_marked_by_the_next_pass() -> None:
    """The mark follows the cursor, however the process died."""
    mailbox, store = _filled(2), Store()
    cursor = _poll(mailbox, store, Cursor()).cursor
    _poll(mailbox, store, cursor, done=MoveTo("done"))
    assert mailbox.folders == {"done": [b"1", b"2"]}


def test_a_fault_while_selecting_leaves_the_cursor() -> None:
    """A dead line before the first message changes nothing."""

    class Dead(FakeMailbox):
        def select(self) -> FolderState:
            raise MailboxLost("dead")

    done = _poll(Dead(), Store(), Cursor(1, 5, 1))
    assert (done.cursor, type(done.fault)) == (Cursor(1, 5, 1), MailboxLost)


def test_a_fault_while_marking_keeps_what_was_taken() -> None:
    """The messages are stored; only the mark is missing, and comes with the next pass."""

    class Stubborn(FakeMailbox):
        def mark_done(self, uids: object, how: object) -> None:
            raise MailboxLost("dead")

    mailbox, store = Stubborn(), Store()
    mailbox.arrive(b"1")
    done = _poll(mailbox, store, Cursor(), done=Flag())
    assert (done.accepted, done.cursor.last_uid, type(done.fault)) == (1, 1, MailboxLost)


class Story:
    """A mailbox to which things happen; each method is one event."""

    def __init__(self) -> None:
        self.mailbox, self.store, self.cursor = FakeMailbox(), Store(), Cursor()
        self.standing: set[int] = set()
        self.taken: set[int] = set()

    def arrive(self) -> None:
        """A mail comes in."""
        uid = self.mailbox.arrive(b"mail")
        self.standing.add(uid)

    def poison(self) -> None:
        """From now on every mail crashes the parser."""
        self.store.poison = {b"mail"}

    def lose(self) -> None:
        """Fetching any message with an odd UID cuts the line."""
        self.mailbox.break_at = dict.fromkeys(range(1, 100, 2), MailboxLost("cut"))

    def heal(self) -> None:
        """The line is good again, and the database is back."""
        self.mailbox.break_at, self.store.away = {}, False

    def away(self) -> None:
        """The database is away."""
        self.store.away = True

    def recreate(self) -> None:
        """The folder is made anew, empty; what was in it is nobody's any more."""
        self.mailbox.recreate()
        self.standing, self.taken = set(), set()

    def poll(self) -> None:
        """One pass."""
        self.store.kept, self.store.aside = [], []
        self.cursor = _poll(self.mailbox, self.store, self.cursor, batch=5).cursor
        self.taken |= {message.uid for message in self.store.kept} | {uid for uid, _ in self.store.aside}


EVENTS = ("arrive", "poll", "poison", "lose", "heal", "away", "recreate")


@settings(deadline=None)
@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_whatever_happens_nothing_is_lost(events: list[str]) -> None:
    """Lines break, the database goes away, folders are made anew: in the end every mail that stands there was taken."""
    story = Story()
    for event in [*events, "heal", *["poll"] * 12]:
        getattr(story, event)()
    assert story.standing <= story.taken


@pytest.mark.parametrize(
    ("fault", "failures", "least", "most"),
    [
        (MailboxLost("x"), 1, 1, 1.2),
        (MailboxLost("x"), 4, 8, 9.6),
        (MailboxLost("x"), 1000, 60, 72),
        (MailboxBusy("x"), 1, 30, 36),
        (MailboxBusy("x"), 9, 300, 360),
        (LoginRefused("x"), 1, 300, 360),
        (Untrusted("x"), 5, 300, 360),
    ],
)
def test_the_pause_grows_to_its_limit(fault: MailboxFault, failures: int, least: float, most: float) -> None:
    """A lost line is tried again within a minute or so; the pause lengthens by its draw."""
    assert back_off(fault, failures=failures, draw=0.0) == timedelta(seconds=least)
    assert back_off(fault, failures=failures, draw=1.0) == timedelta(seconds=most)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=13, max_size=13))
def test_a_refused_login_is_tried_at_most_twelve_times_an_hour(draws: list[float]) -> None:
    """Whatever the draws, the thirteenth attempt is an hour or more after the first."""
    pauses = [back_off(LoginRefused("x"), failures=number, draw=draw) for number, draw in enumerate(draws, start=1)]
    assert sum(pauses[:12], timedelta()) >= timedelta(hours=1)
