"""The scan desk: what a person types beside the image becomes the complaint, once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from services.intake.adapters.told import Told
from services.intake.domain.normalise import Identifiers, normalise
from services.intake.domain.submission import Submission
from services.intake.handlers import Receipt, complaint_rows, receipt_of
from services.intake.ports import Door
from services.intake.scan_reading import REVIEW, TOLD, UNREADABLE, set_scan
from services.intake.store import tables


class NotWaitingError(Exception):
    """The scan is not waiting for a person: unknown, still being read, or already told."""


async def settle_scan(door: Door, complaint_id: UUID, told: Told, *, typed_by: str) -> Receipt:
    """Tell the complaint as typed. Raises NotWaitingError; of two people typing at once, one wins."""
    async with door.store.transaction(door.clock()) as unit:
        query = (
            select(tables.scans)
            .where(tables.scans.c.complaint_id == complaint_id, tables.scans.c.state.in_((REVIEW, UNREADABLE)))
            .with_for_update()
        )
        scan = (await unit.connection.execute(query)).first()
        if scan is None:
            raise NotWaitingError
        first = Submission.model_validate_json(door.ring.open(scan.sealed_submission))
        source = first.source.model_copy(update={"confidence": scan.confidence, "transcribed_by": typed_by})
        typed = told.submission(
            first.channel,
            received_at=first.received_at,
            received_by=first.received_by,
            source=source,
            evidence=list(first.evidence),
        )
        complaint = normalise(typed, Identifiers(complaint_id, scan.tracking_code), door.calendar, door.hours)
        await set_scan(unit, complaint_id, state=TOLD, reason=f"由{typed_by}对照影像录入")
        for table, row in complaint_rows(door, complaint):
            unit.add(table, row)
        unit.told_something = True
        return receipt_of(complaint)
