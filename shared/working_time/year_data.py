"""A year's notice on holidays, as data.

Law of this file: what the State Council's yearly notice says is one ``YearData``, one row a paragraph, and data that
makes no sense is refused with every faulty field named. It must not know how periods are counted, nor where the data
comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

FIRST_YEAR, LAST_YEAR = 2000, 2099
"""The years a calendar can speak of. The tables of the moon's months that estimates rest on end with the century."""

NoticeNumber = Annotated[str, StringConstraints(pattern=r"^国办发(明电)?〔20\d{2}〕\d{1,3}号$")]
"""The number (发文字号) of a notice of the State Council's General Office: ``国办发明电〔2025〕7号``."""

DecreeNumber = Annotated[str, StringConstraints(pattern=r"^国务院令第\d{1,4}号$")]
"""The number of the decree that lays down how many days everybody has off: ``国务院令第795号``."""

Language = Literal["zh", "en"]


class _Row(BaseModel):
    """Immutable, strict, and closed: a misspelt field is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Notice(_Row):
    """Which notice said so, and the day it was made public."""

    number: NoticeNumber
    published: date


class Holiday(_Row):
    """One paragraph (节日) of a notice: days off from ``first`` through ``last``, and the make-up workdays (调休上班).

    ``statutory_days`` counts those of its days that are laid down by the decree; the others are weekends and days
    exchanged for the make-up workdays.
    """

    name: Annotated[str, StringConstraints(min_length=2, max_length=20)]
    first: date
    last: date
    statutory_days: Annotated[int, Field(ge=1, le=10)]
    make_up_workdays: tuple[date, ...] = ()

    def days_off(self) -> Iterator[date]:
        """Every day from the first through the last; none where they stand the wrong way round."""
        return (self.first + timedelta(n) for n in range((self.last - self.first).days + 1))


class Amendment(_Row):
    """A later notice (2020-01-27 was one): from its day on, its rows stand in place of those of the same name."""

    notice: Notice
    in_force_from: date
    holidays: Annotated[tuple[Holiday, ...], Field(min_length=1)]


class YearData(_Row):
    """One year's notice, its paragraphs, and what amended it."""

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    notice: Notice
    statutory_days: Annotated[int, Field(ge=1, le=30)]
    decree: DecreeNumber
    holidays: Annotated[tuple[Holiday, ...], Field(min_length=1)]
    amendments: tuple[Amendment, ...] = ()

    def rows(self, known_on: date | None = None) -> tuple[tuple[Holiday, Notice], ...]:
        """The paragraphs in force, each with the notice it comes from, as they were known on a day (default: all)."""
        rows = {holiday.name: (holiday, self.notice) for holiday in self.holidays}
        for amendment in self.amendments:
            if known_on is None or amendment.in_force_from <= known_on:
                rows |= {holiday.name: (holiday, amendment.notice) for holiday in amendment.holidays}
        return tuple(rows.values())

    @model_validator(mode="after")
    def _must_make_sense(self) -> Self:
        faults = list(dict.fromkeys(_faults(self)))
        if faults:
            raise ValidationError.from_exception_data(type(self).__name__, [fault.details() for fault in faults])
        return self


def load_year(data: bytes | str) -> YearData:
    """Read a year's data from JSON.

    Raises ``pydantic.ValidationError``; each of its ``errors()`` names a field in ``loc``, and ``fault_in_words`` says
    in Chinese or English what is wrong with it.
    """
    return YearData.model_validate_json(data)


