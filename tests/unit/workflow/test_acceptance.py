"""From the register to the decision: major matters, evidence, the five grounds, redirection (arts. 7, 9, 10, 14-16)."""

from uuid import UUID

import pytest

from services.workflow.domain import commands, events
from services.workflow.domain.clocks import ClockEnd, ClockName
from services.workflow.domain.grounds import GROUNDS, ground_row
from services.workflow.domain.roles import Person
from services.workflow.domain.states import State
from shared.contracts.complaint import Target
from shared.contracts.values import Channel, Element, Ground
from tests.unit.workflow.building import (
    COLLEAGUE,
    HANDLER,
    OPERATOR,
    SHA,
    Story,
    a_complainant,
    arrive,
    at,
    refused,
)


@pytest.mark.article("7")
@pytest.mark.parametrize("channel", Channel)
def test_a_major_matter_waits_only_where_it_was_told(channel: Channel) -> None:
    """A major matter told by phone or on site waits for the written form; in writing it is there already."""
    state = Story.begins(channel=channel, major=True).case.state
    told = channel in {Channel.PHONE, Channel.VISIT}
    assert state is (State.AWAITING_STATEMENT if told else State.REGISTERED)


@pytest.mark.article("7")
def test_a_waiting_case_is_accepted_only_after_the_statement() -> None:
    """While the written form is awaited nobody accepts, redirects or settles; once it is there, work begins."""
    story = arrive(State.AWAITING_STATEMENT)
    assert story.clock(ClockName.STATEMENT).limit == at("2026-11-23 17:00")  # Monday, five working days on
    assert story.refused(commands.Accept(), HANDLER).rule == "transitions"
    story.tell(commands.AttachStatement(original=SHA, signed_by_complainant=True), OPERATOR, "2026-11-18 09:00")
    assert story.clock(ClockName.STATEMENT).end is ClockEnd.MET
    assert story.case.statement == SHA
    assert story.tell(commands.Accept(), HANDLER).case.state is State.ACCEPTED


@pytest.mark.article("7")
def test_a_waiting_case_can_be_withdrawn() -> None:
    """The complainant may think better of it before writing anything."""
    story = arrive(State.AWAITING_STATEMENT).tell(commands.Withdraw(reason="不再投诉。"), HANDLER)
    assert story.case.state is State.WITHDRAWN
    assert not story.case.open_clocks


@pytest.mark.article("7")
def test_a_statement_that_never_comes_ends_in_ten_four() -> None:
    """After its date, and not before, the office may refuse for want of the written form; no other ground is open."""
    story = arrive(State.AWAITING_STATEMENT).watched("2026-11-24 09:00")  # Tuesday; the date was Monday 17:00
    assert story.refused(refused(Ground.NOT_CONCERNED), HANDLER).rule == "transitions"
    story.tell(refused(Ground.NO_CONTACT_OR_EVIDENCE), HANDLER)
    assert story.case.state is State.REFUSED


@pytest.mark.article("7")
def test_a_matter_that_turns_out_major_is_sent_for_its_statement() -> None:
    """A told complaint found to be major waits from then on, and the office's clocks stop being the office's."""
    story = arrive(State.REGISTERED).tell(commands.RequestEvidence(what="收据", working_days=3), HANDLER)
    story.tell(commands.RequireStatement(reason="涉及人身伤害。"), HANDLER)
    assert story.case.state is State.AWAITING_STATEMENT
    assert story.case.major
    assert story.clock(ClockName.EVIDENCE).end is ClockEnd.LIFTED
    story.tell(commands.AttachStatement(original=SHA, signed_by_complainant=True), HANDLER)
    story.tell(commands.RequestEvidence(what="收据", working_days=3), HANDLER)  # its date may be set anew
    assert story.clock(ClockName.EVIDENCE).is_running


