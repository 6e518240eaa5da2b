"""Which days are worked: the published years, the local overrides on top, and estimates beyond.

Law of this file: a calendar is a value. It never changes; a new year, an amendment or an override makes another
calendar, with another version, so that a case can keep the version it was judged by. It must not know how periods are
counted (``period``), nor what time it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from shared.working_time.days import Day, DayKind, Override
from shared.working_time.estimate import estimated_days
from shared.working_time.year_data import Language, YearData

WARNING_DAYS = 60
"""How long before the published days run out the ops team is warned: from 1 November for a year that ends."""

_ONE_DAY = timedelta(days=1)

_RUNS_OUT: dict[Language, str] = {
    "zh": "工作日历只公布到 {until}，剩 {left} 天；之后的时限只能暂定，请载入国务院办公厅下一年度的放假安排",
    "en": "the working calendar ends on {until}, {left} days from now; limits beyond are provisional until the State "
    "Council's next notice is loaded",
}
_RAN_OUT: dict[Language, str] = {
    "zh": "工作日历只公布到 {until}，已经用完；现在的时限都是暂定，请立即载入国务院办公厅本年度的放假安排",
    "en": "the working calendar ended on {until}; every limit is provisional until the State Council's notice is loaded",
}


class _Index(NamedTuple):
    """The published days, ready for counting: one look-up instead of a walk from day to day."""

    first: int
    """Ordinal of the first published day."""
    worked_through: tuple[int, ...]
    """For each published day, how many working days there are from the first through it."""
    working_days: tuple[date, ...]


@dataclass(frozen=True)
class WorkCalendar:
    """The working days, from notices, overrides and estimates.

    All dates are dates in Asia/Shanghai; a ``datetime`` is refused with ``TypeError``, because its date depends on a
    zone. ``known_on`` is the day of whose knowledge this calendar is; None is everything that was ever loaded.
    """

    years: tuple[YearData, ...]
    overrides: tuple[Override, ...] = ()
    known_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse a calendar with a hole in it."""
        if not self.years:
            raise ValueError("a calendar needs the notice of at least one year")
        for earlier, later in pairwise(data.year for data in self.years):
            if later != earlier + 1:
                raise ValueError(
                    f"after {earlier} the calendar needs {earlier + 1}, not {later}: load that notice first"
                )

    @cached_property
    def covered_from(self) -> date:
        """The first published day."""
        return date(self.years[0].year, 1, 1)

    @cached_property
    def covered_until(self) -> date:
        """The last published day; whatever lies beyond is estimated."""
        return date(self.years[-1].year, 12, 31)

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal characters that change with anything a limit depends on, and with nothing else."""
        named = sorted(self.named_days.values(), key=lambda named: named.day)
        facts = [f"{self.covered_from} {self.covered_until}", *(f"{d.day} {d.kind} {d.name} {d.source}" for d in named)]
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]

    def day(self, day: date) -> Day:
        """What a day is, and by which notice, override or estimate.

        Raises ``ValueError`` for a year beyond estimating.
        """
        _refuse_moment(day)
        named = self.named_days.get(day)
        if named is not None:
            return named
        if not self.covered_from <= day <= self.covered_until:
            return estimated_days(day.year)[day]
        return Day(day, _kind_by_weekday(day), "", self.years[day.year - self.years[0].year].notice.number)

    def is_working_day(self, day: date) -> bool:
        """Whether a day counts in a period of working days."""
        return self.day(day).is_working

    def nth_working_day_after(self, day: date, n: int) -> date:
        """The nth working day after a day, which itself isn't counted; ``n`` is 1 or more.

        Raises ``ValueError`` where that lies beyond estimating.
        """
        _refuse_moment(day)
        if n < 1:
            raise ValueError("n must be at least 1")
        index = self._index
        place = day.toordinal() - index.first
        if 0 <= place < len(index.worked_through):
            nth = index.worked_through[place] + n - 1
            if nth < len(index.working_days):
                return index.working_days[nth]
            day, n = self.covered_until, nth - len(index.working_days) + 1
        while n:
            day += _ONE_DAY
            n -= self.is_working_day(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days come after ``first``, through ``last``; negative where ``last`` is the earlier."""
        _refuse_moment(first)
        _refuse_moment(last)
        if last < first:
            return -self.working_days_between(last, first)
        index = self._index
        start, end = first.toordinal() - index.first, last.toordinal() - index.first
        if start >= 0 and end < len(index.worked_through):
            return index.worked_through[end] - index.worked_through[start]
        return sum(self.is_working_day(first + timedelta(n)) for n in range(1, (last - first).days + 1))

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether the days after ``first`` through ``last`` are published only in part."""
        return last > self.covered_until or first + _ONE_DAY < self.covered_from

    def with_year(self, data: YearData) -> WorkCalendar:
        """The calendar with another year, or with a corrected one in place of the same year's.

        Raises ``ValueError`` where the years would no longer follow each other.
        """
        years = {known.year: known for known in self.years} | {data.year: data}
        return replace(self, years=tuple(years[year] for year in sorted(years)))

    def with_overrides(self, overrides: Iterable[Override]) -> WorkCalendar:
        """The calendar with further local decisions; of two for the same day, the one decided later counts."""
        return replace(self, overrides=(*self.overrides, *overrides))

    def as_known_on(self, day: date) -> WorkCalendar:
        """The calendar with only what was published, or in force, by a day: what a limit was rightly counted by then.

        Raises ``ValueError`` where no year's notice was out yet.
        """
        _refuse_moment(day)
        years = tuple(data for data in self.years if data.notice.published <= day)
        return WorkCalendar(years, self.overrides, known_on=day)

    def coverage_warning(self, today: date, lang: Language = "zh") -> str | None:
        """What the ops team must be told when the published days run out within ``WARNING_DAYS``; else None."""
        left = (self.covered_until - today).days
        if left > WARNING_DAYS:
            return None
        words = _RUNS_OUT if left >= 0 else _RAN_OUT
        return words[lang].format(until=self.covered_until.isoformat(), left=left)

    @cached_property
    def named_days(self) -> Mapping[date, Day]:
        """Every day that a notice or an override speaks of; the later one's word counts."""
        days = {day.day: day for data in self.years for day in _days_of_notice(data, self.known_on)}
        in_force = (one for one in self.overrides if self.known_on is None or one.in_force_from <= self.known_on)
        return days | {override.day: override.as_day() for override in sorted(in_force, key=_decided_at)}

    @cached_property
    def _index(self) -> _Index:
        first, last = self.covered_from.toordinal(), self.covered_until.toordinal()
        worked_through: list[int] = []
        working_days: list[date] = []
        for day in map(date.fromordinal, range(first, last + 1)):
            if self.is_working_day(day):
                working_days.append(day)
            worked_through.append(len(working_days))
        return _Index(first, tuple(worked_through), tuple(working_days))


def _days_of_notice(data: YearData, known_on: date | None) -> Iterator[Day]:
    for holiday, notice in data.rows(known_on):
        for day in holiday.days_off():
            yield Day(day, DayKind.HOLIDAY, holiday.name, notice.number)
        for day in holiday.make_up_workdays:
            yield Day(day, DayKind.MAKE_UP_WORKDAY, holiday.name, notice.number)


def _decided_at(override: Override) -> datetime:
    return override.decided_at


def _kind_by_weekday(day: date) -> DayKind:
    return DayKind.WEEKEND if day.isoweekday() > 5 else DayKind.WORKING  # noqa: PLR2004 - ISO 8601: Saturday 6, Sunday 7


def _refuse_moment(day: date) -> None:
    if isinstance(day, datetime):
        raise TypeError(
            "a calendar takes dates: which date a moment falls on depends on the zone (BusinessHours.date_of)"
        )
