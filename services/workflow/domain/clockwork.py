"""What an event does to the clocks: the interpreter of ``limits``.

Law of this file: it only reads the table. A clock that runs isn't started a second time; a clock that its limit has
passed is missed, whatever then happens, and the work goes on; an extension moves a running limit, and where the limit
was missed before the decision it starts a second clock beside it, because the miss stays a fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.workflow.domain import events
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import (
    Because,
    Clock,
    ClockEnd,
    ClockName,
    Ended,
    LimitSet,
    Moved,
    Started,
    Warned,
)
from services.workflow.domain.in_force import day_of
from services.workflow.domain.limits import LIMITS, Lapse, LimitRow, On, limit_row
from services.workflow.domain.states import State
from shared.working_time import BusinessHours, Limit, WorkCalendar, end_of_period, latest_moment_inside

Change = Started | Ended | Moved | Warned


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The calendar and the business hours by which periods are counted."""

    calendar: WorkCalendar
    hours: BusinessHours

    def end(self, start: datetime, working_days: int) -> Limit:
        """When a period of working days ends (Civil Code, arts. 201 and 203)."""
        return end_of_period(start, working_days, self.calendar, self.hours)

    def before(self, limit: Limit, margin: timedelta) -> datetime:
        """The latest moment at which this much working time is left before a limit."""
        return latest_moment_inside(limit, margin, self.calendar, self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """An event as the clocks see it: what, where the case stands afterwards, in which round, and when.

    ``at`` is when it happened, ``now`` when it is recorded; they differ only where news of it travelled by message.
    """

    what: events.Body
    state: State
    round: int
    at: datetime
    now: datetime


def clock_row(clock: Clock) -> LimitRow:
    """The version of the row under which a clock was started."""
    return limit_row(clock.name, clock.in_force_from)


def follow(case: Case, occurrence: Occurrence, work: Clockwork) -> tuple[Change, ...]:
    """Everything that an event does to the clocks of a case: ends first, then what begins."""
    ends = tuple(_ends(case, occurrence))
    ended = {change.id for change in ends}
    running = {clock.name for clock in case.open_clocks if clock.id not in ended}
    starts = (
        _begin(row, case, occurrence, work)
        for row in _rows(occurrence)
        if row.name not in running and _starts(row, case, occurrence)
    )
    return (*ends, *starts, *_extension(case, occurrence, work))


def first_clocks(what: events.Registered, state: State, now: datetime, work: Clockwork) -> tuple[Started, ...]:
    """The clocks with which a case begins."""
    occurrence = Occurrence(what=what, state=state, round=1, at=now, now=now)
    return tuple(
        _begin(row, None, occurrence, work) for row in _rows(occurrence) if _matches(row.starts_on, occurrence)
    )


def lapses(case: Case, at: datetime, now: datetime, work: Clockwork) -> tuple[Change, ...]:
    """The clocks whose limit had passed at a moment, stated as missed, and what begins because of that."""
    changes: list[Change] = []
    for clock in case.open_clocks:
        if at > clock.limit + clock_row(clock).grace:
            changes += missed(case, clock, now, work)
    return tuple(changes)


def missed(case: Case, clock: Clock, now: datetime, work: Clockwork) -> tuple[Change, ...]:
    """One clock stated as missed, with the name of who had to keep it, and what begins because of that."""
    occurrence = Occurrence(
        what=events.DeadlineMissed(clock=clock.id), state=case.state, round=case.round, at=now, now=now
    )
    running = {other.name for other in case.open_clocks}
    starts = (
        _begin(row, case, occurrence, work)
        for row in _rows(occurrence)
        if row.name not in running and Lapse(clock.name) in row.starts_on
    )
    return (_missed(case, clock, now), *starts)


def recounted(case: Case, clock: Clock, now: datetime, work: Clockwork) -> Moved | None:
    """A running clock counted again by another calendar; None where its limit stays, or would lie in the past already.

    An amendment can't make late what was in time.
    """
    days = clock.days + clock.extended_by
    value, near_at = _count(clock_row(clock), clock.started_at, days, case, work, now, Because.CALENDAR)
    before, later = clock.limits[-1].limit, value.limit
    if (later.moment, later.provisional) == (before.moment, before.provisional):
        return None
    if later.moment < now <= before.moment:
        return None
    return Moved(id=clock.id, limit=value, near_at=near_at, extended_by=clock.extended_by)


def extended_limit(case: Case, days: int, work: Clockwork) -> Limit | None:
    """The unit's limit as it would be with more days; None where no clock binds the unit."""
    clock = case.unit_clock
    return work.end(clock.started_at, clock.days + clock.extended_by + days) if clock else None


def _rows(occurrence: Occurrence) -> Iterable[LimitRow]:
    on = day_of(occurrence.now)
    return (limit_row(name, on) for name in dict.fromkeys(row.name for row in LIMITS))


def _matches(triggers: Iterable[On | Lapse], occurrence: Occurrence) -> bool:
    return any(_is(trigger, occurrence) for trigger in triggers if isinstance(trigger, On) and not trigger.again)


def _is(trigger: On, occurrence: Occurrence) -> bool:
    return type(occurrence.what) is trigger.body and trigger.state in {None, occurrence.state}


def _starts(row: LimitRow, case: Case, occurrence: Occurrence) -> bool:
    if _matches(row.starts_on, occurrence):
        return True
    again = any(_is(trigger, occurrence) for trigger in row.starts_on if isinstance(trigger, On) and trigger.again)
    return again and case.unit_clock is not None and case.unit_clock.name is row.name


def _ends(case: Case, occurrence: Occurrence) -> Iterable[Ended]:
    for clock in case.open_clocks:
        row = clock_row(clock)
        if _matches(row.met_by, occurrence):
            if occurrence.at > clock.limit:  # only within the grace: what is later was stated as missed before
                yield _missed(case, clock, occurrence.now)
            else:
                yield Ended(id=clock.id, end=ClockEnd.MET, at=occurrence.at)
        elif _matches(row.lifted_by, occurrence):
            yield Ended(id=clock.id, end=ClockEnd.LIFTED, at=occurrence.at)


def _missed(case: Case, clock: Clock, now: datetime) -> Ended:
    return Ended(id=clock.id, end=ClockEnd.MISSED, at=now, answerable=case.answerable(clock.bound))


def _begin(row: LimitRow, case: Case | None, occurrence: Occurrence, work: Clockwork) -> Started:
    start = occurrence.now
    if row.from_receipt and isinstance(occurrence.what, events.Registered):
        start = occurrence.what.received_at
    days = _days(row, case, occurrence)
    value, near_at = _count(row, start, days, case, work, occurrence.now, Because.STARTED)
    clock = Clock(
        id=_next_id(row.name, case),
        name=row.name,
        round=occurrence.round,
        article=row.article,
        in_force_from=row.in_force_from,
        bound=row.bound,
        set_by=row.set_by,
        started_at=start,
        days=days,
        limits=(value,),
        near_at=near_at,
    )
    return Started(clock=clock)


def _days(row: LimitRow, case: Case | None, occurrence: Occurrence) -> int:
    if row.days is not None:
        return row.days
    if isinstance(occurrence.what, events.SetsLimit):
        return occurrence.what.working_days
    if case is None or case.unit_clock is None:
        raise LookupError(f"nothing sets the days of {row.name}")
    return case.unit_clock.days


def _count(
    row: LimitRow, start: datetime, days: int, case: Case | None, work: Clockwork, now: datetime, because: Because
) -> tuple[LimitSet, datetime]:
    """The limit of a period, and the moment from which it is near."""
    limit = work.end(start, days)
    handling = case.unit_clock if case and row.within_handling else None
    if handling and handling.is_running and handling.limit < limit.moment:
        limit = handling.limits[-1].limit
    return LimitSet(limit=limit, set_at=now, because=because), work.before(limit, row.near)


def _extension(case: Case, occurrence: Occurrence, work: Clockwork) -> Iterable[Change]:
    what, clock = occurrence.what, case.unit_clock
    if not isinstance(what, events.ExtensionDecided) or not what.granted or clock is None:
        return ()
    row, extended_by = clock_row(clock), clock.extended_by + what.days
    days = clock.days + extended_by
    value, near_at = _count(row, clock.started_at, days, case, work, occurrence.now, Because.EXTENDED)
    if clock.is_running:
        return (Moved(id=clock.id, limit=value, near_at=near_at, extended_by=extended_by),)
    return (Started(clock=_beside(case, clock, value, near_at, extended_by)),)


def _beside(case: Case, clock: Clock, value: LimitSet, near_at: datetime, extended_by: int) -> Clock:
    return replace(
        clock,
        id=_next_id(clock.name, case),
        extended_by=extended_by,
        limits=(value,),
        near_at=near_at,
        warned_at=None,
        end=None,
        ended_at=None,
        answerable=None,
    )


def _next_id(name: ClockName, case: Case | None) -> str:
    number = 1 + sum(1 for clock in (case.clocks if case else ()) if clock.name is name)
    return f"{name}-{number}"
