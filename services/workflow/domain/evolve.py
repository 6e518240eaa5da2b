"""The fold: what an event makes of a case.

Law of this file: pure addition. It reads no rule table, so that cases keep standing as they were judged, and refuses
nothing: what has happened has happened. State, round, holder and clocks come from the event's own head; the functions
below only keep what the event brought along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from services.workflow.domain import events
from services.workflow.domain.case import Attempt, Case, Link
from services.workflow.domain.clocks import after_all
from services.workflow.domain.events import Event
from services.workflow.domain.sanctions import Basis
from services.workflow.domain.urgency import Attended, Urgency, after_measure
from shared.contracts.complaint import Target
from shared.contracts.values import Ground, Role


def evolve(case: Case | None, event: Event) -> Case:
    """The case after an event. Raises ValueError where a case would begin twice, or not begin with its registration."""
    if case is None or isinstance(event.what, events.Registered):
        return _begun(case, event)
    kept = _KEEP.get(type(event.what), _nothing)(_turned(case, event), event, event.what)
    version = case.version + 1
    return replace(
        kept,
        version=version,
        acted_version=case.acted_version if event.what.is_record else version,
        state=event.state,
        holder=event.holder,
        officer=event.holder if event.holder.role is Role.HANDLER else case.officer,
        clocks=after_all(case.clocks, event.clocks),
    )


def fold(history: Iterable[Event], case: Case | None = None) -> Case:
    """The case after its events, in order. Raises ValueError where there are none."""
    for event in history:
        case = evolve(case, event)
    if case is None:
        raise ValueError("a case begins with its registration; there are no events")
    return case


def _begun(case: Case | None, event: Event) -> Case:
    what = event.what
    if case is not None or not isinstance(what, events.Registered):
        raise ValueError(f"a case begins once, with its registration, not with {what.kind}")
    return Case(
        complaint_id=what.complaint_id,
        tracking_code=what.tracking_code,
        number=what.case_number,
        channel=what.channel,
        received_at=what.received_at,
        first_receiver=what.first_receiver,
        reception_point=what.reception_point,
        real_name=what.real_name,
        has_contact=what.has_contact,
        missing=what.missing,
        split_from=what.split_from,
        state=event.state,
        version=1,
        acted_version=1,
        round=event.round,
        holder=event.holder,
        officer=event.holder if event.holder.role is Role.HANDLER else None,
        clocks=after_all((), event.clocks),
        target=what.target,
        matter=what.matter,
        major=what.major,
        confidential=what.confidential,
        restricted=what.restricted,
        responded_at=what.responded_at,
    )


def _turned(case: Case, event: Event) -> Case:
    """Where a new round begins, the last one's doings are left to the timeline (art. 18.5)."""
    if event.round == case.round:
        return case
    return replace(
        case,
        round=event.round,
        proposal=None,
        proposed_by=None,
        receipt_signed_at=None,
        extension_request=None,
        extension_days=0,
        unit_refusal=None,
        unit_refusal_overruled=False,
        feedback=None,
        attempts=(),
        follow_up=None,
    )


def _nothing(case: Case, _event: Event, _what: Any) -> Case:
    return case


def _classified(case: Case, _event: Event, what: events.Classified) -> Case:
    old = case.target
    target = Target(
        unit=what.unit or old.unit,
        window=what.window or old.window,
        staff=what.staff or old.staff,
        desk_number=what.desk_number or old.desk_number,
    )
    return replace(case, target=target, matter=what.matter or case.matter, major=case.major or what.major)


def _statement_required(case: Case, _event: Event, _what: events.StatementRequired) -> Case:
    # A date set for evidence was lifted with it, and may be set anew.
    return replace(case, major=True, evidence_request=None)


def _statement(case: Case, _event: Event, what: events.StatementAttached) -> Case:
    return replace(case, statement=what.original)


def _evidence_requested(case: Case, _event: Event, what: events.EvidenceRequested) -> Case:
    return replace(case, evidence_request=what)


def _evidence_recorded(case: Case, event: Event, _what: events.EvidenceRecorded) -> Case:
    return replace(case, evidence_at=event.at)


def _refused(case: Case, _event: Event, what: events.Refused) -> Case:
    restricted = case.restricted or what.ground is Ground.DISCIPLINE_MATTER
    return replace(case, refusal=what, restricted=restricted)


def _redirected(case: Case, _event: Event, what: events.Redirected) -> Case:
    return replace(case, redirection=what)


def _split_up(case: Case, _event: Event, what: events.SplitUp) -> Case:
    return replace(case, parts=(*case.parts, *(part.case_number for part in what.parts)))


def _settled(case: Case, event: Event, what: events.Settled) -> Case:
    # The complainant stood there and was told: that is the first answer too (art. 14).
    return replace(case, settlement=what, responded_at=case.responded_at or event.at)


def _dispatched(case: Case, event: Event, what: events.Forwarded | events.Approved | events.Redispatched) -> Case:
    return replace(
        case,
        dispatch=what,
        dispatched_at=event.at,
        receipt_signed_at=None,
        approval_owed=False,
        unit_refusal_overruled=False,
    )


def _approval_requested(case: Case, event: Event, what: events.ApprovalRequested) -> Case:
    return replace(case, proposal=what, proposed_by=event.by, leader=what.leader, approval_owed=True)


def _approved(case: Case, event: Event, what: events.Approved) -> Case:
    return replace(_dispatched(case, event, what), leader=event.by)


def _proposal_returned(case: Case, _event: Event, what: events.ProposalReturned) -> Case:
    return replace(case, proposal=None, proposed_by=None, approval_owed=not what.may_forward)


