"""Days of years whose notice isn't published yet, estimated.

Law of this file: an estimate knows the statutory holidays of the decree (``holidays`` computes them, the moon's months
included), and is marked provisional, day by day. What only the notice can say, which weekends are worked, it can't know.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from shared.working_time.days import Day, DayKind
from shared.working_time.year_data import FIRST_YEAR, LAST_YEAR

SOURCE = "estimate"


@lru_cache(maxsize=8)
def estimated_days(year: int) -> Mapping[date, Day]:
    """All days of a year. Slow once (some 0.6 s and 46 MB for the import), then 2 ms a year, then cached.

    Raises ``ValueError`` outside ``FIRST_YEAR`` to ``LAST_YEAR``.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"no working days are known for {year}, only for {FIRST_YEAR} to {LAST_YEAR}")
    from holidays import country_holidays  # noqa: PLC0415 - slow, and needed only where the next year's notice is missing

    # expand=False: a look-up must not make the table grow by the years around it.
    china = country_holidays("CN", years=year, language="zh_CN", expand=False)
    first = date(year, 1, 1)
    days = (first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days))
    return {day: _estimated(day, name=china.get(day, ""), working=china.is_working_day(day)) for day in days}


def _estimated(day: date, name: str, *, working: bool) -> Day:
    weekend = day.isoweekday() > 5  # noqa: PLR2004 - ISO 8601 counts Monday 1 to Sunday 7
    if working:
        kind = DayKind.MAKE_UP_WORKDAY if weekend else DayKind.WORKING
    else:
        kind = DayKind.HOLIDAY if name else DayKind.WEEKEND
    return Day(day, kind, name, SOURCE, provisional=True)
