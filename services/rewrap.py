"""After a rotation: every sealed record opened with whichever key it names and sealed again with the current one.

Law of this file: which columns are sealed is read from the tables themselves, by name. The timeline is left as it is, since its
hashes vouch for the sealed bytes (art. 23), and so are originals; the keys that opened them stay on the ring. A record that
changed meanwhile is not touched: whoever changed it sealed it with the current key. May be stopped and started again.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, Table, and_, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.sealing import KeyRing, key_of
from shared.store.engine import WRITES

VOUCHED_FOR = frozenset({("timeline", "sealed_event")})
ALSO_SEALED = frozenset({("idempotency", "answer")})
"""Sealed by another name."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table with its sealed columns."""

    table: Table
    columns: tuple[Column[Any], ...]


def metadata_of(place: str) -> MetaData:
    """The tables of a service, or of identity."""
    package = "shared.identity" if place == "identity" else f"services.{place}.store"
    found: MetaData = importlib.import_module(f"{package}.tables").metadata
    return found


def sealed_in(metadata: MetaData) -> Iterator[Sealed]:
    """The tables that have something to seal again."""
    for table in metadata.sorted_tables:
        columns = tuple(column for column in table.columns if _is_sealed(table.name, column.name))
        if columns:
            yield Sealed(table, columns)


def _is_sealed(table: str, column: str) -> bool:
    if (table, column) in VOUCHED_FOR:
        return False
    return "sealed" in column.split("_") or (table, column) in ALSO_SEALED


async def rewrap(engine: AsyncEngine, ring: KeyRing, metadata: MetaData) -> int:
    """Seal again what another key sealed, in batches of their own transactions; gives how many records changed."""
    return sum([await _rewrap_table(engine, ring, sealed) for sealed in sealed_in(metadata)])


async def _rewrap_table(engine: AsyncEngine, ring: KeyRing, sealed: Sealed) -> int:
    changed, last = 0, None
    keys = tuple(sealed.table.primary_key.columns)
    while True:
        query = select(*keys, *sealed.columns).order_by(*keys).limit(BATCH)
        if last is not None:
            query = query.where(tuple_(*keys) > tuple_(*last))
        async with engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        if not rows:
            return changed
        changed += await _rewrap_batch(engine, ring, sealed, rows)
        last = [literal(value, key.type) for key, value in zip(keys, rows[-1], strict=False)]


async def _rewrap_batch(engine: AsyncEngine, ring: KeyRing, sealed: Sealed, rows: Sequence[Any]) -> int:
    changed = 0
    async with engine.connect() as raw:
        connection = await raw.execution_options(**{WRITES: True})
        async with connection.begin():
            for row in rows:
                changed += await _rewrap_row(connection, ring, sealed, row)
    return changed


async def _rewrap_row(connection: Any, ring: KeyRing, sealed: Sealed, row: Any) -> int:
    old = {column: getattr(row, column.name) for column in sealed.columns}
    stale = {column: token for column, token in old.items() if token is not None and key_of(token) != ring.current}
    if not stale:
        return 0
    same = [key == getattr(row, key.name) for key in sealed.table.primary_key.columns]
    unchanged = [column == token for column, token in stale.items()]
    again = {column.name: ring.seal_record(ring.open(token)) for column, token in stale.items()}
    result = await connection.execute(update(sealed.table).where(and_(*same, *unchanged)).values(**again))
    return int(result.rowcount)
