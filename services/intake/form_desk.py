"""What the public form leaves with us beside the complaint: spent proofs of work, and drafts.

Law of this file: one challenge is worth one complaint, and the same complaint sent again is still the same; a draft is
the visitor's own, sealed, and gone after ``DRAFT_KEPT`` or with the complaint it became.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from services.intake.ports import Door
from services.intake.store import tables
from shared.store.group_commit import Claim, Write

DRAFT_KEPT = timedelta(hours=24)
SWEPT_EVERY = 600.0
"""Seconds between two sweeps of what has expired."""

_spent = tables.counter.spent_challenges
_drafts = tables.counter.form_drafts


async def spend(door: Door, challenge: str, *, until: datetime, used_with: str) -> bool:
    """Spend a challenge for what ``used_with`` names; False where it was spent for something else."""
    name = hashlib.sha256(used_with.encode()).hexdigest()
    row = {"challenge": challenge, "used_with": name, "expires_at": until}
    if await door.write(Write([], Claim(_spent, "challenge", row))):
        return True
    query = select(_spent.c.used_with).where(_spent.c.challenge == challenge)
    async with door.store.reading() as connection:
        return (await connection.execute(query)).scalar() == name


async def save_draft(door: Door, visitor: str, content: bytes) -> None:
    """Keep what stands in the visitor's form, instead of what stood there before."""
    now = door.clock()
    row = {
        "visitor_index": door.ring.blind(visitor),
        "sealed": door.ring.seal_record(content),
        "saved_at": now,
        "expires_at": now + DRAFT_KEPT,
    }
    insert = sqlite_insert if door.store.one_writer else postgres_insert
    statement = insert(_drafts).values(row)
    newer = {name: statement.excluded[name] for name in ("sealed", "saved_at", "expires_at")}
    async with door.store.transaction(now) as unit:
        await unit.connection.execute(statement.on_conflict_do_update(index_elements=["visitor_index"], set_=newer))


async def draft_of(door: Door, visitor: str) -> bytes | None:
    """What the visitor's form held; None where there is none, or no longer."""
    query = select(_drafts.c.sealed).where(
        _drafts.c.visitor_index == door.ring.blind(visitor), _drafts.c.expires_at > door.clock()
    )
    async with door.store.reading() as connection:
        sealed = (await connection.execute(query)).scalar()
    return door.ring.open(sealed) if sealed else None


async def drop_draft(door: Door, visitor: str) -> None:
    """Forget the visitor's draft: it became a complaint, or they asked for it."""
    async with door.store.transaction(door.clock()) as unit:
        await unit.connection.execute(delete(_drafts).where(_drafts.c.visitor_index == door.ring.blind(visitor)))


async def sweep(door: Door) -> None:
    """Forget what has expired, for ever and ever: the task of the counter."""
    while True:
        now = door.clock()
        async with door.store.transaction(now) as unit:
            for table in (_spent, _drafts):
                await unit.connection.execute(delete(table).where(table.c.expires_at < now))
        await asyncio.sleep(SWEPT_EVERY)
