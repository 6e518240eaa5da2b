"""What a change of calendar does to open limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.working_time import (
    Limit,
    OpenLimit,
    WorkCalendar,
    changed_days,
    end_of_period,
    load_year,
    published,
    recompute,
)
from tests.unit.shared.working_time.parts import EVERY_DAY, SHANGHAI, at, notice_2027, on, override

BEFORE = published().as_known_on(on("2020-01-26"))
AFTER = published().as_known_on(on("2020-01-27"))


def opened(start: str, working_days: int, calendar: WorkCalendar, key: str = "1") -> OpenLimit:
    """A limit as it was counted when it was opened."""
    return OpenLimit(key, at(start), working_days, end_of_period(at(start), working_days, calendar))


def test_the_amendment_of_2020_changed_two_days():
    """Friday 31 January and Saturday 1 February 2020 were to be worked, and weren't; nothing else changed."""
    changed = changed_days(BEFORE, AFTER)
    assert [(day.day, day.is_working, day.source) for day in changed] == [
        (on("2020-01-31"), False, "国办发明电〔2020〕1号"),
        (on("2020-02-01"), False, "国办发明电〔2020〕1号"),
    ]


@pytest.mark.article("14")
@pytest.mark.article("18.2")
def test_an_open_limit_moves_with_the_amendment_and_both_values_are_kept():
    """One working day from 23 January 2020 ended on Friday the 31st; on the 27th it moved to Monday 3 February."""
    one = opened("2020-01-23 10:00", 1, BEFORE)
    (change,) = recompute([one], BEFORE, AFTER, now=at("2020-01-27 08:00"))
    assert change.key == "1"
    assert change.before == Limit(at("2020-01-31 17:00"), on("2020-01-31"), False, BEFORE.version)
    assert change.after == Limit(at("2020-02-03 17:00"), on("2020-02-03"), False, AFTER.version)
    assert change.moved
    assert [day.day for day in change.because] == [on("2020-01-31"), on("2020-02-01")]


def test_a_limit_that_does_not_change_is_not_told():
    """A limit with none of the changed days in it stays as it is, with the version it was counted by."""
    assert recompute([opened("2020-01-21 10:00", 1, BEFORE)], BEFORE, AFTER, now=at("2020-01-22 08:00")) == []


@pytest.mark.article("3")
def test_a_limit_that_has_passed_never_changes():
    """A limit that was missed before the calendar changed stays missed."""
    one = opened("2020-01-23 10:00", 1, BEFORE)
    assert recompute([one], BEFORE, AFTER, now=at("2020-01-31 17:01")) == []
    assert len(recompute([one], BEFORE, AFTER, now=at("2020-01-31 17:00"))) == 1


@pytest.mark.article("18.3")
def test_a_new_year_makes_provisional_limits_certain():
    """When 2027's notice is loaded, limits that reach into it are counted again, even where they end as estimated."""
    old, new = published(), published().with_year(load_year(notice_2027()))
    limits = [opened("2026-12-29 10:00", 3, old, "moves"), opened("2026-12-29 10:00", 6, old, "stays")]
    limits.append(opened("2026-12-29 10:00", 1, old, "certain already"))
    by_key = {change.key: change for change in recompute(limits, old, new, now=at("2026-12-29 12:00"))}
    assert set(by_key) == {"moves", "stays"}
    assert by_key["moves"].after.last_day == on("2027-01-03")
    assert [day.day for day in by_key["moves"].because] == [on("2027-01-03")]
    assert all(change.before.provisional and not change.after.provisional for change in by_key.values())


def test_a_limit_that_only_becomes_certain_has_not_moved():
    """A limit that ends where it was estimated to is told because it isn't provisional any more, but it hasn't moved."""
    old = published()
    data = notice_2027().replace(b'"make_up_workdays": ["2027-01-03"]', b'"make_up_workdays": []')
    (change,) = recompute(
        [opened("2026-12-29 10:00", 3, old)], old, old.with_year(load_year(data)), now=at("2026-12-29 12:00")
    )
    assert (change.moved, change.because) == (False, ())
    assert (change.before.provisional, change.after.provisional) == (True, False)


