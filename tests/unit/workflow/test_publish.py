"""What the other services are told (design of the published language)."""

from collections.abc import Callable

import pytest

from services.workflow.domain import commands
from services.workflow.domain.clocks import ClockName
from services.workflow.domain.deadlines import due
from services.workflow.domain.publish import limit_words, publish
from services.workflow.domain.roles import SOFTWARE, Person
from services.workflow.domain.sanctions import Basis, Sanction
from services.workflow.domain.states import State
from services.workflow.domain.transitions import TRANSITIONS
from shared.contracts import case as published
from shared.contracts.case import CaseEvent
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.values import Channel, DangerKind, Ground, Satisfaction, Track
from tests.unit.workflow.building import (
    ACTOR,
    CALENDAR,
    HANDLER,
    HOURS,
    LEADER,
    MONDAY,
    OPERATOR,
    SHA,
    UNIT,
    UNIT_HANDLER,
    UNIT_LEADER,
    Story,
    answered,
    arrive,
    asked_for_more,
    at,
    dissatisfied,
    fed_back,
    forwarded,
    not_ours,
    refused,
)
from tests.unit.workflow.ways import COMMAND, at_fault, place, somebody


def told(story: Story, command: commands.Command, actor: Person, when: str | None = None) -> tuple[CaseEvent, ...]:
    """What is published when somebody does something."""
    before, known = story.case, len(story.history)
    story.tell(command, actor, when)
    return publish(before, story.history[known:], SHA)


def kinds(messages: tuple[CaseEvent, ...]) -> list[str]:
    """The names of the messages."""
    return [type(message).__name__ for message in messages]


SAID: list[tuple[str, Callable[[], tuple[CaseEvent, ...]], list[str]]] = [
    ("accept", lambda: told(arrive(State.REGISTERED), commands.Accept(), HANDLER), ["CaseAccepted"]),
    ("refuse", lambda: told(arrive(State.REGISTERED), refused(), HANDLER), ["CaseRefused"]),
    (
        "redirect",
        lambda: told(
            arrive(State.REGISTERED), commands.Redirect(competent_authority="市公安局", reason="不属权限。"), HANDLER
        ),
        ["CaseRedirected"],
    ),
    (
        "settle",
        lambda: told(
            arrive(State.REGISTERED, channel=Channel.VISIT),
            commands.Settle(result="当场补办。", complainant_agrees=True),
            HANDLER,
        ),
        ["CaseSettled", "CaseClosed"],
    ),
    ("forward", lambda: told(arrive(State.ACCEPTED), forwarded(), HANDLER), ["CaseForwarded"]),
    (
        "approve",
        lambda: told(arrive(State.AWAITING_APPROVAL), commands.Approve(opinion="同意。"), LEADER),
        ["CaseApproved"],
    ),
    ("feedback", lambda: told(arrive(State.DISPATCHED), fed_back(), UNIT_HANDLER), ["CaseFeedbackSubmitted"]),
    (
        "late feedback",
        lambda: told(arrive(State.DISPATCHED), fed_back(), UNIT_HANDLER, "2026-11-18 09:00"),
        ["CaseDeadlineMissed", "CaseDeadlineMissed", "CaseFeedbackSubmitted"],
    ),
    (
        "extension",
        lambda: told(arrive(State.DISPATCHED), asked_for_more(), UNIT_HANDLER),
        ["CaseExtensionRequested"],
    ),
    ("unit refuses", lambda: told(arrive(State.DISPATCHED), not_ours(), UNIT_HANDLER), ["CaseUnitRefused"]),
    (
        "confirmed",
        lambda: told(
            arrive(State.DISPATCHED).tell(not_ours(), UNIT_HANDLER),
            commands.DecideUnitRefusal(outcome="confirmed", opinion="属实。"),
            HANDLER,
        ),
        ["CaseUnitRefused", "CaseRefused"],
    ),
    (
        "follow-up",
        lambda: told(arrive(State.FEEDBACK_SUBMITTED), dissatisfied(unit_at_fault=True), HANDLER),
        ["CaseFollowUpRecorded"],
    ),
    (
        "sanction",
        lambda: told(
            arrive(State.CLOSED),
            commands.ImposeSanction(sanction=Sanction.RECTIFICATION_ORDER, text="一个月内整改到位。"),
            LEADER,
        ),
        ["CaseSanctioned"],
    ),
    (
        "redispatch",
        lambda: told(at_fault(), commands.Redispatch(advice="请书面答复。", working_days=2), HANDLER),
        ["CaseRedispatched"],
    ),
    ("withdraw", lambda: told(arrive(State.ACCEPTED), commands.Withdraw(reason="撤回。"), HANDLER), ["CaseClosed"]),
    (
        "hand over",
        lambda: told(
            arrive(State.ACCEPTED),
            commands.HandOver(basis=Basis.DISCIPLINE, authority="市纪委监委", reason="线索。"),
            LEADER,
        ),
        ["CaseClosed"],
    ),
    (
        "hand over, the case goes on",
        lambda: told(
            arrive(State.FEEDBACK_SUBMITTED),
            commands.HandOver(basis=Basis.GRAVE_FAULT, authority="市纪委监委", reason="情节严重。"),
            LEADER,
        ),
        [],
    ),
    ("note", lambda: told(arrive(State.ACCEPTED), commands.Note(text="内部备注。"), HANDLER), []),
]


@pytest.mark.parametrize(("telling", "expected"), [pytest.param(t, e, id=name) for name, t, e in SAID])
def test_what_is_told(telling: Callable[[], tuple[CaseEvent, ...]], expected: list[str]) -> None:
    """Each happening and the messages it gives rise to, in order."""
    assert kinds(telling()) == expected


def test_every_published_type_is_reached() -> None:
    """No type of the catalogue that tells of cases is one that workflow never tells."""
    reached = {type(message) for message in publish(None, Story.begins().history, SHA)}
    for row in TRANSITIONS:
        role = next(role for role in sorted(row.roles) if role in ACTOR)
        story = place(row)
        answer = story.decides(COMMAND[row.act, row.variant], somebody(role, row, story))
        reached |= (
            {type(message) for message in publish(story.case, answer, SHA)} if isinstance(answer, tuple) else set()
        )
    story = arrive(State.DISPATCHED).watched("2026-11-17 15:00")
    reached |= {type(message) for message in publish(None, story.history, SHA)}
    story.tell(commands.MarkUrgent(danger=DangerKind.ACCIDENT), HANDLER)
    reached |= {type(m) for m in publish(story.case, due(story.case, at("2026-11-18 09:00"), CALENDAR, HOURS), SHA)}
    assert reached == {row.model for row in CATALOGUE if row.owner == "workflow" and not row.name.startswith("list.")}


def test_every_message_says_which_case_and_which_version() -> None:
    """The head of each message is the case's own; versions count up with the events."""
    story = arrive(State.CLOSED)
    messages = publish(None, story.history, SHA)
    assert [message.version for message in messages] == [1, 2, 3, 4, 5, 6]
    for message, event in zip(messages, story.history, strict=True):
        assert (message.case_number, message.tracking_code) == (story.case.number, story.case.tracking_code)
        assert (message.occurred_at, message.actor) == (event.at, event.by.name)


def test_a_registration_tells_the_answers_limit() -> None:
    """Notify and the receipt learn until when the complainant must be answered."""
    (message,) = publish(None, Story.begins(major=True).history, SHA)
    assert isinstance(message, published.CaseRegistered)
    assert message.respond_by == at("2026-11-17 17:00")
    assert message.awaiting_statement
    assert message.real_name


@pytest.mark.article("annex 2")
def test_a_dispatch_tells_everything_the_form_wants() -> None:
    """Annex 2: number, limit in words, receiver, time, window, staff, advice; and to whom it goes."""
    (message,) = told(arrive(State.ACCEPTED), forwarded(staff="不详"), HANDLER, "2026-11-16 14:20")
    assert isinstance(message, published.CaseForwarded)
    assert (message.case_number, message.unit, message.window, message.staff) == ("2026-001083", UNIT, "A09", "不详")
    assert message.limit_words == "1 个工作日，2026 年 11 月 17 日（周二）17:00 前"
    assert (message.receiver, message.received_at) == (OPERATOR.name, at(MONDAY))
    assert (message.respond_to, message.track) == (UNIT_HANDLER.name, Track.FORWARD)
    assert message.advice == "请核实并答复。"


@pytest.mark.article("18.3")
def test_an_approval_tells_opinion_and_who_gave_it() -> None:
    """The unit's leader gets it, with the office leader's opinion."""
    story = arrive(State.AWAITING_APPROVAL)
    (message,) = told(story, commands.Approve(opinion="三日内办结。"), LEADER, "2026-11-16 15:00")
    assert isinstance(message, published.CaseApproved)
    assert (message.opinion, message.approved_by, message.respond_to) == ("三日内办结。", LEADER.name, UNIT_LEADER.name)
    assert message.limit_words.startswith("3 个工作日，2026 年 11 月 19 日")


@pytest.mark.article("annex 3")
def test_feedback_tells_the_whole_form() -> None:
    """Annex 3 can be printed from the message alone."""
    (message,) = told(arrive(State.DISPATCHED), fed_back(phone="0632-0001109", remarks="附件两页。"), UNIT_HANDLER)
    assert isinstance(message, published.CaseFeedbackSubmitted)
    assert (message.unit, message.handler, message.phone) == (UNIT, UNIT_HANDLER.name, "0632-0001109")
    assert (message.findings, message.rectification) == ("经查属实。", "已补办并致歉。")
    assert (message.signed_by, message.copies, message.sealed, message.in_time) == (UNIT_LEADER.name, 3, True, True)
    assert message.remarks == "附件两页。"


