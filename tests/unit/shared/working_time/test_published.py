"""The years that come with the software, held against two calendars that others made."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise, product

import chinese_calendar
import holidays
import pytest

from shared.working_time import DayKind, WorkCalendar, published
from tests.unit.shared.working_time.parts import EVERY_DAY, on

YEARS = range(2020, 2027)

NOTICES = {
    2020: ("国办发明电〔2019〕16号", "2019-11-21"),
    2021: ("国办发明电〔2020〕27号", "2020-11-25"),
    2022: ("国办发明电〔2021〕11号", "2021-10-25"),
    2023: ("国办发明电〔2022〕16号", "2022-12-08"),
    2024: ("国办发明电〔2023〕7号", "2023-10-25"),
    2025: ("国办发明电〔2024〕12号", "2024-11-12"),
    2026: ("国办发明电〔2025〕7号", "2025-11-04"),
}


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    """The calendar under test."""
    return published()


@pytest.mark.parametrize("year", YEARS)
def test_every_day_is_what_chinesecalendar_says(calendar: WorkCalendar, year: int):
    """Each day of 2020 to 2026 is worked or not as chinesecalendar has it."""
    days = [day for day in EVERY_DAY if day.year == year]
    assert [day for day in days if calendar.is_working_day(day) != chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize("year", YEARS)
def test_every_day_is_what_holidays_says(calendar: WorkCalendar, year: int):
    """Each day of 2020 to 2026 is worked or not as the holidays package has it."""
    china = holidays.country_holidays("CN", years=year)
    days = [day for day in EVERY_DAY if day.year == year]
    assert [day for day in days if calendar.is_working_day(day) != china.is_working_day(day)] == []


def test_the_seven_years_are_2557_days():
    """The days that the two oracles are asked about are all of them."""
    assert len(EVERY_DAY) == 2557


@pytest.mark.parametrize("year", YEARS)
def test_make_up_workdays_are_those_of_chinesecalendar(calendar: WorkCalendar, year: int):
    """The kind of a worked weekend is make-up workday, and chinesecalendar lists the same ones."""
    made_up = {day for day in EVERY_DAY if calendar.day(day).kind is DayKind.MAKE_UP_WORKDAY and day.year == year}
    theirs = {day for day in chinese_calendar.constants.workdays if day.year == year}
    assert made_up == theirs


@pytest.mark.parametrize(
    ("year", "days"), list(zip(YEARS, (249, 250, 249, 249, 251, 248, 248), strict=True)), ids=map(str, YEARS)
)
def test_a_year_has_so_many_working_days(calendar: WorkCalendar, year: int, days: int):
    """The number of working days a year is the one that was counted from the notices by hand."""
    assert calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days


@pytest.mark.parametrize("data", published().years, ids=lambda data: str(data.year))
def test_a_year_names_its_notice(data):
    """Each year has the number of its notice and the day it was published."""
    assert (data.notice.number, data.notice.published.isoformat()) == NOTICES[data.year]


@pytest.mark.parametrize("data", published().years, ids=lambda data: str(data.year))
def test_two_more_statutory_days_from_2025(data):
    """Decree 644 gives everybody 11 days off a year, decree 795 gives 13 from 2025 on."""
    assert (data.statutory_days, data.decree) == (
        (11, "国务院令第644号") if data.year < 2025 else (13, "国务院令第795号")
    )


def test_every_named_day_cites_a_notice(calendar: WorkCalendar):
    """No day is off or made up for without the number of the notice that says so."""
    sources = Counter(day.source for day in calendar.named_days.values())
    assert set(sources) == {number for number, _ in NOTICES.values()} | {"国办发明电〔2020〕1号"}


def test_ordinary_days_cite_the_years_notice(calendar: WorkCalendar):
    """A plain Tuesday is a working day by its year's notice, which says nothing against it."""
    day = calendar.day(on("2026-11-24"))
    assert (day.kind, day.name, day.source, day.provisional) == (DayKind.WORKING, "", NOTICES[2026][0], False)


@pytest.mark.parametrize(
    ("day", "weekday", "kind", "name"),
    [
        ("2020-01-19", "Sunday", DayKind.MAKE_UP_WORKDAY, "春节"),
        ("2022-12-31", "Saturday", DayKind.HOLIDAY, "元旦"),  # of 2023's notice
        ("2023-06-23", "Friday", DayKind.HOLIDAY, "端午节"),  # exchanged for Sunday 25 June
        ("2024-02-09", "Friday", DayKind.WORKING, ""),  # 除夕: the notice only encourages a day off
        ("2024-02-17", "Saturday", DayKind.HOLIDAY, "春节"),
        ("2025-01-28", "Tuesday", DayKind.HOLIDAY, "春节"),  # 除夕: statutory from 2025
        ("2025-05-02", "Friday", DayKind.HOLIDAY, "劳动节"),
        ("2025-10-06", "Monday", DayKind.HOLIDAY, "国庆节、中秋节"),
        ("2026-01-04", "Sunday", DayKind.MAKE_UP_WORKDAY, "元旦"),
        ("2026-02-28", "Saturday", DayKind.MAKE_UP_WORKDAY, "春节"),
        ("2026-11-21", "Saturday", DayKind.WEEKEND, ""),
    ],
)
def test_known_days(calendar: WorkCalendar, day: str, weekday: str, kind: DayKind, name: str):
    """Days that people remember have the kind and the holiday that they remember."""
    assert f"{on(day):%A}" == weekday
    assert (calendar.day(on(day)).kind, calendar.day(on(day)).name) == (kind, name)


def test_the_amendment_of_2020_holds_from_its_day(calendar: WorkCalendar):
    """Until 26 January 2020 the 31st was to be worked and Saturday 1 February made up; from the 27th both are off."""
    before, after = calendar.as_known_on(on("2020-01-26")), calendar.as_known_on(on("2020-01-27"))
    days = [on("2020-01-31"), on("2020-02-01"), on("2020-02-02"), on("2020-02-03")]
    assert [before.is_working_day(day) for day in days] == [True, True, False, True]
    assert [after.is_working_day(day) for day in days] == [False, False, False, True]
    assert before.day(days[1]).kind is DayKind.MAKE_UP_WORKDAY
    assert after.day(days[1]).source == "国办发明电〔2020〕1号"


def test_notices_are_known_from_their_publication(calendar: WorkCalendar):
    """The calendar of 3 November 2025 ends with 2025, that of the next day with 2026."""
    assert calendar.as_known_on(on("2025-11-03")).covered_until == on("2025-12-31")
    assert calendar.as_known_on(on("2025-11-04")).covered_until == on("2026-12-31")


def test_no_limit_was_ever_promised_too_late(calendar: WorkCalendar):
    """With each notice loaded the day it came out, no limit of up to five working days since 27 January 2020 changed."""
    turns = sorted({data.notice.published for data in calendar.years[1:]} | {on("2020-01-27"), on("2026-12-18")})
    for turn, following in pairwise(turns):
        known = calendar.as_known_on(turn)
        promises = product((turn + timedelta(n) for n in range((following - turn).days)), range(1, 6))
        late = [one for one in promises if known.nth_working_day_after(*one) != calendar.nth_working_day_after(*one)]
        assert late == []


def test_the_calendar_is_loaded_once():
    """Reading the package's files happens once a process."""
    assert published() is published()
