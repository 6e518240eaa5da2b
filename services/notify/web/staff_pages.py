"""``/desk/staff-contacts``: by which number and mailbox the people of the house are reminded (arts. 3, 4, 20).

Law of this file: numbers are entered here and not shown again; what is wrong with an entry is said at its field, and
what was typed stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.notify.api.staff_routes import StaffContactEntry
from services.notify.domain.phones import MAINLAND
from services.notify.domain.plan import StaffContact
from services.notify.domain.staffing import StaffEntry
from services.notify.staff import keep, listed
from services.notify.web.room import Room
from services.notify.web.words import ROUTES
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.desk_frame import ROLE_WORDS, desk_head
from shared.web.i18n import Bilingual
from shared.web.problems import FieldFault
from shared.web.sent_form import read_form

CONTACTS = "/desk/staff-contacts"
FIELDS = ("name", "role", "unit", "phone", "email")
LONGEST = 200
TOLD = (Role.HANDLER, Role.OFFICE_LEADER, Role.UNIT_HANDLER, Role.UNIT_LEADER)
"""Whom a case can concern (art. 4); nobody else is ever reminded."""
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_WRONG: Mapping[str, tuple[str, str]] = {
    "name": ("请填写姓名，与案件中所写一致", "the name, as cases name the person"),
    "role": ("请选择角色", "choose a role"),
    "unit": ("进驻单位的人须填单位，其他人不填", "a unit's person has a unit, and nobody else has"),
    "phone": ("请填写手机号，如 138 0000 0000", "a mobile number, as 138 0000 0000 or +852 5123 4567"),
    "email": ("请填写邮箱，如 name@example.cn", "an address of the form name@example.cn"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One who is on the list, and the ways that lead to them."""

    name: str
    role: Bilingual
    unit: str
    ways: Sequence[Bilingual]
    kept_by: str
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """The list and the form, with what was typed where something was wrong."""

    people: Sequence[Person]
    roles: Sequence[tuple[Role, Bilingual]]
    units: Sequence[str]
    typed: Mapping[str, str]
    faults: Mapping[str, FieldFault]
    kept: bool


def staff_pages(room: Room) -> APIRouter:
    """GET and POST /desk/staff-contacts."""
    router = APIRouter(include_in_schema=False)

    @router.get(CONTACTS)
    async def contacts(request: Request, who: Principal = Depends(room.gate.admit), kept: bool = False) -> Response:
        """Everybody, and the form."""
        return await _page(room, request, who, {}, {}, kept=kept)

    @router.post(CONTACTS)
    async def put(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Add a person, or change how they are reached."""
        form = await read_form(request)
        typed = {name: str(form.get(name, "")).strip()[:LONGEST] for name in FIELDS}
        try:
            given = {name: value or None for name, value in typed.items()}
            entry = StaffContactEntry.model_validate(given | {"phone": _with_country(typed["phone"]) or None})
        except ValidationError as fault:
            return await _page(room, request, who, typed, _faults(fault), status=422)
        contact = StaffContact(entry.phone, entry.email)
        await keep(room.desk, StaffEntry(entry.name, entry.role, entry.unit, ""), contact, who.name)
        return RedirectResponse(f"{CONTACTS}?kept=1", status_code=303)

    return router


def _with_country(phone: str) -> str:
    """A mainland mobile as people write it (138 0000 0000), in E.164; anything else as it is."""
    digits = unicodedata.normalize("NFKC", phone).replace(" ", "").replace("-", "")
    return f"{MAINLAND.prefix}{digits}" if _MOBILE.fullmatch(digits) else digits


def _faults(fault: ValidationError) -> dict[str, FieldFault]:
    """By field; what concerns the whole entry is the unit's, since nothing else depends on another field."""
    names = [str(error["loc"][0]) if error["loc"] else "unit" for error in fault.errors()]
    return {name: FieldFault(name, "wrong", *_WRONG[name]) for name in dict.fromkeys(names)}


async def _page(
    room: Room,
    request: Request,
    who: Principal,
    typed: Mapping[str, str],
    faults: Mapping[str, FieldFault],
    *,
    kept: bool = False,
    status: int = 200,
) -> Response:
    page = ContactsPage(
        people=[_person(each) for each in await listed(room.desk)],
        roles=[(role, ROLE_WORDS[role]) for role in TOLD],
        units=room.units,
        typed={name: typed.get(name, "") for name in FIELDS},
        faults=faults,
        kept=kept,
    )
    head = desk_head(who, "staff_contacts", csrf=room.gate.csrf(request))
    return room.pages.render(request, "staff_contacts.html", status=status, desk=head, page=page)


def _person(row: Mapping[str, Any]) -> Person:
    ways = [ROUTES[route] for route in row["reached_by"]]
    return Person(row["name"], ROLE_WORDS[Role(row["role"])], row["unit"] or "", ways, row["kept_by"], row["kept_at"])
