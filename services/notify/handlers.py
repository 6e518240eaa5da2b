"""Notify's handlers of what it hears: whom it concerns, what is to be said, written into the ledger.

Law of this file: nothing is sent here; a handler only writes rows. ``sending`` works from those.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select

from services.notify.answering import load_rule, save_rule
from services.notify.desk import Desk
from services.notify.domain.contact import Contact, contact_of
from services.notify.domain.plan import NotSent, plan
from services.notify.ledger import write_down, write_silence
from services.notify.store import tables
from shared.contracts.case import CaseRegistered
from shared.contracts.complaint import ComplaintReceived, Published
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import Handler, HandlerOutcome, TryLater
from shared.store.unit_of_work import UnitOfWork

CONTACTS = TypeAdapter(Contact)


def hear(desk: Desk) -> Handler:
    """The one handler of all that notify hears: learn the contact first, then plan."""

    async def handler(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        if isinstance(data, ComplaintReceived):
            contact: Contact | None = contact_of(data)
            assert contact is not None
            _remember(unit, desk, contact)
        else:
            if isinstance(data, CaseRegistered) and data.split_from_complaint is not None:
                await _remember_part(unit, desk, data, data.split_from_complaint)
            contact = await load_contact(unit, desk, UUID(envelope.subject))
        if contact is None:
            return TryLater("the complaint is not known here yet")
        for entry in plan(data, contact, unit.now):
            if isinstance(entry, NotSent):
                write_silence(unit, entry)
            else:
                await write_down(unit, desk, entry)
        return None

    return handler


async def load_contact(unit: UnitOfWork, desk: Desk, complaint_id: UUID) -> Contact | None:
    """How to reach a complainant; None where the complaint has not been heard of."""
    await unit.flush()
    query = select(tables.contacts.c.sealed).where(tables.contacts.c.complaint_id == complaint_id)
    sealed = (await unit.connection.execute(query)).scalar()
    return CONTACTS.validate_json(desk.ring.open(sealed)) if sealed else None


async def _remember_part(unit: UnitOfWork, desk: Desk, part: CaseRegistered, letter: UUID) -> None:
    """A part of a split letter has the letter's writer, and was answered if the letter was (art. 14)."""
    contact = await load_contact(unit, desk, letter)
    if contact is None:
        return  # the letter is not known yet: the caller says so, and the part comes again
    own = replace(contact, complaint_id=part.complaint_id, tracking_code=part.tracking_code)
    _remember(unit, desk, own)
    await unit.flush()
    rule = await load_rule(unit, letter)
    await save_rule(unit, replace(rule, complaint_id=part.complaint_id))


def _remember(unit: UnitOfWork, desk: Desk, contact: Contact) -> None:
    unit.add(
        tables.contacts,
        {
            "complaint_id": contact.complaint_id,
            "tracking_code": contact.tracking_code,
            "received_at": contact.received_at,
            "respond_by": contact.respond_by,
            "sealed": desk.ring.seal_record(CONTACTS.dump_json(contact)),
        },
    )
    unit.add(
        tables.response_rules,
        {
            "complaint_id": contact.complaint_id,
            "received_at": contact.received_at,
            "respond_by": contact.respond_by,
            "answers": [],
            "met_at": None,
            "owes": True,
        },
    )
