"""Workflow's handlers: load, decide, save, tell. The decisions are the domain's.

Law of this file: one transaction a command or message, committed by whoever called; a refusal changes nothing.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from services.workflow import directory
from services.workflow.domain import commands
from services.workflow.domain.case import Case
from services.workflow.domain.decide import decide
from services.workflow.domain.guards import unit_meant
from services.workflow.domain.refusal import Refusal
from services.workflow.domain.registration import Registration, register
from services.workflow.domain.roles import SOFTWARE, Person
from services.workflow.office import Office
from services.workflow.store import files, tables
from services.workflow.store.numbers import next_number
from shared.contracts.complaint import ComplaintReceived, ComplaintSupplemented, Published
from shared.contracts.delivery import DeliveryAccepted, DeliveryDelivered
from shared.contracts.document import DocumentRendered
from shared.contracts.envelope import Envelope
from shared.contracts.values import Channel
from shared.messaging.consumer import Handler, HandlerOutcome, TryLater
from shared.store.unit_of_work import UnitOfWork

_MACHINES = frozenset({Channel.WEB, Channel.EMAIL, Channel.FAX})
"""Channels whose receiver is a program: the handler on duty answers for them (art. 3)."""


class RefusedError(Exception):
    """The command was not done; the refusal says by which rule and article."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.rule)
        self.refusal = refusal


async def act(office: Office, unit: UnitOfWork, file: files.CaseFile, command: commands.Command, actor: Person) -> Case:
    """Carry a command out. Raises RefusedError, or StaleError where somebody else was quicker."""
    facts = await directory.facts_about(unit, (unit_meant(file.case, command), file.case.unit))
    decided = decide(file.case, command, actor, unit.now, office.calendar, office.hours, facts)
    if isinstance(decided, Refusal):
        raise RefusedError(decided)
    return await files.go_on(unit, office.ring, file, decided)


def register_complaint(office: Office) -> Handler:
    """``complaint.received``: into the register with a number, its clocks and the first entry of its timeline (art. 15)."""

    async def handler(unit: UnitOfWork, _envelope: Envelope, data: Published) -> HandlerOutcome:
        assert isinstance(data, ComplaintReceived)
        message = data.model_dump_json().encode()
        registration = Registration(
            number=await next_number(unit, unit.now),
            on_duty=await directory.on_duty(unit) if data.channel in _MACHINES else None,
            complaint_sha256=hashlib.sha256(message).hexdigest(),
        )
        events = register(data, registration, unit.now, office.calendar, office.hours)
        await files.begin(unit, office.ring, events, message)
        return None

    return handler


def record(office: Office) -> Handler:
    """What others did for a case, filed as what it means to it: an answer given, a supplement, a document."""

    async def handler(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        command = _recorded(data)
        if command is None:
            return None
        await unit.flush()
        file = await files.load(unit, office.ring, tables.cases.c.complaint_id == UUID(envelope.subject))
        if file is None:
            return TryLater("the case is not registered yet")
        try:
            await act(office, unit, file, command, SOFTWARE)
        except RefusedError:
            return None  # an archived case, or an answer that stands already: nothing to file
        return None

    return handler


def _recorded(data: Published) -> commands.Command | None:
    match data:
        case DeliveryAccepted(answers_in_time=in_time) | DeliveryDelivered(answers_in_time=in_time):
            return None if in_time is None else _response(data)
        case ComplaintSupplemented():
            return _supplement(data)
        case DocumentRendered():
            return _document(data)
        case _:
            return None


def _response(data: DeliveryAccepted | DeliveryDelivered) -> commands.Command:
    return commands.RecordResponse(route=data.route, delivery_id=data.delivery_id, answered_at=data.occurred_at)


def _supplement(data: ComplaintSupplemented) -> commands.Command:
    originals = tuple(item.sha256 for item in data.evidence) or tuple(data.source.originals)
    return commands.RecordSupplement(
        supplement_id=data.supplement_id, originals=originals, sender_verified=data.sender_verified
    )


def _document(data: DocumentRendered) -> commands.Command:
    return commands.RecordDocument(document_id=data.document_id, form=data.form, number=data.number, sha256=data.sha256)
