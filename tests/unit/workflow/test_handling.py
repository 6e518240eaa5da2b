"""The handling: on the spot, 转办, 批办, feedback, extension, the unit's refusal (arts. 18.1-18.4, annexes 2-5)."""

from dataclasses import replace

import pytest

from services.workflow.domain import commands, events
from services.workflow.domain.clocks import Because, ClockEnd, ClockName, Party
from services.workflow.domain.in_force import day_of
from services.workflow.domain.limits import Figure, figure
from services.workflow.domain.states import State
from shared.contracts.values import Channel, Ground, Role, Track
from tests.unit.workflow.building import (
    HANDLER,
    LEADER,
    MONDAY,
    OTHER_HANDLER,
    OTHER_UNIT,
    UNIT,
    UNIT_HANDLER,
    UNIT_LEADER,
    Story,
    arrive,
    asked_for_more,
    at,
    fed_back,
    forwarded,
    not_ours,
    proposed,
    unfounded,
)

ONE_DAY = commands.DecideExtension(granted=True, days=1, opinion="同意一日。")
TWO_DAYS = commands.DecideExtension(granted=True, days=2, opinion="同意。")
OVERRULED = commands.DecideUnitRefusal(outcome="overruled", opinion="应予办理。")
CONFIRMED = commands.DecideUnitRefusal(outcome="confirmed", opinion="属实。")


def approved(when: str = "2026-11-16 14:00") -> Story:
    """批办 on a Monday afternoon: the unit has until Thursday 17:00."""
    return arrive(State.AWAITING_APPROVAL).tell(commands.Approve(opinion="三日内办结。"), LEADER, when)


@pytest.mark.article("18.1")
def test_settled_on_the_spot_is_answered_and_closed_at_once() -> None:
    """One act records the result, answers the complainant and closes; no clock is left."""
    settle = commands.Settle(result="当场补办。", complainant_agrees=True)
    story = arrive(State.REGISTERED, channel=Channel.VISIT).tell(settle, HANDLER)
    assert story.case.state is State.CLOSED
    assert story.case.settlement is not None
    assert story.case.settlement.unit == UNIT
    assert story.case.responded_at == story.now
    assert story.clock(ClockName.RESPOND).end is ClockEnd.MET
    assert not story.case.open_clocks


@pytest.mark.article("18.2")
@pytest.mark.parametrize(
    ("dispatched", "limit"),
    [
        ("2026-11-16 14:20", "2026-11-17 17:00"),  # Monday: Tuesday
        ("2026-11-20 14:20", "2026-11-23 17:00"),  # Friday: Monday
        ("2026-12-31 14:20", "2027-01-04 17:00"),  # Thursday: Monday, for New Year is a holiday
    ],
)
def test_a_forwarded_case_has_one_working_day_from_dispatch(dispatched: str, limit: str) -> None:
    """转办: the unit's handler holds it and has until close of business on the next working day."""
    story = arrive(State.ACCEPTED).tell(forwarded(), HANDLER, dispatched)
    assert story.case.track is Track.FORWARD
    assert story.case.holder == UNIT_HANDLER
    assert story.clock(ClockName.FORWARD).limit == at(limit)
    assert story.clock(ClockName.FORWARD).article == "18.2"


@pytest.mark.article("18.2")
def test_a_limit_beyond_the_published_calendar_says_that_it_is_provisional() -> None:
    """A limit counted over days whose notice isn't out yet is marked, never silently Monday to Friday."""
    story = arrive(State.ACCEPTED).tell(forwarded(), HANDLER, "2026-12-31 14:20")
    assert story.clock(ClockName.FORWARD).limits[-1].limit.provisional
    assert not arrive(State.DISPATCHED).clock(ClockName.FORWARD).limits[-1].limit.provisional


@pytest.mark.article("18.3")
@pytest.mark.parametrize(
    ("dispatched", "limit"),
    [
        ("2026-11-16 14:00", "2026-11-19 17:00"),  # Monday: Thursday
        ("2026-11-19 14:00", "2026-11-24 17:00"),  # Thursday: Tuesday
        ("2026-09-29 14:00", "2026-10-09 17:00"),  # Tuesday: Wed 30, then Thu 8 and Fri 9 after the holiday
    ],
)
def test_an_approved_case_has_three_working_days_from_receipt(dispatched: str, limit: str) -> None:
    """批办: the unit's leader holds it; the dispatch puts it on the unit's desk the same moment."""
    story = approved(dispatched)
    assert story.case.track is Track.APPROVE
    assert story.case.holder == UNIT_LEADER
    assert story.clock(ClockName.APPROVE).limit == at(limit)


