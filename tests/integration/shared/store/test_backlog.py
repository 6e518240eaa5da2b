"""What is not told yet and what could not be handled, as the numbers that somebody is woken by."""

from datetime import timedelta

from prometheus_client import REGISTRY
from sqlalchemy import insert

from shared.contracts.values import new_id
from shared.messaging import backlog
from shared.messaging.relay import Relay
from shared.store.engine import open_engine
from shared.store.unit_of_work import Store
from tests.parts.message_house import now
from tests.parts.store_house import Broker, emit, messages


def _number(name: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"service": "tested"})


async def test_what_waits_is_counted_and_its_age_is_told(store: Store):
    """Two messages, ten minutes on: two wait, the oldest for ten minutes; told, none does."""
    await emit(store, 2)
    await backlog.measure({"tested": store}, now() + timedelta(minutes=10))
    oldest = _number("shouli_outbox_oldest_seconds")
    assert _number("shouli_outbox_waiting") == 2
    assert oldest is not None
    assert 600 <= oldest < 900
    await Relay(store, Broker(), now).publish_once()
    await backlog.measure({"tested": store}, now())
    assert (_number("shouli_outbox_waiting"), _number("shouli_outbox_oldest_seconds")) == (0, 0)


async def test_dead_letters_are_counted_until_somebody_settles_them(store: Store):
    """A settled letter is nobody's trouble any more."""
    letter = {"consumer": "x", "type": "t", "body": b"", "reason": "r", "attempts": 1, "died_at": now()}
    async with store.transaction(now()) as unit:
        settled = letter | {"id": new_id(), "settled_at": now()}
        await unit.connection.execute(insert(messages.dead_letters), [settled])
        await unit.connection.execute(insert(messages.dead_letters), [letter | {"id": new_id()}])
    await backlog.measure({"tested": store}, now())
    assert _number("shouli_dead_letters") == 1


async def test_without_its_database_a_service_still_gives_its_other_numbers(store: Store):
    """The last numbers stay; that the database is away is another metric's to say."""
    await emit(store)
    await backlog.measure({"tested": store}, now())
    away = Store(open_engine("postgresql+asyncpg://nobody@127.0.0.1:9/none"), messages, store.sealer)
    await backlog.measure({"tested": away}, now())
    assert _number("shouli_outbox_waiting") == 1
