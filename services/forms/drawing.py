"""Drawing one document from its row: its frozen words, its marks, its seal.

Law of this file: what is drawn is decided by the row alone, so that the same row gives the same bytes for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import Row

from services.forms.domain.definition import FormId
from services.forms.domain.values import FormValues, Issue, Verification
from services.forms.ports import Rendered, Renderer
from services.forms.print_room import PrintRoom
from services.forms.templates import FORMS

DocumentRow = Row[*tuple[Any, ...]]


async def draw(
    room: PrintRoom, row: DocumentRow, renderer: Renderer, *, copy: bool = False, values: FormValues | None = None
) -> Rendered:
    """Draw a document's frozen words, or ``values`` where a reader may not have all of them; in a worker thread."""
    issue = await issue_of(room, row, copy=copy)
    words = values or frozen_values(room, row)
    return await asyncio.to_thread(renderer.render, FORMS[FormId(row.form)], words, issue)


def frozen_values(room: PrintRoom, row: DocumentRow) -> FormValues:
    """The words of a document as they were when it was issued."""
    return FormValues.model_validate_json(room.ring.open(row.sealed_values))


async def issue_of(room: PrintRoom, row: DocumentRow, *, copy: bool = False) -> Issue:
    """A document's marks."""
    return Issue(
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        number=row.number,
        version=row.version,
        verification=Verification(code=row.verify_code, url=f"{room.public_url}/verify/{row.verify_code}"),
        copy=copy,
        seal=await room.originals.read(row.seal_sha256) if row.seal_sha256 else None,
    )
