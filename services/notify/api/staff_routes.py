"""``/notify/staff-contacts``: how the people of the house are reached for reminders, escalations and results (arts. 3, 20)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator
from starlette.requests import Request

from services.notify.desk import Desk
from services.notify.domain.addresses import is_deliverable_address
from services.notify.domain.phones import shape_of
from services.notify.domain.plan import StaffContact
from services.notify.domain.staffing import UNIT_ROLES, StaffEntry
from services.notify.staff import keep, listed
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.sent_json import json_body, takes


def _takes_texts(number: str) -> str:
    if not shape_of(number).takes_texts:
        raise ValueError("a mobile number as +8613…, since reminders go by text message")
    return number


def _takes_mail(address: str) -> str:
    if not is_deliverable_address(address):
        raise ValueError("an e-mail address of the plain form name@domain")
    return address


class StaffContactEntry(BaseModel):
    """One person. ``name`` as the case names them; without phone and e-mail nothing is sent to them."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
    role: Role
    unit: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = None
    phone: Annotated[str, AfterValidator(_takes_texts)] | None = None
    email: Annotated[str, AfterValidator(_takes_mail)] | None = None

    @model_validator(mode="after")
    def _a_unit_where_due(self) -> StaffContactEntry:
        if (self.role in UNIT_ROLES) != (self.unit is not None):
            raise ValueError("a unit's person has a unit, and nobody else has")
        return self


def staff_routes(desk: Desk, gate: Gate) -> APIRouter:
    """GET who is on the list, PUT a person."""
    router = APIRouter(tags=["staff contacts"])

    @router.get("/notify/staff-contacts", dependencies=[Depends(gate.admit)])
    async def contacts() -> dict[str, Any]:
        """Everybody, and the routes that lead to them; the numbers themselves are not shown again."""
        return {"items": await listed(desk)}

    @router.put("/notify/staff-contacts", openapi_extra=takes(StaffContactEntry))
    async def put(request: Request, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """Add a person, or change how they are reached."""
        entry = await json_body(request, StaffContactEntry)
        contact = StaffContact(entry.phone, entry.email)
        await keep(desk, StaffEntry(entry.name, entry.role, entry.unit, ""), contact, who.name)
        return {"name": entry.name, "role": entry.role, "unit": entry.unit, "reached_by": list(contact.addresses())}

    return router
