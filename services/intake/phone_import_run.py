"""Confirmed imports taken in by a task, exactly once a row, and resumed after a crash.

Law of this file: how far an import has come is written in the same commit as the rows themselves, so that after a crash it
goes on with the next; a row that was taken by an earlier file, or by another import at the same time, is not taken again;
of several replicas one works on an import, under a lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from itertools import islice

import structlog
from sqlalchemy import and_, or_, select, update

from services.intake.calls import account_for, believe_export
from services.intake.domain.call_table import Column
from services.intake.handlers import remember
from services.intake.phone_import_rows import Made, claimed, fault_row, made_ready
from services.intake.phone_imports import ImportRow, shape_in
from services.intake.phone_table import MOST_ROWS, ReadRow, read_rows
from services.intake.ports import Door
from services.intake.readers.spreadsheet import WHAT_TO_DO, SpreadsheetRefused
from services.intake.store import tables
from services.intake.store.states import ImportState
from shared.contracts.values import new_id
from shared.store.engine import is_unreachable
from shared.store.unit_of_work import UnitOfWork

BATCH = 250
"""Rows that are written in one commit."""
LEASE = timedelta(minutes=2)
TOO_LONG = f"超过 {MOST_ROWS} 行，其余各行请分成几个文件再导入"

_log = structlog.get_logger("imports")


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
                    return await self._finish(item, ImportState.FAILED, TOO_LONG)
                await self._take(item, batch)
                read += len(batch)
        return await self._finish(item, ImportState.DONE, None)

    async def _take(self, item: ImportRow, batch: Sequence[ReadRow]) -> None:
        """Take one batch in; what was taken before is only counted. Raises _LeaseLost."""
        while True:
            known = await self._known([row.key for row in batch if row.call])
            made, failed = await made_ready(self._door, item, batch, known)
            try:
                await self._write(item, [failed.get(row.number, row) for row in batch], made)
            except _Overtaken:
                continue
            for complaint in (each.complaint for each in made if each.complaint):
                remember(self._door, complaint)
            return

    async def _known(self, keys: Sequence[str]) -> set[str]:
        """Keys of rows that were taken by an earlier file."""
        table = tables.idempotency
        query = select(table.c.key).where(table.c.key.in_([claimed(key) for key in keys]))
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

    async def _write(self, item: ImportRow, batch: Sequence[ReadRow], made: Sequence[Made]) -> None:
        """One commit: the rows that are new, the faults, and how far the import has come; only while it is ours.

        Raises _Overtaken, _LeaseLost; nothing is written then.
        """
        faults = [fault_row(self._door.ring, item, row) for row in batch if row.call is None]
        count = _counted(batch, made, len(faults))
        async with self._door.store.transaction(self._door.clock()) as unit:
            won = await unit.claim(tables.idempotency, [each.claim for each in made], key="key")
            if len(won) < len(made):
                raise _Overtaken
            if not await self._advance(unit, item, count):
                raise _LeaseLost
            await self._add(unit, made)
            for fault in faults:
                unit.add(tables.import_faults, fault)

    async def _add(self, unit: UnitOfWork, made: Sequence[Made]) -> None:
        """The complaints with their rows, and what became of the calls that the rows are about."""
        for table, row in (row for each in made for row in each.rows):
            unit.add(table, row)
        complaints = [each.complaint for each in made if each.complaint]
        await account_for(unit, {each.source.external_id or "": each.complaint_id for each in complaints})
        for each in made:
            if each.ended:
                await believe_export(unit, self._door, each.ended, by=each.by)

    async def _advance(self, unit: UnitOfWork, item: ImportRow, count: Mapping[str, int]) -> bool:
        columns = tables.imports.c
        change = update(tables.imports).where(columns.id == item.id, columns.lease_token == item.lease_token)
        values = {name: columns[name] + more for name, more in count.items()}
        result = await unit.connection.execute(change.values(**values, lease_until=unit.now + LEASE))
        return result.rowcount == 1

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


def _counted(batch: Sequence[ReadRow], made: Sequence[Made], bad: int) -> dict[str, int]:
    """By how much each count of the import grows: the last four add up to the first."""
    taken = sum(each.complaint is not None for each in made)
    return {
        "rows_read": len(batch),
        "rows_taken": taken,
        "rows_other": len(made) - taken,
        "rows_repeated": len(batch) - bad - len(made),
        "rows_bad": bad,
    }


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
