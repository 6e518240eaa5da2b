"""What comes next: after every outcome a decision, so that everyone is answered before the limit whatever fails.

Law of this file: machines try, with growing pauses, until a safety margin before ``respond_by`` (art. 14); then a person
gets it while there are hours left. A text message whose fate is unknown is looked for, and never sent a second time
unless it certainly wasn't taken. It must not know clocks or chance: ``now`` and ``jitter`` are passed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from services.notify.domain.contact import MANNED
from services.notify.domain.outcome import Accepted, CannotTell, Permanent, SendOutcome, Stop, Temporary, Unknown
from services.notify.domain.purposes import PURPOSES, Purpose
from services.notify.domain.quiet_hours import release
from services.notify.domain.state import Delivery, State, Step, Stepped, evolve
from shared.contracts.values import Route

SAFETY_MARGIN: Final = timedelta(hours=2)
"""Before ``respond_by`` (close of business) a person needs time to call, to be called back, to walk to the post."""

PAUSES: dict[Route, tuple[timedelta, ...]] = {
    Route.SMS: tuple(timedelta(seconds=s) for s in (30, 120, 300, 900, 1800, 3600)),
    # A greylisting server wants 5 minutes at least and forgets after some hours (RFC 6647 §2.4).
    Route.EMAIL: tuple(timedelta(minutes=m) for m in (5, 15, 30, 60)),
}
"""The pause after the first, second, … attempt; the last one repeats."""

LARGEST_JITTER: Final = 0.25
"""Pauses grow by up to this share, never shrink: a greylisting server counts from its own clock."""

ROUTE_PATIENCE: Final = timedelta(hours=1)
"""So long a route in trouble is tried while another route is there that needs no person."""

HOLD: Final = timedelta(minutes=5)
"""While nothing can be sent at all, this often it is tried whether that is over."""

LOOK_AFTER: Final = timedelta(seconds=90)
"""Before this a provider's list may not show yet what it took; lags of 60 s are seen."""
LOOK_AGAIN: Final = timedelta(minutes=5)
LOOK_AGAIN_SHARE: Final = 0.25
"""The longer nobody could tell, the longer the pause: a quarter of the time so far, some twenty looks in a day."""

RESEND_UNSEEN: dict[Route, timedelta | None] = {
    # Where no list exists, an e-mail with the same Message-ID is sent once more: mail programs fold the pair into one.
    Route.EMAIL: timedelta(minutes=30),
    # A second text is a second text. Rather a person calls.
    Route.SMS: None,
}
"""How long after the first attempt a message of unknown fate is sent again where nobody can tell; None: never."""
LARGEST_UNSEEN_SENDS: Final = 2

NOT_THERE: Final = "not with the provider"

RECEIPT_POLLS: Final = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
"""After acceptance: when the provider is asked what became of it, if its receipt never came."""

LAST_RESORT_PAUSE: Final = timedelta(minutes=15)
LAST_RESORT: Final = timedelta(hours=72)
"""Who can be reached neither by another route nor by a person: their one route is tried on past the limit, slowly."""

LATER_ONCE: Final = timedelta(minutes=30)
"""A handset that was off is tried once more after this."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Send again on this route, not before ``at``; ``put_back`` the delivery first."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """Ask the provider whether it has it, not before ``at``, before anything else."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class NextRoute:
    """Go down the ladder, to a route that needs no person."""

    route: Route
    reason: str


@dataclass(frozen=True, slots=True)
class PersonNeeded:
    """Onto the call list now. ``route`` is how the person reaches the complainant; None where only the file may tell."""

    route: Route | None
    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Nobody is owed this by law, and every route was tried. The ledger says so."""

    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """It has arrived, or nothing more will ever be known of it."""


Decision = Retry | Look | NextRoute | PersonNeeded | GiveUp | Done


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision needs to know of a message. Moments in UTC; ``jitter`` in [0, 1)."""

    now: datetime
    jitter: float
    purpose: Purpose
    route: Route
    fallbacks: tuple[Route, ...]
    must_by: datetime
    owed: bool
    """Art. 14: the complainant has not been answered until this, or another like it, arrives."""
    attempts: int
    first_attempt_at: datetime
    tries: int = 1
    """How many deliveries of this message there were on this route."""


def last_moment(respond_by: datetime) -> datetime:
    """Until here machines may try; from here a person has the hours that are left."""
    return respond_by - SAFETY_MARGIN


def after_send(outcome: SendOutcome, c: Circumstances) -> Decision:
    """What comes next, now that ``send`` has answered so."""
    match outcome:
        case Accepted():
            return after_acceptance(outcome, c, polls=0)
        case Temporary():
            return _try_again(outcome, c)
        case Permanent():
            return onward(c, outcome.reason)
        case Unknown():
            return _look(c, LOOK_AFTER, outcome.reason)
        case Stop():
            return _hold(outcome, c)
        case _:
            assert_never(outcome)


def after_look(found: Accepted | CannotTell | None, c: Circumstances) -> Decision:
    """What comes next, now that ``find`` has answered so about a message of unknown fate."""
    match found:
        case Accepted():
            return after_acceptance(found, c, polls=0)
        case None:
            return _send_again(c)
        case CannotTell():
            return _nobody_can_tell(found, c)
        case _:
            assert_never(found)


def after_acceptance(accepted: Accepted, c: Circumstances, *, polls: int) -> Decision:
    """Wait for the receipt, asking for it a few times; who is owed an answer and has no receipt gets a person."""
    if accepted.progress in {"undelivered", "failed"}:
        return onward(c, accepted.code or accepted.progress)
    if accepted.final or accepted.progress == "delivered":
        return Done()
    if polls >= len(RECEIPT_POLLS) or (c.owed and polls and c.now >= c.must_by):
        return _to_person(c, "no receipt came") if c.owed else Done()
    at = c.now + RECEIPT_POLLS[polls] - (RECEIPT_POLLS[polls - 1] if polls else timedelta())
    # Receipts come within seconds as a rule, so even past the last moment the first one is waited for.
    return Look(min(at, max(c.must_by, c.now + RECEIPT_POLLS[0])) if c.owed else at, "no receipt yet")


def after_undelivered(c: Circumstances, *, later_may_help: bool, reason: str) -> Decision:
    """The carrier brought it back. ``later_may_help``: the handset was off, so one more try, half an hour on."""
    if later_may_help and c.tries == 1:
        return _at_or_person(c, c.now + LATER_ONCE, reason, Retry)
    return onward(c, reason)


def last_resort(now: datetime, must_by: datetime) -> datetime | None:
    """When the only route there is, is tried again although a person was asked; None once that has gone on for days."""
    return now + LAST_RESORT_PAUSE if now < must_by + LAST_RESORT else None


def put_back(delivery: Delivery, decision: Decision, now: datetime) -> Delivery:
    """The delivery, ready to be claimed again where the decision is to send what may have been sent.

    To be called after every decision: without it a mail of unknown fate would be looked for again instead of sent.
    """
    if isinstance(decision, Retry) and delivery.state is State.UNKNOWN:
        return evolve(delivery, Stepped(Step.SEND_UNSEEN, now, decision.reason))
    return delivery


def onward(c: Circumstances, reason: str) -> Decision:
    """The next rung: a route that needs no person, else a person, else the end."""
    if c.now >= c.must_by:
        return _to_person(c, reason)
    if c.fallbacks and c.fallbacks[0] not in MANNED:
        return NextRoute(c.fallbacks[0], reason)
    return _to_person(c, reason)


def _to_person(c: Circumstances, reason: str) -> Decision:
    manned = next((route for route in c.fallbacks if route in MANNED), None)
    if manned is not None or c.owed:
        return PersonNeeded(manned, reason)
    # No hurry and nobody to do it by hand: the routes that are left may still be tried.
    return NextRoute(c.fallbacks[0], reason) if c.fallbacks else GiveUp(reason)


def _try_again(outcome: Temporary, c: Circumstances) -> Decision:
    lasted = c.now - c.first_attempt_at
    hopeless = outcome.give_up_after is not None and lasted >= outcome.give_up_after
    if hopeless or _is_tired_of_route(c):
        return onward(c, outcome.reason)
    pause = max(_pause(c), outcome.retry_after or timedelta())
    return _at_or_person(c, c.now + pause, outcome.reason, Retry)


def _send_again(c: Circumstances) -> Decision:
    """Certainly not taken: the first time at once, since looking was pause enough; then with growing pauses."""
    if _is_tired_of_route(c):
        return onward(c, NOT_THERE)
    at = c.now if c.attempts <= 1 else c.now + _pause(c)
    return _at_or_person(c, at, NOT_THERE, Retry)


def _hold(outcome: Stop, c: Circumstances) -> Decision:
    """Nothing goes this way for anybody: wait, unless another way has been open long enough."""
    if _is_tired_of_route(c):
        return onward(c, outcome.reason)
    return _at_or_person(c, c.now + HOLD, outcome.reason, Retry)


def _pause(c: Circumstances) -> timedelta:
    steps = PAUSES[c.route]
    return steps[min(max(c.attempts, 1), len(steps)) - 1] * (1 + LARGEST_JITTER * c.jitter)


def _look(c: Circumstances, after: timedelta, reason: str) -> Decision:
    return _at_or_person(c, c.now + after, reason, Look)


def _nobody_can_tell(found: CannotTell, c: Circumstances) -> Decision:
    """Hold a text until somebody can tell, though not for ever; send a mail once more, and let that be all."""
    resend = RESEND_UNSEEN[c.route]
    if resend is None or c.attempts >= LARGEST_UNSEEN_SENDS:
        if not found.ever or _is_tired_of_route(c):
            return onward(c, found.reason)
        lasted = c.now - c.first_attempt_at
        return _look(c, max(LOOK_AGAIN, lasted * LOOK_AGAIN_SHARE), found.reason)
    at = max(c.now, c.first_attempt_at + resend)
    return _at_or_person(c, at, found.reason, Retry)


def _is_tired_of_route(c: Circumstances) -> bool:
    """The route has been in trouble long enough, and another one is there that needs no person."""
    needs_no_person = bool(c.fallbacks) and c.fallbacks[0] not in MANNED
    return needs_no_person and c.now - c.first_attempt_at >= ROUTE_PATIENCE


def _at_or_person(c: Circumstances, at: datetime, reason: str, then: type[Retry | Look]) -> Decision:
    """Do it then, or, where that would pass the last moment, go on to whoever is left."""
    if at > c.must_by:
        return _to_person(c, reason)
    latest = PURPOSES[c.purpose].latest(c.must_by)
    return Retry(release(c.route, c.purpose, at, latest=latest), reason) if then is Retry else Look(at, reason)
