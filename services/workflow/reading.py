"""What is read for whoever asks, page or API: one case as somebody may see it, worklists with their counts.

Law of this file: reads only, and only what ``domain.sight`` lets this person know of; a case that isn't theirs is 404. No
list costs more for the cases that are over and done with.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, RowMapping, ScalarSelect, and_, func, literal, or_, select, true

from services.workflow import directory, notices, problems
from services.workflow.domain.acts import Act
from services.workflow.domain.case import Case, case_from_json
from services.workflow.domain.decide import Availability, available
from services.workflow.domain.facts import Facts
from services.workflow.domain.in_force import MEASURE_IN_FORCE
from services.workflow.domain.roles import Person, may
from services.workflow.domain.sight import SIGHT, Tie, complaint_shown, may_see, names_of, told_shown, words_shown
from services.workflow.domain.states import LIVE, State
from services.workflow.office import Office
from services.workflow.store import queries
from services.workflow.store.statistics import Filter
from services.workflow.store.tables import cases, timeline
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.masking import mask_text
from shared.web.frame import MOST_COUNTED

PAGE = 50
MOST_URGENT = 100
"""Of urgent cases above a list: they are read, not paged through."""
_SERIAL = 6
"""Digits of a number after its year."""
_OPEN = cases.c.next_limit.isnot(None)
_TO_FOLLOW_UP = and_(_OPEN, cases.c.state == State.FEEDBACK_SUBMITTED.value)
_URGENT = cases.c.urgent_since.isnot(None)
_BY_LIMIT = (cases.c.next_limit.nulls_last(), cases.c.real_name.desc(), cases.c.number)
_URGENT_FIRST = (cases.c.urgent_since.nulls_last(), *_BY_LIMIT)
"""For lists that are read whole: of a long one it would sort everything to show a page."""
_TO_FILE = [state.value for state in State if state not in LIVE and state is not State.ARCHIVED]


@dataclass(frozen=True, slots=True)
class Known:
    """A case that somebody may know of: its row, its fold, and the complaint in the words that they may read."""

    row: RowMapping
    case: Case
    complaint: ComplaintReceived


@dataclass(frozen=True, slots=True)
class Seen:
    """A case with all that its page needs to know. ``alike``: the cases that intake took for the same, not linked yet."""

    case: Case
    complaint: ComplaintReceived
    facts: Facts
    offers: Availability
    alike: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list, and the words it was opened for."""

    row: RowMapping
    complaint: ComplaintReceived


@dataclass(frozen=True, slots=True)
class _Row:
    """As much of a case as decides which words of a row are shown."""

    confidential: bool


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
    """The saved views of a person: a name, and which cases stand in it; of work that others do, only for who oversees all.

    A case that somebody owes work on always has a limit, and saying so lets the indexes of open cases be used.
    """
    c = cases.c
    limit, state = c.next_limit, c.state
    of_all = {
        "urgent": _URGENT,
        "all": _OPEN,
        "overdue": limit < day.now,
        "today": and_(limit >= day.now, limit <= day.ends),
        "mine": and_(_OPEN, c.holder_id == person.id),
        "again": and_(_OPEN, c.round > 1),
    }
    of_work = {
        "to_accept": (Act.ACCEPT, and_(_OPEN, state == State.REGISTERED.value)),
        "in_writing": (Act.ATTACH_STATEMENT, and_(_OPEN, state == State.AWAITING_STATEMENT.value)),
        "to_follow_up": (Act.RECORD_FOLLOW_UP, _TO_FOLLOW_UP),
        "to_file": (Act.ARCHIVE, state.in_(_TO_FILE)),
    }
    oversees = Tie.ANYHOW in SIGHT[person.role].ordinary
    return of_all | {name: which for name, (act, which) in of_work.items() if oversees or may(person.role, act)}


def _approvals() -> ColumnElement[bool]:
    return and_(_OPEN, or_(cases.c.state == State.AWAITING_APPROVAL.value, cases.c.extension_asked))


async def view_counts(office: Office, person: Person, day: Day, most: int = MOST_COUNTED) -> dict[str, int]:
    """How many cases stand in each view, and what waits on the other desks.

    Each is counted by itself and to ``most``, from where on it is only said that there are more: what is said is right,
    and no page gets slower with the register.
    """
    seen_by, counted = office.seen_by(person), views(person, day)
    if may(person.role, Act.APPROVE):
        counted["approvals"] = _approvals()
    sums = [_counted(and_(seen_by, which), most).label(name) for name, which in counted.items()]
    if person.is_of_a_unit:
        sums.append(notices.unsigned(office, person).label("notices"))
    async with office.store.reading() as connection:
        row = (await connection.execute(select(*sums))).mappings().one()
    return dict(row) | {"follow_ups": row.get("to_follow_up", 0)}


def _counted(which: ColumnElement[bool], most: int) -> ScalarSelect[int]:
    some = select(literal(1)).select_from(cases).where(which).limit(most).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


