"""``/workflow/directory/…``: who acts for whom (art. 4). The administrator keeps it; staff read it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response
from sqlalchemy import delete, select
from starlette.requests import Request

from services.workflow import staffing
from services.workflow.directory import everybody
from services.workflow.office import Office
from services.workflow.staffing import WRONG, Absence, SheetFault, StaffEntry
from services.workflow.store.tables import absences
from shared.identity.principal import Principal
from shared.once import KeyReused
from shared.web.access import Gate
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault, Problem
from shared.web.repetition import REPLAYED, IdempotencyKey, key_reused, repetition
from shared.web.sent_json import json_body, takes

MOST_BYTES = 5 * 1024 * 1024


def directory_routes(office: Office, gate: Gate) -> APIRouter:
    """Units, reception points and staff; the administrator's keeping of them."""
    router = APIRouter(tags=["directory"])
    _add_reading(router, office, gate)
    _add_keeping(router, office, gate)
    _add_absences(router, office, gate)
    return router


def _add_reading(router: APIRouter, office: Office, gate: Gate) -> None:
    @router.get("/workflow/directory/units", dependencies=[Depends(gate.admit)])
    async def units() -> dict[str, Any]:
        """Units and windows, as published."""
        return {"items": [unit.model_dump() for unit in office.centre.units]}

    @router.get("/workflow/directory/reception-points", dependencies=[Depends(gate.admit)])
    async def points() -> dict[str, Any]:
        """Where complaints are received on site (art. 8)."""
        return {"items": list(office.centre.reception_points)}

    @router.get("/workflow/directory/staff", dependencies=[Depends(gate.admit)])
    async def people() -> dict[str, Any]:
        """Everybody, by unit, and whether they are away today."""
        return {"items": [dict(row) for row in await everybody(office.store, office.clock())]}

    @router.get("/workflow/directory/staff/{who}/absences", dependencies=[Depends(gate.admit)])
    async def away(who: str) -> dict[str, Any]:
        """When somebody is away."""
        query = select(absences).where(absences.c.staff_id == who).order_by(absences.c.first_day)
        async with office.store.reading() as connection:
            return {"items": [dict(row) for row in (await connection.execute(query)).mappings()]}


def _add_keeping(router: APIRouter, office: Office, gate: Gate) -> None:
    @router.put("/workflow/directory/staff", openapi_extra=takes(StaffEntry))
    async def put(request: Request, _who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Add a person, or change who they are."""
        entry = await json_body(request, StaffEntry)
        try:
            async with office.store.transaction(office.clock()) as unit:
                await staffing.put(unit, office.centre, [entry])
        except SheetFault as fault:
            raise _to_correct([_named(field, what) for _, field, what in fault.faults]) from fault
        return entry.model_dump(mode="json")

    @router.post("/workflow/directory/import")
    async def take(request: Request, _who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """A whole table, CSV or XLSX, as the body; all of it or nothing."""
        content = await request.body()
        if len(content) > MOST_BYTES:
            raise Problem(413, "too_large", "表格太大", "The table is too large")
        try:
            return {"people": await staffing.import_sheet(office, content)}
        except SheetFault as fault:
            raise _to_correct(
                [
                    FieldFault(f"rows.{row}.{column}", "bad_cell", f"第{row}行：{what.zh}", f"row {row}: {what.en}")
                    for row, column, what in fault.faults[:100]
                ]
            ) from fault


def _add_absences(router: APIRouter, office: Office, gate: Gate) -> None:
    @router.post("/workflow/directory/staff/{who}/absences", status_code=201, openapi_extra=takes(Absence))
    async def leave(
        who: str,
        request: Request,
        response: Response,
        key: IdempotencyKey = None,
        keeper: Principal = Depends(gate.admit),
    ) -> dict[str, Any]:
        """Somebody will be away; the deputy stands in."""
        absence = await json_body(request, Absence)
        same = repetition(key, f"{keeper.name} absence of {who}", absence.model_dump_json().encode())
        try:
            async with office.store.transaction(office.clock()) as unit:

                async def work() -> dict[str, Any]:
                    if not await staffing.add_absence(unit, who, absence):
                        raise Problem(404, "not_found", "名录中没有此人", "There is no such person")
                    return absence.model_dump(mode="json")

                given = await office.answers.once(unit, same, work)
        except KeyReused as fault:
            raise key_reused() from fault
        response.headers["Location"] = f"/workflow/directory/staff/{quote(who)}/absences"
        if given.repeated:
            response.headers.update(REPLAYED)
        return given.answer

    @router.delete("/workflow/directory/staff/{who}/absences", status_code=204)
    async def back(who: str, _keeper: Principal = Depends(gate.admit)) -> Response:
        """Somebody is back: all absences are struck out."""
        async with office.store.transaction(office.clock()) as unit:
            await unit.connection.execute(delete(absences).where(absences.c.staff_id == who))
        return Response(status_code=204)


def _named(field: str, what: Bilingual) -> FieldFault:
    code = "other_seat" if what == WRONG["other_seat"] else "unknown_unit"
    return FieldFault(field, code, what.zh, what.en)


def _to_correct(fields: list[FieldFault]) -> Problem:
    return Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=fields)