def test_a_local_decision_moves_limits_too():
    """A day off decided here puts an open limit off, and names the decision as the reason."""
    old = published()
    new = old.with_overrides([override("2026-07-08", working=False, notice="枣政办字〔2026〕8号")])
    (change,) = recompute([opened("2026-07-07 10:00", 1, old)], old, new, now=at("2026-07-07 15:00"))
    assert change.after.last_day == on("2026-07-09")
    assert [day.source for day in change.because] == ["枣政办字〔2026〕8号"]


def test_the_first_day_is_no_reason():
    """A change of the very day a period begins on makes no difference to it: that day isn't counted."""
    old = published()
    new = old.with_overrides([override("2026-07-07", working=False)])
    one = opened("2026-07-07 10:00", 1, old)
    assert recompute([one], old, new, now=at("2026-07-07 15:00")) == []
    both = new.with_overrides([override("2026-07-08", working=False)])
    (change,) = recompute([one], old, both, now=at("2026-07-07 15:00"))
    assert [day.day for day in change.because] == [on("2026-07-08")]


def test_the_last_day_is_a_reason_and_days_beyond_are_none():
    """Where Friday is exchanged for Saturday, both are reasons for ending on Saturday; a free Monday after it is not."""
    old = published()
    turned = [override("2026-07-10", working=False), override("2026-07-11", working=True)]
    new = old.with_overrides([*turned, override("2026-07-13", working=False)])
    (change,) = recompute([opened("2026-07-09 10:00", 1, old)], old, new, now=at("2026-07-09 15:00"))
    assert change.after.last_day == on("2026-07-11")
    assert [day.day for day in change.because] == [on("2026-07-10"), on("2026-07-11")]
    (change,) = recompute([opened("2026-07-10 10:00", 1, old)], old, new, now=at("2026-07-10 15:00"))
    assert (change.before.last_day, change.after.last_day) == (on("2026-07-13"), on("2026-07-11"))
    assert [day.day for day in change.because] == [on("2026-07-11")]


def test_an_estimate_that_was_wrong_is_a_reason():
    """Days that were estimated to be off, and that the notice doesn't name, are told as changed when it is loaded."""
    data = notice_2027().replace(b'"last": "2027-02-12"', b'"last": "2027-02-08"')
    old, new = published(), published().with_year(load_year(data))
    in_february = [day for day in changed_days(old, new) if day.day.month == 2]
    assert [(day.day, day.is_working) for day in in_february] == [
        (on("2027-02-09"), True),
        (on("2027-02-10"), True),
        (on("2027-02-20"), True),
    ]


def test_the_same_calendar_changes_nothing():
    """Between a calendar and itself no day is changed."""
    assert changed_days(published(), published()) == ()


@given(st.sets(st.sampled_from(EVERY_DAY), max_size=6), st.sampled_from(EVERY_DAY[:-60]), st.integers(1, 10))
def test_counting_again_is_counting_under_the_new_calendar(days, day, n):
    """Whatever days are turned round, a limit told as changed is the new calendar's, and one not told is the same."""
    old = published()
    new = old.with_overrides([override(str(one), working=not old.is_working_day(one)) for one in sorted(days)])
    assert [one.day for one in changed_days(old, new)] == sorted(days)
    start = at(f"{day} 10:00")
    assert start.tzinfo is SHANGHAI
    before, after = end_of_period(start, n, old), end_of_period(start, n, new)
    changes = recompute([OpenLimit("1", start, n, before)], old, new, now=start)
    assert [change.after for change in changes] == ([after] if after.moment != before.moment else [])
    assert all(change.because for change in changes)
