"""The sender: claims what is due, calls the provider outside every transaction, writes down what became of it.

Law of this file: ``attempting`` is committed before the provider is called, so that a crash leaves a trace and nothing is
sent blindly a second time; a result counts only while the lease is ours; a lease that ran out means unknown, and unknown
is looked for before anything else. One sender a route, so that a provider that hangs holds up nobody else's messages.

Many messages share one claim and many results one commit: a sender claims about as much as it worked off in the last
moment, so that a quick provider costs few commits and a slow one holds few messages.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import Row, Select, bindparam, or_, select, update

from services.notify.answering import load_rule
from services.notify.desk import Desk
from services.notify.domain import retry
from services.notify.domain.outcome import Accepted, CannotTell, SendOutcome, Temporary
from services.notify.domain.state import DeliveryEvent, State, Step, Stepped, event_of, evolve
from services.notify.flooding import hold_back
from services.notify.ledger import Held, columns_of, delivery_of, in_hand
from services.notify.settling import Decide, lock_leased, settle
from services.notify.store import tables
from shared.contracts.values import Route, new_id
from shared.store.engine import is_unreachable
from shared.store.sleeper import LOOK_AGAIN
from shared.store.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=3)
"""After it another sender takes over."""
LONGEST_CALL = timedelta(minutes=1)
"""What has less of its lease left when its turn comes is put back: the provider's answer might come too late to count."""
TOGETHER = 0.05
"""Seconds. What is planned within them of each other goes into one claim."""
AT_ONCE: Mapping[Route, int] = MappingProxyType({Route.SMS: 16, Route.EMAIL: 32, Route.TRACKING_PAGE: 100})
"""Calls of a route at the same time; the providers bound their own below that."""
LARGEST_CLAIM = 200
"""Messages of a route in hand at the same time, most of them waiting for their turn."""
BRISK = 1.0
"""Seconds. What was claimed and worked off within them was too little for one commit."""
PUT_BACK = "its turn did not come within the lease"

