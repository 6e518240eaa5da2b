"""Forms' handlers: keep the story of a complaint, and put down which documents are due, with their words frozen.

Law of this file: nothing is drawn here; ``rendering`` works from the rows. A document made again (another event of the
same kind) is the next version and supersedes the one before.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forms.domain.binder import BINDER, BINDER_ARTICLE, BINDER_VERSION
from services.forms.domain.documents import DueDocument, documents_due
from services.forms.domain.filling import Story
from services.forms.domain.masking import Reader, mask
from services.forms.domain.sealing import sealer_of
from services.forms.gathering import gather_contents
from services.forms.print_room import PrintRoom
from services.forms.store import tables
from services.forms.store.states import FROZEN, WAITING
from services.forms.templates import FORMS
from shared.contracts.case import CaseArchived, CaseEvent, CaseRegistered
from shared.contracts.catalogue import BY_NAME
from shared.contracts.complaint import ComplaintReceived, ComplaintSupplemented, Published
from shared.contracts.envelope import Envelope
from shared.contracts.tracking import new_tracking_code, show_tracking_code
from shared.contracts.values import new_id
from shared.messaging.consumer import Handler, HandlerOutcome, TryLater
from shared.store.unit_of_work import UnitOfWork


def hear(room: PrintRoom) -> Handler:
    """The one handler: remember, then see which documents are due."""

    async def handler(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        if isinstance(data, ComplaintSupplemented):
            _remember_supplement(unit, room, data)
            return None
        if isinstance(data, ComplaintReceived):
            _remember_complaint(unit, room, data)
            story: Story | None = Story(data)
        elif isinstance(data, CaseEvent):
            await _remember_event(unit, room, envelope, data)
            story = await load_story(unit.connection, room, UUID(envelope.subject))
        else:
            return None
        if story is None:
            return TryLater("the complaint is not known here yet")
        for due in documents_due(envelope.type, story):
            await put_down(unit, room, due, story)
        if isinstance(data, CaseArchived):
            await put_down_binder(unit, room, story)
        return None

    return handler


async def load_story(connection: AsyncConnection, room: PrintRoom, complaint_id: UUID) -> Story | None:
    """A complaint and all that has happened to it; None where it has not been heard of."""
    complaints, events = tables.complaints, tables.events
    sealed = (
        await connection.execute(select(complaints.c.sealed).where(complaints.c.complaint_id == complaint_id))
    ).scalar()
    if sealed is None:
        return None
    query = (
        select(events.c.type, events.c.sealed)
        .where(events.c.complaint_id == complaint_id)
        .order_by(events.c.version, events.c.seq)
    )
    rows = (await connection.execute(query)).all()
    complaint = ComplaintReceived.model_validate_json(room.ring.open(sealed))
    return Story(complaint, tuple(_event(room, row) for row in rows))


async def put_down(
    unit: UnitOfWork,
    room: PrintRoom,
    due: DueDocument,
    story: Story,
    *,
    asked_by: str | None = None,
    identifier: UUID | None = None,
) -> UUID:
    """One due document, with its words as they are now and as its reader may see them; gives its id.

    Raises NotYet where the case has not come so far, and nothing was written.
    """
    form = FORMS[due.form]
    values = mask(form, due.fill(story), reader=due.reader, complainant=story.complaint.complainant)
    sealer = sealer_of(due.form, story)
    return await _put_down(
        unit,
        room,
        story,
        {
            "id": identifier or new_id(),
            "form": due.form.value,
            "reader": due.reader.value,
            "unit": story.unit,
            "article": due.article,
            "template_version": form.template_version,
            "asked_by": asked_by,
            "sealed_values": room.ring.seal_record(values.model_dump_json().encode()),
            "seal_sha256": None if sealer is None else room.seals.get(sealer or room.centre.office),
            "state": WAITING if due.at_once else FROZEN,
        },
    )


async def put_down_binder(unit: UnitOfWork, room: PrintRoom, story: Story, *, asked_by: str | None = None) -> UUID:
    """The binder of the case as it stands (art. 18.6), to be made by the printer; gives its id."""
    await unit.flush()
    contents = await gather_contents(unit.connection, room, story)
    return await _put_down(
        unit,
        room,
        story,
        {
            "id": new_id(),
            "form": BINDER,
            "reader": Reader.FILE.value,
            "unit": story.unit,
            "article": BINDER_ARTICLE,
            "template_version": BINDER_VERSION,
            "asked_by": asked_by,
            "sealed_values": room.ring.seal_record(contents.model_dump_json().encode()),
            "state": WAITING,
        },
    )


async def _put_down(unit: UnitOfWork, room: PrintRoom, story: Story, row: dict[str, Any]) -> UUID:
    complaint = story.complaint
    version = await _supersede(unit, row["form"], row["reader"], complaint.complaint_id) if story.events else 0
    unit.add(
        tables.documents,
        row
        | {
            "complaint_id": complaint.complaint_id,
            "case_number": story.events[-1].case_number if story.events else None,
            "number": story.number or show_tracking_code(complaint.tracking_code),
            "version": version + 1,
            "verify_code": new_tracking_code(),
            "issued_at": unit.now,
            "issued_by": room.centre.office,
            "attempts": 0,
        },
    )
    identifier: UUID = row["id"]
    return identifier


async def _supersede(unit: UnitOfWork, form: str, reader: str, complaint_id: UUID) -> int:
    """Mark the version before as superseded; gives its number, 0 where this is the first.

    Holds the complaint's row, so that two who ask at once get two versions one after the other.
    """
    await unit.flush()
    complaints, documents = tables.complaints, tables.documents
    await unit.connection.execute(
        select(complaints.c.complaint_id).where(complaints.c.complaint_id == complaint_id).with_for_update()
    )
    same = (
        documents.c.complaint_id == complaint_id,
        documents.c.form == form,
        documents.c.reader == reader,
    )
    version = (await unit.connection.execute(select(func.max(documents.c.version)).where(*same))).scalar() or 0
    if version:
        await unit.connection.execute(
            update(documents).where(*same, documents.c.superseded_at.is_(None)).values(superseded_at=unit.now)
        )
    return version


async def _remember_part(unit: UnitOfWork, room: PrintRoom, part: CaseRegistered, letter: UUID) -> None:
    """A part of a split letter tells the letter's story under an id and a code of its own."""
    story = await load_story(unit.connection, room, letter)
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
            "received_by": complaint.received_by,
            "digest": hashlib.sha256(message).hexdigest(),
            "case_number": None,
            "sealed": room.ring.seal_record(message),
        },
    )


