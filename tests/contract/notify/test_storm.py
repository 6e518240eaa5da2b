"""A day of troubles in simulated time: states, decisions and Twilio's adapter together, against the fake API.

The loop here is the sender's, without a database: claim, send or look, fold, decide. What it proves is the domain's: no
text twice while the list answers, even where it lags; and everybody answered or on the call list in time, whatever fails.
"""

import asyncio
import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from services.notify.domain import retry
from services.notify.domain.outcome import CannotTell, Found, SendOutcome, Stop, Temporary, Unknown
from services.notify.domain.purposes import Purpose
from services.notify.domain.state import Delivery, State, Step, Stepped, event_of, evolve
from services.notify.ports import MessageProvider, OutgoingText
from shared.contracts.values import Route
from tests.parts.fake_twilio import FakeTwilio, Fault
from tests.parts.notify_cases import TUESDAY, WEDNESDAY_CLOSE
from tests.parts.provider_harnesses import a_message, twilio_at

MUST_BY = retry.last_moment(WEDNESDAY_CLOSE)


@dataclass
class Simulated:
    """Messages in flight, in simulated time."""

    provider: MessageProvider
    now: datetime = TUESDAY
    chance: random.Random = field(default_factory=lambda: random.Random(14))
    decided: dict[str, tuple[retry.Decision, datetime]] = field(default_factory=dict)

    async def run(self, messages: list[OutgoingText]) -> None:
        """Live until nothing is due any more."""
        due = [(TUESDAY, number) for number in range(len(messages))]
        deliveries = [Delivery() for _ in messages]
        while due:
            self.now = due[0][0]
            batch = [heapq.heappop(due)[1] for _ in range(len(due)) if due and due[0][0] == self.now]
            results = await asyncio.gather(*(self._step(messages[number], deliveries[number]) for number in batch))
            for number, (delivery, decision) in zip(batch, results, strict=True):
                deliveries[number] = delivery
                if isinstance(decision, retry.Retry | retry.Look):
                    heapq.heappush(due, (max(decision.at, self.now), number))
                else:
                    self.decided[messages[number].reference] = (decision, self.now)

    async def _step(self, message: OutgoingText, delivery: Delivery) -> tuple[Delivery, retry.Decision]:
        if delivery.state is State.PLANNED:
            delivery = evolve(delivery, Stepped(Step.CLAIM, self.now))
            outcome = await self.provider.send(message)
            delivery = evolve(delivery, event_of(outcome, self.now))
            decision = retry.after_send(outcome, self._circumstances(delivery))
        else:
            found = await self.provider.find(replace(message, seen_by=delivery.seen_by or message.seen_by))
            delivery, decision = self._looked(delivery, found)
        return retry.put_back(delivery, decision, self.now), decision

    def _looked(self, delivery: Delivery, found: Found) -> tuple[Delivery, retry.Decision]:
        if delivery.state is State.ACCEPTED:
            # The receipt came in the meantime; what is asked here is only whether the text came twice.
            return delivery, retry.Done()
        if found is None:
            delivery = evolve(delivery, Stepped(Step.NOT_THERE, self.now))
        elif not isinstance(found, CannotTell):
            delivery = evolve(delivery, event_of(found, self.now))
        return delivery, retry.after_look(found, self._circumstances(delivery))

    def _circumstances(self, delivery: Delivery) -> retry.Circumstances:
        return retry.Circumstances(
            now=self.now,
            jitter=self.chance.random(),
            purpose=Purpose.RECEIPT,
            route=Route.SMS,
            fallbacks=(Route.CALL,),
            must_by=MUST_BY,
            owed=True,
            attempts=delivery.attempts,
            first_attempt_at=delivery.first_attempt_at or self.now,
        )


@pytest.fixture
def api() -> Iterator[FakeTwilio]:
    """The fake of the REST API."""
    fake = FakeTwilio()
    yield fake
    fake.stop()


def everyone(count: int) -> list[OutgoingText]:
    """A message to each of so many people."""
    return [a_message(to=f"+86138{number:08d}") for number in range(count)]


async def test_a_lagging_list_makes_no_duplicate(api: FakeTwilio) -> None:
    """120 texts through every fault, with a list that lags by a minute: each is taken exactly once."""
    simulated = Simulated(twilio_at(api.url, timeout=0.25, deadline=1))
    api.clock = lambda: simulated.now
    api.list_lag = timedelta(seconds=60)
    api.faults.extend(random.Random(14).choices(list(Fault), k=200))
    messages = everyone(120)
    await simulated.run(messages)
    assert {type(decision) for decision, _ in simulated.decided.values()} == {retry.Done}
    assert [len(api.taken(message.to)) for message in messages] == [1] * len(messages)


class Down:
    """A provider in one kind of trouble, all day."""

    name = "down"
    route = Route.SMS
    abroad = False

    def __init__(self, outcome: SendOutcome, found: Found) -> None:
        self._outcome = outcome
        self._found = found
        self.sends = 0

    async def send(self, message: OutgoingText) -> SendOutcome:
        """The same trouble for everybody."""
        self.sends += 1
        return self._outcome

    async def find(self, message: OutgoingText) -> Found:
        """The same for everybody."""
        return self._found

    async def close(self) -> None:
        """Nothing is held."""


TROUBLES: dict[str, tuple[SendOutcome, Found]] = {
    "busy": (Temporary("down", "20429", "busy"), None),
    "stopped": (Stop("down", "20003", "credentials"), None),
    "lost, and never there": (Unknown("down", "timeout"), None),
    "lost, and nobody can tell": (Unknown("down", "timeout"), CannotTell("down", "the list is down")),
}


@pytest.mark.article("14")
@pytest.mark.parametrize(("outcome", "found"), TROUBLES.values(), ids=TROUBLES)
async def test_with_the_provider_down_all_day_everyone_is_on_the_call_list(outcome: SendOutcome, found: Found) -> None:
    """Whatever the trouble, all 50 people stand on the call list before the limit, with the margin still to go."""
    simulated = Simulated(Down(outcome, found))
    messages = everyone(50)
    await simulated.run(messages)
    assert len(simulated.decided) == 50
    for decision, when in simulated.decided.values():
        assert isinstance(decision, retry.PersonNeeded)
        assert decision.route is Route.CALL
        assert when <= MUST_BY


@pytest.mark.parametrize(("outcome", "found"), TROUBLES.values(), ids=TROUBLES)
async def test_a_dead_provider_is_not_hammered(outcome: SendOutcome, found: Found) -> None:
    """A day of trouble costs a message some tens of calls, or one every five minutes where everything is stopped."""
    down = Down(outcome, found)
    await Simulated(down).run(everyone(1))
    assert down.sends <= (MUST_BY - TUESDAY) / retry.HOLD + 1 if isinstance(outcome, Stop) else down.sends < 60
