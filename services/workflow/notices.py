"""What units were told: the results of a period, issued with the frozen figures (art. 20), and consequences at once (art. 19).

Law of this file: a notice says what the unit itself has to answer for, by case number and what came of it, never who complained;
its words are those that were issued and never change. It is signed for once, by whoever of the unit comes first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.workflow.domain.case import case_from_json
from services.workflow.domain.roles import Person
from services.workflow.domain.sight import told_shown
from services.workflow.domain.told import When, kinds
from services.workflow.office import Office
from services.workflow.reports import Period, assessment
from services.workflow.store import queries
from services.workflow.store.queries import is_complained_of
from services.workflow.store.tables import cases, clock_facts, result_notices, timeline
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.values import new_id

PAGE = 50
_BY_NUMBER = ("results", "missed", "consequences")
"""Where a notice names cases."""
MOST_PAGES = 10_000
_kept = result_notices.c
_HEAD = (
    _kept.id, _kept.unit, _kept.first_day, _kept.last_day, _kept.number, _kept.entry, _kept.issued_at, _kept.issued_by,
    _kept.received_at, _kept.received_by,
)  # fmt: skip


class NoSuchNoticeError(Exception):
    """There is no such notice, or none that this person may read."""


class ReceivedAlreadyError(Exception):
    """Somebody of the unit signed for it before: who, and when."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__("received")
        self.by = by
        self.at = at


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as somebody may read it. ``opens``: the cases on it that this person can open."""

    row: RowMapping
    said: Mapping[str, Any]
    """``consequences``; of a period ``results``, ``missed`` and the figures, too."""
    opens: frozenset[str]


async def drafted(
    office: Office, period: Period, units: Sequence[str], now: datetime, by_whom: str
) -> list[dict[str, Any]]:
    """A row for each of these units that handled anything in the period; nothing is issued yet."""
    days = {"first_day": period.first.isoformat(), "last_day": period.last.isoformat()}
    drafts = []
    for unit in units:
        sheet = await assessment(office, period, unit, seen_by=_handled_by(unit))
        if sheet["results"] or sheet["missed"]:
            said = sheet | {"consequences": await _consequences(office, sheet["sanctioned"], unit)}
            body = json.dumps(said, ensure_ascii=False, sort_keys=True, default=datetime.isoformat)
            row = {"id": new_id(), "unit": unit, "issued_at": now, "issued_by": by_whom, "body": body}
            drafts.append(row | days | {"received_at": None, "received_by": None})
    return drafts


def _handled_by(unit: str) -> ColumnElement[bool]:
    """What lay with the unit, or bound it before it went to another, or what it is told of with the period (``domain.told``);
    nothing that was kept close (art. 10.5).
    """
    bound = exists().where(clock_facts.c.number == cases.c.number, clock_facts.c.unit == unit)
    told = exists().where(timeline.c.number == cases.c.number, timeline.c.kind.in_(kinds(When.WITH_THE_PERIOD)))
    own = or_(cases.c.unit == unit, bound, and_(cases.c.concerned == unit, told))
    return and_(cases.c.restricted.is_(False), own)


async def _consequences(office: Office, numbers: Sequence[str], unit: str) -> list[dict[str, str]]:
    query = select(cases.c.number, cases.c.sealed_case).where(cases.c.number.in_(numbers)).order_by(cases.c.number)
    async with office.store.reading() as connection:
        rows = (await connection.execute(query)).all()
    opened = [(row.number, case_from_json(office.ring.open(row.sealed_case))) for row in rows]
    return [
        {"number": number, "sanction": each.sanction.value}
        for number, case in opened
        for each in case.sanctions
        if each.unit == unit
    ]


async def issued(office: Office, person: Person, page: int) -> list[RowMapping]:
    """A page of the notices, the newest first, one row more where there is a next page; a unit's person sees the unit's own."""
    query = select(*_HEAD).where(*_own(office, person)).order_by(_kept.issued_at.desc(), _kept.unit)
    async with office.store.reading() as connection:
        return list((await connection.execute(query.offset(page * PAGE).limit(PAGE + 1))).mappings())


async def of_period(office: Office, first_day: str, last_day: str, issued_at: datetime) -> list[RowMapping]:
    """The notices that went out when a period was frozen, by unit."""
    query = select(*_HEAD).where(_kept.first_day == first_day, _kept.last_day == last_day, _kept.issued_at == issued_at)
    async with office.store.reading() as connection:
        return list((await connection.execute(query.order_by(_kept.unit))).mappings())


async def one(office: Office, notice_id: UUID, person: Person) -> Notice:
    """A notice. Whoever is complained of in a case doesn't find it there. Raises NoSuchNoticeError."""
    query = select(result_notices).where(_kept.id == notice_id, *_own(office, person))
    async with office.store.reading() as connection:
        row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise NoSuchNoticeError
        said = await (_of_a_period if row["number"] is None else _of_an_entry)(connection, office, row, person)
        opens = select(cases.c.number).where(cases.c.number.in_(_numbers(said)), office.seen_by(person))
        return Notice(row, said, frozenset((await connection.execute(opens)).scalars()))


