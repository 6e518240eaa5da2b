"""The pages at which operators type: phone, visit, letter, suggestion slip. One screen a channel, all without script.

Law of this file: whatever is wrong, the page comes back with every field as typed; what was sent is registered once, and
the page that follows shows its number and is ready for the next. Numbers of callers stand in no address: what is known of
a caller is asked for by POST.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.told import Told
from services.intake.api.access import ENTRY_DESKS
from services.intake.api.answers import unavailable
from services.intake.api.told_doors import STAFF_DOORS, ToldDoor, submission_of
from services.intake.handlers import receive, respond_by
from services.intake.known import Known, known_of
from services.intake.paper_desk import SERIES, receive_paper, register_number
from services.intake.store import queries
from services.intake.web.desk_room import DeskRoom
from services.intake.web.desk_views import EntryPage, Registered, Tick
from services.intake.web.entry_reading import Typed, linked_in, told_in, typed_in
from services.intake.web.window_names import read_window, window_names
from shared.clock import SHANGHAI
from shared.contracts.complaint import Source
from shared.contracts.values import Channel
from shared.identity.principal import Principal
from shared.once import KeyReused, once
from shared.store.engine import is_unreachable
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault

LOOK = "look"
_LONGEST_KEY = 100
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


def _now_typed(now: datetime) -> str:
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
        lambda _room, who, now: Typed(arrived_at=_now_typed(now), opened_by=who.name),
    ),
    Entry(
        Channel.SUGGESTION_BOX,
        ENTRY_DESKS[Channel.SUGGESTION_BOX],
        "box",
        "desk_box.html",
        lambda _room, who, now: Typed(opened_at=_now_typed(now), opened_by=who.name),
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
    async def page(request: Request, who: Principal = Depends(room.gate.admit), sent: UUID | None = None) -> Response:
        """The page, empty; after a registration with what was registered."""
        typed = entry.first(room, who, room.door.clock())
        registered = await _registered(room, request, who, sent) if sent else None
        if registered and entry.channel is Channel.SUGGESTION_BOX and sent:
            typed = await _next_slip(room, typed, sent)
        return _page(room, request, who, entry, typed, registered=registered)

    @router.post(entry.path, include_in_schema=False, name=f"desk {entry.room} sent")
    async def send(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Register what was typed, or give it back with what is wrong."""
        async with request.form(max_files=0, max_fields=80) as form:
            if form.get("then") == LOOK:
                return await _look(room, request, who, entry, form)
            return await _take(room, request, who, entry, form)

    @router.post(f"{entry.path}/known", include_in_schema=False, name=f"desk {entry.room} known")
    async def known(request: Request, _who: Principal = Depends(room.gate.admit)) -> Response:
        """What is known of this caller and window, as a fragment of the page."""
        async with request.form(max_files=0, max_fields=80) as form:
            typed = typed_in(form)
            page = EntryPage(
                entry.channel,
                entry.path,
                "",
                (),
                room.due(request, room.door.clock()),
                typed,
                known=await _known(room, typed),
                linked=linked_in(form.getlist("link")),
            )
        return room.pages.render(request, "desk_known.html", page=page)


async def _take(room: DeskRoom, request: Request, who: Principal, entry: Entry, form: FormData) -> Response:
    typed, linked = typed_in(form), linked_in(form.getlist("link"))
    key = str(form.get("idempotency_key", ""))[:_LONGEST_KEY] or str(uuid4())
    told = told_in(entry.channel, typed, room.door.centre)
    if not isinstance(told, Told):
        known = await _known(room, typed)
        return _page(room, request, who, entry, typed, errors=told, known=known, linked=linked, key=key, status=422)
    try:
        complaint_id = await _register(room, _DOORS[entry.channel], told, linked, who, key)
    except KeyReused:
        known = await _known(room, typed)
        return _page(room, request, who, entry, typed, notice=ANOTHER, known=known, linked=linked, status=409)
    except Exception as fault:
        if is_unreachable(fault):
            raise unavailable() from fault
        raise
    return RedirectResponse(f"{entry.path}?sent={complaint_id}", status_code=303)


async def _register(
    room: DeskRoom, door: ToldDoor, told: Told, linked: Sequence[UUID], who: Principal, key: str
) -> UUID:
    now = room.door.clock()
    source = Source(kind=door.kind, external_id=door.external_id(told), transcribed_by=who.name)
    more = {
        "received_at": min(door.received_at(told, now), now),
        "received_by": who.name,
        "source": source,
        "evidence": [],
        "possible_duplicates": tuple(linked),
        **door.more(told, who, now),
    }
    content = told.model_dump_json().encode() + b"".join(each.bytes for each in linked)
    same = once(f"desk_{door.kind}:{who.name}", key, content)
    submission = submission_of(told, door.channel, more)
    if door.channel in SERIES:
        return (await receive_paper(room.door, submission, opening_id=None, same=same)).complaint_id
    return (await receive(room.door, submission, same=same)).complaint_id


async def _look(room: DeskRoom, request: Request, who: Principal, entry: Entry, form: FormData) -> Response:
    """The page as it stands, with what is known of the caller: for a browser without script."""
    typed = typed_in(form)
    key = str(form.get("idempotency_key", ""))[:_LONGEST_KEY]
    linked = linked_in(form.getlist("link"))
    return _page(room, request, who, entry, typed, known=await _known(room, typed), linked=linked, key=key)


async def _known(room: DeskRoom, typed: Typed) -> list[Known]:
    unit, window = read_window(typed.window, room.door.centre)
    return await known_of(room.door, phone="" if typed.anonymous else typed.phone, unit=unit, window=window)


async def _registered(room: DeskRoom, request: Request, who: Principal, complaint_id: UUID) -> Registered | None:
    """What was just registered, shown to whoever registered it."""
    row = await queries.one_submission(room.door.store, complaint_id)
    if row is None or row["received_by"] != who.name:
        return None
    return replace(room.registered(request, row), number=await register_number(room.door, complaint_id) or "")


async def _next_slip(room: DeskRoom, typed: Typed, complaint_id: UUID) -> Typed:
    """The next slip of the same opening: box, moment and people stay, the number goes on."""
    found = await queries.slip_of(room.door.store, complaint_id)
    if found is None:
        return typed
    box, _, number = (found["external_id"] or "").rpartition("#")
    following = str(int(number) + 1) if number.isdecimal() else ""
    return replace(typed, box=box, opened_at=_now_typed(found["received_at"]), slip_number=following)


def _page(
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
    notice: Bilingual | None = None,
    key: str = "",
    status: int = 200,
) -> Response:
    now = room.door.clock()
    page = EntryPage(
        channel=entry.channel,
        action=entry.path,
        idempotency_key=key or str(uuid4()),
        windows=window_names(room.door.centre),
        due=room.due(request, respond_by(room.door, now)),
        typed=typed,
        ticks=[Tick(label, name, bool(getattr(typed, name).strip())) for label, name in TICKS],
        places=room.door.centre.reception_points,
        errors=errors,
        known=known,
        linked=linked,
        registered=registered,
        notice=notice,
        known_url=f"{entry.path}/known",
    )
    return room.render(request, who, entry.template, entry.room, page=page, status=status)
