"""What every mailbox keeps to: the fake in memory and IMAP on a real dovecot, by the same tests."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from services.intake.readers.fake_mailbox import FakeMailbox
from services.intake.readers.imap import Account, ImapMailbox, Security
from services.intake.readers.mail_poll import Cursor, poll_once
from services.intake.readers.mailbox import Care, FetchedMessage, Flag, Have, Limits, Mailbox, MoveTo
from tests.parts.dovecot import PASSWORD, Dovecot

LIMITS = Limits(in_memory=20_000, hard=200_000, head=4096, chunk=30_000, bulk=15_000)
HEAD = b"From: zhang@example.cn\r\nSubject: x\r\n\r\n"


class World(Protocol):
    """A mailbox with the people and programs around it."""

    mailbox: Mailbox

    def arrive(self, raw: bytes) -> int:
        """A mail comes in; its UID."""
        ...

    def read_by_person(self, uid: int) -> None:
        """Somebody reads it in a mail program."""
        ...

    def expunge(self, uid: int) -> None:
        """Somebody deletes it."""
        ...

    def recreate(self) -> None:
        """The folder is deleted and made anew."""
        ...

    def flags(self, uid: int) -> str:
        """The flags of a message."""
        ...

    def moved(self, folder: str) -> int:
        """How many messages another folder holds."""
        ...


class FakeWorld(World):
    """The fake in memory."""

    def __init__(self) -> None:
        self._fake = FakeMailbox(LIMITS)
        self.mailbox = self._fake

    def arrive(self, raw: bytes) -> int:
        """See ``World``."""
        return self._fake.arrive(raw)

    def read_by_person(self, uid: int) -> None:
        """See ``World``."""
        self._fake.read_by_person(uid)

    def expunge(self, uid: int) -> None:
        """See ``World``."""
        self._fake.expunge(uid)

    def recreate(self) -> None:
        """See ``World``."""
        self._fake.recreate()

    def flags(self, uid: int) -> str:
        """See ``World``."""
        return " ".join(self._fake.flags(uid))

    def moved(self, folder: str) -> int:
        """See ``World``."""
        return len(self._fake.folders.get(folder, []))


class ImapWorld(World):
    """IMAP on a dovecot."""

    def __init__(self, server: Dovecot) -> None:
        self._server = server
        self.mailbox = self._connect()

    def _connect(self) -> Mailbox:
        account = Account("127.0.0.1", self._server.user, PASSWORD, port=self._server.port, security=Security.PLAIN)
        return ImapMailbox.connect(account, LIMITS)

    def arrive(self, raw: bytes) -> int:
        """See ``World``."""
        return self._server.append(raw)

    def read_by_person(self, uid: int) -> None:
        """See ``World``."""
        self._server.store(uid, r"\Seen")

    def expunge(self, uid: int) -> None:
        """See ``World``."""
        self._server.store(uid, r"\Deleted")

    def recreate(self) -> None:
        """See ``World``."""
        self.mailbox.close()
        self._server.recreate()
        self.mailbox = self._connect()

    def flags(self, uid: int) -> str:
        """See ``World``."""
        return self._server.flags(uid)

    def moved(self, folder: str) -> int:
        """See ``World``."""
        return self._server.count(folder)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """One server for all tests of this file."""
    with Dovecot() as server:
        yield server


@pytest.fixture(params=["fake", "dovecot"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The fake, then the real thing, each with an empty mailbox."""
    if request.param == "fake":
        yield FakeWorld()
        return
    server: Dovecot = request.getfixturevalue("dovecot")
    shutil.rmtree(server.base / "mail" / server.user, ignore_errors=True)
    imap = ImapWorld(server)
    yield imap
    imap.mailbox.close()


def _all(world: World, after: int = 0, care: Care = Care.BULK, batch: int = 50) -> list[FetchedMessage]:
    world.mailbox.select()
    return list(world.mailbox.fetch_after(after, batch=batch, care=care))


def test_messages_come_whole_and_in_order(world: World) -> None:
    """Every byte as it was sent, oldest first, after the UID and within the batch."""
    sent = [HEAD + b"%d\r\n" % number * 900 for number in range(6)]
    uids = [world.arrive(raw) for raw in sent]
    got = _all(world)
    assert [(message.uid, message.raw, message.size) for message in got] == [
        (uid, raw, len(raw)) for uid, raw in zip(uids, sent, strict=True)
    ]
    assert [message.uid for message in _all(world, after=uids[2], batch=2)] == uids[3:5]
    assert _all(world, after=uids[-1]) == []


def test_any_bytes_come_as_they_are(world: World) -> None:
    """Raw 8-bit bytes survive; the mailbox decodes nothing."""
    raw = HEAD + "投诉".encode("gbk") + bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n"
    world.arrive(raw)
    assert [message.raw for message in _all(world)] == [raw]


def test_fetching_marks_nothing(world: World) -> None:
    """A message that was only fetched looks as if nobody had seen it."""
    uid = world.arrive(HEAD)
    _all(world)
    _all(world, care=Care.HEADS)
    assert r"\Seen" not in world.flags(uid)


