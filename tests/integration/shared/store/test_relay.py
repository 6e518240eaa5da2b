"""The relay on both databases: every committed message is told, in batches, by one relay at a time."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.messaging.ports import OutgoingMessage, PublishResult
from shared.messaging.relay import BATCH, Relay
from shared.messaging.replay import replay
from shared.sealing import new_key_ring
from shared.store.engine import open_engine
from shared.store.unit_of_work import Store
from tests.parts.message_house import now, until
from tests.parts.store_house import Broker, column, emit, messages, metadata


async def test_what_is_confirmed_is_marked_and_not_told_again(store: Store):
    """One look publishes at most a batch, oldest first, as stored; the next look takes the rest, then nothing is left."""
    broker = Broker()
    relay = Relay(store, broker, now)
    sent = await emit(store, BATCH + 5)
    assert await relay.publish_once() == (BATCH, BATCH)
    assert await relay.publish_once() == (5, 5)
    assert await relay.publish_once() == (0, 0)
    assert [message.message_id for message in broker.got] == sent
    assert {bytes(body) for body in await column(store, messages.outbox.c.body)} == {m.body for m in broker.got}


async def test_what_is_not_confirmed_backs_off_and_holds_nobody_up(store: Store):
    """A refused row stays with its reason and comes later each time, at most a minute; the rows behind it are told."""
    clock = [now()]
    broker = Broker()
    relay = Relay(store, broker, lambda: clock[0])
    first, second = await emit(store, 2)
    clock[0] = now()
    broker.refuse = {first}
    waits: list[float] = []
    for _ in range(9):
        await relay.publish_once()
        async with store.reading() as connection:
            outbox = messages.outbox
            row = (await connection.execute(select(outbox).where(outbox.c.message_id == first))).one()
        waits.append((row.available_at - clock[0]).total_seconds())
        clock[0] = row.available_at - timedelta(milliseconds=1)
        assert await relay.publish_once() == (0, 0)
        clock[0] = row.available_at
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (row.last_error, row.attempts, row.published_at) == ("refused", 9, None)
    broker.refuse = set()
    assert await relay.publish_once() == (1, 1)
    assert [message.message_id for message in broker.got].count(second) == 1


async def test_a_crash_between_confirm_and_mark_tells_the_same_message_again(store: Store):
    """What the broker had and we did not mark is told once more under its id, for the inbox to drop."""

    class Crash(Broker):
        async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
            await super().publish(batch)
            raise asyncio.CancelledError

    crashing, broker = Crash(), Broker()
    sent = await emit(store, 3)
    with pytest.raises(asyncio.CancelledError):
        await Relay(store, crashing, now).publish_once()
    await Relay(store, broker, now).publish_once()
    assert [m.message_id for m in crashing.got] == [m.message_id for m in broker.got] == sent


async def test_two_relays_share_the_rows_and_publish_none_twice(pg_url: str):
    """On PostgreSQL replicas skip each other's rows: every row is published once, by one of them."""
    first, second = (Store(open_engine(pg_url), messages, new_key_ring()) for _ in range(2))
    async with first.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    sent = await emit(first, 3 * BATCH)
    brokers = Broker(), Broker()
    for broker in brokers:
        broker.pause = 0.5
    relays = [Relay(store, broker, now) for store, broker in zip((first, second), brokers, strict=True)]
    for _ in range(3):
        await asyncio.gather(*(relay.publish_once() for relay in relays))
    assert sorted(m.message_id for broker in brokers for m in broker.got) == sorted(sent)
    assert all(broker.got for broker in brokers)
    await first.engine.dispose()
    await second.engine.dispose()


async def test_a_relay_outlives_whatever_its_publisher_and_its_database_do(store: Store):
    """A fault, or a cancellation that is the client's and not ours, costs the relay one round."""
    troubles: list[BaseException] = [RuntimeError("x"), asyncio.CancelledError(), ConnectionError()]

    class Troubled(Broker):
        async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
            if batch and troubles:
                raise troubles.pop(0)
            return await super().publish(batch)

    broker = Troubled()
    task = asyncio.create_task(Relay(store, broker, now, poll=0.01).run())
    (sent,) = await emit(store)

    async def told() -> bool:
        return [message.message_id for message in broker.got] == [sent]

    await until(told)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_relay_is_woken_by_a_commit(store: Store):
    """A message doesn't wait for the next poll where it was written in this process."""
    broker = Broker()
    task = asyncio.create_task(Relay(store, broker, now, poll=30).run())
    await asyncio.sleep(0.05)
    await emit(store)

    async def told() -> bool:
        return bool(broker.got)

    await until(told)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_slow_broker_does_not_lock_writers_out(store: Store):
    """While the relay waits for confirms, others write."""
    broker = Broker()
    broker.open.clear()
    await emit(store)
    publishing = asyncio.create_task(Relay(store, broker, now).publish_once())
    await asyncio.sleep(0.1)
    await asyncio.wait_for(emit(store), 60)
    broker.open.set()
    assert await publishing == (1, 1)


async def test_a_replay_tells_again_what_was_published_since(store: Store):
    """Rows published before the moment stay published; the others are told again, and the relay is woken."""
    broker = Broker()
    clock = [now() + timedelta(seconds=1)]
    relay = Relay(store, broker, lambda: clock[0])
    await emit(store, 2)
    await relay.publish_once()
    since = clock[0] = clock[0] + timedelta(hours=1)
    later = await emit(store, 3)
    await relay.publish_once()
    broker.got.clear()
    sleeper = store.sleeper(messages.outbox)
    assert await replay(store, since, clock[0]) == 3
    assert await sleeper.sleep(0)
    await relay.publish_once()
    assert [message.message_id for message in broker.got] == later
