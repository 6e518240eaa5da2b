"""Workflow's handlers: load, decide, save, tell. The decisions are the domain's.

Law of this file: one transaction a command or message, committed by whoever called; a refusal changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from services.workflow import directory
from services.workflow.domain import commands
from services.workflow.domain.case import Case
from services.workflow.domain.decide import decide
from services.workflow.domain.events import Event, SplitPart, SplitUp
from services.workflow.domain.facts import PartIdentity
from services.workflow.domain.guards import unit_meant
from services.workflow.domain.refusal import Refusal, RefusalCode
from services.workflow.domain.registration import Registration, keeps_close, register, register_part
from services.workflow.domain.roles import SOFTWARE, Person
from services.workflow.domain.sight import may_see
from services.workflow.office import Office
from services.workflow.store import files, tables
from services.workflow.store.numbers import next_number
from shared.contracts.complaint import ComplaintReceived, ComplaintSupplemented, Published
from shared.contracts.delivery import DeliveryAccepted, DeliveryDelivered
from shared.contracts.document import DocumentRendered
from shared.contracts.envelope import Envelope
from shared.contracts.tracking import new_tracking_code
from shared.contracts.values import Channel, new_id
from shared.messaging.consumer import Handler, HandlerOutcome, TryLater
from shared.store.unit_of_work import UnitOfWork

_MACHINES = frozenset({Channel.WEB, Channel.EMAIL, Channel.FAX})
"""Channels whose receiver is a program: the handler on duty answers for them (art. 3)."""


class NoSuchCaseError(Exception):
    """There is no case with that number, or none that this person may know of."""


class RefusedError(Exception):
    """The command was not done; the refusal says by which rule and article."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.rule)
        self.refusal = refusal


async def carry_out(
    office: Office,
    unit: UnitOfWork,
    number: str,
    command: commands.Command,
    actor: Person,
    seen_version: int | None = None,
) -> Case:
    """Carry a command out on a case. ``seen_version`` is the version that the actor looked at.

    Raises NoSuchCaseError, RefusedError, or StaleError where somebody else was quicker.
    """
    found = await _locked(office, unit, number, command)
    file = found.get(number)
    if file is None or not may_see(file.case, actor):
        raise NoSuchCaseError
    if seen_version is not None and seen_version < file.case.acted_version:
        raise files.StaleError(await files.done_since(unit, number, seen_version))
    events = await _decided(office, unit, file.case, command, actor)
    after = await _go_on(office, unit, file, events)
    for event in events:
        if isinstance(event.what, SplitUp):
            await _register_parts(office, unit, after, event.what.parts)
    if isinstance(command, commands.LinkDuplicate | commands.Unlink):
        await _mirror(office, unit, found.get(command.other), command, actor, number)
    return after


async def act(office: Office, unit: UnitOfWork, file: files.CaseFile, command: commands.Command, actor: Person) -> Case:
    """Carry a command out on one file. Raises RefusedError, or StaleError where somebody else was quicker."""
    return await _go_on(office, unit, file, await _decided(office, unit, file.case, command, actor))


async def _go_on(office: Office, unit: UnitOfWork, file: files.CaseFile, events: Sequence[Event]) -> Case:
    # A replica that has not read the newest calendar yet may count by an older one: then it is counted again.
    counted_by = min(file.counted_by, office.calendars.serial)
    return await files.go_on(unit, office.ring, file, events, counted_by=counted_by)


async def _decided(
    office: Office, unit: UnitOfWork, case: Case, command: commands.Command, actor: Person
) -> tuple[Event, ...]:
    facts = await directory.facts_about(unit.connection, unit.now, (unit_meant(case, command), case.unit))
    if isinstance(command, commands.Split):
        facts = replace(facts, parts=tuple([await _new_identity(unit) for _ in command.parts]))
    decided = decide(case, command, actor, unit.now, office.calendar, office.hours, facts)
    if isinstance(decided, Refusal):
        raise RefusedError(decided)
    return decided


async def _locked(
    office: Office, unit: UnitOfWork, number: str, command: commands.Command
) -> Mapping[str, files.CaseFile]:
    """The case, and the one that it is linked with; in the order of their numbers, so that two who link never wait
    for each other.
    """
    numbers = {number, command.other} if isinstance(command, commands.LinkDuplicate | commands.Unlink) else {number}
    found = {each: await files.load(unit, office.ring, tables.cases.c.number == each) for each in sorted(numbers)}
    return {each: file for each, file in found.items() if file is not None}


async def _new_identity(unit: UnitOfWork) -> PartIdentity:
    return PartIdentity(
        case_number=await next_number(unit, unit.now), complaint_id=new_id(), tracking_code=new_tracking_code()
    )


