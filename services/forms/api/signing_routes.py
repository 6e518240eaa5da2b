"""``/forms/documents/{id}/signatures`` and ``…/seals``: that a document was signed or sealed, with the scan that shows it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, UploadFile
from pydantic import AwareDatetime, StringConstraints
from starlette.responses import JSONResponse

from services.forms.api.answers import known_document
from services.forms.domain.sealing import How, Kind
from services.forms.print_room import PrintRoom
from services.forms.signing import Scan, Signed, record_signature, signatures_of
from shared.identity.principal import Principal
from shared.web.access import Gate

Signer = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]


def signing_routes(room: PrintRoom, gate: Gate) -> APIRouter:
    """Record and list; a unit's people record on the copies that are theirs."""
    router = APIRouter(tags=["forms"])

    @router.post("/forms/documents/{identifier}/signatures", status_code=201)
    async def signed(
        identifier: str,
        signer: Annotated[Signer, Form()],
        signed_at: Annotated[AwareDatetime, Form()],
        how: Annotated[How, Form()],
        scan: Annotated[UploadFile | None, File()] = None,
        who: Principal = Depends(gate.admit),
    ) -> JSONResponse:
        """Who signed when and how; the signed paper's scan is kept as an original."""
        return await _recorded(identifier, Signed(Kind.SIGNATURE, signer, signed_at, how, await _scan(scan)), who)

    @router.post("/forms/documents/{identifier}/seals", status_code=201)
    async def sealed(
        identifier: str,
        signer: Annotated[Signer, Form(description="the unit whose seal it is")],
        signed_at: Annotated[AwareDatetime, Form()],
        how: Annotated[How, Form()],
        scan: Annotated[UploadFile | None, File()] = None,
        who: Principal = Depends(gate.admit),
    ) -> JSONResponse:
        """Whose seal was put on it when and how."""
        return await _recorded(identifier, Signed(Kind.SEAL, signer, signed_at, how, await _scan(scan)), who)

    @router.get("/forms/documents/{identifier}/signatures")
    async def recorded(identifier: str, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Signatures and seals, the oldest first."""
        row = await known_document(room, identifier, who)
        return {"items": await signatures_of(room, row.id)}

    async def _recorded(identifier: str, signed: Signed, who: Principal) -> JSONResponse:
        row = await known_document(room, identifier, who)
        made = await record_signature(room, row.id, signed, who=who.name)
        headers = {"Location": f"/forms/documents/{row.id}/signatures"}
        return JSONResponse({"id": str(made)}, status_code=201, headers=headers)

    return router


async def _scan(upload: UploadFile | None) -> Scan | None:
    if upload is None:
        return None
    return Scan(await upload.read(), (upload.content_type or "application/octet-stream")[:120])
