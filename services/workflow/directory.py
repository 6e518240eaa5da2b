"""The directory: who acts for the office and for each unit just now (art. 4). Facts for the decision, no rule.

Law of this file: somebody who is away acts through the deputy named for them, where that one is at work; nobody else is
made up. Days of absence are days at the centre (Asia/Shanghai), both ends included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, RowMapping, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.workflow.domain.acts import Act
from services.workflow.domain.facts import Facts, UnitPeople
from services.workflow.domain.roles import AnyRole, Person, may
from services.workflow.store.tables import absences, staff
from shared.clock import SHANGHAI
from shared.contracts.values import Role
from shared.store.unit_of_work import Store, UnitOfWork

_OFFICE = (Role.HANDLER.value, Role.OFFICE_LEADER.value)
_RECEIVE = (Role.OPERATOR.value, Role.HANDLER.value)
_DUTIES: Mapping[AnyRole, Act] = {
    Role.OFFICE_LEADER: Act.APPROVE,
    Role.UNIT_HANDLER: Act.SUBMIT_FEEDBACK,
    Role.UNIT_LEADER: Act.SUBMIT_FEEDBACK,
}
"""What a case waits for where it lies with somebody of this role: a deputy must be able to do it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """Somebody in the directory, and whether they are at work today."""

    person: Person
    deputy: str | None
    is_away: bool


async def facts_about(connection: AsyncConnection, now: datetime, names: Iterable[str | None]) -> Facts:
    """What must be known about these units, and about the office, at a moment."""
    wanted = {name for name in names if name}
    query = (
        select(staff, away_on(now).label("is_away"))
        .where(in_place(), staff.c.unit.in_(wanted) | staff.c.role.in_(_OFFICE))
        .order_by(staff.c.id)
    )
    entries = [_entry(row) for row in (await connection.execute(query)).all()]
    office = [entry for entry in entries if not entry.person.is_of_a_unit]
    handlers = [entry.person for entry in office if entry.person.role is Role.HANDLER and not entry.is_away]
    return Facts(
        units={name: _of_unit([entry for entry in entries if entry.person.unit == name]) for name in wanted},
        office_leader=_acting(office, Role.OFFICE_LEADER),
        office_handlers={person.id: person for person in handlers},
    )


async def on_duty(unit: UnitOfWork) -> Person | None:
    """The office's handler who answers for what a machine took in; looked up once a transaction."""
    if "on_duty" not in unit.scratch:
        facts = await facts_about(unit.connection, unit.now, ())
        unit.scratch["on_duty"] = next(iter(facts.office_handlers.values()), None)
    person: Person | None = unit.scratch["on_duty"]
    return person


async def receiver(unit: UnitOfWork, said: str) -> Person | None:
    """Whom of the office a channel means by an account or a name; None where nobody or more than one answers to it.

    The office's people are looked up once a transaction, so that a batch of registrations costs one query.
    """
    if "receivers" not in unit.scratch:
        query = select(staff).where(in_place(), staff.c.role.in_(_RECEIVE))
        unit.scratch["receivers"] = (await unit.connection.execute(query)).all()
    meant = [row for row in unit.scratch["receivers"] if said in (row.id, row.name)]
    return Person(id=meant[0].id, name=meant[0].name, role=Role(meant[0].role)) if len(meant) == 1 else None


async def everybody(store: Store, now: datetime) -> list[RowMapping]:
    """All who stand in it, by unit, and whether they are away today."""
    query = select(staff, away_on(now).label("is_away")).order_by(staff.c.unit, staff.c.role, staff.c.id)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


def in_place() -> ColumnElement[bool]:
    """Whether a row of ``staff`` is of somebody who is at work there and whose account, if they have one, is in force."""
    return and_(staff.c.active, staff.c.seated.is_not(False))


def away_on(moment: datetime) -> ColumnElement[bool]:
    """Whether a row of ``staff`` is absent on the day of this moment."""
    today = moment.astimezone(SHANGHAI).date().isoformat()
    return exists().where(
        absences.c.staff_id == staff.c.id, absences.c.first_day <= today, absences.c.last_day >= today
    )


def _of_unit(own: Sequence[_Entry]) -> UnitPeople:
    leaders = [entry for entry in own if entry.person.role is Role.UNIT_LEADER]
    standing_in = [stand_in for entry in leaders if entry.is_away and (stand_in := _deputy(own, entry)) is not None]
    return UnitPeople(
        handler=_acting(own, Role.UNIT_HANDLER),
        leader=_acting(own, Role.UNIT_LEADER),
        # A leader who is away today may have signed yesterday.
        signatories=frozenset(person.name for person in (*(entry.person for entry in leaders), *standing_in)),
    )


def _acting(entries: Sequence[_Entry], role: Role) -> Person | None:
    """The first of a role who is at work, else the first deputy of one who is not."""
    of_role = [entry for entry in entries if entry.person.role is role]
    present = (entry.person for entry in of_role if not entry.is_away)
    deputies = (stand_in for entry in of_role if entry.is_away and (stand_in := _deputy(entries, entry)) is not None)
    return next(present, None) or next(deputies, None)


def _deputy(entries: Sequence[_Entry], away: _Entry) -> Person | None:
    """Whoever is named and at work, and may do what it is about: nobody's proposal goes to somebody who can't approve it."""
    duty = _DUTIES[away.person.role]
    named = (one for one in entries if one.person.id == away.deputy and not one.is_away)
    return next((one.person for one in named if may(one.person.role, duty)), None)


def _entry(row: Row[*tuple[Any, ...]]) -> _Entry:
    person = Person(id=row.id, name=row.name, role=Role(row.role), unit=row.unit)
    return _Entry(person, row.deputy, bool(row.is_away))
