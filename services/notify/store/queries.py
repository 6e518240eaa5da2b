"""Notify's reads: the ledger, the call list, the response rule."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.notify.domain.contact import MANNED
from services.notify.domain.state import State
from services.notify.store.tables import deliveries, response_rules, silences
from shared.store.unit_of_work import Store

PAGE = 50

_LISTED = (
    deliveries.c.id,
    deliveries.c.complaint_id,
    deliveries.c.purpose,
    deliveries.c.audience,
    deliveries.c.article,
    deliveries.c.route,
    deliveries.c.state,
    deliveries.c.attempts,
    deliveries.c.provider,
    deliveries.c.code,
    deliveries.c.reason,
    deliveries.c.template,
    deliveries.c.segments,
    deliveries.c.due_at,
    deliveries.c.must_by,
    deliveries.c.made_at,
    deliveries.c.changed_at,
)


async def ledger(store: Store, complaint_id: UUID | None, limit: int = PAGE) -> list[RowMapping]:
    """What was sent or is to be sent, the newest first."""
    query = select(*_LISTED).order_by(deliveries.c.made_at.desc(), deliveries.c.id.desc()).limit(limit)
    if complaint_id is not None:
        query = query.where(deliveries.c.complaint_id == complaint_id)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def silences_of(store: Store, complaint_id: UUID) -> list[RowMapping]:
    """What was knowingly not sent, and why."""
    query = select(silences).where(silences.c.complaint_id == complaint_id).order_by(silences.c.at)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def call_list(store: Store, limit: int = PAGE) -> list[RowMapping]:
    """What waits for a person to call or to post, the most urgent first; with what is sealed in it."""
    manned = [route.value for route in MANNED]
    query = (
        select(*_LISTED, deliveries.c.sealed_text, deliveries.c.sealed_plan, response_rules.c.respond_by)
        .join(response_rules, response_rules.c.complaint_id == deliveries.c.complaint_id)
        .where(deliveries.c.route.in_(manned), deliveries.c.state == State.PLANNED.value)
        .order_by(response_rules.c.respond_by, deliveries.c.made_at)
        .limit(limit)
    )
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def open_rules(store: Store, limit: int = PAGE) -> list[RowMapping]:
    """Complaints that still owe an answer, the nearest limit first (art. 14)."""
    query = select(response_rules).where(response_rules.c.owes).order_by(response_rules.c.respond_by).limit(limit)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def kept_and_missed(store: Store, since: datetime) -> dict[str, int]:
    """How the one-working-day rule was kept for complaints received since then."""
    table = response_rules
    query = select(table.c.met_at, table.c.respond_by, table.c.owes).where(table.c.received_at >= since)
    async with store.reading() as connection:
        rows = (await connection.execute(query)).all()
    return {
        "received": len(rows),
        "answered_in_time": sum(row.met_at is not None for row in rows),
        "still_owed": sum(row.owes for row in rows),
    }
