"""Notify's reads: the ledger, the call list, the response rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, RowMapping, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.contact import MANNED
from services.notify.domain.rule import Standing
from services.notify.domain.state import State
from services.notify.store.tables import calls, contacts, deliveries, inbound_texts, response_rules, silences
from shared.contracts.values import Route
from shared.store.unit_of_work import Store

PAGE = 50

_LISTED = (
    deliveries.c.id,
    deliveries.c.complaint_id,
    deliveries.c.purpose,
    deliveries.c.audience,
    deliveries.c.article,
    deliveries.c.route,
    deliveries.c.state,
    deliveries.c.attempts,
    deliveries.c.provider,
    deliveries.c.code,
    deliveries.c.reason,
    deliveries.c.template,
    deliveries.c.segments,
    deliveries.c.due_at,
    deliveries.c.must_by,
    deliveries.c.made_at,
    deliveries.c.changed_at,
)


async def ledger(store: Store, complaint_id: UUID | None, limit: int = PAGE) -> list[RowMapping]:
    """What was sent or is to be sent, the newest first."""
    query = select(*_LISTED).order_by(deliveries.c.made_at.desc(), deliveries.c.id.desc()).limit(limit)
    if complaint_id is not None:
        query = query.where(deliveries.c.complaint_id == complaint_id)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def silences_of(store: Store, complaint_id: UUID) -> list[RowMapping]:
    """What was knowingly not sent, and why."""
    query = select(silences).where(silences.c.complaint_id == complaint_id).order_by(silences.c.at)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def call_list(store: Store, limit: int = PAGE) -> list[RowMapping]:
    """What waits for a person to call or to post, the most urgent first; with what is sealed in it."""
    query = (
        select(*_LISTED, deliveries.c.sealed_text, deliveries.c.sealed_plan, response_rules.c.respond_by)
        .join(response_rules, response_rules.c.complaint_id == deliveries.c.complaint_id)
        .where(deliveries.c.route.in_(_MANNED_ROUTES), deliveries.c.state == State.PLANNED.value)
        .order_by(response_rules.c.respond_by, deliveries.c.made_at)
        .limit(limit)
    )
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def calls_to_make(connection: AsyncConnection, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The calls that wait, the most urgent first, each with whose complaint it is about; with what is sealed in it."""
    shown = (deliveries.c.audience, deliveries.c.sealed_plan, deliveries.c.sealed_text, response_rules.c.respond_by)
    query = (
        select(*shown, contacts.c.tracking_code, contacts.c.case_number, contacts.c.sealed)
        .join(response_rules, response_rules.c.complaint_id == deliveries.c.complaint_id)
        .join(contacts, contacts.c.complaint_id == deliveries.c.complaint_id)
        .where(_IS_CALL)
        .order_by(response_rules.c.respond_by, deliveries.c.made_at)
        .limit(limit)
    )
    return (await connection.execute(query)).all()


async def count_calls(connection: AsyncConnection) -> int:
    """How many calls wait."""
    return int((await connection.execute(select(func.count()).where(_IS_CALL))).scalar_one())


async def calls_of(store: Store, delivery_ids: Sequence[UUID]) -> list[RowMapping]:
    """What people did with these messages, the oldest first; notes are sealed."""
    query = select(calls).where(calls.c.delivery_id.in_(delivery_ids)).order_by(calls.c.at)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def without_a_way(store: Store, limit: int = PAGE) -> list[RowMapping]:
    """Who owes an answer, was given to a person, and has neither a number to call nor an address to write to."""
    query = (
        select(_RULES.complaint_id, _RULES.respond_by, contacts.c.tracking_code)
        .join(contacts, contacts.c.complaint_id == _RULES.complaint_id)
        .where(_RULES.owes, _RULES.person_asked_at.is_not(None), ~_on_the_list())
        .order_by(_RULES.respond_by)
        .limit(limit)
    )
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def rule_figures(store: Store, since: datetime, until: datetime, now: datetime) -> list[RowMapping]:
    """Complaints received from ``since`` up to ``until``, counted by channel and standing (art. 14)."""
    standing = _standing(now).label("standing")
    query = (
        select(_RULES.channel, standing, func.count().label("count"))
        .where(_RULES.received_at >= since, _RULES.received_at < until)
        .group_by(_RULES.channel, standing)
    )
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def rules_behind(
    store: Store,
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    standing: Standing | None,
    channel: str | None,
    limit: int,
) -> list[RowMapping]:
    """The complaints behind a figure, the nearest limit first."""
    query = (
        _rules_shown(now)
        .where(_RULES.received_at >= since, _RULES.received_at < until)
        .order_by(_RULES.respond_by)
        .limit(limit)
    )
    if standing is not None:
        query = query.where(_standing(now) == standing.value)
    if channel is not None:
        query = query.where(_RULES.channel == channel)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def who_is_owed(store: Store, now: datetime, limit: int) -> list[RowMapping]:
    """The complaints without an answer, the nearest limit first."""
    query = _rules_shown(now).where(_RULES.owes).order_by(_RULES.respond_by).limit(limit)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def how_it_stands(store: Store, now: datetime, margin: timedelta) -> dict[str, int]:
    """Complaints without an answer: in all, with less than ``margin`` to go, past their limit; and whom people must reach."""
    near = (_RULES.respond_by >= now) & (_RULES.respond_by <= now + margin)
    owing = select(
        func.count().label("owing"),
        func.count().filter(near).label("near"),
        func.count().filter(_RULES.respond_by < now).label("missed"),
        func.count().filter(_RULES.person_asked_at.is_not(None), ~_on_the_list()).label("unreachable"),
    ).where(_RULES.owes)
    listed = select(func.count()).where(
        deliveries.c.route.in_(_MANNED_ROUTES), deliveries.c.state == State.PLANNED.value
    )
    async with store.reading() as connection:
        counts = dict((await connection.execute(owing)).mappings().one())
        return counts | {"calls": (await connection.execute(listed)).scalar_one()}


