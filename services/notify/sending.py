"""The sender: claims what is due, calls the provider outside every transaction, writes down what became of it.

Law of this file: ``attempting`` is committed before the provider is called, so that a crash leaves a trace and nothing is
sent blindly a second time; a result counts only while the lease is ours; a lease that ran out means unknown, and unknown
is looked for before anything else. One sender a route, so that a provider that hangs holds up nobody else's messages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import Row, Select, bindparam, or_, select, update

from services.notify.desk import Desk
from services.notify.domain import retry
from services.notify.domain.outcome import Accepted, CannotTell, Found, SendOutcome
from services.notify.domain.state import DeliveryEvent, State, Step, Stepped, event_of, evolve
from services.notify.flooding import hold_back
from services.notify.ledger import Held, columns_of, delivery_of, in_hand
from services.notify.settling import Decide, lock, settle
from services.notify.store import tables
from shared.contracts.values import Route, new_id
from shared.store.engine import is_unreachable
from shared.store.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=3)
"""A call takes a minute at most, and may wait for as long behind others; after the lease another sender takes over."""
POLL = 0.2
"""Seconds between looks where nothing was due."""
AT_ONCE: Mapping[Route, int] = MappingProxyType({Route.SMS: 16, Route.EMAIL: 32, Route.TRACKING_PAGE: 100})
"""Messages of a route in hand at the same time; the providers bound their own calls below that."""

_log = structlog.get_logger("sending")

_COLUMNS = tables.deliveries.c
_OURS = (State.PLANNED.value, State.ATTEMPTING.value, State.UNKNOWN.value, State.ACCEPTED.value)


@dataclass(slots=True)
class _Result:
    """What became of one delivery in hand, on its way into the ledger."""

    held: Held
    event: DeliveryEvent | None
    decide: Decide
    polls: int
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Sender:
    """The task that works one route of the ledger off. Several replicas share the work."""

    def __init__(self, desk: Desk, route: Route, *, at_once: int | None = None) -> None:
        self._desk = desk
        self._route = route
        self._at_once = at_once or AT_ONCE[route]
        self._in_hand: set[asyncio.Task[None]] = set()
        self._results: list[_Result] = []
        self._writing = asyncio.Lock()

    async def run(self) -> None:
        """Send until cancelled; claims again as soon as half of the places are free."""
        try:
            while True:
                claimed = await self._claim(self._at_once - len(self._in_hand))
                for item in claimed:
                    self._start(item)
                if not claimed:
                    await asyncio.sleep(POLL)
                while len(self._in_hand) > self._at_once // 2:
                    await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in self._in_hand:
                task.cancel()

    async def send_due(self) -> int:
        """Work off one batch of what is due now and wait for its results; gives how many."""
        claimed = await self._claim(self._at_once)
        await asyncio.gather(*(self._handle(item) for item in claimed))
        return len(claimed)

    def _start(self, item: Held) -> None:
        task = asyncio.create_task(self._handle(item))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _claim(self, most: int) -> list[Held]:
        now = self._desk.clock()
        async with self._desk.store.transaction(now) as unit:
            rows = (await unit.connection.execute(self._due(now, most))).all()
            going = await hold_back(unit, self._desk, rows)
            claimed = [self._take(row, unit) for row in going]
            if claimed:
                await unit.connection.execute(_TAKEN, [_as_taken(item, unit) for item in claimed])
            return claimed

    def _due(self, now: Any, most: int) -> Select[*tuple[Any, ...]]:
        free = or_(_COLUMNS.lease_until.is_(None), _COLUMNS.lease_until < now)
        return (
            select(tables.deliveries)
            .where(_COLUMNS.route == self._route.value, _COLUMNS.due_at <= now, _COLUMNS.state.in_(_OURS), free)
            .order_by(_COLUMNS.due_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        )

    def _take(self, row: Row[*tuple[Any, ...]], unit: UnitOfWork) -> Held:
        delivery = delivery_of(row)
        if delivery.state is State.ATTEMPTING:  # whoever had it is gone; nobody knows what the provider has
            delivery = evolve(delivery, Stepped(Step.LOSE_SIGHT, unit.now, "the sender was lost"))
        elif delivery.state is State.PLANNED:
            delivery = evolve(delivery, Stepped(Step.CLAIM, unit.now))
        return in_hand(self._desk, row, delivery, new_id())

    async def _handle(self, item: Held) -> None:
        """One delivery, from the provider to the ledger. Where this fails the lease runs out, and somebody looks."""
        try:
            if self._route is Route.TRACKING_PAGE:
                await self._write(item, Accepted("tracking_page", "", final=True), lambda _: retry.Done())
            elif item.delivery.state is State.ATTEMPTING:
                outcome = await self._desk.providers[self._route].send(item.outgoing)
                await self._write(item, outcome, partial(retry.after_send, outcome))
            else:
                found = await self._desk.providers[self._route].find(item.outgoing)
                await self._looked(item, found)
        except Exception as fault:  # noqa: BLE001 - the lease runs out, and somebody looks for it then
            _log.error("sending.failed", delivery=str(item.row.id), exc_info=fault)

    async def _looked(self, item: Held, found: Found) -> None:
        if item.delivery.state is not State.ACCEPTED:
            await self._write(item, found, partial(retry.after_look, found))
            return
        known = found if isinstance(found, Accepted) else _as_known(item)
        polls = item.row.polls + 1
        await self._write(item, known, partial(retry.after_acceptance, known, polls=polls), polls=polls)

    async def _write(
        self, item: Held, outcome: SendOutcome | CannotTell | None, decide: Decide, *, polls: int | None = None
    ) -> None:
        """Into the ledger, together with whatever else came back while the last commit ran."""
        event = _event(outcome, self._desk.clock())
        result = _Result(item, event, decide, item.row.polls if polls is None else polls)
        self._results.append(result)
        async with self._writing:
            if not result.done.done():
                batch, self._results = self._results, []
                await self._commit(sorted(batch, key=_in_order))
        await result.done

    async def _commit(self, batch: list[_Result]) -> None:
        """All in one commit, or each in its own where that fails, so that a bad one harms only itself."""
        try:
            async with self._desk.store.transaction(self._desk.clock()) as unit:
                for result in batch:
                    await self._settle(unit, result)
        except Exception as fault:  # noqa: BLE001 - handed to whoever waits for it
            if len(batch) == 1 or is_unreachable(fault):
                for result in batch:
                    result.done.set_exception(fault)
                return
            for result in batch:
                await self._commit([result])
            return
        for result in batch:
            result.done.set_result(None)

    async def _settle(self, unit: UnitOfWork, result: _Result) -> None:
        row = result.held.row
        found = await lock(unit, self._desk, row.id, row.complaint_id, result.held.token)
        if found is None:
            _log.warning("sending.lease_lost", delivery=str(row.id))
            return
        rule, held = found
        await settle(unit, self._desk, rule, held, result.event, result.decide, polls=result.polls)


_TAKEN = (
    update(tables.deliveries)
    .where(_COLUMNS.id == bindparam("this"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "attempts", "first_attempt_at", "reason", "code")})
    .values(
        {name: bindparam(f"new_{name}") for name in ("changed_at", "seen_by", "lease_token", "lease_until", "due_at")}
    )
)


def _as_taken(item: Held, unit: UnitOfWork) -> dict[str, Any]:
    """``due_at`` moves to the end of the lease, so that the index of what is due names a lost one by itself."""
    until = unit.now + LEASE
    columns = columns_of(item.delivery) | {"lease_token": item.token, "lease_until": until, "due_at": until}
    names = ("state", "attempts", "first_attempt_at", "reason", "code", "changed_at", "seen_by")
    wanted = (*names, "lease_token", "lease_until", "due_at")
    return {"this": item.row.id} | {f"new_{name}": columns[name] for name in wanted}


def _event(outcome: SendOutcome | CannotTell | None, now: Any) -> DeliveryEvent | None:
    if isinstance(outcome, CannotTell):
        return None
    if outcome is None:
        return Stepped(Step.NOT_THERE, now, retry.NOT_THERE)
    return event_of(outcome, now)


def _as_known(item: Held) -> Accepted:
    """Nobody could say more than we know already."""
    known = item.delivery
    return Accepted(known.provider or "", known.provider_id or "", final=known.final)


def _in_order(result: _Result) -> tuple[str, str]:
    return str(result.held.row.complaint_id), str(result.held.row.id)
