"""What each command amounts to, once it is admitted: one short function a command, from the form to the fact.

Law of this file: no rule here; transitions and guards have been asked before. What a form left open is filled from the
case (the unit of the last dispatch, the ground's own remedy), never invented.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.workflow.domain import commands, events
from services.workflow.domain.acts import Act
from services.workflow.domain.clocks import ClockName
from services.workflow.domain.grounds import ground_row
from services.workflow.domain.guards import Situation, unit_meant
from services.workflow.domain.in_force import day_of
from services.workflow.domain.limits import urgent_alert_at
from services.workflow.domain.roles import Person
from shared.contracts.complaint import Target
from shared.contracts.values import Ground, Track


def _classify(_s: Situation, c: commands.Classify) -> events.What:
    return events.Classified(
        matter=c.matter, major=c.major, unit=c.unit, window=c.window, staff=c.staff, desk_number=c.desk_number
    )


def _require_statement(_s: Situation, c: commands.RequireStatement) -> events.What:
    return events.StatementRequired(reason=c.reason)


def _attach_statement(_s: Situation, c: commands.AttachStatement) -> events.What:
    return events.StatementAttached(original=c.original)


def _request_evidence(_s: Situation, c: commands.RequestEvidence) -> events.What:
    return events.EvidenceRequested(request=c.what, working_days=c.working_days)


def _record_evidence(_s: Situation, c: commands.RecordEvidence) -> events.What:
    return events.EvidenceRecorded(originals=c.originals, description=c.description)


def _accept(_s: Situation, c: commands.Accept) -> events.What:
    return events.Accepted(remarks=c.remarks)


def _refused(
    s: Situation, ground: Ground, reason: str, remedy: str | None, handed_over_to: str | None
) -> events.Refused:
    default = ground_row(ground, day_of(s.now)).remedy
    return events.Refused(ground=ground, reason=reason, remedy=remedy or default, handed_over_to=handed_over_to)


def _refuse(s: Situation, c: commands.Refuse) -> events.What:
    return _refused(s, c.ground, c.reason, c.remedy, c.handed_over_to)


def _redirect(_s: Situation, c: commands.Redirect) -> events.What:
    return events.Redirected(competent_authority=c.competent_authority, reason=c.reason)


def _split(s: Situation, c: commands.Split) -> events.What:
    parts = tuple(
        events.SplitPart(
            case_number=identity.case_number,
            complaint_id=identity.complaint_id,
            tracking_code=identity.tracking_code,
            matter=part.matter,
            target=Target(unit=part.unit, window=part.window, staff=part.staff),
        )
        for part, identity in zip(c.parts, s.facts.parts, strict=True)
    )
    return events.SplitUp(parts=parts, reason=c.reason)


def _settle(s: Situation, c: commands.Settle) -> events.What:
    return events.Settled(unit=c.unit or s.case.target.unit, result=c.result)


def _handler_of(s: Situation, c: commands.Command) -> Person:
    handler = s.facts.people(unit_meant(s.case, c)).handler
    assert handler is not None, "unit_has_handler was asked"
    return handler


def _forward(s: Situation, c: commands.Forward) -> events.What:
    return events.Forwarded(
        track=Track.FORWARD,
        unit=c.unit,
        window=c.window,
        staff=c.staff,
        advice=c.advice,
        receiver=_handler_of(s, c),
    )


def _request_approval(s: Situation, c: commands.RequestApproval) -> events.What:
    assert s.facts.office_leader is not None, "office_has_leader was asked"
    return events.ApprovalRequested(
        unit=c.unit, window=c.window, staff=c.staff, proposal=c.proposal, leader=s.facts.office_leader
    )


def _approve(s: Situation, c: commands.Approve) -> events.What:
    proposal = s.case.proposal
    assert proposal is not None, "awaiting_approval is entered by a proposal only"
    unit = c.unit or proposal.unit
    leader = s.facts.people(unit).leader
    assert leader is not None, "unit_has_leader was asked"
    is_same_unit = unit == proposal.unit
    return events.Approved(
        track=Track.APPROVE,
        unit=unit,
        window=c.window or (proposal.window if is_same_unit else None),
        staff=c.staff or (proposal.staff if is_same_unit else None),
        advice=c.advice or proposal.proposal,
        receiver=leader,
        opinion=c.opinion,
        approved_by=s.actor,
    )


def _return_proposal(_s: Situation, c: commands.ReturnProposal) -> events.What:
    return events.ProposalReturned(reason=c.reason, may_forward=c.may_forward)


def _sign_receipt(_s: Situation, _c: commands.SignReceipt) -> events.What:
    return events.ReceiptSigned()


def _unit_of(s: Situation) -> str:
    assert s.case.unit is not None, "dispatched is entered by a dispatch only"
    return s.case.unit


def _submit_feedback(s: Situation, c: commands.SubmitFeedback) -> events.What:
    clock = s.case.unit_clock
    return events.FeedbackSubmitted(
        unit=_unit_of(s),
        handler=c.handler or s.actor.name,
        phone=c.phone,
        findings=c.findings,
        substantiated=c.substantiated,
        rectification=c.rectification,
        signed_by=c.signed_by,
        signed_at=c.signed_at or s.now,
        remarks=c.remarks,
        in_time=clock is not None and clock.is_running,
    )


def _return_feedback(_s: Situation, c: commands.ReturnFeedback) -> events.What:
    return events.FeedbackReturned(reason=c.reason, working_days=c.working_days)


def _request_extension(s: Situation, c: commands.RequestExtension) -> events.What:
    return events.ExtensionRequested(
        unit=_unit_of(s),
        clerk=c.clerk or s.actor.name,
        phone=c.phone,
        days=c.days,
        reason=c.reason,
        signed_by=c.signed_by,
        remarks=c.remarks,
        late_reason=c.late_reason,
    )


def _decide_extension(s: Situation, c: commands.DecideExtension) -> events.What:
    return events.ExtensionDecided(
        unit=_unit_of(s),
        granted=c.granted,
        days=c.days,
        opinion=c.opinion,
        decided_by=s.actor,
        late_reason=c.late_reason,
    )


def _refuse_by_unit(s: Situation, c: commands.RefuseByUnit) -> events.What:
    assert s.case.dispatched_at is not None, "dispatched is entered by a dispatch only"
    return events.UnitRefused(
        unit=_unit_of(s),
        dispatched_at=s.case.dispatched_at,
        ground=c.ground,
        reason=c.reason,
        findings=c.findings,
        handler=c.handler or s.actor.name,
        signed_by=c.signed_by,
        served_on=c.served_on,
        served_at=c.served_at,
    )


def _decide_unit_refusal(s: Situation, c: commands.DecideUnitRefusal) -> events.What:
    pending = s.case.unit_refusal
    assert pending is not None, "refusal_pending was asked"
    refusal = None
    if c.outcome == "confirmed":
        refusal = _refused(s, pending.ground, pending.reason, c.remedy, c.handed_over_to)
    return events.UnitRefusalDecided(outcome=c.outcome, opinion=c.opinion, refusal=refusal)


def _recall(s: Situation, c: commands.Recall) -> events.What:
    return events.Recalled(unit=_unit_of(s), reason=c.reason)


def _record_call_attempt(_s: Situation, c: commands.RecordCallAttempt) -> events.What:
    return events.CallAttempted(result=c.result, call_back_at=c.call_back_at, remarks=c.remarks)


def _record_follow_up(s: Situation, c: commands.RecordFollowUp) -> events.What:
    is_this_a_call = c.outcome.value != "unreachable" and s.case.has_contact
    return events.FollowUpRecorded(
        outcome=c.outcome,
        reason=c.reason,
        unit_at_fault=c.unit_at_fault,
        suggestions=c.suggestions,
        attempts=len(s.case.attempts) + is_this_a_call,
    )


def _redispatch(s: Situation, c: commands.Redispatch) -> events.What:
    before, follow_up = s.case.dispatch, s.case.follow_up
    assert before is not None, "feedback was submitted, so there was a dispatch"
    assert follow_up is not None, "fault_found was asked"
    unit = c.unit or before.unit
    is_same_unit = unit == before.unit
    return events.Redispatched(
        track=Track.FORWARD,
        unit=unit,
        window=c.window or (before.window if is_same_unit else None),
        staff=c.staff or (before.staff if is_same_unit else None),
        advice=c.advice,
        receiver=_handler_of(s, c),
        working_days=c.working_days,
        reason=follow_up.reason or "",
    )


def _close(s: Situation, c: commands.Close) -> events.What:
    follow_up = s.case.follow_up
    assert follow_up is not None, "followed_up was asked"
    return events.Closed(outcome=follow_up.outcome, reason=follow_up.reason, result=c.result)


def _withdraw(_s: Situation, c: commands.Withdraw) -> events.What:
    return events.Withdrawn(reason=c.reason)


def _hand_over(_s: Situation, c: commands.HandOver) -> events.What:
    return events.HandedOver(basis=c.basis, authority=c.authority, reason=c.reason)


def _impose_sanction(s: Situation, c: commands.ImposeSanction) -> events.What:
    return events.Sanctioned(sanction=c.sanction, unit=_unit_of(s), text=c.text)


def _flag_false_accusation(_s: Situation, c: commands.FlagFalseAccusation) -> events.What:
    return events.FalseAccusationFlagged(reason=c.reason)


def _archive(_s: Situation, _c: commands.Archive) -> events.What:
    return events.Archived()


def _assign(s: Situation, c: commands.Assign) -> events.What:
    return events.Assigned(to=s.facts.office_handlers[c.to])


def _urge(s: Situation, c: commands.Urge) -> events.What:
    return events.Urged(urged=s.case.holder, message=c.message)


def _mark_urgent(s: Situation, c: commands.MarkUrgent) -> events.What:
    return events.MarkedUrgent(danger=c.danger, reason=c.reason, alert_at=urgent_alert_at(s.now))


def _attend_urgent(_s: Situation, c: commands.AttendUrgent) -> events.What:
    return events.UrgentAttended(measure=c.measure, remarks=c.remarks)


def _mark_confidential(_s: Situation, c: commands.MarkConfidential) -> events.What:
    return events.MarkedConfidential(reason=c.reason)


def _restrict(_s: Situation, c: commands.Restrict) -> events.What:
    return events.Restricted(reason=c.reason)


def _lift_restriction(_s: Situation, c: commands.LiftRestriction) -> events.What:
    return events.RestrictionLifted(reason=c.reason)


def _reveal_identity(_s: Situation, c: commands.RevealIdentity) -> events.What:
    return events.IdentityRevealed(purpose=c.purpose, reason=c.reason)


def _link(_s: Situation, c: commands.LinkDuplicate) -> events.What:
    return events.Linked(other=c.other, relation=c.relation)


def _unlink(_s: Situation, c: commands.Unlink) -> events.What:
    return events.Unlinked(other=c.other, reason=c.reason)


def _record_response(s: Situation, c: commands.RecordResponse) -> events.What:
    clock = next(clock for clock in s.case.clocks if clock.name is ClockName.RESPOND)
    return events.Responded(
        answered_at=c.answered_at,
        route=c.route,
        delivery_id=c.delivery_id,
        in_time=c.answered_at <= clock.limit,
    )


def _record_supplement(_s: Situation, c: commands.RecordSupplement) -> events.What:
    return events.Supplemented(supplement_id=c.supplement_id, originals=c.originals, sender_verified=c.sender_verified)


def _record_document(_s: Situation, c: commands.RecordDocument) -> events.What:
    return events.DocumentRecorded(document_id=c.document_id, form=c.form, number=c.number, sha256=c.sha256)


def _note(_s: Situation, c: commands.Note) -> events.What:
    return events.Noted(text=c.text)


DECISIONS: dict[Act, Callable[[Situation, Any], events.What]] = {
    Act.CLASSIFY: _classify,
    Act.REQUIRE_STATEMENT: _require_statement,
    Act.ATTACH_STATEMENT: _attach_statement,
    Act.REQUEST_EVIDENCE: _request_evidence,
    Act.RECORD_EVIDENCE: _record_evidence,
    Act.ACCEPT: _accept,
    Act.REFUSE: _refuse,
    Act.REDIRECT: _redirect,
    Act.SPLIT: _split,
    Act.SETTLE: _settle,
    Act.FORWARD: _forward,
    Act.REQUEST_APPROVAL: _request_approval,
    Act.APPROVE: _approve,
    Act.RETURN_PROPOSAL: _return_proposal,
    Act.SIGN_RECEIPT: _sign_receipt,
    Act.SUBMIT_FEEDBACK: _submit_feedback,
    Act.RETURN_FEEDBACK: _return_feedback,
    Act.REQUEST_EXTENSION: _request_extension,
    Act.DECIDE_EXTENSION: _decide_extension,
    Act.REFUSE_BY_UNIT: _refuse_by_unit,
    Act.DECIDE_UNIT_REFUSAL: _decide_unit_refusal,
    Act.RECALL: _recall,
    Act.RECORD_CALL_ATTEMPT: _record_call_attempt,
    Act.RECORD_FOLLOW_UP: _record_follow_up,
    Act.REDISPATCH: _redispatch,
    Act.CLOSE: _close,
    Act.WITHDRAW: _withdraw,
    Act.HAND_OVER: _hand_over,
    Act.IMPOSE_SANCTION: _impose_sanction,
    Act.FLAG_FALSE_ACCUSATION: _flag_false_accusation,
    Act.ARCHIVE: _archive,
    Act.ASSIGN: _assign,
    Act.URGE: _urge,
    Act.MARK_URGENT: _mark_urgent,
    Act.ATTEND_URGENT: _attend_urgent,
    Act.MARK_CONFIDENTIAL: _mark_confidential,
    Act.RESTRICT: _restrict,
    Act.LIFT_RESTRICTION: _lift_restriction,
    Act.REVEAL_IDENTITY: _reveal_identity,
    Act.LINK_DUPLICATE: _link,
    Act.UNLINK: _unlink,
    Act.RECORD_RESPONSE: _record_response,
    Act.RECORD_SUPPLEMENT: _record_supplement,
    Act.RECORD_DOCUMENT: _record_document,
    Act.NOTE: _note,
}
