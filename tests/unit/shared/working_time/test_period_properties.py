"""What holds for every period, whatever its dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from shared.working_time import (
    CENTRE_HOURS,
    SHANGHAI,
    end_of_period,
    extend,
    latest_moment_inside,
    next_working_day,
    previous_working_day,
    published,
    working_days_between,
    working_time_left,
)
from tests.unit.shared.working_time.parts import at

CALENDAR = published()

moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - Hypothesis wants naive bounds and adds the zone
    max_value=datetime(2026, 9, 30),  # noqa: DTZ001 - as above
    timezones=st.sampled_from([SHANGHAI, UTC]),
)
late_moments = st.datetimes(
    min_value=datetime(2026, 10, 1),  # noqa: DTZ001 - as above
    max_value=datetime(2028, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.just(SHANGHAI),
)
days = st.dates(date(2019, 6, 1), date(2028, 6, 30))
few = st.integers(1, 40)


def by_hand(day: date, n: int) -> date:
    """The nth working day after a day, walked day by day in somebody else's calendar."""
    while n:
        day += timedelta(days=1)
        n -= chinese_calendar.is_workday(day)
    return day


@pytest.mark.article("14")
@pytest.mark.article("18.2")
@pytest.mark.article("18.3")
@given(moments, few)
@example(at("2026-02-13 23:59"), 3)
def test_a_period_ends_where_walking_in_another_calendar_ends(start: datetime, n: int):
    """For any moment and any number of days, the last day is the one found by walking through chinesecalendar."""
    limit = end_of_period(start, n, CALENDAR)
    assert limit.last_day == by_hand(start.astimezone(SHANGHAI).date(), n)
    assert not limit.provisional


@given(moments | late_moments, few)
def test_a_period_ends_on_a_working_day_at_closing(start: datetime, n: int):
    """The last day is a working day, the moment is its closing, and it lies after the start."""
    limit = end_of_period(start, n, CALENDAR)
    assert CALENDAR.is_working_day(limit.last_day)
    assert limit.moment == CENTRE_HOURS.close(limit.last_day)
    assert limit.moment > start
    assert limit.last_day > CENTRE_HOURS.date_of(start)


@given(moments | late_moments, few)
def test_a_period_holds_as_many_working_days_as_it_says(start: datetime, n: int):
    """Counting the working days from the start through the last day gives back the number of days."""
    limit = end_of_period(start, n, CALENDAR)
    assert working_days_between(CENTRE_HOURS.date_of(start), limit.last_day, CALENDAR) == n


@given(moments | late_moments, moments | late_moments, few)
def test_who_begins_later_ends_no_earlier(one: datetime, other: datetime, n: int):
    """Of two periods of the same length, the one that begins later doesn't end first."""
    earlier, later = sorted((one, other))
    assert end_of_period(earlier, n, CALENDAR).moment <= end_of_period(later, n, CALENDAR).moment


@given(moments | late_moments, few)
def test_a_longer_period_ends_later(start: datetime, n: int):
    """One working day more ends on the next working day."""
    limit, longer = end_of_period(start, n, CALENDAR), end_of_period(start, n + 1, CALENDAR)
    assert longer.last_day == next_working_day(limit.last_day, CALENDAR)
    assert longer.moment > limit.moment


@pytest.mark.article("18.3")
@given(moments | late_moments, few, few)
def test_an_extension_is_a_longer_period(start: datetime, m: int, n: int):
    """A period of m days put off by n days is the period of m + n days."""
    assert extend(end_of_period(start, m, CALENDAR), n, CALENDAR) == end_of_period(start, m + n, CALENDAR)


@given(moments | late_moments, few)
def test_every_moment_of_a_day_has_the_same_limit(start: datetime, n: int):
    """The hour at which a period begins makes no difference."""
    local = start.astimezone(SHANGHAI)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    assert end_of_period(start, n, CALENDAR) == end_of_period(midnight, n, CALENDAR)


@given(moments | late_moments, few)
def test_a_limit_is_provisional_exactly_beyond_the_published_days(start: datetime, n: int):
    """Provisional means that the last day lies after the last published one, and nothing else."""
    limit = end_of_period(start, n, CALENDAR)
    assert limit.provisional == (limit.last_day > date(2026, 12, 31))


@given(days, days, days)
def test_distances_add_up(a: date, b: date, c: date):
    """From a to c it is as far as from a to b and from b to c, whichever way they lie."""
    assert working_days_between(a, c, CALENDAR) == working_days_between(a, b, CALENDAR) + working_days_between(
        b, c, CALENDAR
    )


@given(days)
def test_next_and_previous_undo_each_other_on_working_days(day: date):
    """From a working day, the next one's previous one is the day itself."""
    assume(CALENDAR.is_working_day(day))
    assert previous_working_day(next_working_day(day, CALENDAR), CALENDAR) == day


@pytest.mark.article("14")
@given(moments | late_moments, few, st.timedeltas(timedelta(), timedelta(hours=100)))
def test_the_latest_moment_leaves_exactly_the_margin(start: datetime, n: int, margin: timedelta):
    """At the latest moment inside a limit exactly the margin is left, and a second later it is less."""
    limit = end_of_period(start, n, CALENDAR)
    latest = latest_moment_inside(limit, margin, CALENDAR)
    left = working_time_left(limit, latest, CALENDAR)
    assert left.days * CENTRE_HOURS.length + left.rest == margin
    after = working_time_left(limit, latest + timedelta(seconds=1), CALENDAR)
    assert after.days * CENTRE_HOURS.length + after.rest < margin or margin == timedelta()
    assert latest.tzinfo is UTC


@given(moments, moments, few)
def test_working_time_left_never_grows(one: datetime, other: datetime, n: int):
    """As time goes by there is never more working time left, and its rest is always shorter than a day."""
    limit = end_of_period(one, n, CALENDAR)
    earlier, later = (working_time_left(limit, moment, CALENDAR) for moment in sorted((one, other)))
    assert (earlier.days, earlier.rest) >= (later.days, later.rest)
    assert timedelta() <= later.rest < CENTRE_HOURS.length
