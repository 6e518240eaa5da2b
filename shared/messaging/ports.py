"""The port that both transports stand behind: publish a batch with confirms, consume in batches with one outcome each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from shared.messaging.topology import ServiceQueue


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A row of the outbox on its way: the bytes are the stored bytes."""

    message_id: UUID
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message as it arrived. ``attempt`` counts from 1 and grows with each ``Retry``."""

    message_id: UUID | None
    type: str
    body: bytes
    attempt: int = 1
    died_because: str | None = None
    """Set on what comes from a dead-letter queue: the broker's reason."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The broker has it on disk (or, embedded, every consumer has committed it)."""


@dataclass(frozen=True, slots=True)
class NotConfirmed:
    """Not known to be safe: keep the row and send the same message id again."""

    reason: str
    retry_after: timedelta = timedelta(seconds=1)


PublishResult = Confirmed | NotConfirmed


@dataclass(frozen=True, slots=True)
class Done:
    """Handled and committed (or seen before)."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Could not be handled now; bring it again after this long, with ``attempt`` one higher."""

    after: timedelta


Outcome = Done | Retry
"""What the transport must do. A rejected message is ``Done`` to it: the reason is in our own dead letters by then."""

BatchHandler = Callable[[Sequence[IncomingMessage]], Awaitable[Sequence[Outcome]]]
"""Handle a batch, commit, and give one outcome a message. Raising means nothing was committed: the batch is kept in
hand and tried again, without being given back to the broker."""


class Publisher(Protocol):
    """Puts messages where they survive us."""

    async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
        """Publish persistent, mandatory, confirmed; one result a message, in order. Never raises for a broker fault."""
        ...


class Subscriber(Protocol):
    """Brings messages to a handler."""

    async def consume(self, queue: ServiceQueue, handle: BatchHandler, *, dead: bool = False) -> None:
        """Consume until cancelled, through outages. ``dead`` reads the service's dead-letter queue instead."""
        ...


class Transport(Publisher, Subscriber, Protocol):
    """Both sides, with a lifetime."""

    async def start(self) -> None:
        """Begin to connect; returns at once even where the broker is away (it may come later)."""
        ...

    async def stop(self) -> None:
        """Let go of the broker."""
        ...

    async def ping(self) -> None:
        """Raise ConnectionError where the broker can't be reached now."""
        ...
