"""Lists that a program has issued as documents: the report of a frozen period, the follow-ups to be made (ADR 14).

Law of this file: what a button of the pages does, by the same functions and for the same roles.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.workflow import follow_up_sheet, period_report
from services.workflow.api.people import person_of
from services.workflow.follow_up_sheet import NobodyToAsk
from services.workflow.office import Office
from services.workflow.period_report import LONGEST_ANALYSIS, NotAReport
from shared.identity.principal import Principal
from shared.once import KeyReused
from shared.web.access import Gate
from shared.web.handed_over import told_of
from shared.web.problems import Problem
from shared.web.repetition import IdempotencyKey, key_reused, repetition
from shared.web.sent_json import json_body, takes


class Analysis(BaseModel):
    """What a person adds to the figures."""

    model_config = ConfigDict(extra="forbid")

    analysis: Annotated[str, StringConstraints(max_length=LONGEST_ANALYSIS, strip_whitespace=True)] = ""


def list_routes(office: Office, gate: Gate, key: Ed25519PublicKey) -> APIRouter:
    """The doors; ``key`` is what frozen figures are checked with."""
    router = APIRouter()

    @router.post(
        "/workflow/statistics/frozen/{frozen_id}/report",
        status_code=201,
        tags=["statistics"],
        openapi_extra=takes(Analysis),
    )
    async def report(
        frozen_id: UUID, request: Request, once: IdempotencyKey = None, who: Principal = Depends(gate.admit)
    ) -> JSONResponse:
        """Have the figures of a frozen period issued as a document (art. 21)."""
        told = await json_body(request, Analysis)
        same = repetition(once, f"{who.name} report {frozen_id}", told.analysis.encode())
        try:
            made = await period_report.hand_over(office, key, frozen_id, told.analysis, asked_by=who.name, same=same)
        except KeyReused as fault:
            raise key_reused() from fault
        except NotAReport as fault:
            raise no_report() from fault
        return told_of(made)

    @router.post("/workflow/follow-up-sheet", status_code=201, tags=["cases"])
    async def follow_ups(once: IdempotencyKey = None, who: Principal = Depends(gate.admit)) -> JSONResponse:
        """Have the follow-ups that wait issued as a list to call by; each look at a number is recorded (arts. 17, 18.5)."""
        try:
            made = await follow_up_sheet.hand_over(
                office, person_of(who), same=repetition(once, f"{who.name} follow-ups", b"")
            )
        except KeyReused as fault:
            raise key_reused() from fault
        except NobodyToAsk as fault:
            raise nobody_to_ask() from fault
        return told_of(made)

    return router


def no_report() -> Problem:
    """409: there is nothing sound to report."""
    return Problem(
        409,
        "no_report",
        "这份统计不能出具统计分析：没有这份统计，或者与签名不符",
        "No report can be made of these figures: there are none, or they are not as they were signed",
    )


def nobody_to_ask() -> Problem:
    """409: nobody is to be called, and no list was issued."""
    return Problem(
        409,
        "nobody_to_call",
        "没有可打电话的回访，没有出清单",
        "Nobody is to be followed up by phone: no list was issued",
    )
