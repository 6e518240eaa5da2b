"""The call desk: what people did with the messages that need a person, recorded with who, when and a note.

Law of this file: of two people who record the end of the same message, one wins and the other is told who it was. The
note is sealed, since it may name the complainant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.notify.desk import Desk
from services.notify.domain.calls import BY_ROUTE, CallOutcome, after_call, is_last, is_same_call
from services.notify.domain.state import Delivery, Reported, State
from services.notify.ledger import Held
from services.notify.settling import lock, settle
from services.notify.store.tables import calls, deliveries
from shared.contracts.values import new_id
from shared.once import Once
from shared.store.answers import Answer, Given
from shared.store.unit_of_work import UnitOfWork

PERSON = "person"
"""Stands where a provider's name does."""

_REPORTED: dict[CallOutcome, State] = {
    CallOutcome.REACHED: State.DELIVERED,
    CallOutcome.POSTED: State.DELIVERED,
    CallOutcome.NOT_REACHED: State.UNDELIVERED,
}


class NotOnTheList(LookupError):
    """The caller is at fault: no such message waits for a person on this route."""


@dataclass(frozen=True, slots=True)
class LastRecord:
    """What was recorded last of a message, and by whom."""

    outcome: CallOutcome
    by: str
    at: datetime


class AlreadyRecorded(Exception):
    """Somebody was faster; nothing is changed."""

    def __init__(self, last: LastRecord | None) -> None:
        super().__init__("already recorded")
        self.last = last


async def record(
    desk: Desk, delivery_id: UUID, outcome: CallOutcome, *, by: str, note: str | None, same: Once | None = None
) -> Given:
    """Record what became of a call or a letter. Raises NotOnTheList, AlreadyRecorded, KeyReused."""
    async with desk.store.transaction(desk.clock()) as unit:

        async def work() -> Answer:
            after = await _recorded(unit, desk, delivery_id, outcome, by, note)
            return {"id": str(delivery_id), "state": after.state.value, "outcome": outcome.value}

        return await desk.answers.once(unit, same, work)


async def _recorded(
    unit: UnitOfWork, desk: Desk, delivery_id: UUID, outcome: CallOutcome, by: str, note: str | None
) -> Delivery:
    query = select(deliveries.c.complaint_id).where(deliveries.c.id == delivery_id)
    complaint_id = (await unit.connection.execute(query)).scalar()
    found = await lock(unit, desk, delivery_id, complaint_id) if complaint_id else None
    if found is None:
        raise NotOnTheList
    rule, held = found
    earlier = await _earlier(unit, delivery_id)
    _check(held, outcome, earlier, unit.now)
    call_id = _write(unit, desk, delivery_id, outcome, by, note)
    count = sum(record.outcome is CallOutcome.NOT_REACHED for record in earlier) + 1
    ends = outcome is not CallOutcome.NOT_REACHED or is_last(count)
    event = Reported(_REPORTED[outcome], unit.now, PERSON, str(call_id), code=outcome.value) if ends else None
    return await settle(unit, desk, rule, held, event, partial(after_call, outcome, count))


def _check(held: Held, outcome: CallOutcome, earlier: list[LastRecord], now: datetime) -> None:
    if held.message.route is not BY_ROUTE[outcome]:
        raise NotOnTheList
    last = earlier[-1] if earlier else None
    if held.delivery.state is not State.PLANNED:
        raise AlreadyRecorded(last)
    if outcome is CallOutcome.NOT_REACHED and is_same_call(last.at if last else None, now):
        raise AlreadyRecorded(last)


async def _earlier(unit: UnitOfWork, delivery_id: UUID) -> list[LastRecord]:
    query = select(calls).where(calls.c.delivery_id == delivery_id).order_by(calls.c.at, calls.c.id)
    rows = (await unit.connection.execute(query)).all()
    return [LastRecord(CallOutcome(row.outcome), row.by, row.at) for row in rows]


def _write(unit: UnitOfWork, desk: Desk, delivery_id: UUID, outcome: CallOutcome, by: str, note: str | None) -> UUID:
    row: dict[str, Any] = {
        "id": new_id(),
        "delivery_id": delivery_id,
        "at": unit.now,
        "by": by,
        "outcome": outcome.value,
        "sealed_note": desk.ring.seal_record(note.encode()) if note else None,
    }
    unit.add(calls, row)
    call_id: UUID = row["id"]
    return call_id
