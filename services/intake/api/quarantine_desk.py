"""The quarantine over HTTP: look at the original, settle it, once."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field, RootModel, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from services.intake.adapters.told import Strict, Told
from services.intake.api.answers import RECEIPT_DOCUMENTED, receipt_answer
from services.intake.api.requests import repetition, settled_once
from services.intake.ports import Door
from services.intake.quarantine_desk import (
    StillUnreadableError,
    original_of,
    set_aside,
    take_as_read,
    take_as_typed,
)
from services.intake.scan_desk import NotWaitingError
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.files import BYTES, file_answer, gives
from shared.web.problems import Problem
from shared.web.repetition import DOCUMENTED
from shared.web.sent_json import json_body, takes


class TakeAsTyped(Strict):
    """It is a complaint, and a person typed what it says."""

    take: Literal["as_typed"]
    told: Told


class TakeAsRead(Strict):
    """It is a complaint, as the program reads it now."""

    take: Literal["as_read"]


class SetAside(Strict):
    """It is none, for this reason."""

    take: Literal["aside"]
    reason: Annotated[str, StringConstraints(min_length=2, max_length=400)]


class Settlement(RootModel[TakeAsTyped | TakeAsRead | SetAside]):
    """One of the three ways out."""

    root: TakeAsTyped | TakeAsRead | SetAside = Field(discriminator="take")


def quarantine_routes(door: Door, gate: Gate, public_url: str) -> APIRouter:
    """GET /intake/quarantine/{id}/original and POST /intake/quarantine/{id}."""
    router = APIRouter(tags=["intake"])

    @router.get(
        "/intake/quarantine/{item_id}/original",
        dependencies=[Depends(gate.admit)],
        response_class=Response,
        responses=gives(BYTES),
    )
    async def original(item_id: UUID) -> Response:
        """The bytes as they came, to be saved and never shown in the page: nobody has read them yet."""
        found = await original_of(door, item_id)
        if found is None:
            raise Problem(404, "not_found", "没有这一件", "There is no such item")
        return file_answer(found[1], BYTES, f"{item_id}.eml")

    @router.post(
        "/intake/quarantine/{item_id}",
        status_code=201,
        responses=RECEIPT_DOCUMENTED | {204: {"description": "Set aside."}},
        openapi_extra={**DOCUMENTED, **takes(Settlement)},
    )
    async def settle(item_id: UUID, request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """201 with the receipt of the complaint that it becomes; 204 where it is set aside; 409 if it is settled."""
        decision = (await json_body(request, Settlement)).root
        same = await repetition(request, f"quarantine:{item_id}")
        try:
            if isinstance(decision, SetAside):
                await set_aside(door, item_id, decision.reason, by=who.name)
                return Response(status_code=204)
            if isinstance(decision, TakeAsTyped):
                settle = partial(take_as_typed, door, item_id, decision.told, typed_by=who.name, same=same)
            else:
                settle = partial(take_as_read, door, item_id, by=who.name, same=same)
            receipt = await settled_once(door, same, settle)
        except NotWaitingError as fault:
            raise _settled_already() from fault
        except StillUnreadableError as fault:
            raise _still_unreadable() from fault
        return receipt_answer(receipt, public_url)

    return router


def _settled_already() -> Problem:
    return Problem(
        409,
        "not_waiting",
        "这一件不在待处理之列（可能已由他人处理）",
        "This item does not wait any more; somebody may have settled it already",
    )


def _still_unreadable() -> Problem:
    return Problem(
        422,
        "still_unreadable",
        "程序仍然读不出内容，请查看原件后手工录入",
        "The program still can't read it: look at the original and type what it says",
    )