@pytest.mark.article("18.3")
def test_signing_for_receipt_does_not_move_the_limit() -> None:
    """A unit can't put its limit off by looking late."""
    story = approved()
    limit = story.clock(ClockName.APPROVE).limit
    story.tell(commands.SignReceipt(), UNIT_HANDLER, "2026-11-18 09:00")
    assert story.case.receipt_signed_at == story.now
    assert story.clock(ClockName.APPROVE).limit == limit


@pytest.mark.article("18.3")
def test_nothing_leaves_on_the_approve_track_without_an_opinion() -> None:
    """Once the leader was asked, forwarding needs the leader's leave, given with the return."""
    story = arrive(State.AWAITING_APPROVAL)
    assert story.refused(forwarded(), HANDLER).rule == "transitions"
    held = story.copy().tell(commands.ReturnProposal(reason="请补充。"), LEADER)
    assert held.refused(forwarded(), HANDLER).rule == "approval_not_owed"
    assert held.tell(proposed(), HANDLER).case.state is State.AWAITING_APPROVAL
    free = story.tell(commands.ReturnProposal(reason="情由简单，改为转办。", may_forward=True), LEADER)
    assert free.tell(forwarded(), HANDLER).case.track is Track.FORWARD


@pytest.mark.article("18.3")
def test_the_leader_may_send_it_to_another_unit_than_proposed() -> None:
    """The opinion decides; window and person of the first unit don't go along to another."""
    story = arrive(State.ACCEPTED).tell(proposed(window="A09", staff="某某"), HANDLER)
    story.tell(commands.Approve(opinion="转税务局。", unit=OTHER_UNIT), LEADER)
    dispatch = story.case.dispatch
    assert isinstance(dispatch, events.Approved)
    assert (dispatch.unit, dispatch.window, dispatch.staff) == (OTHER_UNIT, None, None)
    assert dispatch.advice == "情由复杂，建议批办。"
    assert dispatch.approved_by == LEADER


@pytest.mark.article("18.3")
def test_whoever_proposed_does_not_approve() -> None:
    """A person who is both handler and leader needs somebody else's eyes."""
    both = replace(HANDLER, role=Role.OFFICE_LEADER)
    story = arrive(State.AWAITING_APPROVAL)
    assert story.refused(commands.Approve(opinion="同意。"), both).rule == "another_person"


@pytest.mark.article("18.3")
def test_an_extension_moves_the_limit_and_keeps_the_first() -> None:
    """Two days granted: Thursday becomes Monday; both values stand."""
    story = approved().tell(asked_for_more(days=2), UNIT_HANDLER, "2026-11-18 09:10")
    story.tell(TWO_DAYS, LEADER, "2026-11-18 11:00")
    clock = story.clock(ClockName.APPROVE)
    assert (clock.original_limit, clock.limit) == (at("2026-11-19 17:00"), at("2026-11-23 17:00"))
    assert [value.because for value in clock.limits] == [Because.STARTED, Because.EXTENDED]
    assert story.clock(ClockName.EXTENSION).end is ClockEnd.MET
    assert story.tell(fed_back(), UNIT_HANDLER, "2026-11-23 17:00").clock(ClockName.APPROVE).end is ClockEnd.MET


@pytest.mark.article("18.3")
def test_extensions_add_up_to_two_days_and_no_more() -> None:
    """One and one is enough: a third day can neither be asked for nor granted."""
    story = approved()
    for _ in range(2):
        story.tell(asked_for_more(), UNIT_HANDLER).tell(ONE_DAY, LEADER)
    assert story.case.extension_days == 2
    assert story.clock(ClockName.APPROVE).limit == at("2026-11-23 17:00")
    assert story.refused(asked_for_more(), UNIT_HANDLER).rule == "extension_left"


@pytest.mark.article("18.3")
def test_more_days_than_the_table_has_are_refused_by_its_rule() -> None:
    """The form takes any number of days; what is too many is said by the row, with its article."""
    story, most = arrive(State.DISPATCHED), figure(Figure.EXTENSION_DAYS, day_of(at(MONDAY)))
    refusal = story.refused(asked_for_more(days=most + 1), UNIT_HANDLER)
    assert (refusal.rule, refusal.article) == ("extension_within_cap", "18.3")
    assert f"不得超过{most}个工作日" in refusal.message_zh


@pytest.mark.article("18.3")
def test_the_leader_grants_no_more_than_is_left() -> None:
    """With one day used, two can't be granted even if one was asked for."""
    story = approved().tell(asked_for_more(), UNIT_HANDLER).tell(ONE_DAY, LEADER).tell(asked_for_more(), UNIT_HANDLER)
    assert story.refused(TWO_DAYS, LEADER).rule == "extension_within_cap"


@pytest.mark.article("18.4")
def test_a_refused_extension_leaves_the_limit() -> None:
    """Not granted: the first limit stands, and the days are not used up."""
    refusal = commands.DecideExtension(granted=False, opinion="理由不足。")
    story = approved().tell(asked_for_more(days=2), UNIT_HANDLER).tell(refusal, LEADER)
    assert story.clock(ClockName.APPROVE).limit == at("2026-11-19 17:00")
    assert story.case.extension_days == 0
    assert story.case.extension_request is None


@pytest.mark.article("18.4")
def test_an_extension_nobody_decided_leaves_the_first_limit() -> None:
    """Asked on the last day and never decided: unit and leader both missed their limits, whoever looks."""
    story = approved().tell(asked_for_more(), UNIT_HANDLER, "2026-11-19 16:00")
    assert story.clock(ClockName.EXTENSION).limit == at("2026-11-19 17:00")  # never after the limit it is about
    story.watched("2026-11-20 09:00")
    assert {clock.name: clock.answerable for clock in story.case.breaches if clock.name != "respond"} == {
        ClockName.APPROVE: UNIT_LEADER,
        ClockName.EXTENSION: LEADER,
    }


@pytest.mark.article("18.3")
def test_a_late_extension_needs_a_reason_and_does_not_undo_the_miss() -> None:
    """After the limit, request and decision say why they are late; the miss stays, a second clock stands beside it."""
    story = approved().waits("2026-11-20 09:00")  # Friday; the limit was Thursday
    assert story.refused(asked_for_more(days=2), UNIT_HANDLER).rule == "late_with_reason"
    story.tell(asked_for_more(days=2, late_reason="经办人住院。"), UNIT_HANDLER)
    assert story.refused(TWO_DAYS, LEADER).rule == "late_with_reason"
    story.tell(TWO_DAYS.model_copy(update={"late_reason": "同上。"}), LEADER)
    first, second = (clock for clock in story.case.clocks if clock.name is ClockName.APPROVE)
    assert first.end is ClockEnd.MISSED
    assert (second.is_running, second.limit) == (True, at("2026-11-23 17:00"))
    story.tell(fed_back(), UNIT_HANDLER, "2026-11-23 10:00")
    assert story.case.feedback is not None
    assert story.case.feedback.in_time
    assert first in story.case.clocks


@pytest.mark.article("18.4")
@pytest.mark.article("annex 3")
def test_feedback_needs_the_leaders_signature() -> None:
    """Signed by somebody else of the unit, or by another unit's leader, it can't be handed in."""
    story = arrive(State.DISPATCHED)
    for name in (UNIT_HANDLER.name, "宋建华", "高 玉兰"):
        assert story.refused(fed_back(signed_by=name), UNIT_HANDLER).rule == "signed_by_leader"
    story.tell(fed_back(), UNIT_HANDLER)
    feedback = story.case.feedback
    assert feedback is not None
    assert (feedback.signed_by, feedback.sealed, feedback.copies) == (UNIT_LEADER.name, True, 3)
    assert (feedback.handler, feedback.signed_at) == (UNIT_HANDLER.name, story.now)
    assert story.case.holder == HANDLER


@pytest.mark.article("annex 3")
def test_rectification_stays_empty_where_unfounded() -> None:
    """Note 2: an unfounded complaint has findings and no rectification."""
    story = arrive(State.DISPATCHED).tell(unfounded(), UNIT_HANDLER)
    assert story.case.feedback is not None
    assert story.case.feedback.rectification is None
    assert not story.case.is_substantiated


