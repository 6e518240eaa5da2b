"""``/desk/phone/end`` and ``/desk/phone/calls``: a call is put down as no complaint by one press, listed by day, taken up again.

Law of this file: what was typed is kept with the call, and comes back where something is wrong or the call is taken up; a
call of which nobody has said what became of it stands on top of the list until somebody has. What may be done, and by
whom, says ``services.intake.calls``.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.phone_log import CallWithoutComplaint
from services.intake.api.access import RECEIVERS, own_of
from services.intake.calls import (
    AccountedForError,
    DraftOfAnotherError,
    Ended,
    UnknownCallError,
    end_without_complaint,
    ended_of,
    take_up,
)
from services.intake.domain.call_endings import LONGEST_NOTE, STILL_TALKING, Ending, lacks_note
from services.intake.reconciling import reconcile, span_of
from services.intake.store import queries
from services.intake.web.call_views import CallsPage, line_of, tally_of
from services.intake.web.desk_drafts import PHONE
from services.intake.web.desk_room import DESKS, DeskRoom
from services.intake.web.entry_desk import ENTRIES, is_registered, key_in, known_about, page_of
from services.intake.web.entry_reading import Typed, linked_in, no_complaint_in, typed_in
from shared.clock import SHANGHAI
from shared.contracts.values import Channel
from shared.identity.principal import Principal
from shared.web.days import Day
from shared.web.i18n import Bilingual
from shared.web.problems import Problem
from shared.web.sent_form import read_form, sent_form

CALLS = "/desk/phone/calls"
_DESK = next(entry for entry in ENTRIES if entry.channel is Channel.PHONE)
_SAID: dict[type[Exception], Bilingual] = {
    AccountedForError: Bilingual("这通来电已有交代。", "Somebody has said already what became of this call."),
    DraftOfAnotherError: Bilingual(
        "这通来电的记录还在别人手里，没有登记。", "Somebody else is still typing the record of this call."
    ),
    UnknownCallError: Bilingual("没有这通来电，或它是别人接的。", "There is no such call, or it is another's."),
}
_NO_REASON = Bilingual("请选择这通来电为什么不是投诉。", "Choose why this call was no complaint.")
_NO_NOTE = Bilingual("选“其他”须写备注。", "Say in the note what it was.")


def call_desk_routes(room: DeskRoom) -> APIRouter:
    """POST /desk/phone/end; GET /desk/phone/calls and POST of one call."""
    router = APIRouter()

    @router.post(f"{_DESK.path}/end", include_in_schema=False)
    async def end(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """The call in hand was no complaint: one press, with its reason."""
        async with sent_form(request) as form:
            return await _end(room, request, who, form)

    @router.get(CALLS, include_in_schema=False)
    async def calls(request: Request, who: Principal = Depends(room.gate.admit), day: Day | None = None) -> Response:
        """The calls of a day; today's where none is named."""
        return await _page(room, request, who, day)

    @router.post(CALLS + "/{call_id}", include_in_schema=False)
    async def account(call_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Take a call up again, or say that it was none."""
        form = await read_form(request)
        if form.get("take") == "up":
            return await _taken_up(room, request, who, call_id)
        return await _accounted(room, request, who, call_id, form)

    return router


async def _end(room: DeskRoom, request: Request, who: Principal, form: FormData) -> Response:
    typed, key = typed_in(form), key_in(form)
    linked = linked_in(form.getlist("link"))
    back: dict[str, Any] = {"linked": linked, "key": key}
    told = no_complaint_in(typed, str(form.get("ending", "")))
    if not isinstance(told, CallWithoutComplaint):
        known = await known_about(room, typed)
        return page_of(room, request, who, _DESK, typed, errors=told, known=known, status=422, **back)
    if await is_registered(room, Channel.PHONE, who, key):
        notice = _SAID[AccountedForError]
        return page_of(room, request, who, _DESK, typed, notice=notice, status=409, **back)
    now = room.door.clock()
    ended = ended_of(told, now, draft_id=_draft_id(key), typed=_content(typed, linked))
    ended = replace(ended, ended_at=ended.ended_at or now)
    try:
        call_id = await end_without_complaint(room.door, ended, by=who.name, own=own_of(who))
    except tuple(_SAID) as fault:
        return page_of(room, request, who, _DESK, typed, notice=_SAID[type(fault)], status=409, **back)
    return RedirectResponse(f"{_DESK.path}?ended={call_id}", status_code=303)


def _content(typed: Typed, linked: tuple[UUID, ...]) -> dict[str, Any]:
    """What stood on the page, as its draft holds it."""
    said = {name: value for name, value in asdict(typed).items() if value}
    return {**said, "desk": PHONE, "link": [str(each) for each in linked]}


def _draft_id(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


async def _taken_up(room: DeskRoom, request: Request, who: Principal, call_id: UUID) -> Response:
    try:
        draft_id = await take_up(room.door, call_id, by=who.name, own=own_of(who))
    except tuple(_SAID) as fault:
        return await _page(room, request, who, await _day_of(room, who, call_id), trouble=_SAID[type(fault)])
    return RedirectResponse(f"{DESKS[PHONE]}?draft={draft_id}", status_code=303)


async def _accounted(room: DeskRoom, request: Request, who: Principal, call_id: UUID, form: FormData) -> Response:
    call = await queries.one_call(room.door.store, call_id, own=own_of(who))
    if call is None:
        raise Problem(404, "not_found", "没有这通来电", "There is no such call")
    day = call["began_at"].astimezone(SHANGHAI).date()
    chosen, note = str(form.get("ending", "")), str(form.get("note", "")).strip()[:LONGEST_NOTE]
    back: dict[str, Any] = {"wrong": call_id, "typed": note, "chosen": chosen}
    if chosen not in set(Ending):
        return await _page(room, request, who, day, trouble=_NO_REASON, **back)
    if lacks_note(Ending(chosen), note):
        return await _page(room, request, who, day, trouble=_NO_NOTE, **back)
    ended = Ended(Ending(chosen), note or None, call["reference"])
    try:
        await end_without_complaint(room.door, ended, by=who.name, own=own_of(who))
    except tuple(_SAID) as fault:
        return await _page(room, request, who, day, trouble=_SAID[type(fault)], **back)
    return RedirectResponse(f"{CALLS}?day={day}", status_code=303)


async def _day_of(room: DeskRoom, who: Principal, call_id: UUID) -> date | None:
    call = await queries.one_call(room.door.store, call_id, own=own_of(who))
    return call["began_at"].astimezone(SHANGHAI).date() if call else None


async def _page(
    room: DeskRoom,
    request: Request,
    who: Principal,
    day: date | None,
    *,
    trouble: Bilingual | None = None,
    **back: Any,
) -> Response:
    door, own, today = room.door, own_of(who), room.register.today()
    shown = day or today
    [line] = [each for each in await reconcile(door, shown) if each.channel is Channel.PHONE]
    waiting = await queries.calls_unaccounted(door.store, own=own, now=door.clock(), still_talking=STILL_TALKING)
    page = CallsPage(
        day=shown,
        today=shown == today,
        before=shown - timedelta(days=1),
        after=shown + timedelta(days=1) if shown < today else None,
        tally=tally_of(line.classes),
        waiting=[line_of(row, door.ring) for row in waiting],
        lines=[line_of(row, door.ring) for row in await queries.calls_between(door.store, *span_of(shown), own=own)],
        may=who.role in RECEIVERS,
        trouble=trouble,
        **back,
    )
    return room.render(request, who, "desk_calls.html", "call_log", page=page, status=422 if trouble else 200)
