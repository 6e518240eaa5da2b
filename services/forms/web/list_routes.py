"""``/forms/lists/{identifier}``: where a page leads that has handed a list over: to its document, once its message has come."""

from __future__ import annotations

import asyncio
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from services.forms.api.answers import PATIENCE, no_such_document, not_ready, settled
from services.forms.print_room import PrintRoom
from services.forms.rendering import Printer
from services.forms.store.tables import documents
from shared.identity.principal import Principal
from shared.web.access import Gate

_POLL = 0.05


def list_routes(room: PrintRoom, printer: Printer, gate: Gate) -> APIRouter:
    """One route."""
    router = APIRouter(include_in_schema=False)

    @router.get("/forms/lists/{identifier}")
    async def handed_over(identifier: str, _who: Principal = Depends(gate.admit)) -> Response:
        """The document's page, once it is drawn; it is shown to whoever may have it. Raises Problem 404, 503."""
        try:
            wanted = UUID(identifier)
        except ValueError as fault:
            raise no_such_document() from fault
        for _ in range(int(PATIENCE / _POLL)):
            if await _is_there(room, wanted):
                await settled(printer, wanted)
                return RedirectResponse(f"/forms/documents/{wanted}?done=made", status_code=303)
            await asyncio.sleep(_POLL)
        raise not_ready()

    return router


async def _is_there(room: PrintRoom, document_id: UUID) -> bool:
    async with room.store.reading() as connection:
        query = select(documents.c.id).where(documents.c.id == document_id)
        return (await connection.execute(query)).first() is not None
