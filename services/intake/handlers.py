"""Intake's commands: one short function each. Load, decide, save, emit; the commit is the group's at the door.

Law of this file: originals are kept before anything is parsed; a complaint, its message in the outbox and the answer to a
repeated request are one commit; nobody hears "received" before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select

from services.intake.domain.normalise import RESPOND_WITHIN, Identifiers, normalise
from services.intake.domain.submission import Submission
from services.intake.ports import Door
from services.intake.recent_matters import RecentMatters
from services.intake.store import tables
from services.intake.store.states import SubmissionState
from shared.contracts.complaint import ComplaintReceived, Evidence
from shared.contracts.envelope import wrap
from shared.contracts.tracking import new_tracking_code
from shared.contracts.values import Channel, new_id
from shared.once import Once
from shared.sealing import KeyRing
from shared.store.group_commit import Claim, Write
from shared.store.unit_of_work import Row, UnitOfWork, outbox_row
from shared.working_time import end_of_period

SCAN, EVIDENCE, SUPPLEMENT = "scan", "evidence", "supplement"
"""What an original is to its complaint: the complaint was read from it, it came with it, or later."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told: proof that the complaint is on disk. Moments are UTC."""

    complaint_id: UUID
    tracking_code: str
    channel: Channel
    received_at: datetime
    respond_by: datetime
    missing: tuple[str, ...]
    repeated: bool = False
    """True where this is the same request, mail or fax again, and the receipt is the first one's."""


_RECEIPTS = TypeAdapter(Receipt)


@dataclass(frozen=True, slots=True)
class Original:
    """Bytes that came in, and what they were called."""

    name: str
    media_type: str
    content: bytes


async def keep(door: Door, originals: list[Original]) -> list[Evidence]:
    """Keep originals under their hash; what they are becomes evidence by reference. Raises OSError on a full disk."""
    return [
        Evidence(
            id=new_id(),
            name=original.name,
            media_type=original.media_type,
            size=len(original.content),
            sha256=await door.originals.keep(original.content),
        )
        for original in originals
    ]


async def receive(
    door: Door, submission: Submission, *, ids: Identifiers | None = None, same: Once | None = None
) -> Receipt:
    """Take a complaint in: normalise, store, tell. Raises KeyReused; gives the first receipt for a repetition."""
    complaint = normalised(door, submission, ids or new_identifiers())
    receipt = receipt_of(complaint)
    written = await door.write(Write(complaint_rows(door, complaint), stored_claim(same, receipt, door.clock())))
    if not written and same is not None:
        return await first_receipt(door, same)
    remember(door, complaint)
    return receipt


def normalised(
    door: Door, submission: Submission, ids: Identifiers, *, beside: RecentMatters | None = None
) -> ComplaintReceived:
    """The complaint message, its unit and window by the directory's names, its likely duplicates linked.

    ``beside``: what will be committed together with it, where that is more than one.
    """
    found = door.directory.resolve(submission.unit, submission.window)
    alike = door.recent.like(found.unit, submission.facts, submission.received_at, beside=beside)
    linked = tuple(dict.fromkeys((*submission.possible_duplicates, *alike)))
    resolved = {
        "unit": found.unit,
        "window": found.window,
        "possible_duplicates": linked,
        "units_perhaps_meant": found.candidates,
    }
    return normalise(submission.model_copy(update=resolved), ids, door.calendar, door.hours)


def remember(door: Door, complaint: ComplaintReceived) -> None:
    """A complaint that was committed may be what a later one repeats."""
    door.recent.remember(complaint.complaint_id, complaint.received_at, complaint.target.unit, complaint.facts)


def new_identifiers() -> Identifiers:
    """Draw an id and a tracking code."""
    return Identifiers(new_id(), new_tracking_code())


def respond_by(door: Door, received_at: datetime) -> datetime:
    """The end of the one working day of art. 14."""
    return end_of_period(received_at, RESPOND_WITHIN, door.calendar, door.hours).moment


async def earlier_receipt(door: Door, same: Once | None) -> Receipt | None:
    """The receipt that the same request was given before, if it was. Raises KeyReused where its content is another."""
    if same is None:
        return None
    query = select(tables.idempotency.c.key).where(tables.idempotency.c.key == same.key)
    async with door.store.reading() as connection:
        known = (await connection.execute(query)).first()
    return await first_receipt(door, same) if known else None


async def first_receipt(door: Door, same: Once) -> Receipt:
    """The receipt that was given the first time. Raises KeyReused where the content is another."""
    return receipt_from_bytes(await first_answer(door, same))


