"""How a case begins: a complaint is registered, with its number, its clocks and somebody who answers for it.

Law of this file: every complaint that comes in is registered, whatever is missing from it; a major matter that was only
told waits for the written form (art. 7). Nothing of the complainant's identity comes along.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.workflow.domain import events
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import ClockEnd, ClockName, Ended, Started
from services.workflow.domain.clockwork import Change, Clockwork, first_clocks
from services.workflow.domain.events import Event
from services.workflow.domain.guards import is_told_only
from services.workflow.domain.in_force import MEASURE_IN_FORCE
from services.workflow.domain.roles import SOFTWARE, Person, Role
from services.workflow.domain.states import State
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.values import CaseNumber, Sha256
from shared.working_time import BusinessHours, WorkCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the register adds to a complaint.

    ``on_duty``: the office's handler who answers for what a machine took in (a mailbox, the web form, a fax line); None
    where a person received it, who then answers for it as the first receiver (art. 3). ``complaint_sha256``: of the
    message as it came, so that the timeline vouches for it.
    """

    number: CaseNumber
    on_duty: Person | None = None
    complaint_sha256: Sha256 | None = None


def register(
    complaint: ComplaintReceived,
    registration: Registration,
    now: datetime,
    calendar: WorkCalendar,
    hours: BusinessHours,
) -> Event:
    """The first event of a case. The answer of art. 14 is counted from when the complaint came in, not from ``now``."""
    what = events.Registered(
        complaint_id=complaint.complaint_id,
        tracking_code=complaint.tracking_code,
        case_number=registration.number,
        channel=complaint.channel,
        received_at=complaint.received_at,
        first_receiver=complaint.received_by,
        reception_point=complaint.reception_point,
        real_name=complaint.complainant.name is not None and not complaint.complainant.anonymous,
        has_contact=complaint.complainant.has_contact,
        confidential=complaint.complainant.confidential,
        major=complaint.major,
        target=complaint.target,
        missing=tuple(complaint.missing),
        originals=tuple(complaint.source.originals),
        complaint_sha256=registration.complaint_sha256,
    )
    first_receiver = Person(id=complaint.received_by, name=complaint.received_by, role=Role.OPERATOR)
    waits = complaint.major and is_told_only(complaint.channel, None)
    state = State.AWAITING_STATEMENT if waits else State.REGISTERED
    clocks = first_clocks(what, state, now, Clockwork(calendar, hours))
    return _event(what, state, registration.on_duty or first_receiver, now, clocks)


def register_part(
    original: Case, part: events.SplitPart, now: datetime, calendar: WorkCalendar, hours: BusinessHours
) -> Event:
    """The first event of a case that was split off a letter: received when the letter was, answered if the letter was."""
    what = events.Registered(
        complaint_id=part.complaint_id,
        tracking_code=part.tracking_code,
        case_number=part.case_number,
        channel=original.channel,
        received_at=original.received_at,
        first_receiver=original.first_receiver,
        reception_point=original.reception_point,
        real_name=original.real_name,
        has_contact=original.has_contact,
        confidential=original.confidential,
        major=False,
        target=part.target,
        matter=part.matter,
        split_from=original.number,
        responded_at=original.responded_at,
    )
    started = first_clocks(what, State.REGISTERED, now, Clockwork(calendar, hours))
    clocks: tuple[Change, ...] = (*started, *_as_answered(original, started))
    return _event(what, State.REGISTERED, original.holder, now, clocks)


def _as_answered(original: Case, started: tuple[Started, ...]) -> tuple[Ended, ...]:
    """The letter's writer was answered once or not at all: a part ends its first clock as the letter did."""
    answered = original.clock(ClockName.RESPOND)
    if answered is None or answered.end is not ClockEnd.MET or answered.ended_at is None:
        return ()
    return tuple(
        Ended(id=change.clock.id, end=ClockEnd.MET, at=answered.ended_at)
        for change in started
        if change.clock.name is ClockName.RESPOND
    )


def _event(what: events.Registered, state: State, holder: Person, now: datetime, clocks: tuple[Change, ...]) -> Event:
    return Event(
        at=now,
        by=SOFTWARE,
        article="15",
        in_force_from=MEASURE_IN_FORCE,
        what=what,
        state=state,
        round=1,
        holder=holder,
        clocks=clocks,
    )
