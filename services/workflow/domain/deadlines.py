"""The watch: which limits are near and which have passed, what a new calendar does to those that run, and danger unattended.

Law of this file: each clock is told near once and missed once, danger that nobody looks at once, however many replicas watch and however often they ask,
because the answer depends on the case alone: the store's version check lets one of them through. It looks at the time
it is given; whether that time can be trusted (a clock that jumped) is the caller's to know. All moments are aware.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.workflow.domain import events
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import Clock, Moved, Warned, after
from services.workflow.domain.clockwork import Clockwork, clock_row, missed, recounted
from services.workflow.domain.events import Event
from services.workflow.domain.evolve import evolve
from services.workflow.domain.in_force import in_utc
from services.workflow.domain.recording import Consequences, Rule, write_down
from shared.working_time import BusinessHours, WorkCalendar


def due(case: Case, now: datetime, calendar: WorkCalendar, hours: BusinessHours) -> tuple[Event, ...]:
    """Near and missed limits, an event for each, in the order of their clocks; then danger that nobody has looked at.

    Empty where all has been told.
    """
    now, work = in_utc(now), Clockwork(calendar, hours)
    told: list[Event] = []
    for clock in case.open_clocks:
        event = _missed(case, clock, now, work) or _near(case, clock, now)
        if event is not None:
            told.append(event)
            case = evolve(case, event)
    return (*told, *_unattended(case, now))


def watch_at(case: Case) -> datetime | None:
    """When the watch has to look at this case next, or None where nothing runs or waits: for the store's index.

    ``due`` answers with nothing before that moment, and with something just after it.
    """
    alert = case.urgency.next_alert if case.urgency else None
    moments = (*(_next(clock) for clock in case.open_clocks), *([alert] if alert else []))
    return min(moments, default=None)


def recompute(case: Case, now: datetime, calendar: WorkCalendar, hours: BusinessHours) -> tuple[Event, ...]:
    """The running limits counted again by an amended calendar; both values are kept. Empty where none changes.

    A new limit that would lie in the past already is not taken: an amendment can't make late what was in time.
    """
    now, work = in_utc(now), Clockwork(calendar, hours)
    moves, seen = list[Moved](), case
    for clock in case.open_clocks:
        move = recounted(seen, clock, now, work)
        if move is not None:
            moves.append(move)
            seen = replace(seen, clocks=after(seen.clocks, move))
    if not moves:
        return ()
    version = moves[0].limit.limit.calendar_version
    what = events.LimitsRecomputed(calendar_version=version)
    return (write_down(case, what, now, Rule(article="3"), Consequences(clocks=moves)),)


def _missed(case: Case, clock: Clock, now: datetime, work: Clockwork) -> Event | None:
    if now <= clock.limit + clock_row(clock).grace:
        return None
    what = events.DeadlineMissed(clock=clock.id)
    changes = missed(case, clock, now, work)
    return write_down(case, what, now, _rule(clock), Consequences(clocks=changes))


def _near(case: Case, clock: Clock, now: datetime) -> Event | None:
    if clock.warned_at is not None or now < clock.near_at:
        return None
    what = events.DeadlineNear(clock=clock.id)
    changes = (Warned(id=clock.id, at=now),)
    return write_down(case, what, now, _rule(clock), Consequences(clocks=changes))


def _unattended(case: Case, now: datetime) -> tuple[Event, ...]:
    alert = case.urgency.next_alert if case.urgency else None
    if alert is None or now < alert:
        return ()
    return (write_down(case, events.UrgentUnattended(), now, Rule(article="2"), Consequences()),)


def _next(clock: Clock) -> datetime:
    if clock.warned_at is None and clock.near_at < clock.limit:
        return clock.near_at
    return clock.limit + clock_row(clock).grace


def _rule(clock: Clock) -> Rule:
    return Rule(article=clock.article, in_force_from=clock.in_force_from)
