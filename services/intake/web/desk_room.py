"""What intake's pages for staff share: the door, the gate, the pages, and how a page gets its head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.channel_watch import Register
from services.intake.ports import Door
from services.intake.readers.ocr import OcrReader
from services.intake.web.desk_views import StartRoom
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.desk_frame import desk_head, rooms_of
from shared.web.pages import Pages


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """Everything a page for staff is given."""

    door: Door
    gate: Gate
    pages: Pages
    ocr: OcrReader
    register: Register
    public_url: str

    def render(
        self, request: Request, who: Principal, template: str, here: str, *, page: Any, status: int = 200
    ) -> Response:
        """The page under the head of this person."""
        head = desk_head(who, here, csrf=self.gate.csrf(request))
        return self.pages.render(request, template, status=status, desk=head, page=page)


def start_routes(room: DeskRoom) -> APIRouter:
    """``GET /desk``: where staff start after the log-in."""
    router = APIRouter()

    @router.get("/desk", include_in_schema=False)
    async def start(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """The pages that are this person's own, and what one does there."""
        rooms = [StartRoom(each.href, each.label, each.purpose) for each in rooms_of(who.role)]
        return room.render(request, who, "desk_start.html", "", page=rooms)

    return router