def test_what_a_person_has_read_first_is_found_anyway(world: World) -> None:
    """What counts is its UID, not whether it is unseen."""
    uid = world.arrive(HEAD)
    world.read_by_person(uid)
    assert [message.uid for message in _all(world)] == [uid]


def test_a_large_message_comes_as_its_head_and_in_pieces(world: World) -> None:
    """Over the limit for memory only the head comes; the pieces put together are the message."""
    raw = HEAD + b"x" * 98 + b"\r\n" + b"y" * 70_000 + b"\r\n"
    uid = world.arrive(raw)
    (message,) = _all(world)
    assert (message.have, message.raw, message.head, message.size) == (Have.LARGE, None, HEAD, len(raw))
    pieces = list(world.mailbox.chunks(uid))
    assert (b"".join(pieces), max(map(len, pieces)) <= LIMITS.chunk) == (raw, True)


def test_a_message_over_the_hard_limit_is_only_named(world: World) -> None:
    """Its headers and its size are given, for a person to fetch the rest."""
    raw = HEAD + (b"z" * 98 + b"\r\n") * 2100
    world.arrive(raw)
    (message,) = _all(world)
    assert (message.have, message.head, message.size) == (Have.TOO_LARGE, HEAD, len(raw))


def test_careful_fetching_brings_less(world: World) -> None:
    """After losses: heads only, and then only names."""
    uid = world.arrive(HEAD + b"body\r\n")
    (head,) = _all(world, care=Care.HEADS)
    (name,) = _all(world, care=Care.NAMES)
    assert (head.have, head.head, head.raw) == (Have.UNFETCHABLE, HEAD, None)
    assert (name.uid, name.have, name.head) == (uid, Have.UNFETCHABLE, b"")
    assert [message.raw for message in _all(world, care=Care.SINGLY)] == [HEAD + b"body\r\n"]


def test_pieces_of_a_message_that_is_gone_are_none(world: World) -> None:
    """A message that is gone between being seen and being fetched gives no piece, and raises nothing."""
    uid = world.arrive(HEAD)
    world.expunge(uid)
    world.mailbox.select()
    assert list(world.mailbox.chunks(uid)) == []


def test_done_is_a_flag_that_says_who(world: World) -> None:
    """Only what is told is marked, with a keyword of ours, and twice does no harm."""
    first, second = world.arrive(HEAD), world.arrive(HEAD)
    world.mailbox.select()
    assert list(world.mailbox.not_done(second, Flag())) == [first, second]
    world.mailbox.mark_done([first], Flag())
    world.mailbox.mark_done([first], Flag())
    assert r"\Seen" in world.flags(first)
    assert "ShouliStored" in world.flags(first)
    assert "ShouliStored" not in world.flags(second)
    assert list(world.mailbox.not_done(second, Flag())) == [second]


def test_done_can_be_a_folder_with_a_chinese_name(world: World) -> None:
    """The folder is made on first use, and what is moved there is gone here."""
    uids = [world.arrive(HEAD), world.arrive(HEAD)]
    world.mailbox.select()
    world.mailbox.mark_done(uids, MoveTo("已收 Stored"))
    world.mailbox.mark_done([], MoveTo("已收 Stored"))
    assert world.moved("已收 Stored") == 2
    assert _all(world) == []
    assert list(world.mailbox.not_done(uids[-1], MoveTo("已收 Stored"))) == []


def test_a_folder_made_anew_has_another_uidvalidity(world: World) -> None:
    """UIDs begin again, and the state says so."""
    world.arrive(HEAD)
    before = world.mailbox.select()
    world.recreate()
    world.arrive(HEAD)
    after = world.mailbox.select()
    assert before.uidvalidity != after.uidvalidity
    assert after.uidnext == 2


def test_waiting_ends_when_mail_comes_or_time_is_up(world: World) -> None:
    """IDLE: True for news, soon; False when nothing happened."""
    world.mailbox.select()
    assert world.mailbox.idle(0.2) is False
    threading.Timer(0.2, world.arrive, [HEAD]).start()
    began = time.monotonic()
    assert world.mailbox.idle(60) is True
    assert time.monotonic() - began < 50


def _poller(world: World) -> tuple[list[bytes], Callable[[Cursor], Cursor]]:
    kept: list[bytes] = []

    def accept(message: FetchedMessage) -> bool:
        kept.append(message.raw or b"")
        return True

    def poll(cursor: Cursor) -> Cursor:
        return poll_once(world.mailbox, cursor, accept=accept, set_aside=lambda *_: True, done=Flag()).cursor

    return kept, poll


def test_polling_takes_each_message_once_and_all_again_after_a_recreation(world: World) -> None:
    """No message is passed over, whatever UIDs it gets; duplicates are the caller's to know by hash."""
    kept, poll = _poller(world)
    world.arrive(HEAD + b"1\r\n")
    cursor = poll(Cursor())
    world.arrive(HEAD + b"2\r\n")
    cursor = poll(poll(cursor))
    world.recreate()
    world.arrive(HEAD + b"3\r\n")
    poll(cursor)
    assert kept == [HEAD + b"1\r\n", HEAD + b"2\r\n", HEAD + b"3\r\n"]


def test_closing_twice_does_no_harm(world: World) -> None:
    """Whoever cleans up need not know what has happened."""
    world.mailbox.close()
    world.mailbox.close()