FAULTS: dict[str, dict[Language, str]] = {
    "ends_before_it_begins": {
        "zh": "结束日期 {last} 早于开始日期 {first}",
        "en": "ends on {last}, before it begins on {first}",
    },
    "outside_the_year": {
        "zh": "{day} 不在 {year} 年的安排之内（可早至上一年 12 月）",
        "en": "{day} is outside the arrangements for {year} (which may reach back into the December before)",
    },
    "named_twice": {"zh": "“{name}”出现两次", "en": "{name} stands here twice"},
    "no_such_holiday": {
        "zh": "原通知中没有“{name}”，无从调整",
        "en": "the notice has no {name} that could be amended",
    },
    "off_twice": {"zh": "{day} 已列为“{name}”假期", "en": "{day} is off already, for {name}"},
    "made_up_twice": {"zh": "{day} 已列为“{name}”的调休上班日", "en": "{day} is a make-up workday already, for {name}"},
    "made_up_while_off": {
        "zh": "{day} 在“{name}”假期之内，不能又上班",
        "en": "{day} is off for {name}, it can't be worked as well",
    },
    "made_up_on_a_weekday": {
        "zh": "{day} 是周一至周五，本来就上班；调休上班日只能是周六、周日",
        "en": "{day} is a Monday to Friday, worked anyway; a make-up workday is a Saturday or Sunday",
    },
    "statutory_days_differ": {
        "zh": "各节法定假日合计 {found} 天，而 {decree} 规定 {wanted} 天",
        "en": "the holidays' statutory days add up to {found}; {decree} lays down {wanted}",
    },
    "published_in_another_year": {
        "zh": "{number} 的公布日期 {published} 与文号年份不符，或不在上一年、当年之内",
        "en": "{published} fits neither the year in {number} nor the year before or of the arrangements",
    },
    "in_force_before_published": {
        "zh": "自 {day} 起生效，早于公布日期 {published}",
        "en": "in force from {day}, before it was published on {published}",
    },
    "out_of_order": {
        "zh": "各次调整须按生效日期先后排列",
        "en": "amendments must stand in the order they came into force",
    },
}
"""Every fault that ``YearData`` finds beyond the wrong form of a single field: its code, and what it says."""


def fault_in_words(fault: ErrorDetails, lang: Language = "zh") -> str:
    """What is wrong with one field; a fault of form, which isn't in ``FAULTS``, in pydantic's own (English) words."""
    words = FAULTS.get(fault["type"])
    return words[lang].format(**fault["ctx"]) if words else fault["msg"]


class _Fault(NamedTuple):
    code: str
    loc: tuple[int | str, ...]
    about: tuple[tuple[str, str | int], ...]

    def details(self) -> InitErrorDetails:
        error = PydanticCustomError(self.code, FAULTS[self.code]["en"], dict(self.about))
        return InitErrorDetails(type=error, loc=self.loc, input=None)


class _Placed(NamedTuple):
    """A paragraph, and where in the data it stands."""

    loc: tuple[int | str, ...]
    holiday: Holiday

    def fault(self, code: str, *field: int | str, **about: Any) -> _Fault:
        return _fault(code, *self.loc, *field, **about)


def _fault(code: str, *loc: int | str, **about: Any) -> _Fault:
    said = ((key, value if isinstance(value, int) else str(value)) for key, value in about.items())
    return _Fault(code, loc, tuple(said))


def _faults(data: YearData) -> Iterator[_Fault]:
    yield from _faults_of_notices(data)
    for rows in _versions(data):
        wrong_dates = [fault for row in rows for fault in _faults_of_dates(row, data.year)]
        yield from wrong_dates
        if not wrong_dates:  # a span that runs for centuries, by a slip of the pen, is not walked through
            yield from _faults_of_days_off(rows)
            yield from _faults_of_make_up_workdays(rows)
        yield from _faults_of_statutory_days(rows, data)


def _versions(data: YearData) -> Iterator[Sequence[_Placed]]:
    """The arrangements as first published, then after each amendment; each of them must make sense."""
    rows = [_Placed(("holidays", n), holiday) for n, holiday in enumerate(data.holidays)]
    yield rows
    for n, amendment in enumerate(data.amendments):
        new = [_Placed(("amendments", n, "holidays", m), holiday) for m, holiday in enumerate(amendment.holidays)]
        names = {row.holiday.name for row in new}
        rows = [row for row in rows if row.holiday.name not in names] + new
        yield rows


