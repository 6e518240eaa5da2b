"""``/workflow/statistics`` and what is made of it: tables, frozen periods, a unit's sheet, the public's figures."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Response

from services.workflow import kept_figures, reports
from services.workflow.anchoring import AnchorBroken
from services.workflow.api.people import person_of
from services.workflow.kept_figures import Signer
from services.workflow.office import Office
from services.workflow.reports import Period
from services.workflow.store.statistics import By
from shared.identity.principal import Principal
from shared.once import KeyReused, Once
from shared.store.answers import Given
from shared.web.access import Gate
from shared.web.days import Day
from shared.web.problems import FieldFault, Problem
from shared.web.repetition import REPLAYED, IdempotencyKey, key_reused, repetition

LONGEST_DAYS = 3660
_MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_AS_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {}, **{kind.partition(";")[0]: {} for kind in _MEDIA.values()}}}
}
Form = Literal["json", "csv", "xlsx"]
_log = structlog.get_logger("statistics")


def period_of(first: Annotated[Day, Query(alias="from")], last: Annotated[Day, Query(alias="to")]) -> Period:
    """Days at the centre, both included. Raises Problem 422 for a period that has no days or too many."""
    if not 0 <= (last - first).days <= LONGEST_DAYS:
        raise _wrong(
            "to", "bad_period", "结束日期须在开始日期之后，且不超过十年", "comes after from, by ten years at most"
        )
    return Period(first, last)


@dataclass(frozen=True, slots=True)
class Freezing:
    """What freezing a period takes: the key that signs, and the anchor that keeps it from being removed unnoticed."""

    office: Office
    signer: Signer
    anchor: Callable[[], Awaitable[object]]

    async def freeze(self, period: Period, by_whom: str, same: Once | None = None) -> Given:
        """Keep a period's figures as they are now, signed and anchored at once. Raises Problem 422 while it runs, KeyReused."""
        office = self.office
        if period.last >= office.hours.date_of(office.clock()):
            raise _wrong("to", "not_over", "统计期尚未结束", "the period is not over yet")
        made = await kept_figures.freeze(office, self.signer, period, by_whom, same)
        try:
            await self.anchor()
        except AnchorBroken as fault:  # the figures are frozen; what is wrong with the anchors is verify's to name
            _log.error("freeze.not_anchored", exc_info=fault)
        return made


def statistics_routes(office: Office, gate: Gate, freezing: Freezing) -> APIRouter:
    """The endpoints, over the office."""
    router = APIRouter(tags=["statistics"])
    _add_figures(router, office, gate)
    _add_frozen(router, office, gate, freezing)
    return router


def _add_figures(router: APIRouter, office: Office, gate: Gate) -> None:
    @router.get("/workflow/statistics", response_model=None, responses=_AS_FILES)
    async def figures(
        period: Period = Depends(period_of),
        by: By | None = None,
        unit: str | None = None,
        form: Form = "json",
        who: Principal = Depends(gate.admit),
    ) -> dict[str, Any] | Response:
        """The figures of a period; each with the link that lists its cases. ``form=csv|xlsx`` to take away."""
        answer = await reports.statistics(office, period, by, unit=unit, seen_by=office.seen_by(person_of(who)))
        return answer if form == "json" else as_file(form, reports.as_table(answer), "statistics")

    @router.get("/workflow/assessment", response_model=None, responses=_AS_FILES)
    async def assessment(
        unit: str, period: Period = Depends(period_of), form: Form = "json", who: Principal = Depends(gate.admit)
    ) -> dict[str, Any] | Response:
        """A unit's sheet: its figures, every limit that it missed and every consequence (arts. 19, 20)."""
        if who.unit is not None and who.unit != unit:
            raise Problem(404, "not_found", "没有这份考核表", "There is no such sheet")
        sheet = await reports.assessment(office, period, unit, seen_by=office.seen_by(person_of(who)))
        return sheet if form == "json" else as_file(form, reports.assessment_table(sheet), "assessment")

    @router.get("/workflow/public-figures")
    async def public(month: Annotated[str, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]) -> dict[str, Any]:
        """What anybody may know of a month that is over (``2026-10``), without signing in.

        Whole months only: the difference between two periods of one's own choice would tell of few (art. 17).
        """
        period = reports.month_of(date.fromisoformat(f"{month}-01"))
        if period.last >= office.hours.date_of(office.clock()):
            raise _wrong("month", "not_over", "该月尚未结束", "the month is not over yet")
        return await reports.public_figures(office, period)


def _add_frozen(router: APIRouter, office: Office, gate: Gate, freezing: Freezing) -> None:
    @router.post("/workflow/statistics/freeze", status_code=201)
    async def freeze(
        response: Response,
        period: Period = Depends(period_of),
        key: IdempotencyKey = None,
        who: Principal = Depends(gate.admit),
    ) -> dict[str, Any]:
        """Keep a period's figures as they are now, signed with the anchors' key."""
        same = repetition(key, f"{who.name} freeze", f"{period.first} {period.last}".encode())
        try:
            made = await freezing.freeze(period, who.name, same)
        except KeyReused as fault:
            raise key_reused() from fault
        response.headers["Location"] = f"/workflow/statistics/frozen/{made.answer['id']}"
        if made.repeated:
            response.headers.update(REPLAYED)
        return made.answer

    @router.get("/workflow/statistics/frozen", dependencies=[Depends(gate.admit)])
    async def all_frozen() -> dict[str, Any]:
        """What was frozen, the newest first."""
        return {"items": [dict(row) for row in await kept_figures.all_frozen(office)]}

    @router.get("/workflow/statistics/frozen/{frozen_id}", dependencies=[Depends(gate.admit)])
    async def one_frozen(frozen_id: UUID) -> dict[str, Any]:
        """One, with its signature (Ed25519 over the bytes of ``body``)."""
        row = await kept_figures.one_frozen(office, frozen_id)
        if row is None:
            raise Problem(404, "not_found", "没有这份统计", "There are no such figures")
        body = row["body"]
        return {"id": row["id"], "body": body, "figures": json.loads(body)["figures"], "signature": row["signature"]}


def as_file(form: str, table: Iterable[Sequence[str | int | float]], name: str) -> Response:
    """A table to take away, as ``csv`` or ``xlsx``."""
    content = reports.to_csv(table) if form == "csv" else reports.to_xlsx(table)
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=_MEDIA[form], headers=disposition)


def _wrong(name: str, code: str, chinese: str, english: str) -> Problem:
    fault = FieldFault(name, code, chinese, english)
    return Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=[fault])