@pytest.mark.article("18.2")
def test_feedback_in_the_last_moment_is_in_time_and_a_minute_later_is_not() -> None:
    """17:00 sharp on Tuesday meets the limit; at 17:01 it is missed, and the work goes on all the same."""
    in_time = arrive(State.DISPATCHED).tell(fed_back(), UNIT_HANDLER, "2026-11-17 17:00")
    assert in_time.clock(ClockName.FORWARD).end is ClockEnd.MET
    late = arrive(State.DISPATCHED).tell(fed_back(), UNIT_HANDLER, "2026-11-17 17:01")
    assert late.clock(ClockName.FORWARD).end is ClockEnd.MISSED
    assert late.clock(ClockName.FORWARD).answerable == UNIT_HANDLER
    assert late.case.feedback is not None
    assert not late.case.feedback.in_time
    assert late.case.state is State.FEEDBACK_SUBMITTED


@pytest.mark.article("18.4")
def test_incomplete_feedback_goes_back_with_a_limit() -> None:
    """The office returns it; the unit completes it within the set day; the first clock stays met."""
    story = arrive(State.FEEDBACK_SUBMITTED).tell(commands.ReturnFeedback(reason="未附证明。"), HANDLER)
    assert story.case.state is State.DISPATCHED
    assert story.case.holder == UNIT_HANDLER
    assert story.clock(ClockName.COMPLETION).limit == at("2026-11-17 17:00")
    assert story.clock(ClockName.FOLLOW_UP).end is ClockEnd.LIFTED
    story.tell(fed_back(), UNIT_HANDLER, "2026-11-17 10:00")
    assert story.clock(ClockName.FORWARD).end is ClockEnd.MET
    assert story.clock(ClockName.COMPLETION).end is ClockEnd.MET


@pytest.mark.article("annex 5")
def test_the_units_refusal_waits_for_the_office() -> None:
    """Annex 5 meets the unit's limit and hands the case to the officer, who has a working day to decide."""
    story = arrive(State.DISPATCHED).tell(not_ours(), UNIT_HANDLER, "2026-11-17 15:00")
    assert story.clock(ClockName.FORWARD).end is ClockEnd.MET
    assert story.case.holder == HANDLER
    assert story.clock(ClockName.ACCEPTANCE).limit == at("2026-11-18 17:00")
    assert story.refused(commands.Recall(reason="转错。"), HANDLER).rule == "no_refusal_pending"


@pytest.mark.article("annex 5")
def test_a_confirmed_refusal_refuses_the_case() -> None:
    """Confirmed: refused on the unit's ground, with the remedy that the complainant is told."""
    story = arrive(State.DISPATCHED).tell(not_ours(), UNIT_HANDLER).tell(CONFIRMED, HANDLER)
    assert story.case.state is State.REFUSED
    assert story.case.refusal is not None
    assert story.case.refusal.ground is Ground.OTHER_LEGAL_WAY
    assert "行政复议" in story.case.refusal.remedy


@pytest.mark.article("10.5")
def test_a_units_discipline_ground_is_confirmed_with_the_body_it_goes_to() -> None:
    """10.5 from a unit is handed over and restricted like any other; no other ground names a body."""
    named = commands.DecideUnitRefusal(outcome="confirmed", opinion="属实。", handed_over_to="市纪委监委")
    story = arrive(State.DISPATCHED).tell(not_ours(ground=Ground.DISCIPLINE_MATTER), UNIT_HANDLER)
    assert story.tell(named, HANDLER).case.restricted
    other = arrive(State.DISPATCHED).tell(not_ours(), UNIT_HANDLER)
    assert other.refused(named, HANDLER).rule == "hand_over_named"


