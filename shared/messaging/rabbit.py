"""RabbitMQ through aio-pika: the production transport.

Law of this file, each line a measured trap: publishing is mandatory and an unroutable message is a failure; every
publish has a timeout, and a timeout means unknown. Publishing and consuming have a connection each, and nothing is
ever published on the consuming one, since an alarm stops every connection that publishes. Durations are seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog
from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import ChannelPreconditionFailed, PublishError

from shared.messaging.amqp import (
    BROKER_FAULTS,
    HEARTBEAT,
    Link,
    build_message,
    cancelled_by_us,
    close_quietly,
    declare,
)
from shared.messaging.ports import (
    BatchHandler,
    Confirmed,
    IncomingMessage,
    NotConfirmed,
    OutgoingMessage,
    PublishResult,
    Retry,
)
from shared.messaging.subscription import Subscription
from shared.messaging.topology import RETRY_TIERS, ServiceQueue, tier_for

PUBLISH_TIMEOUT = 5.0
DECLARE_TIMEOUT = 30.0
"""A new broker writes some twenty queues to its disk."""
PREFETCH = 400
PAUSE = 1.0
"""Before a subscription that ended is begun again."""
PAUSE_IN_CONFLICT = 30.0
"""Before the topology is tried again that stands in contradiction to the broker's: only a person can mend that."""
REMEDY = "delete that queue once it is empty, or give it back the arguments of shared/messaging/topology.py"

__all__ = ["RabbitTransport", "TopologyConflict", "build_message", "declare"]

_log = structlog.get_logger("rabbit")


class TopologyConflict(ConnectionError):
    """A queue or exchange of ours stands at the broker with other arguments; the message says which and what to do."""


