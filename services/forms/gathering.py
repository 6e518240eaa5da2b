"""Gathers what a case's binder holds from forms' own tables.

Law of this file: only queries; what belongs into a binder and how it is said is ``domain.binder``'s to decide.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forms.domain.binder import BINDER, Attachment, BinderContents, BoundDocument, binder_contents
from services.forms.domain.definition import FormId
from services.forms.domain.filling import Story
from services.forms.print_room import PrintRoom
from services.forms.store.tables import documents, signatures, supplements
from services.forms.templates import FORMS
from shared.contracts.complaint import ComplaintSupplemented


async def gather_contents(connection: AsyncConnection, room: PrintRoom, story: Story) -> BinderContents:
    """The contents of the binder as they are now."""
    complaint_id = story.complaint.complaint_id
    query = (
        select(supplements.c.sealed)
        .where(supplements.c.complaint_id == complaint_id)
        .order_by(supplements.c.received_at, supplements.c.supplement_id)
    )
    heard = [
        ComplaintSupplemented.model_validate_json(room.ring.open(sealed))
        for sealed in (await connection.execute(query)).scalars()
    ]
    return binder_contents(
        story, heard, await _documents(connection, complaint_id), await _scans(connection, complaint_id)
    )


async def _documents(connection: AsyncConnection, complaint_id: UUID) -> list[BoundDocument]:
    query = (
        select(documents)
        .where(documents.c.complaint_id == complaint_id, documents.c.form != BINDER)
        .order_by(documents.c.issued_at, documents.c.id)
    )
    return [
        BoundDocument(
            id=row.id,
            form=FormId(row.form),
            title=FORMS[FormId(row.form)].title,
            number=row.number,
            version=row.version,
            issued_at=row.issued_at,
            superseded=row.superseded_at is not None,
        )
        for row in (await connection.execute(query)).all()
    ]


async def _scans(connection: AsyncConnection, complaint_id: UUID) -> list[Attachment]:
    query = (
        select(signatures)
        .join(documents, documents.c.id == signatures.c.document_id)
        .where(documents.c.complaint_id == complaint_id, signatures.c.scan_sha256.is_not(None))
        .order_by(signatures.c.recorded_at, signatures.c.id)
    )
    return [
        Attachment(
            name=row.scan_name,
            origin="签章扫描件",
            media_type=row.scan_media_type,
            size=row.scan_size,
            sha256=row.scan_sha256,
        )
        for row in (await connection.execute(query)).all()
    ]
