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
from services.forms.once import Made, claimed
from services.forms.print_room import PrintRoom
from services.forms.store import tables
from shared.once import Once

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


async def record_signature(
    room: PrintRoom, document_id: UUID, signed: Signed, *, who: str, same: Once | None = None
) -> Made:
    """Write the fact down; gives its id. Raises KeyReused; OSError where the scan can't be kept: nothing is written then."""
    kept = await room.originals.keep(signed.scan.content) if signed.scan else None
    async with room.store.transaction(room.clock()) as unit:
        made = await claimed(unit, same)
        if not made.repeated:
            about = {"id": made.id, "document_id": document_id, "recorded_by": who, "recorded_at": unit.now}
            unit.add(tables.signatures, about | _row(signed, kept))
    return made


def _row(signed: Signed, kept: str | None) -> dict[str, Any]:
    scan = signed.scan
    return {
        "kind": signed.kind.value,
        "signer": signed.signer,
        "signed_at": signed.signed_at,
        "how": signed.how.value,
        "scan_sha256": kept,
        "scan_name": SCAN_NAMES[signed.kind] if scan else None,
        "scan_media_type": scan.media_type if scan else None,
        "scan_size": len(scan.content) if scan else None,
    }


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
