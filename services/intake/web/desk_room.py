"""What intake's pages for staff share: the door, the gate, the pages, and how a page gets its head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api.access import ENTRY_DESKS, own_of
from services.intake.channel_watch import Register
from services.intake.domain.call_endings import STILL_TALKING
from services.intake.domain.elements import ELEMENTS
from services.intake.ports import Door
from services.intake.readers.ocr import OcrReader
from services.intake.store import queries
from services.intake.web.desk_drafts import unfinished
from services.intake.web.desk_views import Registered, StartPage, StartRoom
from services.intake.web.kept_files import KeptFiles
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.desk_frame import desk_head, rooms_of
from shared.web.i18n import Bilingual, language_of
from shared.web.limits import Due, due
from shared.web.pages import Pages

DESKS = {path.rpartition("/")[2]: path for path in ENTRY_DESKS.values()}
"""The desks at which people type, each with its address."""
_CHINESE = {row.element.value: row.chinese for row in ELEMENTS}


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """Everything a page for staff is given."""

    door: Door
    gate: Gate
    pages: Pages
    ocr: OcrReader
    register: Register
    kept: KeptFiles
    public_url: str

    def render(
        self, request: Request, who: Principal, template: str, here: str, *, page: Any, status: int = 200
    ) -> Response:
        """The page under the head of this person."""
        head = desk_head(who, here, csrf=self.gate.csrf(request))
        return self.pages.render(request, template, status=status, desk=head, page=page)

    async def waiting(self, who: Principal) -> dict[str, int]:
        """How much waits for this person, by the name of the room: also channels that nobody has checked in time today."""
        now = self.door.clock()
        counts = await queries.waiting(self.door.store, own=own_of(who), now=now, still_talking=STILL_TALKING)
        return counts | {"checks": len(await self.register.missed_today())}

    def due(self, request: Request, moment: datetime) -> Due:
        """A limit in words, in the reader's language."""
        return due(moment, self.door.clock(), language_of(request), self.door.calendar)

    def registered(self, request: Request, row: RowMapping) -> Registered:
        """What was just registered, as the next page tells it."""
        missing = [Bilingual(_CHINESE[name], name.replace("_", " ")) for name in row["missing"]]
        return Registered(row["complaint_id"], row["tracking_code"], self.due(request, row["respond_by"]), missing)


def start_routes(room: DeskRoom) -> APIRouter:
    """``GET /desk``: where staff start after the log-in."""
    router = APIRouter()

    @router.get("/desk", include_in_schema=False)
    async def start(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """The pages that are this person's own, what one does there, what waits there, and what they left unfinished."""
        waiting = await room.waiting(who)
        rooms = [
            StartRoom(each.key, each.href, each.label, each.purpose, waiting.get(each.key, 0))
            for each in rooms_of(who.role)
        ]
        begun = await unfinished(room.door, who.name, DESKS)
        return room.render(request, who, "desk_start.html", "", page=StartPage(rooms, begun))

    return router
