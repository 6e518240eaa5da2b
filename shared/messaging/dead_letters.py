"""Dead letters: what a consumer could not handle, looked at by a person, handled anew or discarded with a reason.

Law of this file: a letter is settled once, by whoever comes first; handling it anew happens in one transaction with the
settling, under the message's own id and by the service's own handlers, so that a failure leaves the letter where it was.
Its body may hold what identifies a person (sealed): it is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, select, update

from shared.contracts.envelope import Malformed, Sealer, read_envelope, unwrap
from shared.messaging.consumer import Handler, Reject, TryLater
from shared.sealing import CannotOpen
from shared.store.engine import is_unreachable
from shared.store.unit_of_work import Store, UnitOfWork

PAGE = 50
REPLAYED = "replayed"


class LetterSettledError(Exception):
    """There is no such letter, or somebody settled it already."""


class StillDeadError(Exception):
    """The handler can't handle it now either; the letter stays. ``reason`` holds nothing personal."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One letter as it is shown: what it was, why it died, and nothing of what it says."""

    id: UUID
    message_id: UUID | None
    type: str
    reason: str
    attempts: int
    died_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead letters of one service."""

    service: str
    store: Store
    handlers: Mapping[str, Handler]
    sealer: Sealer

    async def waiting(self, limit: int = PAGE) -> list[DeadLetter]:
        """What nobody has settled yet, the oldest first."""
        table = self.store.messages.dead_letters
        query = select(table).where(table.c.settled_at.is_(None)).order_by(table.c.died_at, table.c.id).limit(limit)
        async with self.store.reading() as connection:
            return [_letter(row) for row in (await connection.execute(query)).mappings()]

    async def count(self) -> int:
        """How many wait."""
        table = self.store.messages.dead_letters
        query = select(func.count()).select_from(table).where(table.c.settled_at.is_(None))
        async with self.store.reading() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def replay(self, letter_id: UUID, *, by: str, now: datetime) -> None:
        """Hand the stored body to the handler anew. Raises LetterSettledError; StillDeadError where it fails again.

        The message's inbox row is taken out and written again with the rest: a letter that a handler rejected was claimed
        there, and the broker's next copy of it must still be known.
        """
        try:
            async with self.store.transaction(now) as unit:
                await self._handle(unit, await self._settle(unit, letter_id, by=by, how=REPLAYED))
        except (LetterSettledError, StillDeadError):
            raise
        except Exception as fault:
            if is_unreachable(fault):
                raise
            raise StillDeadError(f"{type(fault).__name__} in the handler") from fault

    async def discard(self, letter_id: UUID, reason: str, *, by: str, now: datetime) -> None:
        """Give it up for this reason. Raises LetterSettledError. The letter is kept."""
        async with self.store.transaction(now) as unit:
            await self._settle(unit, letter_id, by=by, how=reason)

    async def _settle(self, unit: UnitOfWork, letter_id: UUID, *, by: str, how: str) -> bytes:
        """Close the letter if it still waits, and give its body: the update's own condition makes it once."""
        table = self.store.messages.dead_letters
        change = (
            update(table)
            .where(table.c.id == letter_id, table.c.settled_at.is_(None))
            .values(settled_at=unit.now, settled_by=by[:80], settled_how=how[:400])
            .returning(table.c.body)
        )
        body = (await unit.connection.execute(change)).scalar()
        if body is None:
            raise LetterSettledError
        return bytes(body)

    async def _handle(self, unit: UnitOfWork, body: bytes) -> None:
        try:
            envelope = read_envelope(body)
            data = unwrap(envelope, self.sealer)
        except (Malformed, CannotOpen) as fault:
            raise StillDeadError(str(fault)) from fault
        handler = self.handlers.get(envelope.type)
        if handler is None:
            raise StillDeadError(f"nobody handles {envelope.type} here")
        inbox = self.store.messages.inbox
        own = (inbox.c.consumer == self.service) & (inbox.c.message_id == envelope.id)
        await unit.connection.execute(delete(inbox).where(own))
        unit.add(inbox, {"consumer": self.service, "message_id": envelope.id, "handled_at": unit.now})
        outcome = await handler(unit, envelope, data)
        if isinstance(outcome, Reject | TryLater):
            raise StillDeadError(outcome.reason)


def _letter(row: RowMapping) -> DeadLetter:
    names = ("id", "message_id", "type", "reason", "attempts", "died_at")
    return DeadLetter(**{name: row[name] for name in names})