async def _of_a_period(
    connection: AsyncConnection, office: Office, row: RowMapping, person: Person
) -> Mapping[str, Any]:
    said: dict[str, Any] = json.loads(row["body"])
    kept_from = select(cases.c.number).where(cases.c.number.in_(_numbers(said)), is_complained_of(person, office.ring))
    hidden = set((await connection.execute(kept_from)).scalars())
    return said | {name: [each for each in said[name] if each["number"] not in hidden] for name in _BY_NUMBER}


async def _of_an_entry(
    connection: AsyncConnection, office: Office, row: RowMapping, person: Person
) -> Mapping[str, Any]:
    """What the timeline's entry says, in the words that this person may read."""
    query = select(timeline.c.sealed_event, *queries.SEALED).join(cases, cases.c.number == timeline.c.number)
    which = (timeline.c.number == row["number"], timeline.c.version == row["entry"])
    entry = (await connection.execute(query.where(*which))).one()
    case, event = case_from_json(office.ring.open(entry.sealed_case)), json.loads(office.ring.open(entry.sealed_event))
    complainant = ComplaintReceived.model_validate_json(office.ring.open(entry.sealed_complaint)).complainant
    said = told_shown(event["what"], case, complainant, person)
    return {"unit": row["unit"], "article": event["article"], "consequences": [{"number": row["number"], **said}]}


def _numbers(said: Mapping[str, Any]) -> set[str]:
    return {each["number"] for name in _BY_NUMBER for each in said.get(name, ())}


async def sign_for(office: Office, notice_id: UUID, person: Person) -> None:
    """The unit has it. Raises NoSuchNoticeError, and ReceivedAlreadyError for whoever comes second."""
    mine = and_(_kept.id == notice_id, *_own(office, person))
    async with office.store.transaction(office.clock()) as unit:
        signed = update(result_notices).where(mine, _kept.received_at.is_(None))
        done = await unit.connection.execute(signed.values(received_at=unit.now, received_by=person.name))
        if done.rowcount == 1:
            return
        before = (await unit.connection.execute(select(_kept.received_by, _kept.received_at).where(mine))).first()
    if before is None:
        raise NoSuchNoticeError
    raise ReceivedAlreadyError(before.received_by, before.received_at)


def unsigned(office: Office, person: Person) -> ScalarSelect[int]:
    """How many notices wait for the signature of this person's unit."""
    waiting = select(func.count()).select_from(result_notices).where(*_own(office, person), _kept.received_at.is_(None))
    return waiting.scalar_subquery()


def _own(office: Office, person: Person) -> list[ColumnElement[bool]]:
    """The notices that this person may read: a unit's are its own. Of a case that is kept from them there is none."""
    may_know = office.seen_by(person)
    if person.is_of_a_unit:  # what it was told stays, wherever the case has gone to since
        may_know = and_(cases.c.restricted.is_(False), queries.not_complained_of(person, office.ring))
    case = exists().where(cases.c.number == _kept.number, may_know)
    return [or_(_kept.number.is_(None), case), *([_kept.unit == person.unit] if person.is_of_a_unit else [])]
