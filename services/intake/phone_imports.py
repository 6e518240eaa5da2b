"""Imports of hotline exports: looked at first, confirmed by a person, then taken in by a task, exactly once a row.

Law of this file: good rows go in, bad rows come back with their reasons; how far an import has come is written in the same
commit as the rows themselves, so that after a crash it goes on with the next; a row that was taken by an earlier file, or
by another import at the same time, is not taken again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, and_, or_, select, update

from services.intake.domain.call_table import Column, fingerprint, guessed_mapping, mapping_faults
from services.intake.domain.normalise import normalise
from services.intake.handlers import complaint_rows, new_identifiers, receipt_bytes, receipt_of
from services.intake.phone_table import MOST_ROWS, ReadRow, Shape, header_of, read_rows, shape_of
from services.intake.ports import Door
from services.intake.readers.spreadsheet import WHAT_TO_DO, SpreadsheetRefused
from services.intake.store import tables
from shared.contracts.complaint import Source
from shared.contracts.values import Channel, new_id
from shared.store.engine import is_unreachable
from shared.store.unit_of_work import UnitOfWork

PREVIEW, CONFIRMED, RUNNING, DONE, FAILED = "preview", "confirmed", "running", "done", "failed"
SAMPLE = 20
BATCH = 250
LEASE = timedelta(minutes=2)
POLL = 0.5

_log = structlog.get_logger("imports")
ImportRow = Row[*tuple[Any, ...]]


class HeadersRefused(ValueError):
    """The sender is at fault: the columns aren't there, or are there twice; ``faults`` says all of it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("headers")
        self.faults = tuple(faults)


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


async def preview(door: Door, raw: bytes, *, by: str) -> Preview:
    """Keep the file, read its header and first rows, and remember the import. Nothing is taken in yet.

    Raises UnknownCharset, SpreadsheetRefused, NoHeader; OSError where the disk is full.
    """
    shape = await asyncio.to_thread(shape_of, raw)
    headers = await asyncio.to_thread(header_of, raw, shape)
    original = await door.originals.keep(raw)
    mapping = await _remembered(door, headers) or guessed_mapping(headers)
    now = door.clock()
    sample = await asyncio.to_thread(lambda: tuple(islice(read_rows(raw, shape, mapping, now), SAMPLE)))
    found = Preview(new_id(), shape, headers, mapping, tuple(mapping_faults(headers, mapping)), sample)
    row = {
        "id": found.id,
        "sha256": original,
        "kind": shape.kind,
        "encoding": shape.charset,
        "delimiter": shape.separator,
        "header_fingerprint": fingerprint(headers),
        "mapping": dict(mapping),
        "state": PREVIEW,
        "made_by": by,
        "made_at": now,
        "rows_read": 0,
        "rows_taken": 0,
        "rows_repeated": 0,
        "rows_bad": 0,
    }
    async with door.store.transaction(now) as unit:
        unit.add(tables.imports, row)
    return found


async def confirm(door: Door, import_id: UUID, mapping: dict[str, Column] | None, *, by: str) -> None:
    """Have it taken in, with the mapping as seen or as given, which is remembered for files with this header.

    Raises NotPreviewed, or HeadersRefused where the mapping does not fit the header.
    """
    item = await import_named(door, import_id)
    if item is None or item.state != PREVIEW:
        raise NotPreviewed
    raw = await door.originals.read(item.sha256)
    headers = await asyncio.to_thread(header_of, raw, shape_in(item))
    wanted = mapping if mapping is not None else {name: Column(value) for name, value in item.mapping.items()}
    if faults := mapping_faults(headers, wanted):
        raise HeadersRefused(faults)
    table, kept = tables.imports, tables.import_mappings
    async with door.store.transaction(door.clock()) as unit:
        change = update(table).where(table.c.id == import_id, table.c.state == PREVIEW)
        confirmed = await unit.connection.execute(change.values(state=CONFIRMED, mapping=dict(wanted)))
        if confirmed.rowcount != 1:
            raise NotPreviewed
        memory = {"mapping": dict(wanted), "made_by": by, "made_at": unit.now}
        key = item.header_fingerprint
        if not await unit.claim(kept, [{"header_fingerprint": key, **memory}], key="header_fingerprint"):
            await unit.connection.execute(update(kept).where(kept.c.header_fingerprint == key).values(**memory))


async def import_named(door: Door, import_id: UUID) -> ImportRow | None:
    """One import as it stands."""
    async with door.store.reading() as connection:
        query = select(tables.imports).where(tables.imports.c.id == import_id)
        return (await connection.execute(query)).first()


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


@dataclass(frozen=True, slots=True)
class _Made:
    """A row made ready to be written: its claim and its complaint's rows, or its fault."""

    claim: dict[str, Any] | None
    rows: Sequence[tuple[Any, Any]]
    fault: dict[str, Any] | None


class _LeaseLost(Exception):
    """Another replica has taken this import over: nothing of this batch is written."""


