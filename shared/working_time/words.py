"""A limit, said to people.

Law of this file: a limit is a sentence first ("今天 17:00 前", "已超期 1 天"), and the same sentence everywhere. It must
not know which clock the limit belongs to, nor who is asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.working_time.calendar import WorkCalendar
from shared.working_time.period import CENTRE_HOURS, BusinessHours, Limit, next_working_day
from shared.working_time.year_data import Language


class LimitKind(StrEnum):
    """How a limit stands; the pages give each its icon and its colour."""

    OVER = "over"
    """Passed, and what it asks for isn't done yet."""

    MISSED = "missed"
    """Done, but after it had passed."""

    TODAY = "today"
    SOON = "soon"
    """The next day; with a calendar, the next working day: Monday's limit is soon on a Friday."""

    LATER = "later"
    MET = "met"


@dataclass(frozen=True, slots=True)
class LimitWords:
    """A limit in words.

    ``words`` is the sentence ("今天 17:00 前"), ``left`` what is left till then ("剩 6 小时 17 分"; empty once it is
    passed or done), ``when`` the limit itself in short ("今天 17:00", "11-25 17:00").
    """

    kind: LimitKind
    words: str
    left: str
    when: str


PHRASES: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "today": "今天 {time} 前",
        "tomorrow": "明天 {time} 前",
        "this_week": "{weekday} {time} 前",
        "next_week": "下{weekday} {time} 前",
        "this_year": "{month} 月 {day} 日 {time} 前",
        "other_year": "{year} 年 {month} 月 {day} 日 {time} 前",
        "in_full": "{year} 年 {month} 月 {day} 日（{weekday}）{time} 前",
        "provisional": "（暂定）",
        "over": "已超期 {span}",
        "missed": "超期 {span}办结",
        "met": "按时办结",
        "left": "剩 {span}",
        "when_yesterday": "昨天 {time}",
        "when_today": "今天 {time}",
        "when_tomorrow": "明天 {time}",
        "when_this_year": "{month:02}-{day:02} {time}",
        "when_other_year": "{year}-{month:02}-{day:02} {time}",
        "day": "{n} 天",
        "days": "{n} 天",
        "hours": "{n} 小时",
        "minutes": "{n} 分",
    },
    "en": {
        "today": "by {time} today",
        "tomorrow": "by {time} tomorrow",
        "this_week": "by {time} on {weekday}",
        "next_week": "by {time} on {weekday} next week",
        "this_year": "by {time} on {day} {month_name}",
        "other_year": "by {time} on {day} {month_name} {year}",
        "in_full": "by {time} on {weekday}, {day} {month_name} {year}",
        "provisional": " (provisional)",
        "over": "overdue by {span}",
        "missed": "done {span} late",
        "met": "done in time",
        "left": "{span} left",
        "when_yesterday": "yesterday {time}",
        "when_today": "today {time}",
        "when_tomorrow": "tomorrow {time}",
        "when_this_year": "{day} {month_name} {time}",
        "when_other_year": "{day} {month_name} {year} {time}",
        "day": "{n} day",
        "days": "{n} days",
        "hours": "{n} h",
        "minutes": "{n} min",
    },
}
WEEKDAYS: Mapping[Language, tuple[str, ...]] = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_ONE_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)
_ONE_MINUTE = timedelta(minutes=1)


def limit_words(
    limit: Limit | datetime,
    now: datetime,
    met_at: datetime | None = None,
    lang: Language = "zh",
    *,
    calendar: WorkCalendar | None = None,
    hours: BusinessHours = CENTRE_HOURS,
) -> LimitWords:
    """How a limit stands ``now``, in words; ``met_at`` is when what it asks for was done.

    Takes a bare moment too, for readers that were told no more than that. Days left and days late are days on the
    wall, not working days; with a ``calendar``, the next working day counts as soon. What is done in the limit's very
    moment is in time (Civil Code art. 203). Raises ``ValueError`` for naive moments.
    """
    moment = limit.moment if isinstance(limit, Limit) else limit
    say = _Saying(lang, hours.local(moment), hours.local(now))
    if met_at is not None:
        return _done(say, hours.local(met_at))
    if now > moment:
        return LimitWords(LimitKind.OVER, say("over", span=say.late(say.now)), "", say.when())
    words = say.by() + (say("provisional") if _is_provisional(limit) else "")
    return LimitWords(_open_kind(say, calendar), words, say("left", span=say.left()), say.when())


