"""Who answers, who may know, and what follows (arts. 3, 4, 17, 19, 22)."""

from dataclasses import replace

import pytest

from services.workflow.domain import commands, events
from services.workflow.domain.refusal import RefusalCode
from services.workflow.domain.roles import MAY, SOFTWARE, Software
from services.workflow.domain.sanctions import SANCTIONS, Basis, Sanction
from services.workflow.domain.sight import may_see
from services.workflow.domain.states import State
from shared.contracts.complaint import Target
from shared.contracts.values import Channel, Ground, Role
from tests.unit.workflow.building import (
    ADMINISTRATOR,
    AUDITOR,
    COLLEAGUE,
    HANDLER,
    LEADER,
    OPERATOR,
    OTHER_HANDLER,
    UNIT,
    UNIT_HANDLER,
    UNIT_LEADER,
    Story,
    a_complainant,
    arrive,
    fed_back,
    forwarded,
    refused,
    unfounded,
)
from tests.unit.workflow.ways import at_fault, turned_out_unfounded

LOOK = commands.RevealIdentity(purpose=commands.Purpose.FOLLOW_UP, reason="回访。")
CRITICISM = commands.ImposeSanction(sanction=Sanction.CRITICISM, text="予以通报批评。")


@pytest.mark.article("3")
def test_the_first_receiver_answers_until_a_hand_over() -> None:
    """Whoever took the complaint in holds it; the next holder is on record by the event that handed it over."""
    story = Story.begins()
    assert story.case.holder.name == OPERATOR.name
    story.tell(commands.Assign(to=HANDLER.id), LEADER)
    assert story.case.holder == HANDLER
    assert [event.holder.name for event in story.history] == [OPERATOR.name, HANDLER.name]


@pytest.mark.article("3")
@pytest.mark.parametrize(
    "command",
    [
        commands.RequestEvidence(what="收据", working_days=3),
        commands.Accept(),
        refused(Ground.NOT_SPECIFIC),
        commands.Redirect(competent_authority="市公安局", reason="不属进驻单位权限。"),
        commands.Settle(result="当场补办。", complainant_agrees=True),
    ],
    ids=lambda command: command.act,
)
def test_whoever_takes_a_case_up_answers_for_it(command: commands.Command) -> None:
    """What an operator took in and a handler decides on is the handler's from then on."""
    story = Story.begins(channel=Channel.VISIT)
    assert story.case.holder.name == OPERATOR.name
    assert story.tell(command, HANDLER).case.holder == HANDLER


@pytest.mark.article("3")
def test_what_is_recalled_is_with_whoever_recalled_it() -> None:
    """A colleague of the officer in charge takes it back from the unit, and answers for it."""
    story = arrive(State.DISPATCHED)
    assert story.tell(commands.Recall(reason="转错单位。"), COLLEAGUE).case.holder == COLLEAGUE


@pytest.mark.article("3")
def test_what_a_machine_took_in_is_held_by_a_person() -> None:
    """A mailbox answers for nothing: the handler on duty does."""
    story = Story.begins(received_by="mailbox", on_duty=COLLEAGUE)
    assert story.case.holder == COLLEAGUE
    assert story.case.officer == COLLEAGUE


@pytest.mark.article("3")
def test_the_way_of_responsibility_through_a_case() -> None:
    """Handler, leader, the unit's leader, back to the officer: one name at a time."""
    story = arrive(State.AWAITING_APPROVAL)
    assert story.case.holder == LEADER
    assert story.tell(commands.Approve(opinion="同意。"), LEADER).case.holder == UNIT_LEADER
    assert story.tell(fed_back(), UNIT_HANDLER).case.holder == HANDLER


@pytest.mark.article("3")
def test_a_missed_limit_names_who_had_to_keep_it() -> None:
    """A breach is a fact with a name: the receiver for the unit, the officer for the office."""
    story = arrive(State.DISPATCHED).watched("2026-11-18 09:00")
    named = {clock.name.value: clock.answerable for clock in story.case.breaches}
    assert named == {"respond": HANDLER, "forward": UNIT_HANDLER}


@pytest.mark.article("3")
def test_the_offices_limits_stay_the_officers_while_the_leader_holds_the_case() -> None:
    """A late first answer is not the leader's because an opinion was being asked."""
    story = arrive(State.AWAITING_APPROVAL).watched("2026-11-18 09:00")
    named = {clock.name.value: clock.answerable for clock in story.case.breaches}
    assert named == {"respond": HANDLER, "approval": LEADER}


@pytest.mark.article("3")
def test_urging_is_on_record_with_whom_it_urged() -> None:
    """催办 goes to whoever holds the case."""
    story = arrive(State.DISPATCHED).tell(commands.Urge(message="请抓紧。"), LEADER)
    what = story.history[-1].what
    assert isinstance(what, events.Urged)
    assert what.urged == UNIT_HANDLER


