"""A case's file: the fold, its timeline and its complaint, loaded and saved together.

Law of this file: an event is one entry of the timeline; the entry vouches for the sealed event (its SHA-256 stands in the
hashed content), so that a file can be verified without the key and after an identity was sealed for good. Of two who write
at once, the one whose version is taken loses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, select, update

from services.workflow.domain.case import Case, case_from_json, case_to_json
from services.workflow.domain.deadlines import watch_at
from services.workflow.domain.events import Event
from services.workflow.domain.evolve import fold
from services.workflow.domain.owed import next_duty
from services.workflow.domain.publish import publish
from services.workflow.domain.timeline import Head, append
from services.workflow.domain.urgency import Standing
from services.workflow.domain.ways import DEEDS
from services.workflow.store import counting, tables, telling
from shared.contracts.complaint import ComplaintReceived
from shared.sealing import KeyRing
from shared.store.unit_of_work import UnitOfWork

BLIND_LENGTH = 32


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as it stands, and where its timeline ends."""

    case: Case
    head: Head
    counted_by: int = 0
    """The serial of the calendar by which all its limits have been counted, at least."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did to a case: the kind of the event, who, and when."""

    kind: str
    by: str
    at: datetime


class StaleError(Exception):
    """Somebody else acted on the case meanwhile; nothing was written. ``deeds``: what they did, oldest first."""

    def __init__(self, deeds: Sequence[Deed] = ()) -> None:
        super().__init__("stale")
        self.deeds = tuple(deeds)


async def load(unit: UnitOfWork, ring: KeyRing, which: ColumnElement[bool]) -> CaseFile | None:
    """One case, locked until the commit."""
    cases = tables.cases
    query = select(cases.c.sealed_case, cases.c.timeline_head, cases.c.version, cases.c.counted_by)
    row = (await unit.connection.execute(query.where(which).with_for_update())).first()
    if row is None:
        return None
    head = Head(length=row.version, hash=row.timeline_head)
    return CaseFile(case_from_json(ring.open(row.sealed_case)), head, row.counted_by)


async def done_since(unit: UnitOfWork, number: str, version: int) -> list[Deed]:
    """What was done to a case since a version of it, oldest first; records and what the software does are no deeds."""
    table = tables.timeline.c
    query = select(table.kind, table.actor_name, table.at).where(
        table.number == number, table.version > version, table.kind.in_(DEEDS)
    )
    rows = await unit.connection.execute(query.order_by(table.version))
    return [Deed(row.kind, row.actor_name, row.at) for row in rows]


async def begin(
    unit: UnitOfWork, ring: KeyRing, events: Sequence[Event], complaint: ComplaintReceived, *, counted_by: int
) -> Case:
    """Open the file with its first events; the complaint is kept sealed, ``counted_by`` is the calendar's serial."""
    case = fold(events)
    head = _append(unit, ring, case, None, events)
    sealed = ring.seal_record(complaint.model_dump_json().encode())
    unit.add(tables.cases, _row(ring, case, head) | {"sealed_complaint": sealed, "counted_by": counted_by})
    unit.add(tables.case_facts, counting.first_facts(case, counting.caller_of(ring, complaint)))
    for row in counting.clock_rows(case, case.clocks):
        unit.add(tables.clock_facts, row)
    _tell(unit, None, events, head)
    return case


async def go_on(unit: UnitOfWork, ring: KeyRing, file: CaseFile, events: Sequence[Event], *, counted_by: int) -> Case:
    """Add events to the file; ``counted_by`` as in ``CaseFile``. Raises StaleError."""
    case = fold(events, file.case)
    head = _append(unit, ring, file.case, file.head, events)
    cases = tables.cases
    written = await unit.connection.execute(
        update(cases)
        .where(cases.c.number == case.number, cases.c.version == file.case.version)
        .values(**_row(ring, case, head), counted_by=counted_by)
    )
    if written.rowcount != 1:
        raise StaleError
    await counting.count_again(unit, file.case, case)
    telling.tell_units(unit, case.number, enumerate(events, file.head.length + 1))
    _tell(unit, file.case, events, head)
    return case


