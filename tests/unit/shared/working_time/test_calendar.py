"""What a calendar is, beyond the published years and with local decisions."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.working_time import DayKind, WorkCalendar, load_year, published
from tests.unit.shared.working_time.parts import at, notice_2027, on, override

# --- beyond what is published -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "weekday", "kind", "name"),
    [
        ("2027-01-01", "Friday", DayKind.HOLIDAY, "元旦"),
        ("2027-01-02", "Saturday", DayKind.WEEKEND, ""),
        ("2027-01-04", "Monday", DayKind.WORKING, ""),
        ("2027-02-05", "Friday", DayKind.HOLIDAY, "农历除夕"),
        ("2027-02-08", "Monday", DayKind.HOLIDAY, "春节"),
        ("2027-06-09", "Wednesday", DayKind.HOLIDAY, "端午节"),
        ("2028-10-02", "Monday", DayKind.HOLIDAY, "国庆节"),
        ("2019-02-02", "Saturday", DayKind.MAKE_UP_WORKDAY, ""),  # of a year whose notice the estimate's source knows
        ("2019-02-03", "Sunday", DayKind.MAKE_UP_WORKDAY, ""),
    ],
)
def test_unpublished_days_are_estimated_and_say_so(day: str, weekday: str, kind: DayKind, name: str):
    """A year without a notice has its statutory holidays all the same, and each of its days is provisional."""
    assert f"{on(day):%A}" == weekday
    known = published().day(on(day))
    assert (known.kind, known.name, known.source, known.provisional) == (kind, name, "estimate", True)


def test_days_before_the_published_years_are_estimated_too():
    """31 December 2019 lies before the first notice: known, worked, provisional."""
    day = published().day(on("2019-12-31"))
    assert (day.is_working, day.provisional) == (True, True)
    assert not published().day(on("2020-01-01")).provisional


@pytest.mark.parametrize("year", [1999, 2100])
def test_what_can_not_even_be_estimated_is_refused(year: int):
    """Outside this century nothing is invented."""
    with pytest.raises(ValueError, match=f"no working days are known for {year}"):
        published().is_working_day(date(year, 6, 1))


def test_a_period_that_leaves_the_century_is_refused():
    """A slip of the pen (a million working days) ends with an error, not with a date."""
    with pytest.raises(ValueError, match="2100"):
        published().nth_working_day_after(on("2026-01-01"), 1_000_000)


@pytest.mark.parametrize("use", ["published()", "published().nth_working_day_after(date(2026, 12, 1), 20)"])
def test_the_slow_estimates_are_not_loaded_without_need(use: str):
    """As long as a period stays inside the published years, the heavy package of estimates is never imported."""
    script = f"import sys; from datetime import date; from shared.working_time import published; {use}; print('holidays' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# --- local decisions ----------------------------------------------------------------------------------------------


def test_an_override_makes_a_day_off():
    """A day on which the centre stays closed doesn't count, whatever the notice says, and names its document."""
    calendar = published().with_overrides([override("2026-07-08", working=False, notice="枣政办字〔2026〕8号")])
    day = calendar.day(on("2026-07-08"))
    assert (day.kind, day.name, day.source) == (DayKind.OVERRIDE_OFF, "台风停班", "枣政办字〔2026〕8号")
    assert not calendar.is_working_day(on("2026-07-08"))


def test_an_override_makes_a_holiday_a_working_day():
    """A day of the National Day holiday can be worked here; without a document, day and time of the decision are the source."""
    calendar = published().with_overrides([override("2026-10-07", working=True)])
    day = calendar.day(on("2026-10-07"))
    assert (day.kind, day.source) == (DayKind.OVERRIDE_ON, "override 2026-10-07 of 2026-07-01T01:00:00Z")
    assert day.is_working


def test_the_later_decision_counts():
    """Of two decisions on a day, the one decided later stands, in whichever order they are given."""
    first = override("2026-07-08", working=False, decided_at=at("2026-07-01 09:00"))
    second = override("2026-07-08", working=True, decided_at=at("2026-07-02 09:00"))
    assert published().with_overrides([first, second]).is_working_day(on("2026-07-08"))
    assert published().with_overrides([second, first]).is_working_day(on("2026-07-08"))


def test_an_override_is_known_from_the_day_it_is_in_force():
    """The calendar of the day before an override comes into force doesn't have it."""
    calendar = published().with_overrides([override("2026-07-08", working=False, in_force_from=on("2026-07-06"))])
    assert calendar.as_known_on(on("2026-07-05")).is_working_day(on("2026-07-08"))
    assert not calendar.as_known_on(on("2026-07-06")).is_working_day(on("2026-07-08"))


def test_an_override_of_an_unpublished_day_is_not_provisional():
    """What was decided here about 2027 is decided, even while the year's notice is missing."""
    day = published().with_overrides([override("2027-01-02", working=True)]).day(on("2027-01-02"))
    assert (day.is_working, day.provisional) == (True, False)


@pytest.mark.parametrize(
    ("field", "value"), [("decided_at", at("2026-07-01 09:00").replace(tzinfo=None)), ("name", ""), ("who", "")]
)
def test_an_override_must_be_complete(field: str, value: object):
    """A decision without an aware moment, a name or somebody who took it is refused, naming the field."""
    with pytest.raises(ValidationError) as refused:
        override("2026-07-08", working=False, **{field: value})
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


