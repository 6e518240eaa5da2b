"""``/desk/scan``: the queue of scans, and one of them beside its image, to be confirmed field by field.

Law of this file: images are drawn by the confined worker and never by this process; the original leaves as a download that
no browser runs. What isn't confirmed isn't registered, and comes back with everything as typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.told import Told
from services.intake.domain.scan_text import ScanText, Turn, UnreadableScan
from services.intake.readers.scan_worker import WorkerUnavailable
from services.intake.scan_desk import NotWaitingError, settle_scan
from services.intake.store import queries
from services.intake.web.desk_room import DeskRoom
from services.intake.web.desk_views import OpenScan, Registered, ScanPage, Waiting
from services.intake.web.entry_reading import Typed, told_in, typed_in
from services.intake.web.scan_desk_reading import (
    Found,
    confirms,
    facts_must_be_confirmed,
    found_in,
    pieces_of,
    typed_from,
    unconfirmed,
)
from services.intake.web.window_names import window_names
from shared.contracts.values import Channel
from shared.identity.principal import Principal
from shared.web.problems import FieldFault, Problem

SCANS = "/desk/scan"
MOST_PAGES_SHOWN = 20
SANDBOXED = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""For what strangers sent: nothing in it runs, and nobody keeps it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A scan with what was read of it and what that offers."""

    row: RowMapping
    reading: ScanText | None
    found: dict[str, Found]


def scan_page_routes(room: DeskRoom) -> APIRouter:
    """The queue, one scan, its pictures, its original."""
    router = APIRouter()

    @router.get(SCANS, include_in_schema=False)
    async def queue(request: Request, who: Principal = Depends(room.gate.admit), sent: UUID | None = None) -> Response:
        """The queue with the most urgent scan open; after a registration with its number."""
        rows = await queries.scans_to_review(room.door.store)
        held = await _held(room, rows[0]["complaint_id"]) if rows else None
        return await _page(room, request, who, held, registered=await _registered(room, request, sent))

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


def _add_pictures(router: APIRouter, room: DeskRoom) -> None:
    @router.get(SCANS + "/{complaint_id}/pages/{number}", include_in_schema=False)
    async def page_image(complaint_id: UUID, number: int, _who: Principal = Depends(room.gate.admit)) -> Response:
        """A page as PNG, turned as it was read."""
        held = await _held(room, complaint_id)
        return await _picture(room, held, page=number)

    @router.get(SCANS + "/{complaint_id}/crops/{name}", include_in_schema=False)
    async def crop(complaint_id: UUID, name: str, _who: Principal = Depends(room.gate.admit)) -> Response:
        """The very strip of the page that a field was read from."""
        held = await _held(room, complaint_id)
        each = held.found.get(name)
        if each is None:
            raise _not_waiting()
        return await _picture(room, held, page=each.source.page, region=each.source.box, longest_side=900)

    @router.get(SCANS + "/{complaint_id}/original", include_in_schema=False)
    async def original(complaint_id: UUID, _who: Principal = Depends(room.gate.admit)) -> Response:
        """The bytes as they came, to be saved."""
        held = await _held(room, complaint_id)
        ending = {"image/tiff": "tif", "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
        name = f"{held.row['tracking_code']}.{ending.get(held.row['media_type'], 'bin')}"
        headers = SANDBOXED | {"Content-Disposition": f'attachment; filename="{name}"'}
        content = await room.door.originals.read(held.row["sha256"])
        return Response(content, media_type="application/octet-stream", headers=headers)


async def _settle(room: DeskRoom, request: Request, who: Principal, complaint_id: UUID) -> Response:
    held = await _held(room, complaint_id)
    form = await request.form()
    typed, confirmed = typed_in(form), frozenset(map(str, form.getlist("confirmed")))
    told = told_in(Channel.FAX, typed, room.door.centre)
    faults = unconfirmed(typed, confirmed, held.found, held.reading)
    if not isinstance(told, Told) or faults:
        faults = [*(told if not isinstance(told, Told) else ()), *faults]
        return await _page(room, request, who, held, typed=typed, confirmed=confirmed, faults=faults)
    try:
        await settle_scan(room.door, complaint_id, told, typed_by=who.name)
    except NotWaitingError as fault:
        raise _not_waiting() from fault
    return RedirectResponse(f"{SCANS}?sent={complaint_id}", status_code=303)


async def _page(
    room: DeskRoom,
    request: Request,
    who: Principal,
    held: Held | None,
    *,
    typed: Typed | None = None,
    confirmed: frozenset[str] = frozenset(),
    faults: list[FieldFault] | None = None,
    registered: Registered | None = None,
) -> Response:
    door = room.door
    here = held.row["complaint_id"] if held else None
    queue = [
        Waiting(
            href=f"{SCANS}/{row['complaint_id']}",
            code=row["tracking_code"],
            reason=row["reason"] or "",
            received_at=row["received_at"],
            due=room.due(request, row["respond_by"]),
            here=row["complaint_id"] == here,
        )
        for row in await queries.scans_to_review(door.store)
    ]
    opened = _opened(room, request, held, typed, confirmed, faults or []) if held else None
    page = ScanPage(queue, opened, registered)
    return room.render(request, who, "desk_scan.html", "scan", page=page, status=422 if faults else 200)


def _opened(
    room: DeskRoom,
    request: Request,
    held: Held,
    typed: Typed | None,
    confirmed: frozenset[str],
    faults: list[FieldFault],
) -> OpenScan:
    row, door = held.row, room.door
    base = f"{SCANS}/{row['complaint_id']}"
    typed = typed or typed_from(held.found, held.reading)
    pages = min(held.reading.pages_in_file if held.reading else 1, MOST_PAGES_SHOWN)
    return OpenScan(
        action=base,
        code=row["tracking_code"],
        reason=row["reason"] or "",
        received_at=row["received_at"],
        due=room.due(request, row["respond_by"]),
        sha256=row["sha256"],
        original_url=f"{base}/original",
        pages=[f"{base}/pages/{number}" for number in range(1, pages + 1)],
        fields=confirms(typed, confirmed, held.found, f"{base}/crops"),
        read=pieces_of(held.reading),
        facts=typed.facts,
        facts_must_be_confirmed=facts_must_be_confirmed(held.reading),
        facts_confirmed="facts" in confirmed,
        unsure=sum(len(line.unsure) for line in held.reading.lines) if held.reading else 0,
        windows=window_names(door.centre),
        errors=faults,
    )


async def _held(room: DeskRoom, complaint_id: UUID) -> Held:
    """A scan that waits. Raises Problem 404."""
    row = await queries.scan_to_review(room.door.store, complaint_id)
    if row is None:
        raise _not_waiting()
    sealed = row["sealed_reading"]
    reading = ScanText.model_validate_json(room.door.ring.open(sealed)) if sealed else None
    return Held(row, reading, dict(found_in(reading, room.door.centre)))


async def _picture(room: DeskRoom, held: Held, *, page: int, **more: Any) -> Response:
    content = await room.door.originals.read(held.row["sha256"])
    read = next((each for each in held.reading.pages if each.number == page), None) if held.reading else None
    turn = read.turn if read else Turn.AS_FED
    try:
        image = await room.ocr.picture(content, held.row["media_type"], page=page, turn=turn, **more)
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
