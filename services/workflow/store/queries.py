"""Workflow's reads: worklists, one case, its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, select

from services.workflow.domain.roles import Person
from services.workflow.store.statistics import Filter
from services.workflow.store.tables import case_facts, cases, supplements, timeline
from shared.contracts.complaint import ComplaintSupplemented
from shared.contracts.values import Role
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
    cases.c.version,
)
PAGE = 50


def visible_to(person: Person) -> ColumnElement[bool]:
    """The cases this person may know of: ``domain.sight`` as a condition, so that others are absent, not hidden."""
    if person.role is Role.ADMINISTRATOR:
        return cases.c.number.is_(None)
    if person.is_of_a_unit:
        return and_(cases.c.unit == person.unit, cases.c.restricted.is_(False))
    if person.role is Role.OPERATOR:
        return and_(cases.c.holder_id == person.id, cases.c.restricted.is_(False))
    if person.role in (Role.OFFICE_LEADER, Role.AUDITOR):
        return cases.c.number.isnot(None)
    return cases.c.restricted.is_(False) | (cases.c.holder_id == person.id)


async def worklist(
    store: Store,
    person: Person,
    *,
    states: Sequence[str] = (),
    unit: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[RowMapping]:
    """A page of cases, the nearest limit first, those without a limit last; ``after`` is the last row of the page before."""
    query = select(*LISTED, cases.c.sealed_case).where(visible_to(person), cases.c.next_limit.isnot(None))
    if states:
        query = query.where(cases.c.state.in_(states))
    if unit is not None:
        query = query.where(cases.c.unit == unit)
    if after is not None:
        query = query.where(
            (cases.c.next_limit > after[0]) | and_(cases.c.next_limit == after[0], cases.c.number > after[1])
        )
    query = query.order_by(cases.c.next_limit, cases.c.number).limit(limit)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def listed(
    store: Store, person: Person, which: Filter, *, after: str | None = None, limit: int = PAGE
) -> list[RowMapping]:
    """The cases behind a figure, by number, whether open or not."""
    query = select(*LISTED, cases.c.sealed_case).join(case_facts, case_facts.c.number == cases.c.number)
    query = query.where(visible_to(person), *which.conditions())
    if after is not None:
        query = query.where(cases.c.number > after)
    async with store.reading() as connection:
        return list((await connection.execute(query.order_by(cases.c.number).limit(limit))).mappings())


async def one_case(store: Store, which: ColumnElement[bool]) -> RowMapping | None:
    """A case's row, with what is sealed in it."""
    query = select(*LISTED, cases.c.complaint_id, cases.c.tracking_code, cases.c.sealed_case, cases.c.sealed_complaint)
    async with store.reading() as connection:
        return (await connection.execute(query.where(which))).mappings().first()


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
    told = {"supplement_id", "channel", "received_at", "text", "evidence", "sender_verified"}
    opened = [ComplaintSupplemented.model_validate_json(ring.open(each)) for each in sealed]
    return [each.model_dump(mode="json", include=told) for each in opened]
