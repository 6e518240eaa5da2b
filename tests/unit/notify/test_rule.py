"""The one-working-day rule as a fact per complaint."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.purposes import Purpose
from services.notify.domain.rule import CHINESE, Arrived, CameBack, ResponseRule, RuleEvent, Standing, evolve
from shared.contracts.values import Route
from tests.parts.notify_cases import COMPLAINT, TUESDAY, WEDNESDAY_CLOSE

OPEN = ResponseRule(COMPLAINT, TUESDAY, WEDNESDAY_CLOSE)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
A, B = UUID(int=1), UUID(int=2)


def arrived(delivery: UUID = A, at: datetime = TUESDAY + HOUR, route: Route = Route.SMS) -> Arrived:
    """An answer arrived."""
    return Arrived(delivery, Purpose.RECEIPT, route, at)


def after(*events: RuleEvent) -> ResponseRule:
    """The rule after these events."""
    rule = OPEN
    for event in events:
        rule = evolve(rule, event)
    return rule


STANDINGS: dict[str, tuple[tuple[RuleEvent, ...], datetime, Standing]] = {
    "nothing yet": ((), TUESDAY, Standing.OPEN),
    "nothing at the last second": ((), WEDNESDAY_CLOSE, Standing.OPEN),
    "nothing a second later": ((), WEDNESDAY_CLOSE + SECOND, Standing.MISSED),
    "answered": ((arrived(),), TUESDAY + HOUR, Standing.IN_TIME),
    "answered at the last second": ((arrived(at=WEDNESDAY_CLOSE),), WEDNESDAY_CLOSE + HOUR, Standing.IN_TIME),
    "answered a second too late": ((arrived(at=WEDNESDAY_CLOSE + SECOND),), WEDNESDAY_CLOSE + HOUR, Standing.LATE),
    "bounced before the limit": (
        (arrived(), CameBack(A, TUESDAY + 2 * HOUR)),
        TUESDAY + 3 * HOUR,
        Standing.OPEN,
    ),
    "bounced before the limit, and nothing more": (
        (arrived(), CameBack(A, TUESDAY + 2 * HOUR)),
        WEDNESDAY_CLOSE + SECOND,
        Standing.MISSED,
    ),
    "bounced, then called": (
        (arrived(), CameBack(A, TUESDAY + 2 * HOUR), arrived(B, TUESDAY + 3 * HOUR, Route.CALL)),
        WEDNESDAY_CLOSE + SECOND,
        Standing.IN_TIME,
    ),
    "bounced after the limit": (
        (arrived(), CameBack(A, WEDNESDAY_CLOSE + HOUR)),
        WEDNESDAY_CLOSE + 2 * HOUR,
        Standing.IN_TIME,
    ),
}


@pytest.mark.article("14")
@pytest.mark.parametrize(("events", "now", "standing"), STANDINGS.values(), ids=STANDINGS)
def test_where_a_complaint_stands(events: tuple[RuleEvent, ...], now: datetime, standing: Standing) -> None:
    """Answered by the limit is in time, one second later isn't; a bounce before the limit undoes it, one after doesn't."""
    assert after(*events).standing(now) is standing


def test_every_standing_has_its_chinese() -> None:
    """Nothing that people see lacks its words."""
    assert set(CHINESE) == set(Standing)


@pytest.mark.article("14")
def test_the_fact_says_by_what_and_when() -> None:
    """The first answer that arrived in time is what kept the rule, whichever was reported first."""
    text, call = arrived(A, TUESDAY + 2 * HOUR), arrived(B, TUESDAY + HOUR, Route.CALL)
    for events in ((text, call), (call, text)):
        met_by = after(*events).met_by
        assert met_by is not None
        assert (met_by.route, met_by.at) == (Route.CALL, TUESDAY + HOUR)


def test_a_late_bounce_makes_a_new_answer_due() -> None:
    """A mail that bounces after the limit leaves the past as it was, and the complainant still to be answered."""
    rule = after(arrived(), CameBack(A, WEDNESDAY_CLOSE + HOUR))
    assert rule.met_by is not None
    assert rule.owes_answer()
    assert not after(arrived()).owes_answer()
    assert OPEN.owes_answer()


def test_what_is_known_changes_nothing() -> None:
    """The same arrival twice, the same bounce twice, or a bounce of something else give the very same object back."""
    once = after(arrived())
    assert evolve(once, arrived(at=TUESDAY + 5 * HOUR)) is once
    bounced = evolve(once, CameBack(A, TUESDAY + 2 * HOUR))
    assert evolve(bounced, CameBack(A, TUESDAY + 3 * HOUR)) is bounced
    assert evolve(once, CameBack(B, TUESDAY)) is once


MOMENTS = st.timedeltas(timedelta(minutes=1), timedelta(days=3)).map(lambda since: TUESDAY + since)
EVENTS = st.lists(
    st.one_of(
        st.builds(arrived, st.integers(1, 4).map(lambda n: UUID(int=n)), MOMENTS),
        st.builds(CameBack, st.integers(1, 4).map(lambda n: UUID(int=n)), MOMENTS),
    ),
    max_size=10,
)


@pytest.mark.article("14")
@given(events=EVENTS)
def test_once_settled_it_never_changes(events: list[RuleEvent]) -> None:
    """Events in the order of their time: whether the rule was kept, once the limit has passed, is never taken back."""
    rule, settled = OPEN, None
    for event in sorted(events, key=lambda event: event.at):
        rule = evolve(rule, event)
        if event.at > WEDNESDAY_CLOSE:
            now_kept = rule.standing(event.at) is Standing.IN_TIME
            assert settled is None or now_kept is settled
            settled = now_kept
