"""What providers report later: stored first under a key that says what it says, applied after, in whatever order it came.

Law of this file: the door only stores, so it is fast and loses nothing; the same report twice is one row. A report about a
message whose answer we haven't seen yet waits for it; one about a message that isn't ours is put aside after a day
and changes nothing. An inbound text is an opt-out, or something for a person; never an order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, select, update

from services.notify.desk import Desk
from services.notify.domain import retry
from services.notify.domain.replies import Meaning, read_reply
from services.notify.domain.state import Reported, State, evolve
from services.notify.ledger import blind
from services.notify.ports import InboundText, StatusReport
from services.notify.settling import Decide, lock, settle
from services.notify.store import tables
from shared.store.engine import is_unreachable
from shared.store.group_commit import Claim, Write
from shared.store.unit_of_work import UnitOfWork

TOGETHER = 0.2
"""Seconds. What is reported within them of each other is applied in one commit."""
BATCH = 100
PUT_ASIDE = timedelta(days=1)
"""A report whose message never showed up isn't ours (another application on the same account)."""

_log = structlog.get_logger("reports")
_REPORTS = tables.provider_reports
_TEXTS = tables.inbound_texts
_MATCHES = (_REPORTS.c.provider_id == tables.deliveries.c.provider_id) & (
    _REPORTS.c.provider == tables.deliveries.c.provider
)

_BEFORE = (tables.deliveries.c.state.label("state_before"), tables.deliveries.c.changed_at.label("accepted_at"))


async def store_status(desk: Desk, report: StatusReport) -> bool:
    """Keep a status report; False where it stands already. On disk when this returns."""
    row = {
        "key": report.key,
        "provider": report.provider,
        "provider_id": report.provider_id,
        "status": report.status,
        "progress": report.progress,
        "code": report.code[:40],
        "reason": report.reason[:200],
        "later_may_help": report.later_may_help,
        "received_at": desk.clock(),
    }
    return await desk.write(Write(rows=(), claim=Claim(_REPORTS, "key", row)))


async def store_inbound(desk: Desk, text: InboundText) -> bool:
    """Keep an inbound text, sealed; False where it stands already. On disk when this returns."""
    row = {
        "key": text.key,
        "sender_blind": blind(desk, text.sender),
        "sealed": desk.ring.seal_record(text.text.encode()),
        "sealed_sender": desk.ring.seal_record(text.sender.encode()),
        "received_at": desk.clock(),
    }
    return await desk.write(Write(rows=(), claim=Claim(_TEXTS, "key", row)))


