"""The line over HTTP: what the exchange tells, calls that were no complaint, and the calls of a day (art. 13).

Law of this file: no number and no name of a caller stands in an answer; to an operator another's call does not exist.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.encoders import jsonable_encoder
from pydantic import StringConstraints
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.intake.adapters.phone_log import CallWithoutComplaint
from services.intake.adapters.told import Line, Moment, Strict
from services.intake.api.access import own_of
from services.intake.api.requests import repetition
from services.intake.calls import (
    AccountedForError,
    CallHeldError,
    DraftOfAnotherError,
    Rings,
    UnknownCallError,
    end_without_complaint,
    ended_of,
    open_call,
    take_up,
)
from services.intake.ports import Door
from services.intake.reconciling import span_of
from services.intake.store import queries
from shared.clock import SHANGHAI
from shared.identity.principal import Principal
from shared.once import KeyReused
from shared.web.access import Gate
from shared.web.days import Day
from shared.web.i18n import Bilingual
from shared.web.problems import Problem
from shared.web.repetition import DOCUMENTED, key_reused
from shared.web.sent_json import json_body, takes


class CallEvent(Strict):
    """The exchange has put a call through to an operator; told again with ``ended_at``, the call is over."""

    call_id: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    operator: Line
    caller_number: Annotated[str, StringConstraints(max_length=40)] | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None
    desk: Line | None = None


def call_routes(door: Door, gate: Gate) -> APIRouter:
    """POST and GET /intake/calls, POST /intake/calls/no-complaint, one call, and taking it up."""
    router = APIRouter(tags=["intake"])
    _add_event(router, door, gate)
    _add_account(router, door, gate)
    _add_reading(router, door, gate)
    return router


def _add_event(router: APIRouter, door: Door, gate: Gate) -> None:
    @router.post("/intake/calls", status_code=201, openapi_extra=takes(CallEvent))
    async def call(request: Request, _who: Principal = Depends(gate.admit)) -> Response:
        """An event of the exchange (PBX): opens the operator's draft, and gives the caller's earlier complaints.

        409 naming whoever records the call already.
        """
        event = await json_body(request, CallEvent)
        rings = Rings(
            reference=event.call_id,
            operator=event.operator,
            started_at=event.started_at or door.clock(),
            caller_number=event.caller_number,
            ended_at=event.ended_at,
            desk=event.desk,
        )
        try:
            draft_id, earlier = await open_call(door, rings)
        except CallHeldError as fault:
            said = call_is_with(fault.holder)
            raise Problem(409, "call_held", said.zh, said.en) from fault
        answer = jsonable_encoder({"draft_id": draft_id, "earlier": earlier})
        return JSONResponse(answer, status_code=201, headers={"Location": f"/intake/drafts/{draft_id}"})


def _add_account(router: APIRouter, door: Door, gate: Gate) -> None:
    @router.post(
        "/intake/calls/no-complaint",
        status_code=201,
        openapi_extra={**DOCUMENTED, **takes(CallWithoutComplaint)},
    )
    async def no_complaint(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """A call that was no complaint: 201 with what is on record of it. 409 where somebody said otherwise before."""
        told = await json_body(request, CallWithoutComplaint)
        same = await repetition(request, f"no_complaint:{who.name}")
        try:
            ended = ended_of(told, door.clock())
            call_id = await end_without_complaint(door, ended, by=who.name, own=own_of(who), same=same)
        except KeyReused as fault:
            raise key_reused() from fault
        except tuple(_PROBLEMS) as fault:
            raise problem_of(fault) from fault
        headers = {"Location": f"/intake/calls/{call_id}"}
        return JSONResponse(await _shown_one(door, call_id, who), status_code=201, headers=headers)

    @router.post("/intake/calls/{call_id}/take-up")
    async def again(call_id: UUID, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """It was a complaint after all: its draft is there again, the asker's own, with all that was typed."""
        try:
            draft_id = await take_up(door, call_id, by=who.name, own=own_of(who))
        except tuple(_PROBLEMS) as fault:
            raise problem_of(fault) from fault
        return {"draft_id": draft_id, "draft": f"/intake/drafts/{draft_id}"}


def _add_reading(router: APIRouter, door: Door, gate: Gate) -> None:
    @router.get("/intake/calls")
    async def of_a_day(day: Day | None = None, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """The calls of a day (today where none is given), the first one first; an operator sees their own."""
        wanted = day or door.clock().astimezone(SHANGHAI).date()
        rows = await queries.calls_between(door.store, *span_of(wanted), own=own_of(who))
        return {"day": wanted, "items": [_shown(door, row) for row in rows]}

    @router.get("/intake/calls/{call_id}")
    async def one(call_id: UUID, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """What became of one call."""
        return await _shown_one(door, call_id, who)


async def _shown_one(door: Door, call_id: UUID, who: Principal) -> dict[str, Any]:
    row = await queries.one_call(door.store, call_id, own=own_of(who))
    if row is None:
        raise problem_of(UnknownCallError())
    return _shown(door, row)


def _shown(door: Door, row: RowMapping) -> dict[str, Any]:
    hidden = {"sealed", "note_sealed", "complaint_id"}
    shown = {name: value for name, value in row.items() if name not in hidden}
    note = row["note_sealed"]
    return jsonable_encoder(shown | {"note": door.ring.open(note).decode() if note else None})  # type: ignore[no-any-return]  # FastAPI types it Any


_PROBLEMS: dict[type[Exception], tuple[int, str, str, str]] = {
    UnknownCallError: (404, "not_found", "没有这通来电", "There is no such call"),
    AccountedForError: (
        409,
        "accounted_for",
        "这通来电已有交代；要改，请先把它重新打开",
        "Somebody has said already what became of this call; take it up first to say otherwise",
    ),
    DraftOfAnotherError: (
        409,
        "draft_of_another",
        "这通来电的记录还在别人手里，没有登记",
        "Somebody else is still typing the record of this call",
    ),
}


def call_is_with(holder: str) -> Bilingual:
    """What whoever comes second to a call is told."""
    return Bilingual(f"这通来电由{holder}在记录，请与其联系", f"{holder} is recording this call: ask there")


def problem_of(fault: Exception) -> Problem:
    """What the door says of it."""
    return Problem(*_PROBLEMS[type(fault)])