def test_who_decided_is_not_in_what_gets_logged():
    """The name of who took the decision isn't in its repr, and so not in a log by mistake."""
    assert "张三" not in repr(override("2026-07-08", working=False, who="张三"))


# --- a calendar is a value ----------------------------------------------------------------------------------------


def test_a_new_year_extends_the_published_days():
    """With its notice loaded, 2027 isn't provisional, and a Sunday it makes up for is worked."""
    calendar = published().with_year(load_year(notice_2027()))
    assert calendar.covered_until == on("2027-12-31")
    day = calendar.day(on("2027-01-03"))
    assert (day.kind, day.source, day.provisional) == (DayKind.MAKE_UP_WORKDAY, "国办发明电〔2026〕99号", False)


def test_nothing_changes_the_calendar_it_is_asked_of():
    """Loading a year or an override makes another calendar; the first one stays as it was."""
    calendar = published()
    version, until = calendar.version, calendar.covered_until
    calendar.with_year(load_year(notice_2027())).with_overrides([override("2026-07-08", working=False)])
    assert (calendar.version, calendar.covered_until) == (version, until)
    assert calendar.is_working_day(on("2026-07-08"))


def test_a_corrected_year_takes_the_place_of_the_first():
    """Loading a year again replaces it."""
    again = published().with_year(published().years[-1])
    assert again == published()
    assert again.version == published().version


@pytest.mark.parametrize("years", [(2020, 2022), (2021, 2020), (2026, 2026)])
def test_years_must_follow_each_other(years: tuple[int, int]):
    """A hole between published years would be estimated unseen, so it is refused."""
    known = {data.year: data for data in published().years}
    with pytest.raises(ValueError, match="load that notice first"):
        WorkCalendar(tuple(known[year] for year in years))


def test_a_calendar_needs_a_year():
    """There is no calendar of nothing, and none as known before the first notice."""
    with pytest.raises(ValueError, match="at least one year"):
        WorkCalendar(())
    with pytest.raises(ValueError, match="at least one year"):
        published().as_known_on(on("2019-11-20"))


def test_the_version_is_the_same_in_every_process():
    """The version depends on the data alone: twelve hexadecimal characters that another process finds as well."""
    script = "from shared.working_time import published; print(published().version)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == published().version
    assert len(published().version) == 12


def test_the_version_tells_apart_whatever_a_limit_depends_on():
    """A new year, an override, its document, and each state of 2020's knowledge have versions of their own."""
    calendar = published()
    versions = [
        calendar.version,
        calendar.with_year(load_year(notice_2027())).version,
        calendar.with_overrides([override("2026-07-08", working=False)]).version,
        calendar.with_overrides([override("2026-07-08", working=False, notice="枣政办字〔2026〕8号")]).version,
        calendar.with_overrides([override("2026-07-09", working=False)]).version,
        calendar.as_known_on(on("2020-01-26")).version,
        calendar.as_known_on(on("2020-01-27")).version,
    ]
    assert len(set(versions)) == len(versions)


def test_the_version_does_not_change_with_what_makes_no_difference():
    """An override that isn't in force yet leaves the version alone, and so does who took the decision."""
    known = published().as_known_on(on("2026-07-01"))
    later = override("2026-07-08", working=False, in_force_from=on("2026-07-06"))
    assert known.with_overrides([later]).version == known.version
    one, other = (override("2026-07-08", working=False, who=who) for who in ("甲", "乙"))
    assert published().with_overrides([one]).version == published().with_overrides([other]).version


@given(st.datetimes(min_value=at("2020-01-01 00:00").replace(tzinfo=None)))
def test_a_moment_is_no_date(moment):
    """A datetime where a date belongs is refused, because its date depends on a zone."""
    calendar = published()
    for ask in (calendar.day, calendar.is_working_day, lambda day: calendar.nth_working_day_after(day, 1)):
        with pytest.raises(TypeError, match="depends on the zone"):
            ask(moment)


def test_the_zeroth_working_day_is_refused():
    """Counting begins with one."""
    with pytest.raises(ValueError, match="at least 1"):
        published().nth_working_day_after(on("2026-11-24"), 0)


# --- the coverage guard -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "says"),
    [
        ("2026-06-30", None),
        ("2026-10-31", None),
        ("2026-11-01", "只公布到 2026-12-31，剩 60 天"),
        ("2026-12-31", "只公布到 2026-12-31，剩 0 天"),
        ("2027-01-01", "已经用完"),
        ("2027-08-01", "已经用完"),
    ],
)
def test_the_ops_team_is_warned_from_the_first_of_november(today: str, says: str | None):
    """Sixty days before the published days run out a warning begins, and it gets louder when they have."""
    warning = published().coverage_warning(on(today))
    assert (says is None) == (warning is None)
    assert warning is None or (says is not None and says in warning)


def test_the_warning_ends_with_the_next_notice():
    """With the next year loaded there is nothing to warn of, in either language."""
    today = on("2026-12-01")
    assert "30 days from now" in str(published().coverage_warning(today, "en"))
    assert published().with_year(load_year(notice_2027())).coverage_warning(today, "en") is None
