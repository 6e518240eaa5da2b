"""The class of a mail, derived from the tables: each row is reached, each is missed by its near miss, none is dropped."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.mail_class import (
    CLASSES,
    MOST_ANSWERS_A_DAY,
    NO_ANSWER,
    OUTCOMES,
    MailClass,
    MailFacts,
    Outcome,
    bare_subject,
    classify,
    may_answer,
)

CITIZEN = MailFacts(sender="zhang@example.cn", subject="投诉窗口推诿")

REACHES: tuple[tuple[int, MailFacts], ...] = (
    (0, replace(CITIZEN, from_us=True)),
    (1, replace(CITIZEN, unreadable=True)),
    (2, replace(CITIZEN, is_read_receipt=True)),
    (3, replace(CITIZEN, has_delivery_report=True)),
    (4, MailFacts(sender="PostMaster@qq.example", subject="来自qq.example的退信")),
    (4, MailFacts(sender="someone@163.example", subject="系统退信", null_return_path=True)),
    (4, MailFacts(sender="mailer-daemon@mx.example", subject="", null_return_path=True)),
    (5, replace(CITIZEN, auto_submitted="auto-replied")),
    (5, replace(CITIZEN, auto_submitted="auto-generated")),
    (6, replace(CITIZEN, auto_reply_marked=True)),
    (7, replace(CITIZEN, precedence="auto_reply")),
    (8, replace(CITIZEN, null_return_path=True)),
    (9, replace(CITIZEN, subject="自动回复: 您的来信")),
    (9, replace(CITIZEN, subject="自动回复")),
    (9, replace(CITIZEN, subject="Automatic reply: x")),
    (9, replace(CITIZEN, subject="Out of Office: x")),
    (10, replace(CITIZEN, subject="", blank_body=True)),
    (10, replace(CITIZEN, subject="Re: 无主题", blank_body=True)),
    (11, replace(CITIZEN, known_token=True, sender_matches=True)),
    (11, replace(CITIZEN, known_token=True, sender_matches=True, list_marked=True, spam_verdict=True)),
    (12, replace(CITIZEN, list_marked=True)),
    (12, replace(CITIZEN, precedence="bulk")),
    (13, replace(CITIZEN, spam_verdict=True)),
    (14, replace(CITIZEN, known_token=True)),
    (15, CITIZEN),
)
"""Row of CLASSES by its place, and facts that must reach exactly it."""

MISSES: tuple[tuple[str, MailFacts], ...] = (
    ("a subject alone is a complaint", replace(CITIZEN, blank_body=True)),
    ("Auto-Submitted: no is a person", replace(CITIZEN, auto_submitted="no")),
    ("a complaint about automatic replies", replace(CITIZEN, subject="自动回复没人管")),
    ("a postmaster who complains", replace(CITIZEN, sender="postmaster@firm.example")),
    ("a citizen who writes about returned mail", replace(CITIZEN, subject="快递退信无人处理")),
    ("Precedence: first-class", replace(CITIZEN, precedence="first-class")),
    ("a forged token", replace(CITIZEN, known_token=False, sender_matches=True)),
    ("asks for no automatic answer", replace(CITIZEN, suppresses_answers=True)),
    ("no sender at all", replace(CITIZEN, sender=None)),
)


@pytest.mark.parametrize(("place", "facts"), REACHES)
def test_each_row_is_reached(place: int, facts: MailFacts) -> None:
    """The facts give the class, the reason and the source of their row."""
    verdict = classify(facts)
    row = CLASSES[place]
    assert (verdict.mail_class, verdict.reason, verdict.source) == (row.mail_class, row.reason.chinese, row.source)


def test_no_row_is_without_an_example() -> None:
    """Every row of the table stands in these examples, so a row added without a test is seen."""
    assert {place for place, _ in REACHES} == set(range(len(CLASSES)))


@pytest.mark.parametrize(("what", "facts"), MISSES)
def test_a_near_miss_is_a_new_complaint(what: str, facts: MailFacts) -> None:
    """What only resembles a row is taken as a complaint."""
    assert classify(facts).mail_class is MailClass.NEW_COMPLAINT


texts = st.sampled_from(
    ["", "no", "auto-replied", "bulk", "list", "auto_reply", "自动回复", "退信", "Re: 投诉", "postmaster@a.cn"]
)
any_facts = st.builds(
    MailFacts,
    **{
        field.name: st.one_of(st.none(), texts)
        if field.name == "sender"
        else st.booleans()
        if field.type == "bool"
        else texts
        for field in fields(MailFacts)
    },
)


@pytest.mark.article("3")
@settings(deadline=None)
@given(any_facts)
def test_no_mail_is_dropped(facts: MailFacts) -> None:
    """Art. 3: whatever a mail is, it has a class, a reason in Chinese, and an outcome that keeps it."""
    verdict = classify(facts)
    assert verdict.outcome in Outcome
    assert verdict.reason
    assert verdict.source


def test_every_class_has_an_outcome_and_a_row() -> None:
    """The tables speak of the same classes."""
    assert set(OUTCOMES) == set(MailClass) == {row.mail_class for row in CLASSES}


@pytest.mark.article("3")
def test_only_a_complaint_or_a_proven_supplement_is_registered() -> None:
    """What nobody has proven to be from the complainant adds nothing to a case."""
    assert {mail_class for mail_class, outcome in OUTCOMES.items() if outcome is Outcome.COMPLAINT} == {
        MailClass.NEW_COMPLAINT,
        MailClass.SUPPLEMENT,
    }


FORBIDS: tuple[tuple[int, MailFacts, int], ...] = (
    (0, replace(CITIZEN, spam_verdict=True), 0),
    (0, replace(CITIZEN, known_token=True), 0),
    (1, replace(CITIZEN, sender=None), 0),
    (6, replace(CITIZEN, suppresses_answers=True), 0),
    (7, replace(CITIZEN, sender="no-reply@shop.example"), 0),
    (7, replace(CITIZEN, sender="news-request@shop.example"), 0),
    (7, replace(CITIZEN, sender="bounce+7f3a@shop.example"), 0),
    (8, CITIZEN, MOST_ANSWERS_A_DAY),
    (5, replace(CITIZEN, known_token=True, sender_matches=True, precedence="list"), 0),
)


@pytest.mark.parametrize(("place", "facts", "sent"), FORBIDS)
def test_what_forbids_an_automatic_answer(place: int, facts: MailFacts, sent: int) -> None:
    """The row forbids, and says why."""
    answer = may_answer(facts, answers_today=sent)
    assert (answer.allowed, answer.reason) == (False, NO_ANSWER[place].reason)


@pytest.mark.parametrize("facts", [facts for place, facts in REACHES if place < 10])
def test_machines_and_reports_are_never_answered(facts: MailFacts) -> None:
    """RFC 3834 §2: no answer to what a machine sent, so that no two machines write to each other for ever."""
    assert not may_answer(facts, answers_today=0).allowed


@pytest.mark.article("14")
@pytest.mark.parametrize("sender", ["zhang@example.cn", "norman@example.cn", "ownera@example.cn", "request@example.cn"])
def test_a_citizen_is_answered(sender: str) -> None:
    """Art. 14: a complaint from a person may be answered at once, up to the cap of the day."""
    assert may_answer(replace(CITIZEN, sender=sender), answers_today=MOST_ANSWERS_A_DAY - 1).allowed


@settings(deadline=None)
@given(any_facts, st.integers(0, 10))
def test_an_answer_never_goes_where_a_row_forbids(facts: MailFacts, sent: int) -> None:
    """Where an answer is allowed, no row of the table holds."""
    if may_answer(facts, answers_today=sent).allowed:
        mail_class = classify(facts).mail_class
        assert not any(row.forbids(facts, mail_class, sent) for row in NO_ANSWER)
        assert facts.sender


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: 回复：投诉", "投诉"),
        ("转发: FW: x", "x"),
        ("（无主题）", ""),
        ("Re:", ""),
        ("Reform: x", "Reform: x"),
        ("  (no subject) ", ""),
    ],
)
def test_the_bare_subject(subject: str, bare: str) -> None:
    """Marks of answering and forwarding, and what programs fill in, are no subject."""
    assert bare_subject(subject) == bare
