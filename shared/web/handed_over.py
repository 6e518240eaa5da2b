"""The answer to whoever has a list issued as a document: a browser is led to it, a program is told where it will be.

Law of this file: the list was handed over by a message (``shared.contracts.lists``), so its document may not be there yet;
the address given waits for it and leads on.
"""

from __future__ import annotations

from uuid import UUID

from starlette.responses import JSONResponse, RedirectResponse

from shared.store.answers import Given
from shared.web.repetition import REPLAYED


def _place(document_id: object) -> str:
    return f"/forms/lists/{document_id}"


def lead_to(document_id: UUID | str) -> RedirectResponse:
    """303 to the document, for a browser."""
    return RedirectResponse(_place(document_id), status_code=303)


def told_of(given: Given) -> JSONResponse:
    """201 with the document's id and addresses, for a program; marked where it was told before."""
    document_id = given.answer["id"]
    body = {"id": document_id, "document": f"/forms/documents/{document_id}"}
    headers = {"Location": _place(document_id), **(REPLAYED if given.repeated else {})}
    return JSONResponse(body, status_code=201, headers=headers)
