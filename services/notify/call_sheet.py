"""The call list on paper: handed to forms as it stands, which issues it as a numbered document (arts. 14 and 18.5).

Law of this file: the rows are those of the call desk, in its order; they travel sealed. Nothing is recorded by it: a call
that is on paper still waits until somebody says what became of it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.notify.desk import Desk
from services.notify.domain.purposes import Audience
from services.notify.handlers import CONTACTS
from services.notify.ledger import PLANS, TEXTS
from services.notify.store.queries import calls_to_make, count_calls
from shared.contracts.lists import CallsListed, CallToMake
from shared.contracts.values import new_id
from shared.once import Once
from shared.store.answers import Answer, Given
from shared.store.unit_of_work import UnitOfWork

MOST_CALLS = 80
"""On one list: with the longest texts still well below what a message may hold."""


class NothingToCall(LookupError):
    """Nobody waits for a call."""


async def hand_over(desk: Desk, *, asked_by: str, same: Once | None = None) -> Given:
    """Have the calls that wait now issued as a document; the answer's ``id`` is the document's.

    Raises NothingToCall, KeyReused.
    """
    async with desk.store.transaction(desk.clock()) as unit:

        async def work() -> Answer:
            return {"id": str(await _emitted(unit, desk, asked_by))}

        return await desk.answers.once(unit, same, work)


async def _emitted(unit: UnitOfWork, desk: Desk, asked_by: str) -> UUID:
    rows = await calls_to_make(unit.connection, MOST_CALLS)
    if not rows:
        raise NothingToCall
    document_id = new_id()
    told = CallsListed(
        document_id=document_id,
        asked_by=asked_by,
        occurred_at=unit.now,
        calls=[_call(desk, row) for row in rows],
        waiting=await count_calls(unit.connection),
    )
    unit.emit(told, subject=document_id)
    return document_id


def _call(desk: Desk, row: Any) -> CallToMake:
    contact = CONTACTS.validate_json(desk.ring.open(row.sealed))
    return CallToMake(
        tracking_code=row.tracking_code,
        case_number=row.case_number,
        name=contact.name if row.audience == Audience.COMPLAINANT else None,
        phone=PLANS.validate_json(desk.ring.open(row.sealed_plan)).to,
        say=TEXTS.validate_json(desk.ring.open(row.sealed_text)).body,
        latest=row.respond_by,
    )
