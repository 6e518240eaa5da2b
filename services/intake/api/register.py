"""The register of channel checks and the daily reconciliation over HTTP (arts. 3, 6, 14)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.intake.adapters.told import Line, Strict
from services.intake.channel_watch import LONGEST_REPORT, Register
from services.intake.domain.channel_checks import CHINESE, CheckOfDay
from services.intake.reconciling import Line as Balance
from services.intake.reconciling import reconcile
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.days import Day
from shared.web.problems import FieldFault, Problem
from shared.web.sent_json import json_body, takes


class Confirmation(Strict):
    """A person has checked a channel."""

    check: Line
    remark: Annotated[str, StringConstraints(max_length=200)] | None = None
    witnessed_by: Line | None = None

    @model_validator(mode="after")
    def _not_blank(self) -> Confirmation:
        if self.witnessed_by == "":
            raise ValueError("witnessed_by is blank: leave it out, or say who was there")
        return self

    def remark_of(self, who: str) -> str | None:
        """What stands in the register beside who did it. Raises ValueError where somebody witnesses themselves."""
        if self.witnessed_by == who:
            raise ValueError("witnessed_by")
        seen = f"见证：{self.witnessed_by}" if self.witnessed_by else None
        return "；".join(filter(None, (self.remark, seen))) or None


def register_routes(register: Register, gate: Gate) -> APIRouter:
    """GET and POST /intake/channel-checks, GET /intake/channel-checks/missed, GET /intake/reconciliation."""
    router = APIRouter(tags=["intake"])
    _add_checks(router, register, gate)
    _add_confirming(router, register, gate)

    @router.get("/intake/reconciliation", dependencies=[Depends(gate.admit)])
    async def reconciliation(day: Day | None = None) -> dict[str, Any]:
        """Of each channel on a day: receipts = complaints + classified otherwise + waiting; what doesn't add up is named."""
        wanted = day or register.today()
        items = [_balance(line) for line in await reconcile(register.door, wanted)]
        return {"day": wanted, "balanced": all(item["balanced"] for item in items), "items": items}

    return router


def _add_checks(router: APIRouter, register: Register, gate: Gate) -> None:
    @router.get("/intake/channel-checks", dependencies=[Depends(gate.admit)])
    async def checks(day: Day | None = None) -> dict[str, Any]:
        """Every channel's check on a day (today where none is given): window, standing, who, when."""
        wanted = day or register.today()
        items = [_shown(of_day, row) for of_day, row in await register.day(wanted)]
        return {"day": wanted, "worked": register.door.calendar.is_working_day(wanted), "items": items}

    @router.get("/intake/channel-checks/missed", dependencies=[Depends(gate.admit)])
    async def missed(since: Day = Query(description="at most a year back")) -> dict[str, Any]:
        """How often each check was missed or late since then, for the statistics (art. 21)."""
        first = max(since, register.today() - timedelta(days=LONGEST_REPORT))
        return {"since": first, "missed": await register.missed_since(first)}


def _add_confirming(router: APIRouter, register: Register, gate: Gate) -> None:
    @router.post("/intake/channel-checks", status_code=201, openapi_extra=takes(Confirmation))
    async def confirm(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """A person has checked a channel today; the first confirmation of a day counts. 201 with how it stands."""
        said = await json_body(request, Confirmation)
        check = register.named(said.check)
        if check is None:
            raise _unknown(register)
        try:
            remark = said.remark_of(who.name)
        except ValueError as fault:
            raise _own_witness() from fault
        await register.check_in(check, who.name, remark)
        day = register.today()
        item = next(_shown(of_day, row) for of_day, row in await register.day(day) if of_day.check.name == check.name)
        headers = {"Location": f"/intake/channel-checks?day={day}"}
        return JSONResponse(_plain(item), status_code=201, headers=headers)


def _balance(line: Balance) -> dict[str, Any]:
    return {**asdict(line), "balanced": line.balanced}


def _shown(of_day: CheckOfDay, row: Any) -> dict[str, Any]:
    check = of_day.check
    return {
        "check": check.name,
        "channel": check.channel,
        "name_zh": check.chinese,
        "article": check.article,
        "by": check.by,
        "opens_at": of_day.opens_at,
        "due_at": of_day.due_at,
        "standing": of_day.standing,
        "standing_zh": CHINESE[of_day.standing],
        "done_at": of_day.done_at,
        "done_by": row.done_by if row else None,
        "remark": row.remark if row else None,
        "alerted_at": row.alerted_at if row else None,
    }


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in item.items()}


def _unknown(register: Register) -> Problem:
    names = "、".join(check.name for check in register.checks)
    fault = FieldFault("check", "unknown", f"应为其中之一：{names}", f"must be one of {names}")
    return Problem(422, "unknown_check", "没有这一项查看", "There is no such check", fields=[fault])


def _own_witness() -> Problem:
    fault = FieldFault("witnessed_by", "same_person", "见证人应为另一人", "must be another person")
    return Problem(422, "own_witness", "见证人不能是本人", "Nobody witnesses themselves", fields=[fault])