class PhoneImports:
    """The task that takes confirmed imports in. Several replicas share the work, one import each."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                worked = await self.import_one()
            except Exception as fault:
                if not is_unreachable(fault):
                    raise
                worked = False
            if not worked:
                await asyncio.sleep(POLL)

    async def import_one(self) -> bool:
        """Take one import in, to its end; False where none waits or another replica took it over meanwhile."""
        item = await self._claim()
        if item is None:
            return False
        raw = await self._door.originals.read(item.sha256)
        mapping = {header: Column(column) for header, column in item.mapping.items()}
        rows = read_rows(raw, shape_in(item), mapping, self._door.clock())
        try:
            return await self._take_all(item, rows)
        except SpreadsheetRefused as fault:
            return await self._finish(item, FAILED, WHAT_TO_DO[fault.refusal])
        except _LeaseLost:
            _log.warning("import.lease_lost", import_id=str(item.id))
            return False

    async def _take_all(self, item: ImportRow, rows: Iterator[ReadRow]) -> bool:
        read = item.rows_read
        await asyncio.to_thread(_skip, rows, read)
        while batch := await asyncio.to_thread(self._made, item, rows):
            if read + len(batch) > MOST_ROWS:
                return await self._finish(item, FAILED, f"超过 {MOST_ROWS} 行，其余各行请分成几个文件再导入")
            await self._write(item, batch)
            read += len(batch)
        return await self._finish(item, DONE, None)

    async def _claim(self) -> ImportRow | None:
        table = tables.imports
        now = self._door.clock()
        async with self._door.store.transaction(now) as unit:
            stale = and_(table.c.state == RUNNING, table.c.lease_until < now)
            query = (
                select(table)
                .where(or_(table.c.state == CONFIRMED, stale))
                .order_by(table.c.made_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = (await unit.connection.execute(query)).first()
            if row is None:
                return None
            lease = {"state": RUNNING, "lease_token": new_id(), "lease_until": now + LEASE}
            await unit.connection.execute(update(table).where(table.c.id == row.id).values(**lease))
            return (await unit.connection.execute(select(table).where(table.c.id == row.id))).one()

    def _made(self, item: ImportRow, rows: Iterator[ReadRow]) -> list[_Made]:
        """The next batch, made ready outside every transaction; runs in a thread."""
        return [self._make(item, row) for row in islice(rows, BATCH)]

    def _make(self, item: ImportRow, row: ReadRow) -> _Made:
        door, now = self._door, self._door.clock()
        if row.call is None:
            kept = json.dumps({"cells": row.shown, "reasons": row.reasons}, ensure_ascii=False)
            sealed = door.ring.seal_record(kept.encode("utf-8", "replace"))
            return _Made(None, (), {"import_id": item.id, "row_number": row.number, "sealed": sealed})
        call = row.call.entry.call
        submission = row.call.entry.submission(
            Channel.PHONE,
            received_at=call.started_at or item.made_at,
            received_by=row.call.taken_by or item.made_by,
            source=Source(
                kind="phone_import",
                external_id=call.id or f"{item.sha256[:12]}#{row.number}",
                originals=[item.sha256],
                transcribed_by=row.call.taken_by,
            ),
            evidence=[],
        )
        heard = submission.model_copy(update={"phone": submission.phone or call.caller_number})
        complaint = normalise(heard, new_identifiers(), door.calendar, door.hours)
        receipt = receipt_of(complaint)
        claim = {
            "key": f"phone_import:{row.key}",
            "request_sha256": row.key,
            "status": 201,
            "location": f"/intake/submissions/{receipt.complaint_id}",
            "answer": receipt_bytes(receipt),
            "made_at": now,
        }
        return _Made(claim, complaint_rows(door, complaint), None)

    async def _write(self, item: ImportRow, batch: Sequence[_Made]) -> None:
        """One commit: the rows that are new, the faults, and how far the import has come; only while it is ours."""
        claims = [made.claim for made in batch if made.claim]
        async with self._door.store.transaction(self._door.clock()) as unit:
            won = await unit.claim(tables.idempotency, list(claims), key="key")
            faults = [made.fault for made in batch if made.fault]
            if not await self._advance(unit, item, len(batch), len(won), len(claims) - len(won), len(faults)):
                raise _LeaseLost
            for made in batch:
                if made.claim and made.claim["key"] in won:
                    for table, row in made.rows:
                        unit.add(table, row)
            for fault in faults:
                unit.add(tables.import_faults, fault)
            unit.told_something = bool(won)

    async def _advance(self, unit: UnitOfWork, item: ImportRow, read: int, taken: int, repeated: int, bad: int) -> bool:
        columns = tables.imports.c
        change = (
            update(tables.imports)
            .where(columns.id == item.id, columns.lease_token == item.lease_token)
            .values(
                rows_read=columns.rows_read + read,
                rows_taken=columns.rows_taken + taken,
                rows_repeated=columns.rows_repeated + repeated,
                rows_bad=columns.rows_bad + bad,
                lease_until=unit.now + LEASE,
            )
        )
        return (await unit.connection.execute(change)).rowcount == 1

    async def _finish(self, item: ImportRow, state: str, reason: str | None) -> bool:
        columns = tables.imports.c
        async with self._door.store.transaction(self._door.clock()) as unit:
            change = (
                update(tables.imports)
                .where(columns.id == item.id, columns.lease_token == item.lease_token)
                .values(state=state, reason=reason, finished_at=unit.now, lease_token=None, lease_until=None)
            )
            await unit.connection.execute(change)
        _log.info("import.ended", import_id=str(item.id), state=state)
        return True


def _skip(rows: Iterator[ReadRow], count: int) -> None:
    """Go over rows that are in already: they must be read, since equal rows are told apart by their order."""
    for _ in islice(rows, count):
        pass
