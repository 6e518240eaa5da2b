"""Follow-up, rounds, closing and filing (arts. 18.5, 18.6)."""

import pytest

from services.workflow.domain import commands
from services.workflow.domain.clocks import ClockEnd, ClockName
from services.workflow.domain.roles import SOFTWARE
from services.workflow.domain.states import State
from shared.contracts.values import Channel, Satisfaction, Track
from tests.unit.workflow.building import (
    HANDLER,
    LEADER,
    MONDAY,
    OTHER_UNIT,
    SHA,
    UNIT_HANDLER,
    UNIT_LEADER,
    Story,
    a_complainant,
    answered,
    arrive,
    asked_for_more,
    at,
    dissatisfied,
    fed_back,
    forwarded,
    proposed,
    satisfied,
)
from tests.unit.workflow.ways import at_fault, called_in_vain

UNREACHABLE = commands.RecordFollowUp(outcome=Satisfaction.UNREACHABLE)
NO_ANSWER = commands.RecordCallAttempt(result=commands.CallResult.NO_ANSWER)
CLOSE = commands.Close(result="已补办并致歉。")
REDISPATCH = commands.Redispatch(advice="请书面答复。", working_days=1)


@pytest.mark.article("18.5")
@pytest.mark.parametrize(
    ("fed_back_at", "limit"),
    [
        ("2026-11-17 16:32", "2026-11-20 17:00"),  # Tuesday: Friday
        ("2026-11-19 16:32", "2026-11-24 17:00"),  # Thursday: Tuesday
        ("2026-09-29 09:00", "2026-10-09 17:00"),  # Tuesday: Wed 30, Thu 8, Fri 9 October
    ],
)
def test_the_follow_up_has_three_working_days_from_feedback(fed_back_at: str, limit: str) -> None:
    """The office has three working days from the feedback to ask the complainant."""
    story = arrive(State.DISPATCHED, received_at=at("2026-09-28 09:00")).tell(fed_back(), UNIT_HANDLER, fed_back_at)
    clock = story.clock(ClockName.FOLLOW_UP)
    assert (clock.limit, clock.article) == (at(limit), "18.5")


@pytest.mark.article("18.5")
def test_satisfied_closes() -> None:
    """Asked, content, closed, with what the complainant is told."""
    story = arrive(State.FEEDBACK_SUBMITTED).tell(satisfied(), HANDLER, "2026-11-18 15:20").tell(CLOSE, HANDLER)
    assert story.clock(ClockName.FOLLOW_UP).end is ClockEnd.MET
    assert story.case.closing is not None
    assert (story.case.closing.outcome, story.case.closing.result) == (Satisfaction.SATISFIED, "已补办并致歉。")


@pytest.mark.article("18.5")
def test_dissatisfied_without_fault_closes_with_the_reason() -> None:
    """The reason stays in the complainant's words."""
    story = arrive(State.FEEDBACK_SUBMITTED).tell(dissatisfied(unit_at_fault=False), HANDLER).tell(CLOSE, HANDLER)
    assert story.case.closing is not None
    assert (story.case.closing.outcome, story.case.closing.reason) == (Satisfaction.DISSATISFIED, "仅口头道歉。")


@pytest.mark.article("18.5")
def test_dissatisfied_with_fault_opens_a_round_with_clocks_of_its_own() -> None:
    """Back to the unit with a set limit; round 1's clocks stay as they ended."""
    story = at_fault()
    first_round = [clock for clock in story.case.clocks if not clock.is_running]
    assert story.refused(CLOSE, HANDLER).rule == "no_fault_found"
    story.tell(REDISPATCH, HANDLER, "2026-11-19 15:30")  # Thursday
    assert (story.case.round, story.case.state) == (2, State.DISPATCHED)
    clock = story.clock(ClockName.REDISPATCH)
    assert (clock.round, clock.limit) == (2, at("2026-11-20 17:00"))
    assert all(clock in story.case.clocks for clock in first_round)
    assert story.case.feedback is None
    assert story.case.follow_up is None
    assert story.case.extension_days == 0


