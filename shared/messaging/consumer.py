"""The consumer: inbox first, then the handler, then one commit, and only then the acknowledgement.

Law of this file: many messages share one commit; when such a batch fails they are tried one by one, so that a bad message
harms nobody else. What can't be handled goes to our own ``dead_letters`` with its reason, in a commit of ours, before the
broker is told to forget it. Calls to the world don't happen here: handlers write rows, and others work from those.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope, Malformed, Sealer, read_envelope, unwrap
from shared.contracts.values import new_id
from shared.messaging.ports import Done, IncomingMessage, Outcome, Retry, Subscriber
from shared.messaging.topology import BY_SERVICE
from shared.sealing import CannotOpen, UnknownKey
from shared.store.engine import is_unreachable
from shared.store.unit_of_work import Store, UnitOfWork

_log = structlog.get_logger("consumer")


@dataclass(frozen=True, slots=True)
class Reject:
    """A handler's word that this message can never be handled, and why (no personal data in the reason)."""

    reason: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """A handler's word that something it needs isn't there yet, e.g. the case this event is about."""

    reason: str
    after: timedelta = timedelta(seconds=30)


HandlerOutcome = Reject | TryLater | None
Handler = Callable[[UnitOfWork, Envelope, Published], Awaitable[HandlerOutcome]]
"""Writes rows and emits messages through the unit of work; never commits, never calls the world."""
Prepare = Callable[[UnitOfWork, Sequence[Envelope]], Awaitable[None]]
"""Reads at once, for a whole batch, what its handlers will ask for; only a short cut, since a replay goes without it."""

BACK_OFF: tuple[timedelta, ...] = (
    *(timedelta(seconds=30),) * 4,
    *(timedelta(minutes=5),) * 4,
    *(timedelta(hours=1),) * 4,
)
"""Delay before each further attempt; about four and a half hours in all, then a person decides."""
MOST_ATTEMPTS = len(BACK_OFF)
PAUSE_WHILE_AWAY = 0.5
"""Seconds before a batch is tried again that found the database away."""


@dataclass(frozen=True, slots=True)
class _Opened:
    envelope: Envelope
    data: Published
    handler: Handler


