"""``/notify/call-list``, ``/notify/inbound-texts``: whom to call or write to, and who wrote to us; and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.notify.call_desk import AlreadyRecorded, NotOnTheList, record
from services.notify.call_sheet import NothingToCall, hand_over
from services.notify.desk import Desk
from services.notify.domain.calls import CHINESE, CallOutcome
from services.notify.inbound import NoSuchText, deal_with, waiting_texts
from services.notify.ledger import PLANS, TEXTS
from services.notify.store import queries
from shared.clock import SHANGHAI
from shared.identity.principal import Principal
from shared.once import KeyReused, Once
from shared.store.answers import Given
from shared.web.access import Gate
from shared.web.handed_over import told_of
from shared.web.problems import Problem
from shared.web.repetition import REPLAYED, IdempotencyKey, key_reused, repetition
from shared.web.sent_json import json_body, takes

BUTTONS: Mapping[str, CallOutcome] = {
    "reached": CallOutcome.REACHED,
    "not-reached": CallOutcome.NOT_REACHED,
    "posted": CallOutcome.POSTED,
}
"""The address of each button, under that of its entry."""


class CallRecord(BaseModel):
    """What the caller adds."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True)] | None = None


def call_routes(desk: Desk, gate: Gate) -> APIRouter:
    """The list, and a button for each outcome. Addresses and texts are shown here only, to those who call."""
    router = APIRouter(tags=["call list"])
    _add_list(router, desk, gate)
    for path, outcome in BUTTONS.items():
        _add_button(router, desk, gate, path, outcome)
    _add_texts(router, desk, gate)
    return router


def _add_list(router: APIRouter, desk: Desk, gate: Gate) -> None:
    @router.get("/notify/call-list", dependencies=[Depends(gate.admit)])
    async def call_list() -> dict[str, Any]:
        """Who must be called or written to, by when, and what to say; the most urgent first."""
        rows = await queries.call_list(desk.store)
        tried = await queries.calls_of(desk.store, [row["id"] for row in rows])
        lost = await queries.without_a_way(desk.store)
        return {
            "items": [_call(desk, row, [call for call in tried if call["delivery_id"] == row["id"]]) for row in rows],
            "no_way_to_reach": [dict(row) for row in lost],
        }

    @router.post("/notify/call-list/sheet", status_code=201)
    async def sheet(key: IdempotencyKey = None, who: Principal = Depends(gate.admit)) -> JSONResponse:
        """Have the calls that wait issued as a document, to call by from paper (arts. 14 and 18.5)."""
        try:
            made = await hand_over(desk, asked_by=who.name, same=repetition(key, f"{who.name} call list", b""))
        except KeyReused as fault:
            raise key_reused() from fault
        except NothingToCall as fault:
            raise _nobody() from fault
        return told_of(made)


def _add_button(router: APIRouter, desk: Desk, gate: Gate, path: str, outcome: CallOutcome) -> None:
    @router.post(
        f"/notify/call-list/{{delivery_id}}/{path}", name=f"call_{outcome.value}", openapi_extra=takes(CallRecord)
    )
    async def press(
        delivery_id: UUID,
        request: Request,
        response: Response,
        key: IdempotencyKey = None,
        who: Principal = Depends(gate.admit),
    ) -> dict[str, Any]:
        """Record what became of it: once, by one person."""
        entry = await json_body(request, CallRecord)
        same = repetition(key, f"{who.name} {delivery_id}/{path}", entry.model_dump_json().encode())
        given = await _record(desk, delivery_id, outcome, entry, who, same)
        if given.repeated:
            response.headers.update(REPLAYED)
        return given.answer


def _add_texts(router: APIRouter, desk: Desk, gate: Gate) -> None:
    @router.get("/notify/inbound-texts", dependencies=[Depends(gate.admit)])
    async def inbound_texts() -> dict[str, Any]:
        """Texts that people sent us and that wait for a person, the oldest first, with the sender's open cases."""
        return {"items": [asdict(text) for text in await waiting_texts(desk)]}

    @router.post("/notify/inbound-texts/{key}/settled", status_code=204)
    async def settled(key: str, who: Principal = Depends(gate.admit)) -> None:
        """Somebody has dealt with it: it waits no longer."""
        try:
            await deal_with(desk, key, who.name)
        except NoSuchText as fault:
            raise Problem(404, "no_such_text", "没有这条短信", "There is no such text") from fault


async def _record(
    desk: Desk, delivery_id: UUID, outcome: CallOutcome, entry: CallRecord, who: Principal, same: Once | None
) -> Given:
    try:
        return await record(desk, delivery_id, outcome, by=who.name, note=entry.note, same=same)
    except KeyReused as fault:
        raise key_reused() from fault
    except NotOnTheList as fault:
        raise Problem(404, "not_on_the_list", "名单中没有这一条", "There is no such entry on this list") from fault
    except AlreadyRecorded as fault:
        raise _conflict(fault) from fault


def _nobody() -> Problem:
    return Problem(409, "nobody_to_call", "没有要打的电话，没有出清单", "Nobody is to be called: no list was issued")


def _conflict(fault: AlreadyRecorded) -> Problem:
    last = fault.last
    if last is None:
        return Problem(409, "already_settled", "这一条已经办结，无需再办", "This entry is settled already")
    at = f"{last.at.astimezone(SHANGHAI):%H:%M}"
    return Problem(
        409,
        "already_recorded",
        f"{last.by} 已于 {at} 记录：{CHINESE[last.outcome]}",
        f"{last.by} recorded {last.outcome.value} at {at}",
    )


def _call(desk: Desk, row: Any, tried: list[Any]) -> dict[str, Any]:
    plan = PLANS.validate_json(desk.ring.open(row["sealed_plan"]))
    text = TEXTS.validate_json(desk.ring.open(row["sealed_text"]))
    names = ("id", "complaint_id", "purpose", "route", "article", "respond_by", "must_by")
    return {name: row[name] for name in names} | {
        "not_before": row["due_at"],
        "hours_left": round((row["respond_by"] - desk.clock()).total_seconds() / 3600, 1),
        "to": plan.to,
        "say": text.body,
        "calls": [_tried(desk, call) for call in tried],
    }


def _tried(desk: Desk, call: Any) -> dict[str, Any]:
    note = desk.ring.open(call["sealed_note"]).decode() if call["sealed_note"] else None
    return {"at": call["at"], "by": call["by"], "outcome": call["outcome"], "note": note}
