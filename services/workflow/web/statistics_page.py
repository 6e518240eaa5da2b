"""The statistics as their pages show them (arts. 19-21): headlines, charts and tables, every number with its list. Pure.

Law of this file: a number is shown as the reports counted it and opens the list they name for it; a share stands beside the
cases it is made of. It knows neither requests nor the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from services.workflow.domain.grounds import GROUNDS, GroundRow
from services.workflow.reports import CLOCKS, HEADINGS, UNIT_CLOCKS, UNNAMED, Period, month_of
from services.workflow.store.statistics import By, Figure
from services.workflow.web.charts import Bars, Item, Split, Trend, bars, split, trend
from services.workflow.web.periods import months_back
from shared.web.i18n import Bilingual, Language

Figures = Mapping[str, Any]
"""What ``reports.statistics`` answers."""
_MOST_BARS = 12
_HEADLINE_CLOCKS = ("respond", "forward", "approve")
_KINDS = ((Figure.SATISFIED, "k-good"), (Figure.UNREACHABLE, "k-2"), (Figure.DISSATISFIED, "k-over"))
BY_WORDS: Mapping[By, Bilingual] = {
    By.UNIT: Bilingual("单位", "Unit"),
    By.CHANNEL: Bilingual("渠道", "Channel"),
    By.WINDOW: Bilingual("窗口", "Window"),
    By.MATTER: Bilingual("事项", "Matter"),
    By.GROUND: Bilingual("不予受理情形", "Ground of refusal"),
    By.MONTH: Bilingual("月份", "Month"),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the list it opens; of nothing there is no list."""

    shown: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure at the head of the page; ``late``: the cases in which a limit was missed."""

    words: Bilingual
    article: str
    number: Number
    of: int | None = None
    late: Number | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A limit in a table: how often it was kept and missed."""

    met: Number
    missed: Number


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table."""

    label: str
    href: str
    numbers: Sequence[Number]
    days: Number
    """Working days of extension: of the cases that were extended."""
    clocks: Sequence[Kept]


@dataclass(frozen=True, slots=True)
class FigureTable:
    """All figures of all groups."""

    by: Bilingual
    figures: Sequence[Bilingual]
    clocks: Sequence[tuple[Bilingual, str]]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class GroupNames:
    """How groups are called: the reader's language, and the catalogue for what has a key in it."""

    language: Language
    say: Callable[[str], str]

    def of(self, by: By | None, key: str | None) -> str:
        """A group by its name."""
        if key is None:
            return UNNAMED.in_language(self.language) if by else Bilingual("全部", "all").in_language(self.language)
        if by is By.CHANNEL:
            return self.say(f"channel.{key}")
        if by is By.GROUND:
            return next((self._ground(row) for row in GROUNDS if row.article == key), key)
        return key

    def _ground(self, row: GroundRow) -> str:
        return f"{row.article} {Bilingual(row.chinese, row.english).in_language(self.language)}"


@dataclass(frozen=True, slots=True)
class Charts:
    """The drawings of the page."""

    channels: Bars
    units: Bars | None
    months: Trend
    months_before: Sequence[int]
    satisfaction: Split | None


def headlines(whole: Figures, before: Figures) -> list[Headline]:
    """What came in, the limits of arts. 14 and 18, content, refused."""
    (now,), (then,) = whole["groups"], before["groups"]
    received = Headline(
        HEADINGS[Figure.RECEIVED], "21", number_of(now, Figure.RECEIVED), before=then["figures"]["received"]["count"]
    )
    answered = [_count(now, figure) for figure, _ in _KINDS]
    share = f"{100 * answered[0] / (answered[0] + answered[2]):.1f}%" if answered[0] + answered[2] else "–"
    content = Headline(
        Bilingual("回访满意", "content at follow-up"), "18.5",
        Number(share, number_of(now, Figure.SATISFIED).href), of=answered[0] + answered[2],
        late=number_of(now, Figure.DISSATISFIED),
    )  # fmt: skip
    kept = [_kept_headline(now, name) for name in _HEADLINE_CLOCKS]
    refused = Headline(HEADINGS[Figure.REFUSED], "10", number_of(now, Figure.REFUSED))
    return [received, *kept, content, refused]


def _kept_headline(group: Figures, name: str) -> Headline:
    row, ended = CLOCKS[name], _ended(group, name)
    share = "–" if ended["on_time"] is None else f"{100 * ended['on_time']:.1f}%"
    return Headline(
        Bilingual(f"{row.chinese}按时", f"{row.english}, in time"), row.article,
        Number(share, ended["met_cases"] if ended["met"] else ""), of=ended["met"] + ended["missed"],
        late=Number(str(ended["missed"]), ended["missed_cases"] if ended["missed"] else ""),
    )  # fmt: skip


def table(
    answer: Figures, words: GroupNames, clocks: Sequence[str] = tuple(CLOCKS), sheet: Period | None = None
) -> FigureTable:
    """All groups; ``sheet``: the period of the assessment sheets that the units' names lead to."""
    by = By(answer["by"]) if answer["by"] else None
    return FigureTable(
        by=BY_WORDS[by] if by else Bilingual("", ""),
        figures=list(HEADINGS.values()),
        clocks=[(Bilingual(CLOCKS[name].chinese, CLOCKS[name].english), CLOCKS[name].article) for name in clocks],
        lines=[_line(group, by, words, clocks, sheet) for group in answer["groups"]],
    )


