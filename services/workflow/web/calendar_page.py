"""The working calendar as staff see it: the year's days off and make-up days with their sources, and where a period ends.

Law of this file: what is shown is the calendar that limits are counted by, and a period is counted by the same function as
every clock. A local decision is entered by the administrator with the document it rests on, is never edited, and a later one
for the same day takes its place.
"""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.workflow.web.limits_shown import Reader
from services.workflow.web.staff_routes import StaffDesk, form_values
from services.workflow.web.worklist import Notice
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.days import day_named
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault
from shared.working_time import Day, DayKind, Limit, Override, WorkCalendar, end_of_period, limit_in_full

PATH = "/workflow/calendar"
MOST_DAYS = 60
KINDS: Mapping[DayKind, Bilingual] = {
    DayKind.WORKING: Bilingual("工作日", "working day"),
    DayKind.WEEKEND: Bilingual("周末", "weekend"),
    DayKind.HOLIDAY: Bilingual("放假", "holiday"),
    DayKind.MAKE_UP_WORKDAY: Bilingual("调休上班", "make-up workday"),
    DayKind.OVERRIDE_OFF: Bilingual("本地决定不上班", "not worked, by local decision"),
    DayKind.OVERRIDE_ON: Bilingual("本地决定上班", "worked, by local decision"),
}
_SPOKEN_OF = frozenset(DayKind) - {DayKind.WORKING, DayKind.WEEKEND}
_WEEKS = Calendar()
_WRONG = {
    "day": Bilingual("请填日期", "Give the day"),
    "working": Bilingual("请选上班还是不上班", "Choose whether it is worked"),
    "name": Bilingual("请写名称，如“停电放假”", "Say what it is called"),
    "notice": Bilingual("请写所依据的文号", "Give the number of the document it rests on"),
}
_DONE = Notice(
    "good",
    Bilingual("已登记；一分钟内各处按新日历计算", "Entered; within a minute everything is counted by the new calendar"),
)


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a sheet on the wall: its weeks from Monday, with blanks where another month's days would stand."""

    first: date
    weeks: Sequence[Sequence[Day | None]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that follow each other and are the same for the same reason."""

    first: date
    last: date
    kind: DayKind
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A period that somebody asks for, and its end in words; ``ends`` is empty where it can't be counted."""

    start: date
    days: int
    ends: str = ""


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """``GET /workflow/calendar``."""

    year: int
    years: Sequence[int]
    months: Sequence[Month]
    stretches: Sequence[Stretch]
    today: date
    counted: Counted
    runs_out: str
    may_decide: bool
    kinds: Mapping[DayKind, Bilingual]
    typed: Mapping[str, str]
    faults: Mapping[str, FieldFault]


def calendar_routes(desk: StaffDesk) -> APIRouter:
    """The page, and the administrator's form on it."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    async def show(request: Request, done: str = "", who: Principal = Depends(desk.gate.admit)) -> Response:
        """A year, and a period counted in it."""
        return await _page(desk, request, who, notice=_DONE if done else None)

    @router.post(PATH)
    async def decide(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Enter a local decision about one day."""
        typed, now = await form_values(request), desk.office.clock()
        told = {name: typed.get(name, "").strip() for name in _WRONG}
        decided = _decision(told, who.name, now, desk.office.hours.date_of(now))
        if not isinstance(decided, Override):
            return await _page(desk, request, who, typed=told, faults=decided, status=422)
        await desk.office.calendars.decide(decided, by=who.name, now=now)
        return RedirectResponse(f"{PATH}?year={decided.day.year}&done=1", status_code=303)

    return router


def _decision(told: Mapping[str, str], who: str, now: datetime, today: date) -> Override | dict[str, FieldFault]:
    """The decision, or what is wrong with it by field; here it always rests on a document."""
    wrong = [name for name, value in told.items() if not value]
    try:
        decided = Override.model_validate({**told, "who": who, "decided_at": now, "in_force_from": today})
    except ValidationError as fault:
        wrong += [str(each["loc"][0]) for each in fault.errors()]
    return {name: FieldFault(name, "wrong", _WRONG[name].zh, _WRONG[name].en) for name in wrong} if wrong else decided


async def _page(
    desk: StaffDesk,
    request: Request,
    who: Principal,
    *,
    notice: Notice | None = None,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, FieldFault] | None = None,
    status: int = 200,
) -> Response:
    page = calendar_page(
        desk.reader(request), request.query_params, may_decide=who.role is Role.ADMINISTRATOR,
        typed=typed or {}, faults=faults or {},
    )  # fmt: skip
    return await desk.render(request, who, "calendar", "calendar.html", status=status, page=page, notice=notice)


def calendar_page(
    reader: Reader,
    query: Mapping[str, str],
    *,
    may_decide: bool,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, FieldFault] | None = None,
) -> CalendarPage:
    """The page for an address; anything in it that is no year, day or number is passed over."""
    calendar, today = reader.calendar, reader.hours.date_of(reader.now)
    years = range(calendar.covered_from.year, calendar.covered_until.year + 1)
    year = _number(query.get("year", ""), today.year)
    year = year if year in years else min(max(today.year, years[0]), years[-1])
    return CalendarPage(
        year=year,
        years=years,
        months=[_month(calendar, date(year, number, 1)) for number in range(1, 13)],
        stretches=stretches(calendar, year),
        today=today,
        counted=_counted(reader, query, today),
        runs_out=calendar.coverage_warning(today, reader.language.value) or "",
        may_decide=may_decide,
        kinds=KINDS,
        typed=dict.fromkeys(_WRONG, "") | dict(typed or {}),
        faults=faults or {},
    )


def stretches(calendar: WorkCalendar, year: int) -> list[Stretch]:
    """What a notice or a decision speaks of, in the order of the year, days that belong together as one."""
    named = [day for day in calendar.named_days.values() if day.day.year == year and day.kind in _SPOKEN_OF]
    in_order = list(enumerate(sorted(named, key=lambda day: day.day)))
    groups = groupby(in_order, key=lambda at: (at[1].day - timedelta(days=at[0]), at[1].kind, at[1].name, at[1].source))
    found = []
    for (_, kind, name, source), those in groups:
        days = [day.day for _, day in those]
        found.append(Stretch(days[0], days[-1], kind, name, source))
    return found


def _month(calendar: WorkCalendar, first: date) -> Month:
    weeks = _WEEKS.monthdatescalendar(first.year, first.month)
    return Month(first, [[calendar.day(day) if day.month == first.month else None for day in week] for week in weeks])


def _counted(reader: Reader, query: Mapping[str, str], today: date) -> Counted:
    start = day_named(query.get("start", "")) or today
    days = min(max(_number(query.get("days", ""), 1), 1), MOST_DAYS)
    try:
        limit: Limit = end_of_period(_noon(start, reader), days, reader.calendar, reader.hours)
    except ValueError:
        return Counted(start, days)
    return Counted(start, days, limit_in_full(limit, reader.language.value, reader.hours))


def _noon(day: date, reader: Reader) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=reader.hours.zone)


def _number(said: str, otherwise: int) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) <= len("2026") else otherwise
