"""``/desk/scan``: the queue of scans, and one of them beside its image, to be confirmed field by field.

Law of this file: images are drawn by the confined worker and never by this process; the original leaves as a download that
no browser runs. What isn't confirmed isn't registered, and comes back with everything as typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.told import Told
from services.intake.domain.scan_text import UnreadableScan
from services.intake.handlers import Original
from services.intake.readers.content_type import sniff_media_type
from services.intake.readers.scan_worker import WorkerUnavailable
from services.intake.scan_desk import NotWaitingError, OnTheDesk, UnconfirmedError, settle_scan, waiting_on_the_desk
from services.intake.scan_reading import receive_scan, same_pages
from services.intake.store import queries
from services.intake.web.desk_room import DeskRoom
from services.intake.web.desk_views import OpenScan, Registered, ScanPage, Waiting
from services.intake.web.entry_reading import Typed, told_in, typed_in
from services.intake.web.scan_desk_reading import (
    confirms,
    faults_of,
    found_in,
    pieces_of,
    told_fields,
    typed_from,
)
from services.intake.web.stored_words import stored_words
from services.intake.web.window_names import window_names
from shared.contracts.tracking import read_tracking_code
from shared.contracts.values import Channel
from shared.identity.principal import Principal
from shared.web.files import BYTES, SANDBOXED, file_answer
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault, Problem
from shared.web.sent_form import read_form

SCANS = "/desk/scan"
MOST_PAGES_SHOWN = 20
KINDS = frozenset({"image/tiff", "application/pdf", "image/png", "image/jpeg"})
NO_SCAN = Bilingual(
    "不是可识别的影像，没有收下：请用 TIFF、PDF、PNG 或 JPEG。", "Not taken: send a TIFF, PDF, PNG or JPEG."
)


def scan_page_routes(room: DeskRoom) -> APIRouter:
    """The queue, one scan, its pictures, its original."""
    router = APIRouter()

    @router.get(SCANS, include_in_schema=False)
    async def queue(
        request: Request, who: Principal = Depends(room.gate.admit), sent: UUID | None = None, received: str = ""
    ) -> Response:
        """The queue with the most urgent scan open; after a registration or an upload with its number."""
        desk = await _most_urgent(room)
        registered, code = await _registered(room, request, sent), read_tracking_code(received) or ""
        return await _page(room, request, who, desk, registered=registered, received=code)

    @router.post(SCANS, include_in_schema=False)
    async def upload(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """A fax or a scan as a file: its clock runs from now, it is read afterwards; the same pages again are the same fax."""
        content, name = await _uploaded(request)
        kind = sniff_media_type(content).media_type
        if kind not in KINDS:
            return await _page(room, request, who, await _most_urgent(room), trouble=NO_SCAN, status=415)
        now = room.door.clock()
        receipt = await receive_scan(
            room.door,
            Original(name, kind, content),
            received_by=who.name,
            external_id=None,
            same=same_pages(content),
            received_at=now,
        )
        return RedirectResponse(f"{SCANS}?received={receipt.tracking_code}", status_code=303)

    @router.get(SCANS + "/{complaint_id}", include_in_schema=False)
    async def scan(complaint_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """One scan."""
        return await _page(room, request, who, await _held(room, complaint_id))

    @router.post(SCANS + "/{complaint_id}", include_in_schema=False)
    async def settle(complaint_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Register what a person confirmed, or give it back."""
        return await _settle(room, request, who, complaint_id)

    _add_pictures(router, room)
    return router


async def _uploaded(request: Request) -> tuple[bytes, str]:
    """The file and what it is called; nothing where there is none."""
    file = (await read_form(request)).get("file")
    if file is None or isinstance(file, str):
        return b"", ""
    return await file.read(), file.filename or "scan"


async def _most_urgent(room: DeskRoom) -> OnTheDesk | None:
    rows = await queries.scans_to_review(room.door.store)
    return await _held(room, rows[0]["complaint_id"]) if rows else None


