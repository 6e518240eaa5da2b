"""The quarantine desk: what the program could not judge, settled by a person, each once.

Law of this file: three ways out and no fourth: taken in as a person typed it, taken in as the program reads it now, or set
aside with a reason. The clock and the original are the ones it came with; nothing is deleted.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from services.intake.adapters.email_inbox import KIND, told_by
from services.intake.adapters.told import Told
from services.intake.domain.submission import Submission
from services.intake.handlers import (
    Receipt,
    add_complaint,
    new_identifiers,
    normalised,
    receipt_of,
    remember,
)
from services.intake.mail_outcome import kept_attachments
from services.intake.ports import Door
from services.intake.readers.mime import read_mail
from services.intake.readers.parsed_mail import Unreadable
from services.intake.scan_desk import NotWaitingError
from services.intake.store import tables
from services.intake.store.states import QuarantineState
from shared.contracts.complaint import Evidence, Source
from shared.contracts.values import Channel, new_id
from shared.once import Once
from shared.store.unit_of_work import UnitOfWork

Waiting = Row[*tuple[Any, ...]]


class StillUnreadableError(Exception):
    """The program can't read it today either: somebody has to type it."""


async def take_as_typed(door: Door, item_id: UUID, told: Told, *, typed_by: str, same: Once | None = None) -> Receipt:
    """A person read the original and typed what it says. Raises NotWaitingError; of two people one wins."""
    item = await waiting(door, item_id)
    source = _source(item, [item.sha256]).model_copy(update={"transcribed_by": typed_by})
    evidence = Evidence(id=new_id(), name="原件", media_type=item.media_type, size=item.size, sha256=item.sha256)
    submission = told.submission(
        Channel(item.channel),
        received_at=item.received_at,
        received_by=typed_by,
        source=source,
        evidence=[evidence],
    )
    return await _take(door, item, submission, by=typed_by, how="由工作人员对照原件录入", same=same)


async def take_as_read(door: Door, item_id: UUID, *, by: str, same: Once | None = None) -> Receipt:
    """Take it in as the program reads it now (a list mail that is a complaint after all, or a fault mended since).

    Raises NotWaitingError, or StillUnreadableError where the program still can't.
    """
    item = await waiting(door, item_id)
    try:
        mail = read_mail(await door.originals.read(item.sha256))
    except Unreadable as fault:
        raise StillUnreadableError from fault
    if mail.is_blank:
        raise StillUnreadableError
    evidence = await kept_attachments(door, mail)
    submission = told_by(
        mail, received_at=item.received_at, received_by=by, evidence=evidence, original=item.sha256
    ).model_copy(update={"machines_may_mail": False})
    return await _take(door, item, submission, by=by, how="由工作人员确认为投诉", same=same)


async def set_aside(door: Door, item_id: UUID, reason: str, *, by: str) -> None:
    """Not a complaint, for this reason. Raises NotWaitingError."""
    async with door.store.transaction(door.clock()) as unit:
        await _settle(unit, item_id, QuarantineState.SET_ASIDE, by=by, how=reason)


async def waiting(door: Door, item_id: UUID) -> Waiting:
    """One item that waits. Raises NotWaitingError: unknown, or settled already."""
    query = select(tables.quarantine).where(
        tables.quarantine.c.id == item_id, tables.quarantine.c.state == QuarantineState.WAITING
    )
    async with door.store.reading() as connection:
        item = (await connection.execute(query)).first()
    if item is None:
        raise NotWaitingError
    return item


async def original_of(door: Door, item_id: UUID) -> tuple[Waiting, bytes] | None:
    """The item, settled or not, and its bytes as they came; None where there is no such item."""
    query = select(tables.quarantine).where(tables.quarantine.c.id == item_id)
    async with door.store.reading() as connection:
        item = (await connection.execute(query)).first()
    return None if item is None else (item, await door.originals.read(item.sha256))


def _source(item: Waiting, originals: list[str]) -> Source:
    kind = KIND if item.channel == Channel.EMAIL.value else item.channel
    return Source(kind=kind, external_id=item.external_id, originals=originals)


async def _take(door: Door, item: Waiting, submission: Submission, *, by: str, how: str, same: Once | None) -> Receipt:
    complaint = normalised(door, submission, new_identifiers())
    async with door.store.transaction(door.clock()) as unit:
        await _settle(unit, item.id, QuarantineState.TAKEN, by=by, how=how, complaint_id=complaint.complaint_id)
        mails = tables.mails
        await unit.connection.execute(
            update(mails).where(mails.c.sha256 == item.sha256).values(complaint_id=complaint.complaint_id)
        )
        add_complaint(unit, door, complaint, same)
    remember(door, complaint)
    return receipt_of(complaint)


async def _settle(
    unit: UnitOfWork, item_id: UUID, state: str, *, by: str, how: str, complaint_id: UUID | None = None
) -> None:
    """Close the item if it still waits: the update's own condition makes it once."""
    table = tables.quarantine
    change = (
        update(table)
        .where(table.c.id == item_id, table.c.state == QuarantineState.WAITING)
        .values(state=state, complaint_id=complaint_id, settled_at=unit.now, settled_by=by, settled_how=how[:400])
    )
    if (await unit.connection.execute(change)).rowcount != 1:
        raise NotWaitingError
