"""Several providers as one: who is asked, when the next one is, and where an unclear message is looked for."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from services.notify.domain.breaker import IN_A_ROW, REST, SLOW_OF_AT_LEAST
from services.notify.domain.outcome import SendOutcome
from services.notify.domain.state import ANYWHERE
from services.notify.fakes import FakeProvider
from services.notify.ports import Accepted, CannotTell, Permanent, Stop, Temporary, Unknown
from services.notify.providers.failover import Failover, Weighted
from shared.contracts.values import Route
from tests.parts.clockwork import Clockwork
from tests.parts.provider_harnesses import a_message

TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def failover(
    *providers: FakeProvider, weights: Iterable[int] = (), day: Clockwork | None = None, **options: object
) -> Failover:
    """The providers in the order given, unless ``draw`` says otherwise."""
    weighted = [Weighted(p, w) for p, w in zip(providers, [*weights, *[1] * len(providers)], strict=False)]
    settings: dict[str, object] = {"abroad_allowed": True, "clock": day or Clockwork(TUESDAY), "draw": lambda: 0.0}
    return Failover(weighted, **(settings | options))  # type: ignore[arg-type]  # a builder's options are any argument


NEXT_IS_ASKED: dict[str, tuple[SendOutcome, bool]] = {
    "accepted": (Accepted("first", "1", final=False), False),
    "temporary": (Temporary("first", "429", "busy"), True),
    "stop": (Stop("first", "401", "refused"), True),
    "permanent here": (Permanent("first", "21408", "country", only_here=True), True),
    "permanent": (Permanent("first", "21614", "landline"), False),
    "unknown": (Unknown("first", "timeout"), False),
}


@pytest.mark.parametrize(("outcome", "asked"), NEXT_IS_ASKED.values(), ids=NEXT_IS_ASKED)
async def test_the_next_is_asked_only_after_a_certain_no(outcome: SendOutcome, asked: bool) -> None:
    """The second provider gets the message only where the first certainly didn't take it, for a reason of its own."""
    first, second = FakeProvider("first", script=[outcome]), FakeProvider("second")
    answer = await failover(first, second).send(a_message())
    assert (second.asked == 1) is asked
    assert answer.provider == ("second" if asked else "first")


async def test_a_provider_in_trouble_is_left_alone() -> None:
    """After five troubles in a row the first provider isn't asked any more; after its rest it gets one trial."""
    day = Clockwork(TUESDAY)
    first = FakeProvider("first", script=[Temporary("first", "500", "trouble")] * IN_A_ROW)
    both = failover(first, FakeProvider("second"), day=day)
    for _ in range(IN_A_ROW + 3):
        assert isinstance(await both.send(a_message()), Accepted)
    assert first.asked == IN_A_ROW
    assert both.health() == {"first": False, "second": True}
    day.now += REST
    assert (await both.send(a_message())).provider == "first"
    assert both.health() == {"first": True, "second": True}


async def test_a_slow_provider_rests_too() -> None:
    """A provider whose messages arrive, but later than five minutes, gives way to the other."""
    first = FakeProvider("first")
    both = failover(first, FakeProvider("second"))
    for _ in range(SLOW_OF_AT_LEAST):
        both.delivered("first", timedelta(minutes=6))
    both.delivered("a stranger", timedelta(minutes=6))
    assert (await both.send(a_message())).provider == "second"


async def test_when_all_rest_the_message_waits() -> None:
    """When every provider rests, the message was certainly not sent, and comes back when the rest is over."""
    only = FakeProvider("only", script=[Stop("only", "401", "refused")])
    one = failover(only)
    assert isinstance(await one.send(a_message()), Stop)
    outcome = await one.send(a_message())
    assert outcome == Temporary("failover", "resting", "every provider is resting", REST)
    assert only.asked == 1


async def test_weights_share_the_messages() -> None:
    """Of 1,000 messages a provider with weight 3 beside one with weight 1 gets some 750; weight 0 gets none while others are well."""
    providers = [FakeProvider("three"), FakeProvider("one"), FakeProvider("none")]
    shared = failover(*providers, weights=(3, 1, 0), draw=Random(14).random)
    outcomes = [await shared.send(a_message()) for _ in range(1000)]
    shares = Counter(outcome.provider for outcome in outcomes)
    assert 700 < shares["three"] < 800
    assert shares["none"] == 0


async def test_weight_nothing_helps_in_need() -> None:
    """A provider of weight 0 is asked when the others are in trouble."""
    first = FakeProvider("first", script=[Temporary("first", "500", "trouble")])
    outcome = await failover(first, FakeProvider("spare"), weights=(1, 0)).send(a_message())
    assert outcome.provider == "spare"


@pytest.mark.article("17")
async def test_one_switch_forbids_abroad() -> None:
    """With sending abroad switched off, a provider abroad is never asked; with only such providers nothing starts."""
    abroad, home = FakeProvider("abroad", abroad=True), FakeProvider("home")
    both = failover(abroad, home, abroad_allowed=False)
    assert both.abroad is False
    assert (await both.send(a_message())).provider == "home"
    assert abroad.asked == 0
    assert failover(abroad, home).abroad is True
    with pytest.raises(ValueError, match="abroad"):
        failover(abroad, abroad_allowed=False)


def test_providers_of_different_routes_do_not_stand_in_for_each_other() -> None:
    """A mail provider can't take over text messages."""
    with pytest.raises(ValueError, match="one route"):
        failover(FakeProvider("sms"), FakeProvider("mail", Route.EMAIL))


async def test_an_unclear_message_is_looked_for_where_it_may_be() -> None:
    """Only the provider that gave the unclear answer is asked; it found it, so nobody sends again."""
    first, second = FakeProvider("first", script=[Unknown("first", "timeout")]), FakeProvider("second")
    second.list_answers = False
    both = failover(first, second)
    message = a_message()
    await both.send(message)
    found = await both.find(a_message(delivery_id=message.delivery_id, seen_by=("first",)))
    assert isinstance(found, Accepted)


LOOKS: dict[str, tuple[tuple[str, ...], bool, bool, type[object] | None]] = {
    "nowhere, and all can tell": ((ANYWHERE,), True, True, None),
    "one of all can't tell": ((ANYWHERE,), True, False, CannotTell),
    "the one that may have it can't tell": (("second",), True, False, CannotTell),
    "one that can't tell doesn't have it": (("first",), True, False, None),
    "a provider that is no longer there": (("gone",), True, True, CannotTell),
}


@pytest.mark.parametrize(("seen_by", "first", "second", "expected"), LOOKS.values(), ids=LOOKS)
async def test_certainly_not_there_needs_everybody(
    seen_by: tuple[str, ...], first: bool, second: bool, expected: type[object] | None
) -> None:
    """A message is certainly not there only if each provider that may have it could look and didn't find it."""
    providers = FakeProvider("first"), FakeProvider("second")
    providers[0].list_answers, providers[1].list_answers = first, second
    found = await failover(*providers).find(a_message(seen_by=seen_by))
    assert (type(found) if found else None) is expected
