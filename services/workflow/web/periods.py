"""Periods of the statistics as people choose them: a month, a year, or days of one's own. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.workflow.reports import Period, month_of, period_before
from shared.web.days import day_named
from shared.web.i18n import Bilingual

MONTHS_OFFERED = 24
YEARS_OFFERED = 3
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_LENGTH, _YEAR_LENGTH = len("2026-11"), len("2026")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A period under its name: ``2026-11``, ``2026``, or none for days of one's own."""

    key: str
    period: Period

    @property
    def words(self) -> Bilingual:
        """As a heading has it."""
        first, last = self.period.first, self.period.last
        if len(self.key) == _MONTH_LENGTH:
            return Bilingual(f"{first.year} 年 {first.month} 月", f"{_MONTHS[first.month - 1]} {first.year}")
        if len(self.key) == _YEAR_LENGTH:
            return Bilingual(f"{first.year} 年", str(first.year))
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
        return _recognised(Period(first, last))
    return _month(today)


def offered(today: date) -> list[Chosen]:
    """What the page offers: the running month and those before it, and the years."""
    years = [_year(today.year - back) for back in range(YEARS_OFFERED)]
    return [*(_month(day) for day in months_back(today, MONTHS_OFFERED)), *years]


def months_over(today: date, count: int) -> list[Chosen]:
    """The months that are over, the newest first."""
    return [_month(day) for day in months_back(today.replace(day=1) - timedelta(days=1), count)]


def months_back(day: date, count: int) -> Iterator[date]:
    """The first days of a day's month and of those before it, the newest first."""
    for _ in range(count):
        day = day.replace(day=1)
        yield day
        day -= timedelta(days=1)


def _named(key: str) -> Chosen | None:
    if len(key) == _MONTH_LENGTH and (first := day_named(f"{key}-01")):
        return _month(first)
    if len(key) == _YEAR_LENGTH and (first := day_named(f"{key}-01-01")):
        return _year(first.year)
    return None


def _recognised(period: Period) -> Chosen:
    """Days of one's own that are a month or a year are called so."""
    for named in (_month(period.first), _year(period.first.year)):
        if named.period == period:
            return named
    return Chosen("", period)


def _month(day: date) -> Chosen:
    return Chosen(f"{day:%Y-%m}", month_of(day))


def _year(year: int) -> Chosen:
    return Chosen(f"{year:04d}", Period(date(year, 1, 1), date(year, 12, 31)))
