"""Forms' handlers: keep the story of a complaint, and put down which documents are due, with their words frozen.

Law of this file: nothing is drawn here; ``rendering`` works from the rows. A document made again (another event of the
same kind) is the next version and supersedes the one before.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import Row, func, select, update

from services.forms.domain.documents import DueDocument, documents_due
from services.forms.domain.filling import Story
from services.forms.domain.masking import mask
from services.forms.print_room import PrintRoom
from services.forms.store import tables
from services.forms.templates import FORMS
from shared.contracts.case import CaseEvent, CaseRegistered, Dispatch
from shared.contracts.catalogue import BY_NAME
from shared.contracts.complaint import ComplaintReceived, Published
from shared.contracts.envelope import Envelope
from shared.contracts.tracking import new_tracking_code, show_tracking_code
from shared.contracts.values import new_id
from shared.messaging.consumer import Handler, HandlerOutcome, TryLater
from shared.store.unit_of_work import UnitOfWork

FROZEN, WAITING, READY, FAILED = "frozen", "waiting", "ready", "failed"
ISSUED = (FROZEN, READY)
"""States of a document that was given out: its words stand, whether or not anybody has had it drawn yet."""


def hear(room: PrintRoom) -> Handler:
    """The one handler: remember, then see which documents are due."""

    async def handler(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        if isinstance(data, ComplaintReceived):
            _remember_complaint(unit, room, data)
            story: Story | None = Story(data)
        elif isinstance(data, CaseEvent):
            if isinstance(data, CaseRegistered) and data.split_from_complaint is not None:
                await _remember_part(unit, room, data, data.split_from_complaint)
            await _remember_event(unit, room, envelope, data)
            story = await load_story(unit, room, UUID(envelope.subject))
        else:
            return None
        if story is None:
            return TryLater("the complaint is not known here yet")
        for due in documents_due(envelope.type, story):
            await put_down(unit, room, due, story)
        return None

    return handler


async def load_story(unit: UnitOfWork, room: PrintRoom, complaint_id: UUID) -> Story | None:
    """A complaint and all that has happened to it; None where it has not been heard of."""
    await unit.flush()
    complaints, events = tables.complaints, tables.events
    sealed = (
        await unit.connection.execute(select(complaints.c.sealed).where(complaints.c.complaint_id == complaint_id))
    ).scalar()
    if sealed is None:
        return None
    query = (
        select(events.c.type, events.c.sealed)
        .where(events.c.complaint_id == complaint_id)
        .order_by(events.c.version, events.c.seq)
    )
    rows = (await unit.connection.execute(query)).all()
    complaint = ComplaintReceived.model_validate_json(room.ring.open(sealed))
    return Story(complaint, tuple(_event(room, row) for row in rows))


async def put_down(unit: UnitOfWork, room: PrintRoom, due: DueDocument, story: Story) -> None:
    """One due document, with its words as they are now and as its reader may see them."""
    form = FORMS[due.form]
    complaint = story.complaint
    values = mask(form, due.fill(story), reader=due.reader, complainant=complaint.complainant)
    documents = tables.documents
    version = await _supersede(unit, due, complaint.complaint_id) if story.events else 0
    unit.add(
        documents,
        {
            "id": new_id(),
            "complaint_id": complaint.complaint_id,
            "case_number": story.events[-1].case_number if story.events else None,
            "form": due.form.value,
            "reader": due.reader.value,
            "unit": _unit_of(story),
            "article": due.article,
            "number": story.number or show_tracking_code(complaint.tracking_code),
            "version": version + 1,
            "verify_code": new_tracking_code(),
            "template_version": form.template_version,
            "issued_at": unit.now,
            "issued_by": room.centre.office,
            "sealed_values": room.ring.seal_record(values.model_dump_json().encode()),
            "state": WAITING if due.at_once else FROZEN,
            "attempts": 0,
        },
    )


async def _supersede(unit: UnitOfWork, due: DueDocument, complaint_id: UUID) -> int:
    """Mark the version before as superseded; gives its number, 0 where this is the first."""
    await unit.flush()
    documents = tables.documents
    same = (
        documents.c.complaint_id == complaint_id,
        documents.c.form == due.form.value,
        documents.c.reader == due.reader.value,
    )
    version = (await unit.connection.execute(select(func.max(documents.c.version)).where(*same))).scalar() or 0
    if version:
        await unit.connection.execute(
            update(documents).where(*same, documents.c.superseded_at.is_(None)).values(superseded_at=unit.now)
        )
    return version


def _unit_of(story: Story) -> str | None:
    """The unit that the case lies with: the only one that may read its copies."""
    sent = story.latest(Dispatch)
    return sent.unit if sent else None


async def _remember_part(unit: UnitOfWork, room: PrintRoom, part: CaseRegistered, letter: UUID) -> None:
    """A part of a split letter tells the letter's story under an id and a code of its own."""
    story = await load_story(unit, room, letter)
    if story is not None:
        own = {"complaint_id": part.complaint_id, "tracking_code": part.tracking_code, "settled_on_the_spot": None}
        _remember_complaint(unit, room, story.complaint.model_copy(update=own))


def _remember_complaint(unit: UnitOfWork, room: PrintRoom, complaint: ComplaintReceived) -> None:
    message = complaint.model_dump_json().encode()
    unit.add(
        tables.complaints,
        {
            "complaint_id": complaint.complaint_id,
            "tracking_code": complaint.tracking_code,
            "received_at": complaint.received_at,
            "digest": hashlib.sha256(message).hexdigest(),
            "case_number": None,
            "sealed": room.ring.seal_record(message),
        },
    )


async def _remember_event(unit: UnitOfWork, room: PrintRoom, envelope: Envelope, event: CaseEvent) -> None:
    unit.add(
        tables.events,
        {
            "complaint_id": event.complaint_id,
            "type": envelope.type,
            "version": event.version,
            "sealed": room.ring.seal_record(event.model_dump_json().encode()),
        },
    )
    complaints = tables.complaints
    await unit.flush()
    await unit.connection.execute(
        update(complaints)
        .where(complaints.c.complaint_id == event.complaint_id, complaints.c.case_number.is_(None))
        .values(case_number=event.case_number)
    )


def _event(room: PrintRoom, row: Row[str, str]) -> CaseEvent:
    event = BY_NAME[row.type].model.model_validate_json(room.ring.open(row.sealed))
    assert isinstance(event, CaseEvent)
    return event
