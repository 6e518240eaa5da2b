"""What a change of calendar does to the limits that are still open.

Law of this file: an open limit is counted again under the new calendar, and both values are kept, with the days that
made the difference; a limit that has passed never changes. It must not know what the caller does about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.working_time.calendar import WorkCalendar
from shared.working_time.days import Day
from shared.working_time.period import CENTRE_HOURS, BusinessHours, Limit, end_of_period


@dataclass(frozen=True, slots=True)
class OpenLimit:
    """A limit that nothing has met yet, with what it was counted from.

    ``key`` is the caller's name for it; ``working_days`` holds the granted extensions as well.
    """

    key: str
    start: datetime
    working_days: int
    limit: Limit


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A limit before and after; ``because`` holds the days, as the new calendar has them, that are worked now or no
    longer. Empty where only the published days have come to reach as far as the limit, so that it isn't provisional
    any more.
    """

    key: str
    before: Limit
    after: Limit
    because: tuple[Day, ...]

    @property
    def moved(self) -> bool:
        """Whether the limit ends at another moment now."""
        return self.before.moment != self.after.moment


def changed_days(old: WorkCalendar, new: WorkCalendar) -> tuple[Day, ...]:
    """The days, as ``new`` has them, that are worked in one of the two calendars and not in the other."""
    # Where both are published, days that no notice or override names go by their weekday in both.
    candidates = {*old.named_days, *new.named_days, *_published_in_one(old, new)}
    return tuple(new.day(day) for day in sorted(candidates) if old.is_working_day(day) != new.is_working_day(day))


def recompute(
    open_limits: Iterable[OpenLimit],
    old: WorkCalendar,
    new: WorkCalendar,
    now: datetime,
    hours: BusinessHours = CENTRE_HOURS,
) -> list[LimitChange]:
    """Count open limits again under a new calendar, and tell those that come out differently.

    A limit whose moment lies before ``now`` is left alone: it has been missed under the calendar of its time, and that
    stands. Raises ``ValueError`` for naive moments.
    """
    changed = changed_days(old, new)
    again = (
        (one, end_of_period(one.start, one.working_days, new, hours)) for one in open_limits if one.limit.moment >= now
    )
    return [
        LimitChange(one.key, one.limit, after, _because(one, after, changed, hours))
        for one, after in again
        if (after.moment, after.provisional) != (one.limit.moment, one.limit.provisional)
    ]


def _because(one: OpenLimit, after: Limit, changed: Sequence[Day], hours: BusinessHours) -> tuple[Day, ...]:
    first = hours.date_of(one.start)
    return tuple(day for day in changed if first < day.day <= after.last_day)


def _published_in_one(old: WorkCalendar, new: WorkCalendar) -> Iterator[date]:
    for year in {data.year for data in old.years} ^ {data.year for data in new.years}:
        first = date(year, 1, 1)
        yield from (first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days))
