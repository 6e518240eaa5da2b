"""Taking a mail in: kept, read, classified, and stored as what it is; never dropped.

Law of this file: the raw bytes are an original before anything is parsed; a mail is known by their SHA-256, so that the
same mail by another way, or after a mailbox was made anew, is the same; what can't be read waits for a person with its
clock running; of every mail there is one row that says what became of it, and of every arrival one that says where.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.intake.domain.mail_class import MailClass, Verdict, classify, may_answer
from services.intake.handlers import Receipt
from services.intake.mail_matter import Matter, matter_of, sender_index
from services.intake.mail_outcome import Becomes, Rows, becomes_of, quarantine_row
from services.intake.ports import Door
from services.intake.readers.mail_facts import facts_of, facts_of_unread
from services.intake.readers.mime import read_head, read_mail
from services.intake.readers.parsed_mail import MailHead, ParsedMail, Unreadable
from services.intake.store import tables
from shared.contracts.values import Channel
from shared.store.group_commit import Claim, Write

_INLINE = 200_000
"""Bytes up to which a mail is read on the spot; longer ones in a thread, so that nobody waits for them."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a mail came in: which door, and its place there, so that the same arrival is counted once."""

    door: str
    place: str = ""
    """The UID in a mailbox; empty where a door has no places (a pipe)."""


@dataclass(frozen=True, slots=True)
class MailTaken:
    """What became of a mail. ``receipt`` is there where it is a complaint; ``repeated`` where it was known already."""

    mail_class: MailClass
    reason: str
    receipt: Receipt | None = None
    complaint_id: UUID | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class ReadMail:
    """One mail, read as far as it can be, and what it is."""

    head: MailHead
    mail: ParsedMail | None
    matter: Matter
    verdict: Verdict
    unanswerable: str | None
    """Why no program may answer it (RFC 3834); None where one may."""


async def receive_mail(
    door: Door,
    raw: bytes,
    *,
    received_by: str,
    received_at: datetime,
    own_addresses: Collection[str],
    arrival: Arrival,
) -> MailTaken:
    """Take one mail in. Raises OSError or a database's error where nothing could be stored; then it comes again."""
    original = await door.originals.keep(raw)
    read = await read_and_classify(door, raw, original, own_addresses, received_at)
    becomes = await becomes_of(door, read, original, len(raw), received_by=received_by, received_at=received_at)
    arrived = _arrival_row(arrival, read.head, original, own_addresses, received_at)
    claim = Claim(tables.mails, "sha256", _mail_row(door, read, original, becomes, received_at))
    rows: Rows = [*becomes.rows, (tables.mail_arrivals, arrived)]
    if not await door.write(Write(rows, claim)):
        await door.write(Write([], Claim(tables.mail_arrivals, "id", arrived | {"repeated": True})))
        return await _known(door, original)
    return MailTaken(read.verdict.mail_class, read.verdict.reason, becomes.receipt, becomes.complaint_id)


async def quarantine_unfetched(
    door: Door, head: bytes, *, name: str, size: int, reason: str, received_at: datetime
) -> None:
    """A mail of which only the head (or nothing) could be fetched: a person fetches the rest by other means."""
    original = await door.originals.keep(head or name.encode())
    row = quarantine_row(door, reason, original, size, name, received_at)
    known_by = hashlib.sha256(name.encode() + head).hexdigest()
    mail = {
        "sha256": known_by,
        "message_id": None,
        "class": MailClass.UNREADABLE.value,
        "reason": reason[:200],
        "complaint_id": None,
        "received_at": received_at,
        "sender_index": None,
        "unanswerable": reason[:200],
        "same_id_as": None,
    }
    mailbox, _, place = name.rpartition("#")
    arrived = _arrival_row(Arrival(mailbox, place), MailHead(), known_by, (), received_at)
    rows: Rows = [(tables.quarantine, row), (tables.mail_arrivals, arrived)]
    await door.write(Write(rows, Claim(tables.mails, "sha256", mail)))


async def read_and_classify(
    door: Door, raw: bytes, original: str, own_addresses: Collection[str], received_at: datetime
) -> ReadMail:
    """Read it, look up what it refers to, and decide what it is. Changes nothing."""
    mail: ParsedMail | None = None
    try:
        mail = read_mail(raw) if len(raw) <= _INLINE else await asyncio.to_thread(read_mail, raw)
        head = mail.head
    except Unreadable:
        head = await asyncio.to_thread(read_head, raw)
    matter = await matter_of(door, head, original, received_at)
    if mail is None:
        facts = facts_of_unread(head, own_addresses=own_addresses)
    else:
        facts = facts_of(
            mail,
            own_addresses=own_addresses,
            known_token=matter.known_token,
            sender_matches=matter.sender_matches,
        )
    answer = may_answer(facts, answers_today=matter.mails_today)
    return ReadMail(head, mail, matter, classify(facts), None if answer.allowed else answer.reason)


def _mail_row(door: Door, read: ReadMail, original: str, becomes: Becomes, received_at: datetime) -> dict[str, Any]:
    return {
        "sha256": original,
        "message_id": (read.head.message_id or "")[:400] or None,
        "class": read.verdict.mail_class.value,
        "reason": read.verdict.reason[:200],
        "complaint_id": becomes.complaint_id,
        "received_at": received_at,
        "sender_index": sender_index(door, read.head),
        "unanswerable": read.unanswerable,
        "same_id_as": read.matter.same_id_as,
    }


def _arrival_row(
    arrival: Arrival, head: MailHead, original: str, own_addresses: Collection[str], now: datetime
) -> dict[str, Any]:
    named = {box.address.lower() for box in (*head.to, *head.cc) if box.address}
    named |= {address.lower() for address in head.facts.delivered_to}
    place = f"{arrival.door}#{arrival.place or now.isoformat()}#{original}"
    return {
        "id": hashlib.sha256(place.encode()).hexdigest(),
        "sha256": original,
        "door": arrival.door[:200],
        "sent_to": sorted(named & {address.lower() for address in own_addresses}),
        "arrived_at": now,
        "repeated": False,
    }


async def _known(door: Door, original: str) -> MailTaken:
    """What became of this mail the first time."""
    mails, submissions = tables.mails, tables.submissions
    query = (
        select(
            mails.c["class"],
            mails.c.reason,
            mails.c.complaint_id.label("about"),
            submissions.c.complaint_id,
            submissions.c.tracking_code,
            submissions.c.received_at,
            submissions.c.respond_by,
            submissions.c.missing,
        )
        .outerjoin(submissions, submissions.c.complaint_id == mails.c.complaint_id)
        .where(mails.c.sha256 == original)
    )
    async with door.store.reading() as connection:
        row = (await connection.execute(query)).one()
    mail_class = MailClass(row[0])
    receipt = None
    if row.complaint_id is not None and mail_class is MailClass.NEW_COMPLAINT:
        receipt = Receipt(
            row.complaint_id,
            row.tracking_code,
            Channel.EMAIL,
            row.received_at,
            row.respond_by,
            tuple(row.missing),
            repeated=True,
        )
    return MailTaken(mail_class, row.reason, receipt, row.about, repeated=True)