@pytest.mark.article("10")
@pytest.mark.parametrize("way", ["accept", "refuse", "redirect"])
def test_there_is_one_way_out_of_acceptance(way: str) -> None:
    """Accepted, refused or redirected: after one of them none of the three can be done."""
    ways: dict[str, commands.Command] = {
        "accept": commands.Accept(),
        "refuse": refused(),
        "redirect": commands.Redirect(competent_authority="市公安局", reason="不属进驻单位权限。"),
    }
    story = arrive(State.REGISTERED).tell(ways[way], HANDLER)
    for command in ways.values():
        assert story.refused(command, HANDLER).rule == "transitions"


@pytest.mark.article("10")
def test_the_five_grounds_stand_in_the_words_of_the_measure() -> None:
    """Five grounds, in order, each with the law's words and a remedy; only 10.4 lapses, only 10.5 is handed over."""
    assert [row.ground for row in GROUNDS] == list(Ground)
    assert [row.article for row in GROUNDS] == ["10.1", "10.2", "10.3", "10.4", "10.5"]
    assert all(row.chinese.endswith(("的", "投诉")) and row.remedy for row in GROUNDS)
    assert [row.ground for row in GROUNDS if row.needs_lapse] == [Ground.NO_CONTACT_OR_EVIDENCE]
    assert [row.ground for row in GROUNDS if row.needs_hand_over] == [Ground.DISCIPLINE_MATTER]


@pytest.mark.article("16")
@pytest.mark.parametrize("ground", [g for g in Ground if g is not Ground.NO_CONTACT_OR_EVIDENCE])
def test_a_refusal_tells_reason_and_remedy(ground: Ground) -> None:
    """A refusal keeps its ground, the handler's reason, and the ground's own remedy where the handler wrote none."""
    story = arrive(State.REGISTERED).tell(refused(ground), HANDLER)
    refusal = story.case.refusal
    assert refusal is not None
    assert (refusal.ground, refusal.reason) == (ground, "未说明被投诉的单位和事情。")
    assert refusal.remedy == ground_row(ground, story.now.date()).remedy
    assert story.history[-1].article == ground.value
    own = arrive(State.REGISTERED).tell(refused(ground, remedy="请到三楼信访窗口。"), HANDLER).case.refusal
    assert own is not None
    assert own.remedy == "请到三楼信访窗口。"


@pytest.mark.article("16")
def test_a_redirection_names_who_is_competent() -> None:
    """Out of the units' remit: the complainant is told where to go."""
    story = arrive(State.REDIRECTED)
    assert story.case.redirection is not None
    assert story.case.redirection.competent_authority == "市公安局"


@pytest.mark.article("10.4")
def test_without_contact_details_ten_four_is_open_at_once() -> None:
    """A complaint that leaves no way to answer may be refused on 10.4 the same day."""
    story = arrive(State.REGISTERED, channel=Channel.LETTER, complainant=a_complainant(phone=None))
    assert story.tell(refused(Ground.NO_CONTACT_OR_EVIDENCE), HANDLER).case.state is State.REFUSED


@pytest.mark.article("10.4")
def test_evidence_has_its_date_and_until_then_ten_four_is_shut() -> None:
    """Asked on Monday for three working days: shut on Thursday 17:00 sharp, open the minute after."""
    story = arrive(State.REGISTERED).tell(commands.RequestEvidence(what="收据", working_days=3), HANDLER)
    assert story.clock(ClockName.EVIDENCE).limit == at("2026-11-19 17:00")  # Thursday
    assert story.clock(ClockName.ACCEPTANCE).end is ClockEnd.LIFTED
    assert story.refused(refused(Ground.NO_CONTACT_OR_EVIDENCE), HANDLER, "2026-11-19 17:00").article == "10.4"
    story.tell(refused(Ground.NO_CONTACT_OR_EVIDENCE), HANDLER, "2026-11-19 17:01")
    assert story.clock(ClockName.EVIDENCE).end is ClockEnd.MISSED
    assert ClockName.EVIDENCE not in {clock.name for clock in story.case.breaches}  # no authority's duty


