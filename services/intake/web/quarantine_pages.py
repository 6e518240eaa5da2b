"""``/desk/quarantine``: what could not be judged, why, its original, its clock, and the three ways out.

Law of this file: the same three ways as over the API (``quarantine_desk``): typed, as read, set aside with a reason; what was
typed comes back where something is wrong.
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.adapters.told import Told
from services.intake.handlers import Receipt
from services.intake.quarantine_desk import StillUnreadableError, set_aside, take_as_read, take_as_typed
from services.intake.scan_desk import NotWaitingError
from services.intake.store import queries
from services.intake.web.desk_room import DeskRoom
from services.intake.web.desk_views import Quarantined, QuarantinePage
from services.intake.web.entry_reading import Typed, told_in, typed_in
from services.intake.web.stored_words import stored_words
from services.intake.web.window_names import window_names
from shared.contracts.values import Channel
from shared.identity.principal import Principal
from shared.web.i18n import Bilingual
from shared.web.sent_form import read_form

QUARANTINE = "/desk/quarantine"
SHORTEST_REASON, LONGEST_REASON = 2, 400
_GONE = Bilingual("这一件已由别人处理。", "Somebody else has settled this item.")
_UNREADABLE = Bilingual(
    "程序仍然读不出内容，请看原件后人工录入。", "Still unreadable: look at the original and type it."
)
_NO_REASON = Bilingual("归为非投诉须写明理由（2 至 400 字）。", "Say why it is none (2 to 400 characters).")
_NO_WAY = Bilingual("请选择怎样处理。", "Choose what to do.")


class _Wrong(Exception):
    """What was decided can't be done; says why."""

    def __init__(self, said: Bilingual) -> None:
        super().__init__(said.en)
        self.said = said


def quarantine_page_routes(room: DeskRoom) -> APIRouter:
    """GET /desk/quarantine and POST /desk/quarantine/{item_id}."""
    router = APIRouter()

    @router.get(QUARANTINE, include_in_schema=False)
    async def page(request: Request, who: Principal = Depends(room.gate.admit), sent: UUID | None = None) -> Response:
        """All that waits, the most urgent first."""
        return await _page(room, request, who, sent=sent)

    @router.post(QUARANTINE + "/{item_id}", include_in_schema=False)
    async def settle(item_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Settle one, or give back what was typed."""
        form = await read_form(request)
        try:
            receipt = await _settle(room, item_id, form, who)
        except NotWaitingError:
            return await _page(room, request, who, trouble=_GONE, status=409)
        except _Wrong as wrong:
            typed = typed_in(form)
            return await _page(room, request, who, trouble=wrong.said, item=item_id, typed=typed, status=422)
        sent = f"?sent={receipt.complaint_id}" if receipt else ""
        return RedirectResponse(QUARANTINE + sent, status_code=303)

    return router


async def _settle(room: DeskRoom, item_id: UUID, form: FormData, who: Principal) -> Receipt | None:
    """Carry the decision out; None where it is set aside. Raises NotWaitingError, _Wrong."""
    match form.get("take"):
        case "as_typed":
            told = told_in(Channel.FAX, typed_in(form), room.door.centre)
            if not isinstance(told, Told):
                raise _Wrong(Bilingual("；".join(f.message_zh for f in told), "; ".join(f.message_en for f in told)))
            return await take_as_typed(room.door, item_id, told, typed_by=who.name)
        case "as_read":
            try:
                return await take_as_read(room.door, item_id, by=who.name)
            except StillUnreadableError as fault:
                raise _Wrong(_UNREADABLE) from fault
        case "aside":
            reason = str(form.get("reason", "")).strip()
            if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
                raise _Wrong(_NO_REASON)
            await set_aside(room.door, item_id, reason, by=who.name)
            return None
        case _:
            raise _Wrong(_NO_WAY)


async def _page(
    room: DeskRoom,
    request: Request,
    who: Principal,
    *,
    sent: UUID | None = None,
    trouble: Bilingual | None = None,
    item: UUID | None = None,
    typed: Typed | None = None,
    status: int = 200,
) -> Response:
    row = await queries.one_submission(room.door.store, sent) if sent else None
    page = QuarantinePage(
        items=[_item(room, request, each) for each in await queries.quarantined(room.door.store)],
        windows=window_names(room.door.centre),
        registered=room.registered(request, row) if row else None,
        trouble=trouble,
        open=item,
        typed=typed or Typed(),
    )
    return room.render(request, who, "desk_quarantine.html", "quarantine", page=page, status=status)


def _item(room: DeskRoom, request: Request, row: RowMapping) -> Quarantined:
    return Quarantined(
        id=row["id"],
        channel=Channel(row["channel"]),
        reason=stored_words(row["reason"]),
        received_at=row["received_at"],
        due=room.due(request, row["respond_by"]),
        size=row["size"],
        sha256=row["sha256"],
        original_url=f"/intake/quarantine/{row['id']}/original",
        action=f"{QUARANTINE}/{row['id']}",
    )
