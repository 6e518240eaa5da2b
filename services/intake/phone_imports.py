"""Imports of hotline exports, as a person handles them: looked at, its columns named, confirmed, and followed to its end.

Law of this file: nothing is taken in before somebody has confirmed what they saw; what a header row was taken to mean is
remembered for the next file with the same one. It does not take rows in: ``phone_import_run`` does, ``phone_import_rows``
makes them ready.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from services.intake.domain.call_table import Column, fingerprint, guessed_mapping, mapping_faults
from services.intake.handlers import answered, first_answer, is_first
from services.intake.phone_file_faults import HeadersRefused, checked
from services.intake.phone_table import ReadRow, Shape, header_of, read_rows, shape_of
from services.intake.ports import Door
from services.intake.store import tables
from services.intake.store.states import ImportState
from shared.contracts.values import new_id
from shared.once import Once
from shared.store.unit_of_work import UnitOfWork

SAMPLE = 20
"""Rows that are shown before an import is confirmed."""

ImportRow = Row[*tuple[Any, ...]]


class NotPreviewed(Exception):
    """There is no such import that waits to be confirmed."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do: how it was read, what its columns mean, and its first rows."""

    id: UUID
    shape: Shape
    headers: tuple[str, ...]
    mapping: dict[str, Column]
    faults: tuple[str, ...]
    sample: tuple[ReadRow, ...]


async def preview(door: Door, raw: bytes, *, by: str, same: Once | None = None) -> Preview:
    """Keep the file, read its header and first rows, and remember the import. Nothing is taken in yet.

    The same request again is the same import. Raises UnknownCharset, SpreadsheetRefused, NoHeader, HeadersRefused, KeyReused;
    OSError where the disk is full.
    """
    shape = await asyncio.to_thread(shape_of, raw)
    headers = checked(await asyncio.to_thread(header_of, raw, shape))
    original = await door.originals.keep(raw)
    mapping = await _remembered(door, headers) or guessed_mapping(headers)
    now = door.clock()
    found = await _seen(door, new_id(), raw, shape, mapping)
    claim = answered(same, found.id.bytes, f"/intake/phone-logs/imports/{found.id}", now) if same else None
    async with door.store.transaction(now) as unit:
        ours = await is_first(unit, claim)
        if ours:
            unit.add(tables.imports, _row(found) | {"sha256": original, "made_by": by, "made_at": now})
    if not ours and same is not None:
        return replace(found, id=UUID(bytes=await first_answer(door, same)))
    return found


def _row(found: Preview) -> dict[str, Any]:
    """What was seen, as it is remembered until a person has confirmed it."""
    return {
        "id": found.id,
        "kind": found.shape.kind,
        "encoding": found.shape.charset,
        "delimiter": found.shape.separator,
        "header_fingerprint": fingerprint(found.headers),
        "mapping": dict(found.mapping),
        "state": ImportState.PREVIEW,
    }


async def look_again(door: Door, item: ImportRow, mapping: dict[str, Column] | None = None) -> Preview:
    """The same preview once more, or what it is with this meaning of the columns."""
    raw = await door.originals.read(item.sha256)
    meant = {name: Column(value) for name, value in item.mapping.items()} if mapping is None else mapping
    return await _seen(door, item.id, raw, shape_in(item), meant)


async def _seen(door: Door, import_id: UUID, raw: bytes, shape: Shape, mapping: dict[str, Column]) -> Preview:
    headers, now = await asyncio.to_thread(header_of, raw, shape), door.clock()
    sample = await asyncio.to_thread(lambda: tuple(islice(read_rows(raw, shape, mapping, now), SAMPLE)))
    return Preview(import_id, shape, headers, mapping, tuple(mapping_faults(headers, mapping)), sample)


async def confirm(door: Door, import_id: UUID, mapping: dict[str, Column] | None, *, by: str) -> None:
    """Have it taken in, with the mapping as seen or as given, which is remembered for files with this header.

    Raises NotPreviewed, or HeadersRefused where the mapping does not fit the header.
    """
    item = await import_named(door, import_id)
    if item is None or item.state != ImportState.PREVIEW:
        raise NotPreviewed
    raw = await door.originals.read(item.sha256)
    headers = await asyncio.to_thread(header_of, raw, shape_in(item))
    wanted = mapping if mapping is not None else {name: Column(value) for name, value in item.mapping.items()}
    if faults := mapping_faults(headers, wanted):
        raise HeadersRefused(faults)
    table = tables.imports
    async with door.store.transaction(door.clock()) as unit:
        change = update(table).where(table.c.id == import_id, table.c.state == ImportState.PREVIEW)
        confirmed = await unit.connection.execute(change.values(state=ImportState.CONFIRMED, mapping=dict(wanted)))
        if confirmed.rowcount != 1:
            raise NotPreviewed
        unit.grown.add(table)
        await _remember(unit, item.header_fingerprint, wanted, by)


async def _remember(unit: UnitOfWork, header: str, mapping: dict[str, Column], by: str) -> None:
    """What this header row means from now on, whatever it meant before."""
    kept = tables.import_mappings
    memory = {"mapping": dict(mapping), "made_by": by, "made_at": unit.now}
    if not await unit.claim(kept, [{"header_fingerprint": header, **memory}], key="header_fingerprint"):
        await unit.connection.execute(update(kept).where(kept.c.header_fingerprint == header).values(**memory))


async def import_named(door: Door, import_id: UUID) -> ImportRow | None:
    """One import as it stands."""
    async with door.store.reading() as connection:
        query = select(tables.imports).where(tables.imports.c.id == import_id)
        return (await connection.execute(query)).first()


async def recent_imports(door: Door, limit: int = 20) -> list[ImportRow]:
    """The newest imports."""
    query = select(tables.imports).order_by(tables.imports.c.made_at.desc()).limit(limit)
    async with door.store.reading() as connection:
        return list((await connection.execute(query)).all())


async def bad_rows(door: Door, import_id: UUID) -> list[tuple[int, list[str], list[str]]]:
    """The rows that came back: number, cells, reasons."""
    table = tables.import_faults
    query = select(table).where(table.c.import_id == import_id).order_by(table.c.row_number)
    async with door.store.reading() as connection:
        rows = (await connection.execute(query)).all()
    opened = ((row.row_number, json.loads(door.ring.open(row.sealed))) for row in rows)
    return [(number, kept["cells"], kept["reasons"]) for number, kept in opened]


def shape_in(item: ImportRow) -> Shape:
    """How the file of an import is read."""
    return Shape(item.kind, item.encoding, item.delimiter)


async def _remembered(door: Door, headers: tuple[str, ...]) -> dict[str, Column] | None:
    table = tables.import_mappings
    query = select(table.c.mapping).where(table.c.header_fingerprint == fingerprint(headers))
    async with door.store.reading() as connection:
        kept = (await connection.execute(query)).scalar()
    if kept is None:
        return None
    return {header: Column(column) for header, column in kept.items() if header in headers}