@pytest.mark.article("10.4")
def test_evidence_over_the_national_day_gets_its_working_days() -> None:
    """Asked on Wednesday 30 September 2026: the holiday runs to 7 October, so three days end on Saturday the 10th, a
    make-up workday.
    """
    story = arrive(State.REGISTERED, received_at=at("2026-09-30 09:00"))
    story.tell(commands.RequestEvidence(what="收据", working_days=3), HANDLER)
    assert story.clock(ClockName.EVIDENCE).limit == at("2026-10-10 17:00")  # Thursday 8, Friday 9, Saturday 10


@pytest.mark.article("10.4")
def test_evidence_that_comes_brings_the_decision_back_to_the_office() -> None:
    """Evidence in time meets its clock and the office has a working day to decide."""
    story = arrive(State.REGISTERED).tell(commands.RequestEvidence(what="收据", working_days=3), HANDLER)
    story.tell(commands.RecordEvidence(originals=(SHA,)), OPERATOR, "2026-11-18 11:00")
    assert story.clock(ClockName.EVIDENCE).end is ClockEnd.MET
    assert story.clock(ClockName.ACCEPTANCE).limit == at("2026-11-19 17:00")


@pytest.mark.article("10.4")
@pytest.mark.parametrize(
    ("command", "actor"),
    [
        (commands.Accept(), HANDLER),
        (refused(Ground.NOT_SPECIFIC), HANDLER),
        (commands.Redirect(competent_authority="市公安局", reason="不属进驻单位权限。"), HANDLER),
        (commands.Settle(result="当场补办。", complainant_agrees=True), HANDLER),
        (commands.RequireStatement(reason="涉及重大事项。"), HANDLER),
        (commands.Withdraw(reason="投诉人来电撤回。"), OPERATOR),
    ],
    ids=lambda given: getattr(given, "act", None),
)
def test_whoever_decides_waits_for_the_evidence_no_longer(command: commands.Command, actor: Person) -> None:
    """The complainant's date falls away with what it was asked for; nothing but the answer of art. 14 runs on in a case that ended."""
    story = arrive(State.REGISTERED, channel=Channel.VISIT)
    story.tell(commands.RequestEvidence(what="收据", working_days=3), HANDLER).tell(command, actor)
    assert story.clock(ClockName.EVIDENCE).end is ClockEnd.LIFTED
    assert story.case.is_live or {clock.name for clock in story.case.open_clocks} <= {ClockName.RESPOND}


@pytest.mark.article("10.5")
def test_a_discipline_matter_is_handed_over_and_restricted() -> None:
    """Refused on 10.5 it names the body, and from then on only leader, officer in charge and auditor know of it."""
    story = arrive(State.REGISTERED).tell(refused(Ground.DISCIPLINE_MATTER), HANDLER)
    assert story.case.refusal is not None
    assert story.case.refusal.handed_over_to == "市纪委监委"
    assert story.case.restricted
    assert story.refused(commands.Note(text="看看。"), COLLEAGUE).rule == "sight"
    assert story.refused(commands.Note(text="看看。"), OPERATOR).rule == "sight"
    story.tell(commands.Note(text="已移送。"), HANDLER)


@pytest.mark.article("15")
def test_what_was_not_given_is_listed_and_nothing_is_invented() -> None:
    """Missing elements stay listed on the case; unknown fields stay empty."""
    story = Story.begins(
        missing=[Element.STAFF, Element.EVIDENCE], target=Target(), complainant=a_complainant(name=None)
    )
    assert story.case.missing == (Element.STAFF, Element.EVIDENCE)
    assert story.case.target == Target()
    assert not story.case.real_name


@pytest.mark.article("9")
def test_the_person_complained_of_is_kept_as_stated() -> None:
    """Unit, window, person and desk number stand on the case as they were given, and can be sorted out later."""
    target = Target(unit="市医疗保障局", window="A09", staff="不详，女", desk_number="A09-2")
    story = Story.begins(target=target)
    assert story.case.target == target
    story.tell(commands.Classify(matter="异地就医备案", desk_number="A09-3"), HANDLER)
    assert story.case.matter == "异地就医备案"
    assert story.case.target == Target(unit="市医疗保障局", window="A09", staff="不详，女", desk_number="A09-3")


