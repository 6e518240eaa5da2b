"""What intake hears: a table of message type to handler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, update

from services.intake.store import tables
from services.intake.store.states import SubmissionState
from shared.contracts.case import CaseRegistered
from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import Handler, HandlerOutcome
from shared.store.unit_of_work import UnitOfWork


async def note_number(unit: UnitOfWork, _envelope: Envelope, data: Published) -> HandlerOutcome:
    """The complaint stands in the register now: show its number in intake's lists."""
    assert isinstance(data, CaseRegistered)
    noted: list[dict[str, Any]] = unit.scratch.setdefault(_NOTED, [])
    if not noted:
        unit.before_commit.append(_write_numbers)
    noted.append({"this": data.complaint_id, "number": data.case_number})
    return None


_NOTED = "noted_numbers"
_NOTE = (
    update(tables.submissions)
    .where(tables.submissions.c.complaint_id == bindparam("this"))
    .values(state=SubmissionState.REGISTERED, case_number=bindparam("number"))
)


async def _write_numbers(unit: UnitOfWork) -> None:
    """All numbers of a batch in one statement."""
    noted, unit.scratch[_NOTED] = unit.scratch[_NOTED], []
    if noted:
        await unit.connection.execute(_NOTE, noted)


HANDLERS: Mapping[str, Handler] = {"case.registered.v1": note_number}
