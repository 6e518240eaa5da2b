"""``/forms/documents?case=``, ``/forms/documents/{id}`` (``.pdf``, ``.docx``), the binder of a case."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.encoders import jsonable_encoder
from sqlalchemy import select
from starlette.responses import JSONResponse, Response

from services.forms.api.access import BINDER_READERS, READERS_OF, UNITS
from services.forms.api.answers import (
    DOCX,
    LISTED,
    PDF,
    file_name,
    known_case,
    known_document,
    listed,
    may_know,
    no_such_document,
    once_drawn,
    the_document,
)
from services.forms.api.demand_routes import told
from services.forms.demand import make_binder, record_reprint
from services.forms.domain.binder import BINDER
from services.forms.drawing import DocumentRow, draw, form_of
from services.forms.print_room import PrintRoom
from services.forms.rendering import Printer
from services.forms.signing import signatures_of
from services.forms.store.tables import complaints, documents, reprints
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.files import file_answer, gives


def document_routes(room: PrintRoom, printer: Printer, gate: Gate) -> APIRouter:
    """The endpoints, over the print room."""
    router = APIRouter(tags=["forms"])

    @router.get("/forms/documents")
    async def of_case(case: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """The documents of a case, the newest first; only the copies meant for the asker."""
        return {"items": [listed(row) for row in await papers_of_case(room, case, who)]}

    @router.get("/forms/documents/{name}", response_class=Response, responses=gives(PDF, DOCX, "application/json"))
    async def document(name: str, copy: bool = False, who: Principal = Depends(gate.admit)) -> Response:
        """One document: ``{id}.pdf`` as issued (``?copy=1``: a reprint that says so), ``{id}.docx``, ``{id}``: what it is."""
        return await answered(room, printer, name, who, copy=copy)

    @router.get("/forms/cases/{number}/binder.pdf", response_class=Response, responses=gives(PDF))
    async def binder(number: str, who: Principal = Depends(gate.admit)) -> Response:
        """The whole case in one PDF (art. 18.6), as it stands now."""
        await known_case(room, number, who)
        with told():
            identifier = await make_binder(room, number, who=who.name)
        row = await once_drawn(printer, identifier)
        return file_answer(await _issued(room, row), PDF, file_name(row, "pdf"))

    return router


async def papers_of_case(room: PrintRoom, case: str, who: Principal) -> list[DocumentRow]:
    """The documents of a case that the asker may have, the newest first; none where they may know of no such case."""
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
        if rows and not await may_know(connection, rows[0], who):
            return []
    return rows


async def answered(room: PrintRoom, printer: Printer, name: str, who: Principal, *, copy: bool) -> Response:
    """A document by its id and ending, or without one what it is. Raises Problem 404, 500, 503."""
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
    return file_answer(drawn.content, drawn.media_type, file_name(row, "docx"))


async def _described(room: PrintRoom, row: Any) -> dict[str, Any]:
    """A document with what was done with it: signed, sealed, printed again."""
    return listed(row) | {"signatures": await signatures_of(room, row.id), "reprints": await reprints_of(room, row.id)}


async def reprints_of(room: PrintRoom, document_id: UUID) -> list[dict[str, Any]]:
    """Who printed a document again when, the oldest first."""
    query = select(reprints.c.printed_by, reprints.c.printed_at).where(reprints.c.document_id == document_id)
    async with room.store.reading() as connection:
        return [dict(each) for each in (await connection.execute(query.order_by(reprints.c.printed_at))).mappings()]


async def _pdf(room: PrintRoom, row: Any, who: Principal, *, copy: bool) -> Response:
    if not copy or row.form == BINDER:
        return file_answer(await _issued(room, row), PDF, file_name(row, "pdf"))
    page = (await form_of(room, row)).page
    copied = await asyncio.to_thread(room.pdf.marked_copy, await _issued(room, row), page)
    await record_reprint(room, row.id, who=who.name)
    return file_answer(copied, PDF, file_name(row, "pdf", "（副本）"))


async def _issued(room: PrintRoom, row: Any) -> bytes:
    """The file as it was given out: with the centre's signature where there is one."""
    return await room.originals.read(row.signed_sha256 or row.sha256)
