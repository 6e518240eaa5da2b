"""Which provider is well: a circuit breaker as a value, fed with what happened.

Law of this file: a provider in trouble rests and is then tried with one message; the numbers are those GOV.UK Notify
switches by (alphagov/notifications-api, ``scheduled_tasks.py`` and ``constants.py``), plus a short row for an outage that
nobody should wait 50 messages to notice. It must not know providers, clocks or chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Saw(StrEnum):
    """What was seen of a provider."""

    WELL = "well"
    TROUBLE = "trouble"
    """It didn't take a message, for a reason of its own."""
    SLOW = "slow"
    """It delivered, but later than ``SLOW_AFTER``."""
    STOPPED = "stopped"
    """It takes nothing at all: account, certificate, configuration."""


SLOW_AFTER: Final = timedelta(minutes=5)
"""From acceptance to delivery."""
IN_A_ROW: Final = 5
"""Trouble, and nothing else between."""
IN_A_MINUTE: Final = 50
SLOW_SHARE: Final = 0.15
SLOW_OF_AT_LEAST: Final = 20
"""Below this many deliveries a share says nothing."""
WINDOW: Final = timedelta(minutes=15)
MINUTE: Final = timedelta(minutes=1)
REST: Final = timedelta(seconds=30)
LONGEST_REST: Final = timedelta(minutes=5)
REMEMBERED: Final = 200
"""Observations kept: memory stays flat whatever the traffic."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """The state of one provider. ``rests_until`` in the past means: it may be tried with one message."""

    seen: tuple[tuple[datetime, Saw], ...] = ()
    rests_until: datetime | None = None
    rests: int = 0
    """How often it has rested without a good message between: each rest is twice as long."""
    on_trial: bool = False


def may_try(breaker: Breaker, now: datetime) -> bool:
    """Whether a message may be handed to this provider now."""
    if breaker.rests_until is None:
        return True
    return now >= breaker.rests_until and not breaker.on_trial


def tried(breaker: Breaker, now: datetime) -> Breaker:
    """A message is being handed over: after a rest that is the trial, and nobody else is let through until it is known."""
    if breaker.rests_until is None or now < breaker.rests_until:
        return breaker
    return replace(breaker, on_trial=True)


def observed(breaker: Breaker, saw: Saw, now: datetime) -> Breaker:
    """The breaker after an observation."""
    seen = (*(entry for entry in breaker.seen if entry[0] > now - WINDOW), (now, saw))[-REMEMBERED:]
    breaker = replace(breaker, seen=seen)
    if breaker.on_trial and saw is Saw.WELL:
        return Breaker()
    if breaker.on_trial or _is_unwell(seen, now):
        return _rest(breaker, now)
    return breaker


def _rest(breaker: Breaker, now: datetime) -> Breaker:
    rest = min(REST * 2**breaker.rests, LONGEST_REST)
    return Breaker(seen=(), rests_until=now + rest, rests=min(breaker.rests + 1, 10))


def _is_unwell(seen: tuple[tuple[datetime, Saw], ...], now: datetime) -> bool:
    kinds = [saw for _, saw in seen]
    if kinds[-1] is Saw.STOPPED:
        return True
    sends = [saw for saw in kinds if saw is not Saw.SLOW]
    if len(sends) >= IN_A_ROW and all(saw is Saw.TROUBLE for saw in sends[-IN_A_ROW:]):
        return True
    if sum(saw is Saw.TROUBLE for at, saw in seen if at > now - MINUTE) >= IN_A_MINUTE:
        return True
    return len(kinds) >= SLOW_OF_AT_LEAST and kinds.count(Saw.SLOW) / len(kinds) >= SLOW_SHARE
