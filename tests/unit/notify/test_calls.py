"""What follows a call or a letter, from the table (art. 14)."""

from datetime import timedelta

import pytest

from services.notify.domain import retry
from services.notify.domain.calls import (
    BY_ROUTE,
    CALL_AGAIN,
    CHINESE,
    LARGEST_CALLS,
    SAME_CALL,
    CallOutcome,
    after_call,
    is_same_call,
)
from services.notify.domain.purposes import Purpose
from shared.contracts.values import Route
from tests.parts.notify_cases import TUESDAY, WEDNESDAY_CLOSE


def circumstances(*fallbacks: Route) -> retry.Circumstances:
    """A receipt on the call list."""
    return retry.Circumstances(
        now=TUESDAY,
        jitter=0,
        purpose=Purpose.RECEIPT,
        route=Route.CALL,
        fallbacks=fallbacks,
        must_by=retry.last_moment(WEDNESDAY_CLOSE),
        owed=True,
        attempts=0,
        first_attempt_at=TUESDAY,
    )


@pytest.mark.article("14")
def test_each_outcome_has_its_words_and_its_route() -> None:
    """Whoever adds an outcome says how it is shown and where it may be recorded."""
    assert set(CHINESE) == set(BY_ROUTE) == set(CallOutcome)


@pytest.mark.article("14")
@pytest.mark.parametrize("calls", range(1, LARGEST_CALLS + 1))
def test_not_reached_is_tried_again_and_at_last_goes_by_post(calls: int) -> None:
    """Before the last call: again in an hour. After it: by post where there is an address, else the end."""
    with_address = after_call(CallOutcome.NOT_REACHED, calls, circumstances(Route.POST))
    without = after_call(CallOutcome.NOT_REACHED, calls, circumstances())
    if calls < LARGEST_CALLS:
        assert with_address == without == retry.Retry(TUESDAY + CALL_AGAIN, "not reached")
    else:
        assert isinstance(with_address, retry.PersonNeeded)
        assert with_address.route is Route.POST
        assert isinstance(without, retry.GiveUp)


@pytest.mark.parametrize("outcome", [CallOutcome.REACHED, CallOutcome.POSTED])
def test_reached_or_posted_is_the_end(outcome: CallOutcome) -> None:
    """It has arrived; nothing follows, however often it was tried before."""
    assert after_call(outcome, LARGEST_CALLS, circumstances(Route.POST)) == retry.Done()


def test_the_same_minute_is_the_same_call() -> None:
    """Ten minutes on it is another one; the first call is never the same as anything."""
    assert is_same_call(TUESDAY, TUESDAY + SAME_CALL - timedelta(seconds=1))
    assert not is_same_call(TUESDAY, TUESDAY + SAME_CALL)
    assert not is_same_call(None, TUESDAY)
