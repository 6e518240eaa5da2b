"""Paper: boxes that were opened, and the register in which each slip and each letter has its own number (art. 14).

Law of this file: a number is drawn in the transaction that uses it, so that a year's series has no gap; a slip belongs to
an opening, and an opening is closed when as many slips are registered as were counted, or when two people say why they are
fewer. The same request again gives the same number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from services.intake.domain.submission import Submission
from services.intake.domain.transcription import illegible, marked
from services.intake.handlers import (
    Receipt,
    answered,
    complaint_rows,
    first_answer,
    first_receipt,
    is_first,
    new_identifiers,
    normalised,
    receipt_of,
    remember,
    stored_claim,
)
from services.intake.ports import Door
from services.intake.store import tables
from services.intake.store.states import OpeningState
from shared.clock import SHANGHAI
from shared.contracts.values import Channel, new_id
from shared.once import Once
from shared.store.unit_of_work import UnitOfWork

_openings = tables.counter.box_openings
_series = tables.counter.register_series
_register = tables.counter.paper_register


class Series(StrEnum):
    """A yearly series of register numbers; the value is the word before the number."""

    SLIP = "箱"
    LETTER = "信"


SERIES = {Channel.SUGGESTION_BOX: Series.SLIP, Channel.LETTER: Series.LETTER}
"""What comes on paper, and the series it is registered in."""


def shown_number(series: str, year: int, number: int) -> str:
    """``箱2026-0007``."""
    return f"{series}{year}-{number:04d}"


@dataclass(frozen=True, slots=True)
class Opening:
    """A box, opened by one person before the eyes of another. ``slips`` were counted then; moments are aware."""

    box: str
    opened_at: datetime
    opened_by: str
    witnessed_by: str
    slips: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Why fewer slips are registered than were counted, and who besides the one who closes has looked again."""

    reason: str
    witnessed_by: str


class UnknownOpeningError(Exception):
    """There is no such opening."""


class OpeningClosedError(Exception):
    """The opening is closed: its slips were counted and are all registered."""


class OpeningFullError(Exception):
    """As many slips are registered as were counted: one more is a counting mistake that two people must correct."""


class CountsDifferError(Exception):
    """Fewer slips are registered than were counted, and nobody says why."""

    def __init__(self, counted: int, registered: int) -> None:
        super().__init__("counts differ")
        self.counted = counted
        self.registered = registered


async def record_opening(door: Door, opening: Opening, *, recorded_by: str, same: Once | None) -> UUID:
    """Enter an opening, also one that found nothing: it is then closed at once. Raises KeyReused."""
    opening_id, now = new_id(), door.clock()
    empty = opening.slips == 0
    row = {
        "id": opening_id,
        "box": opening.box,
        "opened_at": opening.opened_at,
        "opened_by": opening.opened_by,
        "witnessed_by": opening.witnessed_by,
        "slips": opening.slips,
        "recorded_by": recorded_by,
        "state": OpeningState.CLOSED if empty else OpeningState.OPEN,
        "closed_at": now if empty else None,
        "closed_by": recorded_by if empty else None,
    }
    location = f"/intake/box-openings/{opening_id}"
    claim = answered(same, opening_id.bytes, location, now) if same else None
    async with door.store.transaction(now) as unit:
        ours = await is_first(unit, claim)
        if ours:
            unit.add(_openings, row)
    if not ours and same is not None:
        return UUID(bytes=await first_answer(door, same))
    return opening_id


async def close_opening(door: Door, opening_id: UUID, *, closed_by: str, difference: Difference | None = None) -> None:
    """Close it once the counts agree, or once two people say why they don't.

    Raises UnknownOpeningError, OpeningClosedError, CountsDifferError.
    """
    now = door.clock()
    async with door.store.transaction(now) as unit:
        opening = await _locked(unit, opening_id)
        registered = await _registered(unit, opening_id)
        agree = registered == opening.slips
        if not agree and difference is None:
            raise CountsDifferError(opening.slips, registered)
        closed = {"state": OpeningState.CLOSED, "closed_at": now, "closed_by": closed_by}
        if not agree and difference is not None:
            closed |= {"difference": difference.reason, "difference_witness": difference.witnessed_by}
        await unit.connection.execute(update(_openings).where(_openings.c.id == opening_id).values(**closed))


