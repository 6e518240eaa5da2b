"""What a delivery's progress means for the one-working-day rule, and the events that tell of it (art. 14)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select, update

from services.notify.domain import rule as rules
from services.notify.domain.plan import PlannedMessage
from services.notify.domain.rule import Answer, ResponseRule
from services.notify.domain.state import Delivery, State
from services.notify.ledger import Held
from services.notify.store import tables
from shared.contracts.delivery import DeliveryAccepted, DeliveryDelivered, DeliveryFailed, DeliveryPersonNeeded
from shared.store.unit_of_work import UnitOfWork

_ANSWERS = TypeAdapter(tuple[Answer, ...])
_RULES = tables.response_rules


async def load_rule(unit: UnitOfWork, complaint_id: UUID) -> ResponseRule:
    """The rule of a complaint as it stands, locked until the commit."""
    query = select(_RULES).where(_RULES.c.complaint_id == complaint_id).with_for_update()
    row = (await unit.connection.execute(query)).one()
    answers = _ANSWERS.validate_python(row.answers)
    return ResponseRule(complaint_id, row.received_at, row.respond_by, answers)


async def note(unit: UnitOfWork, held: Held, before: Delivery, after: Delivery, rule: ResponseRule) -> ResponseRule:
    """Tell of the delivery's progress; where an answer arrived or came back, fold it into the rule."""
    in_time: bool | None = None
    known = rule
    if held.row.answers and after.has_arrived and not before.has_arrived:
        rule = rules.evolve(rule, rules.Arrived(held.row.id, held.message.purpose, held.message.route, unit.now))
        in_time = unit.now <= rule.respond_by
    elif before.has_arrived and not after.has_arrived:
        rule = rules.evolve(rule, rules.CameBack(held.row.id, unit.now))
    if rule is not known:
        await save_rule(unit, rule)
    told = _told(held, after, unit, in_time=in_time)
    if told is not None:
        unit.emit(told, subject=held.row.complaint_id)
    return rule


async def ask_for_a_person(unit: UnitOfWork, message: PlannedMessage, delivery_id: UUID, reason: str) -> bool:
    """Tell that a person must answer before ``respond_by``: once a message on the call list, else once a complaint."""
    asked = (
        update(_RULES)
        .where(_RULES.c.complaint_id == message.complaint_id, _RULES.c.person_asked_at.is_(None))
        .values(person_asked_at=unit.now)
    )
    is_first = bool((await unit.connection.execute(asked)).rowcount)
    if not is_first and not message.is_manned:
        return False
    query = select(_RULES.c.respond_by).where(_RULES.c.complaint_id == message.complaint_id)
    respond_by = (await unit.connection.execute(query)).scalar_one()
    needed = DeliveryPersonNeeded(
        delivery_id=delivery_id,
        complaint_id=message.complaint_id,
        purpose=message.purpose,
        route=message.route,
        occurred_at=unit.now,
        respond_by=respond_by,
        reason=reason[:200],
    )
    unit.emit(needed, subject=message.complaint_id)
    return True


async def save_rule(unit: UnitOfWork, rule: ResponseRule) -> None:
    """Write the rule's fold back."""
    values = {
        "answers": _ANSWERS.dump_python(rule.answers, mode="json"),
        "met_at": rule.met_by.at if rule.met_by else None,
        "owes": rule.owes_answer(),
    }
    await unit.connection.execute(update(_RULES).where(_RULES.c.complaint_id == rule.complaint_id).values(**values))


def _told(held: Held, after: Delivery, unit: UnitOfWork, *, in_time: bool | None) -> Any:
    common = {
        "delivery_id": held.row.id,
        "complaint_id": held.row.complaint_id,
        "purpose": held.row.purpose,
        "route": held.message.route,
        "occurred_at": unit.now,
        "provider": after.provider,
    }
    match after.state:
        case State.ACCEPTED:
            return DeliveryAccepted(**common, answers_in_time=in_time)
        case State.DELIVERED:
            return DeliveryDelivered(**common, answers_in_time=in_time)
        case State.FAILED | State.UNDELIVERED:
            return DeliveryFailed(**common, reason=(after.code or after.reason)[:80], permanent=True)
        case _:
            return None
