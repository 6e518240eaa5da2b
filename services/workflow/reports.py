"""Statistics as people get them (arts. 19-21): figures with the lists behind them, and tables to take away.

Law of this file: what leaves for a spreadsheet can't run there; what leaves for the public says nothing of few.
"""

from __future__ import annotations

import csv
import io
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement

from services.workflow.domain.clocks import Party, Source
from services.workflow.domain.limits import LIMITS, LimitRow
from services.workflow.office import Office
from services.workflow.store.statistics import By, Figure, Filter, counted, missed_by, results, sanctioned, volumes
from shared.contracts.lists import PeriodKind
from shared.web.i18n import Bilingual, Language
from shared.web.words import article
from shared.working_time import limit_in_full

FEW = 5
"""A public figure below this many is not said: few can be recognised (art. 17)."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

HEADINGS: Mapping[Figure, Bilingual] = {
    Figure.RECEIVED: Bilingual("收到", "received"),
    Figure.REFUSED: Bilingual("不予受理", "refused"),
    Figure.EXTENDED: Bilingual("延期", "extended"),
    Figure.SECOND_ROUND: Bilingual("退回再办", "sent back"),
    Figure.SATISFIED: Bilingual("满意", "satisfied"),
    Figure.DISSATISFIED: Bilingual("不满意", "dissatisfied"),
    Figure.UNREACHABLE: Bilingual("联系不上", "not reached"),
    Figure.SUBSTANTIATED: Bilingual("查实", "substantiated"),
    Figure.SANCTIONED: Bilingual("问责", "sanctioned"),
    Figure.REPEATED: Bilingual("重复投诉", "repeated"),
}
CLOCKS: Mapping[str, LimitRow] = {
    row.name.value: row for row in LIMITS if row.set_by is Source.MEASURE and row.bound is not Party.COMPLAINANT
}
"""The limits of the Measure that bind an authority: what anybody is assessed by."""
UNNAMED = Bilingual("未指明", "not stated")
"""A group whose cases don't say what it goes by."""
UNIT_CLOCKS = frozenset(row.name.value for row in LIMITS if row.bound is Party.UNIT)

_SAID = (Figure.RECEIVED, Figure.SATISFIED, Figure.DISSATISFIED)


@dataclass(frozen=True, slots=True)
class Period:
    """Days at the centre, both included."""

    first: date
    last: date

    def shown(self) -> dict[str, str]:
        """As query parameters."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def month_of(day: date) -> Period:
    """The month that a day lies in."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def quarter_of(day: date) -> Period:
    """The quarter of the year that a day lies in."""
    first_month = day.month - (day.month - 1) % 3
    return Period(date(day.year, first_month, 1), month_of(date(day.year, first_month + 2, 1)).last)


def year_of(day: date) -> Period:
    """The year that a day lies in."""
    return Period(date(day.year, 1, 1), date(day.year, 12, 31))


NAMED_PERIODS: Mapping[PeriodKind, Callable[[date], Period]] = {
    PeriodKind.MONTH: month_of,
    PeriodKind.QUARTER: quarter_of,
    PeriodKind.YEAR: year_of,
}
"""The periods of the calendar, each by a day that lies in it."""


def kind_of(period: Period) -> PeriodKind:
    """What the period is by the calendar; days of one's own that are a whole month are that month."""
    kinds = (kind for kind, around in NAMED_PERIODS.items() if around(period.first) == period)
    return next(kinds, PeriodKind.DAYS)


def period_before(period: Period) -> Period:
    """The period of the same kind before it: a month before a month, a year before a year, as many days before days."""
    eve = period.first - timedelta(days=1)
    around = NAMED_PERIODS.get(kind_of(period))
    return around(eve) if around else Period(eve - (period.last - period.first), eve)


def twelve_months_to(last: date) -> Period:
    """The month that a day lies in and the eleven before it."""
    year, month = divmod(last.year * 12 + last.month - 1 - 11, 12)
    return Period(date(year, month + 1, 1), month_of(last).last)


async def statistics(
    office: Office,
    period: Period,
    by: By | None,
    *,
    unit: str | None = None,
    seen_by: ColumnElement[bool] | None = None,
) -> dict[str, Any]:
    """The figures of a period, each with the link that lists its cases; of what the reader may see, where that is said."""
    alike = {By.UNIT: unit} if unit else {}
    which = Filter(first_day=period.first, last_day=period.last, alike=alike, seen_by=seen_by)
    async with office.store.reading() as connection:
        groups = await counted(connection, which, by)
    return {**period.shown(), "by": by, "groups": [_linked(group, period, by, alike) for group in groups]}


async def monthly(
    office: Office, period: Period, *, unit: str | None = None, seen_by: ColumnElement[bool] | None = None
) -> dict[str, int]:
    """How many came in, by month."""
    alike = {By.UNIT: unit} if unit else {}
    which = Filter(first_day=period.first, last_day=period.last, alike=alike, seen_by=seen_by)
    async with office.store.reading() as connection:
        return await volumes(connection, which)


def _linked(group: Mapping[str, Any], period: Period, by: By | None, alike: Mapping[By, str | None]) -> dict[str, Any]:
    same = {
        **{each.value: value or "" for each, value in alike.items()},
        **({by.value: group["key"] or ""} if by else {}),
    }
    base = {**period.shown(), **same}
    return {
        "key": group["key"],
        "extension_days": group["extension_days"],
        "figures": {
            name: {"count": count, "cases": _list(base, figure=name)} for name, count in group["figures"].items()
        },
        "clocks": {
            name: {
                **ended,
                "on_time": _share(ended["met"], ended["missed"]),
                "met_cases": _list(base, clock=name, outcome="met"),
                "missed_cases": _list(base, clock=name, outcome="missed"),
            }
            for name, ended in group["clocks"].items()
        },
    }