@pytest.mark.article("18.5")
def test_it_goes_round_until_the_complainant_is_content() -> None:
    """Three rounds, each with its own feedback and follow-up; then it closes."""
    story = at_fault()
    for round_ in (2, 3):
        story.tell(REDISPATCH, HANDLER).tell(fed_back(), UNIT_HANDLER)
        assert story.case.round == round_
        assert story.clock(ClockName.FOLLOW_UP).round == round_
        story.tell(satisfied() if round_ == 3 else dissatisfied(unit_at_fault=True), HANDLER)
    assert story.tell(CLOSE, HANDLER).case.state is State.CLOSED


@pytest.mark.article("18.5")
@pytest.mark.article("annex 1")
def test_a_new_round_may_go_by_the_leader() -> None:
    """Annex 1: dissatisfied means forwarded or approved once more; round 2 then has the three days of 批办."""
    story = at_fault().tell(proposed(), HANDLER, "2026-11-17 15:30")
    assert (story.case.round, story.case.state) == (2, State.AWAITING_APPROVAL)
    assert story.clock(ClockName.CONCLUSION).end is ClockEnd.MET
    assert story.case.unit_clock is None  # round 1's is over, round 2's has not begun
    story.tell(commands.Approve(opinion="请单位分管领导牵头。"), LEADER, "2026-11-18 09:20")  # Wednesday
    assert story.case.track is Track.APPROVE
    assert story.case.round == 2
    assert story.case.holder == UNIT_LEADER
    assert story.clock(ClockName.APPROVE).limit == at("2026-11-23 17:00")  # Monday


@pytest.mark.article("18.3")
def test_a_new_round_has_extension_days_of_its_own() -> None:
    """Two days used up in round 1 do not count in round 2."""
    grant = commands.DecideExtension(granted=True, days=2, opinion="同意。")
    story = arrive(State.DISPATCHED).tell(asked_for_more(days=2), UNIT_HANDLER).tell(grant, LEADER)
    story.tell(fed_back(), UNIT_HANDLER).tell(dissatisfied(unit_at_fault=True), HANDLER).tell(REDISPATCH, HANDLER)
    story.tell(asked_for_more(days=2), UNIT_HANDLER).tell(grant, LEADER)
    assert story.case.extension_days == 2


@pytest.mark.article("18.5")
def test_a_round_may_go_to_another_unit() -> None:
    """Where the fault lay elsewhere, the next round's unit is named; the first one's window doesn't go along."""
    story = at_fault().tell(REDISPATCH.model_copy(update={"unit": OTHER_UNIT}), HANDLER)
    assert story.case.dispatch is not None
    assert (story.case.unit, story.case.dispatch.window) == (OTHER_UNIT, None)


@pytest.mark.article("18.5")
def test_unreachable_takes_three_calls_on_two_working_days() -> None:
    """Two calls are not enough, three on one day are not, and a Saturday is no second day."""
    story = arrive(State.FEEDBACK_SUBMITTED)
    for when in ("2026-11-20 15:20", "2026-11-20 16:00", "2026-11-20 16:30"):  # Friday
        assert story.refused(UNREACHABLE, HANDLER).rule == "unreachable_proven"
        story.tell(NO_ANSWER, HANDLER, when)
    story.tell(NO_ANSWER, HANDLER, "2026-11-21 10:00")  # Saturday
    assert story.refused(UNREACHABLE, HANDLER).rule == "unreachable_proven"
    story.tell(NO_ANSWER, HANDLER, "2026-11-23 09:30")  # Monday
    story.tell(UNREACHABLE, HANDLER)
    assert story.case.follow_up is not None
    assert story.case.follow_up.attempts == 5
    assert story.tell(CLOSE, HANDLER).case.state is State.CLOSED


