"""The relay: outbox to broker. Publishes what was committed, marks what was confirmed, and only that.

Law of this file: a crash between confirm and mark publishes again under the same message id, by design; the inbox drops
the second. On PostgreSQL several relays share the work (SKIP LOCKED); on SQLite there is exactly one. On SQLite no
transaction is open while the broker is asked, since it would lock every writer out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.ports import Confirmed, NotConfirmed, OutgoingMessage, Publisher, PublishResult
from shared.store.sleeper import LOOK_AGAIN
from shared.store.unit_of_work import Store

BATCH = 200
AFTER_A_FAULT = 1.0
"""Seconds until the next look where the database or the broker's client failed as a whole."""
LONGEST_WAIT = timedelta(minutes=1)

_log = structlog.get_logger("relay")


class Relay:
    """One task a process and service: ``run`` until cancelled."""

    def __init__(
        self, store: Store, publisher: Publisher, clock: Callable[[], datetime], *, poll: float = LOOK_AGAIN
    ) -> None:
        self._store = store
        self._publisher = publisher
        self._clock = clock
        self._poll = poll
        self._sleeper = store.sleeper(store.messages.outbox)
        self._put_off: set[datetime] = set()
        """When rows come up again that this relay could not get confirmed."""

    async def run(self) -> None:
        """Publish batch after batch; sleep only when a batch was not full and nothing was written meanwhile."""
        while True:
            try:
                published, seen = await self.publish_once()
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) and task.cancelling():
                    raise
                await asyncio.sleep(
                    min(AFTER_A_FAULT, self._poll)
                )  # the broker's client cancelled its own future, not us
            except Exception as fault:  # noqa: BLE001 - the relay outlives every fault; the rows stay
                _log.warning("relay.failed", fault=type(fault).__name__)
                await asyncio.sleep(min(AFTER_A_FAULT, self._poll))
            else:
                if not (published and seen == BATCH):
                    await self._sleeper.sleep(self._until_the_next())

    def _until_the_next(self) -> float:
        """Seconds until a row that was put off is due; at most the time between two looks."""
        now = self._clock()
        self._put_off = {at for at in self._put_off if at > now}
        return min((self._poll, *((at - now).total_seconds() for at in self._put_off)))

    async def publish_once(self) -> tuple[int, int]:
        """Publish up to one batch; give how many were confirmed and how many were tried."""
        if self._store.one_writer:
            async with self._store.reading() as connection:
                rows = await self._waiting_rows(connection)
            results = await self._publish(rows)
            if rows:
                async with self._store.transaction(self._clock()) as unit:
                    await self._mark(unit.connection, rows, results)
        else:
            async with self._store.transaction(self._clock()) as unit:
                rows = await self._waiting_rows(unit.connection)
                results = await self._publish(rows)
                await self._mark(unit.connection, rows, results)
        return sum(isinstance(result, Confirmed) for result in results), len(rows)

    async def _waiting_rows(self, connection: AsyncConnection) -> Sequence[Row[*tuple[Any, ...]]]:
        outbox = self._store.messages.outbox
        query = (
            select(outbox.c.seq, outbox.c.message_id, outbox.c.type, outbox.c.body, outbox.c.attempts)
            .where(outbox.c.published_at.is_(None), outbox.c.available_at <= self._clock())
            .order_by(outbox.c.seq)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        return (await connection.execute(query)).all()

    async def _publish(self, rows: Sequence[Row[*tuple[Any, ...]]]) -> Sequence[PublishResult]:
        if not rows:
            return ()
        return await self._publisher.publish([OutgoingMessage(row.message_id, row.type, row.body) for row in rows])

    async def _mark(
        self, connection: AsyncConnection, rows: Sequence[Row[*tuple[Any, ...]]], results: Sequence[PublishResult]
    ) -> None:
        outbox = self._store.messages.outbox
        now = self._clock()
        confirmed = [row.seq for row, result in zip(rows, results, strict=True) if isinstance(result, Confirmed)]
        if confirmed:
            await connection.execute(
                update(outbox).where(outbox.c.seq.in_(confirmed)).values(published_at=now, last_error=None)
            )
        failed = [
            {
                "this": row.seq,
                "at": now + _backed_off(result, row.attempts),
                "why": result.reason[:400],
                "tried": row.attempts + 1,
            }
            for row, result in zip(rows, results, strict=True)
            if isinstance(result, NotConfirmed)
        ]
        if failed:
            self._put_off |= {row["at"] for row in failed}
            _log.warning("relay.not_confirmed", rows=len(failed), reason=failed[0]["why"])
            await connection.execute(
                update(outbox)
                .where(outbox.c.seq == bindparam("this"))
                .values(available_at=bindparam("at"), last_error=bindparam("why"), attempts=bindparam("tried")),
                failed,
            )


def _backed_off(result: NotConfirmed, attempts: int) -> timedelta:
    """The transport's own delay, doubled with each failed attempt up to a minute; never shorter than asked."""
    return max(result.retry_after, min(result.retry_after * (1 << min(attempts, 6)), LONGEST_WAIT))
