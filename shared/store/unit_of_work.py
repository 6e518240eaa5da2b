"""One transaction, opened and committed at the edge; handlers add rows and emit messages and never commit.

Law of this file: a handler's rows and the messages that tell of them stand or fall together. It must not know the broker.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.contracts.complaint import Published
from shared.contracts.envelope import Sealer, wrap
from shared.store.engine import WRITES
from shared.store.message_tables import MessageTables
from shared.store.sleeper import Sleeper

Row = Mapping[str, Any]


@dataclass(slots=True)
class Store:
    """A service's database: its engine, its message tables, the key ring that seals what it tells."""

    engine: AsyncEngine
    messages: MessageTables
    sealer: Sealer
    _writer: asyncio.Lock = field(default_factory=asyncio.Lock)
    _sleepers: dict[Table, list[Sleeper]] = field(default_factory=dict)

    @property
    def one_writer(self) -> bool:
        """SQLite takes one writer at a time: tasks of this process queue up here instead of colliding there."""
        return self.engine.dialect.name == "sqlite"

    def sleeper(self, *tables: Table) -> Sleeper:
        """The sleep of a task that works on rows of these tables: commits of this process that add some end it."""
        made = Sleeper()
        for table in tables:
            self._sleepers.setdefault(table, []).append(made)
        return made

    @asynccontextmanager
    async def transaction(self, now: datetime) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that commits on a clean exit and rolls back on any other; ``now`` is aware."""
        if self.one_writer:
            async with self._writer, self._begun(now) as unit:
                yield unit
        else:
            async with self._begun(now) as unit:
                yield unit
        for table in unit.grown:
            for sleeper in self._sleepers.get(table, ()):
                sleeper.wake()

    @asynccontextmanager
    async def _begun(self, now: datetime) -> AsyncIterator[UnitOfWork]:
        async with self.engine.connect() as raw:
            connection = await raw.execution_options(**{WRITES: True})
            async with connection.begin():
                unit = UnitOfWork(connection, self, now)
                yield unit
                await unit.flush()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries only."""
        async with self.engine.connect() as connection:
            yield connection


class UnitOfWork:
    """What a handler holds: a connection to read with, ``add`` to write rows, ``emit`` to tell the others.

    Rows added are written together, table by table in the order of first use, when the unit is flushed: one round trip
    for many rows. ``flush`` early where a later query must see them.
    """

    def __init__(self, connection: AsyncConnection, store: Store, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.scratch: dict[str, Any] = {}
        """State that lives as long as this transaction, e.g. a number series that was locked once."""
        self.before_commit: list[Any] = []
        self.grown: set[Table] = set()
        """Tables with new work in them: whoever works on their rows is woken by the commit."""
        self._store = store
        self._pending: dict[tuple[Table, frozenset[str]], list[Row]] = {}
        """By table and columns: a statement for many rows takes its columns from the first, and drops others unsaid."""

    def add(self, table: Table, row: Row) -> None:
        """Add a row; it is written at the next flush."""
        self._pending.setdefault((table, frozenset(row)), []).append(row)
        self.grown.add(table)

    def emit(self, data: Published, *, subject: UUID, sequence: int = 0, traceparent: str | None = None) -> UUID:
        """Put a message into the outbox of this transaction; gives its id. Raises contracts' Malformed if too large."""
        envelope, body = wrap(
            data, subject=subject, now=self.now, sealer=self._store.sealer, sequence=sequence, traceparent=traceparent
        )
        self.add(
            self._store.messages.outbox,
            outbox_row(envelope.id, envelope.type, subject, body, self.now),
        )
        return envelope.id

    async def flush(self) -> None:
        """Write what was added so far."""
        for hook in self.before_commit:
            await hook(self)
        pending, self._pending = self._pending, {}
        for (table, _), rows in pending.items():
            await self.connection.execute(insert(table), [dict(row) for row in rows])

    async def claim(self, table: Table, rows: list[Row], *, key: str) -> set[Any]:
        """Insert rows that may stand already; give the keys of those that were new (ON CONFLICT DO NOTHING RETURNING).

        A concurrent transaction that holds the same key makes this one wait, so that exactly one of them wins.
        """
        if not rows:
            return set()
        dialect_insert = sqlite_insert if self.connection.dialect.name == "sqlite" else postgres_insert
        statement = dialect_insert(table).on_conflict_do_nothing().returning(table.c[key])
        in_order = sorted(rows, key=lambda row: str(row[key]))  # two that claim the same keys never wait for each other
        result = await self.connection.execute(statement, [dict(row) for row in in_order])
        self.grown.add(table)
        return set(result.scalars())


def outbox_row(message_id: UUID, message_type: str, subject: UUID, body: bytes, now: datetime) -> dict[str, Any]:
    """A row of the outbox, not yet published."""
    return {
        "message_id": message_id,
        "type": message_type,
        "subject": subject,
        "body": body,
        "written_at": now,
        "available_at": now,
        "attempts": 0,
    }