@pytest.mark.article("annex 4")
def test_an_extension_tells_request_and_decision_with_the_new_limit() -> None:
    """Annex 4, and until when the unit has now."""
    story = arrive(State.DISPATCHED)
    (asked,) = told(story, asked_for_more(days=2), UNIT_HANDLER)
    assert isinstance(asked, published.CaseExtensionRequested)
    assert (asked.days, asked.clerk, asked.signed_by) == (2, UNIT_HANDLER.name, UNIT_LEADER.name)
    (decided,) = told(story, commands.DecideExtension(granted=True, days=1, opinion="一日。"), LEADER)
    assert isinstance(decided, published.CaseExtensionDecided)
    assert (decided.days, decided.limit, decided.decided_by) == (1, at("2026-11-18 17:00"), LEADER.name)
    assert limit_words(story.clock(ClockName.FORWARD)).startswith("2 个工作日")


@pytest.mark.article("annex 5")
def test_a_units_refusal_tells_the_notice_and_what_became_of_it() -> None:
    """Annex 5: date of dispatch, ground, reason, signatures; overruled, it says the unit's new limit."""
    story = arrive(State.DISPATCHED)
    (submitted,) = told(story, not_ours(served_on="王立新"), UNIT_HANDLER)
    assert isinstance(submitted, published.CaseUnitRefused)
    assert (submitted.outcome, submitted.ground) == ("submitted", Ground.OTHER_LEGAL_WAY)
    assert (submitted.dispatched_at, submitted.served_on) == (story.case.dispatched_at, "王立新")
    assert submitted.findings == "复议案号在卷。"
    assert submitted.limit is None
    (overruled,) = told(
        story, commands.DecideUnitRefusal(outcome="overruled", opinion="应办。"), HANDLER, "2026-11-17 10:00"
    )
    assert isinstance(overruled, published.CaseUnitRefused)
    assert (overruled.outcome, overruled.limit) == ("overruled", at("2026-11-18 17:00"))


@pytest.mark.article("16")
def test_a_refusal_tells_ground_reason_and_remedy() -> None:
    """What the complainant is told stands in the message."""
    (message,) = told(arrive(State.REGISTERED), refused(Ground.DISCIPLINE_MATTER), HANDLER)
    assert isinstance(message, published.CaseRefused)
    assert (message.ground, message.handed_over_to) == (Ground.DISCIPLINE_MATTER, "市纪委监委")
    assert message.reason
    assert message.remedy


@pytest.mark.article("20")
def test_closing_tells_outcome_and_result() -> None:
    """The result reaches whoever must be told of it."""
    story = arrive(State.FEEDBACK_SUBMITTED).tell(dissatisfied(unit_at_fault=False), HANDLER)
    (message,) = told(story, commands.Close(result="已补办并致歉。"), HANDLER)
    assert isinstance(message, published.CaseClosed)
    assert (message.outcome, message.result) == (Satisfaction.DISSATISFIED, "已补办并致歉。")


@pytest.mark.article("18.6")
def test_filing_tells_the_head_of_the_timeline() -> None:
    """The archive event carries the hash of the timeline's last entry."""
    story = arrive(State.CLOSED).tell(answered(MONDAY), SOFTWARE)
    (message,) = told(story, commands.Archive(), HANDLER)
    assert isinstance(message, published.CaseArchived)
    assert message.timeline_head == SHA


@pytest.mark.article("3")
def test_a_near_limit_of_the_office_is_told_to_the_officer() -> None:
    """The unit holds the case, and the first answer is the office's all the same."""
    story = arrive(State.DISPATCHED)
    near = publish(story.case, due(story.case, at("2026-11-17 15:00"), CALENDAR, HOURS), SHA)
    assert [(m.clock, m.holder) for m in near if isinstance(m, published.CaseDeadlineNear)] == [
        ("respond", HANDLER.name),
        ("forward", UNIT_HANDLER.name),
    ]


@pytest.mark.article("3")
def test_a_deadline_tells_whom_it_binds() -> None:
    """The unit's limit names the unit's person, the complainant's is told as the complainant's."""
    story = arrive(State.DISPATCHED).tell(answered(MONDAY), SOFTWARE)
    (near,) = publish(story.case, due(story.case, at("2026-11-17 15:00"), CALENDAR, HOURS), SHA)
    assert isinstance(near, published.CaseDeadlineNear)
    assert (near.clock, near.article, near.bound) == ("forward", "18.2", "unit")
    assert (near.holder, near.unit, near.limit) == (UNIT_HANDLER.name, UNIT, at("2026-11-17 17:00"))
    waiting = arrive(State.AWAITING_STATEMENT).tell(answered(MONDAY), SOFTWARE)
    (missed,) = publish(waiting.case, due(waiting.case, at("2026-11-24 09:00"), CALENDAR, HOURS), SHA)
    assert isinstance(missed, published.CaseDeadlineMissed)
    assert (missed.clock, missed.bound) == ("statement", "complainant")
