"""RabbitMQ through aio-pika: the production transport.

Law of this file, each line a measured trap: messages are persistent and carry their id (T1); publishing is mandatory and an
unroutable message is a failure (T2); every publish has a timeout, and a timeout means unknown (T3); consuming is by
callback into a queue of ours, never by iterator (T4), and the callback does nothing that a lost connection could cut in
half (T5); work that failed is republished to a waiting room or rejected, never nacked (T6, T7); heartbeat 10 s (T8); a
broker that is away at start is waited for in the background (T9). Publishing and consuming have a connection each, since an
alarm blocks publishers. Durations are seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from aio_pika import DeliveryMode, Message, connect_robust
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage, AbstractRobustConnection
from aio_pika.exceptions import AMQPError, PublishError
from aiormq.exceptions import ChannelInvalidStateError
from yarl import URL

from shared.contracts.envelope import CONTENT_TYPE
from shared.messaging.ports import (
    BatchHandler,
    Confirmed,
    IncomingMessage,
    NotConfirmed,
    Outcome,
    OutgoingMessage,
    PublishResult,
    Retry,
)
from shared.messaging.topology import (
    DEAD_EXCHANGE,
    EXCHANGE,
    QUEUES,
    RETRY_TIERS,
    ServiceQueue,
    dead_arguments,
    main_arguments,
    retry_arguments,
    tier_for,
)

PUBLISH_TIMEOUT = 5.0
HEARTBEAT = 10
RECONNECT_INTERVAL = 2
PREFETCH = 400
LARGEST_BATCH = 200
ATTEMPT_HEADER = "x-attempt"

_log = structlog.get_logger("rabbit")

_BROKER_FAULTS = (AMQPError, ConnectionError, OSError, TimeoutError, RuntimeError)


async def declare(channel: AbstractChannel) -> AbstractExchange:
    """Declare what the topology table says; every declaration is safe to repeat. Gives the events exchange."""
    events = await channel.declare_exchange(EXCHANGE, "topic", durable=True)
    dead = await channel.declare_exchange(DEAD_EXCHANGE, "direct", durable=True)
    for queue in QUEUES:
        graveyard = await channel.declare_queue(queue.dead, durable=True, arguments=dead_arguments())
        await graveyard.bind(dead, queue.dead)
        main = await channel.declare_queue(queue.name, durable=True, arguments=main_arguments(queue))
        for binding in queue.bindings:
            await main.bind(events, binding)
        for tier in RETRY_TIERS:
            await channel.declare_queue(queue.retry(tier), durable=True, arguments=retry_arguments(queue, tier))
    return events


def build_message(body: bytes, *, message_id: UUID | None, message_type: str, attempt: int = 1) -> Message:
    """The one place where an AMQP message is made."""
    return Message(
        body,
        delivery_mode=DeliveryMode.PERSISTENT,
        content_type=CONTENT_TYPE,
        message_id=str(message_id) if message_id else None,
        type=message_type,
        headers={ATTEMPT_HEADER: attempt},
    )


class _Link:
    """A connection that is being made, kept and made again in the background."""

    def __init__(self, url: str, purpose: str) -> None:
        self._url = URL(url).update_query(
            heartbeat=HEARTBEAT, reconnect_interval=RECONNECT_INTERVAL, fail_fast=0, name=f"shouli-{purpose}"
        )
        self._connection: AbstractRobustConnection | None = None
        self._connecting: asyncio.Task[AbstractRobustConnection] | None = None

    def start(self) -> None:
        if self._connecting is None:
            self._connecting = asyncio.create_task(connect_robust(self._url, timeout=10))

    async def connection(self) -> AbstractRobustConnection:
        """The connection, once there is one; shielded, so that one impatient caller doesn't end the attempt for all."""
        self.start()
        assert self._connecting is not None
        self._connection = await asyncio.shield(self._connecting)
        return self._connection

    def is_open(self) -> bool:
        connection = self._connection
        return connection is not None and connection.connected.is_set() and not connection.is_closed

    async def close(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._connecting
        if self._connection is not None:
            with suppress(*_BROKER_FAULTS):
                async with asyncio.timeout(5):
                    await self._connection.close()
        self._connection = self._connecting = None


class RabbitTransport:
    """Publisher and subscriber on one broker, with a connection each."""

    def __init__(self, url: str, *, publish_timeout: float = PUBLISH_TIMEOUT, prefetch: int = PREFETCH) -> None:
        self._publishing = _Link(url, "publish")
        self._consuming = _Link(url, "consume")
        self._publish_timeout = publish_timeout
        self._prefetch = prefetch
        self._exchange: AbstractExchange | None = None
        self._publish_channel: AbstractChannel | None = None
        self._publish_lock = asyncio.Lock()

    async def start(self) -> None:
        """Begin to connect; a broker that is away is waited for without holding anybody up."""
        self._publishing.start()
        self._consuming.start()

    async def stop(self) -> None:
        """Close both connections."""
        await self._publishing.close()
        await self._consuming.close()

    async def ping(self) -> None:
        """Raise ConnectionError where either connection is down."""
        if not (self._publishing.is_open() and self._consuming.is_open()):
            raise ConnectionError("RabbitMQ is not connected")

    async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
        """Publish all at once and wait for every confirm."""
        async with self._publish_lock:
            try:
                async with asyncio.timeout(self._publish_timeout):
                    exchange = await self._events()
            except _BROKER_FAULTS as fault:
                return [NotConfirmed(f"no channel: {type(fault).__name__}")] * len(batch)
            return await _own_cancellation_only(
                asyncio.gather(*(self._publish_one(exchange, message) for message in batch)),
                [NotConfirmed("connection lost while publishing")] * len(batch),
            )

    async def _events(self) -> AbstractExchange:
        if self._exchange is None or self._publish_channel is None or self._publish_channel.is_closed:
            connection = await self._publishing.connection()
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            self._exchange = await declare(channel)
            self._publish_channel = channel
        return self._exchange

    async def _publish_one(self, exchange: AbstractExchange, message: OutgoingMessage) -> PublishResult:
        made = build_message(message.body, message_id=message.message_id, message_type=message.type)
        try:
            async with asyncio.timeout(self._publish_timeout):
                await exchange.publish(made, routing_key=message.type, mandatory=True)
        except PublishError:
            self._exchange = None  # declare again before the next batch: a binding is missing
            return NotConfirmed(f"unroutable: no queue is bound to {message.type}", timedelta(seconds=5))
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            return NotConfirmed("connection lost while publishing")
        except _BROKER_FAULTS as fault:
            return NotConfirmed(f"unknown: {type(fault).__name__}")
        return Confirmed()

    async def consume(self, queue: ServiceQueue, handle: BatchHandler, *, dead: bool = False) -> None:
        """Consume until cancelled; whatever ends a subscription is waited out and begun again."""
        while True:
            try:
                await _Subscription(await self._consuming.connection(), queue, handle, self._prefetch, dead=dead).run()
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) and task.cancelling():
                    raise
            except _BROKER_FAULTS as fault:
                _log.warning("rabbit.subscription_ended", queue=queue.name, fault=type(fault).__name__)
            await asyncio.sleep(1)


