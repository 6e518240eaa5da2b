"""When enough is enough: caps per address and day, updates that overtake each other, and people who opted out.

Law of this file: what the law owes is never dropped. It passes the ordinary cap and an opt-out; past the last cap, which
only a loop or an attack reaches, a person looks first. It must not know texts, and counts are passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from services.notify.domain.purposes import PURPOSES, Purpose
from services.notify.domain.reasons import Reason
from shared.contracts.values import Route


@dataclass(frozen=True, slots=True)
class Cap:
    """Messages to one address within one day in Asia/Shanghai."""

    ordinary: int
    """From here on only what the law owes."""
    last: int
    """From here on nothing leaves by itself: two ticket systems answering each other, or somebody pumping texts."""


CAPS: Mapping[Route, Cap] = MappingProxyType(
    {
        # Carriers hold back five different texts in 24 hours for review (Twilio on China).
        Route.SMS: Cap(ordinary=3, last=10),
        Route.EMAIL: Cap(ordinary=6, last=20),
    }
)

LARGEST_TEXTS_A_DAY: Final = 5000
"""Over all numbers: who pumps texts to numbers abroad pays nothing, the office does."""

OVERTAKES: Mapping[Purpose, frozenset[Purpose]] = MappingProxyType(
    {
        Purpose.DISPATCH: frozenset({Purpose.DISPATCH}),
        Purpose.EXTENSION: frozenset({Purpose.DISPATCH, Purpose.EXTENSION}),
        Purpose.FOLLOW_UP_INVITATION: frozenset({Purpose.DISPATCH, Purpose.EXTENSION}),
        Purpose.RESULT: frozenset({Purpose.DISPATCH, Purpose.EXTENSION, Purpose.FOLLOW_UP_INVITATION}),
        Purpose.CLOSING: frozenset({Purpose.DISPATCH, Purpose.EXTENSION, Purpose.FOLLOW_UP_INVITATION}),
    }
)
"""The later update says all that the earlier one, still waiting for morning or for its provider, would have said."""


class Verdict(StrEnum):
    """What becomes of a planned message."""

    SEND = "send"
    DROP = "drop"
    """It stands on the tracking page; the ledger keeps the reason."""
    NEXT_ROUTE = "next_route"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict and, where it isn't to send, why."""

    verdict: Verdict
    reason: Reason | None = None


SEND = Judgement(Verdict.SEND)


def judge(purpose: Purpose, route: Route, *, to_this_address: int, to_all: int, opted_out: bool) -> Judgement:
    """Whether this message may leave by this route now. Counts are of today, in Asia/Shanghai."""
    cap = CAPS.get(route)
    if cap is None:
        return SEND
    legal = PURPOSES[purpose].legal
    if to_this_address >= cap.last:
        return Judgement(Verdict.PERSON if legal else Verdict.DROP, Reason.CAP_REACHED)
    if route is Route.SMS and to_all >= LARGEST_TEXTS_A_DAY:
        return Judgement(Verdict.NEXT_ROUTE, Reason.CAP_REACHED)
    if legal:
        return SEND
    if opted_out:
        return Judgement(Verdict.DROP, Reason.OPTED_OUT)
    return Judgement(Verdict.DROP, Reason.CAP_REACHED) if to_this_address >= cap.ordinary else SEND


def overtaken_by(purpose: Purpose, waiting: Iterable[Purpose]) -> frozenset[Purpose]:
    """Which of the messages that still wait, about the same complaint, this one makes needless."""
    return OVERTAKES.get(purpose, frozenset()) & frozenset(waiting)
