"""What is known already of a caller and a window, while the next complaint is still being typed: one call's worth of context.

Law of this file: found by the keyed hash of the number, never by the number itself; no identity is shown, only when, where
and how far; and nothing is merged: a person decides whether two are one matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, ScalarSelect, case, false, func, or_, select

from services.intake.domain.phones import e164
from services.intake.ports import Door
from services.intake.store.tables import submissions
from shared.contracts.values import Channel

SAME_WINDOW_WITHIN = timedelta(days=7)
MOST = 6


@dataclass(frozen=True, slots=True)
class Known:
    """One earlier complaint, and why it is shown.

    ``same_person``: told from the same number; ``same_window``: about the same window, lately; ``same_words``: it tells
    much the same. ``of_number``: how many were told from that number in all, however few of them are listed.
    """

    complaint_id: UUID
    number: str
    channel: Channel
    received_at: datetime
    unit: str
    window: str
    same_person: bool
    same_window: bool
    same_words: bool = False
    of_number: int = 0


async def earlier_of(door: Door, number: str | None) -> list[Known]:
    """The newest earlier complaints of a number, as an exchange shows it (which proves nobody)."""
    return await known_of(door, phone=number or "", unit=None, window=None)


async def known_of(door: Door, *, phone: str, unit: str | None, window: str | None, facts: str = "") -> list[Known]:
    """Earlier complaints that tell much the same, then the newest of this number or, within a week, about this window.

    Empty where nothing of that is told.
    """
    number = e164(phone)
    index = door.ring.blind(number) if number else None
    alike = door.recent.like(unit, facts, door.clock())
    table = submissions.c
    lately = door.clock() - SAME_WINDOW_WITHIN
    wanted = [table.phone_index == index] if index else []
    if window:
        wanted.append((table.unit == unit) & (table.window_name == window) & (table.received_at >= lately))
    if alike:
        wanted.append(table.complaint_id.in_(alike))
    if not wanted:
        return []
    first = case((table.complaint_id.in_(alike), 0), else_=1)
    query = select(submissions, _of_number(index).label("of_number")).where(or_(*wanted))
    query = query.order_by(first, table.received_at.desc()).limit(MOST)
    async with door.store.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [replace(_known(row, index, unit, window, lately), same_words=row["complaint_id"] in alike) for row in rows]


def _of_number(index: str | None) -> ScalarSelect[int]:
    others = submissions.alias()
    told = others.c.phone_index == index if index else false()
    return select(func.count()).select_from(others).where(told).scalar_subquery()


def _known(row: RowMapping, index: str | None, unit: str | None, window: str | None, lately: datetime) -> Known:
    there = bool(window) and (row["unit"], row["window_name"]) == (unit, window)
    return Known(
        complaint_id=row["complaint_id"],
        number=row["case_number"] or row["tracking_code"],
        channel=Channel(row["channel"]),
        received_at=row["received_at"],
        unit=row["unit"] or "",
        window=row["window_name"] or "",
        same_person=index is not None and row["phone_index"] == index,
        same_window=there and row["received_at"] >= lately,
        of_number=row["of_number"],
    )
