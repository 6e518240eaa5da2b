"""``/workflow/statistics`` and what is made of it: tables, frozen periods, a unit's sheet, the public's figures."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select

from services.workflow import reports
from services.workflow.api.people import person_of
from services.workflow.office import Office
from services.workflow.reports import Period, Signer
from services.workflow.store.queries import visible_to
from services.workflow.store.statistics import By
from services.workflow.store.tables import frozen_periods
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.problems import FieldFault, Problem

LONGEST_DAYS = 3660
_MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Form = Literal["json", "csv", "xlsx"]


def period_of(first: Annotated[date, Query(alias="from")], last: Annotated[date, Query(alias="to")]) -> Period:
    """Days at the centre, both included. Raises Problem 422 for a period that has no days or too many."""
    if not 0 <= (last - first).days <= LONGEST_DAYS:
        fault = FieldFault(
            "to", "bad_period", "结束日期须在开始日期之后，且不超过十年", "comes after from, by ten years at most"
        )
        raise Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=[fault])
    return Period(first, last)


def statistics_routes(office: Office, gate: Gate, signer: Signer) -> APIRouter:
    """The endpoints, over the office."""
    router = APIRouter(tags=["statistics"])
    _add_figures(router, office, gate)
    _add_frozen(router, office, gate, signer)
    return router


def _add_figures(router: APIRouter, office: Office, gate: Gate) -> None:
    @router.get("/workflow/statistics", response_model=None)
    async def figures(
        period: Period = Depends(period_of),
        by: By | None = None,
        form: Form = "json",
        who: Principal = Depends(gate.admit),
    ) -> dict[str, Any] | Response:
        """The figures of a period; each with the link that lists its cases. ``form=csv|xlsx`` to take away."""
        answer = await reports.statistics(office, period, by, seen_by=visible_to(person_of(who)))
        return _as(form, answer, reports.as_table(answer), "statistics")

    @router.get("/workflow/assessment", response_model=None)
    async def assessment(
        unit: str, period: Period = Depends(period_of), form: Form = "json", who: Principal = Depends(gate.admit)
    ) -> dict[str, Any] | Response:
        """A unit's sheet: its figures, every limit that it missed and every consequence (arts. 19, 20)."""
        if who.unit is not None and who.unit != unit:
            raise Problem(404, "not_found", "没有这份考核表", "There is no such sheet")
        sheet = await reports.assessment(office, period, unit)
        return _as(form, sheet, reports.assessment_table(sheet), "assessment")

    @router.get("/workflow/public-figures")
    async def public(period: Period = Depends(period_of)) -> dict[str, Any]:
        """What anybody may know, without signing in."""
        return await reports.public_figures(office, period)


def _add_frozen(router: APIRouter, office: Office, gate: Gate, signer: Signer) -> None:

    @router.post("/workflow/statistics/freeze", status_code=201)
    async def freeze(
        response: Response, period: Period = Depends(period_of), who: Principal = Depends(gate.admit)
    ) -> dict[str, Any]:
        """Keep a period's figures as they are now, signed with the anchors' key."""
        if period.last >= office.hours.date_of(office.clock()):
            fault = FieldFault("to", "not_over", "统计期尚未结束", "the period is not over yet")
            raise Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=[fault])
        made = await reports.freeze(office, signer, period, who.name)
        response.headers["Location"] = f"/workflow/statistics/frozen/{made['id']}"
        return made

    @router.get("/workflow/statistics/frozen", dependencies=[Depends(gate.admit)])
    async def all_frozen() -> dict[str, Any]:
        """What was frozen, the newest first."""
        kept = frozen_periods.c
        query = select(kept.id, kept.first_day, kept.last_day, kept.made_at, kept.made_by).order_by(kept.made_at.desc())
        async with office.store.reading() as connection:
            return {"items": [dict(row) for row in (await connection.execute(query)).mappings()]}

    @router.get("/workflow/statistics/frozen/{frozen_id}", dependencies=[Depends(gate.admit)])
    async def one_frozen(frozen_id: UUID) -> dict[str, Any]:
        """One, with its signature (Ed25519 over the bytes of ``body``)."""
        async with office.store.reading() as connection:
            row = (await connection.execute(select(frozen_periods).where(frozen_periods.c.id == frozen_id))).first()
        if row is None:
            raise Problem(404, "not_found", "没有这份统计", "There are no such figures")
        return {"id": row.id, "body": row.body, "figures": json.loads(row.body)["figures"], "signature": row.signature}


def _as(form: Form, answer: dict[str, Any], table: Any, name: str) -> dict[str, Any] | Response:
    if form == "json":
        return answer
    content = reports.to_csv(table) if form == "csv" else reports.to_xlsx(table)
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=_MEDIA[form], headers=disposition)