@pytest.mark.article("annex 5")
@pytest.mark.parametrize("track", Track)
def test_an_overruled_refusal_starts_the_units_limit_anew(track: Track) -> None:
    """Overruled: the unit has the full limit of its track again, and may not refuse a second time in this round."""
    story = approved() if track is Track.APPROVE else arrive(State.DISPATCHED)
    story.tell(not_ours(), UNIT_HANDLER).tell(OVERRULED, HANDLER, "2026-11-17 10:00")
    name, limit = {
        Track.FORWARD: (ClockName.FORWARD, "2026-11-18 17:00"),
        Track.APPROVE: (ClockName.APPROVE, "2026-11-20 17:00"),
    }[track]
    first, second = (clock for clock in story.case.clocks if clock.name is name)
    assert first.end is ClockEnd.MET
    assert second.limit == at(limit)
    assert [clock for clock in story.case.open_clocks if clock.bound is Party.UNIT] == [second]
    assert story.refused(not_ours(), UNIT_HANDLER).rule == "not_overruled"


@pytest.mark.article("18.2")
def test_a_case_sent_to_the_wrong_unit_is_recalled() -> None:
    """Recalled, the first unit no longer knows of it, and the right one gets its full limit."""
    story = arrive(State.ACCEPTED).tell(forwarded(unit=OTHER_UNIT), HANDLER)
    story.tell(commands.Recall(reason="转错单位。"), HANDLER)
    assert story.clock(ClockName.FORWARD).end is ClockEnd.LIFTED
    assert story.refused(commands.Note(text="看看。"), OTHER_HANDLER).rule == "sight"
    story.tell(forwarded(), HANDLER, "2026-11-17 09:00")
    assert story.clock(ClockName.FORWARD).limit == at("2026-11-18 17:00")


@pytest.mark.article("annex 4")
def test_the_extension_form_is_complete() -> None:
    """Unit, clerk, days, reason, the leader's signature, then the office leader's opinion: all on record."""
    story = approved().tell(asked_for_more(days=2, phone="0632-0001109", remarks="另附函。"), UNIT_HANDLER)
    form = story.case.extension_request
    assert form is not None
    assert (form.unit, form.clerk, form.days) == (UNIT, UNIT_HANDLER.name, 2)
    assert (form.reason, form.signed_by) == ("须核对外地结算。", UNIT_LEADER.name)
    story.tell(ONE_DAY, LEADER)
    decision = story.history[-1].what
    assert isinstance(decision, events.ExtensionDecided)
    assert (decision.opinion, decision.decided_by, decision.days) == ("同意一日。", LEADER, 1)


@pytest.mark.article("18.4")
def test_a_recall_takes_the_first_units_request_and_receipt_along() -> None:
    """What the wrong unit asked for and signed for is not the right unit's."""
    story = arrive(State.ACCEPTED).tell(forwarded(unit=OTHER_UNIT), HANDLER)
    story.tell(commands.SignReceipt(), OTHER_HANDLER).tell(asked_for_more(signed_by="宋建华"), OTHER_HANDLER)
    story.tell(commands.Recall(reason="转错单位。"), HANDLER)
    assert story.clock(ClockName.EXTENSION).end is ClockEnd.LIFTED
    story.tell(forwarded(), HANDLER)
    assert story.refused(ONE_DAY, LEADER).rule == "extension_pending"
    assert story.tell(commands.SignReceipt(), UNIT_HANDLER).case.receipt_signed_at == story.now


@pytest.mark.article("annex 5")
def test_the_right_unit_may_refuse_where_the_wrong_one_was_overruled() -> None:
    """Once a round is once a dispatch: another unit is heard on its own ground."""
    story = arrive(State.ACCEPTED).tell(forwarded(unit=OTHER_UNIT), HANDLER)
    story.tell(not_ours(signed_by="宋建华"), OTHER_HANDLER).tell(OVERRULED, HANDLER)
    story.tell(commands.Recall(reason="转错单位。"), HANDLER).tell(forwarded(), HANDLER)
    assert story.tell(not_ours(), UNIT_HANDLER).case.unit_refusal is not None


@pytest.mark.article("18.4")
@pytest.mark.parametrize("answer", [fed_back(), not_ours()], ids=["feedback", "refusal"])
def test_a_request_for_time_falls_away_when_the_unit_answers(answer: commands.Command) -> None:
    """Nobody decides on an extension of something that is done."""
    story = arrive(State.DISPATCHED).tell(asked_for_more(), UNIT_HANDLER).tell(answer, UNIT_HANDLER)
    assert story.clock(ClockName.EXTENSION).end is ClockEnd.LIFTED
    assert story.case.extension_request is None
