"""The circuit breaker: when a provider rests, for how long, and how it comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.breaker import (
    IN_A_MINUTE,
    IN_A_ROW,
    LONGEST_REST,
    REMEMBERED,
    REST,
    SLOW_OF_AT_LEAST,
    Breaker,
    Saw,
    may_try,
    observed,
    tried,
)

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(*seen: Saw, every: timedelta = SECOND) -> tuple[Breaker, datetime]:
    """The breaker after observations at equal intervals, and the time then."""
    breaker, now = Breaker(), NOW
    for saw in seen:
        now += every
        breaker = observed(breaker, saw, now)
    return breaker, now


CASES = {
    "new": ((), True),
    "some trouble": ((Saw.TROUBLE,) * (IN_A_ROW - 1), True),
    "trouble in a row": ((Saw.TROUBLE,) * IN_A_ROW, False),
    "trouble with something good between": (
        (*(Saw.TROUBLE,) * (IN_A_ROW - 1), Saw.WELL, *(Saw.TROUBLE,) * (IN_A_ROW - 1)),
        True,
    ),
    "slow reports don't break a row": ((*(Saw.TROUBLE,) * (IN_A_ROW - 1), Saw.SLOW, Saw.TROUBLE), False),
    "stopped once": ((Saw.WELL, Saw.STOPPED), False),
    "a seventh slow": ((*(Saw.WELL,) * 17, *(Saw.SLOW,) * 3), False),
    "a tenth slow": ((*(Saw.WELL,) * 18, *(Saw.SLOW,) * 2), True),
    "few, all slow": ((Saw.SLOW,) * (SLOW_OF_AT_LEAST - 1), True),
}


@pytest.mark.parametrize(("seen", "well"), CASES.values(), ids=CASES)
def test_when_a_provider_rests(seen: tuple[Saw, ...], well: bool) -> None:
    """Five troubles in a row, one stop, or every seventh delivery slow: then it rests, and not before."""
    breaker, now = after(*seen)
    assert may_try(breaker, now) is well


def test_much_trouble_in_a_minute() -> None:
    """Fifty troubles within a minute make it rest even with good messages between; spread over an hour they don't."""
    mixed = (Saw.TROUBLE, Saw.TROUBLE, Saw.WELL) * IN_A_MINUTE
    quick, now = after(*mixed[: IN_A_MINUTE * 3 // 2], every=SECOND / 2)
    assert not may_try(quick, now)
    slow, now = after(*mixed, every=timedelta(seconds=24))
    assert may_try(slow, now)


def test_after_its_rest_one_message_is_the_trial() -> None:
    """When the rest is over, one message is let through; nobody else until it is known how that went."""
    breaker, now = after(Saw.STOPPED)
    now += REST
    assert may_try(breaker, now)
    breaker = tried(breaker, now)
    assert not may_try(breaker, now + REST)
    assert may_try(observed(breaker, Saw.WELL, now), now)


def test_each_failed_trial_doubles_the_rest() -> None:
    """Half a minute, one, two, four, and then five minutes, however often the trial fails."""
    breaker, now = after(Saw.STOPPED)
    rests = []
    for _ in range(6):
        assert breaker.rests_until is not None
        rests.append(breaker.rests_until - now)
        now = breaker.rests_until
        breaker = observed(tried(breaker, now), Saw.TROUBLE, now)
    assert rests == [REST, REST * 2, REST * 4, REST * 8, LONGEST_REST, LONGEST_REST]


def test_a_message_during_the_rest_is_no_trial() -> None:
    """What was handed over before the rest is over (there was nobody else) doesn't close the door for the trial."""
    breaker, now = after(Saw.STOPPED)
    assert may_try(tried(breaker, now), now + REST)


@given(seen=st.lists(st.sampled_from(Saw), max_size=400))
def test_a_breaker_stays_small_and_always_opens_again(seen: list[Saw]) -> None:
    """Whatever is seen, memory stays flat, and within the longest rest the provider may be tried again."""
    breaker, now = after(*seen)
    assert len(breaker.seen) <= REMEMBERED
    assert may_try(breaker, now + LONGEST_REST)
