"""The list of staff contacts: how the people of the house are reached, kept by the administrator (art. 4)."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, update

from services.notify.desk import Desk
from services.notify.domain.plan import NOBODY, Staff, StaffContact
from services.notify.domain.purposes import Audience
from services.notify.domain.staffing import StaffEntry, concerned, person_for
from services.notify.store.tables import staff_contacts
from shared.contracts.complaint import Published
from shared.contracts.values import Role
from shared.store.unit_of_work import UnitOfWork

_CONTACTS = TypeAdapter(StaffContact)


async def staff_for(unit: UnitOfWork, desk: Desk, event: Published, case_unit: str | None) -> Staff:
    """Whom this event concerns in the house; asks the database only where somebody is to be told."""
    audiences = concerned(event)
    if not audiences:
        return NOBODY
    entries = await _entries(unit)

    def contact(audience: Audience) -> StaffContact | None:
        entry = person_for(audience, event, case_unit, entries) if audience in audiences else None
        return _CONTACTS.validate_json(desk.ring.open(entry.sealed)) if entry else None

    return Staff(contact(Audience.HOLDER), contact(Audience.LEADER), contact(Audience.UNIT))


async def _entries(unit: UnitOfWork) -> list[StaffEntry]:
    """The list, read once a unit of work."""
    if "staff" not in unit.scratch:
        rows = (await unit.connection.execute(select(staff_contacts))).all()
        unit.scratch["staff"] = [StaffEntry(row.name, Role(row.role), row.unit, row.sealed) for row in rows]
    entries: list[StaffEntry] = unit.scratch["staff"]
    return entries


async def keep(desk: Desk, entry: StaffEntry, contact: StaffContact, by: str) -> None:
    """Add a person, or change how they are reached."""
    async with desk.store.transaction(desk.clock()) as unit:
        row: dict[str, Any] = {
            "name": entry.name,
            "role": entry.role.value,
            "unit": entry.unit,
            "sealed": desk.ring.seal_record(_CONTACTS.dump_json(contact)),
            "kept_by": by,
            "kept_at": unit.now,
        }
        if not await unit.claim(staff_contacts, [row], key="name"):
            statement = update(staff_contacts).where(staff_contacts.c.name == entry.name).values(**row)
            await unit.connection.execute(statement)


async def listed(desk: Desk) -> list[dict[str, Any]]:
    """Everybody on the list, and by what they can be reached; not the numbers themselves."""
    query = select(staff_contacts).order_by(staff_contacts.c.unit, staff_contacts.c.name)
    async with desk.store.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [
        {
            "name": row.name,
            "role": row.role,
            "unit": row.unit,
            "reached_by": list(_CONTACTS.validate_json(desk.ring.open(row.sealed)).addresses()),
            "kept_by": row.kept_by,
            "kept_at": row.kept_at,
        }
        for row in rows
    ]