class _Subscription:
    """One channel consuming one queue: the callback only queues, our own loop handles and settles."""

    def __init__(
        self,
        connection: AbstractRobustConnection,
        queue: ServiceQueue,
        handle: BatchHandler,
        prefetch: int,
        *,
        dead: bool,
    ) -> None:
        self._connection = connection
        self._queue = queue
        self._handle = handle
        self._prefetch = prefetch
        self._dead = dead
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Consume until the channel closes or the broker cancels us."""
        await self._connection.connected.wait()
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        try:
            channel.close_callbacks.add(self._on_close)
            await declare(channel)
            await channel.set_qos(prefetch_count=self._prefetch)
            source = await channel.get_queue(self._queue.dead if self._dead else self._queue.name, ensure=False)
            await source.consume(self._on_message)
            await self._serve(channel)
        finally:
            with suppress(*_BROKER_FAULTS, ChannelInvalidStateError):
                async with asyncio.timeout(5):
                    await channel.close()

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        self._arrived.put_nowait(message)

    def _on_close(self, *_: Any) -> None:
        self._ended.set()

    async def _serve(self, channel: AbstractChannel) -> None:
        ended = asyncio.create_task(self._ended.wait())
        try:
            while not ended.done():
                batch = await self._next_batch(ended)
                if batch:
                    outcomes = await self._handle_patiently([_incoming(message) for message in batch])
                    await _settle(channel, self._queue, batch, outcomes)
        finally:
            ended.cancel()

    async def _next_batch(self, ended: asyncio.Task[bool]) -> list[AbstractIncomingMessage]:
        arrived = asyncio.create_task(self._arrived.get())
        await asyncio.wait({arrived, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not arrived.done():
            arrived.cancel()
            return []
        batch = [arrived.result()]
        while len(batch) < LARGEST_BATCH and not self._arrived.empty():
            batch.append(self._arrived.get_nowait())
        return batch

    async def _handle_patiently(self, batch: Sequence[IncomingMessage]) -> Sequence[Outcome]:
        """Until the database is back: keep the batch in hand rather than burn the broker's delivery limit."""
        while True:
            try:
                return await self._handle(batch)
            except asyncio.CancelledError:
                raise
            except Exception as fault:  # noqa: BLE001 - nothing was committed; the only way on is to try again
                _log.warning("rabbit.batch_kept_in_hand", queue=self._queue.name, fault=type(fault).__name__)
                await asyncio.sleep(1)