def limit_in_full(limit: Limit | datetime, lang: Language = "zh", hours: BusinessHours = CENTRE_HOURS) -> str:
    """A limit for paper and messages, which are read on another day: "2026 年 11 月 25 日（周三）17:00 前"."""
    moment = hours.local(limit.moment if isinstance(limit, Limit) else limit)
    say = _Saying(lang, moment, moment)
    return say("in_full") + (say("provisional") if _is_provisional(limit) else "")


@dataclass(frozen=True, slots=True)
class _Saying:
    """One limit, looked at from one moment, in one language; all of it local time."""

    lang: Language
    moment: datetime
    now: datetime

    def __call__(self, phrase: str, **more: object) -> str:
        moment = self.moment
        return PHRASES[self.lang][phrase].format(
            time=f"{moment:%H:%M}",
            weekday=WEEKDAYS[self.lang][moment.weekday()],
            year=moment.year,
            month=moment.month,
            month_name=_MONTHS[moment.month - 1],
            day=moment.day,
            **more,
        )

    def days_away(self) -> int:
        return (self.moment.date() - self.now.date()).days

    def by(self) -> str:
        days = self.days_away()
        week = (days + self.now.weekday()) // 7  # weeks begin on Monday
        near = {0: "today", 1: "tomorrow"}.get(days) or {0: "this_week", 1: "next_week"}.get(week)
        return self(near or ("this_year" if self._this_year() else "other_year"))

    def when(self) -> str:
        near = {-1: "when_yesterday", 0: "when_today", 1: "when_tomorrow"}.get(self.days_away())
        return self(near or ("when_this_year" if self._this_year() else "when_other_year"))

    def left(self) -> str:
        return self._span(self.moment - self.now)

    def late(self, at: datetime) -> str:
        """By dates, as people count: an answer due yesterday at 17:00 is a day late this morning."""
        days = (at.date() - self.moment.date()).days
        return self._span(timedelta(days) if days else at - self.moment)

    def _this_year(self) -> bool:
        return self.moment.year == self.now.year

    def _span(self, span: timedelta) -> str:
        """The two largest units; a minute begun counts as one."""
        span = -(-span // _ONE_MINUTE) * _ONE_MINUTE
        days, hours, minutes = span // _ONE_DAY, span % _ONE_DAY // _ONE_HOUR, span % _ONE_HOUR // _ONE_MINUTE
        units = (("day" if days == 1 else "days", days), ("hours", hours), ("minutes", 0 if days else minutes))
        return " ".join(self(unit, n=n) for unit, n in units if n) or self("minutes", n=0)


def _done(say: _Saying, met_at: datetime) -> LimitWords:
    if met_at <= say.moment:
        return LimitWords(LimitKind.MET, say("met"), "", say.when())
    return LimitWords(LimitKind.MISSED, say("missed", span=say.late(met_at)), "", say.when())


def _open_kind(say: _Saying, calendar: WorkCalendar | None) -> LimitKind:
    if say.days_away() == 0:
        return LimitKind.TODAY
    today = say.now.date()
    soon = next_working_day(today, calendar) if calendar else today + _ONE_DAY
    return LimitKind.SOON if say.moment.date() <= soon else LimitKind.LATER


def _is_provisional(limit: Limit | datetime) -> bool:
    return isinstance(limit, Limit) and limit.provisional
