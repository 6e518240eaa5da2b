"""The scan desk: what was read, shown beside the image; what a person makes of it becomes the complaint, once.

Law of this file: what the machine read is offered and never taken by itself; text and offers rest sealed, and are opened
for whoever may sit at the desk.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.intake.adapters.told import Told
from services.intake.domain.confirmation import unconfirmed
from services.intake.domain.normalise import Identifiers
from services.intake.domain.scan_elements import Offer
from services.intake.domain.scan_text import ScanText, Turn
from services.intake.domain.submission import Submission
from services.intake.handlers import Receipt, add_complaint, normalised, receipt_of, remember
from services.intake.ports import Door
from services.intake.scan_reading import OFFERS, set_scan
from services.intake.store import tables
from services.intake.store.states import FOR_A_PERSON, ScanState
from shared.once import Once


@dataclass(frozen=True, slots=True)
class OnTheDesk:
    """A scan as the desk shows it. ``text`` is None where nothing could be read."""

    row: Any
    text: ScanText | None
    offers: tuple[Offer, ...]

    def turn_of(self, number: int) -> Turn:
        """How this page was turned to be read."""
        pages = self.text.pages if self.text else ()
        return next((page.turn for page in pages if page.number == number), Turn.AS_FED)


class UnconfirmedError(Exception):
    """Fields hold what the machine read, and nobody says to have compared them with the image."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__("unconfirmed")
        self.fields = fields


class NotWaitingError(Exception):
    """The scan is not waiting for a person: unknown, still being read, or already told."""


async def on_the_desk(door: Door, complaint_id: UUID) -> OnTheDesk:
    """A scan that was received, with what was read from it. Raises NotWaitingError where there is none."""
    query = select(tables.scans).where(tables.scans.c.complaint_id == complaint_id)
    async with door.store.reading() as connection:
        scan = (await connection.execute(query)).first()
    if scan is None:
        raise NotWaitingError
    return _opened(door, scan)


async def waiting_on_the_desk(door: Door, complaint_id: UUID) -> OnTheDesk:
    """A scan that a person must still look at. Raises NotWaitingError."""
    desk = await on_the_desk(door, complaint_id)
    if desk.row.state not in FOR_A_PERSON:
        raise NotWaitingError
    return desk


def _opened(door: Door, scan: Any) -> OnTheDesk:
    ring = door.ring
    text = ScanText.model_validate_json(ring.open(scan.sealed_reading)) if scan.sealed_reading else None
    offers = OFFERS.validate_json(ring.open(scan.sealed_offers)) if scan.sealed_offers else ()
    return OnTheDesk(scan, text, offers)


def fields_of(told: Told) -> dict[str, str | None]:
    """What was told, by the names of its fields."""
    parts = {"": told, "complainant.": told.complainant, "target.": told.target}
    return {
        prefix + name: value
        for prefix, part in parts.items()
        for name, value in part.model_dump().items()
        if value is None or isinstance(value, str)
    }


async def settle_scan(
    door: Door,
    complaint_id: UUID,
    told: Told,
    *,
    typed_by: str,
    confirmed: Collection[str] = (),
    same: Once | None = None,
) -> Receipt:
    """Tell the complaint as typed. Raises NotWaitingError, UnconfirmedError; of two people typing at once, one wins."""
    async with door.store.transaction(door.clock()) as unit:
        query = (
            select(tables.scans)
            .where(tables.scans.c.complaint_id == complaint_id, tables.scans.c.state.in_(FOR_A_PERSON))
            .with_for_update()
        )
        scan = (await unit.connection.execute(query)).first()
        if scan is None:
            raise NotWaitingError
        desk = _opened(door, scan)
        still = unconfirmed(fields_of(told), desk.offers, desk.text.text if desk.text else None, confirmed)
        if still:
            raise UnconfirmedError(still)
        first = Submission.model_validate_json(door.ring.open(scan.sealed_submission))
        source = first.source.model_copy(update={"confidence": scan.confidence, "transcribed_by": typed_by})
        typed = told.submission(
            first.channel,
            received_at=first.received_at,
            received_by=first.received_by,
            source=source,
            evidence=list(first.evidence),
        )
        complaint = normalised(door, typed, Identifiers(complaint_id, scan.tracking_code))
        await set_scan(unit, complaint_id, state=ScanState.TOLD, reason=f"由{typed_by}对照影像录入")
        add_complaint(unit, door, complaint, same)
    remember(door, complaint)
    return receipt_of(complaint)
