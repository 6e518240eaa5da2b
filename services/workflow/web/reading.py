"""What the staff's pages read: a case as somebody may see it, worklists with their counts, who is in the directory.

Law of this file: reads only, and only what ``domain.sight`` lets this person know of; a case that isn't theirs is 404.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, or_, select, true

from services.workflow import directory
from services.workflow.api import answers
from services.workflow.domain.case import Case, case_from_json
from services.workflow.domain.decide import Availability, available
from services.workflow.domain.facts import Facts
from services.workflow.domain.roles import Person
from services.workflow.domain.sight import complaint_shown, may_see, told_shown
from services.workflow.domain.states import LIVE, State
from services.workflow.office import Office
from services.workflow.store import queries
from services.workflow.store.tables import cases, timeline
from shared.contracts.complaint import ComplaintReceived

PAGE = 50
_OPEN = cases.c.next_limit.isnot(None) | cases.c.state.in_([state.value for state in LIVE])


@dataclass(frozen=True, slots=True)
class Seen:
    """A case with all that its page needs to know."""

    case: Case
    complaint: ComplaintReceived
    facts: Facts
    offers: Availability


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list, and the words it was opened for."""

    row: RowMapping
    complaint: ComplaintReceived


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a worklist is narrowed to."""

    view: str = "all"
    state: str = ""
    unit: str = ""
    channel: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """The moments that views are cut at."""

    now: datetime
    ends: datetime


def views(person: Person, day: Day) -> dict[str, ColumnElement[bool]]:
    """The saved views: a name, and which cases stand in it."""
    limit, state = cases.c.next_limit, cases.c.state
    return {
        "all": _OPEN,
        "overdue": and_(_OPEN, limit < day.now),
        "today": and_(_OPEN, limit >= day.now, limit <= day.ends),
        "mine": and_(_OPEN, cases.c.holder_id == person.id),
        "to_accept": state == State.REGISTERED.value,
        "to_follow_up": state == State.FEEDBACK_SUBMITTED.value,
        "again": and_(_OPEN, cases.c.round > 1),
        "in_writing": state == State.AWAITING_STATEMENT.value,
        "to_file": state.in_([s.value for s in State if s not in LIVE and s is not State.ARCHIVED]),
    }


async def view_counts(office: Office, person: Person, day: Day) -> dict[str, int]:
    """How many cases stand in each view, and what waits on the other desks; one query."""
    counted = views(person, day) | {
        "approvals": cases.c.number.in_(_approvals()),
        "follow_ups": cases.c.state == State.FEEDBACK_SUBMITTED.value,
    }
    sums = [func.coalesce(func.sum(case((which, 1), else_=0)), 0).label(name) for name, which in counted.items()]
    async with office.store.reading() as connection:
        row = (await connection.execute(select(*sums).where(queries.visible_to(person)))).mappings().one()
    return {name: int(count) for name, count in row.items()}


async def worklist(office: Office, person: Person, wanted: Wanted, day: Day, page: int) -> list[Listed]:
    """A page of a view, one row more than shown where there is a next page; real-name first within a limit (art. 14)."""
    which = views(person, day).get(wanted.view, _OPEN)
    return await _listed(office, person, and_(which, *_narrowed(wanted)), offset=page * PAGE, limit=PAGE + 1)


async def waiting_for_approval(office: Office, person: Person) -> list[Listed]:
    """Proposals and extensions that wait for the leader, the nearest limit first."""
    return await _listed(office, person, cases.c.number.in_(_approvals()), limit=queries.PAGE)


async def to_follow_up(office: Office, person: Person) -> list[Listed]:
    """Cases whose complainant is to be asked, the nearest limit first."""
    return await _listed(office, person, cases.c.state == State.FEEDBACK_SUBMITTED.value, limit=queries.PAGE)


async def seen(office: Office, number: str, person: Person) -> Seen:
    """A case that this person may know of. Raises Problem 404 otherwise."""
    row = await queries.one_case(office.store, cases.c.number == number)
    if row is None:
        raise answers.no_such_case()
    found = case_from_json(office.ring.open(row["sealed_case"]))
    async with office.store.transaction(office.clock()) as unit:
        facts = await directory.facts_about(unit, (found.unit, found.target.unit))
    facts = replace(facts, is_complained_of=directory.is_complained_of(found, person))
    if not may_see(found, person, is_complained_of=facts.is_complained_of):
        raise answers.no_such_case()
    offers = available(found, person, office.clock(), office.calendar, office.hours, facts)
    return Seen(found, complaint_shown(found, _complaint(office, row), person), facts, offers)


async def version_of(office: Office, number: str, person: Person) -> int:
    """The version of a case that this person may know of; 0 for any other."""
    query = select(cases.c.version).where(cases.c.number == number, queries.visible_to(person))
    async with office.store.reading() as connection:
        return int((await connection.execute(query)).scalar() or 0)


async def events_of(office: Office, seen: Seen, person: Person) -> list[Mapping[str, Any]]:
    """The entries of a timeline, newest first, each with what happened, in the words that this person may read."""
    rows = await queries.entries(office.store, seen.case.number)
    return [dict(row) | {"event": _event(office, row, seen, person)} for row in reversed(rows)]


def _event(office: Office, row: RowMapping, seen: Seen, person: Person) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(office.ring.open(row["sealed_event"]))
    return event | {"what": told_shown(event["what"], seen.case, seen.complaint.complainant, person)}


async def _listed(
    office: Office, person: Person, which: ColumnElement[bool], *, limit: int, offset: int = 0
) -> list[Listed]:
    query = (
        select(*queries.LISTED, cases.c.sealed_case, cases.c.sealed_complaint)
        .where(queries.visible_to(person), which)
        .order_by(cases.c.next_limit.is_(None), cases.c.next_limit, cases.c.real_name.desc(), cases.c.number)
        .offset(offset)
        .limit(limit)
    )
    async with office.store.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    opened = [(row, case_from_json(office.ring.open(row["sealed_case"]))) for row in rows]
    return [
        Listed(row, complaint_shown(found, _complaint(office, row), person))
        for row, found in opened
        if not directory.is_complained_of(found, person)
    ]


def _narrowed(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = [true()]
    if wanted.state:
        which.append(cases.c.state == wanted.state)
    if wanted.unit:
        which.append(or_(cases.c.unit == wanted.unit, and_(cases.c.unit.is_(None), cases.c.target_unit == wanted.unit)))
    if wanted.channel:
        which.append(cases.c.channel == wanted.channel)
    if wanted.text:
        which.append(_named(wanted.text))
    return which


def _named(text: str) -> ColumnElement[bool]:
    """By number, in full or its last digits, or by tracking code."""
    digits = "".join(character for character in text if character.isdigit())
    code = "".join(character for character in text.upper() if character.isalnum())
    number = f"{int(digits[-6:]):06d}" if digits else ""
    by_number = cases.c.number.like(f"%-{number}") if number and len(code) == len(digits) else cases.c.number == text
    return or_(by_number, cases.c.tracking_code == code)


def _approvals() -> Any:
    """The numbers of cases with a proposal, or with an extension that was asked for and not decided since."""
    asked = select(func.max(timeline.c.version)).where(
        timeline.c.number == cases.c.number, timeline.c.kind == "extension_requested"
    )
    ended = select(func.coalesce(func.max(timeline.c.version), 0)).where(
        timeline.c.number == cases.c.number,
        timeline.c.kind.in_(["extension_decided", "feedback_submitted", "unit_refused", "recalled"]),
    )
    pending = and_(
        cases.c.state == State.DISPATCHED.value,
        asked.correlate(cases).scalar_subquery() > ended.correlate(cases).scalar_subquery(),
    )
    return select(cases.c.number).where(or_(cases.c.state == State.AWAITING_APPROVAL.value, pending))


def _complaint(office: Office, row: RowMapping) -> ComplaintReceived:
    return ComplaintReceived.model_validate_json(office.ring.open(row["sealed_complaint"]))