@pytest.mark.article("14")
@pytest.mark.parametrize(
    ("received", "limit"),
    [
        ("2026-11-16 10:12", "2026-11-17 17:00"),  # Monday morning: Tuesday
        ("2026-11-16 23:59", "2026-11-17 17:00"),  # Monday night: Tuesday all the same
        ("2026-11-20 16:59", "2026-11-23 17:00"),  # Friday: Monday
        ("2026-11-21 08:00", "2026-11-23 17:00"),  # Saturday: Monday
        ("2026-09-30 12:00", "2026-10-08 17:00"),  # Wednesday before the National Day holiday: Thursday the 8th
        ("2026-10-09 12:00", "2026-10-10 17:00"),  # Friday: Saturday, a make-up workday
        ("2026-02-13 09:00", "2026-02-14 17:00"),  # Friday: Saturday, a make-up workday before Spring Festival
        ("2026-02-14 09:00", "2026-02-24 17:00"),  # that Saturday: Tuesday after the festival
    ],
)
def test_the_first_answer_has_one_working_day(received: str, limit: str) -> None:
    """Counted from when it came in, to close of business on the next working day."""
    story = Story.begins(received_at=at(received))
    assert story.clock(ClockName.RESPOND).limit == at(limit)


@pytest.mark.article("14")
def test_a_late_registration_does_not_put_the_first_answer_off() -> None:
    """Received on Monday and registered on Wednesday, the answer was due on Tuesday, and the watch says so."""
    story = Story.begins(now=at("2026-11-18 09:00")).watched()
    assert story.clock(ClockName.RESPOND).limit == at("2026-11-17 17:00")
    assert story.clock(ClockName.RESPOND).end is ClockEnd.MISSED


@pytest.mark.article("14")
def test_real_names_are_told_from_anonymous_ones() -> None:
    """Signed and anonymous are both taken; which it was stands on the case."""
    assert Story.begins().case.real_name
    assert not Story.begins(complainant=a_complainant(anonymous=True)).case.real_name


@pytest.mark.article("14")
def test_one_letter_with_two_matters_becomes_two_cases() -> None:
    """The first keeps its number, the part gets one of its own, received when the letter was; both name each other."""
    story = arrive(State.REGISTERED, channel=Channel.LETTER)
    part = commands.Part(matter="停车收费", unit="市税务局")
    story.tell(commands.Split(parts=(part,), reason="一信两事。"), HANDLER)
    what = story.history[-1].what
    assert isinstance(what, events.SplitUp)
    assert story.case.parts == ("2026-001084",)
    assert what.parts[0].complaint_id == UUID(int=84)
    assert what.parts[0].target.unit == "市税务局"


def test_splitting_without_numbers_is_the_callers_fault() -> None:
    """A handler that forgot to set numbers aside learns of it at once."""
    story = arrive(State.REGISTERED).knows(parts=())
    with pytest.raises(ValueError, match="zip"):
        story.decides(commands.Split(parts=(commands.Part(matter="停车收费"),), reason="两事。"), HANDLER)


@pytest.mark.article("10.5")
def test_a_discipline_matter_told_orally_is_handed_over_without_waiting() -> None:
    """A major matter that belongs to a discipline body doesn't wait here for a written form."""
    story = arrive(State.AWAITING_STATEMENT).tell(refused(Ground.DISCIPLINE_MATTER), HANDLER)
    assert (story.case.state, story.case.restricted) == (State.REFUSED, True)
    assert story.clock(ClockName.STATEMENT).end is ClockEnd.LIFTED


@pytest.mark.article("10.4")
def test_late_evidence_does_not_start_the_offices_clock_a_second_time() -> None:
    """The lapse gave the office its working day; evidence that comes after it adds no other."""
    story = arrive(State.REGISTERED).tell(commands.RequestEvidence(what="收据", working_days=1), HANDLER)
    story.watched("2026-11-18 09:00").tell(commands.RecordEvidence(originals=(SHA,)), OPERATOR, "2026-11-18 10:00")
    running = [clock for clock in story.case.open_clocks if clock.name is ClockName.ACCEPTANCE]
    assert [clock.limit for clock in running] == [at("2026-11-19 17:00")]
