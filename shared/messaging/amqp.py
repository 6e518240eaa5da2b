"""What we ask of AMQP and how: the topology declared, one way to build a message, one connection kept up.

Law of this file, each line a measured trap: queues are durable and messages persistent and named; the client's own
"robust" reconnecting is not used, since it revives consumers that nobody reads and hides what was lost: here a
connection that ends is over, and a new one is made; heartbeat 10 s; a broker that is away is waited for in the
background, with a growing pause. Durations are seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from aio_pika import DeliveryMode, Message, connect
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from yarl import URL

from shared.contracts.envelope import CONTENT_TYPE
from shared.ending import end
from shared.messaging.ports import IncomingMessage
from shared.messaging.topology import (
    DEAD_EXCHANGE,
    EXCHANGE,
    QUEUES,
    RETRY_TIERS,
    ServiceQueue,
    dead_arguments,
    main_arguments,
    retry_arguments,
)

HEARTBEAT = 10
CONNECT_TIMEOUT = 10.0
SHORTEST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
"""Between two attempts to connect; a broker that came back is used again within this time."""
CLOSE_TIMEOUT = 3.0
ATTEMPT_HEADER = "x-attempt"
MOST_COUNTED_ATTEMPTS = 1_000_000
"""What an attempt header may say; more is somebody's nonsense and would not fit the column it ends in."""

BROKER_FAULTS = (AMQPError, ConnectionError, OSError, TimeoutError, RuntimeError)
"""What the client raises when the broker is at fault; RuntimeError is its word for a channel that closed meanwhile."""

_log = structlog.get_logger("rabbit")


async def declare(
    channel: AbstractChannel, queues: Sequence[ServiceQueue] = QUEUES, tiers: Sequence[timedelta] = RETRY_TIERS
) -> AbstractExchange:
    """Declare what the topology table says; every declaration is safe to repeat. Gives the events exchange.

    Raises ChannelPreconditionFailed where something of the same name stands with other arguments.
    """
    events = await channel.declare_exchange(EXCHANGE, "topic", durable=True)
    dead = await channel.declare_exchange(DEAD_EXCHANGE, "direct", durable=True)
    for queue in queues:
        graveyard = await channel.declare_queue(queue.dead, durable=True, arguments=dead_arguments())
        await graveyard.bind(dead, queue.dead)
        main = await channel.declare_queue(queue.name, durable=True, arguments=main_arguments(queue))
        for binding in queue.bindings:
            await main.bind(events, binding)
        for tier in tiers:
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


def read_message(message: AbstractIncomingMessage) -> IncomingMessage:
    """What arrived, as the port has it. Nothing in it is believed: who publishes by hand may write anything."""
    headers = message.headers or {}
    attempt = headers.get(ATTEMPT_HEADER, 1)
    return IncomingMessage(
        message_id=_uuid_or_none(message.message_id),
        type=message.type or "unknown",
        body=message.body,
        attempt=min(max(attempt, 1), MOST_COUNTED_ATTEMPTS) if isinstance(attempt, int) else 1,
        died_because=_last_death(headers.get("x-death")),
    )


def _last_death(deaths: Any) -> str | None:
    if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
        return str(deaths[0].get("reason"))
    return None


def _uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


async def close_quietly(what: AbstractChannel | AbstractConnection) -> None:
    """Close what may be gone already; a broker that doesn't answer is not waited for."""
    with suppress(*BROKER_FAULTS):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await what.close()


def cancelled_by_us() -> bool:
    """Whether a CancelledError is our own shutdown; the client cancels its futures on a lost connection."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Link:
    """A connection that is made in the background, and made again whenever it ends."""

    def __init__(self, url: str, purpose: str, *, heartbeat: int = HEARTBEAT) -> None:
        self._url = URL(url).update_query(heartbeat=heartbeat, name=f"shouli-{purpose}")
        self._purpose = purpose
        self._connection: AbstractConnection | None = None
        self._up = asyncio.Event()
        self._down = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect; returns at once."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep_up(), name=f"rabbit.{self._purpose}")

    async def connection(self) -> AbstractConnection:
        """The connection, as soon as there is one."""
        self.start()
        while True:
            await self._up.wait()
            if self._connection is not None:
                return self._connection

    async def connection_after(self, broken: AbstractConnection) -> AbstractConnection:
        """The connection that takes the place of one that broke; what is left of that one is closed."""
        await close_quietly(broken)
        if self._connection is broken:
            await self._down.wait()
        return await self.connection()

    @property
    def is_up(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._up.is_set()

    async def close(self) -> None:
        """Let go, for good."""
        if self._keeping is not None:
            await end([self._keeping])
            self._keeping = None

    async def _keep_up(self) -> None:
        pause = SHORTEST_PAUSE
        while True:
            try:
                await self._hold(await connect(self._url, timeout=CONNECT_TIMEOUT))
                pause = SHORTEST_PAUSE
            except asyncio.CancelledError:
                if cancelled_by_us():
                    raise
            except Exception as fault:  # noqa: BLE001 - whatever it is, trying again is the only way on; the log names it
                _log.warning("rabbit.not_connected", connection=self._purpose, fault=type(fault).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _hold(self, connection: AbstractConnection) -> None:
        """Offer the connection until it ends, whoever ends it."""
        ended = asyncio.Event()
        connection.close_callbacks.add(lambda *_: ended.set())
        self._connection = connection
        self._down.clear()
        self._up.set()
        try:
            await ended.wait()
            _log.warning("rabbit.connection_lost", connection=self._purpose)
        finally:
            self._up.clear()
            self._connection = None
            self._down.set()
            await close_quietly(connection)