def _line(group: Figures, by: By | None, words: GroupNames, clocks: Sequence[str], sheet: Period | None) -> Line:
    opens_sheet = by is By.UNIT and group["key"] and sheet
    return Line(
        label=words.of(by, group["key"]),
        href=sheet_address(group["key"], sheet) if opens_sheet and sheet else "",
        numbers=[number_of(group, figure) for figure in HEADINGS],
        days=Number(str(group["extension_days"]), number_of(group, Figure.EXTENDED).href),
        clocks=[_kept(group, name) for name in clocks],
    )


def address(period: Period, unit: str | None, by: By, **more: str) -> str:
    """The page's own address for a period, broken down by something."""
    asked = {**period.shown(), **({"unit": unit} if unit else {}), "by": by.value, **more}
    return f"/workflow/statistics?{urlencode(asked)}"


def sheet_address(unit: str, period: Period) -> str:
    """Where a unit's assessment sheet is."""
    return f"/workflow/assessment?{urlencode({'unit': unit, **period.shown()})}"


def number_of(group: Figures, figure: Figure) -> Number:
    """A figure of a group."""
    told = group["figures"][figure.value]
    return Number(str(told["count"]), told["cases"] if told["count"] else "")


def _kept(group: Figures, name: str) -> Kept:
    ended = _ended(group, name)
    return Kept(
        Number(str(ended["met"]), ended["met_cases"] if ended["met"] else ""),
        Number(str(ended["missed"]), ended["missed_cases"] if ended["missed"] else ""),
    )


def _ended(group: Figures, name: str) -> Figures:
    nothing = {"met": 0, "missed": 0, "on_time": None, "met_cases": "", "missed_cases": ""}
    found: Figures = group["clocks"].get(name, nothing)
    return nothing | dict(found)


def _count(group: Figures, figure: Figure) -> int:
    return int(group["figures"][figure.value]["count"])


def charts(
    by_channel: Figures,
    by_unit: Figures,
    months: Mapping[str, int],
    period: Period,
    unit: str | None,
    words: GroupNames,
) -> Charts:
    """Channels, the units' limits, the last twelve months beside those of the year before, content by unit."""
    told = sorted(by_channel["groups"], key=lambda group: -_count(group, Figure.RECEIVED))
    channels = [_bar(words.of(By.CHANNEL, group["key"]), group, words) for group in told]
    named = [group for group in by_unit["groups"] if group["key"] is not None]
    busiest = sorted(named, key=lambda group: -_count(group, Figure.RECEIVED))[:_MOST_BARS]
    kept = [item for group in busiest if (item := _kept_bar(group, period)) is not None]
    asked = [(group["key"], parts) for group in busiest if (parts := _parts(group, words))]
    days = list(months_back(period.last, 12))[::-1]
    before = [months.get(f"{day.year - 1}-{day:%m}", 0) for day in days]
    return Charts(
        channels=bars(channels, width=480),
        units=bars(sorted(kept, key=lambda item: -item.value), width=660, whole=100) if kept else None,
        months=trend([_month(day, months, unit, words) for day in days], before, width=1200, height=230),
        months_before=before,
        satisfaction=split(asked, width=1200) if asked else None,
    )


def _bar(label: str, group: Figures, words: GroupNames) -> Item:
    number = number_of(group, Figure.RECEIVED)
    return Item(label, int(number.shown), number.shown, _read(label, number.shown, words), number.href)


def _kept_bar(group: Figures, period: Period) -> Item | None:
    """Of all limits that bound a unit, how many it kept."""
    ended = [_ended(group, name) for name in sorted(UNIT_CLOCKS)]
    met, missed = sum(each["met"] for each in ended), sum(each["missed"] for each in ended)
    if not met + missed:
        return None
    share = f"{100 * met / (met + missed):.0f}%"
    label, href = str(group["key"]), sheet_address(group["key"], period)
    return Item(label, 100 * met / (met + missed), share, f"{label} {share}", href, is_bad=missed > 0)


def _parts(group: Figures, words: GroupNames) -> list[tuple[str, Item]]:
    parts = []
    for figure, kind in _KINDS:
        number, label = number_of(group, figure), HEADINGS[figure].in_language(words.language)
        read = _read(f"{group['key']} {label}", number.shown, words)
        parts.append((kind, Item(label, int(number.shown), number.shown, read, number.href)))
    return parts if any(item.value for _, item in parts) else []


def _month(day: date, months: Mapping[str, int], unit: str | None, words: GroupNames) -> Item:
    count = months.get(f"{day:%Y-%m}", 0)
    asked = {**month_of(day).shown(), **({"unit": unit} if unit else {}), "figure": Figure.RECEIVED.value}
    label = f"{day:%Y-%m}"
    href = f"/workflow/cases?{urlencode(asked)}" if count else ""
    return Item(label, count, str(count), _read(label, str(count), words), href)


def _read(label: str, shown: str, words: GroupNames) -> str:
    return Bilingual(f"{label} {shown} 件，看案件", f"{label}: {shown}, open the cases").in_language(words.language)


def two_years_to(last: date) -> Period:
    """The months that the line over months and the one behind it are drawn from."""
    return Period(list(months_back(last, 24))[-1], month_of(last).last)
