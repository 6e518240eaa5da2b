"""Paper at the counter: openings of boxes, and the slips and letters with their register numbers (art. 14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.intake.adapters.suggestion_box import BoxOpening, SuggestionSlip
from services.intake.adapters.told import Line, Strict, Told
from services.intake.api.answers import RECEIPT_DOCUMENTED, receipt_answer
from services.intake.api.requests import repetition
from services.intake.api.told_doors import STAFF_DOORS, ToldDoor, take_of_staff
from services.intake.box_sheet import hand_over
from services.intake.domain.transcription import MARKS
from services.intake.handlers import Receipt
from services.intake.paper_desk import (
    SERIES,
    CountsDifferError,
    Difference,
    Opening,
    OpeningClosedError,
    OpeningFullError,
    UnknownOpeningError,
    close_opening,
    opening_with_slips,
    receive_paper,
    recent_openings,
    record_opening,
    register_number,
)
from services.intake.ports import Door
from shared.identity.principal import Principal
from shared.once import KeyReused
from shared.store.answers import Given
from shared.web.access import Gate
from shared.web.handed_over import told_of
from shared.web.problems import FieldFault, Problem
from shared.web.repetition import DOCUMENTED, key_reused
from shared.web.sent_json import json_body, takes

CLOCKS_DIFFER = timedelta(minutes=5)
OWN_WITNESS = ("见证人应为另一人", "must be another person")


class DifferenceTold(Strict):
    """Fewer slips than were counted: why, and who has looked again with the one who closes."""

    reason: Annotated[str, StringConstraints(min_length=2, max_length=400)]
    witnessed_by: Line = Field(min_length=1)


class Closing(Strict):
    """Close an opening; with ``difference`` where the counts don't agree."""

    difference: DifferenceTold | None = None

    def difference_by(self, closed_by: str) -> Difference | None:
        """The difference as it is put down. Raises Problem 422 where somebody witnesses themselves."""
        told = self.difference
        if told is not None and told.witnessed_by == closed_by:
            fault = FieldFault("difference.witnessed_by", "same_person", *OWN_WITNESS)
            raise Problem(422, "own_witness", "见证人不能是本人", "Nobody witnesses themselves", fields=[fault])
        return Difference(told.reason, told.witnessed_by) if told else None


def ahead(opened_at: datetime, now: datetime) -> FieldFault | None:
    """What is wrong with a moment of opening that has not come yet; clocks may differ by ``CLOCKS_DIFFER``."""
    if opened_at <= now + CLOCKS_DIFFER:
        return None
    return FieldFault("opened_at", "ahead", "不能晚于现在", "must not be in the future")


def paper_routes(door: Door, gate: Gate, public_url: str) -> APIRouter:
    """/intake/box-openings, /intake/suggestion-slips, /intake/letters."""
    router = APIRouter(tags=["intake"])
    _add_openings(router, door, gate)
    _add_closing(router, door, gate)
    _add_record(router, door, gate)
    for row in STAFF_DOORS:
        if row.channel in SERIES:
            _add_paper(router, row, door, gate, public_url)
    return router


