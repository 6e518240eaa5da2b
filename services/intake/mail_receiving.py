"""Taking a mail in: kept, read, classified, and stored as what it is; never dropped.

Law of this file: the raw bytes are an original before anything is parsed; a mail is known by their SHA-256, so that the
same mail by another way, or after a mailbox was made anew, is the same; what can't be read waits for a person with its
clock running; of every mail there is one row that says what became of it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from services.intake.adapters.email_inbox import told_by
from services.intake.domain.mail_class import MailClass, Outcome, Verdict, classify
from services.intake.domain.normalise import normalise
from services.intake.handlers import (
    Original,
    Receipt,
    complaint_rows,
    keep,
    new_identifiers,
    receipt_of,
    respond_by,
)
from services.intake.ports import Door
from services.intake.readers.mail_facts import facts_of, facts_of_unread
from services.intake.readers.mime import read_head, read_mail
from services.intake.readers.parsed_mail import MailHead, ParsedMail, Unreadable
from services.intake.store import tables
from shared.contracts.complaint import ComplaintReceived, Evidence
from shared.contracts.values import Channel, new_id
from shared.store.group_commit import Claim, Write
from shared.store.unit_of_work import Row

RFC822 = "message/rfc822"
_INLINE = 200_000
"""Bytes up to which a mail is read on the spot; longer ones in a thread, so that nobody waits for them."""

Rows = list[tuple[Any, Row]]


@dataclass(frozen=True, slots=True)
class MailTaken:
    """What became of a mail. ``receipt`` is there where it is a complaint; ``repeated`` where it was known already."""

    mail_class: MailClass
    reason: str
    receipt: Receipt | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    head: MailHead
    mail: ParsedMail | None
    verdict: Verdict


async def receive_mail(
    door: Door, raw: bytes, *, received_by: str, received_at: datetime, own_addresses: Collection[str]
) -> MailTaken:
    """Take one mail in. Raises OSError or a database's error where nothing could be stored; then it comes again."""
    original = await door.originals.keep(raw)
    read = await _read(raw, own_addresses)
    complaint = await _complaint(door, read, original, received_by, received_at)
    rows = (
        complaint_rows(door, complaint)
        if complaint
        else _quarantine(door, read.verdict, original, raw, read.head, received_at)
    )
    claim = Claim(tables.mails, "sha256", _mail_row(read, original, complaint, received_at))
    if not await door.write(Write(rows, claim)):
        return await _known(door, original)
    return MailTaken(read.verdict.mail_class, read.verdict.reason, receipt_of(complaint) if complaint else None)


async def quarantine_unfetched(
    door: Door, head: bytes, *, name: str, size: int, reason: str, received_at: datetime
) -> None:
    """A mail of which only the head (or nothing) could be fetched: a person fetches the rest by other means."""
    original = await door.originals.keep(head or name.encode())
    row = _quarantine_row(door, reason, original, size, name, received_at)
    mail = {
        "sha256": hashlib.sha256(name.encode() + head).hexdigest(),
        "message_id": None,
        "class": MailClass.UNREADABLE.value,
        "reason": reason[:200],
        "complaint_id": None,
        "received_at": received_at,
    }
    await door.write(Write([(tables.quarantine, row)], Claim(tables.mails, "sha256", mail)))


async def _read(raw: bytes, own_addresses: Collection[str]) -> _Read:
    try:
        mail = read_mail(raw) if len(raw) <= _INLINE else await asyncio.to_thread(read_mail, raw)
    except Unreadable:
        head = await asyncio.to_thread(read_head, raw)
        return _Read(head, None, classify(facts_of_unread(head, own_addresses=own_addresses)))
    return _Read(mail.head, mail, classify(facts_of(mail, own_addresses=own_addresses)))


async def _complaint(
    door: Door, read: _Read, original: str, received_by: str, received_at: datetime
) -> ComplaintReceived | None:
    if read.mail is None or read.verdict.outcome is not Outcome.COMPLAINT:
        return None
    evidence = await _attachments(door, read.mail)
    submission = told_by(
        read.mail, received_at=received_at, received_by=received_by, evidence=evidence, original=original
    )
    return normalise(submission, new_identifiers(), door.calendar, door.hours)


async def _attachments(door: Door, mail: ParsedMail) -> list[Evidence]:
    return await keep(
        door, [Original(file.name, file.found.media_type, file.content) for file in mail.every_attachment()]
    )


def _quarantine(door: Door, verdict: Verdict, original: str, raw: bytes, head: MailHead, received_at: datetime) -> Rows:
    if verdict.outcome is not Outcome.QUARANTINE:
        return []
    row = _quarantine_row(door, verdict.reason, original, len(raw), head.message_id, received_at)
    return [(tables.quarantine, row)]


def _quarantine_row(
    door: Door, reason: str, original: str, size: int, external_id: str | None, received_at: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "channel": Channel.EMAIL.value,
        "reason": reason[:400],
        "sha256": original,
        "media_type": RFC822,
        "size": size,
        "external_id": (external_id or "")[:400] or None,
        "received_at": received_at,
        "respond_by": respond_by(door, received_at),
        "state": "waiting",
    }


def _mail_row(read: _Read, original: str, complaint: ComplaintReceived | None, received_at: datetime) -> dict[str, Any]:
    return {
        "sha256": original,
        "message_id": (read.head.message_id or "")[:400] or None,
        "class": read.verdict.mail_class.value,
        "reason": read.verdict.reason[:200],
        "complaint_id": complaint.complaint_id if complaint else None,
        "received_at": received_at,
    }


async def _known(door: Door, original: str) -> MailTaken:
    """What became of this mail the first time."""
    mails, submissions = tables.mails, tables.submissions
    query = (
        select(mails.c["class"], mails.c.reason, submissions)
        .outerjoin(submissions, submissions.c.complaint_id == mails.c.complaint_id)
        .where(mails.c.sha256 == original)
    )
    async with door.store.reading() as connection:
        row = (await connection.execute(query)).mappings().one()
    receipt = None
    if row["complaint_id"] is not None:
        receipt = Receipt(
            row["complaint_id"],
            row["tracking_code"],
            Channel.EMAIL,
            row["received_at"],
            row["respond_by"],
            tuple(row["missing"]),
            repeated=True,
        )
    return MailTaken(MailClass(row["class"]), row["reason"], receipt, repeated=True)
