"""For every row of the transitions: a case in which it can be done, and the command that does it.

The tests of the table walk over ``TRANSITIONS`` and ask here; a row that nobody brought about is a fault of the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from services.workflow.domain import commands
from services.workflow.domain.acts import Act
from services.workflow.domain.case import Case
from services.workflow.domain.roles import SOFTWARE, AnyRole, Person
from services.workflow.domain.sanctions import Basis, Sanction
from services.workflow.domain.states import State
from services.workflow.domain.transitions import Transition
from services.workflow.domain.urgency import Measure
from shared.contracts.complaint import Hints
from shared.contracts.values import Channel, DangerKind, Ground, Role, Satisfaction
from tests.unit.workflow.building import (
    ACTOR,
    COLLEAGUE,
    HANDLER,
    LEADER,
    MONDAY,
    SHA,
    UNIT_HANDLER,
    Story,
    a_complainant,
    answered,
    arrive,
    asked_for_more,
    dissatisfied,
    fed_back,
    forwarded,
    not_ours,
    proposed,
    refused,
    satisfied,
    unfounded,
)

COMMAND: dict[tuple[Act, str | None], commands.Command] = {
    (command.act, command.variant): command
    for command in (
        commands.Classify(matter="异地就医备案", window="A09"),
        commands.RequireStatement(reason="涉及重大事项。"),
        commands.AttachStatement(original=SHA, signed_by_complainant=True),
        commands.RequestEvidence(what="请提供取号单。", working_days=3),
        commands.RecordEvidence(originals=(SHA,)),
        commands.Accept(),
        *(refused(ground) for ground in Ground),
        commands.Redirect(competent_authority="市公安局", reason="不属进驻单位权限。"),
        commands.Split(parts=(commands.Part(matter="另一事项", unit="市税务局"),), reason="一信两事。"),
        commands.Settle(result="当场补办。", complainant_agrees=True),
        forwarded(),
        proposed(),
        commands.Approve(opinion="请单位分管领导牵头，三日内办结。"),
        commands.ReturnProposal(reason="请补充情况。"),
        commands.SignReceipt(),
        fed_back(),
        commands.ReturnFeedback(reason="未附证明材料。"),
        asked_for_more(),
        commands.DecideExtension(granted=True, days=1, opinion="同意。"),
        not_ours(),
        commands.DecideUnitRefusal(outcome="confirmed", opinion="属实。"),
        commands.DecideUnitRefusal(outcome="overruled", opinion="应予办理。"),
        commands.Recall(reason="转错单位。"),
        commands.RecordCallAttempt(result=commands.CallResult.NO_ANSWER),
        satisfied(),
        dissatisfied(unit_at_fault=True),
        commands.RecordFollowUp(outcome=Satisfaction.UNREACHABLE),
        commands.Redispatch(advice="请书面答复。", working_days=1),
        commands.Close(result="已办结。"),
        commands.Withdraw(reason="投诉人来电撤回。"),
        *(commands.HandOver(basis=basis, authority="有关机关", reason="依规定移送。") for basis in Basis),
        commands.ImposeSanction(sanction=Sanction.CRITICISM, text="予以通报批评。"),
        commands.FlagFalseAccusation(reason="查明系捏造。"),
        commands.Archive(),
        commands.Assign(to=COLLEAGUE.id),
        commands.Urge(message="请抓紧办理。"),
        commands.MarkUrgent(danger=DangerKind.SELF_HARM),
        commands.AttendUrgent(measure=Measure.CALLED_110),
        commands.MarkConfidential(),
        commands.Restrict(reason="举报工作人员收受好处。"),
        commands.LiftRestriction(reason="没有检举任何人。"),
        commands.RevealIdentity(purpose=commands.Purpose.FOLLOW_UP, reason="回访。"),
        commands.LinkDuplicate(other="2026-001091"),
        commands.Unlink(other="2026-001091", reason="关联有误。"),
        answered(MONDAY),
        commands.RecordSupplement(supplement_id=UUID(int=7), originals=(SHA,)),
        commands.RecordDocument(document_id=UUID(int=8), form="处置单", number="2026-001083-1", sha256=SHA),
        commands.Note(text="已电话沟通。"),
    )
}
"""A well-formed command of every kind."""


_DESK = {Role.OPERATOR, Role.HANDLER}
HELD_BY: dict[State, set[Role]] = {
    State.REGISTERED: _DESK,
    State.AWAITING_STATEMENT: _DESK,
    State.ACCEPTED: {Role.HANDLER},
    State.AWAITING_APPROVAL: {Role.OFFICE_LEADER},
    State.DISPATCHED: {Role.UNIT_HANDLER, Role.UNIT_LEADER},
    State.FEEDBACK_SUBMITTED: {Role.HANDLER},
    State.CLOSED: _DESK,
    State.REFUSED: {Role.HANDLER},
    State.REDIRECTED: {Role.HANDLER},
    State.WITHDRAWN: _DESK,
    State.ARCHIVED: _DESK,
}
"""Who has to act next, said once more and without the table: whoever receives, decides, approves, handles or files (art. 3)."""


def is_held_by_who_has_to_act(case: Case) -> bool:
    """Whether the one who answers for the case is the one who can do something about it."""
    if case.state is State.DISPATCHED and case.unit_refusal is None:
        return case.holder.role in HELD_BY[case.state] and case.holder.unit == case.unit
    if case.state is State.DISPATCHED:
        return case.holder.role is Role.HANDLER  # the unit's refusal waits for the office (annex 5)
    return case.holder.role in HELD_BY[case.state]


def place(row: Transition) -> Story:
    """A case in the row's state in which the row's guards hold."""
    prepare = _PREPARE.get((row.act, row.variant, row.start)) or _PREPARE.get((row.act, row.variant, None))
    story = prepare(row.start) if prepare else arrive(row.start)
    assert story.case.state is row.start, f"{row.act} {row.variant}: {story.case.state}"
    return story


def somebody(role: AnyRole, row: Transition, story: Story) -> Person:
    """Who does it: nobody urges themselves, so there a colleague of the same role does."""
    usual = ACTOR[role]
    if row.act is Act.URGE and story.case.holder.id == usual.id:
        return replace(usual, id="another", name="另一人")
    return usual


def _on_site(state: State) -> Story:
    return arrive(state, channel=Channel.VISIT)


def marked_urgent(state: State = State.REGISTERED) -> Story:
    """Danger was told, and nobody has looked yet."""
    return arrive(state).tell(commands.MarkUrgent(danger=DangerKind.SELF_HARM), SOFTWARE)


def _asked_for_evidence(state: State) -> Story:
    return arrive(state).tell(commands.RequestEvidence(what="请提供取号单。", working_days=3), HANDLER)


def _without_contact(state: State) -> Story:
    return arrive(state, complainant=a_complainant(phone=None))


def _statement_late(state: State) -> Story:
    return arrive(state).watched("2026-11-24 09:00")


def _extension_asked(state: State) -> Story:
    return arrive(state).tell(asked_for_more(), UNIT_HANDLER)


def _unit_refused(state: State) -> Story:
    return arrive(state).tell(not_ours(), UNIT_HANDLER)


def called_in_vain(state: State = State.FEEDBACK_SUBMITTED) -> Story:
    """Three calls on two working days."""
    nobody = commands.RecordCallAttempt(result=commands.CallResult.NO_ANSWER)
    story = arrive(state)
    for when in ("2026-11-16 15:20", "2026-11-16 16:30", "2026-11-17 10:45"):
        story.tell(nobody, HANDLER, when)
    return story


def _satisfied(state: State) -> Story:
    return arrive(state).tell(satisfied(), HANDLER)


def at_fault(state: State = State.FEEDBACK_SUBMITTED) -> Story:
    """Dissatisfied, and the unit at fault."""
    return arrive(state).tell(dissatisfied(unit_at_fault=True), HANDLER)


def _unit_late(state: State) -> Story:
    return arrive(state).watched("2026-11-18 09:00")


def turned_out_unfounded(state: State) -> Story:
    """The unit found nothing, and the follow-up left it there."""
    story = arrive(State.DISPATCHED).tell(unfounded(), UNIT_HANDLER)
    if state is State.CLOSED:
        story.tell(dissatisfied(unit_at_fault=False), HANDLER).tell(commands.Close(result="不属实。"), HANDLER)
    return story


def _flagged(state: State) -> Story:
    return turned_out_unfounded(state).tell(commands.FlagFalseAccusation(reason="查明系捏造。"), LEADER)


def _answered(state: State) -> Story:
    return arrive(state).tell(answered(MONDAY), SOFTWARE)


def accusing(state: State) -> Story:
    """Its words accuse somebody, so it was kept close from the first moment; the handler on duty is in charge."""
    return arrive(state, hints=Hints(discipline_words=["收红包"]), on_duty=HANDLER)


def _linked(state: State) -> Story:
    return arrive(state).tell(commands.LinkDuplicate(other="2026-001091"), HANDLER)


_PREPARE: dict[tuple[Act, str | None, State | None], Callable[[State], Story]] = {
    (Act.ATTEND_URGENT, None, None): marked_urgent,
    (Act.RECORD_EVIDENCE, None, None): _asked_for_evidence,
    (Act.REFUSE, "10.4", State.REGISTERED): _without_contact,
    (Act.REFUSE, "10.4", State.AWAITING_STATEMENT): _statement_late,
    (Act.SETTLE, None, None): _on_site,
    (Act.DECIDE_EXTENSION, None, None): _extension_asked,
    (Act.DECIDE_UNIT_REFUSAL, "confirmed", None): _unit_refused,
    (Act.DECIDE_UNIT_REFUSAL, "overruled", None): _unit_refused,
    (Act.RECORD_FOLLOW_UP, "unreachable", None): called_in_vain,
    (Act.REDISPATCH, None, None): at_fault,
    (Act.REQUEST_APPROVAL, None, State.FEEDBACK_SUBMITTED): at_fault,
    (Act.CLOSE, None, None): _satisfied,
    (Act.HAND_OVER, "19", State.DISPATCHED): _unit_late,
    (Act.HAND_OVER, "22", None): _flagged,
    (Act.IMPOSE_SANCTION, None, State.DISPATCHED): _unit_late,
    (Act.FLAG_FALSE_ACCUSATION, None, None): turned_out_unfounded,
    (Act.ARCHIVE, None, None): _answered,
    (Act.UNLINK, None, None): _linked,
    (Act.LIFT_RESTRICTION, None, None): accusing,
}
"""Where more than the state is needed."""