class Consumer:
    """One service's consumer: a table of message type to handler, run against a store."""

    def __init__(
        self,
        service: str,
        store: Store,
        handlers: Mapping[str, Handler],
        sealer: Sealer,
        clock: Callable[[], datetime],
        *,
        back_off: Sequence[timedelta] = BACK_OFF,
        prepare: Prepare | None = None,
    ) -> None:
        """Take ``back_off`` as the delays between attempts; as many as there are, so often a message is tried."""
        self._service = service
        self._store = store
        self._handlers = handlers
        self._sealer = sealer
        self._clock = clock
        self._back_off = tuple(back_off)
        self._prepare = prepare

    async def run(self, subscriber: Subscriber) -> None:
        """Consume the service's queue and drain its dead-letter queue until cancelled."""
        queue = BY_SERVICE[self._service]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(subscriber.consume(queue, self.handle_batch))
            tasks.create_task(subscriber.consume(queue, self.bury_batch, dead=True))

    async def handle_batch(self, batch: Sequence[IncomingMessage]) -> Sequence[Outcome]:
        """Handle all in one commit, or each in its own where that fails. Raises where the database is away."""
        try:
            return await self._commit_together(batch)
        except Exception as fault:
            if is_unreachable(fault):
                _log.warning("consumer.database_unreachable", service=self._service, fault=type(fault).__name__)
                await asyncio.sleep(PAUSE_WHILE_AWAY)
                raise
            if len(batch) > 1:
                return [(await self.handle_batch([message]))[0] for message in batch]
            return [await self._failed(batch[0], fault)]

    async def bury_batch(self, batch: Sequence[IncomingMessage]) -> Sequence[Outcome]:
        """Move what the broker gave up on into our own dead letters."""
        async with self._store.transaction(self._clock()) as unit:
            for message in batch:
                self._bury(unit, message, f"the broker gave it up: {message.died_because or 'unknown reason'}")
        return [Done()] * len(batch)

    async def _commit_together(self, batch: Sequence[IncomingMessage]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = [Done()] * len(batch)
        async with self._store.transaction(self._clock()) as unit:
            opened = [self._open(unit, message) for message in batch]
            fresh = await self._claim(unit, [item for item in opened if item])
            if self._prepare is not None:
                await self._prepare(unit, [item.envelope for item in opened if item and item.envelope.id in fresh])
            for place, item in enumerate(opened):
                if item is None or item.envelope.id not in fresh:
                    continue
                fresh.discard(item.envelope.id)  # a second copy in the same batch is a duplicate too
                outcome = await _handled(item, unit)
                if isinstance(outcome, TryLater):
                    if len(batch) > 1:
                        raise _AloneError
                    raise _LaterError(outcome)
                if isinstance(outcome, Reject):
                    self._bury(unit, batch[place], outcome.reason)
        return outcomes

    def _open(self, unit: UnitOfWork, message: IncomingMessage) -> _Opened | None:
        """Read the envelope and the data; what can't be read is buried, what nobody handles is passed over.

        Raises UnknownKey, which is worth another try: whoever sealed it was restarted with a new key before us.
        """
        try:
            envelope = read_envelope(message.body)
            handler = self._handlers.get(envelope.type)
            if handler is None:
                return None
            return _Opened(envelope, unwrap(envelope, self._sealer), handler)
        except UnknownKey:
            raise
        except (Malformed, CannotOpen) as fault:
            self._bury(unit, message, str(fault))
            return None

    async def _claim(self, unit: UnitOfWork, opened: Sequence[_Opened]) -> set[object]:
        rows = {
            item.envelope.id: {"consumer": self._service, "message_id": item.envelope.id, "handled_at": unit.now}
            for item in opened
        }
        return await unit.claim(self._store.messages.inbox, list(rows.values()), key="message_id")

    async def _failed(self, message: IncomingMessage, fault: Exception) -> Outcome:
        """One message alone failed: later, or, when it has failed often enough, to the dead letters."""
        if isinstance(fault, _LaterError):
            delay, reason = fault.outcome.after, fault.outcome.reason
        else:
            cause = fault.__cause__ if isinstance(fault, _HandlerFault) and fault.__cause__ else fault
            delay = self._back_off[min(message.attempt, len(self._back_off)) - 1]
            reason = f"{type(cause).__name__} in the handler"
            _log.error("consumer.handler_failed", service=self._service, type=_plain(message.type), exc_info=cause)
        if message.attempt < len(self._back_off):
            return Retry(delay)
        async with self._store.transaction(self._clock()) as unit:
            self._bury(unit, message, f"{reason}; {message.attempt} attempts")
        return Done()

    def _bury(self, unit: UnitOfWork, message: IncomingMessage, reason: str) -> None:
        _log.error("consumer.dead_letter", service=self._service, type=_plain(message.type), reason=reason)
        unit.add(
            self._store.messages.dead_letters,
            {
                "id": new_id(),
                "consumer": self._service,
                "message_id": message.message_id,
                "type": _plain(message.type),
                "body": message.body,
                "reason": reason.replace("\x00", "?")[:1000],
                "attempts": message.attempt,
                "died_at": unit.now,
            },
        )


async def _handled(item: _Opened, unit: UnitOfWork) -> HandlerOutcome:
    """Run the handler; its own file or system fault must not pass for a database that is away, or it blocks the queue."""
    try:
        return await item.handler(unit, item.envelope, item.data)
    except (ConnectionError, TimeoutError):
        raise  # the database's driver says so in the middle of a query
    except OSError as fault:
        raise _HandlerFault from fault


_UNPRINTED = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_TYPE = 80


def _plain(message_type: str) -> str:
    """A type that a stranger may have written, as a log, a column and a page can bear it."""
    return _UNPRINTED.sub("?", message_type[:_LONGEST_TYPE])


class _HandlerFault(Exception):
    """The handler failed of its own; the cause says how."""


class _AloneError(Exception):
    """One message of a batch wants to come later: roll back, and take them one by one."""


class _LaterError(Exception):
    """A single message wants to come later: roll back its inbox row with everything else."""

    def __init__(self, outcome: TryLater) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome
