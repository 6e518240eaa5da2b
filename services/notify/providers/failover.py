"""Several providers of one route as one: the better ones more often, none that is unwell, none abroad where forbidden.

Law of this file: the next provider is tried only where the one before certainly didn't take the message; an unclear
answer is passed on as it is, with the name of who gave it, and ``find`` then looks exactly there. The state of a breaker
is this process's opinion and may be lost at any time. It must not know any provider, nor when to try again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notify.domain.breaker import REST, SLOW_AFTER, Breaker, Saw, may_try, observed, tried
from services.notify.domain.state import ANYWHERE
from services.notify.ports import (
    Accepted,
    CannotTell,
    Found,
    MessageProvider,
    OutgoingText,
    Permanent,
    SendOutcome,
    Stop,
    Temporary,
    Unknown,
)
from shared.contracts.values import Route

NAME = "failover"

SAW: dict[type[object], Saw] = {
    Accepted: Saw.WELL,
    Permanent: Saw.WELL,  # it answered, and about the message
    Temporary: Saw.TROUBLE,
    Unknown: Saw.TROUBLE,
    Stop: Saw.STOPPED,
}
"""What an outcome says of the provider's health."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """A provider and how often it comes first, relative to the others; 0: only when the others are unwell."""

    provider: MessageProvider
    weight: int = 1


class Failover:
    """A ``MessageProvider`` made of several of the same route."""

    name = NAME

    def __init__(
        self,
        providers: Sequence[Weighted],
        *,
        abroad_allowed: bool,
        clock: Callable[[], datetime],
        draw: Callable[[], float],
    ) -> None:
        """``draw`` gives a number in [0, 1). Raises ValueError where no provider is left, or routes are mixed."""
        allowed = [entry for entry in providers if abroad_allowed or not entry.provider.abroad]
        if not allowed:
            raise ValueError("no provider is left: all are abroad, and sending abroad is switched off")
        if len({entry.provider.route for entry in allowed}) != 1:
            raise ValueError("providers that stand in for each other must serve one route")
        self._providers = allowed
        self._by_name = {entry.provider.name: entry.provider for entry in allowed}
        self._breakers = {name: Breaker() for name in self._by_name}
        self._clock = clock
        self._draw = draw

    @property
    def route(self) -> Route:
        """The route that all of them serve."""
        return self._providers[0].provider.route

    @property
    def abroad(self) -> bool:
        """Whether any of them is abroad."""
        return any(entry.provider.abroad for entry in self._providers)

    async def send(self, message: OutgoingText) -> SendOutcome:
        """Hand it to one that is well, and to the next one where that certainly didn't take it."""
        outcome: SendOutcome = Temporary(NAME, "resting", "every provider is resting", retry_after=REST)
        for provider in self._in_turn():
            self._breakers[provider.name] = tried(self._breakers[provider.name], self._clock())
            outcome = await provider.send(message)
            self._saw(provider.name, SAW[type(outcome)])
            if not _another_may(outcome):
                break
        return outcome

    async def find(self, message: OutgoingText) -> Found:
        """Look wherever it may be. Not there only if none of those has it and each could tell."""
        doubt: CannotTell | None = None
        for name in self._where(message):
            provider = self._by_name.get(name)
            # Taken out of the configuration since: whether it has the message nobody can ask any more.
            found = await provider.find(message) if provider else CannotTell(name, "no longer configured", ever=False)
            if isinstance(found, Accepted):
                return found
            doubt = found or doubt
        return doubt

    async def close(self) -> None:
        """Close all of them."""
        for entry in self._providers:
            await entry.provider.close()

    def delivered(self, name: str, after: timedelta) -> None:
        """Tell how long a provider took from acceptance to delivery: one that has become slow rests too."""
        if name in self._breakers:
            self._saw(name, Saw.SLOW if after > SLOW_AFTER else Saw.WELL)

    def health(self) -> dict[str, bool]:
        """Which providers would be tried now."""
        now = self._clock()
        return {name: may_try(breaker, now) for name, breaker in self._breakers.items()}

    def _saw(self, name: str, saw: Saw) -> None:
        self._breakers[name] = observed(self._breakers[name], saw, self._clock())

    def _where(self, message: OutgoingText) -> Sequence[str]:
        return tuple(self._by_name) if ANYWHERE in message.seen_by else message.seen_by

    def _in_turn(self) -> Iterator[MessageProvider]:
        """Those that are well, in an order drawn by weight; asked one by one, since health changes meanwhile."""
        for entry in _drawn(self._providers, self._draw):
            if may_try(self._breakers[entry.provider.name], self._clock()):
                yield entry.provider


def _another_may(outcome: SendOutcome) -> bool:
    """Whether this provider certainly didn't take the message, for a reason that isn't the message's own."""
    return isinstance(outcome, Temporary | Stop) or (isinstance(outcome, Permanent) and outcome.only_here)


def _drawn(providers: Sequence[Weighted], draw: Callable[[], float]) -> Iterator[Weighted]:
    """All of them, each place drawn by weight among those left."""
    left = list(providers)
    while left:
        point = draw() * sum(entry.weight for entry in left)
        chosen = left[-1]
        for entry in left:
            point -= entry.weight
            if point < 0:
                chosen = entry
                break
        left.remove(chosen)
        yield chosen
