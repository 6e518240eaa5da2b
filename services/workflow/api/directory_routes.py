"""``/workflow/directory/…``: who acts for whom (art. 4). The administrator keeps it; staff read it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from sqlalchemy import select, update

from services.workflow.office import Office
from services.workflow.store.tables import staff
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.problems import FieldFault, Problem

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


class StaffEntry(BaseModel):
    """One person of the office or of a unit. ``id`` is the account's name."""

    model_config = ConfigDict(extra="forbid")

    id: Name
    name: Name
    role: Role
    unit: Annotated[str, StringConstraints(max_length=120)] | None = None
    active: bool = True

    @model_validator(mode="after")
    def _a_unit_where_due(self) -> StaffEntry:
        if (self.role in (Role.UNIT_HANDLER, Role.UNIT_LEADER)) != (self.unit is not None):
            raise ValueError("a unit's person has a unit, and nobody else has")
        return self


def directory_routes(office: Office, gate: Gate) -> APIRouter:
    """GET the units and staff; PUT a person."""
    router = APIRouter(tags=["directory"])

    @router.get("/workflow/directory/units", dependencies=[Depends(gate.admit)])
    async def units() -> dict[str, Any]:
        """Units and windows, as published."""
        return {"items": [unit.model_dump() for unit in office.centre.units]}

    @router.get("/workflow/directory/staff", dependencies=[Depends(gate.admit)])
    async def people() -> dict[str, Any]:
        """Everybody, by unit."""
        query = select(staff).order_by(staff.c.unit, staff.c.role, staff.c.id)
        async with office.store.reading() as connection:
            return {"items": [dict(row) for row in (await connection.execute(query)).mappings()]}

    @router.put("/workflow/directory/staff")
    async def put(entry: StaffEntry, _who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Add a person, or change who they are."""
        if entry.unit is not None and all(unit.name != entry.unit for unit in office.centre.units):
            fault = FieldFault("unit", "unknown_unit", "名录中没有这个单位", "is not a unit of the centre")
            raise Problem(422, "validation", "有内容需要改正", "Something needs correcting", fields=[fault])
        row = entry.model_dump(mode="json")
        async with office.store.transaction(office.clock()) as unit:
            if not await unit.claim(staff, [row | {"since": unit.now}], key="id"):
                await unit.connection.execute(update(staff).where(staff.c.id == entry.id).values(**row))
        return row

    return router