async def _register_parts(office: Office, unit: UnitOfWork, split: Case, parts: Sequence[SplitPart]) -> None:
    """Each part becomes a case of its own, in the same transaction as the split: no letter is ever half taken apart."""
    cases = tables.cases
    query = select(cases.c.sealed_complaint).where(cases.c.number == split.number)
    letter = ComplaintReceived.model_validate_json(
        office.ring.open((await unit.connection.execute(query)).scalar_one())
    )
    for part in parts:
        copy = letter.model_copy(
            update={
                "complaint_id": part.complaint_id,
                "tracking_code": part.tracking_code,
                "target": part.target,
                "settled_on_the_spot": None,
            }
        )
        event = register_part(split, part, unit.now, office.calendar, office.hours, _digest(copy))
        await files.begin(unit, office.ring, (event,), copy, counted_by=office.calendars.serial)


async def _mirror(
    office: Office,
    unit: UnitOfWork,
    other: files.CaseFile | None,
    command: commands.LinkDuplicate | commands.Unlink,
    actor: Person,
    number: str,
) -> None:
    """The same on the other case. One that is filed stays as it is; one that the actor may not know of can't be linked."""
    if other is None:
        raise NoSuchCaseError
    try:
        await act(office, unit, other, command.model_copy(update={"other": number}), actor)
    except RefusedError as fault:
        if fault.refusal.code is RefusalCode.NOT_YOURS:
            raise


def _digest(complaint: ComplaintReceived) -> str:
    return hashlib.sha256(complaint.model_dump_json().encode()).hexdigest()


def register_complaint(office: Office) -> Handler:
    """``complaint.received``: into the register with a number, its clocks and the first entry of its timeline (art. 15)."""

    async def handler(unit: UnitOfWork, _envelope: Envelope, data: Published) -> HandlerOutcome:
        assert isinstance(data, ComplaintReceived)
        registration = Registration(
            number=await next_number(unit, unit.now),
            on_duty=await directory.on_duty(unit) if data.channel in _MACHINES or keeps_close(data) else None,
            receiver=await directory.receiver(unit, data.received_by),
            complaint_sha256=_digest(data),
        )
        events = register(data, registration, unit.now, office.calendar, office.hours)
        await files.begin(unit, office.ring, events, data, counted_by=office.calendars.serial)
        return None

    return handler


def record(office: Office) -> Handler:
    """What others did for a case, filed as what it means to it: an answer given, a supplement, a document."""

    async def handler(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        for command in _recorded(data):
            await unit.flush()
            file = await files.load(unit, office.ring, tables.cases.c.complaint_id == UUID(envelope.subject))
            if file is None:
                return TryLater("the case is not registered yet")
            if isinstance(data, ComplaintSupplemented) and isinstance(command, commands.RecordSupplement):
                _keep_supplement(office, unit, file.case, data)
            # An archived case, an answer that stands already, danger that is told already: nothing to file.
            with suppress(RefusedError):
                await act(office, unit, file, command, SOFTWARE)
        return None

    return handler


def _keep_supplement(office: Office, unit: UnitOfWork, case: Case, data: ComplaintSupplemented) -> None:
    """Its words are kept even where the case is filed and its timeline takes no more: nothing that came in is lost."""
    unit.add(
        tables.supplements,
        {
            "supplement_id": data.supplement_id,
            "number": case.number,
            "received_at": data.received_at,
            "sealed": office.ring.seal_record(data.model_dump_json().encode()),
        },
    )


def _recorded(data: Published) -> Sequence[commands.Command]:
    match data:
        case DeliveryAccepted(answers_in_time=in_time) | DeliveryDelivered(answers_in_time=in_time):
            return () if in_time is None else (_response(data),)
        case ComplaintSupplemented():
            return (_supplement(data), *_danger(data))
        case DocumentRendered():
            return (_document(data),)
        case _:
            return ()


def _response(data: DeliveryAccepted | DeliveryDelivered) -> commands.Command:
    return commands.RecordResponse(route=data.route, delivery_id=data.delivery_id, answered_at=data.occurred_at)


def _supplement(data: ComplaintSupplemented) -> commands.Command:
    originals = tuple(item.sha256 for item in data.evidence) or tuple(data.source.originals)
    return commands.RecordSupplement(
        supplement_id=data.supplement_id, originals=originals, sender_verified=data.sender_verified
    )


def _danger(data: ComplaintSupplemented) -> Sequence[commands.Command]:
    """More that tells of danger makes the case urgent, whatever state it is in."""
    return [commands.MarkUrgent(danger=danger.kind) for danger in data.hints.dangers[:1]]


def _document(data: DocumentRendered) -> commands.Command:
    return commands.RecordDocument(document_id=data.document_id, form=data.form, number=data.number, sha256=data.sha256)