class RabbitTransport:
    """Publisher and subscriber on one broker, with a connection each."""

    def __init__(
        self,
        url: str,
        *,
        publish_timeout: float = PUBLISH_TIMEOUT,
        prefetch: int = PREFETCH,
        heartbeat: int = HEARTBEAT,
        tiers: Sequence[timedelta] = RETRY_TIERS,
    ) -> None:
        self._publishing = Link(url, "publish", heartbeat=heartbeat)
        self._consuming = Link(url, "consume", heartbeat=heartbeat)
        self._publish_timeout = publish_timeout
        self._prefetch = prefetch
        self._tiers = tuple(tiers)
        self._channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None
        self._declared_on: AbstractConnection | None = None
        self._publish_lock = asyncio.Lock()
        self._subscribe_lock = asyncio.Lock()
        self._declare_lock = asyncio.Lock()
        self._conflict: TopologyConflict | None = None

    async def start(self) -> None:
        """Begin to connect; a broker that is away is waited for without holding anybody up."""
        self._publishing.start()
        self._consuming.start()

    async def stop(self) -> None:
        """Close both connections."""
        await self._publishing.close()
        await self._consuming.close()

    async def ping(self) -> None:
        """Raise ConnectionError where either connection is down, TopologyConflict where the broker refuses our queues."""
        if not (self._publishing.is_up and self._consuming.is_up):
            raise ConnectionError("RabbitMQ is not connected")
        if self._conflict is not None:
            raise self._conflict

    async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
        """Publish all at once and wait for every confirm."""
        channel = await self._ready_channel()
        if isinstance(channel, NotConfirmed):
            return [channel] * len(batch)
        assert self._exchange is not None
        exchange = self._exchange
        return await asyncio.gather(*(self._publish_event(exchange, message) for message in batch))

    async def _publish_event(self, exchange: AbstractExchange, message: OutgoingMessage) -> PublishResult:
        made = build_message(message.body, message_id=message.message_id, message_type=message.type)
        return await self._publish_one(exchange, made, message.type)

    async def _publish_one(self, exchange: AbstractExchange, message: Message, routing_key: str) -> PublishResult:
        try:
            async with asyncio.timeout(self._publish_timeout):
                await exchange.publish(message, routing_key=routing_key, mandatory=True)
        except PublishError:
            self._exchange = None  # declare again before the next batch: a queue or its binding is missing
            return NotConfirmed(f"unroutable: no queue is bound to {routing_key}")
        except asyncio.CancelledError:
            if cancelled_by_us():
                raise
            return NotConfirmed("unknown: connection lost while publishing")
        except BROKER_FAULTS as fault:
            return NotConfirmed(f"unknown: {type(fault).__name__}")
        return Confirmed()

    async def _ready_channel(self) -> AbstractChannel | NotConfirmed:
        """The channel to publish on, opened and declared where necessary, or why there is none."""
        async with self._publish_lock:
            try:
                return await self._channel_of_two_attempts()
            except ChannelPreconditionFailed as fault:
                self._report(fault)
                return NotConfirmed("the broker refuses our topology", timedelta(seconds=PAUSE_IN_CONFLICT))
            except asyncio.CancelledError:
                if cancelled_by_us():
                    raise
                return NotConfirmed("no channel: connection lost")
            except BROKER_FAULTS as fault:
                return NotConfirmed(f"no channel: {type(fault).__name__}")

    async def _channel_of_two_attempts(self) -> AbstractChannel:
        """The channel, from a second connection where the first breaks: nothing was published yet, so nothing doubles.

        Brokers have been seen to end a connection with 541 while queues are bound, and once only.
        """
        async with asyncio.timeout(self._publish_timeout):
            connection = await self._publishing.connection()
        try:
            return await self._declared_channel(connection)
        except (ChannelPreconditionFailed, TimeoutError):
            raise
        except asyncio.CancelledError:
            if cancelled_by_us():
                raise
        except BROKER_FAULTS as fault:
            _log.warning("rabbit.channel_lost", fault=type(fault).__name__)
        async with asyncio.timeout(self._publish_timeout):
            connection = await self._publishing.connection_after(connection)
        return await self._declared_channel(connection)

    async def _declared_channel(self, connection: AbstractConnection) -> AbstractChannel:
        async with asyncio.timeout(DECLARE_TIMEOUT):
            if self._channel is None or self._channel.is_closed:
                self._channel = self._exchange = None
                self._channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            if self._exchange is None:
                self._exchange = await self._declare_on(self._channel)
            return self._channel

    async def _declare_on(self, channel: AbstractChannel) -> AbstractExchange:
        """Declare the topology, one connection at a time: two that bind the same queues at once only hinder each other."""
        async with self._declare_lock:
            exchange = await declare(channel, tiers=self._tiers)
        self._conflict = None
        return exchange

    def _report(self, fault: ChannelPreconditionFailed) -> None:
        """Say what stands in the way and what to do; readiness says it too until it's mended."""
        self._conflict = TopologyConflict(f"{fault}; {REMEDY}")
        _log.error("rabbit.topology_conflict", broker_says=str(fault), remedy=REMEDY)

    async def consume(self, queue: ServiceQueue, handle: BatchHandler, *, dead: bool = False) -> None:
        """Consume until cancelled; whatever ends a subscription is waited out and begun again."""
        name = queue.dead if dead else queue.name
        while True:
            pause = PAUSE
            try:
                await self._subscribe(queue, name, handle)
                _log.warning("rabbit.subscription_ended", queue=name)
            except asyncio.CancelledError:
                if cancelled_by_us():
                    raise
            except ChannelPreconditionFailed as fault:
                self._report(fault)
                pause = PAUSE_IN_CONFLICT
            except BROKER_FAULTS as fault:
                _log.warning("rabbit.subscription_failed", queue=name, fault=type(fault).__name__)
            self._declared_on = None
            await asyncio.sleep(pause)

    async def _subscribe(self, queue: ServiceQueue, name: str, handle: BatchHandler) -> None:
        connection = await self._consuming.connection()
        await self._declare_once(connection)

        async def postpone(message: IncomingMessage, retry: Retry) -> bool:
            return await self._postpone(queue, message, retry)

        channel = await connection.channel(publisher_confirms=False)
        await Subscription(name, handle, postpone, self._prefetch).run(channel)

    async def _declare_once(self, connection: AbstractConnection) -> None:
        """Declare once a connection, and again after any subscription on it has ended."""
        async with self._subscribe_lock:
            if self._declared_on is connection:
                return
            channel = await connection.channel(publisher_confirms=False)
            try:
                async with asyncio.timeout(DECLARE_TIMEOUT):
                    await self._declare_on(channel)
            finally:
                await close_quietly(channel)
            self._declared_on = connection

    async def _postpone(self, queue: ServiceQueue, message: IncomingMessage, retry: Retry) -> bool:
        """Put a copy with the next attempt's number into a waiting room; whether it is safe there."""
        channel = await self._ready_channel()
        if isinstance(channel, NotConfirmed):
            return False
        copy = build_message(
            message.body, message_id=message.message_id, message_type=message.type, attempt=message.attempt + 1
        )
        room = queue.retry(tier_for(retry.after, self._tiers))
        return isinstance(await self._publish_one(channel.default_exchange, copy, room), Confirmed)
