"""The broker of the embedded default: none. The relay hands rows to the consumers of the same process.

Law of this file: a message counts as published only when every service bound to its type has committed it, so that the
outbox row survives until then; a crash in between brings it again and the inbox drops what was handled. All state that
matters is in the databases; nothing here survives the process, and nothing needs to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from shared.messaging.ports import (
    BatchHandler,
    Confirmed,
    Done,
    IncomingMessage,
    NotConfirmed,
    Outcome,
    OutgoingMessage,
    PublishResult,
    Retry,
)
from shared.messaging.topology import QUEUES, ServiceQueue, is_bound

LARGEST_BATCH = 200
HANDOVER_TIMEOUT = 30.0
"""Seconds until a handover counts as unknown; the row is then handed over again."""


@dataclass(slots=True)
class _Handover:
    message: IncomingMessage
    settled: asyncio.Future[Outcome] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class EmbeddedTransport:
    """Queues in memory between the relay and the consumers of one process."""

    def __init__(self, queues: Sequence[ServiceQueue] = QUEUES) -> None:
        self._queues = tuple(queues)
        self._waiting: dict[str, asyncio.Queue[_Handover]] = {queue.service: asyncio.Queue() for queue in queues}
        self._attempts: dict[tuple[str, UUID], int] = {}

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Nothing to let go of."""

    async def ping(self) -> None:
        """Always there."""

    async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
        """Hand over to every bound service and wait for all of them."""
        return await asyncio.gather(*(self._hand_over(message) for message in batch))

    async def _hand_over(self, message: OutgoingMessage) -> PublishResult:
        bound = [queue for queue in self._queues if is_bound(queue, message.type)]
        if not bound:
            return NotConfirmed(f"no queue is bound to {message.type}", timedelta(minutes=1))
        handovers = [self._put(queue.service, message) for queue in bound]
        try:
            async with asyncio.timeout(HANDOVER_TIMEOUT):
                outcomes = await asyncio.gather(*(handover.settled for handover in handovers))
        except TimeoutError:
            return NotConfirmed("a consumer did not settle in time")
        return self._result(message, bound, outcomes)

    def _put(self, service: str, message: OutgoingMessage) -> _Handover:
        attempt = self._attempts.get((service, message.message_id), 1)
        handover = _Handover(IncomingMessage(message.message_id, message.type, message.body, attempt))
        self._waiting[service].put_nowait(handover)
        return handover

    def _result(
        self, message: OutgoingMessage, bound: Sequence[ServiceQueue], outcomes: Sequence[Outcome]
    ) -> PublishResult:
        delays: list[timedelta] = []
        for queue, outcome in zip(bound, outcomes, strict=True):
            key = (queue.service, message.message_id)
            if isinstance(outcome, Retry):
                self._attempts[key] = self._attempts.get(key, 1) + 1
                delays.append(outcome.after)
            else:
                self._attempts.pop(key, None)
        return NotConfirmed("a consumer asked for it again", min(delays)) if delays else Confirmed()

    async def consume(self, queue: ServiceQueue, handle: BatchHandler, *, dead: bool = False) -> None:
        """Serve one service's queue until cancelled. There is no dead-letter queue without a broker."""
        if dead:
            return
        waiting = self._waiting[queue.service]
        while True:
            batch = [await waiting.get()]
            while len(batch) < LARGEST_BATCH and not waiting.empty():
                batch.append(waiting.get_nowait())
            await _settle([handover for handover in batch if not handover.settled.done()], handle)


async def _settle(batch: list[_Handover], handle: BatchHandler) -> None:
    """Handle what is still waited for; what timed out meanwhile has been, or will be, handed over again."""
    if not batch:
        return
    try:
        outcomes = await handle([handover.message for handover in batch])
    except asyncio.CancelledError:
        raise
    except Exception:  # noqa: BLE001 - the handler logged it; here it only means: nothing committed, bring it again
        outcomes = [Retry(timedelta(seconds=1))] * len(batch)
    for handover, outcome in zip(batch, outcomes, strict=True):
        if not handover.settled.done():
            handover.settled.set_result(outcome if isinstance(outcome, Done | Retry) else Done())
