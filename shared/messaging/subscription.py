"""One subscription to one queue: from the broker's delivery to the acknowledgement that follows the commit.

Law of this file, each line a measured trap: consuming is by callback into a queue of ours, never by iterator; the
callback does nothing that a lost connection could cut in half, since the work runs in our own task; work that failed
goes to a waiting room or stays in hand, it is never nacked; what ends a subscription (a lost connection, a
deleted queue) ends it visibly, and whoever runs it begins another. Durations are seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.messaging.amqp import BROKER_FAULTS, cancelled_by_us, close_quietly, read_message
from shared.messaging.ports import BatchHandler, IncomingMessage, Outcome, Retry

LARGEST_BATCH = 200
PAUSE_IN_HAND = 1.0
"""Between two attempts to handle a batch while the database is away."""
HELD_FOR = 5.0
"""After which a message that the waiting room did not take is tried again, from our hand."""

_log = structlog.get_logger("rabbit")

Postpone = Callable[[IncomingMessage, Retry], Awaitable[bool]]
"""Send a copy to the waiting room; False where the broker did not confirm it."""


class Subscription:
    """Serves a queue on one channel until that channel, its connection or the queue is gone."""

    def __init__(self, queue_name: str, handle: BatchHandler, postpone: Postpone, prefetch: int) -> None:
        self._queue_name = queue_name
        self._handle = handle
        self._postpone = postpone
        self._prefetch = prefetch
        self._arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
        self._held: set[int] = set()
        """Delivery tags that must not be acknowledged by an ``ack(multiple)``: their copies are nowhere yet."""
        self._ended = False

    async def run(self, channel: AbstractChannel) -> None:
        """Consume until the subscription ends; what was not acknowledged then, the broker brings again."""
        try:
            channel.close_callbacks.add(self._end)
            (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(self._end)
            await channel.set_qos(prefetch_count=self._prefetch)
            source = await channel.get_queue(self._queue_name, ensure=False)
            await source.consume(self._on_message)
            await self._serve()
        finally:
            await close_quietly(channel)

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        self._arrived.put_nowait(message)

    def _end(self, *_: Any) -> None:
        self._ended = True
        self._arrived.put_nowait(None)

    async def _serve(self) -> None:
        while batch := await self._next_batch():
            outcomes = await self._handle_patiently([read_message(message) for message in batch])
            if outcomes is not None:
                await self._settle(batch, outcomes)

    async def _next_batch(self) -> list[AbstractIncomingMessage]:
        """All that has arrived, at least one; none where the subscription has ended."""
        batch: list[AbstractIncomingMessage] = []
        if cancelled_by_us():  # the client's waiting may have hidden it (see shared.ending)
            raise asyncio.CancelledError
        while not batch or (len(batch) < LARGEST_BATCH and not self._arrived.empty()):
            message = await self._arrived.get()
            if message is None:
                return []
            batch.append(message)
        return batch

    async def _handle_patiently(self, batch: Sequence[IncomingMessage]) -> Sequence[Outcome] | None:
        """Until the database is back: keep the batch in hand rather than burn the broker's delivery limit."""
        while not self._ended:
            try:
                return await self._handle(batch)
            except Exception as fault:  # noqa: BLE001 - nothing was committed; the only way on is to try again
                _log.warning("rabbit.batch_kept_in_hand", queue=self._queue_name, fault=type(fault).__name__)
                await asyncio.sleep(PAUSE_IN_HAND)
        return None

    async def _settle(self, batch: Sequence[AbstractIncomingMessage], outcomes: Sequence[Outcome]) -> None:
        """Send what must come later to its waiting room, then acknowledge the rest of the batch.

        Where the connection went away meanwhile nothing is lost: the work is committed, the broker brings the messages
        again, and the inbox drops them.
        """
        kept = await self._postpone_retries(batch, outcomes)
        settled = [message for message in batch if _tag(message) not in kept]
        self._held -= {_tag(message) for message in settled}
        self._held |= kept
        try:
            await self._acknowledge(settled)
        except BROKER_FAULTS as fault:
            _log.warning("rabbit.not_acknowledged", queue=self._queue_name, fault=type(fault).__name__)
        loop = asyncio.get_running_loop()
        for message in batch:
            if _tag(message) in kept:
                loop.call_later(HELD_FOR, self._arrived.put_nowait, message)

    async def _postpone_retries(
        self, batch: Sequence[AbstractIncomingMessage], outcomes: Sequence[Outcome]
    ) -> set[int]:
        """Delivery tags of those that no waiting room took; they stay unacknowledged, in our hand."""
        late = [(m, outcome) for m, outcome in zip(batch, outcomes, strict=True) if isinstance(outcome, Retry)]
        taken = await asyncio.gather(*(self._postpone(read_message(message), retry) for message, retry in late))
        return {_tag(message) for (message, _), ok in zip(late, taken, strict=True) if not ok}

    async def _acknowledge(self, settled: Sequence[AbstractIncomingMessage]) -> None:
        if not settled:
            return
        if self._held:
            for message in settled:
                await message.ack()
        else:
            await max(settled, key=_tag).ack(multiple=True)


def _tag(message: AbstractIncomingMessage) -> int:
    return message.delivery_tag or 0