async def first_answer(door: Door, same: Once) -> bytes:
    """The answer that was stored the first time. Raises KeyReused where the content is another."""
    query = select(tables.idempotency).where(tables.idempotency.c.key == same.key)
    async with door.store.reading() as connection:
        row = (await connection.execute(query)).one()
    same.check(row.request_sha256)
    return bytes(row.answer)


def receipt_bytes(receipt: Receipt) -> bytes:
    """A receipt for storage; holds nothing personal."""
    return _RECEIPTS.dump_json(receipt)


def receipt_from_bytes(stored: bytes) -> Receipt:
    """A stored receipt, marked as a repetition."""
    return replace(_RECEIPTS.validate_json(stored), repeated=True)


def stored_claim(same: Once | None, receipt: Receipt, now: datetime) -> Claim | None:
    """The claim that a repetition loses: it holds the first answer."""
    if same is None:
        return None
    return answered(same, receipt_bytes(receipt), f"/intake/submissions/{receipt.complaint_id}", now)


def answered(same: Once, answer: bytes, location: str, now: datetime) -> Claim:
    """The claim on a key, with the answer that a repetition is given."""
    row = {
        "key": same.key,
        "request_sha256": same.digest,
        "status": 201,
        "location": location,
        "answer": answer,
        "made_at": now,
    }
    return Claim(tables.idempotency, "key", row)


async def is_first(unit: UnitOfWork, claim: Claim | None) -> bool:
    """Whether nobody sent this before; a request without a key is always the first."""
    return claim is None or bool(await unit.claim(claim.table, [claim.row], key=claim.key))


def receipt_of(complaint: ComplaintReceived) -> Receipt:
    """What the sender of this complaint is told."""
    return Receipt(
        complaint_id=complaint.complaint_id,
        tracking_code=complaint.tracking_code,
        channel=complaint.channel,
        received_at=complaint.received_at,
        respond_by=complaint.respond_by,
        missing=tuple(element.value for element in complaint.missing),
    )


def complaint_rows(door: Door, complaint: ComplaintReceived) -> list[tuple[Any, Row]]:
    """The register's row, the originals' rows and the message in the outbox: written together or not at all."""
    now = door.clock()
    envelope, body = wrap(complaint, subject=complaint.complaint_id, now=now, sealer=door.ring)
    rows: list[tuple[Any, Row]] = [
        (tables.submissions, submission_row(door.ring, complaint)),
        (tables.messages.outbox, outbox_row(envelope.id, envelope.type, complaint.complaint_id, body, now)),
    ]
    kind = SCAN if complaint.channel is Channel.FAX else EVIDENCE
    rows += original_rows(door, complaint.complaint_id, complaint.evidence, kind)
    return rows


def add_complaint(unit: UnitOfWork, door: Door, complaint: ComplaintReceived, same: Once | None) -> None:
    """Put a complaint's rows, and the answer to the same request again, into a transaction that does more than this."""
    claim = stored_claim(same, receipt_of(complaint), unit.now)
    if claim is not None:
        unit.add(claim.table, claim.row)
    for table, row in complaint_rows(door, complaint):
        unit.add(table, row)


def submission_row(ring: KeyRing, complaint: ComplaintReceived) -> dict[str, Any]:
    """The register's row of a complaint; who it is from is sealed."""
    person = complaint.complainant
    message = complaint.model_dump_json().encode()
    return {
        "complaint_id": complaint.complaint_id,
        "tracking_code": complaint.tracking_code,
        "channel": complaint.channel.value,
        "state": SubmissionState.RECEIVED,
        "received_at": complaint.received_at,
        "received_by": complaint.received_by,
        "respond_by": complaint.respond_by,
        "unit": complaint.target.unit,
        "window_name": complaint.target.window,
        "source_kind": complaint.source.kind,
        "external_id": complaint.source.external_id,
        "confidence": complaint.source.confidence,
        "missing": [element.value for element in complaint.missing],
        "major": complaint.major,
        "sealed": ring.seal_record(message),
        "phone_index": ring.blind(person.phone) if person.phone else None,
        "email_index": ring.blind(person.email.lower()) if person.email else None,
        "digest": hashlib.sha256(message).hexdigest(),
        "case_number": None,
    }


def original_rows(door: Door, complaint_id: UUID, items: Sequence[Evidence], kind: str) -> list[tuple[Any, Row]]:
    """What was kept of a complaint, or of more to it: which original under which name."""
    return [
        (
            tables.originals,
            {
                "id": item.id,
                "complaint_id": complaint_id,
                "sha256": item.sha256,
                "name_sealed": door.ring.seal_record(item.name.encode()),
                "media_type": item.media_type[:120],
                "size": item.size,
                "kind": kind,
                "kept_at": door.clock(),
            },
        )
        for item in items
    ]
