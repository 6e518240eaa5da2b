"""The daily reconciliation: what came in at each channel equals what became of it, and each complaint was told.

Law of this file: receipts = complaints + what was classified otherwise + what still waits; every complaint has its message
in the outbox and, in time, its number in the register. Whatever does not add up is named; nothing is mended here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.mail_class import OUTCOMES, MailClass, Outcome
from services.intake.ports import Door
from services.intake.store import tables
from services.intake.store.states import CallState, OpeningState, ScanState
from shared.clock import SHANGHAI
from shared.contracts.values import Channel

MOST_NAMED = 50
"""Items that don't add up and are named, of each channel."""
UNACCOUNTED = "not accounted for"
"""Calls of which nobody has said yet what became of them."""
_MAIL_QUARANTINE = tuple(kind.value for kind, outcome in OUTCOMES.items() if outcome is Outcome.QUARANTINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One channel on one day. ``classes``: what became of the receipts, by name; they add up to ``receipts``."""

    channel: Channel
    receipts: int
    classes: dict[str, int]
    complaints: int
    told: int
    registered: int
    differences: tuple[str, ...] = field(default=())

    @property
    def balanced(self) -> bool:
        """Whether everything adds up."""
        return self.receipts == sum(self.classes.values()) and not self.differences


Span = tuple[datetime, datetime]


def span_of(day: date) -> Span:
    """From the beginning of a day of Asia/Shanghai to that of the next."""
    begins = datetime.combine(day, time(), SHANGHAI)
    return begins, begins + timedelta(days=1)


async def reconcile(door: Door, day: date) -> list[Line]:
    """All channels of one day of Asia/Shanghai."""
    span = span_of(day)
    async with door.store.reading() as connection:
        lines = [await _told_line(connection, channel, span) for channel in Channel]
        return [await _with_receipts(connection, line, span) for line in lines]


async def _told_line(connection: AsyncConnection, channel: Channel, span: Span) -> Line:
    """Complaints of the channel, and whether each was told; where a door has no other receipts, these are they."""
    table, outbox = tables.submissions.c, tables.messages.outbox.c
    query = (
        select(table.complaint_id, table.case_number, outbox.message_id)
        .outerjoin_from(
            tables.submissions,
            tables.messages.outbox,
            (outbox.subject == table.complaint_id) & (outbox.type == "complaint.received.v1"),
        )
        .where(table.channel == channel.value, table.received_at >= span[0], table.received_at < span[1])
    )
    rows = (await connection.execute(query)).all()
    untold = tuple(f"complaint {row.complaint_id} was never told" for row in rows if row.message_id is None)
    return Line(
        channel=channel,
        receipts=len(rows),
        classes={"complaint": len(rows)},
        complaints=len(rows),
        told=len(rows) - len(untold),
        registered=sum(row.case_number is not None for row in rows),
        differences=untold[:MOST_NAMED],
    )


async def _with_receipts(connection: AsyncConnection, line: Line, span: Span) -> Line:
    if line.channel is Channel.EMAIL:
        return await _mail_line(connection, line, span)
    if line.channel is Channel.FAX:
        return await _fax_line(connection, line, span)
    if line.channel is Channel.SUGGESTION_BOX:
        return await _box_line(connection, line, span)
    if line.channel is Channel.PHONE:
        return await _phone_line(connection, line, span)
    return line


async def _mail_line(connection: AsyncConnection, line: Line, span: Span) -> Line:
    """Arrivals in all mailboxes and pipes, against the mails' classes and the places in quarantine."""
    arrivals, mails = tables.mail_arrivals.c, tables.mails.c
    query = (
        select(arrivals.sha256, arrivals.repeated, mails["class"], mails.complaint_id)
        .outerjoin_from(tables.mail_arrivals, tables.mails, mails.sha256 == arrivals.sha256)
        .where(arrivals.arrived_at >= span[0], arrivals.arrived_at < span[1])
    )
    rows = (await connection.execute(query)).all()
    classes = Counter("repeated" if row.repeated else (row[2] or "unaccounted") for row in rows)
    first = [row for row in rows if not row.repeated]
    kept = await _known(connection, [row.complaint_id for row in first if row[2] == MailClass.NEW_COMPLAINT.value])
    set_aside = await _quarantined(connection, span)
    differences = [
        f"mail {row.sha256[:16]} is a complaint without a row"
        for row in first
        if row[2] == MailClass.NEW_COMPLAINT.value and row.complaint_id not in kept
    ]
    differences += [f"arrival {row.sha256[:16]} has no mail" for row in first if row[2] is None]
    awaited = sum(classes[name] for name in _MAIL_QUARANTINE)
    if awaited != set_aside:
        differences.append(f"{awaited} mails for quarantine, {set_aside} places in it")
    return _replaced(line, len(rows), dict(classes), differences)


async def _fax_line(connection: AsyncConnection, line: Line, span: Span) -> Line:
    """Faxes and scans by their state; those told are the complaints."""
    table = tables.scans.c
    query = select(table.complaint_id, table.state).where(table.received_at >= span[0], table.received_at < span[1])
    rows = (await connection.execute(query)).all()
    told = [row.complaint_id for row in rows if row.state == ScanState.TOLD]
    known = await _known(connection, told)
    differences = [f"fax {each} was told but has no row" for each in told if each not in known]
    return _replaced(line, len(rows), dict(Counter(row.state for row in rows)), differences)


async def _box_line(connection: AsyncConnection, line: Line, span: Span) -> Line:
    """Slips as they were counted when the boxes were opened, against those registered, still to be typed, and explained."""
    openings, register = tables.counter.box_openings.c, tables.counter.paper_register.c
    query = (
        select(openings.id, openings.slips, openings.state, register.complaint_id)
        .outerjoin_from(tables.counter.box_openings, tables.counter.paper_register, register.opening_id == openings.id)
        .where(openings.opened_at >= span[0], openings.opened_at < span[1])
    )
    rows = (await connection.execute(query)).all()
    slips = [row.complaint_id for row in rows if row.complaint_id is not None]
    known = await _known(connection, slips)
    missing: Counter[str] = Counter()
    for opening, (counted, state) in {row.id: (row.slips, row.state) for row in rows}.items():
        typed = sum(row.id == opening and row.complaint_id is not None for row in rows)
        missing["to be typed" if state == OpeningState.OPEN else "explained"] += counted - typed
    classes = {**line.classes, **+missing}
    differences = [f"slip {each} has a number and no row" for each in slips if each not in known]
    return _replaced(line, line.complaints + missing.total(), classes, differences)


async def _phone_line(connection: AsyncConnection, line: Line, span: Span) -> Line:
    """Calls: those that are complaints, those that were none by their reason, and those that nobody has accounted for."""
    table = tables.calls.c
    query = select(table.reference, table.state, table.ending, table.complaint_id).where(
        table.began_at >= span[0], table.began_at < span[1]
    )
    rows = (await connection.execute(query)).all()
    others = Counter(UNACCOUNTED if row.state == CallState.OPEN else row.ending for row in rows if not row.complaint_id)
    became = [row.complaint_id for row in rows if row.complaint_id]
    known = await _known(connection, became)
    differences = [f"call became complaint {each}, which has no row" for each in became if each not in known]
    return _replaced(line, line.complaints + others.total(), {**line.classes, **others}, differences)


def _replaced(line: Line, receipts: int, classes: dict[str, int], more: list[str]) -> Line:
    return Line(
        line.channel,
        receipts,
        classes,
        line.complaints,
        line.told,
        line.registered,
        (*line.differences, *more)[:MOST_NAMED],
    )


async def _known(connection: AsyncConnection, ids: list[UUID]) -> set[Any]:
    """Those of the complaints that have a row."""
    found: set[Any] = set()
    for start in range(0, len(ids), 500):
        query = select(tables.submissions.c.complaint_id).where(
            tables.submissions.c.complaint_id.in_(ids[start : start + 500])
        )
        found |= set((await connection.execute(query)).scalars())
    return found


async def _quarantined(connection: AsyncConnection, span: Span) -> int:
    table = tables.quarantine.c
    query = select(table.id).where(
        table.channel == Channel.EMAIL.value, table.received_at >= span[0], table.received_at < span[1]
    )
    return len((await connection.execute(query)).all())
