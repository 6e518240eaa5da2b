"""The pages at which operators type: phone, visit, letter; and what the box's page shares with them. All without script.

Law of this file: whatever is wrong, the page comes back with every field as typed; what was sent is registered once, and
the page that follows shows its number and is ready for the next. Numbers of callers stand in no address: what is known of
a caller is asked for by POST.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.told import Told
from services.intake.api.access import ENTRY_DESKS
from services.intake.api.answers import unavailable
from services.intake.api.call_doors import call_is_with
from services.intake.api.told_doors import STAFF_DOORS, submission_of
from services.intake.calls import holder_of_call, receive_call
from services.intake.handlers import earlier_receipt, respond_by
from services.intake.known import Known, known_of
from services.intake.paper_desk import SERIES, receive_paper, register_number
from services.intake.store import queries
from services.intake.store.states import CallState
from services.intake.web.call_views import CHOICES, EndedCall, ending_words
from services.intake.web.desk_drafts import call_in_hand, resumed, throw_away, unfinished
from services.intake.web.desk_room import DeskRoom
from services.intake.web.desk_views import Bench, EntryPage, Registered, Tick, Unfinished
from services.intake.web.entry_reading import Typed, linked_in, told_in, typed_in
from services.intake.web.uploads import DESK_FILES, Received, known_files, receive_files
from services.intake.web.window_names import read_window, window_names
from shared.clock import SHANGHAI
from shared.contracts.complaint import Evidence
from shared.contracts.values import Channel
from shared.identity.principal import Principal
from shared.once import KeyReused, Once, once
from shared.store.engine import is_unreachable
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault
from shared.web.sent_form import sent_form

LOOK, THROW_AWAY = "look", "throw_away"
_LONGEST_KEY = 100
GONE = Bilingual(
    "这份草稿已经登记或删除，下面是空白页。", "This draft is registered or thrown away; here is an empty page."
)
ANOTHER = Bilingual(
    "上一件已经登记，这里的内容与它不同。如果这是另一件，请再按一次登记；如果是同一件，不必再登记。",
    "The one before is registered, and what stands here differs. If this is another, send it again.",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: its address, its room in the navigation, its template, and what its fields hold at first."""

    channel: Channel
    path: str
    room: str
    template: str
    first: Callable[[DeskRoom, Principal, datetime], Typed]


def now_typed(now: datetime) -> str:
    """A moment as ``datetime-local`` has it, on the centre's clock."""
    return f"{now.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


ENTRIES: tuple[Entry, ...] = (
    Entry(Channel.PHONE, ENTRY_DESKS[Channel.PHONE], "phone", "desk_phone.html", lambda _room, _who, _now: Typed()),
    Entry(
        Channel.VISIT,
        ENTRY_DESKS[Channel.VISIT],
        "visit",
        "desk_visit.html",
        lambda room, _who, _now: Typed(reception_point=room.door.centre.reception_points[0]),
    ),
    Entry(
        Channel.LETTER,
        ENTRY_DESKS[Channel.LETTER],
        "letter",
        "desk_letter.html",
        lambda _room, who, now: Typed(arrived_at=now_typed(now), opened_by=who.name),
    ),
)

TICKS: tuple[tuple[Bilingual, str], ...] = (
    (Bilingual("事实", "Facts"), "facts"),
    (Bilingual("诉求", "Demand"), "demand"),
    (Bilingual("投诉对象", "Target"), "window"),
    (Bilingual("发生时间", "Time"), "occurred_at"),
    (Bilingual("证据", "Evidence"), "evidence"),
    (Bilingual("姓名", "Name"), "name"),
    (Bilingual("联系电话", "Phone"), "phone"),
    (Bilingual("地址", "Address"), "address"),
)
"""The checklist of art. 15, each with the field that gives it."""

_DOORS = {row.channel: row for row in STAFF_DOORS}


def entry_routes(room: DeskRoom) -> APIRouter:
    """``GET|POST`` of every page of ``ENTRIES``, and ``POST …/known``."""
    router = APIRouter()
    for entry in ENTRIES:
        _add_entry(router, room, entry)
    return router


