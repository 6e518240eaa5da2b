"""IMAP over bad lines and from bad servers: what is cut is fetched again, what lies is left alone, nothing hangs."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.intake.readers.imap import Account, ImapMailbox, Security
from services.intake.readers.mail_poll import Cursor, Pass, poll_once
from services.intake.readers.mailbox import (
    Care,
    FetchedMessage,
    Flag,
    FolderMissing,
    Have,
    LoginRefused,
    MailboxBusy,
    MailboxFault,
    MailboxLost,
    MoveTo,
    Untrusted,
)
from tests.parts.cutting_proxy import CuttingProxy
from tests.parts.dovecot import PASSWORD, Dovecot, free_port
from tests.parts.scripted_imap import HANG, ScriptedImap

MAILS = [b"From: a@example.cn\r\nSubject: %d\r\n\r\n" % number + b"x" * 60_000 + b"\r\n" for number in range(8)]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """One dovecot for all tests of this file."""
    with Dovecot() as dovecot:
        yield dovecot


@pytest.fixture
def filled(server: Dovecot) -> Dovecot:
    """Its first mailbox with just these mails in it."""
    shutil.rmtree(server.base / "mail" / server.user, ignore_errors=True)
    server.fill(MAILS)
    return server


def _account(port: int, user: str = "intake@zz.example", password: str = PASSWORD, seconds: float = 20) -> Account:
    return Account(
        "127.0.0.1",
        user,
        password,
        port=port,
        security=Security.PLAIN,
        connect_seconds=seconds,
        read_seconds=seconds,
    )


def _pass(account: Account, cursor: Cursor, kept: list[FetchedMessage], **how: object) -> Pass:
    mailbox = ImapMailbox.connect(account)

    def accept(message: FetchedMessage) -> bool:
        kept.append(message)
        return True

    try:
        return poll_once(mailbox, cursor, accept=accept, set_aside=lambda *_: True, **how)  # type: ignore[arg-type]
    finally:
        mailbox.close()


def test_a_line_cut_in_the_middle_of_a_message_loses_and_halves_nothing(filled: Dovecot) -> None:
    """Cut after ever more bytes, connected again each time: every message once, whole, and none in part."""
    kept: list[FetchedMessage] = []
    cursor = Cursor()
    with CuttingProxy(filled.port) as proxy:
        for cut in (5_000, 90_000, 200_000, 350_000, 480_000, *[None] * 5):
            proxy.cut_after = cut
            cursor = _pass(_account(proxy.port, seconds=2), cursor, kept).cursor
    assert [message.raw for message in kept] == MAILS


def test_a_line_cut_while_a_large_message_is_read_in_pieces_is_a_lost_line(filled: Dovecot) -> None:
    """The pieces end in MailboxLost, never as if the message were complete."""
    with CuttingProxy(filled.port) as proxy:
        proxy.cut_after = 30_000
        mailbox = ImapMailbox.connect(_account(proxy.port, seconds=2))
        mailbox.select()
        with pytest.raises(MailboxLost):
            list(mailbox.chunks(1))
        mailbox.close()


def test_a_server_that_stops_during_idle_is_noticed_at_once() -> None:
    """An end of the connection is a fault, not an endless row of empty answers (imapclient #565)."""
    with Dovecot() as dovecot:
        mailbox = ImapMailbox.connect(_account(dovecot.port))
        mailbox.select()
        threading.Timer(0.3, dovecot.stop).start()
        began = time.monotonic()
        with pytest.raises(MailboxLost):
            mailbox.idle(30)
        assert time.monotonic() - began < 25  # and not at the end of the wait
        mailbox.close()


def _wait_often(mailbox: ImapMailbox) -> None:
    for _ in range(60):
        mailbox.idle(0.2)


def test_an_end_of_the_line_without_goodbye_during_idle_is_noticed_at_once(server: Dovecot) -> None:
    """The line is reset while waiting."""
    with CuttingProxy(server.port) as proxy:
        proxy.cut_after = 1500
        mailbox = ImapMailbox.connect(_account(proxy.port, seconds=2))
        mailbox.select()
        began = time.monotonic()
        with pytest.raises(MailboxLost):
            _wait_often(mailbox)
        assert time.monotonic() - began < 20
        mailbox.close()


def test_a_refused_password_is_a_fault_of_its_own(server: Dovecot) -> None:
    """It says who must act, and holds neither user nor password."""
    with pytest.raises(LoginRefused) as caught:
        ImapMailbox.connect(_account(server.port, password="wrong-secret"))
    assert "wrong-secret" not in repr(caught.value)
    assert "intake@" not in repr(caught.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Dovecot) -> None:
    """Self-signed, or for another host, is no connection; trusted by us, it is one (CVE-2023-5422)."""
    for host, ca_file in (("localhost", None), ("127.0.0.1", str(server.ca_file))):
        with pytest.raises(Untrusted):
            ImapMailbox.connect(Account(host, server.user, PASSWORD, port=server.tls_port, ca_file=ca_file))
    for port, security in ((server.tls_port, Security.TLS), (server.port, Security.STARTTLS)):
        account = Account("localhost", server.user, PASSWORD, port=port, security=security, ca_file=str(server.ca_file))
        mailbox = ImapMailbox.connect(account)
        assert mailbox.select().uidvalidity
        mailbox.close()


def test_starttls_that_was_stripped_is_refused() -> None:
    """A server that doesn't offer STARTTLS gets no password."""
    with ScriptedImap({}) as fake:
        account = Account("127.0.0.1", "u", "p", port=fake.port, security=Security.STARTTLS)
        with pytest.raises(MailboxFault):
            ImapMailbox.connect(account)
        assert not any(b"LOGIN" in command for command in fake.commands)


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "mail.example.cn", "security": Security.PLAIN},
        {"user": "a\r\nX DELETE INBOX"},
        {"password": "a\nb"},
        {"folder": "IN\0BOX"},
    ],
)
def test_an_account_that_would_break_the_protocol_or_expose_it_is_refused(fields: dict[str, str]) -> None:
    """ASVS 1.3.11, CVE-2025-15366: control characters, and plain text to another machine."""
    with pytest.raises(ValueError, match=r"mailbox account|plain-text"):
        Account(**{"host": "localhost", "user": "u", "password": "p", **fields})  # type: ignore[arg-type]