async def worklist(office: Office, person: Person, wanted: Wanted, day: Day, page: int) -> list[Listed]:
    """A page of a view, one row more than shown where there is a next page; the nearest limit first, late ones before, real names
    before others of the same limit (art. 14). What is urgent stands in ``urgent_in``, before all of these.
    """
    which = and_(views(person, day).get(wanted.view, _OPEN), ~_URGENT, *_narrowed(wanted, day))
    return await _listed(office, person, which, offset=page * PAGE, limit=PAGE + 1)


async def urgent_in(office: Office, person: Person, wanted: Wanted, day: Day) -> list[Listed]:
    """The cases of a view in which danger was told and nobody has looked, above all others even those that are closed; who has
    waited longest first.
    """
    view = _URGENT if wanted.view == "all" else views(person, day).get(wanted.view, _OPEN)
    which = and_(view, _URGENT, *_narrowed(wanted, day))
    return await _listed(office, person, which, limit=MOST_URGENT, order=_URGENT_FIRST)


async def behind_a_figure(office: Office, person: Person, which: Filter, page: int) -> list[Listed]:
    """A page of the cases that a figure of the statistics counts, by number; one row more where there is a next page."""
    rows = await queries.listed(
        office.store, office.seen_by(person), which, offset=page * PAGE, limit=PAGE + 1, opened=True
    )
    return [opened(office, row, person) for row in rows]


async def waiting_for_approval(office: Office, person: Person) -> list[Seen]:
    """Proposals and extensions that wait for the leader, with what may be done about each: urgent ones, then by limit."""
    columns = (*queries.LISTED, *queries.SEALED)
    rows = await _rows(office, person, _approvals(), columns, limit=queries.PAGE, order=_URGENT_FIRST)
    known = [known_case(office, row, person) for row in rows]
    facts = await _facts_about(office, [each.case for each in known])
    return [_seen(office, each, facts, person) for each in known]


async def taken_in(office: Office, person: Person, since: datetime, *, limit: int) -> list[Listed]:
    """What this person took in since then, whatever became of it, the latest first."""
    query = (
        select(*queries.LISTED, *queries.SEALED, cases.c.tracking_code)
        .where(
            office.seen_by(person), cases.c.first_receiver.in_(sorted(names_of(person))), cases.c.received_at >= since
        )
        .order_by(cases.c.received_at.desc(), cases.c.number.desc())
        .limit(limit)
    )
    async with office.store.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [opened(office, row, person) for row in rows]


async def to_follow_up(office: Office, person: Person) -> list[Listed]:
    """Cases whose complainant is to be asked: urgent ones, then the nearest limit first."""
    return await _listed(office, person, _TO_FOLLOW_UP, limit=queries.PAGE, order=_URGENT_FIRST)


async def count_to_follow_up(office: Office, person: Person) -> int:
    """How many these are in all."""
    query = select(_counted(and_(office.seen_by(person), _TO_FOLLOW_UP), MOST_COUNTED))
    async with office.store.reading() as connection:
        return int((await connection.execute(query)).scalar_one())


async def known(office: Office, number: str, person: Person) -> Known:
    """A case that this person may know of. Raises Problem 404 otherwise."""
    row = await queries.one_case(office.store, cases.c.number == number)
    if row is None:
        raise problems.no_such_case()
    return known_case(office, row, person)


async def seen(office: Office, number: str, person: Person) -> Seen:
    """The same, with what this person may do about it now. Raises Problem 404."""
    found = await known(office, number, person)
    seen = _seen(office, found, await _facts_about(office, [found.case]), person)
    return replace(seen, alike=await _alike(office, found, person))


def known_case(office: Office, row: RowMapping, person: Person) -> Known:
    """A row with what was sealed in it, for somebody who may know of it. Raises Problem 404."""
    found = case_from_json(office.ring.open(row["sealed_case"]))
    if not may_see(found, person):
        raise problems.no_such_case()
    complaint = ComplaintReceived.model_validate_json(office.ring.open(row["sealed_complaint"]))
    return Known(row, found, complaint_shown(found, complaint, person))


async def version_of(office: Office, number: str, person: Person) -> int:
    """The version of a case that this person may know of; 0 for any other."""
    query = select(cases.c.version).where(cases.c.number == number, office.seen_by(person))
    async with office.store.reading() as connection:
        return int((await connection.execute(query)).scalar() or 0)


async def events_of(office: Office, found: Known | Seen, person: Person) -> list[Mapping[str, Any]]:
    """The entries of a timeline, oldest first, each with its ``event``, in the words that this person may read."""
    rows = await queries.entries(office.store, found.case.number)
    return [dict(row) | {"event": _event(office, row, found, person)} for row in rows]


