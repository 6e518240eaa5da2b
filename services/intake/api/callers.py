"""One call's worth of context: what the caller complained of before.

Law of this file: the number comes in the body and never in an address, since addresses are logged; whoever asks must be
somebody who takes calls; nothing personal goes back, only what the register shows anyway.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import StringConstraints, field_validator
from starlette.requests import Request

from services.intake.adapters.told import Strict
from services.intake.api.requests import json_body
from services.intake.domain.phones import e164
from services.intake.ports import Door
from services.intake.store import queries
from shared.web.access import Gate


class Caller(Strict):
    """Whose call it is."""

    phone: Annotated[str, StringConstraints(min_length=1, max_length=40)]

    @field_validator("phone")
    @classmethod
    def _a_phone(cls, said: str) -> str:
        number = e164(said)
        if number is None:
            raise ValueError("not a phone number; write a mobile, a landline with its area code, or +country code")
        return number


def caller_routes(door: Door, gate: Gate) -> APIRouter:
    """POST /intake/callers."""
    router = APIRouter(tags=["intake"])

    @router.post("/intake/callers", dependencies=[Depends(gate.admit)])
    async def callers(request: Request) -> dict[str, Any]:
        """Earlier complaints that gave this number, the newest first. A number shown by the exchange proves nobody."""
        caller = await json_body(request, Caller)
        rows = await queries.submissions_of_phone(door.store, door.ring.blind(caller.phone))
        return {"items": [dict(row) for row in rows]}

    return router
