"""Faxes: received at once, read afterwards by a worker, told when read. The clock runs from reception, whatever is read.

Law of this file: the original is kept before anybody looks at it; reading happens outside every transaction under a
lease, and its result counts only while the lease is ours; what can't be read stands on the review list with its limit and
is told all the same once a person has typed it. A file that crashes its reader is tried ``MOST_ATTEMPTS`` times.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from pydantic import TypeAdapter
from sqlalchemy import Row, or_, select, update

from services.intake.domain.danger import danger_hints
from services.intake.domain.normalise import Identifiers
from services.intake.domain.said import Said
from services.intake.domain.scan_elements import Band, Offer, band_of, offers_in
from services.intake.domain.scan_text import WHAT_TO_DO, ScanText, Unreadable, UnreadableScan
from services.intake.domain.submission import Submission
from services.intake.handlers import (
    Original,
    Receipt,
    complaint_rows,
    first_receipt,
    keep,
    new_identifiers,
    normalised,
    remember,
    respond_by,
    stored_claim,
)
from services.intake.ports import Door
from services.intake.readers.ocr import OcrReader
from services.intake.readers.scan_worker import WorkerUnavailable
from services.intake.spelling import places_of
from services.intake.store import tables
from services.intake.store.states import ScanState
from shared.contracts.complaint import Source
from shared.contracts.values import Channel, new_id
from shared.ending import end
from shared.once import Once, once
from shared.store.group_commit import Write
from shared.store.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=1)
"""Renewed while the reader works, however long its own limits let it: a reader that died is replaced within this."""
MOST_ATTEMPTS = 3
PAUSE = 0.5
"""Seconds until a scan is tried again whose worker was not there."""

_log = structlog.get_logger("scans")

OFFERS: TypeAdapter[tuple[Offer, ...]] = TypeAdapter(tuple[Offer, ...])
WHY_LOOK = {
    Band.CONFIRM: Said("识别把握不足，请对照影像核对后确认", "read with doubt: compare with the image and confirm"),
    Band.TYPE: Said(
        "识别把握不足九成，请对照影像录入", "read with less than nine tenths certainty: type it from the image"
    ),
}

ClaimedScan = Row[*tuple[Any, ...]]


async def receive_scan(
    door: Door, original: Original, *, received_by: str, external_id: str | None, same: Once, received_at: datetime
) -> Receipt:
    """Take a fax or scan in and give its receipt; the reading comes later. The same file again is the same complaint."""
    evidence = (await keep(door, [original]))[0]
    ids = new_identifiers()
    source = Source(kind="fax_scan", external_id=external_id, originals=[evidence.sha256])
    submission = Submission(
        channel=Channel.FAX,
        received_at=received_at,
        received_by=received_by,
        source=source,
        facts="",
        evidence=(evidence,),
    )
    receipt = Receipt(
        ids.complaint_id, ids.tracking_code, Channel.FAX, received_at, respond_by(door, received_at), missing=()
    )
    row = {
        "complaint_id": ids.complaint_id,
        "sha256": evidence.sha256,
        "media_type": original.media_type,
        "state": ScanState.WAITING,
        "attempts": 0,
        "sealed_submission": door.ring.seal_record(submission.model_dump_json().encode()),
        "tracking_code": ids.tracking_code,
        "received_at": received_at,
        "respond_by": receipt.respond_by,
    }
    won = await door.write(Write([(tables.scans, row)], stored_claim(same, receipt, door.clock())))
    return receipt if won else await first_receipt(door, same)


def same_pages(content: bytes) -> Once:
    """What makes a file the same fax again, by whichever door it comes."""
    return once("fax", sha256(content).hexdigest(), content)


def why_a_person_must_look(text: ScanText) -> str | None:
    """Why what was read may not be told as it is; None where it may."""
    if not text.text.strip():
        return WHY_LOOK[Band.TYPE].chinese
    if not text.is_complete:
        unread = "、".join(str(number) for number in text.unread[:20])
        return f"第{unread}页没有读到，请看原件补全"
    why = WHY_LOOK.get(band_of(text.confidence))
    return None if why is None else why.chinese


class ScanReading:
    """The task that reads what waits. Several replicas share the work."""

    def __init__(self, door: Door, ocr: OcrReader) -> None:
        self._door = door
        self._ocr = ocr
        self._sleeper = door.store.sleeper(tables.scans)

    async def run(self) -> None:
        """Read until cancelled; sleep while nothing waits."""
        while True:
            if not await self.read_one():
                await self._sleeper.sleep()

    async def read_one(self) -> bool:
        """Claim the most urgent scan, read it, write the result; False where none waits."""
        claimed = await self._claim()
        if claimed is None:
            return False
        try:
            async with self._holding(claimed):
                content = await self._door.originals.read(claimed.sha256)
                text = await self._ocr.read(content, claimed.media_type)
        except UnreadableScan as fault:
            await self._finish(claimed, ScanState.UNREADABLE, reason=WHAT_TO_DO[fault.reason].chinese)
        except WorkerUnavailable as fault:
            _log.warning("scan.worker_unavailable", fault=type(fault).__name__)
            await self._put_back(claimed)
        else:
            await self._read(claimed, text)
        return True

    @asynccontextmanager
    async def _holding(self, claimed: ClaimedScan) -> AsyncIterator[None]:
        """Keep the lease ours while the reader works."""
        renewing = asyncio.create_task(self._renew(claimed))
        try:
            yield
        finally:
            await end([renewing])

    async def _renew(self, claimed: ClaimedScan) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            now = self._door.clock()
            async with self._door.store.transaction(now) as unit:
                await set_scan(unit, claimed.complaint_id, token=claimed.lease_token, lease_until=now + LEASE)

    async def _claim(self) -> ClaimedScan | None:
        now = self._door.clock()
        async with self._door.store.transaction(now) as unit:
            stale = tables.scans.c.lease_until < now
            query = (
                select(tables.scans)
                .where(
                    or_(tables.scans.c.state == ScanState.WAITING, (tables.scans.c.state == ScanState.READING) & stale)
                )
                .order_by(tables.scans.c.respond_by)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = (await unit.connection.execute(query)).first()
            if row is None:
                return None
            if row.attempts >= MOST_ATTEMPTS:
                why = WHAT_TO_DO[Unreadable.CRASHED].chinese
                await set_scan(unit, row.complaint_id, state=ScanState.UNREADABLE, reason=why)
                return None
            token = new_id()
            await set_scan(
                unit,
                row.complaint_id,
                state=ScanState.READING,
                attempts=row.attempts + 1,
                lease_until=now + LEASE,
                lease_token=token,
            )
            claimed = select(tables.scans).where(tables.scans.c.complaint_id == row.complaint_id)
            return (await unit.connection.execute(claimed)).one()

    async def _read(self, claimed: ClaimedScan, text: ScanText) -> None:
        """Confident enough, and all of it read: tell. Otherwise a person looks first; what was read is kept either way.

        Danger to life waits for no reading of ours: it is told as it was read, and whoever looks has the image.
        """
        why = why_a_person_must_look(text)
        if why is not None and not danger_hints(text.text):
            await self._finish(claimed, ScanState.REVIEW, text=text, reason=why)
            return
        submission = Submission.model_validate_json(self._door.ring.open(claimed.sealed_submission))
        source = submission.source.model_copy(update={"confidence": round(text.confidence, 4)})
        told = submission.model_copy(update={"facts": text.text, "source": source})
        complaint = normalised(self._door, told, Identifiers(claimed.complaint_id, claimed.tracking_code))
        if await self._finish(claimed, ScanState.TOLD, text=text, rows=complaint_rows(self._door, complaint)):
            remember(self._door, complaint)

    async def _finish(
        self,
        claimed: ClaimedScan,
        state: str,
        *,
        text: ScanText | None = None,
        reason: str | None = None,
        rows: list[tuple[Any, Any]] | None = None,
    ) -> bool:
        """Write the result, if the lease is still ours; whether it was."""
        now = self._door.clock()
        ring = self._door.ring
        offers = offers_in(text, places_of(self._door.centre)) if text else ()
        async with self._door.store.transaction(now) as unit:
            ours = await set_scan(
                unit,
                claimed.complaint_id,
                token=claimed.lease_token,
                state=state,
                reason=reason,
                lease_until=None,
                confidence=round(text.confidence, 4) if text else None,
                sealed_reading=ring.seal_record(text.model_dump_json().encode()) if text else None,
                sealed_offers=ring.seal_record(OFFERS.dump_json(offers)) if text else None,
            )
            if not ours:
                _log.warning("scan.lease_lost", complaint_id=str(claimed.complaint_id))
                return False
            for table, row in rows or ():
                unit.add(table, row)
        return True

    async def _put_back(self, claimed: ClaimedScan) -> None:
        async with self._door.store.transaction(self._door.clock()) as unit:
            await set_scan(
                unit,
                claimed.complaint_id,
                token=claimed.lease_token,
                state=ScanState.WAITING,
                attempts=claimed.attempts - 1,
            )
        await asyncio.sleep(PAUSE)


async def set_scan(unit: UnitOfWork, complaint_id: UUID, *, token: UUID | None = None, **values: Any) -> bool:
    """Update one scan; with ``token``, only while the lease is that one's."""
    change = update(tables.scans).where(tables.scans.c.complaint_id == complaint_id).values(**values)
    if token is not None:
        change = change.where(tables.scans.c.lease_token == token)
    return (await unit.connection.execute(change)).rowcount == 1