def _remember_supplement(unit: UnitOfWork, room: PrintRoom, more: ComplaintSupplemented) -> None:
    unit.add(
        tables.supplements,
        {
            "supplement_id": more.supplement_id,
            "complaint_id": more.complaint_id,
            "received_at": more.received_at,
            "sealed": room.ring.seal_record(more.model_dump_json().encode()),
        },
    )


async def _remember_event(unit: UnitOfWork, room: PrintRoom, envelope: Envelope, event: CaseEvent) -> None:
    if isinstance(event, CaseRegistered) and event.split_from_complaint is not None:
        await _remember_part(unit, room, event, event.split_from_complaint)
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
    await unit.flush()  # the story is read back below with this event as its last
    if event.confidential:
        await _keep_confidential(unit, room, event.complaint_id)
    await unit.connection.execute(
        update(complaints)
        .where(complaints.c.complaint_id == event.complaint_id, complaints.c.case_number.is_(None))
        .values(case_number=event.case_number)
    )
    await _keep_close(unit, event)


async def _keep_close(unit: UnitOfWork, event: CaseEvent) -> None:
    """For whom, by the newest event: an older one that comes late says nothing any more."""
    complaints, events = tables.complaints.c, tables.events.c
    newer = exists().where(events.complaint_id == event.complaint_id, events.version > event.version)
    this, changed = complaints.complaint_id == event.complaint_id, complaints.kept_for.is_distinct_from(event.kept_for)
    await unit.connection.execute(
        update(tables.complaints).where(this, changed, ~newer).values(kept_for=event.kept_for)
    )


async def _keep_confidential(unit: UnitOfWork, room: PrintRoom, complaint_id: UUID) -> None:
    """The office marked it since it came: from now on no copy shows the unit more than of one that asked at once (art. 17)."""
    complaints = tables.complaints
    row = complaints.c.complaint_id == complaint_id
    sealed = (await unit.connection.execute(select(complaints.c.sealed).where(row))).scalar()
    if sealed is None:
        return  # not heard of yet: the caller says so, and the event comes again
    told = ComplaintReceived.model_validate_json(room.ring.open(sealed))
    if not told.complainant.confidential:
        told = told.model_copy(update={"complainant": told.complainant.model_copy(update={"confidential": True})})
        again = room.ring.seal_record(told.model_dump_json().encode())
        await unit.connection.execute(update(complaints).where(row).values(sealed=again))


def _event(room: PrintRoom, row: Row[str, str]) -> CaseEvent:
    event = BY_NAME[row.type].model.model_validate_json(room.ring.open(row.sealed))
    assert isinstance(event, CaseEvent)
    return event