@pytest.mark.article("4")
def test_nothing_goes_to_a_unit_without_an_active_handler() -> None:
    """On either track: somebody must be there to take it."""
    units = {UNIT: replace(arrive(State.ACCEPTED).facts.units[UNIT], handler=None)}
    assert arrive(State.ACCEPTED).knows(units=units).refused(forwarded(), HANDLER).article == "4"
    approve = commands.Approve(opinion="同意。")
    assert arrive(State.AWAITING_APPROVAL).knows(units=units).refused(approve, LEADER).rule == "unit_has_handler"


@pytest.mark.article("17")
def test_a_unit_knows_only_of_its_own_cases() -> None:
    """Another unit's person, and the own unit's before the dispatch, are told that there is no such case."""
    story = arrive(State.ACCEPTED)
    assert story.refused(LOOK, UNIT_HANDLER).code is RefusalCode.NOT_YOURS
    story.tell(forwarded(), HANDLER)
    assert story.refused(fed_back(), OTHER_HANDLER).code is RefusalCode.NOT_YOURS
    assert may_see(story.case, UNIT_HANDLER)
    assert not may_see(story.case, replace(UNIT_HANDLER, unit=None))


@pytest.mark.article("17")
def test_the_person_complained_of_knows_of_nothing() -> None:
    """Not even the unit's own handler, where the complaint is about that very person."""
    story = arrive(State.DISPATCHED, target=Target(unit=UNIT, staff=UNIT_HANDLER.name))
    assert story.refused(fed_back(), UNIT_HANDLER).code is RefusalCode.NOT_YOURS
    assert story.may(UNIT_HANDLER).offers == ()


@pytest.mark.article("17")
def test_an_operator_sees_what_the_operator_took_in() -> None:
    """Another operator's cases are not there."""
    another = replace(OPERATOR, id="han", name="韩雪")
    story = arrive(State.REGISTERED)
    assert may_see(story.case, OPERATOR)
    assert not may_see(story.case, another)
    assert may_see(replace(story.case, holder=another), another)


@pytest.mark.article("17")
@pytest.mark.parametrize("state", State)
def test_an_administrator_reads_no_case(state: State) -> None:
    """Directory, calendar, templates, accounts; but no complainant's words."""
    assert not may_see(arrive(state).case, ADMINISTRATOR)
    assert not any(Role.ADMINISTRATOR in roles for roles in MAY.values())


@pytest.mark.article("17")
def test_a_confidential_identity_is_sealed_from_the_unit() -> None:
    """The unit may look before, and not after; the office still may; every look is an entry with its reason."""
    story = arrive(State.DISPATCHED).tell(LOOK, UNIT_HANDLER)
    story.tell(commands.MarkConfidential(reason="怕报复。"), HANDLER)
    assert story.refused(LOOK, UNIT_HANDLER).article == "17"
    story.tell(LOOK, HANDLER).tell(LOOK, AUDITOR)
    looks = [event.by.id for event in story.history if isinstance(event.what, events.IdentityRevealed)]
    assert looks == [UNIT_HANDLER.id, HANDLER.id, AUDITOR.id]


@pytest.mark.article("17")
def test_confidentiality_asked_for_with_the_complaint_holds_from_the_start() -> None:
    """No command is needed where the complainant asked for it at once."""
    story = arrive(State.DISPATCHED, complainant=a_complainant(confidential=True))
    assert story.refused(LOOK, UNIT_HANDLER).rule == "identity_open_to_actor"


@pytest.mark.article("17")
def test_no_event_carries_an_identity() -> None:
    """The complainant's name and phone stand in no event and not in the case."""
    story = arrive(State.CLOSED, complainant=a_complainant(name="钱某某", phone="+8613700002046"))
    everything = repr(story.case) + "".join(event.model_dump_json() for event in story.history)
    assert "钱某某" not in everything
    assert "13700002046" not in everything


@pytest.mark.article("19")
def test_no_sanction_without_proof() -> None:
    """Dispatched and in time: nothing is proven."""
    assert arrive(State.DISPATCHED).refused(CRITICISM, LEADER).rule == "proven"
    assert turned_out_unfounded(State.FEEDBACK_SUBMITTED).refused(CRITICISM, LEADER).rule == "proven"


@pytest.mark.article("19")
def test_a_missed_limit_of_the_unit_is_proof_even_before_anybody_watched() -> None:
    """The limit passed on Tuesday 17:00; the leader acts on Wednesday, and the miss is stated in the same entry."""
    story = arrive(State.DISPATCHED).tell(CRITICISM, LEADER, "2026-11-18 09:00")
    assert [sanction.unit for sanction in story.case.sanctions] == [UNIT]
    assert any(clock.name.value == "forward" for clock in story.case.breaches)