def test_a_folder_that_is_not_there_is_said_to_be_missing(server: Dovecot) -> None:
    """The operator learns that it is the folder's name, not the password or the line."""
    mailbox = ImapMailbox.connect(replace(_account(server.port), folder="投诉"))
    with pytest.raises(FolderMissing):
        mailbox.select()
    mailbox.close()


def test_no_server_is_a_lost_mailbox() -> None:
    """A refused connection is a fault like any other."""
    with pytest.raises(MailboxLost):
        ImapMailbox.connect(_account(free_port()))


LIES: dict[str, bytes] = {
    "a literal shorter than announced": b"* 1 FETCH (UID 1 BODY[] {50}\r\nshort)\r\n",
    "a literal longer than announced": b"* 1 FETCH (UID 1 BODY[] {3}\r\nmuch longer)\r\n",
    "a literal of the size of the world": b"* 1 FETCH (UID 1 BODY[] {99999999999999}\r\nx)\r\n",
    "brackets that don't close": b"* 1 FETCH (UID 1 BODY[] ((((\r\n",
    "no IMAP at all": b"HTTP/1.1 200 OK\r\n\r\n",
    "silence": HANG,
}


@pytest.mark.parametrize("what", LIES)
def test_a_server_that_lies_about_one_message_does_not_stop_the_others(what: str) -> None:
    """The first message is tried, tried singly, then its head is taken; the second comes through."""
    sizes = b"* 1 FETCH (UID 1 RFC822.SIZE 50)\r\n* 2 FETCH (UID 2 RFC822.SIZE 6)\r\n"
    answers = {
        rb"UID SEARCH UID 2:\*": b"* SEARCH 2\r\n",
        rb"UID FETCH [12,]+ \(RFC822.SIZE\)": sizes,
        rb"UID FETCH 1(,2)? \(BODY.PEEK\[\]\)": LIES[what],
        rb"UID FETCH 2 \(BODY.PEEK\[\]\)": b"* 2 FETCH (UID 2 BODY[] {6}\r\nsecond)\r\n",
        rb"UID FETCH 1 \(BODY.PEEK\[HEADER\]": b"* 1 FETCH (UID 1 BODY[HEADER]<0> {4}\r\nhead)\r\n",
    }
    kept: list[FetchedMessage] = []
    cursor = Cursor()
    with ScriptedImap(answers) as fake:
        for _ in range(5):
            cursor = _pass(_account(fake.port, seconds=1), cursor, kept).cursor
    assert [(message.uid, message.have, message.raw, message.head) for message in kept] == [
        (1, Have.UNFETCHABLE, None, b"head"),
        (2, Have.WHOLE, b"second", b""),
    ]


