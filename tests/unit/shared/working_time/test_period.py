"""Periods, example by example: each with the weekday and the holidays that make it what it is."""

from __future__ import annotations

import os
import time
import timeit
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day

import pytest

from shared.working_time import (
    BusinessHours,
    Limit,
    WorkingTime,
    end_of_period,
    extend,
    latest_moment_inside,
    load_year,
    next_working_day,
    previous_working_day,
    published,
    working_days_between,
    working_time_left,
)
from tests.unit.shared.working_time.parts import at, limit_at, notice_2027, on, override

A14 = pytest.mark.article("14")
A18_2 = pytest.mark.article("18.2")
A18_3 = pytest.mark.article("18.3")
A18_5 = pytest.mark.article("18.5")

EXAMPLES = [
    # begins              on         days  ends          on          because
    # plain weeks
    pytest.param("2026-11-24 10:43", "Tuesday", 1, "2026-11-25", "Wednesday", id="a plain day", marks=A14),
    pytest.param("2026-11-20 10:05", "Friday", 3, "2026-11-25", "Wednesday", id="over a weekend", marks=A18_3),
    pytest.param("2026-11-27 16:00", "Friday", 1, "2026-11-30", "Monday", id="from Friday to Monday", marks=A18_2),
    pytest.param("2026-11-26 11:00", "Thursday", 3, "2026-12-01", "Tuesday", id="into the next month", marks=A18_5),
    # the hour doesn't matter
    pytest.param("2026-11-24 00:00", "Tuesday", 1, "2026-11-25", "Wednesday", id="from the first minute", marks=A14),
    pytest.param("2026-11-24 08:00", "Tuesday", 1, "2026-11-25", "Wednesday", id="before opening", marks=A14),
    pytest.param("2026-11-24 17:00", "Tuesday", 1, "2026-11-25", "Wednesday", id="at closing", marks=A14),
    pytest.param("2026-11-24 23:59", "Tuesday", 1, "2026-11-25", "Wednesday", id="at 23:59", marks=A14),
    pytest.param("2026-11-25 00:00", "Wednesday", 1, "2026-11-26", "Thursday", id="a minute later", marks=A14),
    # begun on a rest day
    pytest.param("2026-11-21 12:00", "Saturday", 1, "2026-11-23", "Monday", id="from a Saturday", marks=A14),
    pytest.param("2026-11-22 23:59", "Sunday", 1, "2026-11-23", "Monday", id="from the end of a Sunday", marks=A14),
    pytest.param("2026-10-03 09:00", "Saturday", 1, "2026-10-08", "Thursday", id="in National Day week", marks=A14),
    pytest.param("2026-10-07 23:59", "Wednesday", 1, "2026-10-08", "Thursday", id="on its last evening", marks=A18_2),
    pytest.param("2026-02-17 08:00", "Tuesday", 3, "2026-02-26", "Thursday", id="at Spring Festival", marks=A18_3),
    # holidays in between
    pytest.param("2026-09-30 16:59", "Wednesday", 1, "2026-10-08", "Thursday", id="on the eve of National Day", marks=A14),
    pytest.param("2026-06-18 10:00", "Thursday", 1, "2026-06-22", "Monday", id="over Dragon Boat", marks=A18_2),
    pytest.param("2026-04-03 10:00", "Friday", 3, "2026-04-09", "Thursday", id="over Tomb-sweeping", marks=A18_3),
    pytest.param("2024-12-31 10:00", "Tuesday", 1, "2025-01-02", "Thursday", id="over one New Year's Day", marks=A14),
    # make-up workdays are working days
    pytest.param("2026-01-02 10:00", "Friday", 1, "2026-01-04", "Sunday", id="to a make-up Sunday", marks=A14),
    pytest.param("2026-02-13 10:00", "Friday", 1, "2026-02-14", "Saturday", id="to a make-up Saturday", marks=A18_2),
    pytest.param("2026-02-13 10:00", "Friday", 3, "2026-02-25", "Wednesday", id="over it and the festival", marks=A18_3),
    pytest.param("2026-02-14 10:00", "Saturday", 1, "2026-02-24", "Tuesday", id="from a make-up Saturday", marks=A18_2),
    pytest.param("2026-09-18 10:00", "Friday", 3, "2026-09-22", "Tuesday", id="through a make-up Sunday", marks=A18_3),
    pytest.param("2022-10-07 10:00", "Friday", 3, "2022-10-10", "Monday", id="through a whole make-up weekend", marks=A18_5),
    pytest.param("2022-01-28 10:00", "Friday", 2, "2022-01-30", "Sunday", id="through another one"),
    # years' ends, with both notices out
    pytest.param("2022-12-30 10:00", "Friday", 1, "2023-01-03", "Tuesday", id="over New Year 2023", marks=A18_2),
    pytest.param("2023-12-29 10:00", "Friday", 3, "2024-01-04", "Thursday", id="over New Year 2024", marks=A18_3),
    pytest.param("2025-12-30 10:00", "Tuesday", 3, "2026-01-05", "Monday", id="over New Year 2026", marks=A18_3),
    # leap day, and 2020's long Spring Festival as it was in the end
    pytest.param("2024-02-28 10:00", "Wednesday", 1, "2024-02-29", "Thursday", id="to a leap day"),
    pytest.param("2020-01-23 10:00", "Thursday", 1, "2020-02-03", "Monday", id="over the extended festival", marks=A14),
    pytest.param("2020-02-20 10:00", "Thursday", 3, "2020-02-25", "Tuesday", id="when the Measure came into force", marks=A18_3),
]  # fmt: skip


