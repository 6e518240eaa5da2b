"""All of intake's JSON endpoints."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.api.call_doors import call_routes
from services.intake.api.drafts import draft_routes
from services.intake.api.lists import list_routes
from services.intake.api.mail_door import mail_routes
from services.intake.api.paper_doors import paper_routes
from services.intake.api.phone_imports import import_routes
from services.intake.api.quarantine_desk import quarantine_routes
from services.intake.api.register import register_routes
from services.intake.api.scan_desk_doors import desk_routes
from services.intake.api.scan_doors import scan_routes
from services.intake.api.told_doors import told_routes
from services.intake.channel_watch import Register
from services.intake.ports import Door
from services.intake.readers.ocr import OcrReader
from services.intake.settings import IntakeSettings
from shared.web.access import Gate


def api_routes(door: Door, gate: Gate, settings: IntakeSettings, register: Register, ocr: OcrReader) -> APIRouter:
    """The endpoints, over the service's door."""
    router = APIRouter()
    router.include_router(told_routes(door, gate, settings.public_url))
    router.include_router(paper_routes(door, gate, settings.public_url))
    router.include_router(mail_routes(door, gate, settings.public_url))
    router.include_router(scan_routes(door, gate, settings.public_url))
    router.include_router(quarantine_routes(door, gate, settings.public_url))
    router.include_router(register_routes(register, gate))
    router.include_router(draft_routes(door, gate))
    router.include_router(call_routes(door, gate))
    router.include_router(import_routes(door, gate))
    router.include_router(desk_routes(door, gate, ocr, settings.public_url))
    router.include_router(list_routes(door, gate))
    return router