def _add_openings(router: APIRouter, door: Door, gate: Gate) -> None:
    @router.post("/intake/box-openings", status_code=201, openapi_extra={**DOCUMENTED, **takes(BoxOpening)})
    async def opened(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """A box was opened; its slips are registered one by one against this, and it is closed when the counts agree."""
        told = await json_body(request, BoxOpening)
        if fault := ahead(told.opened_at, door.clock()):
            raise Problem(422, "validation", "时间不对", "The time is not possible", fields=[fault])
        same = await repetition(request, f"box_opening:{who.name}")
        try:
            opening_id = await record_opening(door, Opening(**told.model_dump()), recorded_by=who.name, same=same)
        except KeyReused as reused:
            raise key_reused() from reused
        headers = {"Location": f"/intake/box-openings/{opening_id}"}
        return JSONResponse({"id": str(opening_id), "marks": dict(MARKS)}, status_code=201, headers=headers)

    @router.get("/intake/box-openings", dependencies=[Depends(gate.admit)])
    async def openings() -> dict[str, Any]:
        """The newest first, each with its counts."""
        return {"items": await recent_openings(door)}

    @router.get("/intake/box-openings/{opening_id}", dependencies=[Depends(gate.admit)])
    async def opening(opening_id: UUID) -> dict[str, Any]:
        """One, with the register numbers of its slips."""
        try:
            return await opening_with_slips(door, opening_id)
        except UnknownOpeningError as fault:
            raise _problem(fault) from fault


def _add_closing(router: APIRouter, door: Door, gate: Gate) -> None:
    @router.post("/intake/box-openings/{opening_id}/close", openapi_extra=takes(Closing, required=False))
    async def close(opening_id: UUID, request: Request, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Close it: 409 unless as many slips are registered as were counted, or two people say why they are fewer."""
        closing = await json_body(request, Closing, empty=b"{}")
        try:
            await close_opening(door, opening_id, closed_by=who.name, difference=closing.difference_by(who.name))
        except CountsDifferError as fault:
            raise _counts_differ(fault) from fault
        except (UnknownOpeningError, OpeningClosedError) as fault:
            raise _problem(fault) from fault
        return await opening_with_slips(door, opening_id)


def _add_record(router: APIRouter, door: Door, gate: Gate) -> None:
    @router.post("/intake/box-openings/{opening_id}/record", status_code=201)
    async def record(opening_id: UUID, who: Principal = Depends(gate.admit)) -> JSONResponse:
        """Have the record of a closed opening issued as a document; asked for again, it is the same one."""
        try:
            document_id = await hand_over(door, opening_id, asked_by=who.name)
        except UnknownOpeningError as fault:
            raise _problem(fault) from fault
        return told_of(Given({"id": str(document_id)}))


def _add_paper(router: APIRouter, row: ToldDoor, door: Door, gate: Gate, public_url: str) -> None:
    async def endpoint(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        told = await json_body(request, row.model)
        receipt = await _take(door, row, told, who, request)
        return receipt_answer(receipt, public_url, await register_number(door, receipt.complaint_id))

    router.add_api_route(
        row.path,
        endpoint,
        methods=["POST"],
        status_code=201,
        responses=RECEIPT_DOCUMENTED,
        name=row.kind,
        summary=(row.model.__doc__ or "").strip(),
        openapi_extra={**DOCUMENTED, **takes(row.model)},
    )


async def _take(door: Door, row: ToldDoor, told: Told, who: Principal, request: Request) -> Receipt:
    opening = told.opening_id if isinstance(told, SuggestionSlip) else None
    try:
        return await take_of_staff(door, row, told, who, request, into=partial(receive_paper, opening_id=opening))
    except tuple(_PROBLEMS) as fault:
        raise _problem(fault) from fault


_PROBLEMS: dict[type[Exception], Callable[[], Problem]] = {
    UnknownOpeningError: lambda: Problem(404, "not_found", "没有这次开箱记录", "There is no such opening"),
    OpeningClosedError: lambda: Problem(409, "opening_closed", "这次开箱已经办结", "The opening is closed"),
    OpeningFullError: lambda: Problem(
        409,
        "opening_full",
        "开箱时点的张数都已登记；多出来的，请两人核对后另记一次开箱",
        "As many slips are registered as were counted; record what is left over as an opening of its own",
    ),
}


def _problem(fault: Exception) -> Problem:
    return _PROBLEMS[type(fault)]()


def _counts_differ(fault: CountsDifferError) -> Problem:
    return Problem(
        409,
        "counts_differ",
        f"开箱时点了 {fault.counted} 张，登记了 {fault.registered} 张，对不上",
        f"{fault.counted} slips were counted, {fault.registered} are registered",
    )