def _faults_of_notices(data: YearData) -> Iterator[_Fault]:
    yield from _faults_of_publication(data.notice, data.year, "notice")
    known = {holiday.name for holiday in data.holidays}
    for n, amendment in enumerate(data.amendments):
        yield from _faults_of_publication(amendment.notice, data.year, "amendments", n, "notice")
        from_day, published = amendment.in_force_from, amendment.notice.published
        if from_day < published:
            yield _fault(
                "in_force_before_published", "amendments", n, "in_force_from", day=from_day, published=published
            )
        for m, holiday in enumerate(amendment.holidays):
            if holiday.name not in known:
                yield _fault("no_such_holiday", "amendments", n, "holidays", m, "name", name=holiday.name)
    if any(later.in_force_from < earlier.in_force_from for earlier, later in pairwise(data.amendments)):
        yield _fault("out_of_order", "amendments")


def _faults_of_publication(notice: Notice, year: int, *loc: int | str) -> Iterator[_Fault]:
    in_number = int(notice.number.partition("〔")[2][:4])
    if notice.published.year != in_number or in_number not in (year - 1, year):
        yield _fault("published_in_another_year", *loc, "published", number=notice.number, published=notice.published)


def _faults_of_dates(row: _Placed, year: int) -> Iterator[_Fault]:
    holiday = row.holiday
    # 元旦 may begin on the last days of the old year (2023), and be made up for there (2012).
    earliest, latest = date(year - 1, 12, 1), date(year, 12, 31)
    if holiday.last < holiday.first:
        yield row.fault("ends_before_it_begins", "last", first=holiday.first, last=holiday.last)
    if not earliest <= holiday.first <= latest:
        yield row.fault("outside_the_year", "first", day=holiday.first, year=year)
    if holiday.last.year != year:
        yield row.fault("outside_the_year", "last", day=holiday.last, year=year)
    for n, day in enumerate(holiday.make_up_workdays):
        if not earliest <= day <= latest:
            yield row.fault("outside_the_year", "make_up_workdays", n, day=day, year=year)
        if day.isoweekday() <= 5:  # noqa: PLR2004 - ISO 8601 counts Monday 1 to Sunday 7
            yield row.fault("made_up_on_a_weekday", "make_up_workdays", n, day=day)


def _faults_of_days_off(rows: Sequence[_Placed]) -> Iterator[_Fault]:
    names: set[str] = set()
    off: dict[date, str] = {}
    for row in rows:
        if row.holiday.name in names:
            yield row.fault("named_twice", "name", name=row.holiday.name)
        names.add(row.holiday.name)
        clash = next((day for day in row.holiday.days_off() if day in off), None)
        if clash:
            yield row.fault("off_twice", "first", day=clash, name=off[clash])
        off |= dict.fromkeys(row.holiday.days_off(), row.holiday.name)


def _faults_of_make_up_workdays(rows: Sequence[_Placed]) -> Iterator[_Fault]:
    off = {day: row.holiday.name for row in rows for day in row.holiday.days_off()}
    made_up: dict[date, str] = {}
    for row in rows:
        for n, day in enumerate(row.holiday.make_up_workdays):
            if day in off:
                yield row.fault("made_up_while_off", "make_up_workdays", n, day=day, name=off[day])
            if day in made_up:
                yield row.fault("made_up_twice", "make_up_workdays", n, day=day, name=made_up[day])
            made_up[day] = row.holiday.name


def _faults_of_statutory_days(rows: Sequence[_Placed], data: YearData) -> Iterator[_Fault]:
    """A holiday that was forgotten shows here: the sum no longer is what the decree lays down."""
    found = sum(row.holiday.statutory_days for row in rows)
    if found != data.statutory_days:
        yield _fault(
            "statutory_days_differ", "statutory_days", found=found, wanted=data.statutory_days, decree=data.decree
        )