async def receive_paper(door: Door, submission: Submission, *, opening_id: UUID | None, same: Once | None) -> Receipt:
    """Take a slip or a letter in under the next number of its series; what can't be read is marked in one way.

    Raises KeyReused, UnknownOpeningError, OpeningClosedError, OpeningFullError.
    """
    series = SERIES[submission.channel]
    submission = submission.model_copy(update={"facts": marked(submission.facts)})
    complaint = normalised(door, submission, new_identifiers())
    receipt = receipt_of(complaint)
    now = door.clock()
    async with door.store.transaction(now) as unit:
        claim = stored_claim(same, receipt, now)
        ours = await is_first(unit, claim)
        if ours:
            if opening_id is not None:
                await _room_in(unit, opening_id)
            year = now.astimezone(SHANGHAI).year
            entry = {
                "series": series.value,
                "year": year,
                "number": await _next(unit, series, year),
                "complaint_id": complaint.complaint_id,
                "opening_id": opening_id,
                "illegible": illegible(complaint.facts),
                "registered_at": now,
            }
            unit.add(_register, entry)
            for table, row in complaint_rows(door, complaint):
                unit.add(table, row)
    if not ours and same is not None:
        return await first_receipt(door, same)
    remember(door, complaint)
    return receipt


async def register_number(door: Door, complaint_id: UUID) -> str | None:
    """The register number of a slip or letter, as shown; None for what came by another way."""
    query = select(_register).where(_register.c.complaint_id == complaint_id)
    async with door.store.reading() as connection:
        row = (await connection.execute(query)).first()
    return shown_number(row.series, row.year, row.number) if row else None


async def opening_with_slips(door: Door, opening_id: UUID) -> dict[str, Any]:
    """An opening and the numbers of its slips. Raises UnknownOpeningError."""
    async with door.store.reading() as connection:
        opening = (await connection.execute(select(_openings).where(_openings.c.id == opening_id))).mappings().first()
        slips = select(_register).where(_register.c.opening_id == opening_id).order_by(_register.c.number)
        entries = (await connection.execute(slips)).all()
    if opening is None:
        raise UnknownOpeningError
    numbers = [
        {
            "number": shown_number(entry.series, entry.year, entry.number),
            "complaint_id": entry.complaint_id,
            "illegible": entry.illegible,
        }
        for entry in entries
    ]
    return {**opening, "registered": len(numbers), "items": numbers}


async def recent_openings(door: Door, limit: int = 50) -> list[dict[str, Any]]:
    """The newest openings, with how many of their slips are registered."""
    counted = select(func.count()).where(_register.c.opening_id == _openings.c.id).scalar_subquery()
    query = select(_openings, counted.label("registered")).order_by(_openings.c.opened_at.desc()).limit(limit)
    async with door.store.reading() as connection:
        return [dict(row) for row in (await connection.execute(query)).mappings()]


async def _room_in(unit: UnitOfWork, opening_id: UUID) -> None:
    opening = await _locked(unit, opening_id)
    if await _registered(unit, opening_id) >= opening.slips:
        raise OpeningFullError


async def _locked(unit: UnitOfWork, opening_id: UUID) -> Any:
    """The opening, held until the transaction ends, so that two people don't both register its last slip."""
    query = select(_openings).where(_openings.c.id == opening_id).with_for_update()
    opening = (await unit.connection.execute(query)).first()
    if opening is None:
        raise UnknownOpeningError
    if opening.state == OpeningState.CLOSED:
        raise OpeningClosedError
    return opening


async def _registered(unit: UnitOfWork, opening_id: UUID) -> int:
    query = select(func.count()).select_from(_register).where(_register.c.opening_id == opening_id)
    return int((await unit.connection.execute(query)).scalar_one())


async def _next(unit: UnitOfWork, series: Series, year: int) -> int:
    """The next number. The row of the series is held until the commit: who comes second waits, and a roll-back gives it back."""
    this = (_series.c.series == series.value) & (_series.c.year == year)
    drawn = update(_series).where(this).values(last=_series.c.last + 1).returning(_series.c.last)
    number = (await unit.connection.execute(drawn)).scalar()
    if number is None:
        await unit.claim(_series, [{"series": series.value, "year": year, "last": 0}], key="series")
        number = (await unit.connection.execute(drawn)).scalar_one()
    return int(number)
