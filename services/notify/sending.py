"""The sender: claims what is due, calls the provider outside every transaction, writes down what became of it.

Law of this file: ``attempting`` is committed before the provider is called, so that a crash leaves a trace and nothing is
sent blindly a second time; a result counts only while the lease is ours; a lease that ran out means unknown, and unknown
is looked for before anything else. What comes next is ``domain.retry``'s to decide, and is only carried out here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, and_, or_, select, update

from services.notify import answering
from services.notify.desk import Desk
from services.notify.domain import retry
from services.notify.domain.outcome import Accepted, CannotTell, Found, SendOutcome
from services.notify.domain.plan import PlannedMessage
from services.notify.domain.purposes import Audience
from services.notify.domain.state import Delivery, Reported, State, Step, Stepped, event_of, evolve
from services.notify.domain.text import Rendered, reference_of
from services.notify.ledger import PLANS, TEXTS, tries_so_far, write_down
from services.notify.ports import OutgoingText
from services.notify.store import tables
from shared.contracts.values import Route, new_id
from shared.store.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=2)
"""Longer than any provider may take (a minute); after it another sender takes over."""
BATCH = 50
POLL = 0.5
AT_ONCE = 10
"""Calls to providers under way at the same time."""

_log = structlog.get_logger("sending")

_COLUMNS = tables.deliveries.c
_WAITING = (State.PLANNED.value, State.UNKNOWN.value, State.ACCEPTED.value)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in our hands until the lease ends."""

    row: Row[*tuple[Any, ...]]
    delivery: Delivery
    message: PlannedMessage
    text: Rendered
    token: UUID

    @property
    def outgoing(self) -> OutgoingText:
        """What the provider gets."""
        return OutgoingText(
            delivery_id=self.row.id,
            route=self.message.route,
            reference=reference_of(self.row.id),
            to=self.message.to,
            body=self.text.body,
            subject=self.text.subject,
            template=self.text.template,
            values=self.text.values,
            seen_by=self.delivery.seen_by or ("*",),
        )