def _add_pictures(router: APIRouter, room: DeskRoom) -> None:
    @router.get(SCANS + "/{complaint_id}/pages/{number}", include_in_schema=False)
    async def page_image(complaint_id: UUID, number: int, _who: Principal = Depends(room.gate.admit)) -> Response:
        """A page as PNG, turned as it was read."""
        desk = await _held(room, complaint_id)
        return await _picture(room, desk, page=number)

    @router.get(SCANS + "/{complaint_id}/crops/{name}", include_in_schema=False)
    async def crop(complaint_id: UUID, name: str, _who: Principal = Depends(room.gate.admit)) -> Response:
        """The very strip of the page that a field was read from."""
        desk = await _held(room, complaint_id)
        each = found_in(desk.offers).get(name)
        if each is None:
            raise _not_waiting()
        return await _picture(room, desk, page=each.sources[0].page, region=each.sources[0].box, longest_side=900)

    @router.get(SCANS + "/{complaint_id}/original", include_in_schema=False)
    async def original(complaint_id: UUID, _who: Principal = Depends(room.gate.admit)) -> Response:
        """The bytes as they came, to be saved."""
        desk = await _held(room, complaint_id)
        ending = {"image/tiff": "tif", "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
        name = f"{desk.row.tracking_code}.{ending.get(desk.row.media_type, 'bin')}"
        return file_answer(await room.door.originals.read(desk.row.sha256), BYTES, name)


async def _settle(room: DeskRoom, request: Request, who: Principal, complaint_id: UUID) -> Response:
    desk = await _held(room, complaint_id)
    form = await read_form(request)
    typed, confirmed = typed_in(form), frozenset(map(str, form.getlist("confirmed")))
    told = told_in(Channel.FAX, typed, room.door.centre)
    if not isinstance(told, Told):
        return await _page(room, request, who, desk, typed=typed, confirmed=confirmed, faults=told)
    try:
        await settle_scan(room.door, complaint_id, told, typed_by=who.name, confirmed=told_fields(confirmed))
    except UnconfirmedError as fault:
        faults = faults_of(fault.fields)
        return await _page(room, request, who, desk, typed=typed, confirmed=confirmed, faults=faults)
    except NotWaitingError as fault:
        raise _not_waiting() from fault
    return RedirectResponse(f"{SCANS}?sent={complaint_id}", status_code=303)


async def _page(
    room: DeskRoom,
    request: Request,
    who: Principal,
    desk: OnTheDesk | None,
    *,
    typed: Typed | None = None,
    confirmed: frozenset[str] = frozenset(),
    faults: Sequence[FieldFault] = (),
    registered: Registered | None = None,
    received: str = "",
    trouble: Bilingual | None = None,
    status: int = 200,
) -> Response:
    door = room.door
    here = desk.row.complaint_id if desk else None
    queue = [
        Waiting(
            href=f"{SCANS}/{row['complaint_id']}",
            code=row["tracking_code"],
            reason=stored_words(row["reason"] or ""),
            received_at=row["received_at"],
            due=room.due(request, row["respond_by"]),
            here=row["complaint_id"] == here,
        )
        for row in await queries.scans_to_review(door.store)
    ]
    opened = _opened(room, request, desk, typed, confirmed, faults) if desk else None
    page = ScanPage(queue, opened, registered, received, trouble)
    return room.render(request, who, "desk_scan.html", "scan", page=page, status=422 if faults else status)


def _opened(
    room: DeskRoom,
    request: Request,
    desk: OnTheDesk,
    typed: Typed | None,
    confirmed: frozenset[str],
    faults: Sequence[FieldFault],
) -> OpenScan:
    row, text, found = desk.row, desk.text, found_in(desk.offers)
    base = f"{SCANS}/{row.complaint_id}"
    typed = typed or typed_from(found, text)
    pages = min(text.pages_in_file if text else 1, MOST_PAGES_SHOWN)
    return OpenScan(
        action=base,
        code=row.tracking_code,
        reason=stored_words(row.reason or ""),
        received_at=row.received_at,
        due=room.due(request, row.respond_by),
        sha256=row.sha256,
        original_url=f"{base}/original",
        pages=[f"{base}/pages/{number}" for number in range(1, pages + 1)],
        fields=confirms(typed, confirmed, found, f"{base}/crops"),
        read=pieces_of(text),
        facts=typed.facts,
        facts_must_be_confirmed=bool(text and text.text),
        facts_confirmed="facts" in confirmed,
        unsure=sum(len(line.unsure) for line in text.lines) if text else 0,
        windows=window_names(room.door.centre),
        errors=faults,
    )


async def _held(room: DeskRoom, complaint_id: UUID) -> OnTheDesk:
    """A scan that waits. Raises Problem 404."""
    try:
        return await waiting_on_the_desk(room.door, complaint_id)
    except NotWaitingError as fault:
        raise _not_waiting() from fault


async def _picture(room: DeskRoom, desk: OnTheDesk, *, page: int, **more: Any) -> Response:
    content = await room.door.originals.read(desk.row.sha256)
    try:
        image = await room.ocr.picture(content, desk.row.media_type, page=page, turn=desk.turn_of(page), **more)
    except (UnreadableScan, WorkerUnavailable) as fault:
        raise Problem(404, "no_picture", "这一页画不出来，请看原件", "This page can't be drawn") from fault
    return Response(image, media_type="image/png", headers=SANDBOXED)


async def _registered(room: DeskRoom, request: Request, sent: UUID | None) -> Registered | None:
    row = await queries.one_submission(room.door.store, sent) if sent else None
    return room.registered(request, row) if row else None


def _not_waiting() -> Problem:
    return Problem(
        404,
        "not_waiting",
        "这件扫描件不在待核对之列（可能已由他人录入）",
        "This scan does not wait for review any more",
    )
