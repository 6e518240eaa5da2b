"""Notify's handlers of what it hears: whom it concerns, what is to be said, written into the ledger.

Law of this file: nothing is sent here; a handler only writes rows. ``sending`` works from those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select

from services.notify.answering import load_rule, save_rule
from services.notify.desk import Desk
from services.notify.domain.contact import Contact, contact_of
from services.notify.domain.plan import NotSent, plan
from services.notify.flooding import overtake
from services.notify.ledger import blind, plan_down, write_silence
from services.notify.staff import staff_for
from services.notify.store import tables
from services.notify.store.later import update_later
from shared.contracts.case import CaseArchived, CaseClosed, CaseEvent, CaseRegistered, CaseSettled, Dispatch
from shared.contracts.complaint import ComplaintReceived, Published
from shared.contracts.envelope import Envelope
from shared.contracts.values import Channel
from shared.messaging.consumer import Handler, HandlerOutcome, Prepare, TryLater
from shared.store.unit_of_work import UnitOfWork

CONTACTS = TypeAdapter(Contact)


@dataclass(frozen=True, slots=True)
class Known:
    """A complaint as notify knows it: how to reach the complainant, and the unit that has or had the case."""

    contact: Contact
    unit: str | None = None
    is_new: bool = False
    """Written down in this very unit of work, and perhaps not flushed yet."""


def hear(desk: Desk) -> Handler:
    """The one handler of all that notify hears: learn whom it concerns first, then plan."""

    async def handler(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        known = await _learn(unit, desk, UUID(envelope.subject), data)
        if known is None:
            return TryLater("the complaint is not known here yet")
        staff = await staff_for(unit, desk, data, known.unit)
        for entry in plan(data, known.contact, unit.now, staff):
            if isinstance(entry, NotSent):
                write_silence(unit, entry)
            else:
                await overtake(unit, entry)
                plan_down(unit, desk, entry)
        return None

    return handler


def gather(desk: Desk) -> Prepare:
    """Reads at once whom a batch of messages concerns."""

    async def prepare(unit: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        await _read_known(unit, desk, {UUID(envelope.subject) for envelope in envelopes})

    return prepare


async def load_known(unit: UnitOfWork, desk: Desk, complaint_id: UUID) -> Known | None:
    """What is known of a complaint; None where it has not been heard of."""
    if complaint_id not in _at_hand(unit):
        await unit.flush()
        await _read_known(unit, desk, {complaint_id})
    return _at_hand(unit).get(complaint_id)


async def _read_known(unit: UnitOfWork, desk: Desk, complaint_ids: set[UUID]) -> None:
    table = tables.contacts.c
    query = select(table.complaint_id, table.sealed, table.unit).where(table.complaint_id.in_(complaint_ids))
    for row in (await unit.connection.execute(query)).all():
        contact = CONTACTS.validate_json(desk.ring.open(row.sealed))
        _at_hand(unit)[row.complaint_id] = Known(contact, row.unit)


def _at_hand(unit: UnitOfWork) -> dict[UUID, Known]:
    """What this unit of work has read, or has written itself."""
    known: dict[UUID, Known] = unit.scratch.setdefault("known", {})
    return known


async def _remember_part(unit: UnitOfWork, desk: Desk, part: CaseRegistered, letter: UUID) -> None:
    """A part of a split letter has the letter's writer, and was answered if the letter was (art. 14)."""
    known = await load_known(unit, desk, letter)
    if known is None:
        return  # the letter is not known yet: the caller says so, and the part comes again
    own = replace(known.contact, complaint_id=part.complaint_id, tracking_code=part.tracking_code)
    _remember(unit, desk, own, part.channel)
    await unit.flush()
    rule = await load_rule(unit, letter)
    save_rule(unit, replace(rule, complaint_id=part.complaint_id))


async def _learn(unit: UnitOfWork, desk: Desk, complaint_id: UUID, data: Published) -> Known | None:
    if isinstance(data, ComplaintReceived):
        contact = contact_of(data)
        _remember(unit, desk, contact, data.channel)
        return Known(contact)
    if isinstance(data, CaseRegistered) and data.split_from_complaint is not None:
        await _remember_part(unit, desk, data, data.split_from_complaint)
    known = await load_known(unit, desk, complaint_id)
    if known is not None:
        known = await _follow(unit, desk, complaint_id, known, data)
    return known


async def _follow(unit: UnitOfWork, desk: Desk, complaint_id: UUID, known: Known, data: Published) -> Known:
    """Its number, its unit now, whether it is still open (arts. 15, 18, 20), and whether secrecy was asked since (art. 17)."""
    changes: dict[str, object] = {}
    if isinstance(data, CaseRegistered):
        changes["case_number"] = data.case_number
    if isinstance(data, Dispatch | CaseSettled) and data.unit and data.unit != known.unit:
        changes["unit"] = data.unit
    if isinstance(data, CaseClosed | CaseArchived):
        changes["closed_at"] = unit.now
    contact = known.contact
    if isinstance(data, CaseEvent) and data.confidential and not contact.confidential:
        contact = replace(contact, confidential=True)
        changes["sealed"] = desk.ring.seal_record(CONTACTS.dump_json(contact))
    if changes:
        if known.is_new:
            await unit.flush()  # what is changed has to be there
        update_later(unit, tables.contacts, "complaint_id", complaint_id, changes)
        known = Known(contact, str(changes["unit"]) if "unit" in changes else known.unit)
        _at_hand(unit)[complaint_id] = known
    return known


def _remember(unit: UnitOfWork, desk: Desk, contact: Contact, channel: Channel) -> None:
    _at_hand(unit)[contact.complaint_id] = Known(contact, is_new=True)
    unit.add(
        tables.contacts,
        {
            "complaint_id": contact.complaint_id,
            "tracking_code": contact.tracking_code,
            "received_at": contact.received_at,
            "respond_by": contact.respond_by,
            "phone_blind": blind(desk, contact.phone) if contact.phone else None,
            "sealed": desk.ring.seal_record(CONTACTS.dump_json(contact)),
        },
    )
    unit.add(
        tables.response_rules,
        {
            "complaint_id": contact.complaint_id,
            "channel": channel.value,
            "received_at": contact.received_at,
            "respond_by": contact.respond_by,
            "answers": [],
            "met_at": None,
            "owes": True,
        },
    )
