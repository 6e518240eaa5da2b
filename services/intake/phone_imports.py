"""Imports of hotline exports: looked at first, confirmed by a person, then taken in by a task, exactly once a row.

Law of this file: good rows go in by the one normaliser, bad rows come back with their reasons; how far an import has come
is written in the same commit as the rows themselves, so that after a crash it goes on with the next; a row that was taken
by an earlier file, or by another import at the same time, is not taken again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, and_, or_, select, update

from services.intake.adapters.phone_table import Call
from services.intake.domain.call_table import Column, fingerprint, guessed_mapping, mapping_faults
from services.intake.domain.submission import Submission
from services.intake.handlers import (
    answered,
    complaint_rows,
    first_answer,
    new_identifiers,
    normalised,
    receipt_bytes,
    receipt_of,
    remember,
)
from services.intake.phone_table import MOST_ROWS, ReadRow, Shape, header_of, read_rows, shape_of
from services.intake.ports import Door
from services.intake.readers.spreadsheet import WHAT_TO_DO, SpreadsheetRefused
from services.intake.recent_matters import RecentMatters
from services.intake.store import tables
from services.intake.store.states import ImportState
from shared.contracts.complaint import ComplaintReceived, Source
from shared.contracts.values import Channel, new_id
from shared.once import Once
from shared.store.engine import is_unreachable
from shared.store.unit_of_work import UnitOfWork

SAMPLE = 20
BATCH = 250
AT_A_STRETCH = 10
"""Rows made ready before the event loop gets its turn."""
LEASE = timedelta(minutes=2)
OUR_FAULT = "程序处理不了这一行（不是您的错），请手工登记，并告知系统管理员"

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


async def preview(door: Door, raw: bytes, *, by: str, same: Once | None = None) -> Preview:
    """Keep the file, read its header and first rows, and remember the import. Nothing is taken in yet.

    The same request again is the same import. Raises UnknownCharset, SpreadsheetRefused, NoHeader, KeyReused;
    OSError where the disk is full.
    """
    shape = await asyncio.to_thread(shape_of, raw)
    headers = await asyncio.to_thread(header_of, raw, shape)
    original = await door.originals.keep(raw)
    mapping = await _remembered(door, headers) or guessed_mapping(headers)
    now = door.clock()
    found = await _seen(door, new_id(), raw, shape, mapping)
    row = {
        "id": found.id,
        "sha256": original,
        "kind": shape.kind,
        "encoding": shape.charset,
        "delimiter": shape.separator,
        "header_fingerprint": fingerprint(headers),
        "mapping": dict(mapping),
        "state": ImportState.PREVIEW,
        "made_by": by,
        "made_at": now,
        "rows_read": 0,
        "rows_taken": 0,
        "rows_repeated": 0,
        "rows_bad": 0,
    }
    claim = answered(same, found.id.bytes, f"/intake/phone-logs/imports/{found.id}", now) if same else None
    async with door.store.transaction(now) as unit:
        ours = claim is None or bool(await unit.claim(claim.table, [claim.row], key=claim.key))
        if ours:
            unit.add(tables.imports, row)
    if not ours and same is not None:
        return replace(found, id=UUID(bytes=await first_answer(door, same)))
    return found


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
    table, kept = tables.imports, tables.import_mappings
    async with door.store.transaction(door.clock()) as unit:
        change = update(table).where(table.c.id == import_id, table.c.state == ImportState.PREVIEW)
        confirmed = await unit.connection.execute(change.values(state=ImportState.CONFIRMED, mapping=dict(wanted)))
        if confirmed.rowcount != 1:
            raise NotPreviewed
        unit.grown.add(table)
        memory = {"mapping": dict(wanted), "made_by": by, "made_at": unit.now}
        key = item.header_fingerprint
        if not await unit.claim(kept, [{"header_fingerprint": key, **memory}], key="header_fingerprint"):
            await unit.connection.execute(update(kept).where(kept.c.header_fingerprint == key).values(**memory))


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


@dataclass(frozen=True, slots=True)
class _Made:
    """A row made ready to be written: its claim, its complaint, and that one's rows."""

    claim: dict[str, Any]
    complaint: ComplaintReceived
    rows: Sequence[tuple[Any, Any]]


class _Overtaken(Exception):
    """Another import has taken some of these rows meanwhile: nothing of this batch is written, and it is made anew."""


class _LeaseLost(Exception):
    """Another replica has taken this import over: nothing of this batch is written."""


