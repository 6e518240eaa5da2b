"""``document.rendered``: an official form was made. The document itself stays with forms; its hash travels."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.complaint import Published
from shared.contracts.values import CaseNumber, Moment, Sha256


class DocumentRendered(Published):
    """A form of the regulation, rendered, numbered and kept. Told of documents of one complaint: a list of many belongs to none."""

    document_id: UUID
    complaint_id: UUID
    case_number: CaseNumber | None = None
    form: str
    number: str
    version: int
    sha256: Sha256
    template_version: str
    occurred_at: Moment
    verify_code: str
