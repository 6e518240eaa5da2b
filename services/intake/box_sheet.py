"""The record of a box opening (arts. 6 and 14): handed to forms once the opening is closed, which issues it as a document.

Law of this file: opening and document are one: the document has the opening's id, so that asking twice makes it once. Each
slip is told by its register number and the beginning of its words; who signed it is not.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.paper_desk import UnknownOpeningError, shown_number
from services.intake.ports import Door
from services.intake.store import tables
from services.intake.store.states import OpeningState
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.lists import BoxRecorded, SlipFound

LONGEST_SUMMARY = 60
_openings = tables.counter.box_openings
_register = tables.counter.paper_register
_submissions = tables.submissions


async def hand_over(door: Door, opening_id: UUID, *, asked_by: str) -> UUID:
    """Have the record of a closed opening issued; gives the document's id. Raises UnknownOpeningError."""
    async with door.store.transaction(door.clock()) as unit:
        query = select(_openings).where(_openings.c.id == opening_id, _openings.c.state == OpeningState.CLOSED)
        opening = (await unit.connection.execute(query)).first()
        if opening is None:
            raise UnknownOpeningError
        told = BoxRecorded(
            document_id=opening_id,
            asked_by=asked_by,
            occurred_at=unit.now,
            box=opening.box,
            opened_at=opening.opened_at,
            opened_by=opening.opened_by,
            witness=opening.witnessed_by,
            counted=opening.slips,
            difference=_difference(opening),
            slips=[_slip(door, row) for row in await _slips(unit.connection, opening_id)],
        )
        unit.emit(told, subject=opening_id)
    return opening_id


async def _slips(connection: AsyncConnection, opening_id: UUID) -> list[Any]:
    query = (
        select(_register, _submissions.c.sealed, _submissions.c.case_number)
        .join(_submissions, _submissions.c.complaint_id == _register.c.complaint_id)
        .where(_register.c.opening_id == opening_id)
        .order_by(_register.c.number)
    )
    return list((await connection.execute(query)).all())


def _slip(door: Door, row: Any) -> SlipFound:
    told = ComplaintReceived.model_validate_json(door.ring.open(row.sealed))
    writer = told.complainant
    words = " ".join(told.facts.split())
    return SlipFound(
        register_number=shown_number(row.series, row.year, row.number),
        summary=words if len(words) <= LONGEST_SUMMARY else f"{words[:LONGEST_SUMMARY]}……",
        signed=bool(writer.name or writer.has_contact),
        case_number=row.case_number,
    )


def _difference(opening: Any) -> str:
    return f"{opening.difference}（{opening.difference_witness}一起核对）" if opening.difference else ""
