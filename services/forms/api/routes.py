"""``/forms/documents?case=``, ``/forms/documents/{id}`` (``.pdf``, ``.docx``), the batch of a day, the binder of a case."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.encoders import jsonable_encoder
from sqlalchemy import Row, select
from starlette.responses import JSONResponse, Response

from services.forms.api.access import BINDER_READERS, READERS_OF, UNITS
from services.forms.api.answers import (
    LISTED,
    PDF,
    file_answer,
    known_document,
    listed,
    no_such_document,
    once_drawn,
    the_document,
    took_in,
)
from services.forms.api.demand_routes import told
from services.forms.demand import make_binder, record_reprint
from services.forms.domain.binder import BINDER
from services.forms.domain.definition import FormId
from services.forms.drawing import draw
from services.forms.print_room import PrintRoom
from services.forms.rendering import Printer
from services.forms.signing import signatures_of
from services.forms.store.states import READY
from services.forms.store.tables import complaints, documents, reprints
from shared.clock import SHANGHAI
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.problems import Problem


def document_routes(room: PrintRoom, printer: Printer, gate: Gate) -> APIRouter:
    """The endpoints, over the print room."""
    router = APIRouter(tags=["forms"])

    @router.get("/forms/documents")
    async def of_case(case: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """The documents of a case, the newest first; only the copies meant for the asker."""
        return {"items": await _of_case(room, case, who)}

    @router.get("/forms/documents/batch.pdf", response_class=Response)
    async def batch(day: date, _who: Principal = Depends(gate.admit)) -> Response:
        """All disposition forms of a day (Asia/Shanghai) in one PDF, the earliest first."""
        return await _batch(room, printer, day)

    @router.get("/forms/documents/{name}", response_class=Response)
    async def document(name: str, copy: bool = False, who: Principal = Depends(gate.admit)) -> Response:
        """One document: ``{id}.pdf`` as issued (``?copy=1``: a reprint that says so), ``{id}.docx``, ``{id}``: what it is."""
        return await _answered(room, printer, name, who, copy=copy)

    @router.get("/forms/cases/{number}/binder.pdf", response_class=Response)
    async def binder(number: str, who: Principal = Depends(gate.admit)) -> Response:
        """The whole case in one PDF (art. 18.6), as it stands now."""
        with told():
            identifier = await make_binder(room, number, who=who.name)
        row = await once_drawn(printer, identifier)
        return file_answer(await _issued(room, row), PDF, f"{row.number}案卷.pdf")

    return router


async def _of_case(room: PrintRoom, case: str, who: Principal) -> list[dict[str, Any]]:
    readers = [reader.value for reader in READERS_OF[who.role]]
    complaint = select(complaints.c.complaint_id).where(complaints.c.case_number == case).scalar_subquery()
    query = (  # by the complaint: a receipt is older than its case
        select(*LISTED, documents.c.complaint_id)
        .where(documents.c.complaint_id == complaint, documents.c.reader.in_(readers))
        .order_by(documents.c.issued_at.desc(), documents.c.id.desc())
    )
    if who.role in UNITS:
        query = query.where(documents.c.unit == who.unit)
    if who.role not in BINDER_READERS:
        query = query.where(documents.c.form != BINDER)
    async with room.store.reading() as connection:
        rows = list((await connection.execute(query)).all())
        if rows and not await took_in(room, connection, rows[0], who):
            return []
    return [listed(row) for row in rows]


async def _answered(room: PrintRoom, printer: Printer, name: str, who: Principal, *, copy: bool) -> Response:
    identifier, _, ending = name.partition(".")
    if not ending:
        described = await _described(room, await known_document(room, identifier, who))
        return JSONResponse(jsonable_encoder(described))
    row = await the_document(room, printer, identifier, who)
    if ending == "pdf":
        return await _pdf(room, row, who, copy=copy)
    if ending != "docx" or row.form == BINDER:
        raise no_such_document()
    drawn = await draw(room, row, room.docx, copy=copy)
    return file_answer(drawn.content, drawn.media_type, f"{row.number}.docx")


async def _batch(room: PrintRoom, printer: Printer, day: date) -> Response:
    rows = await _dispositions(room, printer, day)
    if not rows:
        raise Problem(404, "not_found", "这一天没有处置单", "No disposition forms were issued that day")
    contents = [await room.originals.read(row.sha256) for row in rows]
    joined = await asyncio.to_thread(room.binder.join, contents)
    return file_answer(joined.content, PDF, f"处置单{day:%Y%m%d}.pdf")


async def _described(room: PrintRoom, row: Any) -> dict[str, Any]:
    """A document with what was done with it: signed, sealed, printed again."""
    query = select(reprints.c.printed_by, reprints.c.printed_at).where(reprints.c.document_id == row.id)
    async with room.store.reading() as connection:
        printed = [dict(each) for each in (await connection.execute(query.order_by(reprints.c.printed_at))).mappings()]
    return listed(row) | {"signatures": await signatures_of(room, row.id), "reprints": printed}


async def _pdf(room: PrintRoom, row: Any, who: Principal, *, copy: bool) -> Response:
    if not copy or row.form == BINDER:
        return file_answer(await _issued(room, row), PDF, f"{row.number}.pdf")
    drawn = await draw(room, row, room.pdf, copy=True)
    await record_reprint(room, row.id, who=who.name)
    return file_answer(drawn.content, PDF, f"{row.number}副本.pdf")


async def _issued(room: PrintRoom, row: Any) -> bytes:
    """The file as it was given out: with the centre's signature where there is one."""
    return await room.originals.read(row.signed_sha256 or row.sha256)


async def _dispositions(room: PrintRoom, printer: Printer, day: date) -> list[Row[Any]]:
    """The disposition forms that were issued on a day and still stand, drawn."""
    begins = datetime.combine(day, time(), SHANGHAI)
    query = (
        select(documents)
        .where(
            documents.c.form == FormId.DISPOSITION.value,
            documents.c.issued_at >= begins,
            documents.c.issued_at < begins + timedelta(days=1),
            documents.c.superseded_at.is_(None),
        )
        .order_by(documents.c.issued_at, documents.c.id)
    )
    async with room.store.reading() as connection:
        rows = list((await connection.execute(query)).all())
    drawn = [row if row.state == READY else await printer.draw_now(row.id) for row in rows]
    return [row for row in drawn if row is not None]
