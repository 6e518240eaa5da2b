"""Drafts: what an operator has typed so far, kept on the server, the author's own, sealed.

Law of this file: nobody but the author reads a draft, and to everybody else it does not exist. The calls that open drafts
and what became of them are ``services.intake.calls``' matter.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update

from services.intake.ports import Door
from services.intake.store import tables
from shared.store.unit_of_work import UnitOfWork

MOST_OFFERED = 20
_MEMORY = tables.drafts.c


class CallHeldError(Exception):
    """The call is being recorded by somebody else, whose name this is."""

    def __init__(self, holder: str) -> None:
        super().__init__("the call is another's")
        self.holder = holder


async def save_draft(
    door: Door, draft_id: UUID, author: str, content: dict[str, Any], *, call_id: str | None = None
) -> bool:
    """Keep what was typed; False where a draft of this id is somebody else's."""
    sealed = door.ring.seal_record(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
    async with door.store.transaction(door.clock()) as unit:
        row = {
            "id": draft_id,
            "author": author,
            "call_id": call_id,
            "sealed": sealed,
            "made_at": unit.now,
            "changed_at": unit.now,
        }
        if await unit.claim(tables.drafts, [row], key="id"):
            return True
        return await _change(unit, draft_id, author, sealed)


async def _change(unit: UnitOfWork, draft_id: UUID, author: str, sealed: str) -> bool:
    change = (
        update(tables.drafts)
        .where(_MEMORY.id == draft_id, _MEMORY.author == author)
        .values(sealed=sealed, changed_at=unit.now)
    )
    return (await unit.connection.execute(change)).rowcount == 1


async def draft_of(door: Door, draft_id: UUID, author: str) -> tuple[dict[str, Any], datetime] | None:
    """What was typed and when it was last saved; None where the author has no such draft."""
    query = select(tables.drafts).where(_MEMORY.id == draft_id, _MEMORY.author == author)
    async with door.store.reading() as connection:
        row = (await connection.execute(query)).first()
    return None if row is None else (json.loads(door.ring.open(row.sealed)), row.changed_at)


async def drafts_of(door: Door, author: str) -> list[Row[*tuple[Any, ...]]]:
    """The author's drafts, the latest first, without what is in them."""
    query = (
        select(_MEMORY.id, _MEMORY.call_id, _MEMORY.made_at, _MEMORY.changed_at)
        .where(_MEMORY.author == author)
        .order_by(_MEMORY.changed_at.desc())
        .limit(50)
    )
    async with door.store.reading() as connection:
        return list((await connection.execute(query)).all())


async def recent_drafts(door: Door, author: str, *, since: datetime) -> list[tuple[UUID, datetime, dict[str, Any]]]:
    """The author's drafts changed since then, the latest first, each with when and what."""
    query = (
        select(_MEMORY.id, _MEMORY.changed_at, _MEMORY.sealed)
        .where(_MEMORY.author == author, _MEMORY.changed_at >= since)
        .order_by(_MEMORY.changed_at.desc())
        .limit(MOST_OFFERED)
    )
    async with door.store.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [(row.id, row.changed_at, json.loads(door.ring.open(row.sealed))) for row in rows]


async def calls_since(door: Door, author: str, since: datetime) -> list[tuple[UUID, datetime]]:
    """The drafts of calls put through to this person after that moment, the oldest first."""
    query = (
        select(_MEMORY.id, _MEMORY.made_at)
        .where(_MEMORY.author == author, _MEMORY.call_id.isnot(None), _MEMORY.made_at > since)
        .order_by(_MEMORY.made_at)
    )
    async with door.store.reading() as connection:
        return [(row.id, row.made_at) for row in (await connection.execute(query)).all()]


async def drop_draft(door: Door, draft_id: UUID, author: str) -> None:
    """The author is done with it."""
    async with door.store.transaction(door.clock()) as unit:
        await unit.connection.execute(delete(tables.drafts).where(_MEMORY.id == draft_id, _MEMORY.author == author))
