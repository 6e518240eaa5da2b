"""The directory: who acts for the office and for each unit just now (art. 4). Facts for the decision, no rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select

from services.workflow.domain.facts import Facts, UnitPeople
from services.workflow.domain.roles import Person
from services.workflow.store.tables import staff
from shared.contracts.values import Role
from shared.store.unit_of_work import UnitOfWork

_OFFICE = (Role.HANDLER.value, Role.OFFICE_LEADER.value)


async def facts_about(unit: UnitOfWork, names: Iterable[str | None]) -> Facts:
    """What must be known about these units, and about the office."""
    wanted = {name for name in names if name}
    query = (
        select(staff).where(staff.c.active, staff.c.unit.in_(wanted) | staff.c.role.in_(_OFFICE)).order_by(staff.c.id)
    )
    people = [_person(row) for row in (await unit.connection.execute(query)).all()]
    handlers = [person for person in people if person.role is Role.HANDLER]
    return Facts(
        units={name: _of_unit(people, name) for name in wanted},
        office_leader=next((person for person in people if person.role is Role.OFFICE_LEADER), None),
        office_handlers={person.id: person for person in handlers},
    )


async def on_duty(unit: UnitOfWork) -> Person | None:
    """The office's handler who answers for what a machine took in; looked up once a transaction."""
    if "on_duty" not in unit.scratch:
        unit.scratch["on_duty"] = next(iter((await facts_about(unit, ())).office_handlers.values()), None)
    person: Person | None = unit.scratch["on_duty"]
    return person


def _of_unit(people: Iterable[Person], name: str) -> UnitPeople:
    own = [person for person in people if person.unit == name]
    leaders = [person for person in own if person.role is Role.UNIT_LEADER]
    return UnitPeople(
        handler=next((person for person in own if person.role is Role.UNIT_HANDLER), None),
        leader=next(iter(leaders), None),
        signatories=frozenset(person.name for person in leaders),
    )


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(id=row.id, name=row.name, role=Role(row.role), unit=row.unit)