_TOO_LATE = Temporary("sender", "", PUT_BACK)
_SHOWN = Accepted("tracking_page", "", final=True)

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

    def __init__(self, desk: Desk, route: Route, *, at_once: int | None = None, poll: float = LOOK_AGAIN) -> None:
        self._desk = desk
        self._route = route
        self._at_once = at_once or AT_ONCE[route]
        self._claims = self._at_once
        self._claimed_at = -math.inf
        self._places = asyncio.Semaphore(self._at_once)
        self._sleeper = desk.store.sleeper(tables.deliveries)
        self._poll = poll
        self._in_hand: set[asyncio.Task[None]] = set()
        self._results: list[_Result] = []
        self._writing = asyncio.Lock()

    async def run(self) -> None:
        """Send until cancelled; claims again as soon as half of what it may have in hand is done."""
        try:
            while True:
                while len(self._in_hand) > self._claims // 2:
                    await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
                room = self._claims - len(self._in_hand)
                claimed = await self._claim(room)
                for item in claimed:
                    self._start(item)
                self._keep_pace(full=len(claimed) == room)
                if not claimed:
                    await self._wait_for_work()
        finally:
            for task in self._in_hand:
                task.cancel()

    def _keep_pace(self, *, full: bool) -> None:
        """Have more in hand where one full claim soon follows another, less where it doesn't."""
        before, self._claimed_at = self._claimed_at, time.monotonic()
        wanted = self._claims * 2 if full and self._claimed_at - before < BRISK else self._claims // 2
        self._claims = min(max(wanted, self._at_once), LARGEST_CLAIM)

    async def send_due(self) -> int:
        """Work off one batch of what is due now and wait for its results; gives how many."""
        claimed = await self._claim(LARGEST_CLAIM)
        await asyncio.gather(*(self._handle(item) for item in claimed))
        return len(claimed)

    async def _wait_for_work(self) -> None:
        """Look without a lock: whoever has nothing to do holds up nobody who writes."""
        while (rest := await self._until_due()) > 0:
            if await self._sleeper.sleep(rest):
                await asyncio.sleep(TOGETHER)

    async def _until_due(self) -> float:
        """Seconds until something is due; at most the time between two looks."""
        now = self._desk.clock()
        soon = self._due(now + timedelta(seconds=self._poll), _COLUMNS.due_at).limit(1)
        async with self._desk.store.reading() as connection:
            due = (await connection.execute(soon)).scalar()
        return self._poll if due is None else (due - now).total_seconds()

    def _start(self, item: Held) -> None:
        task = asyncio.create_task(self._handle(item))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _claim(self, most: int) -> list[Held]:
        now = self._desk.clock()
        async with self._desk.store.transaction(now) as unit:
            query = self._due(now, tables.deliveries).limit(most).with_for_update(skip_locked=True)
            rows = (await unit.connection.execute(query)).all()
            going = await hold_back(unit, self._desk, rows)
            claimed = [self._take(row, unit) for row in going]
            if claimed:
                await unit.connection.execute(_TAKEN, [_as_taken(item) for item in claimed])
            return claimed

    def _due(self, now: Any, what: Any) -> Select[*tuple[Any, ...]]:
        free = or_(_COLUMNS.lease_until.is_(None), _COLUMNS.lease_until < now)
        return (
            select(what)
            .where(_COLUMNS.route == self._route.value, _COLUMNS.due_at <= now, _COLUMNS.state.in_(_OURS), free)
            .order_by(_COLUMNS.due_at)
        )

    def _take(self, row: Row[*tuple[Any, ...]], unit: UnitOfWork) -> Held:
        delivery = delivery_of(row)
        if delivery.state is State.ATTEMPTING:  # whoever had it is gone; nobody knows what the provider has
            delivery = evolve(delivery, Stepped(Step.LOSE_SIGHT, unit.now, "the sender was lost"))
        elif delivery.state is State.PLANNED:
            delivery = evolve(delivery, Stepped(Step.CLAIM, unit.now))
        return in_hand(self._desk, row, delivery, new_id(), unit.now + LEASE)

    async def _handle(self, item: Held) -> None:
        """One delivery, from the provider to the ledger. Where this fails the lease runs out, and somebody looks."""
        try:
            if self._route is Route.TRACKING_PAGE:
                await self._write(item, _SHOWN, lambda _: retry.Done())
            elif item.delivery.state is State.ATTEMPTING:
                await self._send(item)
            else:
                await self._look(item)
        except Exception as fault:  # noqa: BLE001 - the lease runs out, and somebody looks for it then
            _log.error("sending.failed", delivery=str(item.row.id), exc_info=fault)

    async def _send(self, item: Held) -> None:
        """Hand it over when its turn comes, unless that is so late that somebody else might have it by the answer."""
        async with self._places:
            is_in_time = self._desk.clock() + LONGEST_CALL <= item.until
            outcome = await self._desk.providers[self._route].send(item.outgoing) if is_in_time else _TOO_LATE
        decide = partial(retry.after_send, outcome) if is_in_time else _at_once
        await self._write(item, outcome, decide)

    async def _look(self, item: Held) -> None:
        async with self._places:
            found = await self._desk.providers[self._route].find(item.outgoing)
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
            await asyncio.sleep(0)  # those that came back in the same moment share the commit
            if not result.done.done():
                batch, self._results = self._results, []
                await self._commit(sorted(batch, key=_in_order))
        await result.done

    async def _commit(self, batch: list[_Result]) -> None:
        """All in one commit, or each in its own where that fails, so that a bad one harms only itself."""
        try:
            async with self._desk.store.transaction(self._desk.clock()) as unit:
                ours = await lock_leased(unit, [result.held for result in batch])
                for result in batch:
                    await self._settle(unit, result, ours.get(result.held.row.id))
        except Exception as fault:  # noqa: BLE001 - handed to whoever waits for it
            if len(batch) == 1 or is_unreachable(fault):
                for result in batch:
                    result.done.set_exception(fault)
                return
            for result in batch:
                await self._commit([result])
            return
        for result in batch:
            self._desk.recent.pop(result.held.row.id, None)
            result.done.set_result(None)

    async def _settle(self, unit: UnitOfWork, result: _Result, held: Held | None) -> None:
        row = result.held.row
        if held is None:
            _log.warning("sending.lease_lost", delivery=str(row.id))
            return
        rule = await load_rule(unit, row.complaint_id)
        await settle(unit, self._desk, rule, held, result.event, result.decide, polls=result.polls)


_TAKEN = (
    update(tables.deliveries)
    .where(_COLUMNS.id == bindparam("this"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "attempts", "first_attempt_at", "reason", "code")})
    .values(
        {name: bindparam(f"new_{name}") for name in ("changed_at", "seen_by", "lease_token", "lease_until", "due_at")}
    )
)


def _as_taken(item: Held) -> dict[str, Any]:
    """``due_at`` moves to the end of the lease, so that the index of what is due names a lost one by itself."""
    columns = columns_of(item.delivery) | {"lease_token": item.token, "lease_until": item.until, "due_at": item.until}
    names = ("state", "attempts", "first_attempt_at", "reason", "code", "changed_at", "seen_by")
    wanted = (*names, "lease_token", "lease_until", "due_at")
    return {"this": item.row.id} | {f"new_{name}": columns[name] for name in wanted}


def _at_once(c: retry.Circumstances) -> retry.Decision:
    return retry.Retry(c.now, PUT_BACK)


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
