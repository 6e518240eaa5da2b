"""Documents about many cases: the calls to make, what a suggestion box held, the figures of a period.

Law of this file: ``LISTS`` says which message becomes which document. Rows and figures are those of the message, in its
order, put into words; nothing is looked up here, and nothing is counted but shares and what was left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.forms.domain.definition import FormId
from services.forms.domain.values import FormValues
from services.forms.domain.wording import CHANNELS, NOT_GIVEN, official_number, shown_date, shown_moment, shown_phone
from shared.contracts.lists import (
    BoxRecorded,
    CallsListed,
    CallToMake,
    Counted,
    FollowUpsListed,
    Kept,
    ListAsked,
    PeriodKind,
    PeriodReported,
)
from shared.contracts.tracking import show_tracking_code
from shared.contracts.values import Channel

NO_FIGURE = "—"
UNNAMED = "未指明"
OTHERS = "其余"
RUNNING = "（未满）"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _days(first: date, last: date) -> str:
    return f"{_day(first)}至{_day(last)}"


def call_list(told: CallsListed | FollowUpsListed) -> FormValues:
    """电话清单 (arts. 14 and 18.5); three columns are left for the pen."""
    left_out = told.waiting - len(told.calls)
    texts = {
        "errand": "回访" if isinstance(told, FollowUpsListed) else "告知",
        "day": shown_date(told.occurred_at),
        "caller": told.asked_by,
        "count": f"{len(told.calls)}件{f'（最急的在前；另有{left_out}件未列入）' if left_out > 0 else ''}",
    }
    rows = [(str(place), *_call(call), "", "", "") for place, call in enumerate(told.calls, 1)]
    return FormValues(form=FormId.CALL_LIST, texts=texts, tables={"rows": rows})


def _call(call: CallToMake) -> tuple[str, str, str, str, str]:
    number = official_number(call.case_number) if call.case_number else show_tracking_code(call.tracking_code)
    return number, call.name or NOT_GIVEN, shown_phone(call.phone), call.say, shown_moment(call.latest)


def box_record(told: BoxRecorded) -> FormValues:
    """意见箱开箱记录 (arts. 6 and 14): every slip with its own register number."""
    texts = {
        "box": told.box,
        "opened_at": shown_moment(told.opened_at),
        "slips": f"{told.counted}张",
        "registered": f"{len(told.slips)}张",
        "difference": told.difference or "相符",
        "opened_by": told.opened_by,
        "witness": told.witness,
    }
    rows = [
        (
            str(place),
            slip.register_number,
            slip.summary,
            "实名" if slip.signed else "匿名",
            official_number(slip.case_number) if slip.case_number else "",
        )
        for place, slip in enumerate(told.slips, 1)
    ]
    return FormValues(form=FormId.BOX_RECORD, texts=texts, tables={"rows": rows})


PERIOD_NAMES: Mapping[PeriodKind, Callable[[date], str]] = {
    PeriodKind.MONTH: lambda first: f"{first.year}年{first.month}月",
    PeriodKind.QUARTER: lambda first: f"{first.year}年第{'一二三四'[first.month // 3]}季度",
    PeriodKind.YEAR: lambda first: f"{first.year}年",
}
"""How a period of the calendar is called, by its first day; other days have no name but themselves."""


def period_report(told: PeriodReported) -> FormValues:
    """统计分析 (art. 21), and from which frozen figures it was made."""
    source = (
        f"本分析的数字取自{told.frozen_by}于{shown_moment(told.frozen_at)}封存并签名的统计"
        f"（编号{told.frozen_id}，SHA-256 {told.sha256}），封存后不再变动。"
    )
    days, named = _days(told.first_day, told.last_day), PERIOD_NAMES.get(told.kind)
    texts = {
        "name": named(told.first_day) if named else days,
        "period": days,
        "before": _before(told),
        "analysis": told.analysis,
        "source": source,
    }
    tables: dict[str, list[tuple[str, ...]]] = {
        "summary": list(_summary(told.whole, told.before)),
        "by_channel": [_of_channel(group, told.whole.received) for group in told.by_channel] or [_none(4)],
        "by_unit": [_of_unit(group) for group in told.by_unit] or [_none(8)],
        "by_matter": list(_of_matters(told.by_matter, told.whole.received)) or [_none(3)],
        "trend": [_of_month(group, told.frozen_at) for group in told.by_month] or [_none(4)],
    }
    return FormValues(form=FormId.MONTHLY_REPORT, texts=texts, tables=tables)


def _before(told: PeriodReported) -> str:
    first, last = told.before_first_day, told.before_last_day
    return _days(first, last) if first and last else NO_FIGURE


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the summary: what is told of a group of cases, and what it means."""

    title: str
    of: Callable[[Counted], str]
    meaning: str = ""


