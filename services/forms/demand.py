"""Documents that somebody asks for: a form of a case, a binder, a reprint.

Law of this file: whoever asks is recorded with what they asked for; the same request twice is one document. It writes
rows and draws nothing.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forms.domain.binder import BINDER, BinderContents
from services.forms.domain.definition import FormId
from services.forms.domain.documents import DOCUMENTS, ON_DEMAND, DueDocument
from services.forms.domain.filling import Story
from services.forms.domain.masking import Reader
from services.forms.gathering import gather_contents
from services.forms.handlers import load_story, put_down, put_down_binder
from services.forms.once import Made, claimed
from services.forms.print_room import PrintRoom
from services.forms.store import tables
from services.forms.store.states import FAILED
from services.forms.templates import FORMS
from shared.contracts.catalogue import BY_MODEL
from shared.contracts.values import new_id
from shared.once import Once


class NoSuchCase(LookupError):
    """The asker is at fault: forms has heard of no case with this number."""


class NotThisWay(ValueError):
    """The asker is at fault: a list of many was asked for as a form of one case."""


def usual_reader(form: FormId, story: Story) -> Reader:
    """For whom a form is made unless the asker says otherwise: whom the case's events made it due for last.

    Where none of them has, the first reader in the table of what is due when.
    """
    rows = [row for row in DOCUMENTS if row.form is form]
    due = [row.reader for event in story.events for row in rows if row.event == BY_MODEL[type(event)].name]
    return due[-1] if due else rows[0].reader


async def make_form(
    room: PrintRoom, case: str, form: FormId, reader: Reader | None, *, who: str, same: Once | None
) -> Made:
    """A form of a case, as the case stands now. Raises NotThisWay, NoSuchCase, NotYet, KeyReused."""
    if form not in ON_DEMAND:
        raise NotThisWay
    async with room.store.transaction(room.clock()) as unit:
        story = await story_of_case(unit.connection, room, case)
        made = await claimed(unit, same)
        if not made.repeated:
            for_whom = reader or usual_reader(form, story)
            due = DueDocument("", form, for_whom, FORMS[form].article, ON_DEMAND[form], at_once=False)
            await put_down(unit, room, due, story, asked_by=who, identifier=made.id)
    return made


async def make_binder(room: PrintRoom, case: str, *, who: str) -> UUID:
    """The binder of the case as it stands: the one there is, unless something came since. Raises NoSuchCase."""
    async with room.store.transaction(room.clock()) as unit:
        story = await story_of_case(unit.connection, room, case)
        documents = tables.documents
        query = (
            select(documents.c.id, documents.c.sealed_values)
            .where(
                documents.c.complaint_id == story.complaint.complaint_id,
                documents.c.form == BINDER,
                documents.c.superseded_at.is_(None),
                documents.c.state != FAILED,
            )
            .order_by(documents.c.version.desc())
        )
        there = (await unit.connection.execute(query)).first()
        now = await gather_contents(unit.connection, room, story)
        if there and BinderContents.model_validate_json(room.ring.open(there.sealed_values)) == now:
            found: UUID = there.id
            return found
        return await put_down_binder(unit, room, story, asked_by=who)


async def record_reprint(room: PrintRoom, document_id: UUID, *, who: str) -> None:
    """A copy of an issued document was given to somebody."""
    async with room.store.transaction(room.clock()) as unit:
        row = {"id": new_id(), "document_id": document_id, "printed_by": who, "printed_at": unit.now}
        unit.add(tables.reprints, row)


async def story_of_case(connection: AsyncConnection, room: PrintRoom, case: str) -> Story:
    """Everything known of a case by its number. Raises NoSuchCase."""
    complaints = tables.complaints
    query = select(complaints.c.complaint_id).where(complaints.c.case_number == case)
    complaint_id = (await connection.execute(query)).scalar()
    story = await load_story(connection, room, complaint_id) if complaint_id else None
    if story is None:
        raise NoSuchCase
    return story
