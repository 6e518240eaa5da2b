"""Replay: tell again what was already told, for a broker that lost its disk (``shouli replay``).

Law of this file: it only clears the mark; the relay does the publishing, under the same message ids, so that every inbox
drops what its service handled before and takes what it never saw.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from shared.store.unit_of_work import Store


async def replay(store: Store, since: datetime, now: datetime) -> int:
    """Have every row published at or after ``since`` (aware) published again; gives how many rows that is."""
    outbox = store.messages.outbox
    async with store.transaction(now) as unit:
        result = await unit.connection.execute(
            update(outbox)
            .where(outbox.c.published_at >= since)
            .values(published_at=None, available_at=now, attempts=0, last_error=None)
        )
        unit.grown.add(outbox)
    return result.rowcount
