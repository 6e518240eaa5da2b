"""Group commit at the doors: many callers, one commit, and each waits until its own rows are on disk.

Law of this file: no timer and no delay. Whatever queued up while the last commit ran goes into the next one, at most
``LARGEST_GROUP`` writes. When a group fails, its members are written one by one, so that a bad row fails only its owner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from shared.store.engine import is_unreachable
from shared.store.unit_of_work import Row, Store, UnitOfWork

LARGEST_GROUP = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """A unique key to be won before anything is written, e.g. an idempotency key or an e-mail's hash."""

    table: Table
    key: str
    row: Row


@dataclass(frozen=True, slots=True)
class Write:
    """The rows of one caller; where it has a claim and loses it, none of them is written."""

    rows: Sequence[tuple[Table, Row]]
    claim: Claim | None = None


@dataclass(slots=True)
class _Waiting:
    write: Write
    done: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class GroupCommit:
    """Writes for many callers at once. ``run`` must be running; ``write`` waits for the shared commit."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()

    async def write(self, write: Write) -> bool:
        """Commit these rows with everybody else's; False where the claim was lost and nothing was written.

        Raises what the database raised for this caller's own rows.
        """
        waiting = _Waiting(write)
        self._queue.put_nowait(waiting)
        return await waiting.done

    async def run(self) -> None:
        """Serve the callers until cancelled; whoever still waits then is told that nothing was written."""
        try:
            while True:
                await self._serve([await self._queue.get(), *self._more()])
        finally:
            _fail([*self._more(most=self._queue.qsize())], _shutting_down())

    def _more(self, most: int = LARGEST_GROUP - 1) -> Iterator[_Waiting]:
        """Those who came meanwhile and still wait."""
        while most and not self._queue.empty():
            most -= 1
            yield self._queue.get_nowait()

    async def _serve(self, group: list[_Waiting]) -> None:
        try:
            await self._commit(group)
        except asyncio.CancelledError:
            _fail(group, _shutting_down())
            raise
        except Exception as fault:  # noqa: BLE001 - handed to the callers, each of whom raises it
            if len(group) == 1 or is_unreachable(fault):
                _fail(group, fault)
            else:
                for waiting in group:
                    await self._serve([waiting])

    async def _commit(self, group: list[_Waiting]) -> None:
        async with self._store.transaction(self._clock()) as unit:
            won = await _win_claims(unit, [waiting.write for waiting in group])
            for waiting, ours in zip(group, won, strict=True):
                if ours:
                    for table, row in waiting.write.rows:
                        unit.add(table, row)
        for waiting, ours in zip(group, won, strict=True):
            if not waiting.done.done():
                waiting.done.set_result(ours)


async def _win_claims(unit: UnitOfWork, writes: Sequence[Write]) -> list[bool]:
    """Which of the writes hold their claim; of two with one key in the same group, the first."""
    by_table: dict[tuple[Table, str], dict[Any, Row]] = {}
    first: dict[tuple[Table, Any], int] = {}
    for place, write in enumerate(writes):
        if write.claim:
            value = write.claim.row[write.claim.key]
            by_table.setdefault((write.claim.table, write.claim.key), {}).setdefault(value, write.claim.row)
            first.setdefault((write.claim.table, value), place)
    won: set[tuple[Table, Any]] = set()
    for (table, key), rows in by_table.items():
        won |= {(table, value) for value in await unit.claim(table, list(rows.values()), key=key)}
    return [
        write.claim is None
        or ((owned := (write.claim.table, write.claim.row[write.claim.key])) in won and first[owned] == place)
        for place, write in enumerate(writes)
    ]


def _shutting_down() -> ConnectionError:
    return ConnectionError("shutting down before the commit was known")


def _fail(group: list[_Waiting], fault: BaseException) -> None:
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(fault)


GroupWriter = Callable[[Write], Awaitable[bool]]
"""What handlers ask for: ``GroupCommit.write``, or a fake of it."""