@pytest.mark.article("19")
def test_what_was_substantiated_once_stays_proven() -> None:
    """Round 1 was substantiated; that round 2 found nothing more takes nothing back."""
    redispatch = commands.Redispatch(advice="请书面答复。", working_days=1)
    story = at_fault().tell(redispatch, HANDLER).tell(unfounded(), UNIT_HANDLER)
    assert story.tell(CRITICISM, LEADER).case.sanctions
    assert story.refused(commands.FlagFalseAccusation(reason="x"), LEADER).rule == "unfounded"


@pytest.mark.article("19")
def test_the_offices_own_lateness_proves_nothing_against_the_unit() -> None:
    """A late first answer is the office's breach."""
    story = arrive(State.ACCEPTED).watched("2026-11-18 09:00").tell(forwarded(), HANDLER)
    assert story.case.breaches
    assert story.refused(CRITICISM, LEADER).rule == "proven"


@pytest.mark.article("19")
def test_the_three_sanctions_of_the_measure() -> None:
    """Criticism, order to rectify, loss of award eligibility; each can be imposed on a substantiated case."""
    assert [row.chinese for row in SANCTIONS.values()] == ["通报批评", "责令整改", "取消评先树优资格"]
    story = arrive(State.FEEDBACK_SUBMITTED)
    for sanction in Sanction:
        story.tell(commands.ImposeSanction(sanction=sanction, text="依第十九条。"), LEADER)
    assert [one.sanction for one in story.case.sanctions] == list(Sanction)


@pytest.mark.article("19")
def test_grave_fault_is_handed_over_after_proof_and_the_case_goes_on() -> None:
    """The hand-over is recorded; follow-up and closing remain the office's."""
    grave = commands.HandOver(basis=Basis.GRAVE_FAULT, authority="市纪委监委", reason="情节严重。")
    assert arrive(State.DISPATCHED).refused(grave, LEADER).rule == "proven"
    story = arrive(State.FEEDBACK_SUBMITTED).tell(grave, LEADER)
    assert story.case.state is State.FEEDBACK_SUBMITTED
    assert [one.authority for one in story.case.hand_overs] == ["市纪委监委"]


@pytest.mark.article("10.5")
@pytest.mark.parametrize("state", [State.ACCEPTED, State.AWAITING_APPROVAL, State.DISPATCHED, State.FEEDBACK_SUBMITTED])
def test_a_discipline_matter_found_on_the_way_leaves_the_centres_hands(state: State) -> None:
    """Handed over, closed, restricted: the unit knows of it no longer, and no clock runs but the first answer's."""
    over = commands.HandOver(basis=Basis.DISCIPLINE, authority="市纪委监委", reason="发现违纪线索。")
    story = arrive(state).tell(over, LEADER)
    assert story.case.state is State.CLOSED
    assert story.case.restricted
    assert [clock.name.value for clock in story.case.open_clocks] == ["respond"]
    assert not may_see(story.case, UNIT_HANDLER)
    assert may_see(story.case, HANDLER)


@pytest.mark.article("22")
def test_a_false_accusation_is_a_leaders_finding_and_never_the_softwares() -> None:
    """Only after unfounded findings, only by a leader, then the hand-over."""
    flag = commands.FlagFalseAccusation(reason="查明系捏造。")
    over = commands.HandOver(basis=Basis.FALSE_ACCUSATION, authority="市公安局", reason="依第二十二条。")
    assert MAY[flag.act] == {Role.OFFICE_LEADER}
    assert Software.SYSTEM not in MAY[flag.act]
    assert arrive(State.FEEDBACK_SUBMITTED).refused(flag, LEADER).rule == "unfounded"
    story = turned_out_unfounded(State.FEEDBACK_SUBMITTED)
    assert not story.case.is_false_accusation
    assert story.refused(flag, SOFTWARE).code is RefusalCode.NOT_YOUR_ROLE
    assert story.refused(over, LEADER).rule == "flagged"
    story.tell(flag, LEADER).tell(over, LEADER)
    assert story.case.is_false_accusation
    assert story.case.hand_overs[0].basis is Basis.FALSE_ACCUSATION


@pytest.mark.article("23")
def test_an_auditor_changes_nothing() -> None:
    """The only thing an auditor may ask for is a look, and the look is on record."""
    assert [act.value for act, roles in MAY.items() if Role.AUDITOR in roles] == ["reveal_identity"]


@pytest.mark.article("14")
def test_links_merge_nothing_and_can_be_undone() -> None:
    """Linked cases keep number and answer of their own; a wrong link is taken back, and both acts stay on record."""
    story = arrive(State.REGISTERED).tell(commands.LinkDuplicate(other="2026-001091"), HANDLER)
    assert [link.other for link in story.case.links] == ["2026-001091"]
    story.tell(commands.Unlink(other="2026-001091", reason="不是一事。"), HANDLER)
    assert story.case.links == ()
    assert [event.kind for event in story.history[1:]] == ["linked", "unlinked"]
