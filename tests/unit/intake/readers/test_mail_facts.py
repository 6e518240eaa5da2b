"""Each thing that a mail says reaches the rules as the fact it is."""

from __future__ import annotations

import pytest

from services.intake.domain.mail_class import MailClass, classify, may_answer
from services.intake.readers.mail_facts import facts_of, facts_of_unread
from services.intake.readers.mime import read_head, read_mail
from tests.parts.mails import PLAIN, bounce, mail, multipart, part

OURS = frozenset({"Intake@center.example", "answer@center.example"})

RECEIPT = multipart(
    PLAIN,
    part(b"message/disposition-notification", b"Disposition: manual-action/MDN-sent-manually; displayed"),
    kind=b"report; report-type=disposition-notification",
)

CLASSES: tuple[tuple[str, bytes, MailClass], ...] = (
    ("nothing but a prefix", mail(b"", subject=b"Re: "), MailClass.EMPTY),
    ("a subject alone", mail(b""), MailClass.NEW_COMPLAINT),
    ("our own address", mail(sender=b"intake@CENTER.example"), MailClass.OWN_LOOP),
    ("tagged", mail(sender=b"answer+7f3a@center.example"), MailClass.OWN_LOOP),
    ("X-Loop", mail(extra=[b"X-Loop: answer@center.example"]), MailClass.OWN_LOOP),
    ("X-Loop of others", mail(extra=[b"X-Loop: list@other.example"]), MailClass.NEW_COMPLAINT),
    ("made by a program", mail(extra=[b"Auto-Submitted: auto-generated"]), MailClass.AUTO_REPLY),
    ("no", mail(extra=[b"Auto-Submitted: no"]), MailClass.NEW_COMPLAINT),
    ("mark", mail(extra=[b"X-Autoreply: yes"]), MailClass.AUTO_REPLY),
    ("a report of its delivery", bounce(), MailClass.BOUNCE),
    ("null path", mail(extra=[b"Return-Path: <>"]), MailClass.AUTO_REPLY),
    ("a bounce in prose", mail(sender=b"PostMaster@163.com", subject="系统退信".encode("gbk")), MailClass.BOUNCE),
    ("a list's mark", mail(extra=[b"List-Unsubscribe: <mailto:x@y.cn>"]), MailClass.LIST_MAIL),
    ("precedence", mail(extra=[b"Precedence: junk"]), MailClass.LIST_MAIL),
    ("an automatic subject", mail(subject="自动回复：外出".encode()), MailClass.AUTO_REPLY),
    ("a read receipt", RECEIPT, MailClass.READ_RECEIPT),
    ("asked for", mail(extra=[b"Disposition-Notification-To: a@b.cn"]), MailClass.NEW_COMPLAINT),
    ("spam", mail(extra=[b"X-Spam-Flag: YES"]), MailClass.SPAM_SUSPECT),
    ("spam status", mail(extra=[b"X-Spam-Status: Yes, score=9"]), MailClass.SPAM_SUSPECT),
    ("not spam", mail(extra=[b"X-Spam-Status: No, score=0"]), MailClass.NEW_COMPLAINT),
    ("somebody's number as subject", mail(subject=b"2026-000123"), MailClass.NEW_COMPLAINT),
    ("a forged reference", mail(extra=[b"In-Reply-To: <forged@center.example>"]), MailClass.NEW_COMPLAINT),
)


@pytest.mark.parametrize(("what", "raw", "expected"), CLASSES, ids=[what for what, *_ in CLASSES])
def test_a_mail_gets_the_class_that_its_bytes_say(what: str, raw: bytes, expected: MailClass) -> None:
    """From the bytes of the mail to its class, through the facts that the reader finds."""
    assert classify(facts_of(read_mail(raw), own_addresses=OURS)).mail_class is expected


def test_a_known_token_is_a_supplement_only_from_the_same_person() -> None:
    """The right token from another sender is noted as unverified, and not answered."""
    read = read_mail(mail())
    same = facts_of(read, own_addresses=OURS, known_token=True, sender_matches=True)
    other = facts_of(read, own_addresses=OURS, known_token=True)
    assert classify(same).mail_class is MailClass.SUPPLEMENT
    assert classify(other).mail_class is MailClass.SUPPLEMENT_UNVERIFIED
    assert not may_answer(other, answers_today=0).allowed


def test_a_mail_that_was_not_read_is_unreadable_unless_it_is_our_own() -> None:
    """Only its headers decide; our own mail coming back is a loop even then."""
    assert classify(facts_of_unread(read_head(mail()), own_addresses=OURS)).mail_class is MailClass.UNREADABLE
    ours = read_head(mail(sender=b"intake@center.example"))
    assert classify(facts_of_unread(ours, own_addresses=OURS)).mail_class is MailClass.OWN_LOOP


@pytest.mark.parametrize("sender", [b"alice@example.org)bob@evil.com", None, b"a@b.cn, c@d.cn"])
def test_without_one_valid_sender_nothing_is_answered(sender: bytes | None) -> None:
    """A complaint all the same, and nobody is written to."""
    facts = facts_of(read_mail(mail(sender=sender)), own_addresses=OURS)
    assert classify(facts).mail_class is MailClass.NEW_COMPLAINT
    assert not may_answer(facts, answers_today=0).allowed


def test_exchange_asks_for_silence() -> None:
    """X-Auto-Response-Suppress forbids the answer, not the complaint."""
    facts = facts_of(read_mail(mail(extra=[b"X-Auto-Response-Suppress: DR, OOF, AutoReply"])), own_addresses=OURS)
    assert classify(facts).mail_class is MailClass.NEW_COMPLAINT
    assert not may_answer(facts, answers_today=0).allowed
