"""Lists about many cases, handed over by the service whose rows they are: put down as documents, their words frozen.

Law of this file: a message is one document, however often it comes, under the id that its sender chose; of a series the
later document supersedes the earlier. Nothing is drawn here, and nothing is asked of anybody.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, update

from services.forms.domain.lists import LISTS
from services.forms.domain.masking import Reader
from services.forms.print_room import PrintRoom
from services.forms.store import tables
from services.forms.store.states import WAITING
from services.forms.templates import FORMS
from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope
from shared.contracts.lists import ListAsked
from shared.contracts.tracking import new_tracking_code, show_tracking_code
from shared.messaging.consumer import Handler
from shared.store.unit_of_work import UnitOfWork


def issue_list(room: PrintRoom) -> Handler:
    """The handler of every ``list.*``."""

    async def handler(unit: UnitOfWork, _: Envelope, data: Published) -> None:
        assert isinstance(data, ListAsked)
        if not await _is_there(unit, data.document_id):
            await _put_down(unit, room, data)

    return handler


async def _is_there(unit: UnitOfWork, document_id: UUID) -> bool:
    await unit.flush()
    query = select(tables.documents.c.id).where(tables.documents.c.id == document_id)
    return (await unit.connection.execute(query)).first() is not None


async def _put_down(unit: UnitOfWork, room: PrintRoom, told: ListAsked) -> None:
    due = LISTS[type(told)]
    form, values = FORMS[due.form], due.fill(told)
    values.check(form)
    series = due.series(told) if due.series else None
    code = new_tracking_code()
    row = {
        "id": told.document_id,
        "form": form.id.value,
        "reader": Reader.OFFICE.value,
        "article": form.article,
        "series": series,
        "number": show_tracking_code(code),
        "version": 1 + (await _superseded(unit, series) if series else 0),
        "verify_code": code,
        "template_version": form.template_version,
        "issued_at": unit.now,
        "issued_by": room.centre.office,
        "asked_by": told.asked_by,
        "sealed_values": room.ring.seal_record(values.model_dump_json().encode()),
        "state": WAITING,
        "attempts": 0,
    }
    unit.add(tables.documents, row)


async def _superseded(unit: UnitOfWork, series: UUID) -> int:
    """Mark what a new one of the series supersedes; gives the version of the newest, 0 where there is none."""
    documents = tables.documents
    of_it = documents.c.series == series
    version = (await unit.connection.execute(select(func.max(documents.c.version)).where(of_it))).scalar() or 0
    older = update(documents).where(of_it, documents.c.superseded_at.is_(None))
    await unit.connection.execute(older.values(superseded_at=unit.now))
    return int(version)
