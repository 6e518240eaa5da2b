"""Periods of the statistics as people choose them: a month, a quarter, a year, or days of one's own. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.workflow.reports import Period, kind_of, month_of, period_before, quarter_of, year_of
from shared.contracts.lists import PeriodKind
from shared.web.days import FIRST_DAY, LAST_DAY, day_named
from shared.web.i18n import Bilingual

MONTHS_OFFERED = 24
QUARTERS_OFFERED = 8
YEARS_OFFERED = 3
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KEY = re.compile(r"(?P<year>2[0-9]{3})(?:-(?P<month>[0-9]{2})|-Q(?P<quarter>[1-4]))?")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A period under its name: ``2026-11``, ``2026-Q4``, ``2026``, or none for days of one's own."""

    key: str
    period: Period

    @property
    def words(self) -> Bilingual:
        """As a heading has it."""
        first, last = self.period.first, self.period.last
        match kind_of(self.period):
            case PeriodKind.MONTH:
                return Bilingual(f"{first.year} 年 {first.month} 月", f"{_MONTHS[first.month - 1]} {first.year}")
            case PeriodKind.QUARTER:
                return Bilingual(f"{first.year} 年第 {_quarter(first)} 季度", f"Q{_quarter(first)} {first.year}")
            case PeriodKind.YEAR:
                return Bilingual(f"{first.year} 年", str(first.year))
            case PeriodKind.DAYS:
                return Bilingual(f"{first} 至 {last}", f"{first} to {last}")

    @property
    def before(self) -> Period:
        """The period of the same kind before it."""
        return period_before(self.period)


def chosen(query: Mapping[str, str], today: date) -> Chosen:
    """What an address asks for; the running month where it asks for nothing that there is. Days of one's own are taken
    where no period is named, as the form sends them.
    """
    named = _named(query.get("period", "").strip())
    if named is not None:
        return named
    first, last = day_named(query.get("from", "")), day_named(query.get("to", ""))
    if first is not None and last is not None and first <= last:
        return _called(Period(first, last))
    return _called(month_of(today))


def offered(today: date) -> list[Chosen]:
    """What the page offers: the running month, quarter and year, and those before them."""
    months = [_called(month_of(day)) for day in months_back(today, MONTHS_OFFERED)]
    return [*months, *_back(quarter_of(today), QUARTERS_OFFERED), *_back(year_of(today), YEARS_OFFERED)]


def months_over(today: date, count: int) -> list[Chosen]:
    """The months that are over, the newest first."""
    return [_called(month_of(day)) for day in months_back(today.replace(day=1) - timedelta(days=1), count)]


def months_back(day: date, count: int) -> Iterator[date]:
    """The first days of a day's month and of those before it, the newest first."""
    for _ in range(count):
        day = day.replace(day=1)
        yield day
        day -= timedelta(days=1)


def _back(period: Period, count: int) -> Iterator[Chosen]:
    """The period and those of its kind before it, the newest first."""
    for _ in range(count):
        yield _called(period)
        period = period_before(period)


def _named(key: str) -> Chosen | None:
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    month, quarter = found["month"], found["quarter"]
    around = month_of if month else quarter_of if quarter else year_of
    try:
        named = _called(around(date(int(found["year"]), int(month or 3 * int(quarter or 0) or 1), 1)))
    except ValueError:
        return None
    return named if FIRST_DAY <= named.period.first <= LAST_DAY else None


def _called(period: Period) -> Chosen:
    """The period under its name; days of one's own that are a month, a quarter or a year are called so."""
    first = period.first
    match kind_of(period):
        case PeriodKind.MONTH:
            return Chosen(f"{first:%Y-%m}", period)
        case PeriodKind.QUARTER:
            return Chosen(f"{first:%Y}-Q{_quarter(first)}", period)
        case PeriodKind.YEAR:
            return Chosen(f"{first:%Y}", period)
        case PeriodKind.DAYS:
            return Chosen("", period)


def _quarter(day: date) -> int:
    return (day.month + 2) // 3