SUMMARY: tuple[_Line, ...] = (
    _Line("收到投诉", lambda told: str(told.received)),
    _Line("按时回应", lambda told: _in_time(told.answered), "第十四条，一个工作日内"),
    _Line("单位按时办结", lambda told: _in_time(told.handled), "第十八条"),
    _Line("不予受理", lambda told: str(told.refused), "第十条"),
    _Line("延期", lambda told: str(told.extended), "第十八条"),
    _Line("退回再办", lambda told: str(told.second_round), "第十八条"),
    _Line("回访满意", lambda told: _in_time(Kept(met=told.satisfied, missed=told.dissatisfied)), "不含未能联系上的"),
    _Line("回访未能联系上", lambda told: str(told.unreachable)),
    _Line("查实", lambda told: str(told.substantiated)),
    _Line("问责", lambda told: str(told.sanctioned), "第十九条"),
    _Line("重复投诉", lambda told: str(told.repeated), "同一人对同一单位"),
)


def _none(columns: int) -> tuple[str, ...]:
    """A table of nothing says so, or one would think that it was forgotten."""
    return ("无", *[""] * (columns - 1))


def _summary(whole: Counted, before: Counted | None) -> Iterator[tuple[str, str, str, str]]:
    for line in SUMMARY:
        yield line.title, line.of(whole), line.of(before) if before else NO_FIGURE, line.meaning


def _of_channel(group: Counted, all_received: int) -> tuple[str, str, str, str]:
    name = CHANNELS[Channel(group.key)] if group.key else UNNAMED
    return name, str(group.received), _share(group.received, all_received), _in_time(group.answered)


def _of_unit(group: Counted) -> tuple[str, ...]:
    kept = group.handled
    told = (group.received, kept.met, kept.missed, group.extended, group.second_round, group.dissatisfied)
    return group.key or UNNAMED, *(str(count) for count in (*told, group.sanctioned))


def _of_matters(groups: Sequence[Counted], all_received: int) -> Iterator[tuple[str, str, str]]:
    for group in groups:
        yield group.key or UNNAMED, str(group.received), str(group.repeated)
    others = all_received - sum(group.received for group in groups)
    if others > 0:
        yield OTHERS, str(others), ""


def _of_month(group: Counted, counted_at: datetime) -> tuple[str, str, str, str]:
    """A month of the trend; one that was not over when it was counted says so."""
    satisfied = Kept(met=group.satisfied, missed=group.dissatisfied)
    name = PERIOD_NAMES[PeriodKind.MONTH](date.fromisoformat(f"{group.key}-01"))
    if shown_date(counted_at).startswith(name):
        name += RUNNING
    return name, str(group.received), _in_time(group.handled), _in_time(satisfied)


def _in_time(kept: Kept) -> str:
    """``19/20（95.0%）``; nothing is in time where nothing was due."""
    due = kept.met + kept.missed
    return f"{kept.met}/{due}（{_share(kept.met, due)}）" if due else NO_FIGURE


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else NO_FIGURE


@dataclass(frozen=True, slots=True)
class DueList:
    """What a message becomes: a form, filled in from it. Of those about one ``series`` a later one supersedes the earlier."""

    form: FormId
    fill: Callable[[Any], FormValues]
    series: Callable[[Any], UUID] | None = None


LISTS: Mapping[type[ListAsked], DueList] = {
    CallsListed: DueList(FormId.CALL_LIST, call_list),
    FollowUpsListed: DueList(FormId.CALL_LIST, call_list),
    BoxRecorded: DueList(FormId.BOX_RECORD, box_record),
    PeriodReported: DueList(FormId.MONTHLY_REPORT, period_report, lambda told: told.frozen_id),
}
"""Message to document."""
