"""Intake's public pages: how to complain, the form, the receipt, the written form of a major matter. All without script."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.intake.adapters.web_form import WebForm
from services.intake.api.answers import RECEIPT_DOCUMENTED, wrong_media_type
from services.intake.ports import Door
from services.intake.store import queries
from services.intake.web.counter import DRAFT, FORM, Counter, fresh_form
from services.intake.web.sending import discard_draft, keep_draft, take_form, take_json
from services.intake.web.views import (
    Place,
    ReceiptPage,
    Signature,
    StartPage,
    Way,
    WrittenOffer,
    WrittenStatementPage,
)
from shared.centre import Centre
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.tracking import read_tracking_code
from shared.contracts.values import Channel, Element
from shared.web.frame import tel
from shared.web.i18n import Bilingual
from shared.web.problems import Problem
from shared.web.qr import qr_code
from shared.web.repetition import DOCUMENTED


def page_routes(counter: Counter) -> APIRouter:
    """``/``, ``/intake/web-forms``, its receipts, ``/intake/written``."""
    router = APIRouter()
    _add_form(router, counter)
    _add_papers(router, counter)

    @router.get("/", include_in_schema=False)
    async def start(request: Request) -> Response:
        """How to complain (arts. 5, 8)."""
        page = StartPage(_ways(counter.door), form_url=FORM, written_form_url="/intake/written")
        return counter.pages.render(request, "start.html", page=page)

    return router


def _add_form(router: APIRouter, counter: Counter) -> None:
    @router.get(FORM, include_in_schema=False)
    async def form(request: Request) -> Response:
        """The empty form."""
        return await fresh_form(counter, request)

    @router.post(FORM, status_code=201, responses=RECEIPT_DOCUMENTED, openapi_extra=_web_form_body(), tags=["intake"])
    async def send(request: Request) -> Response:
        """A citizen's complaint: JSON, or the page's form (which is answered with its receipt)."""
        media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if media_type == "application/json":
            return await take_json(counter, request)
        if media_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
            return await take_form(counter, request)
        raise wrong_media_type("application/json, multipart/form-data")

    @router.put(DRAFT, include_in_schema=False)
    async def draft(request: Request) -> Response:
        """What stands in the form so far: the visitor's own, sealed, gone after a day."""
        return await keep_draft(counter, request)

    @router.post(DRAFT + "/discard", include_in_schema=False)
    async def discard(request: Request) -> Response:
        """Begin anew."""
        return await discard_draft(counter, request)


def _add_papers(router: APIRouter, counter: Counter) -> None:
    @router.get(FORM + "/receipts/{code}", include_in_schema=False)
    async def receipt(code: str, request: Request) -> Response:
        """The receipt: what was taken in, and when the answer comes."""
        return await _receipt_page(counter, request, code)

    @router.get("/intake/written", include_in_schema=False)
    async def written(request: Request) -> Response:
        """The written form of a major matter, empty (art. 7)."""
        return counter.pages.render(request, "written.html", page=_written(counter.door))

    @router.get("/intake/written/{code}", include_in_schema=False)
    async def written_for(code: str, request: Request) -> Response:
        """The written form for a complaint: with its code, never with its content."""
        found = read_tracking_code(code)
        if found is None or await queries.submission_by_code(counter.door.store, found) is None:
            raise _no_such_receipt()
        return counter.pages.render(request, "written.html", page=replace(_written(counter.door), code=found))


async def _receipt_page(counter: Counter, request: Request, code: str) -> Response:
    found = read_tracking_code(code)
    row = await queries.submission_by_code(counter.door.store, found) if found else None
    if row is None:
        raise _no_such_receipt()
    complaint = ComplaintReceived.model_validate_json(counter.door.ring.open(row["sealed"]))
    page = ReceiptPage(
        code=row["tracking_code"],
        received_at=row["received_at"],
        respond_by=row["respond_by"],
        qr=qr_code(f"{counter.public_url}/verify/{row['tracking_code']}"),
        digest=row["digest"],
        track_url=f"/track/{row['tracking_code']}",
        channel=Channel(row["channel"]),
        number=row["case_number"] or "",
        unit=complaint.target.unit or "",
        window=complaint.target.window or "",
        signature=_signature(complaint),
        files=len(complaint.evidence),
        missing=[Element(name) for name in row["missing"]],
        written=WrittenOffer(f"/intake/written/{row['tracking_code']}") if row["major"] else None,
    )
    return counter.pages.render(request, "receipt.html", page=page)


def _signature(complaint: ComplaintReceived) -> Signature:
    if complaint.complainant.anonymous:
        return Signature.ANONYMOUS
    return Signature.CONFIDENTIAL if complaint.complainant.confidential else Signature.NAMED


def _no_such_receipt() -> Problem:
    return Problem(404, "not_found", "没有这份回执", "There is no such receipt")


def _ways(door: Door) -> list[Way]:
    centre, said = door.centre, door.centre.channels
    hours = f"{centre.hours.opens:%-H:%M}–{centre.hours.closes:%-H:%M}"
    attended = Bilingual(f"工作日 {hours}", f"Working days {hours}")
    return [
        Way([Channel.PHONE], [Place(_said(centre, said.phone), tel(said.phone))], attended),
        Way([Channel.VISIT], [Place(_said(centre, place)) for place in centre.reception_points], attended),
        Way([Channel.SUGGESTION_BOX], [Place(_said(centre, said.boxes))]),
        Way([Channel.LETTER], [Place(_said(centre, said.postal_address))]),
        Way(
            [Channel.EMAIL, Channel.FAX],
            [Place(_said(centre, said.email), f"mailto:{said.email}"), Place(_said(centre, said.fax))],
        ),
    ]


def _written(door: Door) -> WrittenStatementPage:
    said = door.centre.channels
    return WrittenStatementPage(hand_in=[_said(door.centre, said.postal_address), _said(door.centre, said.visit)])


def _said(centre: Centre, text: str) -> Bilingual:
    return Bilingual(text, centre.in_english(text))


def _web_form_body() -> dict[str, Any]:
    schema = WebForm.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**DOCUMENTED, "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
