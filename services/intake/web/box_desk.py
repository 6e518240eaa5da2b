"""``/desk/box``: a box is opened by two people and its slips counted; each slip is typed; the opening is closed (art. 14).

Law of this file: box, moment and people are typed once, with the opening, and stand on every slip of it; a slip is typed for
an opening that is open and not full. Whatever is wrong, every field comes back as typed. What may be closed and how, says
``services.intake.paper_desk``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.suggestion_box import BoxOpening
from services.intake.adapters.told import Told
from services.intake.api.access import ENTRY_DESKS
from services.intake.api.answers import unavailable
from services.intake.api.paper_doors import ahead
from services.intake.box_sheet import hand_over
from services.intake.known import Known
from services.intake.paper_desk import (
    CountsDifferError,
    Difference,
    Opening,
    OpeningClosedError,
    OpeningFullError,
    UnknownOpeningError,
    close_opening,
    opening_with_slips,
    recent_openings,
    record_opening,
)
from services.intake.store.states import OpeningState
from services.intake.web.desk_drafts import resumed, throw_away, unfinished
from services.intake.web.desk_room import DeskRoom
from services.intake.web.desk_views import Bench, OpenedBox
from services.intake.web.entry_desk import (
    ANOTHER,
    GONE,
    LOOK,
    THROW_AWAY,
    Entry,
    add_known,
    files_in,
    key_in,
    known_about,
    now_typed,
    page_of,
    register,
    registered_before,
    wrong_in,
)
from services.intake.web.entry_reading import Typed, linked_in, opening_in, told_in, typed_in
from shared.clock import SHANGHAI
from shared.contracts.values import Channel
from shared.identity.principal import Principal
from shared.once import KeyReused, once
from shared.store.engine import is_unreachable
from shared.web.handed_over import lead_to
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault
from shared.web.sent_form import sent_form

SLIPS = Entry(Channel.SUGGESTION_BOX, ENTRY_DESKS[Channel.SUGGESTION_BOX], "box", "desk_box.html", lambda *_: Typed())
OPENINGS = replace(SLIPS, path=f"{SLIPS.path}/openings", template="desk_box_open.html")
SHORTEST_REASON = 2
SHOWN = 10
"""Openings on the first page."""

NOTICES: Mapping[type[Exception], Bilingual] = {
    UnknownOpeningError: Bilingual(
        "没有这次开箱记录，这一张没有登记。请选一次开箱再登记。",
        "There is no such opening, and this slip was not registered. Choose an opening.",
    ),
    OpeningClosedError: Bilingual(
        "这次开箱已经办结，这一张没有登记。多出来的，请两人核对后另记一次开箱，再在下面选它。",
        "That opening is closed, and this slip was not registered. Record what is left over as an opening of its own.",
    ),
    OpeningFullError: Bilingual(
        "开箱时点的张数都已登记，这一张没有登记。多出来的，请两人核对后另记一次开箱，再在下面选它。",
        "As many slips are registered as were counted, and this one was not. Record what is left over as an opening.",
    ),
}
WHY = FieldFault("reason", "missing", "请写明张数为什么对不上", "Say why the counts differ")
OTHER_EYES = FieldFault(
    "witnessed_by", "same_person", "请写明一起核对的另一人", "Name the other person who has looked again"
)


def box_routes(room: DeskRoom) -> APIRouter:
    """The page, its openings, and what is known of a signed slip's writer."""
    router = APIRouter()
    _add_slips(router, room)
    _add_openings(router, room)
    add_known(router, room, SLIPS)
    return router


