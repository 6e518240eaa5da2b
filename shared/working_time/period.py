"""How periods of working days are counted.

Law of this file: Civil Code (民法典) art. 201, the day on which a period begins is not counted; art. 203, it ends on a
working day, when business closes. Every clock of the regulation is counted here and nowhere else. It must not know
which clock it counts, nor what time it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.working_time.calendar import WorkCalendar

_ONE_DAY = timedelta(days=1)

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The one zone in which dates are read and limits end, wherever the host stands."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When the centre is open on a working day, as it publishes it (arts. 5 and 6)."""

    opens: time = time(9)
    closes: time = time(17)
    zone: ZoneInfo = SHANGHAI

    def __post_init__(self) -> None:
        """Refuse hours that end before they begin, or that bring a zone of their own."""
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("opens and closes are times of day in zone: give them without a zone of their own")
        if self.opens >= self.closes:
            raise ValueError(f"closes ({self.closes:%H:%M}) must be later than opens ({self.opens:%H:%M})")

    @property
    def length(self) -> timedelta:
        """How much time a working day holds."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def date_of(self, moment: datetime) -> date:
        """The date at the centre at a moment. Raises ``ValueError`` for a naive one."""
        return self.local(moment).date()

    def opening(self, day: date) -> datetime:
        """The moment, in UTC, at which business opens on a day, were it a working day."""
        return datetime.combine(day, self.opens, self.zone).astimezone(UTC)

    def close(self, day: date) -> datetime:
        """The moment, in UTC, at which business closes on a day, were it a working day."""
        return datetime.combine(day, self.closes, self.zone).astimezone(UTC)

    def gone_by(self, moment: datetime) -> timedelta:
        """How much of its day's business time has gone by at a moment, were it a working day."""
        local = self.local(moment)
        gone = local - datetime.combine(local.date(), self.opens, self.zone)
        return min(max(gone, timedelta()), self.length)

    def local(self, moment: datetime) -> datetime:
        """The moment as people at the centre read it. Raises ``ValueError`` for a naive one."""
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone has no date at the centre: pass an aware datetime")
        return moment.astimezone(self.zone)


CENTRE_HOURS = BusinessHours()
"""09:00 to 17:00, until the settings say otherwise."""


@dataclass(frozen=True, slots=True)
class Limit:
    """When a period ends.

    ``moment`` is aware, in UTC; what happens at that very moment is still in time. ``provisional`` says that days were
    counted whose notice wasn't published yet, so that the limit may still change with it.
    """

    moment: datetime
    last_day: date
    provisional: bool
    calendar_version: str


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """An amount of working time: whole working days, and what is left over, shorter than one."""

    days: int
    rest: timedelta


def end_of_period(
    start: datetime, working_days: int, calendar: WorkCalendar, hours: BusinessHours = CENTRE_HOURS
) -> Limit:
    """When a period of working days that begins at ``start`` ends: at close of business on the last of them.

    The day of ``start`` at the centre isn't counted, whatever the hour and whether or not it is a working day. Raises
    ``ValueError`` for a naive ``start``, for fewer than one working day, and for an end beyond estimating.
    """
    return _end(hours.date_of(start), working_days, calendar, hours)


def extend(limit: Limit, working_days: int, calendar: WorkCalendar, hours: BusinessHours = CENTRE_HOURS) -> Limit:
    """A limit put off by working days, the first of which is the one after the limit's last day.

    Raises ``ValueError`` for fewer than one working day, and for an end beyond estimating.
    """
    later = _end(limit.last_day, working_days, calendar, hours)
    return replace(later, provisional=True) if limit.provisional else later


def next_working_day(day: date, calendar: WorkCalendar) -> date:
    """The first working day after a day."""
    return calendar.nth_working_day_after(day, 1)


def previous_working_day(day: date, calendar: WorkCalendar) -> date:
    """The last working day before a day."""
    before = day - _ONE_DAY
    while not calendar.is_working_day(before):
        before -= _ONE_DAY
    return before


def working_days_between(first: date, last: date, calendar: WorkCalendar) -> int:
    """How many working days come after ``first``, through ``last``; negative where ``last`` is the earlier."""
    return calendar.working_days_between(first, last)


def working_time_left(
    limit: Limit, now: datetime, calendar: WorkCalendar, hours: BusinessHours = CENTRE_HOURS
) -> WorkingTime:
    """How much working time there is from ``now`` to the limit; none once it has passed."""
    left = _working_time(now, limit.moment, calendar, hours)
    return WorkingTime(left // hours.length, left % hours.length)


def latest_moment_inside(
    limit: Limit, margin: timedelta, calendar: WorkCalendar, hours: BusinessHours = CENTRE_HOURS
) -> datetime:
    """The latest moment, in UTC, at which ``margin`` of working time still is left before the limit.

    Two hours before a limit of Monday 10:00 is Friday 16:00: what must be handed to a person is handed over while
    somebody is there. Raises ``ValueError`` for a negative margin.
    """
    if margin < timedelta():
        raise ValueError("margin must not be negative")
    day, there = limit.last_day, hours.gone_by(limit.moment)
    while margin > there:
        margin -= there
        day, there = previous_working_day(day, calendar), hours.length
    return hours.opening(day) + there - margin


def _end(day: date, working_days: int, calendar: WorkCalendar, hours: BusinessHours) -> Limit:
    if working_days < 1:
        raise ValueError(f"a period has at least one working day, not {working_days}")
    last = calendar.nth_working_day_after(day, working_days)
    return Limit(hours.close(last), last, calendar.is_provisional(day, last), calendar.version)


def _working_time(start: datetime, end: datetime, calendar: WorkCalendar, hours: BusinessHours) -> timedelta:
    if end <= start:
        return timedelta()
    first, last = hours.date_of(start), hours.date_of(end)
    on_first = hours.gone_by(start) if calendar.is_working_day(first) else timedelta()
    on_last = hours.gone_by(end) if calendar.is_working_day(last) else timedelta()
    # Whole days are counted from the first day through the one before the last.
    whole = calendar.working_days_between(first - _ONE_DAY, last - _ONE_DAY)
    return whole * hours.length + on_last - on_first
