"""How a case begins: a complaint is registered, with its number, its clocks and somebody who answers for it.

Law of this file: every complaint that comes in is registered, whatever is missing from it; a major matter that was only
told waits for the written form (art. 7). Nothing of the complainant's identity comes along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.workflow.domain import events
from services.workflow.domain.acts import ACTS, Act
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import ClockEnd, ClockName, Ended, Started
from services.workflow.domain.clockwork import Change, Clockwork, Occurrence, first_clocks, follow
from services.workflow.domain.events import Event
from services.workflow.domain.evolve import evolve
from services.workflow.domain.guards import is_told_only
from services.workflow.domain.in_force import MEASURE_IN_FORCE, day_of, in_utc
from services.workflow.domain.limits import urgent_alert_at
from services.workflow.domain.recording import Consequences, Rule, write_down
from services.workflow.domain.roles import SOFTWARE, Person
from services.workflow.domain.states import State
from services.workflow.domain.ways import find
from shared.contracts.complaint import ComplaintReceived, SpotSettlement
from shared.contracts.values import CaseNumber, Channel, DangerKind, Role, Sha256
from shared.working_time import BusinessHours, WorkCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the register adds to a complaint.

    ``on_duty``: the office's handler who answers for what a machine took in (a mailbox, the web form, a fax line) and for
    what is kept close; None where a person received it, who then answers for it as the first receiver (art. 3). ``receiver``: that person as the
    directory knows them; None where it doesn't, and then the name that the channel told stands. ``complaint_sha256``: of
    the message as it came, so that the timeline vouches for it.
    """

    number: CaseNumber
    on_duty: Person | None = None
    receiver: Person | None = None
    complaint_sha256: Sha256 | None = None


def keeps_close(complaint: ComplaintReceived) -> bool:
    """Whether it is kept close from the first moment (arts. 10.5, 17): its words accuse somebody of a breach of discipline or
    law. A leak can't be taken back, a restriction can: so words are enough, and the leader lifts what was none.
    """
    return bool(complaint.hints.discipline_words)


def register(
    complaint: ComplaintReceived,
    registration: Registration,
    now: datetime,
    calendar: WorkCalendar,
    hours: BusinessHours,
) -> tuple[Event, ...]:
    """The first events of a case: registered, urgent where intake found words of danger, settled where that was told with it.

    The answer of art. 14 is counted from when the complaint came in, not from ``now``.
    """
    now, work = in_utc(now), Clockwork(calendar, hours)
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
        restricted=keeps_close(complaint),
        major=complaint.major,
        target=complaint.target,
        missing=tuple(complaint.missing),
        originals=tuple(complaint.source.originals),
        complaint_sha256=registration.complaint_sha256,
    )
    waits = complaint.major and is_told_only(complaint.channel, None)
    state = State.AWAITING_STATEMENT if waits else State.REGISTERED
    holder = registration.on_duty or registration.receiver or _receiver(complaint.received_by)
    registered = _event(what, state, holder, now, first_clocks(what, state, now, work))
    return (registered, *_told_with_it(complaint, evolve(None, registered), now, work))


def _told_with_it(complaint: ComplaintReceived, case: Case, now: datetime, work: Clockwork) -> Iterator[Event]:
    """What else the complaint holds: danger to life, a settlement on the spot (art. 18.1)."""
    dangers, settled = complaint.hints.dangers, complaint.settled_on_the_spot
    if dangers:
        yield _urgent(case, dangers[0].kind, now)
    if settled is not None:
        yield _settled(case, settled, now, work)


def _urgent(case: Case, danger: DangerKind, now: datetime) -> Event:
    what = events.MarkedUrgent(danger=danger, alert_at=urgent_alert_at(now))
    return write_down(case, what, now, Rule(article=ACTS[Act.MARK_URGENT].article), Consequences())


def _settled(case: Case, told: SpotSettlement, now: datetime, work: Clockwork) -> Event:
    """What was settled while it was told. A major matter still waits for its written form: then the result is noted."""
    by = _receiver(told.settled_by)
    row = find(case.state, Act.SETTLE, None, day_of(now))
    if row is None or case.channel is not Channel.VISIT:
        note = events.Noted(text=f"登记时填报的现场处置情况：{told.result}")
        return write_down(case, note, now, Rule(article="15"), Consequences(), by)
    what = events.Settled(unit=case.target.unit, result=told.result)
    at = min(max(told.settled_at, case.received_at), now)
    clocks = follow(case, Occurrence(what=what, state=row.end, round=1, at=at, now=now), work)
    rule = Rule(article=row.article, in_force_from=row.in_force_from)
    return write_down(case, what, now, rule, Consequences(state=row.end, clocks=clocks), by)


def _receiver(name: str) -> Person:
    return Person(id=name, name=name, role=Role.OPERATOR)


def register_part(
    original: Case,
    part: events.SplitPart,
    now: datetime,
    calendar: WorkCalendar,
    hours: BusinessHours,
    complaint_sha256: Sha256 | None = None,
) -> Event:
    """The first event of a case that was split off a letter: received when the letter was, answered if the letter was.

    ``complaint_sha256``: of the part's own copy of the complaint, so that the timeline vouches for it.
    """
    now = in_utc(now)
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
        restricted=original.restricted,
        major=False,
        target=part.target,
        matter=part.matter,
        split_from=original.number,
        split_from_complaint=original.complaint_id,
        complaint_sha256=complaint_sha256,
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