def _add_slips(router: APIRouter, room: DeskRoom) -> None:
    @router.get(SLIPS.path, include_in_schema=False)
    async def page(
        request: Request,
        who: Principal = Depends(room.gate.admit),
        opening: UUID | None = None,
        sent: UUID | None = None,
        draft: UUID | None = None,
    ) -> Response:
        """The boxes that were opened; of one of them the next slip, or how it was closed."""
        if draft is not None:
            return await _resume(room, request, who, draft)
        if opening is None:
            typed = Typed(opened_at=now_typed(room.door.clock()), opened_by=who.name)
            return await _openings_page(room, request, who, typed)
        registered = await registered_before(room, request, who, sent) if sent else None
        return await _slip_page(room, request, who, Typed(opening=str(opening)), registered=registered)

    @router.post(SLIPS.path, include_in_schema=False)
    async def slip(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Register one slip of the opening that is named, or give it back with what is wrong."""
        async with sent_form(request) as form:
            typed, linked = typed_in(form), linked_in(form.getlist("link"))
            if form.get("then") == LOOK:
                files = await files_in(room, form, who)
                more: dict[str, Any] = {"errors": files.faults, "kept": files.evidence, "key": key_in(form)}
                more |= {"known": await known_about(room, typed), "linked": linked}
                return await _slip_page(room, request, who, typed, **more)
            if form.get("then") == THROW_AWAY:
                await throw_away(room.door, who.name, str(form.get("draft", "")))
                return RedirectResponse(SLIPS.path, status_code=303)
            return await _take(room, request, who, form, typed, linked)


def _add_openings(router: APIRouter, room: DeskRoom) -> None:
    @router.post(OPENINGS.path, include_in_schema=False)
    async def opened(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Two people have opened a box and counted."""
        async with sent_form(request) as form:
            return await _open(room, request, who, typed_in(form), key_in(form))

    @router.post(OPENINGS.path + "/{opening_id}/close", include_in_schema=False)
    async def close(opening_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Close it: as it is where the counts agree, otherwise with the reason that two people give."""
        async with sent_form(request) as form:
            return await _close(room, request, who, replace(typed_in(form), opening=str(opening_id)))

    @router.post(OPENINGS.path + "/{opening_id}/record", include_in_schema=False)
    async def record(opening_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Have the record of a closed opening issued as a document, and lead to it."""
        try:
            document_id = await hand_over(room.door, opening_id, asked_by=who.name)
        except UnknownOpeningError as fault:
            return await _slip_page(room, request, who, Typed(), notice=NOTICES[type(fault)], status=404)
        return lead_to(document_id)


async def _open(room: DeskRoom, request: Request, who: Principal, typed: Typed, key: str) -> Response:
    told = opening_in(typed)
    faults = _ahead(room, told) if isinstance(told, BoxOpening) else told
    if faults or not isinstance(told, BoxOpening):
        return await _openings_page(room, request, who, typed, errors=faults, key=key, status=422)
    same = once(f"desk_box:{who.name}", key, told.model_dump_json().encode())
    try:
        return _to(await record_opening(room.door, Opening(**told.model_dump()), recorded_by=who.name, same=same))
    except KeyReused:
        return await _openings_page(room, request, who, typed, notice=ANOTHER, status=409)


async def _close(room: DeskRoom, request: Request, who: Principal, typed: Typed) -> Response:
    faults = _unexplained(typed, who)
    difference = None if faults else Difference(typed.reason.strip()[:400], typed.witnessed_by.strip()[:120])
    asked = bool(typed.reason.strip() or typed.witnessed_by.strip())
    if faults and asked:
        return await _slip_page(room, request, who, typed, errors=faults, status=422)
    try:
        await close_opening(room.door, UUID(typed.opening), closed_by=who.name, difference=difference)
    except CountsDifferError:
        return await _slip_page(room, request, who, typed, errors=faults, status=409)
    except UnknownOpeningError as fault:
        return await _slip_page(room, request, who, typed, notice=NOTICES[type(fault)], status=404)
    except OpeningClosedError:
        pass  # somebody was quicker: the page says who
    return _to(UUID(typed.opening))


async def _take(
    room: DeskRoom, request: Request, who: Principal, form: FormData, typed: Typed, linked: Sequence[UUID]
) -> Response:
    files = await files_in(room, form, who)
    more: dict[str, Any] = {"linked": linked, "key": key_in(form), "kept": files.evidence}
    opening = await _opening(room, typed.opening)
    if opening is None:
        return await _slip_page(room, request, who, typed, notice=NOTICES[UnknownOpeningError], status=404, **more)
    told = told_in(SLIPS.channel, _of_opening(typed, opening), room.door.centre)
    if not isinstance(told, Told) or files.faults:
        more |= {"errors": wrong_in(told, files), "known": await known_about(room, typed)}
        return await _slip_page(room, request, who, typed, status=413 if files.too_large else 422, **more)
    try:
        sent = await register(
            room, told, SLIPS.channel, linked, who, more["key"], evidence=files.evidence, opening_id=opening.id
        )
    except tuple(NOTICES) as fault:
        return await _slip_page(room, request, who, typed, notice=NOTICES[type(fault)], status=409, **more)
    except KeyReused:
        more |= {"notice": ANOTHER, "key": ""}
        return await _slip_page(room, request, who, typed, status=409, **more)
    except Exception as fault:
        if is_unreachable(fault):
            raise unavailable() from fault
        raise
    await throw_away(room.door, who.name, more["key"])
    return RedirectResponse(f"{SLIPS.path}?opening={opening.id}&sent={sent}", status_code=303)


async def _resume(room: DeskRoom, request: Request, who: Principal, draft: UUID) -> Response:
    found = await resumed(room.door, who.name, draft, SLIPS.room)
    if found is None:
        typed = Typed(opened_at=now_typed(room.door.clock()), opened_by=who.name)
        return await _openings_page(room, request, who, typed, notice=GONE)
    typed, linked = found
    known = await known_about(room, typed)
    return await _slip_page(room, request, who, typed, known=known, linked=linked, key=str(draft))


async def _openings_page(
    room: DeskRoom,
    request: Request,
    who: Principal,
    typed: Typed,
    *,
    errors: Sequence[FieldFault] = (),
    notice: Bilingual | None = None,
    key: str = "",
    status: int = 200,
) -> Response:
    """The boxes that are open or were lately, and the form for another."""
    return page_of(
        room,
        request,
        who,
        OPENINGS,
        typed,
        errors=errors,
        notice=notice,
        begun=await unfinished(room.door, who.name, {SLIPS.room: SLIPS.path}),
        key=key,
        status=status,
        bench=Bench(openings=await _openings(room)),
    )


async def _slip_page(
    room: DeskRoom,
    request: Request,
    who: Principal,
    typed: Typed,
    *,
    known: Sequence[Known] = (),
    **more: Any,
) -> Response:
    """The next slip of the opening that is named, or how it was closed."""
    opening = await _opening(room, typed.opening)
    if opening is None and not more.get("notice"):
        more |= {"notice": NOTICES[UnknownOpeningError], "status": 404}
    if opening is not None and not typed.slip_number:
        typed = replace(typed, slip_number=str(opening.registered + 1))
    bench = Bench(opening, await _openings(room))
    return page_of(room, request, who, SLIPS, typed, known=known, bench=bench, **more)


async def _opening(room: DeskRoom, said: str) -> OpenedBox | None:
    try:
        row = await opening_with_slips(room.door, UUID(said))
    except (ValueError, UnknownOpeningError):
        return None
    return _shown(row, numbers=[each["number"] for each in row["items"]])


async def _openings(room: DeskRoom) -> list[OpenedBox]:
    return [_shown(row) for row in await recent_openings(room.door, SHOWN)]


def _shown(row: Mapping[str, Any], numbers: Sequence[str] = ()) -> OpenedBox:
    same = ("id", "box", "opened_at", "opened_by", "witnessed_by", "slips", "registered", "closed_at")
    told: dict[str, Any] = {name: row[name] for name in same}
    told |= {name: row[name] or "" for name in ("closed_by", "difference", "difference_witness")}
    return OpenedBox(**told, closed=row["state"] == OpeningState.CLOSED, numbers=numbers)


def _of_opening(typed: Typed, opening: OpenedBox) -> Typed:
    """A slip with what was typed when its box was opened."""
    opened_at = opening.opened_at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat()
    return replace(
        typed,
        box=opening.box,
        opened_at=opened_at,
        opened_by=opening.opened_by,
        witnessed_by=opening.witnessed_by,
    )


def _unexplained(typed: Typed, who: Principal) -> list[FieldFault]:
    """What is wanting for closing an opening whose counts differ."""
    witness = typed.witnessed_by.strip()
    wanting = ((len(typed.reason.strip()) < SHORTEST_REASON, WHY), (not witness or witness == who.name, OTHER_EYES))
    return [fault for wants, fault in wanting if wants]


def _ahead(room: DeskRoom, told: BoxOpening) -> Sequence[FieldFault]:
    fault = ahead(told.opened_at, room.door.clock())
    return [fault] if fault else []


def _to(opening_id: UUID) -> Response:
    return RedirectResponse(f"{SLIPS.path}?opening={opening_id}", status_code=303)
