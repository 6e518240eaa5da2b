"""Days and moments from outside: of the years that can be reckoned in, whatever their spelling and zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.web.days import FIRST_DAY, LAST_DAY, Day, Moment, day_named, moment_named

DAYS, MOMENTS = TypeAdapter(Day), TypeAdapter(Moment)
NO_DAYS = ["", "x", "0", "2026-02-30", "1999-12-31", "2100-01-01", "0001-01-01", "9999-12-31", "٢٠٢٦-٠١-٠١"]
NO_MOMENTS = [
    *NO_DAYS,
    "2026-11-24T25:00",
    "0001-01-01T00:00:00+08:00",
    "9999-12-31T23:59:59-12:00",
    "1999-12-31T23:59:59+08:00",
    "2099-12-31T16:00:00Z",
]


@pytest.mark.parametrize("said", NO_DAYS)
def test_a_day_that_no_clock_reaches_is_none(said: str) -> None:
    """On a page it is passed over, as a parameter it is a fault."""
    assert day_named(said) is None
    with pytest.raises(ValidationError):
        DAYS.validate_python(said or "x")


@pytest.mark.parametrize("said", NO_MOMENTS)
def test_a_moment_that_no_clock_reaches_is_none(said: str) -> None:
    """Neither at the ends of the calendar nor behind them."""
    assert moment_named(said) is None
    with pytest.raises(ValidationError):
        MOMENTS.validate_python(said or "x")


def test_a_moment_without_a_zone_is_on_the_centres_clock_on_a_page_only() -> None:
    """A page's form can't say a zone; a program must."""
    assert moment_named("2026-11-24T09:00") == datetime(2026, 11, 24, 1, tzinfo=UTC)
    with pytest.raises(ValidationError):
        MOMENTS.validate_python("2026-11-24T09:00:00")


@given(st.dates(FIRST_DAY, LAST_DAY))
def test_every_day_between_is_taken(day: date) -> None:
    """Both ends included."""
    assert day_named(f" {day.isoformat()} ") == DAYS.validate_python(day.isoformat()) == day