class Sender:
    """The task that works the ledger off. Several replicas share the work."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            if not await self.send_due():
                await asyncio.sleep(POLL)

    async def send_due(self) -> int:
        """Work off one batch of what is due now; gives how many."""
        claimed = await self._claim()
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(item: Claimed) -> None:
            async with slots:
                await self._handle(item)

        await asyncio.gather(*(one(item) for item in claimed))
        return len(claimed)

    async def _claim(self) -> list[Claimed]:
        now = self._desk.clock()
        async with self._desk.store.transaction(now) as unit:
            lost = and_(_COLUMNS.state == State.ATTEMPTING.value, _COLUMNS.lease_until < now)
            due = and_(_COLUMNS.state.in_(_WAITING), _COLUMNS.due_at <= now)
            free = or_(_COLUMNS.lease_until.is_(None), _COLUMNS.lease_until < now)
            query = (
                select(tables.deliveries)
                .where(or_(lost, and_(due, free)))
                .order_by(_COLUMNS.due_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            rows = (await unit.connection.execute(query)).all()
            return [await self._take(unit, row) for row in rows]

    async def _take(self, unit: UnitOfWork, row: Row[*tuple[Any, ...]]) -> Claimed:
        delivery = delivery_of(row)
        if delivery.state is State.ATTEMPTING:  # whoever had it is gone; nobody knows what the provider has
            delivery = evolve(delivery, Stepped(Step.LOSE_SIGHT, unit.now, "the sender was lost"))
        elif delivery.state is State.PLANNED:
            delivery = evolve(delivery, Stepped(Step.CLAIM, unit.now))
        token = new_id()
        lease = {"lease_token": token, "lease_until": unit.now + LEASE}
        await unit.connection.execute(
            update(tables.deliveries).where(_COLUMNS.id == row.id).values(**columns_of(delivery), **lease)
        )
        return self._in_hand(row, delivery, token)

    async def _handle(self, item: Claimed) -> None:
        try:
            if item.message.route is Route.TRACKING_PAGE:
                await self._settle(item, Accepted("tracking_page", "", final=True), None)
            elif item.delivery.state is State.ATTEMPTING:
                outcome = await self._desk.providers[item.message.route].send(item.outgoing)
                await self._settle(item, outcome, retry.after_send)
            else:
                found = await self._desk.providers[item.message.route].find(item.outgoing)
                await self._looked(item, found)
        except Exception as fault:  # noqa: BLE001 - the lease runs out, and somebody looks for it then
            _log.error("sending.failed", delivery=str(item.row.id), exc_info=fault)

    async def _looked(self, item: Claimed, found: Found) -> None:
        if item.delivery.state is State.ACCEPTED:
            accepted = found if isinstance(found, Accepted) else _as_known(item.delivery)
            await self._settle(
                item, accepted, lambda o, c: retry.after_acceptance(o, c, polls=item.row.polls + 1), polls=1
            )
        else:
            await self._settle(item, found, retry.after_look)

    async def _settle(
        self, item: Claimed, outcome: SendOutcome | CannotTell | None, decide: Any, *, polls: int = 0
    ) -> None:
        """Fold the outcome, decide, and write both with what follows, if the lease is still ours."""
        now = self._desk.clock()
        async with self._desk.store.transaction(now) as unit:
            row = (await unit.connection.execute(_locked(item))).first()
            if row is None:
                _log.warning("sending.lease_lost", delivery=str(item.row.id))
                return
            before = delivery_of(row)
            after = _folded(before, outcome, now)
            rule = await answering.load_rule(unit, item.row.complaint_id)
            if after is not before:
                rule = await answering.note(unit, item, before, after, rule)
            decision = (
                decide(outcome, await self._circumstances(unit, item, after, owed=rule.owes_answer()))
                if decide
                else retry.Done()
            )
            due_at = await self._carry_out(unit, item, decision)
            released = {"due_at": due_at, "polls": row.polls + polls, "lease_token": None, "lease_until": None}
            await unit.connection.execute(
                update(tables.deliveries).where(_COLUMNS.id == row.id).values(**columns_of(after), **released)
            )

    async def reported(self, unit: UnitOfWork, delivery_id: UUID, outcome: Accepted) -> bool:
        """Fold in what came back later (a bounce), within the caller's transaction; False where it changes nothing."""
        query = select(tables.deliveries).where(_COLUMNS.id == delivery_id).with_for_update()
        row = (await unit.connection.execute(query)).first()
        if row is None:
            return False
        item = self._in_hand(row, delivery_of(row), new_id())
        after = _folded(item.delivery, outcome, unit.now)
        if after is item.delivery:
            return False
        rule = await answering.take_back(unit, item)
        rule = await answering.note(unit, item, item.delivery, after, rule)
        circumstances = await self._circumstances(unit, item, after, owed=rule.owes_answer())
        due_at = await self._carry_out(unit, item, retry.after_acceptance(outcome, circumstances, polls=0))
        await unit.connection.execute(
            update(tables.deliveries).where(_COLUMNS.id == row.id).values(**columns_of(after), due_at=due_at)
        )
        return True

    def _in_hand(self, row: Row[*tuple[Any, ...]], delivery: Delivery, token: UUID) -> Claimed:
        message = PLANS.validate_json(self._desk.ring.open(row.sealed_plan))
        text = TEXTS.validate_json(self._desk.ring.open(row.sealed_text))
        return Claimed(row, delivery, message, text, token)

    async def _circumstances(
        self, unit: UnitOfWork, item: Claimed, after: Delivery, *, owed: bool
    ) -> retry.Circumstances:
        message = item.message
        return retry.Circumstances(
            now=unit.now,
            jitter=self._desk.chance(),
            purpose=message.purpose,
            route=message.route,
            fallbacks=message.fallbacks,
            must_by=message.must_by,
            owed=owed and message.audience is Audience.COMPLAINANT and message.answers,
            attempts=after.attempts,
            first_attempt_at=after.first_attempt_at or unit.now,
            tries=await tries_so_far(unit, message.key, message.route),
        )

    async def _carry_out(self, unit: UnitOfWork, item: Claimed, decision: retry.Decision) -> Any:
        """Do what was decided; gives when this delivery is due again, or None."""
        match decision:
            case retry.Retry(at=at) | retry.Look(at=at):
                return at
            case retry.NextRoute(route=route):
                await write_down(unit, self._desk, item.message.on(route, unit.now))
            case retry.PersonNeeded(route=route, reason=reason):
                if route is not None:
                    await write_down(unit, self._desk, item.message.on(route, unit.now))
                await answering.ask_for_a_person(unit, item, route, reason)
            case retry.GiveUp() | retry.Done():
                pass
        return None


def delivery_of(row: Row[*tuple[Any, ...]]) -> Delivery:
    """The fold as the row has it."""
    return Delivery(
        state=State(row.state),
        attempts=row.attempts,
        first_attempt_at=row.first_attempt_at,
        provider=row.provider,
        provider_id=row.provider_id,
        final=row.final,
        code=row.code,
        reason=row.reason,
        changed_at=row.changed_at,
        seen_by=tuple(row.seen_by),
    )


def columns_of(delivery: Delivery) -> dict[str, Any]:
    """The row as the fold has it."""
    return {
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "first_attempt_at": delivery.first_attempt_at,
        "provider": delivery.provider,
        "provider_id": delivery.provider_id,
        "final": delivery.final,
        "code": delivery.code[:40],
        "reason": delivery.reason[:400],
        "changed_at": delivery.changed_at,
        "seen_by": list(delivery.seen_by),
    }


def _locked(item: Claimed) -> Any:
    ours = and_(_COLUMNS.id == item.row.id, _COLUMNS.lease_token == item.token)
    return select(tables.deliveries).where(ours).with_for_update()


def _folded(before: Delivery, outcome: SendOutcome | CannotTell | None, now: Any) -> Delivery:
    if isinstance(outcome, CannotTell):
        return before
    if outcome is None:
        return evolve(before, Stepped(Step.NOT_THERE, now, "not with the provider"))
    return evolve(before, event_of(outcome, now))


def _as_known(delivery: Delivery) -> Accepted:
    """Nobody could say more than we know already."""
    return Accepted(delivery.provider or "", delivery.provider_id or "", final=delivery.final)


__all__ = ["Claimed", "Reported", "Sender", "columns_of", "delivery_of"]