def _list(base: Mapping[str, str], **more: str) -> str:
    return f"/workflow/cases?{urlencode({**base, **more})}"


def _share(met: int, missed: int) -> float | None:
    return round(met / (met + missed), 4) if met + missed else None


async def assessment(
    office: Office, period: Period, unit: str, *, seen_by: ColumnElement[bool] | None = None
) -> dict[str, Any]:
    """A unit's sheet: its figures, the limits that bound it, each that it missed, what came of each case, and in which of
    them a consequence followed (arts. 19, 20).
    """
    answer = await statistics(office, period, None, unit=unit, seen_by=seen_by)
    for group in answer["groups"]:
        group["clocks"] = {name: ended for name, ended in group["clocks"].items() if name in UNIT_CLOCKS}
    which = Filter(first_day=period.first, last_day=period.last, seen_by=seen_by)
    async with office.store.reading() as connection:
        missed = await missed_by(connection, which, unit)
        own = replace(which, alike={By.UNIT: unit})
        came, followed = await results(connection, own, unit), await sanctioned(connection, own)
    return {**answer, "unit": unit, "missed": missed, "results": came, "sanctioned": followed}


def assessment_table(sheet: Mapping[str, Any]) -> list[list[str | int | float]]:
    """The figures above, the missed limits below."""
    rows: list[list[str | int | float]] = [
        ["单位", sheet["unit"]],
        *as_table(sheet, CLOCKS.keys() & UNIT_CLOCKS),
        ["案号", "时限", "到期", "认定逾期"],
    ]
    for each in sheet["missed"]:
        moments = [limit_in_full(each["limit"]), limit_in_full(each["ended_at"])]
        rows.append([each["number"], clock_heading(each["name"], Language.ZH), *moments])
    rows += [[number, "问责", "", ""] for number in sheet["sanctioned"]]
    return rows


def clock_heading(name: str, language: Language) -> str:
    """A limit by its name and article."""
    row = next(row for row in LIMITS if row.name.value == name)
    words = Bilingual(row.chinese, row.english).in_language(language)
    return f"{words}（{article(row.article, language)}）"


def as_table(answer: Mapping[str, Any], clocks: Collection[str] = CLOCKS) -> list[list[str | int | float]]:
    """Heading row and a row for each group; ``clocks``: of which limits it tells."""
    told = [name for name in CLOCKS if name in clocks]
    blank = UNNAMED.zh if answer["by"] else "全部"
    heading: list[str | int | float] = ["分组", *(words.zh for words in HEADINGS.values()), "延期工作日"]
    heading += [f"{clock_heading(name, Language.ZH)}{end}" for name in told for end in ("按时", "逾期", "按时率")]
    return [heading, *(_table_row(group, told, blank) for group in answer["groups"])]


def _table_row(group: Mapping[str, Any], clocks: Sequence[str], blank: str) -> list[str | int | float]:
    row: list[str | int | float] = [group["key"] or blank]
    row += [group["figures"][figure.value]["count"] for figure in HEADINGS]
    row.append(group["extension_days"])
    for name in clocks:
        ended = group["clocks"].get(name, {"met": 0, "missed": 0, "on_time": None})
        row += [ended["met"], ended["missed"], "" if ended["on_time"] is None else ended["on_time"]]
    return row


def to_csv(table: Iterable[Sequence[str | int | float]]) -> bytes:
    """For spreadsheets: UTF-8 with a mark, and no cell that a spreadsheet would take for a formula (OWASP)."""
    held = io.StringIO()
    csv.writer(held).writerows([_harmless(cell) for cell in row] for row in table)
    return held.getvalue().encode("utf-8-sig")


def to_xlsx(table: Iterable[Sequence[str | int | float]]) -> bytes:
    """A workbook; every text cell is typed as text, whatever it begins with."""
    import openpyxl  # noqa: PLC0415 - half a second that only an export pays

    book = openpyxl.Workbook(write_only=False)
    sheet = book.create_sheet("统计", 0)
    for number, row in enumerate(table, 1):
        for column, cell in enumerate(row, 1):
            made = sheet.cell(number, column, cell if isinstance(cell, int | float) else _harmless(cell))
            if isinstance(cell, str):
                made.data_type = "s"
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _harmless(cell: str | float) -> str | int | float:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell


async def public_figures(office: Office, period: Period) -> dict[str, Any]:
    """What anybody may know: volumes, shares kept in time and satisfaction, by channel and unit; few are not said."""
    shown = {}
    for by in (None, By.CHANNEL, By.UNIT):
        answer = await statistics(office, period, by)
        groups = [_public(group) for group in answer["groups"]]
        for figure in _SAID:
            _hide_from_sums(groups, figure.value)
        shown[by.value if by else "all"] = groups
    return {**period.shown(), "few": FEW, "figures": shown}


def _hide_from_sums(groups: Sequence[dict[str, Any]], name: str) -> None:
    """Where just one group is few, the sum would tell it: the next smallest is not said either."""
    told = [group for group in groups if group[name]]
    if sum(group[name] is None for group in groups) == 1 and told:
        min(told, key=lambda group: int(group[name]))[name] = None


def _public(group: Mapping[str, Any]) -> dict[str, Any]:
    counts = {figure.value: _unless_few(group["figures"][figure.value]["count"]) for figure in _SAID}
    shares = {
        name: ended["on_time"]
        if min(ended["met"] + ended["missed"], group["figures"]["received"]["count"]) >= FEW
        else None
        for name, ended in group["clocks"].items()
        if name in CLOCKS
    }
    return {"key": group["key"], **counts, "on_time": shares}


def _unless_few(count: int) -> int | None:
    return count if count == 0 or count >= FEW else None