def test_a_server_that_is_busy_is_left_in_peace() -> None:
    """NO [UNAVAILABLE] is a fault with a longer pause, and no message is blamed."""
    with ScriptedImap({rb"UID FETCH": b"%T NO [UNAVAILABLE] later\r\n"}) as fake:
        done = _pass(_account(fake.port), Cursor(), [])
    assert isinstance(done.fault, MailboxBusy)
    assert done.cursor == Cursor(7, 0)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"%T NO [UNAVAILABLE] x\r\n", MailboxBusy),
        (b"%T NO [AUTHENTICATIONFAILED] x\r\n", LoginRefused),
        (b"* BYE overloaded\r\n", MailboxLost),
        (HANG, MailboxLost),
    ],
)
def test_what_went_wrong_at_the_login_is_told_apart(answer: bytes, fault: type[MailboxFault]) -> None:
    """Only a refused password is one; a server that is away isn't."""
    with ScriptedImap({rb"LOGIN": answer}) as fake, pytest.raises(fault):
        ImapMailbox.connect(_account(fake.port, seconds=0.5 if answer is HANG else 30))


def test_a_message_expunged_between_search_and_fetch_is_gone() -> None:
    """The server has a size for it no more, or no body; the pass goes on."""
    answers = {
        rb"UID FETCH [12,]+ \(RFC822.SIZE\)": b"* 1 FETCH (UID 2 RFC822.SIZE 6)\r\n",
        rb"UID FETCH [12,]+ \(BODY.PEEK\[\]\)": b"* 1 FETCH (UID 2 BODY[] {6}\r\nsecond)\r\n",
    }
    kept: list[FetchedMessage] = []
    with ScriptedImap(answers) as fake:
        done = _pass(_account(fake.port), Cursor(), kept)
    assert (done.gone, [message.raw for message in kept]) == (1, [b"second"])


def test_without_move_the_message_is_copied_and_only_it_expunged() -> None:
    """A server without MOVE: COPY, a deleted mark, UID EXPUNGE, so that nobody else's deleted mail goes with it."""
    with ScriptedImap({rb"LIST": b'* LIST () "/" "Done"\r\n'}) as fake:
        mailbox = ImapMailbox.connect(_account(fake.port))
        mailbox.select()
        mailbox.mark_done([1], MoveTo("Done"))
        mailbox.close()
    said = [command.split(b" (")[0] for command in fake.commands if command.startswith(b"UID")]
    assert said == [b'UID COPY 1 "Done"', b"UID STORE 1 +FLAGS.SILENT", b"UID EXPUNGE 1"]


def test_where_keywords_are_not_kept_seen_alone_says_done() -> None:
    """A server that keeps no keywords of ours gets none."""
    answers = {
        rb"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [PERMANENTFLAGS (\\Seen)]\r\n",
        rb"UID SEARCH": b"* SEARCH 1\r\n",
    }
    with ScriptedImap(answers) as fake:
        mailbox = ImapMailbox.connect(_account(fake.port))
        mailbox.select()
        mailbox.mark_done(mailbox.not_done(1, Flag()), Flag())
        mailbox.close()
    assert rb"UID STORE 1 +FLAGS.SILENT (\Seen)" in fake.commands
    assert b"UID SEARCH UID 1:1 UNSEEN" in fake.commands


def test_a_backlog_is_taken_in_batches_at_more_than_twenty_mails_a_second(server: Dovecot) -> None:
    """1 000 mails, oldest first, the cursor kept after every batch."""
    user = server.users[1]
    backlog = [b"Subject: %d\r\n\r\nx\r\n" % number for number in range(1000)]
    server.fill(backlog, user)
    kept: list[FetchedMessage] = []
    began = time.monotonic()
    cursor, more = Cursor(), True
    while more:
        done = _pass(_account(server.port, user), cursor, kept, done=Flag())
        cursor, more = done.cursor, done.more
    assert [message.raw for message in kept] == backlog
    assert time.monotonic() - began < 1000 / 20


def test_fetching_carefully_one_at_a_time_still_gives_all(filled: Dovecot) -> None:
    """After a loss the same messages come, each by its own command."""
    mailbox = ImapMailbox.connect(_account(filled.port))
    mailbox.select()
    got = list(mailbox.fetch_after(0, batch=50, care=Care.SINGLY))
    mailbox.close()
    assert [message.raw for message in got] == MAILS
