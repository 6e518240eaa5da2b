"""What a mail refers to: which complaint it is about, whether its sender is that person, and what was known of it before.

Law of this file: a sealed mark of ours or a reference to the sender's own earlier mail proves a supplement; a bare code or
a stranger's reference proves nothing and is at most a hint for the office (E45, E46). Nothing is told to the sender here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.ports import Door
from services.intake.readers.parsed_mail import MailHead
from services.intake.store import tables
from shared.clock import SHANGHAI
from shared.contracts.complaint import ComplaintReceived
from shared.reply_token import ReplyToken, read_tokens

MOST_REFERENCES = 50
"""Message-IDs of one mail that are looked up; the newest first."""


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
    """SHA-256 of an earlier mail that had the same Message-ID and another content (E02)."""
    mails_today: int = 0
    """Mails from this address on this day, of Asia/Shanghai, that were answered."""


def sender_index(door: Door, head: MailHead) -> str | None:
    """The keyed hash of the sender's address; None where there is none to write to."""
    return door.ring.blind(head.sender.address.lower()) if head.sender and head.sender.address else None


async def matter_of(door: Door, head: MailHead, original: str, now: datetime) -> Matter:
    """Look up everything by which the mail's class is decided; ``original`` is the SHA-256 of its bytes."""
    sender = sender_index(door, head)
    async with door.store.reading() as connection:
        matter = await _by_token(door, connection, head, sender)
        if matter.complaint_id is None:
            matter = await _by_reference(connection, head, sender, matter)
        same = await _same_id(connection, head, original)
        if same is not None:
            hint = (same.complaint_id,) if same.complaint_id else ()
            matter = replace(matter, same_id_as=same.sha256, hinted=(*matter.hinted, *hint))
        if sender is None:
            return matter
        return replace(matter, mails_today=await _answered_today(connection, sender, now))


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


async def _by_reference(connection: AsyncConnection, head: MailHead, sender: str | None, matter: Matter) -> Matter:
    """A reference to a mail we have: proof where that mail was the same sender's, otherwise a hint."""
    named = list(dict.fromkeys([*reversed(head.in_reply_to), *reversed(head.references)]))[:MOST_REFERENCES]
    if not named:
        return matter
    columns = tables.mails.c
    query = (
        select(columns.complaint_id, columns.sender_index)
        .where(columns.message_id.in_(named), columns.complaint_id.is_not(None))
        .order_by(columns.received_at.desc())
    )
    rows = (await connection.execute(query)).all()
    own = next((row for row in rows if sender is not None and row.sender_index == sender), None)
    if own is not None:
        return Matter(own.complaint_id, known_token=True, sender_matches=True)
    return replace(matter, hinted=(*matter.hinted, *(row.complaint_id for row in rows[:3])))


async def _same_id(connection: AsyncConnection, head: MailHead, original: str) -> Row[*tuple[Any, ...]] | None:
    if not head.message_id:
        return None
    columns = tables.mails.c
    query = (
        select(columns.sha256, columns.complaint_id)
        .where(columns.message_id == head.message_id[:400], columns.sha256 != original)
        .order_by(columns.received_at)
        .limit(1)
    )
    return (await connection.execute(query)).first()


async def _answered_today(connection: AsyncConnection, sender: str, now: datetime) -> int:
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    columns = tables.mails.c
    query = (
        select(func.count())
        .select_from(tables.mails)
        .where(
            columns.sender_index == sender,
            columns.received_at >= midnight,
            columns.unanswerable.is_(None),
            or_(columns["class"] == "new_complaint", columns["class"] == "supplement"),
        )
    )
    return int((await connection.execute(query)).scalar_one())