def _append(unit: UnitOfWork, ring: KeyRing, case: Case, head: Head | None, events: Sequence[Event]) -> Head:
    for event in events:
        row = _entry_row(ring, case, event)
        entry = append(case.complaint_id, head, vouched_for(SimpleNamespace(**row)))
        unit.add(tables.timeline, row | {"version": entry.place, "previous": entry.previous, "hash": entry.hash})
        head = Head(length=entry.place, hash=entry.hash)
    assert head is not None, "a file has at least its registration"
    return head


def _entry_row(ring: KeyRing, case: Case, event: Event) -> dict[str, Any]:
    return {
        "number": case.number,
        "at": event.at,
        "kind": event.kind,
        "actor_id": event.by.id,
        "actor_name": event.by.name,
        "actor_role": event.by.role.value,
        "article": event.article,
        "round": event.round,
        "sealed_event": ring.seal_record(event.model_dump_json(exclude_none=True).encode()),
    }


def vouched_for(row: Any) -> dict[str, Any]:
    """What an entry's hash covers: who did what when, and the sealed event by its SHA-256."""
    return {
        "at": row.at.isoformat(),
        "kind": row.kind,
        "actor": {"id": row.actor_id, "name": row.actor_name, "role": row.actor_role},
        "article": row.article,
        "round": row.round,
        "sealed_sha256": hashlib.sha256(row.sealed_event.encode()).hexdigest(),
    }


def _tell(unit: UnitOfWork, before: Case | None, events: Sequence[Event], head: Head) -> None:
    for message in publish(before, events, head.hash):
        unit.emit(message, subject=message.complaint_id, sequence=message.version)


def _row(ring: KeyRing, case: Case, head: Head) -> dict[str, Any]:
    return listed(ring, case) | {"sealed_case": ring.seal_record(case_to_json(case)), "timeline_head": head.hash}


def listed(ring: KeyRing, case: Case) -> dict[str, Any]:
    """What lists sort and filter by: nothing but what the fold says. Who is complained of is a keyed hash."""
    duty = next_duty(case)
    return {
        "number": case.number,
        "complaint_id": case.complaint_id,
        "tracking_code": case.tracking_code,
        "version": case.version,
        "acted_version": case.acted_version,
        "state": case.state.value,
        "round": case.round,
        "track": case.track.value if case.track else None,
        "unit": case.unit,
        "target_unit": case.target.unit,
        "concerned": case.concerned,
        "matter": case.matter and case.matter[:80],
        "channel": case.channel.value,
        "real_name": case.real_name,
        "confidential": case.confidential,
        "restricted": case.restricted,
        "received_at": case.received_at,
        "holder_id": case.holder.id,
        "holder_name": case.holder.name,
        "first_receiver": case.first_receiver,
        "officer_id": case.officer.id if case.officer else None,
        "staff_blind": blind_staff(ring, case.target.staff) if case.target.staff else None,
        "extension_asked": case.extension_request is not None,
        **_urgency_listed(case),
        "next_limit": duty.limit if duty else None,
        "next_clock": duty.name.value if duty else None,
        "watch_at": watch_at(case),
    }


def _urgency_listed(case: Case) -> dict[str, Any]:
    """``urgent_since`` only while nobody has looked: by it the urgent list is read."""
    urgency = case.urgency
    if urgency is None:
        return {"urgency": None, "urgent_since": None}
    return {
        "urgency": urgency.standing.value,
        "urgent_since": urgency.raised_at if urgency.standing is Standing.RAISED else None,
    }


def blind_staff(ring: KeyRing, name: str) -> str:
    """A name of somebody complained of, as a keyed hash: good for keeping the case from that very person."""
    return ring.blind(f"staff:{name}")[:BLIND_LENGTH]