async def happened(
    office: Office, person: Person, *, kind: str, name: str, since: datetime, until: datetime, page: int
) -> list[Mapping[str, Any]]:
    """A page of what happened on all cases that this person may know of, the newest first, one entry more where there is a next
    page; each with its ``event`` in the words that they may read. An empty ``kind`` or ``name`` stands for all.
    """
    entry = timeline.c
    which = [entry.at >= since, entry.at < until, *([entry.kind == kind] if kind else [])]
    which += [entry.actor_name == name] if name else []
    query = (
        select(*entry, *queries.SEALED)
        .join(cases, cases.c.number == entry.number)
        .where(office.seen_by(person), *which)
        .order_by(entry.at.desc(), entry.number.desc(), entry.version.desc())
        .offset(page * PAGE)
        .limit(PAGE + 1)
    )
    async with office.store.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [dict(row) | {"event": _event(office, row, known_case(office, row, person), person)} for row in rows]


async def supplements_of(office: Office, found: Known | Seen, person: Person) -> list[dict[str, Any]]:
    """What came in later from the same person, oldest first, in the words that this person may read; never the sender."""
    showing, complainant = words_shown(found.case, person), found.complaint.complainant
    scrub = partial(mask_text, complainant=complainant, showing=showing)
    more = await queries.supplements_of(office.store, office.ring, found.case.number)
    return [
        {
            **each,
            "text": scrub(each["text"]),
            "evidence": [{**item, "name": scrub(item["name"])} for item in each["evidence"]],
        }
        for each in more
    ]


def _event(office: Office, row: RowMapping, found: Known | Seen, person: Person) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(office.ring.open(row["sealed_event"]))
    return event | {"what": told_shown(event["what"], found.case, found.complaint.complainant, person)}


async def _facts_about(office: Office, found: Sequence[Case]) -> Facts:
    names = {name for each in found for name in (each.unit, each.target.unit)}
    async with office.store.reading() as connection:
        return await directory.facts_about(connection, office.clock(), names)


async def _alike(office: Office, found: Known, person: Person) -> Sequence[Mapping[str, Any]]:
    """Of the possible duplicates those that this person may know of and that nobody has linked, the earliest first."""
    alike = found.complaint.possible_duplicates
    rows = await queries.of_complaints(office.store, office.seen_by(person), alike) if alike else []
    linked = {link.other for link in found.case.links}
    return [dict(row) for row in rows if row["number"] not in linked]


def _seen(office: Office, found: Known, facts: Facts, person: Person) -> Seen:
    offers = available(found.case, person, office.clock(), office.calendar, office.hours, facts)
    return Seen(found.case, found.complaint, facts, offers)


async def _listed(
    office: Office,
    person: Person,
    which: ColumnElement[bool],
    *,
    limit: int,
    offset: int = 0,
    order: Sequence[ColumnElement[Any]] = _BY_LIMIT,
) -> list[Listed]:
    columns = (*queries.LISTED, cases.c.sealed_complaint)
    rows = await _rows(office, person, which, columns, limit=limit, offset=offset, order=order)
    return [opened(office, row, person) for row in rows]


async def _rows(
    office: Office,
    person: Person,
    which: ColumnElement[bool],
    columns: Sequence[Column[Any]],
    *,
    limit: int,
    offset: int = 0,
    order: Sequence[ColumnElement[Any]] = _BY_LIMIT,
) -> Sequence[RowMapping]:
    query = select(*columns).where(office.seen_by(person), which).order_by(*order).offset(offset).limit(limit)
    async with office.store.reading() as connection:
        return (await connection.execute(query)).mappings().all()


def opened(office: Office, row: RowMapping, person: Person) -> Listed:
    """A row that ``seen_by`` found, with its words: a list of fifty opens no case, only what was said."""
    complaint = ComplaintReceived.model_validate_json(office.ring.open(row["sealed_complaint"]))
    return Listed(row, complaint_shown(_Row(row["confidential"]), complaint, person))


def _narrowed(wanted: Wanted, day: Day) -> Sequence[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = [true()]
    if wanted.state:
        which.append(cases.c.state == wanted.state)
    if wanted.unit:
        which.append(cases.c.concerned == wanted.unit)
    if wanted.channel:
        which.append(cases.c.channel == wanted.channel)
    if wanted.text:
        which.append(_named(wanted.text, day))
    return which


def _named(text: str, day: Day) -> ColumnElement[bool]:
    """By number, in full or without its year, or by tracking code."""
    folded = unicodedata.normalize("NFKC", text).upper()
    digits = "".join(character for character in folded if character.isdecimal())
    code = "".join(character for character in folded if character.isalnum())
    if not digits or len(code) != len(digits):
        return cases.c.tracking_code == code
    serial = f"{int(digits[-_SERIAL:]):0{_SERIAL}d}"
    years = [digits[:-_SERIAL]] if len(digits) > _SERIAL else range(MEASURE_IN_FORCE.year, day.now.year + 2)
    return or_(cases.c.number.in_([f"{year}-{serial}" for year in years]), cases.c.tracking_code == code)
