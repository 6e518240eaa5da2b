"""``/forms/documents?case=`` and ``/forms/documents/{id}.pdf|.docx``."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.forms.api.access import READERS_OF
from services.forms.domain.masking import Reader
from services.forms.handlers import FROZEN, ISSUED, READY
from services.forms.print_room import PrintRoom
from services.forms.rendering import Printer, draw
from services.forms.store.tables import complaints, documents
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.problems import Problem

_LISTED = (
    documents.c.id,
    documents.c.complaint_id,
    documents.c.case_number,
    documents.c.form,
    documents.c.reader,
    documents.c.article,
    documents.c.number,
    documents.c.version,
    documents.c.template_version,
    documents.c.issued_at,
    documents.c.issued_by,
    documents.c.superseded_at,
    documents.c.state,
    documents.c.sha256,
    documents.c.size,
    documents.c.verify_code,
    documents.c.missing_glyphs,
    documents.c.reason,
)
_UNITS = frozenset({Role.UNIT_HANDLER, Role.UNIT_LEADER})
SANDBOX = "sandbox; default-src 'none'"


def document_routes(room: PrintRoom, printer: Printer, gate: Gate) -> APIRouter:
    """The endpoints, over the print room."""
    router = APIRouter(tags=["forms"])

    @router.get("/forms/documents")
    async def of_case(case: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """The documents of a case, the newest first; only the copies meant for the asker."""
        readers = [reader.value for reader in READERS_OF[who.role]]
        query = (
            select(*_LISTED)
            .where(documents.c.case_number == case, documents.c.reader.in_(readers))
            .order_by(documents.c.issued_at.desc(), documents.c.id.desc())
        )
        if who.role in _UNITS:
            query = query.where(documents.c.unit == who.unit)
        async with room.store.reading() as connection:
            rows = list((await connection.execute(query)).mappings())
            if rows and not await _took_in(room, connection, rows[0]["complaint_id"], who):
                rows = []
        return {"items": [_listed(row) for row in rows]}

    @router.get("/forms/documents/{name}", response_class=Response)
    async def document(name: str, who: Principal = Depends(gate.admit)) -> Response:
        """One document: ``{id}.pdf`` as issued, or ``{id}.docx`` to be edited; ``{id}`` alone says what it is."""
        identifier, _, ending = name.partition(".")
        row = await _one(room, printer, identifier, who)
        if ending == "pdf":
            return _file(await room.originals.read(row.sha256), "application/pdf", f"{row.number}.pdf")
        if ending == "docx":
            drawn = await asyncio.to_thread(draw, room, row, room.docx)
            return _file(drawn.content, drawn.media_type, f"{row.number}.docx")
        raise _no_such_document()

    return router


async def _one(room: PrintRoom, printer: Printer, identifier: str, who: Principal) -> Any:
    try:
        wanted = UUID(identifier)
    except ValueError as fault:
        raise _no_such_document() from fault
    async with room.store.reading() as connection:
        row = (await connection.execute(select(documents).where(documents.c.id == wanted))).first()
        if row is not None and not await _took_in(room, connection, row.complaint_id, who):
            raise _no_such_document()
    if row is not None and row.state == FROZEN and _may_read(row, who):
        row = await printer.draw_now(row.id)
    if row is None or row.state != READY or not _may_read(row, who):
        raise _no_such_document()
    return row


async def _took_in(room: PrintRoom, connection: AsyncConnection, complaint_id: UUID, who: Principal) -> bool:
    """Whether the complaint is one that this operator took in; the other roles' sight is their copies' and units'."""
    if who.role is not Role.OPERATOR:
        return True
    query = select(complaints.c.sealed).where(complaints.c.complaint_id == complaint_id)
    sealed = (await connection.execute(query)).scalar()
    return sealed is not None and ComplaintReceived.model_validate_json(room.ring.open(sealed)).received_by == who.name


def _may_read(row: Any, who: Principal) -> bool:
    theirs = Reader(row.reader) in READERS_OF[who.role]
    return theirs and (who.role not in _UNITS or (who.unit is not None and row.unit == who.unit))


def _listed(row: RowMapping) -> dict[str, Any]:
    links = {ending: f"/forms/documents/{row['id']}.{ending}" for ending in ("pdf", "docx")}
    return dict(row) | (links if row["state"] in ISSUED else {})


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": SANDBOX,
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)


def _no_such_document() -> Problem:
    return Problem(404, "not_found", "没有这份文书", "There is no such document")
