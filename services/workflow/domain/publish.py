"""What the other services are told: from events of the domain to the published language.

Law of this file: a table from what happened to what is said of it. What stands in no row is the office's own affair and
is told to nobody. A limit that was stated as missed, in whichever event, is published once. Nothing here identifies a
complainant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict
from uuid import UUID

from services.workflow.domain import events
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import Clock, ClockEnd, ClockName, Ended, Warned
from services.workflow.domain.evolve import evolve
from services.workflow.domain.sanctions import SANCTIONS, Basis
from services.workflow.domain.states import State
from shared.contracts import case as published
from shared.contracts.case import CaseEvent
from shared.contracts.values import Moment, Sha256
from shared.working_time import limit_in_full


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """One event, and the case before and after it."""

    before: Case
    after: Case
    event: events.Event
    timeline_head: Sha256

    @property
    def head(self) -> _Head:
        """What every published event says."""
        return _Head(
            complaint_id=self.after.complaint_id,
            tracking_code=self.after.tracking_code,
            case_number=self.after.number,
            version=self.after.version,
            occurred_at=self.event.at,
            actor=self.event.by.name,
            round=self.after.round,
            confidential=self.after.confidential,
            kept_for=_kept_for(self.after),
        )


class _Head(TypedDict):
    complaint_id: UUID
    tracking_code: str
    case_number: str
    version: int
    occurred_at: Moment
    actor: str
    round: int
    confidential: bool
    kept_for: str | None


def _kept_for(case: Case) -> str | None:
    in_charge = case.officer.id if case.officer else ""
    return in_charge if case.restricted else None


def publish(before: Case | None, history: Sequence[events.Event], timeline_head: Sha256) -> tuple[CaseEvent, ...]:
    """The messages that these new events of a case give rise to, in order.

    ``before``: the case before them, None where the first is its registration. ``timeline_head``: hash of the
    timeline's last entry, these events included. ``version`` of each is the case's version after its event.
    """
    messages: list[CaseEvent] = []
    for event in history:
        after = evolve(before, event)
        telling = _Telling(before=before or after, after=after, event=event, timeline_head=timeline_head)
        messages += [*_deadlines(telling), *_SAID.get(type(event.what), _nothing)(telling, event.what)]
        before = after
    return tuple(messages)


def limit_words(clock: Clock) -> str:
    """A limit as the disposition form states it (annex 2): the working days, and the moment they end."""
    return f"{clock.days + clock.extended_by} 个工作日，{limit_in_full(clock.limits[-1].limit)}"


Said = Iterable[CaseEvent]


def _nothing(_t: _Telling, _what: Any) -> Said:
    return ()


def _deadlines(t: _Telling) -> Said:
    clocks = {clock.id: clock for clock in t.after.clocks}
    for change in t.event.clocks:
        if isinstance(change, Warned):
            yield _deadline(published.CaseDeadlineNear, t, clocks[change.id])
        elif isinstance(change, Ended) and change.end is ClockEnd.MISSED:
            yield _deadline(published.CaseDeadlineMissed, t, clocks[change.id])


def _deadline(
    model: type[published.CaseDeadlineNear | published.CaseDeadlineMissed], t: _Telling, clock: Clock
) -> CaseEvent:
    answerable = clock.answerable or t.before.answerable(clock.bound)
    return model(
        **t.head,
        clock=clock.name,
        article=clock.article,
        limit=clock.limit,
        holder=answerable.name,
        unit=t.before.unit,
        bound=clock.bound.value,
    )


def _registered(t: _Telling, what: events.Registered) -> Said:
    respond = t.after.clock(ClockName.RESPOND)
    assert respond is not None, "every case begins with this clock"
    yield published.CaseRegistered(
        **t.head,
        channel=t.after.channel,
        received_at=t.after.received_at,
        respond_by=respond.limit,
        real_name=t.after.real_name,
        awaiting_statement=t.after.state is State.AWAITING_STATEMENT,
        split_from_complaint=what.split_from_complaint,
    )


def _accepted(t: _Telling, _what: events.Accepted) -> Said:
    yield published.CaseAccepted(**t.head)


def _refused(t: _Telling, what: events.Refused) -> Said:
    yield published.CaseRefused(
        **t.head,
        ground=what.ground,
        reason=what.reason,
        remedy=what.remedy,
        handed_over_to=what.handed_over_to,
    )


def _redirected(t: _Telling, what: events.Redirected) -> Said:
    yield published.CaseRedirected(**t.head, competent_authority=what.competent_authority, reason=what.reason)


def _settled(t: _Telling, what: events.Settled) -> Said:
    yield published.CaseSettled(**t.head, unit=what.unit, result=what.result)
    yield published.CaseClosed(**t.head, outcome="settled", result=what.result)


class _DispatchHead(_Head):
    track: Any
    unit: str
    window: str | None
    staff: str | None
    advice: str
    respond_to: str
    limit: Moment
    limit_words: str
    receiver: str
    received_at: Moment


def _dispatch(t: _Telling, what: events.Dispatched) -> _DispatchHead:
    clock = t.after.unit_clock
    assert clock is not None, "a dispatch starts the unit's clock"
    return _DispatchHead(
        **t.head,
        track=what.track,
        unit=what.unit,
        window=what.window,
        staff=what.staff,
        advice=what.advice,
        respond_to=what.receiver.name,
        limit=clock.limit,
        limit_words=limit_words(clock),
        receiver=t.after.first_receiver,
        received_at=t.after.received_at,
    )


def _forwarded(t: _Telling, what: events.Forwarded) -> Said:
    yield published.CaseForwarded(**_dispatch(t, what))


def _approval_requested(t: _Telling, what: events.ApprovalRequested) -> Said:
    yield published.CaseApprovalRequested(**t.head, unit=what.unit, proposal=what.proposal)


def _approved(t: _Telling, what: events.Approved) -> Said:
    yield published.CaseApproved(**_dispatch(t, what), approved_by=what.approved_by.name, opinion=what.opinion)


def _redispatched(t: _Telling, what: events.Redispatched) -> Said:
    yield published.CaseRedispatched(**_dispatch(t, what), reason=what.reason)


def _feedback(t: _Telling, what: events.FeedbackSubmitted) -> Said:
    yield published.CaseFeedbackSubmitted(**t.head, **what.model_dump(exclude={"kind"}))


def _extension_requested(t: _Telling, what: events.ExtensionRequested) -> Said:
    yield published.CaseExtensionRequested(**t.head, **what.model_dump(exclude={"kind", "late_reason"}))


def _extension_decided(t: _Telling, what: events.ExtensionDecided) -> Said:
    clock = t.after.unit_clock
    assert clock is not None, "an extension is decided while a clock binds the unit"
    yield published.CaseExtensionDecided(
        **t.head,
        unit=what.unit,
        granted=what.granted,
        days=what.days,
        opinion=what.opinion,
        decided_by=what.decided_by.name,
        limit=clock.limit,
    )


def _unit_refusal(t: _Telling, what: events.UnitRefused, outcome: str) -> CaseEvent:
    clock = t.after.unit_clock if outcome == "overruled" else None
    return published.CaseUnitRefused(
        **t.head,
        **what.model_dump(exclude={"kind"}),
        outcome=outcome,
        limit=clock.limit if clock else None,
    )


def _unit_refused(t: _Telling, what: events.UnitRefused) -> Said:
    yield _unit_refusal(t, what, "submitted")


def _unit_refusal_decided(t: _Telling, what: events.UnitRefusalDecided) -> Said:
    pending = t.before.unit_refusal
    assert pending is not None, "only a pending refusal is decided"
    yield _unit_refusal(t, pending, what.outcome)
    if what.refusal is not None:
        yield from _refused(t, what.refusal)


def _follow_up(t: _Telling, what: events.FollowUpRecorded) -> Said:
    yield published.CaseFollowUpRecorded(
        **t.head,
        outcome=what.outcome,
        reason=what.reason,
        unit_at_fault=what.unit_at_fault,
        asked_by=t.event.by.name,
        attempts=what.attempts,
    )


def _unattended(t: _Telling, _what: events.UrgentUnattended) -> Said:
    urgency = t.after.urgency
    assert urgency is not None, "only an urgent case is watched for this"
    yield published.CaseUrgentUnattended(
        **t.head, danger=urgency.danger, raised_at=urgency.raised_at, holder=t.after.holder.name
    )


def _closed(t: _Telling, what: events.Closed) -> Said:
    yield published.CaseClosed(**t.head, outcome=what.outcome.value, result=what.result)


def _withdrawn(t: _Telling, _what: events.Withdrawn) -> Said:
    yield published.CaseClosed(**t.head, outcome="withdrawn")


def _handed_over(t: _Telling, what: events.HandedOver) -> Said:
    if what.basis is Basis.DISCIPLINE:
        yield published.CaseClosed(**t.head, outcome="handed_over", result=f"已移送{what.authority}")


def _sanctioned(t: _Telling, what: events.Sanctioned) -> Said:
    name = SANCTIONS[what.sanction].chinese
    yield published.CaseSanctioned(**t.head, unit=what.unit, sanction=name, text=what.text)


def _archived(t: _Telling, _what: events.Archived) -> Said:
    yield published.CaseArchived(**t.head, timeline_head=t.timeline_head)


_SAID: dict[type[events.Body], Callable[[_Telling, Any], Said]] = {
    events.Registered: _registered,
    events.Accepted: _accepted,
    events.Refused: _refused,
    events.Redirected: _redirected,
    events.Settled: _settled,
    events.Forwarded: _forwarded,
    events.ApprovalRequested: _approval_requested,
    events.Approved: _approved,
    events.FeedbackSubmitted: _feedback,
    events.ExtensionRequested: _extension_requested,
    events.ExtensionDecided: _extension_decided,
    events.UnitRefused: _unit_refused,
    events.UnitRefusalDecided: _unit_refusal_decided,
    events.FollowUpRecorded: _follow_up,
    events.Redispatched: _redispatched,
    events.Closed: _closed,
    events.Withdrawn: _withdrawn,
    events.HandedOver: _handed_over,
    events.Sanctioned: _sanctioned,
    events.Archived: _archived,
    events.UrgentUnattended: _unattended,
}