async def answers_of(store: Store, complaint_ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    """Of each complaint the message written down last of those that would answer."""
    columns = (deliveries.c.complaint_id, deliveries.c.route, deliveries.c.state)
    query = (
        select(*columns)
        .where(deliveries.c.complaint_id.in_(complaint_ids), deliveries.c.answers)
        .order_by(deliveries.c.made_at, deliveries.c.id)
    )
    async with store.reading() as connection:
        return {row["complaint_id"]: row for row in (await connection.execute(query)).mappings()}


async def contact_of(store: Store, complaint_id: UUID) -> RowMapping | None:
    """How a complaint is called; None where it is not known."""
    query = select(contacts.c.tracking_code, contacts.c.case_number).where(contacts.c.complaint_id == complaint_id)
    async with store.reading() as connection:
        return (await connection.execute(query)).mappings().first()


async def texts_for_people(store: Store, limit: int = PAGE) -> list[RowMapping]:
    """Inbound texts that wait for a person, the oldest first; with what is sealed in them."""
    table = inbound_texts
    query = select(table).where(table.c.needs_person).order_by(table.c.received_at).limit(limit)
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


async def open_cases_of(store: Store, phones: Sequence[str]) -> list[RowMapping]:
    """The complaints that have not ended, of these numbers (``phone_blind``), the newest first."""
    columns = (contacts.c.phone_blind, contacts.c.complaint_id, contacts.c.tracking_code, contacts.c.case_number)
    query = (
        select(*columns)
        .where(contacts.c.phone_blind.in_(phones), contacts.c.closed_at.is_(None))
        .order_by(contacts.c.received_at.desc())
    )
    async with store.reading() as connection:
        return list((await connection.execute(query)).mappings())


_IS_CALL = (deliveries.c.route == Route.CALL.value) & (deliveries.c.state == State.PLANNED.value)
_RULES = response_rules.c
_MANNED_ROUTES = [route.value for route in MANNED]


def _on_the_list() -> ColumnElement[bool]:
    """Whether the rule's complaint has, or had, a place on the call list or in the post room."""
    mine = deliveries.c.complaint_id == _RULES.complaint_id
    return select(deliveries.c.id).where(mine, deliveries.c.route.in_(_MANNED_ROUTES)).exists()


def _rules_shown(now: datetime) -> Select[*tuple[Any, ...]]:
    """Rules with how their complaint is called and where it stands."""
    shown = (_RULES.complaint_id, _RULES.channel, _RULES.received_at, _RULES.respond_by, _RULES.met_at)
    called = (contacts.c.tracking_code, contacts.c.case_number)
    both = response_rules.outerjoin(contacts, contacts.c.complaint_id == _RULES.complaint_id)
    return select(*shown, *called, _standing(now).label("standing")).select_from(both)


def _standing(now: datetime) -> ColumnElement[str]:
    """``domain.rule.ResponseRule.standing`` in SQL; a test holds the two together."""
    return case(
        (_RULES.met_at.is_not(None), Standing.IN_TIME.value),
        (_RULES.respond_by >= now, Standing.OPEN.value),
        (_RULES.owes, Standing.MISSED.value),
        else_=Standing.LATE.value,
    )
