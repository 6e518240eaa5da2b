"""What a delivery's progress means for the one-working-day rule, and the events that tell of it (art. 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select, update

from services.notify.domain import rule as rules
from services.notify.domain.rule import Answer, ResponseRule
from services.notify.domain.state import Delivery, State
from services.notify.store import tables
from shared.contracts.delivery import DeliveryAccepted, DeliveryDelivered, DeliveryFailed, DeliveryPersonNeeded
from shared.contracts.values import Route
from shared.store.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from services.notify.sending import Claimed

_ANSWERS = TypeAdapter(tuple[Answer, ...])


async def load_rule(unit: UnitOfWork, complaint_id: UUID) -> ResponseRule:
    """The rule of a complaint as it stands, locked until the commit."""
    table = tables.response_rules
    row = (
        await unit.connection.execute(select(table).where(table.c.complaint_id == complaint_id).with_for_update())
    ).one()
    answers = _ANSWERS.validate_python(row.answers)
    return ResponseRule(complaint_id, row.received_at, row.respond_by, answers)


async def save_rule(unit: UnitOfWork, rule: ResponseRule) -> None:
    """Write the rule's fold back."""
    table = tables.response_rules
    values = {
        "answers": _ANSWERS.dump_python(rule.answers, mode="json"),
        "met_at": rule.met_by.at if rule.met_by else None,
        "owes": rule.owes_answer(),
    }
    await unit.connection.execute(update(table).where(table.c.complaint_id == rule.complaint_id).values(**values))


async def take_back(unit: UnitOfWork, item: Claimed) -> ResponseRule:
    """What had counted as an answer came back: the complainant is owed one again."""
    before = await load_rule(unit, item.row.complaint_id)
    rule = rules.evolve(before, rules.CameBack(item.row.id, unit.now))
    if rule is not before:
        await save_rule(unit, rule)
    return rule


async def note(unit: UnitOfWork, item: Claimed, before: Delivery, after: Delivery, rule: ResponseRule) -> ResponseRule:
    """Tell of the delivery's progress; where an answer arrived, fold it into the rule."""
    in_time: bool | None = None
    if item.row.answers and after.has_arrived and not before.has_arrived:
        arrived = rules.Arrived(item.row.id, item.message.purpose, item.message.route, unit.now)
        rule = rules.evolve(rule, arrived)
        in_time = unit.now <= rule.respond_by
        await save_rule(unit, rule)
    told = _told(item, after, unit, in_time=in_time)
    if told is not None:
        unit.emit(told, subject=item.row.complaint_id)
    return rule


async def ask_for_a_person(unit: UnitOfWork, item: Claimed, route: Route | None, reason: str) -> None:
    """Onto the call list: somebody must answer before ``respond_by``."""
    rule = await load_rule(unit, item.row.complaint_id)
    needed = DeliveryPersonNeeded(**_common(item, unit), respond_by=rule.respond_by, reason=reason[:200]).model_copy(
        update={"route": route or item.message.route}
    )
    unit.emit(needed, subject=item.row.complaint_id)


def _told(item: Claimed, after: Delivery, unit: UnitOfWork, *, in_time: bool | None) -> Any:
    common = _common(item, unit) | {"provider": after.provider}
    match after.state:
        case State.ACCEPTED:
            return DeliveryAccepted(**common, answers_in_time=in_time)
        case State.DELIVERED:
            return DeliveryDelivered(**common, answers_in_time=in_time)
        case State.FAILED | State.UNDELIVERED:
            return DeliveryFailed(**common, reason=(after.code or after.reason)[:80], permanent=True)
        case _:
            return None


def _common(item: Claimed, unit: UnitOfWork) -> dict[str, Any]:
    return {
        "delivery_id": item.row.id,
        "complaint_id": item.row.complaint_id,
        "purpose": item.row.purpose,
        "route": item.message.route,
        "occurred_at": unit.now,
    }
