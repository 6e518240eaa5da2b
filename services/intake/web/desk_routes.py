"""All of intake's pages for staff."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.web.desk_room import DeskRoom, start_routes
from services.intake.web.entry_desk import entry_routes


def desk_routes(room: DeskRoom) -> APIRouter:
    """The pages, over one room."""
    router = APIRouter()
    router.include_router(start_routes(room))
    router.include_router(entry_routes(room))
    return router
