"""Makes a case's binder from its row (art. 18.6): draws what was only frozen so far, and hands all to the bookbinder.

Law of this file: outside every transaction; a form that says more than the copy for the file may is drawn anew with less.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import select

from services.forms.domain.binder import BinderContents, BoundDocument
from services.forms.domain.masking import Reader, mask
from services.forms.drawing import DocumentRow, draw, form_of, frozen_values, issue_of
from services.forms.ports import BoundForm, Rendered, Stack
from services.forms.print_room import PrintRoom
from services.forms.store.states import FAILED, FROZEN, READY, WAITING
from services.forms.store.tables import complaints, documents
from shared.contracts.complaint import Complainant, ComplaintReceived

DrawNow = Callable[[UUID], Awaitable[DocumentRow | None]]


class NotDrawnYet(RuntimeError):
    """A form of the binder is being drawn by somebody else: try again a little later."""


async def bind(room: PrintRoom, row: DocumentRow, draw_now: DrawNow) -> Rendered:
    """Make the binder. Raises NotDrawnYet."""
    contents = BinderContents.model_validate_json(room.ring.open(row.sealed_values))
    complainant = await _complainant(room, row.complaint_id)
    forms = [
        await _bound(room, document, await _drawn(room, document, draw_now), complainant)
        for document in contents.documents
    ]
    stack = Stack(forms, contents.attachments, _reader(room))
    return await asyncio.to_thread(room.binder.bind, contents, stack, await issue_of(room, row))


def _reader(room: PrintRoom) -> Callable[[str], bytes]:
    """Read an original from a worker thread, one at a time: a binder's attachments never lie in memory together."""
    loop = asyncio.get_running_loop()

    def read(sha256: str) -> bytes:
        return asyncio.run_coroutine_threadsafe(room.originals.read(sha256), loop).result()

    return read


async def _complainant(room: PrintRoom, complaint_id: UUID) -> Complainant:
    async with room.store.reading() as connection:
        query = select(complaints.c.sealed).where(complaints.c.complaint_id == complaint_id)
        sealed = (await connection.execute(query)).scalar_one()
    return ComplaintReceived.model_validate_json(room.ring.open(sealed)).complainant


async def _drawn(room: PrintRoom, document: BoundDocument, draw_now: DrawNow) -> DocumentRow | None:
    """The document's row once it is drawn; None where it can't be drawn at all."""
    row = await _row(room, document.id)
    if row.state in (FROZEN, WAITING):
        await draw_now(document.id)
        row = await _row(room, document.id)
    if row.state == FAILED:
        return None
    if row.state != READY:
        raise NotDrawnYet
    return row


async def _row(room: PrintRoom, identifier: UUID) -> DocumentRow:
    async with room.store.reading() as connection:
        return (await connection.execute(select(documents).where(documents.c.id == identifier))).one()


async def _bound(
    room: PrintRoom, document: BoundDocument, row: DocumentRow | None, complainant: Complainant
) -> BoundForm:
    title = f"{document.title}（第{document.version}版{'，已被替代' if document.superseded else ''}）"
    if row is None:
        return BoundForm(f"{title}：未能绘制", None, str(document.id))
    values, form = frozen_values(room, row), await form_of(room, row)
    for_file = mask(form, values, reader=Reader.FILE, complainant=complainant)
    if for_file == values:
        content = await room.originals.read(row.sha256)
    else:
        content = (await draw(room, row, room.pdf, copy=True, values=for_file)).content
    return BoundForm(title, content, row.sha256, form.copies)
