"""``/verify``: is this paper genuine? Says so of documents and receipts, and nothing of anybody."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.forms.print_room import PrintRoom
from services.forms.store.states import READY
from services.forms.store.tables import complaints, documents
from services.forms.web.views import Known, Paper, Verdict, VerifyAsk, VerifyPage
from shared.contracts.tracking import read_tracking_code, show_tracking_code
from shared.web.pages import Pages

NO_CODE = ""
"""What is looked for where the code can't be one: nothing has it, and the answer takes as long."""


def verify_routes(room: PrintRoom, pages: Pages) -> APIRouter:
    """GET /verify and /verify/{code}."""
    router = APIRouter(include_in_schema=False)

    @router.get("/verify")
    async def ask(request: Request, code: str = "") -> Response:
        """Ask for the code, or go where it leads."""
        found = read_tracking_code(code)
        if found is None:
            return pages.render(request, "verify_ask.html", page=VerifyAsk(code[:20]))
        return RedirectResponse(f"/verify/{found}", status_code=303)

    @router.get("/verify/{code}")
    async def verify(request: Request, code: str) -> Response:
        """Genuine, superseded or unknown; the same answer for a wrong code and for one that nobody gave out."""
        found = read_tracking_code(code)
        known = await _known(room, found or NO_CODE)
        verdict = _verdict(known)
        status = 404 if known is None else 200
        shown = show_tracking_code(found) if found else code[:20]
        return pages.render(request, "verify.html", status=status, page=VerifyPage(shown, verdict, known))

    return router


def _verdict(known: Known | None) -> Verdict:
    if known is None:
        return Verdict.UNKNOWN
    return Verdict.SUPERSEDED if known.superseded_at else Verdict.GENUINE


async def _known(room: PrintRoom, code: str) -> Known | None:
    """What is on file: a document by its own code, or a receipt by the tracking code.

    Both are looked for whatever the first look finds, so that the time an answer takes tells nothing.
    """
    async with room.store.reading() as connection:
        query = select(documents).where(documents.c.verify_code == code, documents.c.state == READY)
        document = (await connection.execute(query)).first()
        receipt = (await connection.execute(select(complaints).where(complaints.c.tracking_code == code))).first()
    if document is not None:
        return _document(document)
    return None if receipt is None else _receipt(room, receipt)


def _document(row: Any) -> Known:
    return Known(
        Paper(row.form),
        row.number,
        row.issued_at,
        row.issued_by,
        row.signed_sha256 or row.sha256,
        pages=row.pages or 1,
        superseded_at=row.superseded_at,
    )


def _receipt(room: PrintRoom, row: Any) -> Known:
    number = row.case_number or show_tracking_code(row.tracking_code)
    return Known(Paper.RECEIPT, number, row.received_at, room.centre.office, row.digest)