class Reporter:
    """The task that applies what was stored."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sleeper = desk.store.sleeper(_REPORTS, _TEXTS)

    async def run(self) -> None:
        """Apply until cancelled."""
        while True:
            if not await self.apply_due() and await self._sleeper.sleep():
                await asyncio.sleep(TOGETHER)

    async def apply_due(self) -> int:
        """One batch of reports and of texts; gives how many were dealt with."""
        return await self._apply_reports() + await self._read_texts()

    async def _apply_reports(self) -> int:
        deliveries = tables.deliveries
        query = (
            select(_REPORTS, deliveries.c.id.label("delivery_id"), deliveries.c.complaint_id, *_BEFORE)
            .join(deliveries, _MATCHES)
            .where(_REPORTS.c.settled_at.is_(None))
            .order_by(deliveries.c.complaint_id, deliveries.c.id, _REPORTS.c.received_at)
            .limit(BATCH)
        )
        async with self._desk.store.reading() as connection:
            waiting = (await connection.execute(query)).all()
        await self._apply_all(waiting)
        return len(waiting) or await self._put_aside()

    async def _apply_all(self, waiting: Sequence[Row[*tuple[Any, ...]]]) -> None:
        """In one commit, or one by one where that fails; one that can't be applied is put aside and named in the log."""
        if not waiting:
            return
        try:
            async with self._desk.store.transaction(self._desk.clock()) as unit:
                for row in waiting:
                    await self._apply(unit, row)
        except Exception as fault:
            if is_unreachable(fault):
                raise
            if len(waiting) > 1:
                for row in waiting:
                    await self._apply_all([row])
                return
            _log.error("reports.not_applied", provider_id=waiting[0].provider_id, exc_info=fault)
            async with self._desk.store.transaction(self._desk.clock()) as unit:
                await _settle_report(unit, waiting[0].key, "failed")

    async def _apply(self, unit: UnitOfWork, row: Row[*tuple[Any, ...]]) -> None:
        """One report, once: whoever sets ``settled_at`` first applies it."""
        if not await _settle_report(unit, row.key, "applied" if row.progress else "says nothing"):
            return
        if row.progress is None:
            return
        if row.progress == State.DELIVERED and row.state_before == State.ACCEPTED:
            self._desk.watch.delivered(row.provider, row.received_at - row.accepted_at)
        event = Reported(State(row.progress), unit.now, row.provider, row.provider_id, code=row.code, reason=row.reason)
        await report(unit, self._desk, row.delivery_id, event, partial(_after_report, row))

    async def _put_aside(self) -> int:
        now = self._desk.clock()
        query = select(_REPORTS.c.key).where(_REPORTS.c.settled_at.is_(None), _REPORTS.c.received_at < now - PUT_ASIDE)
        async with self._desk.store.reading() as connection:
            keys = list((await connection.execute(query.limit(BATCH))).scalars())
        if keys:
            async with self._desk.store.transaction(now) as unit:
                for key in keys:
                    await _settle_report(unit, key, "not ours")
        return len(keys)

    async def _read_texts(self) -> int:
        query = select(_TEXTS).where(_TEXTS.c.read_at.is_(None)).order_by(_TEXTS.c.received_at).limit(BATCH)
        async with self._desk.store.reading() as connection:
            rows = (await connection.execute(query)).all()
        if rows:
            async with self._desk.store.transaction(self._desk.clock()) as unit:
                for row in rows:
                    await self._read(unit, row)
        return len(rows)

    async def _read(self, unit: UnitOfWork, row: Row[*tuple[Any, ...]]) -> None:
        contacts = tables.contacts.c
        cases = select(contacts.complaint_id).where(
            contacts.phone_blind == row.sender_blind, contacts.closed_at.is_(None)
        )
        open_cases = len((await unit.connection.execute(cases)).all())
        meaning = read_reply(self._desk.ring.open(row.sealed).decode(), open_cases=open_cases)
        if not meaning.needs_person:
            await _opt(unit, row.sender_blind, out=meaning is Meaning.OPT_OUT)
        values = {"read_at": unit.now, "meaning": meaning.value, "needs_person": meaning.needs_person}
        await unit.connection.execute(update(_TEXTS).where(_TEXTS.c.key == row.key).values(**values))


async def report(unit: UnitOfWork, desk: Desk, delivery_id: UUID, event: Reported, decide: Decide) -> bool:
    """Fold in what somebody outside told of a delivery; False where it is unknown or nothing changed."""
    query = select(tables.deliveries.c.complaint_id).where(tables.deliveries.c.id == delivery_id)
    complaint_id = (await unit.connection.execute(query)).scalar()
    found = await lock(unit, desk, delivery_id, complaint_id) if complaint_id else None
    if found is None:
        return False
    rule, held = found
    if evolve(held.delivery, event) is held.delivery:
        return False
    await settle(unit, desk, rule, held, event, decide)
    return True


def _after_report(row: Row[*tuple[Any, ...]], c: retry.Circumstances) -> retry.Decision:
    if row.progress in {"undelivered", "failed"}:
        return retry.after_undelivered(c, later_may_help=row.later_may_help, reason=row.code or row.status)
    return retry.Done()


async def _settle_report(unit: UnitOfWork, key: str, outcome: str) -> bool:
    statement = (
        update(_REPORTS)
        .where(_REPORTS.c.key == key, _REPORTS.c.settled_at.is_(None))
        .values(settled_at=unit.now, outcome=outcome[:20])
    )
    return bool((await unit.connection.execute(statement)).rowcount)


async def _opt(unit: UnitOfWork, address: str, *, out: bool) -> None:
    table = tables.opt_outs
    if out and await unit.claim(table, [{"address_blind": address, "since": unit.now}], key="address_blind"):
        return
    values = {"since": unit.now, "ended_at": None} if out else {"ended_at": unit.now}
    await unit.connection.execute(update(table).where(table.c.address_blind == address).values(**values))
