"""``/forms/documents/{id}/signatures`` and ``…/seals``: that a document was signed or sealed, with the scan that shows it."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, StringConstraints, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.forms.api.answers import known_document, no_such_document
from services.forms.domain.sealing import How, Kind
from services.forms.print_room import PrintRoom
from services.forms.signing import Scan, Signed, record_signature, signatures_of
from shared.identity.principal import Principal
from shared.once import KeyReused
from shared.web.access import Gate
from shared.web.days import Moment
from shared.web.files import file_answer, gives
from shared.web.repetition import REPLAYED, IdempotencyKey, key_reused, repetition
from shared.web.sent_form import sent_form, takes_form

LONGEST_SIGNER = 120


class SignatureTold(BaseModel):
    """What is told of a signature or seal, beside the scan."""

    signer: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SIGNER, strip_whitespace=True)]
    signed_at: Moment
    how: How


_FORM = takes_form(SignatureTold, file="scan")


def signing_routes(room: PrintRoom, gate: Gate) -> APIRouter:
    """Record and list; a unit's people record on the copies that are theirs."""
    router = APIRouter(tags=["forms"])

    @router.post("/forms/documents/{identifier}/signatures", status_code=201, openapi_extra=_FORM)
    async def signed(
        identifier: str, request: Request, key: IdempotencyKey = None, who: Principal = Depends(gate.admit)
    ) -> JSONResponse:
        """Who signed when and how; the signed paper's scan is kept as an original."""
        return await _recorded(room, identifier, await _told(request, Kind.SIGNATURE), who, key)

    @router.post("/forms/documents/{identifier}/seals", status_code=201, openapi_extra=_FORM)
    async def sealed(
        identifier: str, request: Request, key: IdempotencyKey = None, who: Principal = Depends(gate.admit)
    ) -> JSONResponse:
        """Whose seal was put on it when and how; ``signer`` is the unit whose seal it is."""
        return await _recorded(room, identifier, await _told(request, Kind.SEAL), who, key)

    @router.get(
        "/forms/documents/{identifier}/signatures/{signature}/scan", response_class=Response, responses=gives("*/*")
    )
    async def scan_of(identifier: str, signature: UUID, who: Principal = Depends(gate.admit)) -> Response:
        """The scan of the signed paper, as it was handed in."""
        row = await known_document(room, identifier, who)
        fact = next((each for each in await signatures_of(room, row.id) if each["id"] == signature), None)
        if fact is None or fact["scan_sha256"] is None:
            raise no_such_document()
        content = await room.originals.read(fact["scan_sha256"])
        return file_answer(content, fact["scan_media_type"], f"{row.number}{fact['scan_name']}")

    @router.get("/forms/documents/{identifier}/signatures")
    async def recorded(identifier: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Signatures and seals, the oldest first."""
        row = await known_document(room, identifier, who)
        return {"items": await signatures_of(room, row.id)}

    return router


async def _told(request: Request, kind: Kind) -> Signed:
    """The form that was sent. Raises Problem, RequestValidationError."""
    async with sent_form(request) as form:
        scan = form.get("scan")
        try:
            told = SignatureTold.model_validate(
                {name: form[name] for name in SignatureTold.model_fields if name in form}
            )
        except ValidationError as fault:
            raise RequestValidationError(fault.errors()) from fault
        return Signed(kind, told.signer, told.signed_at, told.how, await scan_in(scan))


async def _recorded(room: PrintRoom, identifier: str, signed: Signed, who: Principal, key: str | None) -> JSONResponse:
    same = repetition(key, f"{who.name} {identifier} {signed.kind}", _content(signed))
    row = await known_document(room, identifier, who)
    try:
        made = await record_signature(room, row.id, signed, who=who.name, same=same)
    except KeyReused as fault:
        raise key_reused() from fault
    headers = {"Location": f"/forms/documents/{row.id}/signatures"}
    if made.repeated:
        headers |= REPLAYED
    return JSONResponse({"id": str(made.id)}, status_code=201, headers=headers)


def _content(signed: Signed) -> bytes:
    """What must be the same again: the body itself differs from try to try, by its boundary."""
    said = json.dumps([signed.signer, signed.signed_at.isoformat(), signed.how.value]).encode()
    return said + (signed.scan.content if signed.scan else b"")


async def scan_in(upload: UploadFile | str | None) -> Scan | None:
    """The file that came with a form; None where none was chosen, which browsers send as an empty one without a name."""
    if not isinstance(upload, UploadFile) or not (upload.filename or upload.size):
        return None
    return Scan(await upload.read(), (upload.content_type or "application/octet-stream")[:120])
