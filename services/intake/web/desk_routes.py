"""All of intake's pages for staff."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.web.box_desk import box_routes
from services.intake.web.call_desk import call_desk_routes
from services.intake.web.check_pages import check_page_routes
from services.intake.web.desk_room import DeskRoom, start_routes
from services.intake.web.entry_desk import entry_routes
from services.intake.web.import_pages import import_page_routes
from services.intake.web.live import live_routes
from services.intake.web.quarantine_pages import quarantine_page_routes
from services.intake.web.scan_pages import scan_page_routes


def desk_routes(room: DeskRoom) -> APIRouter:
    """The pages, over one room."""
    router = APIRouter()
    router.include_router(start_routes(room))
    router.include_router(live_routes(room))
    router.include_router(entry_routes(room))
    router.include_router(call_desk_routes(room))
    router.include_router(box_routes(room))
    router.include_router(import_page_routes(room))
    router.include_router(scan_page_routes(room))
    router.include_router(quarantine_page_routes(room))
    router.include_router(check_page_routes(room))
    return router
