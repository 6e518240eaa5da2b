"""Signing and sealing as recorded facts: who put what on which document when and how, and the scan that shows it.

Law of this file: a fact is only added; the scan is an original before the row names it; the document itself is not
changed by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import select

from services.forms.domain.sealing import How, Kind
from services.forms.print_room import PrintRoom
from services.forms.store import tables
from shared.contracts.values import new_id

SCAN_NAMES = {Kind.SIGNATURE: "签字扫描件", Kind.SEAL: "盖章扫描件"}
"""A scan is called by what it shows: the name of the file it came as may name a person."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The signed paper as it was scanned."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed (or whose seal it is), when and how."""

    kind: Kind
    signer: str
    signed_at: AwareDatetime
    how: How
    scan: Scan | None = None


async def record_signature(room: PrintRoom, document_id: UUID, signed: Signed, *, who: str) -> UUID:
    """Write the fact down; gives its id. Raises OSError where the scan can't be kept: then nothing was written."""
    scan = signed.scan
    sha256 = await room.originals.keep(scan.content) if scan else None
    identifier = new_id()
    async with room.store.transaction(room.clock()) as unit:
        unit.add(
            tables.signatures,
            {
                "id": identifier,
                "document_id": document_id,
                "kind": signed.kind.value,
                "signer": signed.signer,
                "signed_at": signed.signed_at,
                "how": signed.how.value,
                "recorded_by": who,
                "recorded_at": unit.now,
                "scan_sha256": sha256,
                "scan_name": SCAN_NAMES[signed.kind] if scan else None,
                "scan_media_type": scan.media_type if scan else None,
                "scan_size": len(scan.content) if scan else None,
            },
        )
    return identifier


async def signatures_of(room: PrintRoom, document_id: UUID) -> list[dict[str, Any]]:
    """What was recorded of a document, the oldest first."""
    signatures = tables.signatures
    query = (
        select(signatures)
        .where(signatures.c.document_id == document_id)
        .order_by(signatures.c.recorded_at, signatures.c.id)
    )
    async with room.store.reading() as connection:
        rows = (await connection.execute(query)).mappings()
        return [{name: value for name, value in row.items() if name != "document_id"} for row in rows]
