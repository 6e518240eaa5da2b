"""The state machine of a delivery: one message on one route.

Law of this file: our own steps go by the table; what a provider reports only ever moves a delivery forward, by rank, so
reports may come late, early, twice or shuffled and the end is the same. What the tables don't foresee changes nothing.
It must not know routes, providers' words or when to try again.

Ranks are a total order on purpose: a receipt from the handset outweighs a report that it failed, whichever comes first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.notify.domain.outcome import Accepted, Permanent, SendOutcome, Stop, Temporary, Unknown


class State(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    ATTEMPTING = "attempting"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"


class Step(StrEnum):
    """What we do with a delivery ourselves."""

    CLAIM = "claim"
    PUT_OFF = "put_off"
    HOLD = "hold"
    LOSE_SIGHT = "lose_sight"
    NOT_THERE = "not_there"
    SEND_UNSEEN = "send_unseen"
    CANCEL = "cancel"


CHINESE: dict[State, str] = {
    State.PLANNED: "待发送",
    State.CANCELLED: "已取消",
    State.ATTEMPTING: "发送中",
    State.UNKNOWN: "结果不明",
    State.ACCEPTED: "已提交",
    State.FAILED: "发送失败",
    State.UNDELIVERED: "未送达",
    State.DELIVERED: "已送达",
}

STEPS: dict[tuple[State, Step], State] = {
    (State.PLANNED, Step.CLAIM): State.ATTEMPTING,  # written and committed before the provider is called
    (State.PLANNED, Step.CANCEL): State.CANCELLED,  # only what has certainly not been sent
    (State.ATTEMPTING, Step.PUT_OFF): State.PLANNED,  # certainly not taken: later
    (State.ATTEMPTING, Step.HOLD): State.PLANNED,  # nothing can be sent at all: not this message's fault
    (State.ATTEMPTING, Step.LOSE_SIGHT): State.UNKNOWN,  # no clear answer, or the worker's lease ran out
    (State.UNKNOWN, Step.NOT_THERE): State.PLANNED,  # looked, and it certainly isn't there
    (State.UNKNOWN, Step.SEND_UNSEEN): State.PLANNED,  # nobody can tell, and a second mail harms less than none
}
"""Our own steps. Every other pair of state and step changes nothing."""

RANK: dict[State, int] = {state: rank for rank, state in enumerate(State)}
"""How far along a state is; a report never moves a delivery to a lower one."""

ANYWHERE = "*"
"""In ``seen_by``: whoever may have been called."""

REPORTABLE = frozenset({State.ACCEPTED, State.FAILED, State.UNDELIVERED, State.DELIVERED})
"""What a provider, a bounce or a person on the phone can report."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The fold of a delivery's events. Moments in UTC."""

    state: State = State.PLANNED
    attempts: int = 0
    first_attempt_at: datetime | None = None
    provider: str | None = None
    provider_id: str | None = None
    final: bool = False
    code: str = ""
    reason: str = ""
    changed_at: datetime | None = None
    seen_by: tuple[str, ...] = ()
    """Providers that may have it although they gave no clear answer: there to look before a second send."""

    @property
    def has_arrived(self) -> bool:
        """It is with the person, or as near to it as can be known on a route without receipts."""
        return self.state is State.DELIVERED or (self.state is State.ACCEPTED and self.final)


@dataclass(frozen=True, slots=True)
class Stepped:
    """We took a step."""

    step: Step
    at: datetime
    reason: str = ""
    code: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """Somebody outside told what became of it."""

    state: State
    at: datetime
    provider: str
    provider_id: str
    final: bool = False
    code: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.state not in REPORTABLE:
            raise ValueError(f"{self.state} is nothing that can be reported")


DeliveryEvent = Stepped | Reported


def evolve(delivery: Delivery, event: DeliveryEvent) -> Delivery:
    """The delivery after the event; the very same object where the event changes nothing."""
    return _stepped(delivery, event) if isinstance(event, Stepped) else _reported(delivery, event)


def _stepped(delivery: Delivery, event: Stepped) -> Delivery:
    to = STEPS.get((delivery.state, event.step))
    if to is None:
        return delivery
    attempts = delivery.attempts + {Step.CLAIM: 1, Step.HOLD: -1}.get(event.step, 0)
    first = delivery.first_attempt_at or (event.at if event.step is Step.CLAIM else None)
    return replace(
        delivery,
        state=to,
        attempts=attempts,
        first_attempt_at=first,
        reason=event.reason,
        code=event.code,
        changed_at=event.at,
        seen_by=_seen_by(delivery, event),
    )


def _seen_by(delivery: Delivery, event: Stepped) -> tuple[str, ...]:
    """A lost answer names its provider; a lost worker doesn't, so then it may be with any of them."""
    if event.step is not Step.LOSE_SIGHT:
        return delivery.seen_by
    return tuple(dict.fromkeys((*delivery.seen_by, event.provider or ANYWHERE)))


def _reported(delivery: Delivery, event: Reported) -> Delivery:
    if RANK[event.state] <= RANK[delivery.state]:
        return delivery
    return replace(
        delivery,
        state=event.state,
        provider=event.provider,
        provider_id=event.provider_id,
        final=event.final,
        code=event.code,
        reason=event.reason,
        changed_at=event.at,
    )


def event_of(outcome: SendOutcome, at: datetime) -> DeliveryEvent:
    """What a provider's answer to ``send`` (or what ``find`` found) means to the delivery."""
    match outcome:
        case Accepted():
            state = State(outcome.progress)
            return Reported(state, at, outcome.provider, outcome.provider_id, outcome.final, outcome.code)
        case Permanent():
            return Reported(State.FAILED, at, outcome.provider, "", code=outcome.code, reason=outcome.reason)
        case Temporary():
            return Stepped(Step.PUT_OFF, at, outcome.reason, outcome.code)
        case Stop():
            return Stepped(Step.HOLD, at, outcome.reason, outcome.code)
        case Unknown():
            return Stepped(Step.LOSE_SIGHT, at, outcome.reason, provider=outcome.provider)
