"""Taking a mail in: kept, read, classified, and stored as what it is; never dropped.

Law of this file: the raw bytes are an original before anything is parsed; a mail is known by their SHA-256, so that the
same mail by another way, or after a mailbox was made anew, is the same; what can't be read waits for a person with its
clock running; of every mail there is one row that says what became of it, and of every arrival one that says where.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.intake.domain.mail_class import MailClass, Verdict, classify, may_answer
from services.intake.handlers import Receipt
from services.intake.mail_matter import Matter, keys_of, matters_of, sender_index
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


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A mail whose bytes are kept and which was read as far as it can be; nothing is decided yet."""

    head: MailHead
    mail: ParsedMail | None
    original: str
    size: int
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes mails in, when, and which addresses are our own."""

    received_by: str
    received_at: datetime
    own_addresses: Collection[str]


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
    opened = await open_mail(door, raw, arrival)
    [taken] = await take_opened(door, [opened], Receiver(received_by, received_at, own_addresses))
    if isinstance(taken, BaseException):
        raise taken
    return taken


async def open_mail(door: Door, raw: bytes, arrival: Arrival) -> OpenedMail:
    """Keep the bytes, then read them. Raises OSError where the disk is full."""
    original = await door.originals.keep(raw)
    try:
        mail = read_mail(raw) if len(raw) <= _INLINE else await asyncio.to_thread(read_mail, raw)
    except Unreadable:
        head = await asyncio.to_thread(read_head, raw)
        return OpenedMail(head, None, original, len(raw), arrival)
    return OpenedMail(mail.head, mail, original, len(raw), arrival)


async def take_opened(door: Door, opened: Sequence[OpenedMail], receiver: Receiver) -> list[MailTaken | BaseException]:
    """Decide and store many at once, as if one by one: mails that have to do with each other take turns.

    Gives for each what became of it, or why it could not be stored; one that fails harms no other.
    """
    outcomes: dict[int, MailTaken | BaseException] = {}
    for turn in _turns(opened):
        mails = [opened[place] for place in turn]
        try:
            matters = await matters_of(
                door, [mail.head for mail in mails], [mail.original for mail in mails], receiver.received_at
            )
        except Exception as fault:  # noqa: BLE001 - handed to the caller for each mail
            outcomes |= dict.fromkeys(turn, fault)
            continue
        stored = await asyncio.gather(
            *(_store(door, mail, matter, receiver) for mail, matter in zip(mails, matters, strict=True)),
            return_exceptions=True,
        )
        outcomes |= dict(zip(turn, stored, strict=True))
    return [outcomes[place] for place in range(len(opened))]


def _turns(opened: Sequence[OpenedMail]) -> list[list[int]]:
    """The mails' places in rounds: whatever shares a sender or a Message-ID with an earlier one comes after it."""
    turn_of: dict[str, int] = {}
    turns: list[list[int]] = []
    for place, mail in enumerate(opened):
        keys = {*keys_of(mail.head), mail.original}
        turn = 1 + max((turn_of.get(key, -1) for key in keys), default=-1)
        turn_of |= dict.fromkeys(keys, turn)
        if turn == len(turns):
            turns.append([])
        turns[turn].append(place)
    return turns


async def _store(door: Door, opened: OpenedMail, matter: Matter, receiver: Receiver) -> MailTaken:
    read, original, now = classified(opened, matter, receiver.own_addresses), opened.original, receiver.received_at
    becomes = await becomes_of(door, read, original, opened.size, received_by=receiver.received_by, received_at=now)
    arrived = _arrival_row(opened.arrival, read.head, original, receiver.own_addresses, now)
    claim = Claim(tables.mails, "sha256", _mail_row(door, read, original, becomes, now))
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


def classified(opened: OpenedMail, matter: Matter, own_addresses: Collection[str]) -> ReadMail:
    """Decide what it is."""
    if opened.mail is None:
        facts = facts_of_unread(opened.head, own_addresses=own_addresses)
    else:
        facts = facts_of(
            opened.mail,
            own_addresses=own_addresses,
            known_token=matter.known_token,
            sender_matches=matter.sender_matches,
        )
    answer = may_answer(facts, answers_today=matter.mails_today)
    return ReadMail(opened.head, opened.mail, matter, classify(facts), None if answer.allowed else answer.reason)


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
