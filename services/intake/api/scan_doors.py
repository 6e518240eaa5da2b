"""Faxes in, by upload."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.answers import (
    RECEIPT_DOCUMENTED,
    receipt_answer,
    unavailable,
    wrong_media_type,
)
from services.intake.api.requests import repetition
from services.intake.handlers import Original
from services.intake.ports import Door
from services.intake.scan_reading import receive_scan, same_pages
from shared.identity.principal import Principal
from shared.once import KeyReused
from shared.store.engine import is_unreachable
from shared.web.access import Gate
from shared.web.repetition import DOCUMENTED, key_reused
from shared.web.sent_form import sent_form, takes_form

SCANS = ("image/tiff", "application/pdf", "image/png", "image/jpeg")
_TAKEN = takes_form(file="file")
_TAKEN["requestBody"]["content"] |= {kind: {"schema": {"type": "string", "format": "binary"}} for kind in SCANS}


def scan_routes(door: Door, gate: Gate, public_url: str) -> APIRouter:
    """POST /intake/faxes."""
    router = APIRouter(tags=["intake"])

    @router.post("/intake/faxes", status_code=201, responses=RECEIPT_DOCUMENTED, openapi_extra={**DOCUMENTED, **_TAKEN})
    async def fax(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """A fax or scan as it came: multi-page TIFF (G3, G4) or PDF, PNG, JPEG. Read afterwards; the receipt comes at once."""
        original = await _scan_of(request)
        by_key = await repetition(request, f"fax:{who.name}", original.content)
        try:
            receipt = await receive_scan(
                door,
                original,
                received_by=who.name,
                external_id=request.headers.get("x-fax-id"),
                same=by_key or same_pages(original.content),
                received_at=door.clock(),
            )
        except KeyReused as fault:
            raise key_reused() from fault
        except Exception as fault:
            if is_unreachable(fault):
                raise unavailable() from fault
            raise
        return receipt_answer(receipt, public_url)

    return router


async def _scan_of(request: Request) -> Original:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type.startswith("multipart/"):
        return await _uploaded(request)
    if media_type not in SCANS:
        raise wrong_media_type(", ".join(SCANS))
    content = await request.body()
    return Original(f"fax.{media_type.rsplit('/', 1)[1]}", media_type, content)


async def _uploaded(request: Request) -> Original:
    async with sent_form(request) as form:
        file: Any = form.get("file")
        if file is None or isinstance(file, str) or file.content_type not in SCANS:
            raise wrong_media_type(f"a part named file: {', '.join(SCANS)}")
        return Original(file.filename or "fax", file.content_type, await file.read())
