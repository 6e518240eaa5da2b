"""The answer to a request with an ``Idempotency-Key`` is kept, and given again the same (design 8).

Law of this file: the answer is kept in the transaction that did the work, so that there is never one without the other; it
is sealed, because a look at an identity is an answer too. Work that fails keeps nothing, and may be tried again.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, Text, select, update

from shared.once import Once
from shared.sealing import KeyRing
from shared.store.columns import UtcDateTime
from shared.store.unit_of_work import UnitOfWork

Answer = dict[str, Any]
"""What JSON can say."""


def answers_table(metadata: MetaData) -> Table:
    """Declare the table in a service's metadata."""
    return Table(
        "idempotency",
        metadata,
        Column("key", String(160), primary_key=True),
        Column("request_sha256", String(64), nullable=False),
        Column("answer", Text, nullable=False),
        Column("made_at", UtcDateTime, nullable=False),
    )


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and whether it was given before."""

    answer: Answer
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """A service's kept answers."""

    table: Table
    ring: KeyRing

    async def once(self, unit: UnitOfWork, same: Once | None, work: Callable[[], Awaitable[Answer]]) -> Given:
        """Do the work in the caller's transaction, or give what the same request was answered. Raises KeyReused.

        Of two that come at once the second waits here for the first. Without a key every request stands for itself.
        """
        if same is None:
            return Given(await work())
        row = {"key": same.key, "request_sha256": same.digest, "answer": "", "made_at": unit.now}
        if not await unit.claim(self.table, [row], key="key"):
            return Given(await self._kept(unit, same), repeated=True)
        answer = await work()
        sealed = self.ring.seal_record(json.dumps(answer).encode())
        await unit.connection.execute(update(self.table).where(self.table.c.key == same.key).values(answer=sealed))
        return Given(answer)

    async def _kept(self, unit: UnitOfWork, same: Once) -> Answer:
        kept = (await unit.connection.execute(select(self.table).where(self.table.c.key == same.key))).one()
        same.check(kept.request_sha256)
        answer: Answer = json.loads(self.ring.open(kept.answer))
        return answer