@pytest.mark.parametrize(("start", "weekday", "days", "last", "last_weekday"), EXAMPLES)
def test_a_period_ends_at_close_of_business(start: str, weekday: str, days: int, last: str, last_weekday: str):
    """The first day isn't counted; the period ends at 17:00 in Shanghai on the last of its working days."""
    assert (f"{at(start):%A}", f"{on(last):%A}") == (weekday, last_weekday)
    limit = end_of_period(at(start), days, published())
    assert limit == Limit(at(f"{last} 17:00").astimezone(UTC), on(last), False, published().version)
    assert limit.moment.tzinfo is UTC


@pytest.mark.article("14")
@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2026-11-24T15:59:59+00:00", "2026-11-25"),  # 23:59:59 on Tuesday in Shanghai
        ("2026-11-24T16:00:00+00:00", "2026-11-26"),  # 00:00:00 on Wednesday in Shanghai
        ("2026-11-24T23:30:00-05:00", "2026-11-26"),  # 12:30 on Wednesday in Shanghai, still Tuesday in New York
        ("2026-11-25T00:30:00+14:00", "2026-11-25"),  # 18:30 on Tuesday in Shanghai, Wednesday on Kiritimati
    ],
)
def test_the_day_is_the_day_in_shanghai(start: str, last: str):
    """Which day a period begins on is read in Shanghai, whatever zone the moment comes in."""
    assert end_of_period(datetime.fromisoformat(start), 1, published()).last_day == on(last)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_the_hosts_zone_makes_no_difference(monkeypatch: pytest.MonkeyPatch, zone: str):
    """A host that stands in UTC, or anywhere, finds the same limit."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert end_of_period(at("2026-11-24 23:59"), 1, published()).moment == at("2026-11-25 17:00")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert os.environ.get("TZ") != zone


# --- the year's end without the next notice -----------------------------------------------------------------------


@pytest.mark.article("18.3")
def test_a_limit_beyond_the_published_days_is_provisional():
    """Three working days from Tuesday 29 December 2026 end on Monday 4 January 2027, as far as anyone knows yet."""
    limit = end_of_period(at("2026-12-29 10:00"), 3, published())
    assert (limit.last_day, limit.provisional) == (on("2027-01-04"), True)


@pytest.mark.article("18.2")
def test_the_last_published_day_is_not_provisional():
    """One working day from Wednesday 30 December 2026 ends on the 31st, for sure; two don't."""
    limit = end_of_period(at("2026-12-30 10:00"), 1, published())
    assert (limit.last_day, limit.provisional) == (on("2026-12-31"), False)
    assert end_of_period(at("2026-12-30 10:00"), 2, published()).provisional


@pytest.mark.article("18.3")
def test_the_next_notice_makes_it_certain():
    """The same period under a calendar that has 2027's notice ends a day earlier (a Sunday is worked), for sure."""
    calendar = published().with_year(load_year(notice_2027()))
    limit = end_of_period(at("2026-12-29 10:00"), 3, calendar)
    assert (limit.last_day, limit.provisional) == (on("2027-01-03"), False)


def test_an_unpublished_new_years_day_is_not_counted():
    """Beyond the published days it isn't Monday to Friday either: Friday 1 January 2027 is off."""
    assert end_of_period(at("2026-12-31 10:00"), 1, published()).last_day == on("2027-01-04")


def test_a_period_may_begin_beyond_the_published_days():
    """A complaint of Thursday 4 February 2027, without a notice, is counted over the statutory Spring Festival."""
    limit = end_of_period(at("2027-02-04 10:00"), 1, published())
    assert (limit.last_day, limit.provisional) == (on("2027-02-11"), True)


def test_a_period_that_begins_before_the_published_days_is_provisional():
    """A period whose first counted day lies in 2019 is provisional; one that begins on 31 December 2019 isn't."""
    assert end_of_period(at("2019-12-30 10:00"), 2, published()).provisional
    assert not end_of_period(at("2019-12-31 10:00"), 1, published()).provisional


# --- local decisions, hours, wrong use ----------------------------------------------------------------------------


@pytest.mark.article("14")
def test_a_local_day_off_is_not_counted():
    """With Wednesday 8 July 2026 off here, one working day from Tuesday ends on Thursday."""
    calendar = published().with_overrides([override("2026-07-08", working=False)])
    limit = end_of_period(at("2026-07-07 10:00"), 1, calendar)
    assert (limit.last_day, limit.calendar_version) == (on("2026-07-09"), calendar.version)


def test_other_hours_close_at_another_time():
    """A centre that closes at 16:30 has limits that end at 16:30."""
    hours = BusinessHours(time_of_day(8, 30), time_of_day(16, 30))
    assert end_of_period(at("2026-11-24 10:43"), 1, published(), hours).moment == at("2026-11-25 16:30")


@pytest.mark.parametrize(
    ("opens", "closes", "why"),
    [
        (time_of_day(17), time_of_day(9), "must be later"),
        (time_of_day(9), time_of_day(9), "must be later"),
        (time_of_day(9, tzinfo=UTC), time_of_day(17), "without a zone"),
    ],
)
def test_hours_must_make_sense(opens: time_of_day, closes: time_of_day, why: str):
    """Hours that end before they begin, or carry a zone of their own, are refused."""
    with pytest.raises(ValueError, match=why):
        BusinessHours(opens, closes)


def test_a_naive_moment_is_refused():
    """A moment without a zone has no day, so nothing can be counted from it."""
    with pytest.raises(ValueError, match="aware"):
        end_of_period(at("2026-11-24 10:43").replace(tzinfo=None), 1, published())


@pytest.mark.parametrize("days", [0, -1])
def test_a_period_has_at_least_one_day(days: int):
    """There is no period of no working days, nor an extension by none."""
    with pytest.raises(ValueError, match="at least one working day"):
        end_of_period(at("2026-11-24 10:43"), days, published())
    with pytest.raises(ValueError, match="at least one working day"):
        extend(limit_at("2026-11-25 17:00"), days, published())


# --- extension, neighbours, distance ------------------------------------------------------------------------------


@pytest.mark.article("18.3")
@pytest.mark.parametrize(("days", "last"), [(1, "2026-11-26"), (2, "2026-11-27")])
def test_an_extension_counts_on_from_the_last_day(days: int, last: str):
    """A limit of Wednesday 25 November 2026, put off by one or two working days, ends on Thursday or Friday."""
    limit = extend(end_of_period(at("2026-11-20 10:05"), 3, published()), days, published())
    assert limit == Limit(at(f"{last} 17:00").astimezone(UTC), on(last), False, published().version)


@pytest.mark.article("18.3")
def test_an_extension_of_a_provisional_limit_is_provisional():
    """What rests on an estimate stays provisional, even under a calendar that knows the days of the extension."""
    calendar = published().with_year(load_year(notice_2027()))
    assert extend(end_of_period(at("2026-12-29 10:00"), 3, published()), 1, calendar).provisional


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        ("2026-11-24", "2026-11-23", "2026-11-25"),  # Tuesday
        ("2026-11-22", "2026-11-20", "2026-11-23"),  # Sunday
        ("2026-10-04", "2026-09-30", "2026-10-08"),  # National Day week
        ("2026-02-15", "2026-02-14", "2026-02-24"),  # Spring Festival, after a make-up Saturday
        ("2027-01-02", "2026-12-31", "2027-01-04"),  # beyond the published days
    ],
)
def test_the_working_days_beside_a_day(day: str, before: str, after: str):
    """The working day before a day, and the one after it, are found over weekends and holidays."""
    assert previous_working_day(on(day), published()) == on(before)
    assert next_working_day(on(day), published()) == on(after)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-11-24", "2026-11-24", 0),
        ("2026-11-24", "2026-11-25", 1),
        ("2026-11-20", "2026-11-23", 1),
        ("2026-11-20", "2026-11-22", 0),
        ("2026-11-23", "2026-11-20", -1),
        ("2026-12-30", "2027-01-01", 1),
        ("2026-12-29", "2027-01-04", 3),
        ("2027-01-04", "2026-12-29", -3),
    ],
)
def test_working_days_between_two_days(first: str, last: str, days: int):
    """The first day isn't counted, the last one is; backwards is negative."""
    assert working_days_between(on(first), on(last), published()) == days


# --- working time left --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "days", "rest"),
    [
        ("2026-11-25 10:43", 0, timedelta(hours=6, minutes=17)),  # Wednesday, the last day
        ("2026-11-24 10:43", 1, timedelta(hours=6, minutes=17)),
        ("2026-11-24 20:00", 1, timedelta()),  # after closing: all of Wednesday
        ("2026-11-24 07:00", 2, timedelta()),  # before opening: all of Tuesday and Wednesday
        ("2026-11-22 12:00", 3, timedelta()),  # Sunday
        ("2026-11-20 16:00", 3, timedelta(hours=1)),  # Friday
        ("2026-11-25 17:00", 0, timedelta()),
        ("2026-11-27 09:00", 0, timedelta()),  # long past
    ],
)
def test_the_working_time_left(now: str, days: int, rest: timedelta):
    """Till a limit of Wednesday 17:00 there are so many whole working days, and so much more."""
    assert working_time_left(limit_at("2026-11-25 17:00"), at(now), published()) == WorkingTime(days, rest)


def test_the_working_time_left_till_a_limit_in_the_morning():
    """A limit need not end at closing: from Monday 16:00 till Tuesday 10:00 it is two hours."""
    left = working_time_left(limit_at("2026-11-24 10:00"), at("2026-11-23 16:00"), published())
    assert left == WorkingTime(0, timedelta(hours=2))


def test_a_rest_day_holds_no_working_time():
    """Where the last day was set free afterwards, only Friday's last hour is left till a limit of Saturday 17:00."""
    left = working_time_left(limit_at("2026-11-21 17:00"), at("2026-11-20 16:00"), published())
    assert left == WorkingTime(0, timedelta(hours=1))


@pytest.mark.article("14")
@pytest.mark.parametrize(
    ("limit", "margin", "latest"),
    [
        ("2026-11-25 17:00", timedelta(), "2026-11-25 17:00"),
        ("2026-11-25 17:00", timedelta(hours=2), "2026-11-25 15:00"),
        ("2026-11-25 17:00", timedelta(hours=8), "2026-11-25 09:00"),
        ("2026-11-25 17:00", timedelta(hours=9), "2026-11-24 16:00"),
        ("2026-11-23 10:00", timedelta(hours=2), "2026-11-20 16:00"),  # from Monday morning back to Friday afternoon
        ("2026-10-08 17:00", timedelta(hours=10), "2026-09-30 15:00"),  # over National Day
        ("2026-02-14 17:00", timedelta(hours=10), "2026-02-13 15:00"),  # from a make-up Saturday
    ],
)
def test_the_latest_moment_with_working_time_to_spare(limit: str, margin: timedelta, latest: str):
    """What must reach a person some working hours before the limit is due at a moment when somebody is there."""
    assert latest_moment_inside(limit_at(limit), margin, published()) == at(latest)


def test_a_negative_margin_is_refused():
    """There is no moment inside a limit that lies after it."""
    with pytest.raises(ValueError, match="negative"):
        latest_moment_inside(limit_at("2026-11-25 17:00"), timedelta(hours=-1), published())


# --- speed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "microseconds"), [("2026-11-24 10:43", 10), ("2026-12-29 10:43", 30)], ids=["published", "provisional"]
)
def test_counting_is_fast(start: str, microseconds: int):
    """Every complaint waits for its limit: counting one takes less than 10 microseconds, the best of many runs."""
    moment, calendar = at(start), published()
    end_of_period(moment, 3, calendar)
    best = min(timeit.repeat(lambda: end_of_period(moment, 3, calendar), number=1000, repeat=7)) / 1000
    assert best < microseconds / 1e6
