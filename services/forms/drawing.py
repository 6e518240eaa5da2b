"""Drawing one document from its row: its frozen words, by the version of the form it was issued by, its marks, its seal.

Law of this file: what is drawn is decided by the row alone, so that the same row gives the same words in the same places
for ever, whatever has become of the form since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select

from services.forms.domain.definition import Form, FormId
from services.forms.domain.kept_forms import read, written
from services.forms.domain.values import FormValues, Issue, Verification
from services.forms.ports import Rendered, Renderer
from services.forms.print_room import PrintRoom
from services.forms.store.tables import definitions
from services.forms.templates import FORMS
from shared.clock import Clock
from shared.contracts.tracking import show_tracking_code
from shared.store.unit_of_work import Store

DocumentRow = Row[*tuple[Any, ...]]


async def draw(
    room: PrintRoom, row: DocumentRow, renderer: Renderer, *, copy: bool = False, values: FormValues | None = None
) -> Rendered:
    """Draw a document's frozen words, or ``values`` where a reader may not have all of them; in a worker thread."""
    form, issue = await form_of(room, row), await issue_of(room, row, copy=copy)
    words = values or frozen_values(room, row)
    return await asyncio.to_thread(renderer.render, form, words, issue)


async def form_of(room: PrintRoom, row: DocumentRow) -> Form:
    """The form in the version that the document was issued by; the present one where that version was never kept here."""
    present = FORMS[FormId(row.form)]
    if row.template_version == present.template_version:
        return present
    kept = definitions.c
    query = select(kept.definition).where(kept.form == row.form, kept.version == row.template_version)
    async with room.store.reading() as connection:
        text = (await connection.execute(query)).scalar()
    return read(text) if text else present


async def keep_definitions(store: Store, clock: Clock) -> None:
    """Keep the forms of this release, each under its version; what is kept already stays."""
    rows: list[Mapping[str, Any]] = [
        {"form": form.id, "version": form.template_version, "definition": written(form)} for form in FORMS.values()
    ]
    async with store.transaction(clock()) as unit:
        await unit.claim(definitions, rows, key="form")


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
        verification=Verification(
            code=show_tracking_code(row.verify_code), url=f"{room.public_url}/verify/{row.verify_code}"
        ),
        copy=copy,
        seal=await room.originals.read(row.seal_sha256) if row.seal_sha256 else None,
    )
