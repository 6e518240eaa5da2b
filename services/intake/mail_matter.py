"""What a mail refers to: which complaint it is about, whether its sender is that person, and what was known of it before.

Law of this file: a sealed mark of ours or a reference to the sender's own earlier mail proves a supplement; a bare code or
a stranger's reference proves nothing and is at most a hint for the office. Nothing is told to the sender here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.mail_class import MailClass
from services.intake.ports import Door
from services.intake.readers.parsed_mail import MailHead
from services.intake.store import tables
from shared.clock import SHANGHAI
from shared.contracts.complaint import ComplaintReceived
from shared.reply_token import ReplyToken, read_tokens

MOST_REFERENCES = 50
"""Message-IDs of one mail that are looked up; the newest first."""
MOST_AT_ONCE = 500

_ANSWERED = (MailClass.NEW_COMPLAINT.value, MailClass.SUPPLEMENT.value)
ById = dict[str, list[Row[*tuple[Any, ...]]]]


@dataclass(frozen=True, slots=True)
class Matter:
    """What the database knows about a mail that has just come."""

    complaint_id: UUID | None = None
    """The complaint it refers to with a proof."""
    known_token: bool = False
    sender_matches: bool = False
    hinted: tuple[UUID, ...] = ()
    """Complaints that it may be about, for a person to judge."""
    same_id_as: str | None = None
    """SHA-256 of an earlier mail that had the same Message-ID and another content."""
    mails_today: int = 0
    """Mails from this address on this day, of Asia/Shanghai, that were answered."""


def sender_index(door: Door, head: MailHead) -> str | None:
    """The keyed hash of the sender's address; None where there is none to write to."""
    return door.ring.blind(head.sender.address.lower()) if head.sender and head.sender.address else None


async def matters_of(door: Door, heads: Sequence[MailHead], originals: Sequence[str], now: datetime) -> list[Matter]:
    """Look up everything by which the mails' classes are decided; ``originals`` are the SHA-256 of their bytes.

    One query for all Message-IDs and one for all senders, however many mails. None of the mails sees another of them.
    """
    async with door.store.reading() as connection:
        by_id = await _mails_named(connection, [named for head in heads for named in _named(head)])
        senders = [sender_index(door, head) for head in heads]
        answered = await _answered_today(connection, {sender for sender in senders if sender}, now)
        matters = []
        for head, original, sender in zip(heads, originals, senders, strict=True):
            matter = await _by_token(door, connection, head, sender)
            if matter.complaint_id is None:
                matter = _by_reference(by_id, head, sender, matter)
            matter = _same_id(by_id, head, original, matter)
            matters.append(replace(matter, mails_today=answered.get(sender or "", 0)))
    return matters


def keys_of(head: MailHead) -> frozenset[str]:
    """What ties mails together: two that share one of these are looked at one after the other."""
    sender = head.sender.address.lower() if head.sender and head.sender.address else None
    return frozenset((*_named(head), *((sender,) if sender else ())))


def _named(head: MailHead) -> list[str]:
    """Its own Message-ID and those it refers to, as they are stored; the newest first."""
    references = dict.fromkeys([*reversed(head.in_reply_to), *reversed(head.references)])
    own = [head.message_id] if head.message_id else []
    return [named[:400] for named in (*own, *list(references)[:MOST_REFERENCES])]


async def _by_token(door: Door, connection: AsyncConnection, head: MailHead, sender: str | None) -> Matter:
    hinted: tuple[UUID, ...] = ()
    for token in read_tokens(head.subject):
        columns = tables.submissions.c
        query = select(columns.complaint_id, columns.email_index, columns.sealed).where(
            columns.tracking_code == token.tracking_code
        )
        row = (await connection.execute(query)).first()
        if row is None:
            continue
        if _is_proven(door, token, row):
            return Matter(row.complaint_id, known_token=True, sender_matches=sender == row.email_index)
        hinted = (*hinted, row.complaint_id)
    return Matter(hinted=hinted)


def _is_proven(door: Door, token: ReplyToken, row: Row[*tuple[Any, ...]]) -> bool:
    """Whether we wrote this code to the address that the complaint gives. Only sealed claims cost an opening."""
    if token.seal is None or row.email_index is None:
        return False
    email = ComplaintReceived.model_validate_json(door.ring.open(row.sealed)).complainant.email
    return email is not None and token.holds_for(email, door.ring.index_key)


def _by_reference(by_id: ById, head: MailHead, sender: str | None, matter: Matter) -> Matter:
    """A reference to a mail we have: proof where that mail was the same sender's, otherwise a hint."""
    references = _named(head)[1 if head.message_id else 0 :]
    rows = [row for named in references for row in by_id.get(named, ()) if row.complaint_id is not None]
    own = next((row for row in rows if sender is not None and row.sender_index == sender), None)
    if own is not None:
        return Matter(own.complaint_id, known_token=True, sender_matches=True)
    return replace(matter, hinted=(*matter.hinted, *(row.complaint_id for row in rows[:3])))


def _same_id(by_id: ById, head: MailHead, original: str, matter: Matter) -> Matter:
    rows = by_id.get((head.message_id or "")[:400], [])
    same = next((row for row in rows if row.sha256 != original), None)
    if same is None:
        return matter
    hint = (same.complaint_id,) if same.complaint_id else ()
    return replace(matter, same_id_as=same.sha256, hinted=(*matter.hinted, *hint))


async def _mails_named(connection: AsyncConnection, named: Sequence[str]) -> ById:
    """The mails that have these Message-IDs, by Message-ID, the oldest first."""
    if not named:
        return {}
    columns = tables.mails.c
    found: ById = {}
    for part in batched(list(dict.fromkeys(named)), MOST_AT_ONCE):
        query = (
            select(columns.message_id, columns.sha256, columns.complaint_id, columns.sender_index)
            .where(columns.message_id.in_(part))
            .order_by(columns.received_at)
        )
        for row in (await connection.execute(query)).all():
            found.setdefault(row.message_id, []).append(row)
    return found


async def _answered_today(connection: AsyncConnection, senders: set[str], now: datetime) -> dict[str, int]:
    """How many mails of each sender were answered since midnight in Shanghai."""
    if not senders:
        return {}
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    columns = tables.mails.c
    query = (
        select(columns.sender_index, func.count())
        .where(
            columns.sender_index.in_(sorted(senders)),
            columns.received_at >= midnight,
            columns.unanswerable.is_(None),
            columns["class"].in_(_ANSWERED),
        )
        .group_by(columns.sender_index)
    )
    return {row[0]: row[1] for row in (await connection.execute(query)).all()}


def batched(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The items in parts of this size: databases limit how many values a query may name."""
    return (items[start : start + size] for start in range(0, len(items), size))
