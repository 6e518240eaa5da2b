"""What intake hears: a table of message type to handler."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import update

from services.intake.handlers import REGISTERED
from services.intake.store import tables
from shared.contracts.case import CaseRegistered
from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import Handler, HandlerOutcome
from shared.store.unit_of_work import UnitOfWork


async def note_number(unit: UnitOfWork, _envelope: Envelope, data: Published) -> HandlerOutcome:
    """The complaint stands in the register now: show its number in intake's lists."""
    assert isinstance(data, CaseRegistered)
    await unit.connection.execute(
        update(tables.submissions)
        .where(tables.submissions.c.complaint_id == data.complaint_id)
        .values(state=REGISTERED, case_number=data.case_number)
    )
    return None


HANDLERS: Mapping[str, Handler] = {"case.registered.v1": note_number}