def _add_entry(router: APIRouter, room: DeskRoom, entry: Entry) -> None:
    @router.get(entry.path, include_in_schema=False, name=f"desk {entry.room}")
    async def page(
        request: Request,
        who: Principal = Depends(room.gate.admit),
        sent: UUID | None = None,
        draft: UUID | None = None,
        ended: UUID | None = None,
    ) -> Response:
        """The page, empty or with a draft taken up; after a registration, or a call that was none, with what it was."""
        if draft is not None:
            return await _resume(room, request, who, entry, draft)
        typed = entry.first(room, who, room.door.clock())
        registered = await registered_before(room, request, who, sent) if sent else None
        begun = await unfinished(room.door, who.name, {entry.room: entry.path})
        put_down = await ended_before(room, who, ended) if ended else None
        return page_of(room, request, who, entry, typed, registered=registered, begun=begun, ended=put_down)

    @router.post(entry.path, include_in_schema=False, name=f"desk {entry.room} sent")
    async def send(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Register what was typed, or give it back with what is wrong."""
        async with sent_form(request) as form:
            if form.get("then") == LOOK:
                return await _look(room, request, who, entry, form)
            if form.get("then") == THROW_AWAY:
                await throw_away(room.door, who.name, str(form.get("draft", "")))
                return RedirectResponse(entry.path, status_code=303)
            return await _take(room, request, who, entry, form)

    add_known(router, room, entry)


def add_known(router: APIRouter, room: DeskRoom, entry: Entry) -> None:
    """``POST …/known`` of a page."""

    @router.post(f"{entry.path}/known", include_in_schema=False, name=f"desk {entry.room} known")
    async def known(request: Request, _who: Principal = Depends(room.gate.admit)) -> Response:
        """What is known of this caller and window, as a fragment of the page."""
        async with sent_form(request) as form:
            typed = typed_in(form)
            page = EntryPage(
                entry.channel,
                entry.path,
                "",
                (),
                room.due(request, room.door.clock()),
                typed,
                known=await known_about(room, typed),
                linked=linked_in(form.getlist("link")),
            )
        return room.pages.render(request, "desk_known.html", page=page)


async def _take(room: DeskRoom, request: Request, who: Principal, entry: Entry, form: FormData) -> Response:
    typed, linked = typed_in(form), linked_in(form.getlist("link"))
    key, files = key_in(form), await files_in(room, form, who)
    told = told_in(entry.channel, typed, room.door.centre)
    more: dict[str, Any] = {"linked": linked, "kept": files.evidence}
    if not isinstance(told, Told) or files.faults:
        more |= {"errors": wrong_in(told, files), "known": await known_about(room, typed), "key": key}
        return page_of(room, request, who, entry, typed, status=413 if files.too_large else 422, **more)
    try:
        complaint_id = await register(room, told, entry.channel, linked, who, key, evidence=files.evidence)
    except KeyReused:
        known = await known_about(room, typed)
        return page_of(room, request, who, entry, typed, notice=ANOTHER, known=known, status=409, **more)
    except Exception as fault:
        if is_unreachable(fault):
            raise unavailable() from fault
        raise
    await throw_away(room.door, who.name, key)
    return RedirectResponse(f"{entry.path}?sent={complaint_id}", status_code=303)


async def register(
    room: DeskRoom,
    told: Told,
    channel: Channel,
    linked: Sequence[UUID],
    who: Principal,
    key: str,
    *,
    evidence: Sequence[Evidence] = (),
    opening_id: UUID | None = None,
) -> UUID:
    """Take it in by its channel's door. Raises KeyReused, and of a slip what ``receive_paper`` raises."""
    door, now = _DOORS[channel], room.door.clock()
    originals = [item.sha256 for item in evidence]
    more = {
        "received_at": min(door.received_at(told, now), now),
        "received_by": who.name,
        "source": door.source(told, who.name, now, originals),
        "evidence": list(evidence),
        "possible_duplicates": tuple(linked),
        **door.more(told, who, now),
    }
    content = told.model_dump_json().encode() + b"".join(each.bytes for each in linked) + "".join(originals).encode()
    same = _same(channel, who, key, content)
    submission = submission_of(told, door.channel, more)
    if door.channel in SERIES:
        return (await receive_paper(room.door, submission, opening_id=opening_id, same=same)).complaint_id
    into = partial(receive_call, page=key) if channel is Channel.PHONE else door.into
    return (await into(room.door, submission, same=same)).complaint_id


def _same(channel: Channel, who: Principal, key: str, content: bytes) -> Once:
    """What makes a page that is sent the same as one sent before."""
    return once(f"desk_{_DOORS[channel].kind}:{who.name}", key, content)


async def is_registered(room: DeskRoom, channel: Channel, who: Principal, key: str) -> bool:
    """Whether the page of this number is a complaint already, whatever stands in its fields now."""
    try:
        return await earlier_receipt(room.door, _same(channel, who, key, b"")) is not None
    except KeyReused:
        return True


async def _resume(room: DeskRoom, request: Request, who: Principal, entry: Entry, draft: UUID) -> Response:
    """The page as it was left."""
    found = await resumed(room.door, who.name, draft, entry.room)
    if found is None:
        holder = await holder_of_call(room.door, draft)
        notice = GONE if holder in (None, who.name) else call_is_with(str(holder))
        return page_of(room, request, who, entry, entry.first(room, who, room.door.clock()), notice=notice)
    typed, linked = found
    return page_of(
        room, request, who, entry, typed, known=await known_about(room, typed), linked=linked, key=str(draft)
    )


async def _look(room: DeskRoom, request: Request, who: Principal, entry: Entry, form: FormData) -> Response:
    """The page as it stands, with what is known of the caller: for a browser without script."""
    typed, linked = typed_in(form), linked_in(form.getlist("link"))
    files = await files_in(room, form, who)
    more: dict[str, Any] = {"errors": files.faults, "kept": files.evidence, "key": key_in(form)}
    return page_of(room, request, who, entry, typed, known=await known_about(room, typed), linked=linked, **more)


async def files_in(room: DeskRoom, form: FormData, who: Principal) -> Received:
    """The files that came with a page or with an earlier try of it: scans of the paper, photos. Raises OSError."""
    known = known_files(room.kept, form, who.name)
    return await receive_files(room.door, known, form, rules=DESK_FILES, field="files")


def wrong_in(told: Told | Sequence[FieldFault], files: Received) -> list[FieldFault]:
    """Everything that is wrong with what was typed and what was sent with it."""
    return [*(() if isinstance(told, Told) else told), *files.faults]


def key_in(form: FormData) -> str:
    """The number that what is typed is sent under, and its draft lies under; a fresh one where there is none."""
    return str(form.get("idempotency_key", ""))[:_LONGEST_KEY] or str(uuid4())


async def known_about(room: DeskRoom, typed: Typed) -> list[Known]:
    """What is known of the caller, the window and the matter that were typed."""
    unit, window = read_window(typed.window, room.door.centre)
    phone = "" if typed.anonymous else typed.phone
    return await known_of(room.door, phone=phone, unit=unit, window=window, facts=typed.facts)


async def registered_before(room: DeskRoom, request: Request, who: Principal, complaint_id: UUID) -> Registered | None:
    """What was just registered, shown to whoever registered it."""
    row = await queries.one_submission(room.door.store, complaint_id)
    if row is None or row["received_by"] != who.name:
        return None
    return replace(room.registered(request, row), number=await register_number(room.door, complaint_id) or "")


async def ended_before(room: DeskRoom, who: Principal, call_id: UUID) -> EndedCall | None:
    """The call that was just put down as no complaint, shown to whoever did so."""
    row = await queries.one_call(room.door.store, call_id, own=who.name)
    if row is None or row["state"] != CallState.NO_COMPLAINT:
        return None
    return EndedCall(row["id"], ending_words(row["ending"]))


def page_of(
    room: DeskRoom,
    request: Request,
    who: Principal,
    entry: Entry,
    typed: Typed,
    *,
    errors: Sequence[FieldFault] = (),
    known: Sequence[Known] = (),
    linked: Sequence[UUID] = (),
    registered: Registered | None = None,
    ended: EndedCall | None = None,
    notice: Bilingual | None = None,
    begun: Sequence[Unfinished] = (),
    key: str = "",
    status: int = 200,
    bench: Bench | None = None,
    kept: Sequence[Evidence] = (),
) -> Response:
    """The page with these fields; of a box with its ``bench``."""
    now = room.door.clock()
    number = key or str(uuid4())
    page = EntryPage(
        channel=entry.channel,
        action=entry.path,
        idempotency_key=number,
        windows=window_names(room.door.centre),
        due=room.due(request, respond_by(room.door, now)),
        typed=typed,
        ticks=[Tick(label, name, bool(getattr(typed, name).strip())) for label, name in TICKS],
        places=room.door.centre.reception_points,
        errors=errors,
        known=known,
        linked=linked,
        registered=registered,
        ended=ended,
        endings=CHOICES if entry.channel is Channel.PHONE else (),
        notice=notice,
        desk=entry.room,
        draft_url=f"/intake/drafts/{number}",
        known_url=f"{entry.path}/known",
        call=call_in_hand(typed),
        unfinished=begun,
        bench=bench or Bench(),
        kept=[room.kept.keep(item, who.name) for item in kept],
    )
    return room.render(request, who, entry.template, entry.room, page=page, status=status)