class PhoneImports:
    """The task that takes confirmed imports in. Several replicas share the work, one import each."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._sleeper = door.store.sleeper(tables.imports)

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
                await self._sleeper.sleep()

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
            return await self._finish(item, ImportState.FAILED, WHAT_TO_DO[fault.refusal].chinese)
        except _LeaseLost:
            _log.warning("import.lease_lost", import_id=str(item.id))
            return False

    async def _take_all(self, item: ImportRow, rows: Iterator[ReadRow]) -> bool:
        read = item.rows_read
        await asyncio.to_thread(_skip, rows, read)
        async with aclosing(_batches(rows)) as batches:
            async for batch in batches:
                if read + len(batch) > MOST_ROWS:
                    return await self._finish(
                        item, ImportState.FAILED, f"超过 {MOST_ROWS} 行，其余各行请分成几个文件再导入"
                    )
                await self._take(item, batch)
                read += len(batch)
        return await self._finish(item, ImportState.DONE, None)

    async def _take(self, item: ImportRow, batch: Sequence[ReadRow]) -> None:
        """Take one batch in; what was taken before is only counted. Raises _LeaseLost."""
        while True:
            known = await self._known([row.key for row in batch if row.call])
            made, failed = await self._made(item, batch, known)
            try:
                await self._write(item, [failed.get(row.number, row) for row in batch], made)
            except _Overtaken:
                continue
            for each in made:
                remember(self._door, each.complaint)
            return

    async def _known(self, keys: Sequence[str]) -> set[str]:
        """Keys of rows that were taken by an earlier file."""
        table = tables.idempotency
        query = select(table.c.key).where(table.c.key.in_([_claimed(key) for key in keys]))
        async with self._door.store.reading() as connection:
            return set((await connection.execute(query)).scalars())

    async def _claim(self) -> ImportRow | None:
        table = tables.imports
        now = self._door.clock()
        async with self._door.store.transaction(now) as unit:
            stale = and_(table.c.state == ImportState.RUNNING, table.c.lease_until < now)
            query = (
                select(table)
                .where(or_(table.c.state == ImportState.CONFIRMED, stale))
                .order_by(table.c.made_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = (await unit.connection.execute(query)).first()
            if row is None:
                return None
            lease = {"state": ImportState.RUNNING, "lease_token": new_id(), "lease_until": now + LEASE}
            await unit.connection.execute(update(table).where(table.c.id == row.id).values(**lease))
            return (await unit.connection.execute(select(table).where(table.c.id == row.id))).one()

    async def _made(
        self, item: ImportRow, batch: Sequence[ReadRow], known: Collection[str]
    ) -> tuple[list[_Made], dict[int, ReadRow]]:
        """The rows that are new, made ready outside every transaction; each is looked for among those before it, too.

        And by their numbers those that no complaint could be made of, to be given back: the fault is ours, and no reason
        to leave the others out.
        """
        made: list[_Made] = []
        failed: dict[int, ReadRow] = {}
        beside = RecentMatters()
        for row in batch:
            if row.call is None or _claimed(row.key) in known:
                continue
            if len(made) % AT_A_STRETCH == 0:
                await asyncio.sleep(0)
            try:
                each = self._make(row, _heard(item, row, row.call), beside)
            except ValueError as fault:
                _log.error("import.row_failed", import_id=str(item.id), row=row.number, fault=type(fault).__name__)
                failed[row.number] = replace(row, call=None, reasons=(OUR_FAULT,))
                continue
            complaint = each.complaint
            beside.remember(complaint.complaint_id, complaint.received_at, complaint.target.unit, complaint.facts)
            made.append(each)
        return made, failed

    def _make(self, row: ReadRow, heard: Submission, beside: RecentMatters) -> _Made:
        door = self._door
        complaint = normalised(door, heard, new_identifiers(), beside=beside)
        receipt = receipt_of(complaint)
        claim = {
            "key": _claimed(row.key),
            "request_sha256": row.key,
            "status": 201,
            "location": f"/intake/submissions/{receipt.complaint_id}",
            "answer": receipt_bytes(receipt),
            "made_at": door.clock(),
        }
        return _Made(claim, complaint, complaint_rows(door, complaint))

    async def _write(self, item: ImportRow, batch: Sequence[ReadRow], made: Sequence[_Made]) -> None:
        """One commit: the rows that are new, the faults, and how far the import has come; only while it is ours.

        Raises _Overtaken, _LeaseLost; nothing is written then.
        """
        faults = [self._fault(item, row) for row in batch if row.call is None]
        repeated = len(batch) - len(faults) - len(made)
        async with self._door.store.transaction(self._door.clock()) as unit:
            won = await unit.claim(tables.idempotency, [each.claim for each in made], key="key")
            if len(won) < len(made):
                raise _Overtaken
            if not await self._advance(unit, item, len(batch), len(made), repeated, len(faults)):
                raise _LeaseLost
            for table, row in (row for each in made for row in each.rows):
                unit.add(table, row)
            for fault in faults:
                unit.add(tables.import_faults, fault)

    def _fault(self, item: ImportRow, row: ReadRow) -> dict[str, Any]:
        """A bad row as it is kept: sealed, with its reasons."""
        kept = json.dumps({"cells": row.shown, "reasons": row.reasons}, ensure_ascii=False)
        sealed = self._door.ring.seal_record(kept.encode("utf-8", "replace"))
        return {"import_id": item.id, "row_number": row.number, "sealed": sealed}

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

    async def _finish(self, item: ImportRow, state: ImportState, reason: str | None) -> bool:
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


def _claimed(row_key: str) -> str:
    return f"phone_import:{row_key}"


def _heard(item: ImportRow, row: ReadRow, call: Call) -> Submission:
    """The call as it was told; without a number of the caller's own, the one it came from."""
    told = call.entry.submission(
        Channel.PHONE,
        received_at=call.entry.call.started_at or item.made_at,
        received_by=call.taken_by or item.made_by,
        source=Source(
            kind="phone_import",
            external_id=call.entry.call.id or f"{item.sha256[:12]}#{row.number}",
            originals=[item.sha256],
            transcribed_by=call.taken_by,
            call_ended_at=call.entry.call.ended_at,
        ),
        evidence=[],
    )
    return told.model_copy(update={"phone": told.phone or call.entry.call.caller_number})


async def _batches(rows: Iterator[ReadRow]) -> AsyncGenerator[list[ReadRow], None]:
    """The rows in batches, the next of which is read while one is written."""

    def following() -> asyncio.Task[list[ReadRow]]:
        return asyncio.create_task(asyncio.to_thread(lambda: list(islice(rows, BATCH))))

    ahead = following()
    try:
        while batch := await ahead:
            ahead = following()
            yield batch
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


def _skip(rows: Iterator[ReadRow], count: int) -> None:
    """Go over rows that are in already: they must be read, since equal rows are told apart by their order."""
    for _ in islice(rows, count):
        pass
