"""Settling: what happened to a delivery folded into it, into the one-day rule, and what follows written down with it.

Law of this file: whoever learns something (the sender, a webhook, a bounce, a person on the phone) comes through here, in
one transaction, with the rule locked before the delivery, so that nobody waits for the other crosswise. What has ended
only ever gets a better end; the next route is taken once. What comes next is ``domain.retry``'s to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, select, update

from services.notify import answering
from services.notify.desk import Desk
from services.notify.domain import retry
from services.notify.domain.purposes import Audience
from services.notify.domain.rule import ResponseRule
from services.notify.domain.state import Delivery, DeliveryEvent, State, Step, Stepped, evolve
from services.notify.ledger import Held, columns_of, delivery_of, in_hand, write_down
from services.notify.metrics import OUTCOMES
from services.notify.store import tables
from services.notify.store.later import execute_later, update_later
from shared.store.unit_of_work import UnitOfWork

Decide = Callable[[retry.Circumstances], retry.Decision]

ENDED = frozenset({State.CANCELLED, State.FAILED, State.UNDELIVERED, State.DELIVERED})
"""Whatever is told of these leads to nothing more: the next route has been taken already, or none is wanted."""
_MOVED_ON = (retry.NextRoute, retry.GiveUp)

_COLUMNS = tables.deliveries.c


async def lock(unit: UnitOfWork, desk: Desk, delivery_id: UUID, complaint_id: UUID) -> tuple[ResponseRule, Held] | None:
    """The rule, then the delivery, both ours until the commit; None where it isn't there."""
    await unit.flush()
    rule = await answering.load_rule(unit, complaint_id)
    query = select(tables.deliveries).where(_COLUMNS.id == delivery_id).with_for_update()
    row = (await unit.connection.execute(query)).first()
    return None if row is None else (rule, in_hand(desk, row, delivery_of(row)))


async def lock_leased(unit: UnitOfWork, leased: Sequence[Held]) -> dict[UUID, Held]:
    """The same for many that a sender has in hand: those of them whose lease is still ours, as they stand now."""
    await answering.load_rules(unit, (held.row.complaint_id for held in leased))
    query = select(tables.deliveries).where(_COLUMNS.id.in_([held.row.id for held in leased]))
    rows = (await unit.connection.execute(query.order_by(_COLUMNS.id).with_for_update())).all()
    ours = {held.row.id: held for held in leased}
    return {
        row.id: replace(ours[row.id], row=row, delivery=delivery_of(row))
        for row in rows
        if row.lease_token == ours[row.id].token
    }


async def settle(
    unit: UnitOfWork,
    desk: Desk,
    rule: ResponseRule,
    held: Held,
    event: DeliveryEvent | None,
    decide: Decide,
    *,
    polls: int | None = None,
) -> Delivery:
    """Fold, tell, decide, carry out. ``polls``: looks so far; given by the sender, which also lets go of its lease."""
    before = held.delivery
    after = evolve(before, event) if event else before
    if after is not before:
        rule = answering.note(unit, held, before, after, rule)
        _count(held, after)
    decision = retry.Done() if before.state in ENDED else decide(_circumstances(unit, desk, held, after, rule))
    after = retry.put_back(after, decision, unit.now)
    after, due_at = await _carry_out(unit, desk, held, after, decision)
    values: dict[str, Any] = columns_of(after) | {"due_at": due_at}
    if polls is not None:
        values |= {"polls": polls, "lease_token": None, "lease_until": None}
    update_later(unit, tables.deliveries, "id", held.row.id, values)
    unit.grown |= _work_made(before, after, due_at)
    if after.has_arrived and not before.has_arrived:
        execute_later(unit, _CANCEL_THE_REST, _rest_of(unit, held))
    return after


def _circumstances(
    unit: UnitOfWork, desk: Desk, held: Held, after: Delivery, rule: ResponseRule
) -> retry.Circumstances:
    message = held.message
    return retry.Circumstances(
        now=unit.now,
        jitter=desk.chance(),
        purpose=message.purpose,
        route=message.route,
        fallbacks=message.fallbacks,
        must_by=message.must_by,
        owed=rule.owes_answer() and message.audience is Audience.COMPLAINANT and message.answers,
        attempts=after.attempts,
        first_attempt_at=after.first_attempt_at or unit.now,
        tries=held.row.try_number,
    )


async def _carry_out(
    unit: UnitOfWork, desk: Desk, held: Held, after: Delivery, decision: retry.Decision
) -> tuple[Delivery, datetime | None]:
    """Do what was decided; gives the delivery and when it is due again."""
    match decision:
        case retry.Retry(at=at) if after.state in ENDED:  # it came back: one more try is another delivery
            await write_down(unit, desk, replace(held.message, send_at=at), try_number=held.row.try_number + 1)
            return after, None
        case retry.Retry(at=at) | retry.Look(at=at):
            return after, at
        case retry.NextRoute(route=route):
            await write_down(unit, desk, held.message.on(route, unit.now))
        case retry.PersonNeeded(route=None, reason=reason):
            await answering.ask_for_a_person(unit, held.message, held.row.id, reason)
            return after, _once_more(after, held, unit.now)
        case retry.PersonNeeded(route=route, reason=reason) if route is not None:
            message = held.message.on(route, unit.now)
            written = await write_down(unit, desk, message)
            if written is not None:
                await answering.ask_for_a_person(unit, message, written, reason)
    if not isinstance(decision, retry.Done):
        after = evolve(after, Stepped(Step.CANCEL, unit.now, decision.reason, after.code))
    return after, None


def _work_made(before: Delivery, after: Delivery, due_at: datetime | None) -> set[Table]:
    """Whom this concerns: the sender where it is due again, whoever applies reports where one may have come too early."""
    due_again = () if due_at is None else (tables.deliveries,)
    known_now = () if after.provider_id == before.provider_id else (tables.provider_reports,)
    return {*due_again, *known_now}


def _once_more(after: Delivery, held: Held, now: datetime) -> datetime | None:
    """Where no person can reach them either, the machine goes on, slowly, as long as that makes sense."""
    may = after.state in {State.PLANNED, State.UNKNOWN}
    return retry.last_resort(now, held.message.must_by) if may else None


_CANCEL_THE_REST = (
    update(tables.deliveries)
    .where(
        _COLUMNS.key == bindparam("its_key"),
        _COLUMNS.state == State.PLANNED.value,
        _COLUMNS.id != bindparam("this"),
    )
    .values(state=State.CANCELLED.value, reason="arrived by another route", due_at=None, changed_at=bindparam("at"))
)
"""The same message on another route, the call list among them, is not needed any more."""


def _rest_of(unit: UnitOfWork, held: Held) -> dict[str, Any]:
    return {"its_key": held.message.key, "this": held.row.id, "at": unit.now}


def _count(held: Held, after: Delivery) -> None:
    OUTCOMES.labels(route=held.message.route.value, state=after.state.value).inc()
