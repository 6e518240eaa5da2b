"""The desk where a person reads what the machine could not: text, offers and pictures of a scan, and what is made of it."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.intake.adapters.told import Told
from services.intake.api.answers import RECEIPT_DOCUMENTED, receipt_answer
from services.intake.api.requests import repetition, settled_once
from services.intake.domain.scan_elements import Offer, band_of
from services.intake.domain.scan_text import WHAT_TO_DO, Box, UnreadableScan
from services.intake.ports import Door
from services.intake.readers.ocr import OcrReader
from services.intake.readers.scan_worker import WorkerUnavailable
from services.intake.scan_desk import NotWaitingError, OnTheDesk, UnconfirmedError, on_the_desk, settle_scan
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.files import BYTES, file_answer, gives
from shared.web.problems import FieldFault, Problem
from shared.web.repetition import DOCUMENTED
from shared.web.sent_json import json_body, takes


class Reviewed(Told):
    """What a person makes of a scan, and which of the machine's readings they compared with the image."""

    confirmed: list[str] = Field(default_factory=list, max_length=20, description="fields, e.g. complainant.phone")


def desk_routes(door: Door, gate: Gate, ocr: OcrReader, public_url: str) -> APIRouter:
    """GET and POST /intake/review/{complaint_id}, its pictures and its original."""
    router = APIRouter(tags=["intake"])

    @router.get("/intake/review/{complaint_id}", dependencies=[Depends(gate.admit)])
    async def scan(complaint_id: UUID) -> dict[str, Any]:
        """What was read: text, lines with the characters in doubt, offers with where they stand; where the pictures are."""
        return _shown(await _desk(door, complaint_id))

    _add_files(router, Depends(gate.admit), door, ocr)

    @router.post(
        "/intake/review/{complaint_id}",
        status_code=201,
        responses=RECEIPT_DOCUMENTED,
        openapi_extra={**DOCUMENTED, **takes(Reviewed)},
    )
    async def review(complaint_id: UUID, request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """What a person read on the page: becomes the complaint, under the number and clock it had from the start."""
        told = await json_body(request, Reviewed)
        same = await repetition(request, f"review:{complaint_id}")
        settle = partial(settle_scan, door, complaint_id, told, typed_by=who.name, confirmed=told.confirmed, same=same)
        try:
            receipt = await settled_once(door, same, settle)
        except NotWaitingError as fault:
            raise _not_waiting() from fault
        except UnconfirmedError as fault:
            raise _unconfirmed(fault.fields) from fault
        return receipt_answer(receipt, public_url)

    return router


def _add_files(router: APIRouter, may: Any, door: Door, ocr: OcrReader) -> None:
    @router.get(
        "/intake/review/{complaint_id}/pages/{number}.png",
        dependencies=[may],
        response_class=Response,
        responses=gives("image/png"),
    )
    async def picture(
        complaint_id: UUID, number: int, region: Annotated[str | None, Query(max_length=80)] = None
    ) -> Response:
        """A page as it was turned to be read; ``region`` is left,top,right,bottom in fractions of it."""
        desk = await _desk(door, complaint_id)
        content = await door.originals.read(desk.row.sha256)
        try:
            image = await ocr.picture(
                content, desk.row.media_type, page=number, turn=desk.turn_of(number), region=_region(region)
            )
        except UnreadableScan as fault:
            raise Problem(422, "unreadable", *WHAT_TO_DO[fault.reason]) from fault
        except WorkerUnavailable as fault:
            raise Problem(503, "unavailable", "暂时画不出这一页", "The page can't be drawn now") from fault
        return Response(image, media_type="image/png")

    @router.get(
        "/intake/review/{complaint_id}/original", dependencies=[may], response_class=Response, responses=gives(BYTES)
    )
    async def original(complaint_id: UUID) -> Response:
        """The file as it came, to be saved and never to be shown by the browser."""
        desk = await _desk(door, complaint_id)
        return file_answer(await door.originals.read(desk.row.sha256), BYTES, desk.row.tracking_code)


async def _desk(door: Door, complaint_id: UUID) -> OnTheDesk:
    try:
        return await on_the_desk(door, complaint_id)
    except NotWaitingError as fault:
        raise Problem(404, "not_found", "没有这件扫描件", "There is no such scan") from fault


def _shown(desk: OnTheDesk) -> dict[str, Any]:
    row, text = desk.row, desk.text
    return {
        "complaint_id": row.complaint_id,
        "tracking_code": row.tracking_code,
        "state": row.state,
        "reason": row.reason,
        "received_at": row.received_at,
        "respond_by": row.respond_by,
        "confidence": row.confidence,
        "band": band_of(row.confidence) if row.confidence is not None else None,
        "text": text.text if text else "",
        "sender": text.sender if text else None,
        "unread_pages": text.unread if text else (),
        "active_content": text.active_content if text else False,
        "pages": [
            {**page.model_dump(mode="json"), "picture": f"/intake/review/{row.complaint_id}/pages/{page.number}.png"}
            for page in (text.pages if text else ())
        ],
        "offers": [_offer(offer) for offer in desk.offers],
        "original": f"/intake/review/{row.complaint_id}/original",
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return asdict(offer) | {"sources": [asdict(source) | {"box": source.box.model_dump()} for source in offer.sources]}


def _region(said: str | None) -> Box | None:
    """``0.1,0.2,0.9,0.3``. Raises Problem 422."""
    if said is None:
        return None
    try:
        left, top, right, bottom = (float(part) for part in said.split(","))
        if left < right and top < bottom:
            return Box(left=left, top=top, right=right, bottom=bottom)
    except (ValueError, ValidationError):
        pass
    fault = FieldFault(
        "region", "malformed", "应为左,上,右,下，各在 0 到 1 之间", "must be left,top,right,bottom, each 0 to 1"
    )
    raise Problem(422, "validation", "区域不对", "The region is not usable", fields=[fault])


def _unconfirmed(fields: list[str]) -> Problem:
    faults = [
        FieldFault(
            field, "unconfirmed", "请对照影像确认这一项", "compare this with the image, and name it in confirmed"
        )
        for field in fields
    ]
    return Problem(
        422, "unconfirmed", "还有识别结果没有核对", "Readings were not compared with the image", fields=faults
    )


def _not_waiting() -> Problem:
    return Problem(
        409,
        "not_waiting",
        "这件扫描件不在待核对之列（可能已由他人录入）",
        "This scan does not wait for review; somebody may have typed it already",
    )