def _receipt_signed(case: Case, event: Event, _what: events.ReceiptSigned) -> Case:
    return replace(case, receipt_signed_at=event.at)


def _feedback(case: Case, _event: Event, what: events.FeedbackSubmitted) -> Case:
    is_substantiated = case.is_substantiated or what.substantiated
    return replace(case, feedback=what, extension_request=None, is_substantiated=is_substantiated)


def _feedback_returned(case: Case, _event: Event, _what: events.FeedbackReturned) -> Case:
    return replace(case, feedback=None, attempts=())


def _extension_requested(case: Case, _event: Event, what: events.ExtensionRequested) -> Case:
    return replace(case, extension_request=what)


def _extension_decided(case: Case, event: Event, what: events.ExtensionDecided) -> Case:
    return replace(case, extension_request=None, extension_days=case.extension_days + what.days, leader=event.by)


def _unit_refused(case: Case, _event: Event, what: events.UnitRefused) -> Case:
    return replace(case, unit_refusal=what, extension_request=None)


def _unit_refusal_decided(case: Case, event: Event, what: events.UnitRefusalDecided) -> Case:
    if what.refusal is not None:
        return _refused(replace(case, unit_refusal=None), event, what.refusal)
    return replace(case, unit_refusal=None, unit_refusal_overruled=True)


def _recalled(case: Case, _event: Event, _what: events.Recalled) -> Case:
    return replace(case, dispatch=None, dispatched_at=None, receipt_signed_at=None, extension_request=None)


def _called(case: Case, event: Event, what: events.CallAttempted) -> Case:
    return replace(case, attempts=(*case.attempts, Attempt(at=event.at, call=what)))


def _followed_up(case: Case, _event: Event, what: events.FollowUpRecorded) -> Case:
    return replace(case, follow_up=what)


def _closed(case: Case, _event: Event, what: events.Closed) -> Case:
    return replace(case, closing=what)


def _handed_over(case: Case, _event: Event, what: events.HandedOver) -> Case:
    restricted = case.restricted or what.basis is Basis.DISCIPLINE
    return replace(case, hand_overs=(*case.hand_overs, what), restricted=restricted)


def _sanctioned(case: Case, _event: Event, what: events.Sanctioned) -> Case:
    return replace(case, sanctions=(*case.sanctions, what))


def _flagged(case: Case, _event: Event, _what: events.FalseAccusationFlagged) -> Case:
    return replace(case, is_false_accusation=True)


def _marked_urgent(case: Case, event: Event, what: events.MarkedUrgent) -> Case:
    return replace(case, urgency=Urgency(danger=what.danger, raised_at=event.at, alert_at=what.alert_at))


def _urgent_attended(case: Case, event: Event, what: events.UrgentAttended) -> Case:
    attended = Attended(by=event.by, at=event.at, measure=what.measure)
    return replace(case, urgency=after_measure(case.urgency, attended))


def _urgent_unattended(case: Case, event: Event, _what: events.UrgentUnattended) -> Case:
    return replace(case, urgency=case.urgency and replace(case.urgency, alerted_at=event.at))


def _confidential(case: Case, _event: Event, _what: events.MarkedConfidential) -> Case:
    return replace(case, confidential=True)


def _restricted(case: Case, _event: Event, _what: events.Restricted) -> Case:
    return replace(case, restricted=True)


def _restriction_lifted(case: Case, _event: Event, _what: events.RestrictionLifted) -> Case:
    return replace(case, restricted=False)


def _linked(case: Case, _event: Event, what: events.Linked) -> Case:
    return replace(case, links=(*case.links, Link(other=what.other, relation=what.relation)))


def _unlinked(case: Case, _event: Event, what: events.Unlinked) -> Case:
    return replace(case, links=tuple(link for link in case.links if link.other != what.other))


def _responded(case: Case, _event: Event, what: events.Responded) -> Case:
    return replace(case, responded_at=what.answered_at)


_KEEP: dict[type[events.Body], Callable[[Case, Event, Any], Case]] = {
    events.Classified: _classified,
    events.StatementRequired: _statement_required,
    events.StatementAttached: _statement,
    events.EvidenceRequested: _evidence_requested,
    events.EvidenceRecorded: _evidence_recorded,
    events.Refused: _refused,
    events.Redirected: _redirected,
    events.SplitUp: _split_up,
    events.Settled: _settled,
    events.Forwarded: _dispatched,
    events.ApprovalRequested: _approval_requested,
    events.Approved: _approved,
    events.ProposalReturned: _proposal_returned,
    events.ReceiptSigned: _receipt_signed,
    events.FeedbackSubmitted: _feedback,
    events.FeedbackReturned: _feedback_returned,
    events.ExtensionRequested: _extension_requested,
    events.ExtensionDecided: _extension_decided,
    events.UnitRefused: _unit_refused,
    events.UnitRefusalDecided: _unit_refusal_decided,
    events.Recalled: _recalled,
    events.CallAttempted: _called,
    events.FollowUpRecorded: _followed_up,
    events.Redispatched: _dispatched,
    events.Closed: _closed,
    events.HandedOver: _handed_over,
    events.Sanctioned: _sanctioned,
    events.FalseAccusationFlagged: _flagged,
    events.MarkedUrgent: _marked_urgent,
    events.UrgentAttended: _urgent_attended,
    events.UrgentUnattended: _urgent_unattended,
    events.MarkedConfidential: _confidential,
    events.Restricted: _restricted,
    events.RestrictionLifted: _restriction_lifted,
    events.Linked: _linked,
    events.Unlinked: _unlinked,
    events.Responded: _responded,
}
"""What each event leaves behind on the case; the others leave only what their head says."""
