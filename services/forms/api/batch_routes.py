"""``/forms/documents/batch.pdf?day=``: the disposition forms of a day in one PDF, to be printed at once."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy import Row, select
from starlette.responses import Response

from services.forms.api.answers import PDF, open_to, settled
from services.forms.domain.definition import FormId
from services.forms.domain.values import Issue
from services.forms.ports import BoundForm
from services.forms.print_room import PrintRoom
from services.forms.rendering import Printer
from services.forms.store.states import READY
from services.forms.store.tables import documents
from services.forms.templates import FORMS
from shared.clock import SHANGHAI
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.days import Day
from shared.web.files import file_answer, gives
from shared.web.problems import Problem


def batch_routes(room: PrintRoom, printer: Printer, gate: Gate) -> APIRouter:
    """One route; to be included before ``/forms/documents/{name}``, which it looks like."""
    router = APIRouter(tags=["forms"])

    @router.get("/forms/documents/batch.pdf", response_class=Response, responses=gives(PDF))
    async def batch(day: Day, who: Principal = Depends(gate.admit)) -> Response:
        """All disposition forms of a day (Asia/Shanghai) in one PDF, the earliest first; one that failed is named on a page."""
        return await _batch(room, printer, day, who)

    return router


async def _batch(room: PrintRoom, printer: Printer, day: date, who: Principal) -> Response:
    rows = await _dispositions(room, printer, day, who)
    if not rows:
        raise Problem(404, "not_found", "这一天没有处置单", "No disposition forms were issued that day")
    forms = [await _sheet(room, row) for row in rows]
    issue = Issue(issued_at=room.clock(), issued_by=room.centre.office)
    joined = await asyncio.to_thread(room.binder.join, forms, issue)
    return file_answer(joined.content, PDF, f"处置单{day:%Y%m%d}.pdf")


async def _sheet(room: PrintRoom, row: Any) -> BoundForm:
    """A disposition form for the batch; without content where it was given up, so that the batch says which is wanting."""
    title = f"{FORMS[FormId(row.form)].title}　{row.number}"
    if row.state != READY:
        return BoundForm(title, None, str(row.id))
    return BoundForm(title, await room.originals.read(row.sha256), row.sha256)


async def _dispositions(room: PrintRoom, printer: Printer, day: date, who: Principal) -> list[Row[Any]]:
    """The disposition forms that were issued on a day and still stand, each drawn or given up; of no case kept from the asker.

    Raises Problem 503 where one of them takes too long: a batch that left one out unsaid would lose a case.
    """
    query = (
        select(documents)
        .where(*issued_on(day), open_to(who), *STANDING_DISPOSITIONS)
        .order_by(documents.c.issued_at, documents.c.id)
    )
    async with room.store.reading() as connection:
        rows = list((await connection.execute(query)).all())
    return [row if row.state == READY else await settled(printer, row.id) for row in rows]


STANDING_DISPOSITIONS = (documents.c.form == FormId.DISPOSITION.value, documents.c.superseded_at.is_(None))
"""The condition that a document is a disposition form that no later one of its case replaces."""


def issued_on(day: date) -> tuple[Any, Any]:
    """The condition that a document was issued on a day (Asia/Shanghai)."""
    begins = datetime.combine(day, time(), SHANGHAI)
    return documents.c.issued_at >= begins, documents.c.issued_at < begins + timedelta(days=1)
