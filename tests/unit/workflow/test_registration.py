"""How a case begins (arts. 3, 7, 14, 15, 18.1)."""

from datetime import timedelta

import pytest

from services.workflow.domain import commands, events
from services.workflow.domain.clocks import ClockEnd, ClockName
from services.workflow.domain.evolve import evolve, fold
from services.workflow.domain.registration import register_part
from services.workflow.domain.roles import SOFTWARE
from services.workflow.domain.sight import may_see
from services.workflow.domain.states import State
from shared.contracts.complaint import Hints, SpotSettlement
from shared.contracts.values import Channel
from tests.unit.workflow.building import (
    CALENDAR,
    COLLEAGUE,
    HANDLER,
    HOURS,
    LEADER,
    MONDAY,
    NUMBER,
    OPERATOR,
    SHA,
    UNIT_HANDLER,
    Story,
    a_complaint,
    answered,
    arrive,
    at,
    forwarded,
)

ACCUSES = Hints(discipline_words=["收红包"])
LIFT = commands.LiftRestriction(reason="没有检举任何人。")
TOLD = SpotSettlement(result="当场补办。", settled_by="柜台小赵", settled_at=at("2026-11-16 10:12"))


@pytest.mark.article("3")
@pytest.mark.article("15")
@pytest.mark.parametrize("channel", Channel)
def test_every_channel_ends_in_one_kind_of_case(channel: Channel) -> None:
    """Whichever door it came in by, it is registered with number, code, receiver, time, manner and two clocks."""
    case = Story.begins(channel=channel, reception_point="总咨询服务台").case
    assert (case.number, case.channel, case.state) == (NUMBER, channel, State.REGISTERED)
    assert (case.first_receiver, case.received_at) == (OPERATOR.name, at(MONDAY))
    assert case.reception_point == "总咨询服务台"
    assert [clock.name for clock in case.open_clocks] == [ClockName.RESPOND, ClockName.ACCEPTANCE]
    assert (case.version, case.round) == (1, 1)


@pytest.mark.article("23")
def test_the_register_vouches_for_the_complaint_as_it_came() -> None:
    """The hashes of the originals stand in the first event, and so in the first entry of the timeline."""
    source = a_complaint().source.model_copy(update={"originals": [SHA]})
    what = Story.begins(source=source).history[0].what
    assert isinstance(what, events.Registered)
    assert what.originals == (SHA,)


@pytest.mark.article("10.5")
@pytest.mark.article("17")
def test_what_accuses_somebody_is_kept_close_from_the_first_moment() -> None:
    """The handler on duty is in charge of it and not whoever typed it; who only works here knows of nothing."""
    case = Story.begins(channel=Channel.SUGGESTION_BOX, hints=ACCUSES, on_duty=HANDLER).case
    assert (case.restricted, case.holder, case.officer) == (True, HANDLER, HANDLER)
    assert may_see(case, HANDLER)
    assert may_see(case, LEADER)
    assert not may_see(case, OPERATOR)
    assert not may_see(case, COLLEAGUE)


@pytest.mark.article("17")
def test_what_accuses_somebody_goes_to_no_unit_until_the_leader_lifts_it() -> None:
    """Refused with the rule; lifted, it goes the ordinary way, and everybody of the office sees it again."""
    story = Story.begins(hints=ACCUSES, on_duty=HANDLER).tell(commands.Accept(), HANDLER)
    assert story.refused(forwarded(), HANDLER).rule == "unit_may_know"
    assert story.refused(LIFT, HANDLER).article == "17"
    story.tell(LIFT, LEADER).tell(forwarded(), HANDLER)
    assert may_see(story.case, COLLEAGUE)
    assert may_see(story.case, UNIT_HANDLER)


@pytest.mark.article("17")
def test_a_handler_keeps_close_what_no_word_gave_away() -> None:
    """And is in charge of it from then on."""
    story = Story.begins().tell(commands.Restrict(reason="检举窗口工作人员。"), COLLEAGUE)
    assert (story.case.restricted, story.case.officer) == (True, COLLEAGUE)
    assert not may_see(story.case, HANDLER)


@pytest.mark.article("18.1")
def test_a_settlement_told_with_the_visit_is_recorded_with_it() -> None:
    """Registered and settled in the same minute, by whoever stood there; closed, answered, in time."""
    story = Story.begins(channel=Channel.VISIT, settled_on_the_spot=TOLD)
    assert story.case.state is State.CLOSED
    assert story.history[-1].by.name == "柜台小赵"
    assert story.case.settlement is not None
    assert story.case.settlement.result == "当场补办。"
    assert not story.case.open_clocks
    assert story.clock(ClockName.RESPOND).ended_at == TOLD.settled_at


@pytest.mark.article("7")
def test_a_major_matter_settled_on_the_spot_still_waits_for_its_statement() -> None:
    """What was told is noted and not lost; the written form comes first."""
    story = Story.begins(channel=Channel.VISIT, major=True, settled_on_the_spot=TOLD)
    assert story.case.state is State.AWAITING_STATEMENT
    what = story.history[-1].what
    assert isinstance(what, events.Noted)
    assert "当场补办" in what.text


def test_a_settlement_that_was_told_by_phone_is_only_noted() -> None:
    """On the spot means on site (art. 18.1): anything else is kept as what was said."""
    story = Story.begins(settled_on_the_spot=TOLD)
    assert story.case.state is State.REGISTERED
    assert [event.kind for event in story.history] == ["registered", "noted"]


@pytest.mark.article("14")
@pytest.mark.parametrize("is_answered", [True, False])
def test_a_part_of_a_letter_begins_as_the_letter_stands(*, is_answered: bool) -> None:
    """Received when the letter was; answered where the letter was answered before, else with the letter's limit."""
    story = arrive(State.REGISTERED, channel=Channel.LETTER)
    if is_answered:
        story.tell(answered("2026-11-16 10:30"), SOFTWARE, "2026-11-16 11:00")
    part = commands.Part(matter="停车收费", unit="市税务局")
    story.tell(commands.Split(parts=(part,), reason="一信两事。"), HANDLER)
    split = story.history[-1].what
    assert isinstance(split, events.SplitUp)
    other = evolve(None, register_part(story.case, split.parts[0], story.now, CALENDAR, HOURS))
    assert (other.number, other.split_from) == ("2026-001084", story.case.number)
    assert (other.received_at, other.matter, other.target.unit) == (story.case.received_at, "停车收费", "市税务局")
    respond = other.clock(ClockName.RESPOND)
    assert respond is not None
    assert respond.limit == story.clock(ClockName.RESPOND).limit
    assert respond.end is (ClockEnd.MET if is_answered else None)
    assert other.responded_at == story.case.responded_at
    assert other.holder == story.case.holder


def test_a_case_begins_once_and_with_its_registration() -> None:
    """A second registration, another first event and an empty history are the store's fault and are refused."""
    story = arrive(State.ACCEPTED)
    with pytest.raises(ValueError, match="begins once"):
        evolve(story.case, story.history[0])
    with pytest.raises(ValueError, match="begins once"):
        evolve(None, story.history[1])
    with pytest.raises(ValueError, match="no events"):
        fold([])


def test_a_backdated_receipt_counts_from_when_it_came_in() -> None:
    """Registered two hours later, the clock of the decision starts then; the answer's started with the receipt."""
    story = Story.begins(now=at(MONDAY) + timedelta(hours=2))
    assert story.clock(ClockName.RESPOND).started_at == at(MONDAY)
    assert story.clock(ClockName.ACCEPTANCE).started_at == at(MONDAY) + timedelta(hours=2)
