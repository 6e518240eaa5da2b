"""Quiet hours: who is left in peace when, and when the law comes first."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.purposes import PURPOSES, Purpose
from services.notify.domain.quiet_hours import WAKES, is_quiet, release
from shared.contracts.values import Route

HOME = ZoneInfo("Asia/Shanghai")
MOMENTS = st.timedeltas(timedelta(), timedelta(days=366)).map(lambda since: datetime(2026, 1, 1, tzinfo=UTC) + since)
HOURS = {
    time(21, 59, 59): False,
    time(22, 0): True,
    time(0, 0): True,
    time(7, 59, 59): True,
    time(8, 0): False,
    time(12, 0): False,
}
HELD = [purpose for purpose in Purpose if not PURPOSES[purpose].by_night]


@pytest.mark.parametrize(("clock", "quiet"), HOURS.items())
def test_the_night_is_from_ten_to_eight(clock: time, quiet: bool) -> None:
    """From 22:00 to 08:00 in Shanghai, whatever the zone a moment is given in."""
    moment = datetime.combine(date(2026, 11, 24), clock, HOME)
    assert is_quiet(moment) is is_quiet(moment.astimezone(UTC)) is quiet


@pytest.mark.parametrize("purpose", HELD)
@pytest.mark.parametrize("route", [route for route in Route if WAKES[route]])
def test_what_rings_waits_for_the_morning(purpose: Purpose, route: Route) -> None:
    """Texts and calls planned at 23:00, or at 03:00, leave at 08:00."""
    for planned in (datetime(2026, 11, 24, 23, 0, tzinfo=HOME), datetime(2026, 11, 25, 3, 0, tzinfo=HOME)):
        released = release(route, purpose, planned, latest=None)
        assert released == datetime(2026, 11, 25, 8, 0, tzinfo=HOME)


@given(moment=MOMENTS, purpose=st.sampled_from(Purpose), route=st.sampled_from([r for r in Route if not WAKES[r]]))
def test_what_does_not_ring_never_waits(moment: datetime, purpose: Purpose, route: Route) -> None:
    """Mail, post and the tracking page disturb nobody."""
    assert release(route, purpose, moment, latest=moment) == moment


@given(moment=MOMENTS, purpose=st.sampled_from([p for p in Purpose if PURPOSES[p].by_night]))
def test_what_may_go_by_night_goes(moment: datetime, purpose: Purpose) -> None:
    """A receipt for what the person has just sent, and an escalation, leave at once."""
    assert release(Route.SMS, purpose, moment, latest=moment) == moment


@given(moment=MOMENTS, purpose=st.sampled_from(HELD))
def test_where_no_law_sets_a_moment_no_night_is_broken(moment: datetime, purpose: Purpose) -> None:
    """Nothing that rings leaves in the night, and nothing waits longer than one."""
    released = release(Route.SMS, purpose, moment, latest=None)
    assert not is_quiet(released)
    assert timedelta() <= released - moment <= timedelta(hours=10)


@pytest.mark.article("14")
@given(moment=MOMENTS, purpose=st.sampled_from(HELD), minutes=st.integers(0, 1200))
def test_the_law_comes_before_the_night(moment: datetime, purpose: Purpose, minutes: int) -> None:
    """What the law wants before the morning leaves in the night; with time until 08:00 it waits; it is never late."""
    latest = moment + timedelta(minutes=minutes)
    morning = release(Route.SMS, purpose, moment, latest=None)
    assert release(Route.SMS, purpose, moment, latest=latest) == (morning if morning <= latest else moment)


def test_only_the_limit_of_the_law_is_the_law() -> None:
    """Receipts, and the request for a written statement, end with the limit of art. 14; all else with our own patience."""
    bound = {purpose for purpose, rule in PURPOSES.items() if rule.latest(datetime.max.replace(tzinfo=UTC)) is not None}
    assert bound == {Purpose.RECEIPT, Purpose.STATEMENT_REQUEST}