@pytest.mark.article("18.5")
def test_who_left_no_contact_is_unreachable_without_calling() -> None:
    """An anonymous slip has nobody to call; the answer waits on the tracking page."""
    who = a_complainant(phone=None, anonymous=True)
    story = arrive(State.FEEDBACK_SUBMITTED, channel=Channel.SUGGESTION_BOX, complainant=who)
    story.tell(UNREACHABLE, HANDLER)
    assert story.case.follow_up is not None
    assert story.case.follow_up.attempts == 0


@pytest.mark.article("18.5")
def test_attempts_are_counted_with_the_call_that_succeeded() -> None:
    """Three in vain and the fourth answered: four."""
    story = called_in_vain().tell(satisfied(), HANDLER)
    assert story.case.follow_up is not None
    assert story.case.follow_up.attempts == 4


@pytest.mark.article("18.5")
def test_a_late_follow_up_is_a_breach_of_the_office() -> None:
    """The office's own limits are watched like the units'."""
    story = arrive(State.FEEDBACK_SUBMITTED).watched("2026-11-20 09:00")
    clock = story.clock(ClockName.FOLLOW_UP)
    assert (clock.end, clock.answerable) == (ClockEnd.MISSED, HANDLER)


@pytest.mark.article("18.6")
def test_filing_waits_for_every_clock() -> None:
    """Closed but not yet answered, the case can't be filed; answered, it can, and is read-only from then on."""
    story = arrive(State.CLOSED)
    assert story.refused(commands.Archive(), HANDLER).rule == "no_open_clock"
    story.tell(answered(MONDAY), SOFTWARE).tell(commands.Archive(), HANDLER)
    assert story.case.state is State.ARCHIVED
    for command in (commands.Note(text="补记。"), commands.MarkConfidential(), CLOSE, forwarded()):
        assert story.refused(command, HANDLER).rule == "transitions"


@pytest.mark.article("18.6")
@pytest.mark.parametrize("state", [State.REFUSED, State.REDIRECTED, State.WITHDRAWN])
def test_what_was_not_accepted_is_filed_too(state: State) -> None:
    """Annex 1: refused cases are put in order and filed as well."""
    story = arrive(state)
    if story.case.open_clocks:
        story.tell(answered(MONDAY), SOFTWARE)
    assert story.tell(commands.Archive(), HANDLER).case.state is State.ARCHIVED


@pytest.mark.article("18.6")
def test_looks_and_documents_are_recorded_even_then() -> None:
    """A look at a filed case's identity is an entry, and so is the binder that is made of it."""
    story = arrive(State.ARCHIVED)
    before = story.case.acted_version
    story.tell(commands.RevealIdentity(purpose=commands.Purpose.AUDIT, reason="抽查。"), LEADER)
    binder = commands.RecordDocument(document_id=story.case.complaint_id, form="案卷", number="2026-001083", sha256=SHA)
    story.tell(binder, SOFTWARE)
    assert story.case.state is State.ARCHIVED
    assert story.case.acted_version == before


def test_records_do_not_make_a_page_stale() -> None:
    """A note, a look or a warning moves the version on, but not the version that an act is compared with."""
    story = arrive(State.ACCEPTED)
    before: Story = story.copy()
    story.tell(commands.Note(text="已电话沟通。"), HANDLER).watched("2026-11-17 16:00")
    assert story.case.version > before.case.version
    assert story.case.acted_version == before.case.acted_version
    story.tell(forwarded(), HANDLER)
    assert story.case.acted_version == story.case.version


@pytest.mark.article("18.5")
def test_calls_about_a_feedback_that_went_back_do_not_count() -> None:
    """Unreachable is about the result the complainant is asked about."""
    story = called_in_vain().tell(commands.ReturnFeedback(reason="未附证明材料。"), HANDLER)
    story.tell(fed_back(), UNIT_HANDLER)
    assert story.refused(UNREACHABLE, HANDLER).rule == "unreachable_proven"
