"""Workflow's reads: worklists, one case, its timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, false, not_, or_, select, true

from services.workflow.domain.roles import Person
from services.workflow.domain.sight import SIGHT, Tie, names_of
from services.workflow.store.files import blind_staff
from services.workflow.store.statistics import Filter
from services.workflow.store.tables import case_facts, cases, supplements, timeline
from shared.contracts.complaint import ComplaintSupplemented
from shared.sealing import KeyRing
from shared.store.unit_of_work import Store

LISTED = (
    cases.c.number,
    cases.c.state,
    cases.c.round,
    cases.c.track,
    cases.c.unit,
    cases.c.target_unit,
    cases.c.matter,
    cases.c.channel,
    cases.c.real_name,
    cases.c.confidential,
    cases.c.received_at,
    cases.c.holder_name,
    cases.c.next_limit,
    cases.c.next_clock,
    cases.c.urgency,
    cases.c.urgent_since,
    cases.c.version,
)
SEALED = (cases.c.sealed_case, cases.c.sealed_complaint)
PAGE = 50


def visible_to(person: Person, ring: KeyRing) -> ColumnElement[bool]:
    """The cases this person may know of: ``domain.sight`` as a condition, so that others are absent, not hidden."""
    row = SIGHT[person.role]
    ordinary, restricted = _joined(row.ordinary, person), _joined(row.restricted, person)
    theirs = ordinary if row.ordinary == row.restricted else or_(
        and_(cases.c.restricted.is_(False), ordinary), and_(cases.c.restricted.is_(True), restricted)
    )  # fmt: skip
    return and_(theirs, not_complained_of(person, ring))


def _joined(ties: frozenset[Tie], person: Person) -> ColumnElement[bool]:
    return or_(false(), *(_TIED[tie](person) for tie in Tie if tie in ties))


_TIED: Mapping[Tie, Callable[[Person], ColumnElement[bool]]] = {
    Tie.ANYHOW: lambda _person: true(),
    Tie.OWN_UNIT: lambda person: cases.c.unit == person.unit if person.unit is not None else false(),
    Tie.TOOK_IN: lambda person: cases.c.first_receiver.in_(sorted(names_of(person))),
    Tie.HOLDS: lambda person: cases.c.holder_id.in_(sorted(names_of(person))),
    Tie.IN_CHARGE: lambda person: cases.c.officer_id == person.id,
}
"""``domain.sight.TIED`` as conditions."""


def is_complained_of(person: Person, ring: KeyRing) -> ColumnElement[bool]:
    """The cases in which this very person is complained of, by name, within the unit (``domain.sight``)."""
    units = cases.c.target_unit.is_(None)
    own = or_(units, cases.c.target_unit == person.unit) if person.unit is not None else units
    return and_(cases.c.staff_blind == blind_staff(ring, person.name), own)


def not_complained_of(person: Person, ring: KeyRing) -> ColumnElement[bool]:
    """All the others."""
    return or_(cases.c.staff_blind.is_(None), not_(is_complained_of(person, ring)))


async def worklist(
    store: Store,
    seen_by: ColumnElement[bool],
    *,
    states: Sequence[str] = (),
    unit: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[RowMapping]:
    """A page of what is owed, the nearest limit first, late ones before all; ``after`` is the last row of the page before.

    ``unit``: the one that a case lies with or, while it lies with none, is about.
    """
    query = select(*LISTED).where(seen_by, cases.c.next_limit.isnot(None))
    if states:
        query = query.where(cases.c.state.in_(states))
    if unit is not None:
        query = query.where(cases.c.concerned == unit)
    if after is not None:
        query = query.where(
            (cases.c.next_limit > after[0]) | and_(cases.c.next_limit == after[0], cases.c.number > after[1])
        )
    async with store.reading() as connection:
        return list(
            (await connection.execute(query.order_by(cases.c.next_limit, cases.c.number).limit(limit))).mappings()
        )


async def urgent(store: Store, seen_by: ColumnElement[bool], *, limit: int = PAGE) -> list[RowMapping]:
    """The cases in which danger was told and nobody has looked, in whatever state; who has waited longest first."""
    query = select(*LISTED).where(seen_by, cases.c.urgent_since.isnot(None))
    async with store.reading() as connection:
        return list((await connection.execute(query.order_by(cases.c.urgent_since).limit(limit))).mappings())


async def listed(
    store: Store,
    seen_by: ColumnElement[bool],
    which: Filter,
    *,
    after: str | None = None,
    offset: int = 0,
    limit: int = PAGE,
    opened: bool = False,
) -> list[RowMapping]:
    """The cases behind a figure, by number, whether open or not; ``opened``: with the sealed complaint."""
    columns = (*LISTED, cases.c.sealed_complaint) if opened else LISTED
    query = select(*columns).join(case_facts, case_facts.c.number == cases.c.number)
    query = query.where(seen_by, *which.conditions())
    if after is not None:
        query = query.where(cases.c.number > after)
    query = query.order_by(cases.c.number).offset(offset).limit(limit)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def one_case(store: Store, which: ColumnElement[bool]) -> RowMapping | None:
    """A case's row, with what is sealed in it."""
    query = select(*LISTED, *SEALED, cases.c.complaint_id, cases.c.tracking_code)
    async with store.reading() as connection:
        return (await connection.execute(query.where(which))).mappings().first()


async def of_complaints(store: Store, seen_by: ColumnElement[bool], complaints: Sequence[UUID]) -> list[RowMapping]:
    """The cases of these complaints, the earliest first."""
    query = select(*LISTED).where(seen_by, cases.c.complaint_id.in_(complaints)).order_by(cases.c.received_at)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def entries(store: Store, number: str) -> list[RowMapping]:
    """A case's timeline, oldest first."""
    query = select(timeline).where(timeline.c.number == number).order_by(timeline.c.version)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def supplements_of(store: Store, ring: KeyRing, number: str) -> list[dict[str, Any]]:
    """What came in later from the same person, oldest first: its words and evidence, never the sender."""
    query = select(supplements.c.sealed).where(supplements.c.number == number).order_by(supplements.c.received_at)
    async with store.reading() as connection:
        sealed = (await connection.execute(query)).scalars().all()
    told = {"supplement_id", "channel", "received_at", "text", "evidence", "sender_verified", "hints"}
    opened = [ComplaintSupplemented.model_validate_json(ring.open(each)) for each in sealed]
    return [each.model_dump(mode="json", include=told) for each in opened]