def _incoming(message: AbstractIncomingMessage) -> IncomingMessage:
    headers = message.headers or {}
    attempt = headers.get(ATTEMPT_HEADER, 1)
    deaths = headers.get("x-death") or []
    reason = (
        str(deaths[0].get("reason")) if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else None
    )
    return IncomingMessage(
        message_id=_uuid_or_none(message.message_id),
        type=message.type or "unknown",
        body=message.body,
        attempt=attempt if isinstance(attempt, int) else 1,
        died_because=reason,
    )


def _uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


async def _settle(
    channel: AbstractChannel,
    queue: ServiceQueue,
    batch: Sequence[AbstractIncomingMessage],
    outcomes: Sequence[Outcome],
) -> None:
    """Send what must come later to its waiting room, then acknowledge the whole batch at once.

    Where the connection went away meanwhile nothing is lost: the work is committed, the broker brings the messages again,
    and the inbox drops them.
    """
    try:
        for message, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Retry):
                await _send_to_waiting_room(channel, queue, message, outcome)
        await batch[-1].ack(multiple=True)
    except (*_BROKER_FAULTS, ChannelInvalidStateError) as fault:
        _log.warning("rabbit.not_settled", queue=queue.name, fault=type(fault).__name__)


async def _send_to_waiting_room(
    channel: AbstractChannel, queue: ServiceQueue, message: AbstractIncomingMessage, outcome: Retry
) -> None:
    incoming = _incoming(message)
    copy = build_message(
        incoming.body, message_id=incoming.message_id, message_type=incoming.type, attempt=incoming.attempt + 1
    )
    async with asyncio.timeout(PUBLISH_TIMEOUT):
        await channel.default_exchange.publish(copy, routing_key=queue.retry(tier_for(outcome.after)), mandatory=True)


async def _own_cancellation_only(
    work: Awaitable[Sequence[PublishResult]], otherwise: Sequence[PublishResult]
) -> Sequence[PublishResult]:
    """Wait; a cancellation that is not ours (the client cancels its own futures on a lost connection) gives ``otherwise``."""
    try:
        return await work
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        return otherwise
