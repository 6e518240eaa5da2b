"""The watch over the one-working-day rule: who still owes an answer at the safety margin gets a person (art. 14).

Law of this file: it trusts nobody: not the sender, not a provider's receipt, not the plan. Whoever has no message on the
call list by then is put there, also where nothing was ever planned for them, or, without a number and an address, is named
once as somebody whom only the office can find. It looks at the rules alone, so it works with every provider down and the
senders dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, select, update

from services.notify import answering
from services.notify.desk import Desk
from services.notify.domain.contact import MANNED
from services.notify.domain.plan import PlannedMessage, answer_owed
from services.notify.domain.retry import SAFETY_MARGIN
from services.notify.domain.state import State
from services.notify.handlers import load_known
from services.notify.ledger import PLANS, write_down
from services.notify.store.tables import deliveries, response_rules
from shared.contracts.values import Route
from shared.store.unit_of_work import UnitOfWork

POLL = 15.0
"""Seconds."""
BATCH = 100
REASON = "no answer has arrived, and the limit is near"

_log = structlog.get_logger("rule_watch")


class RuleWatch:
    """The task that looks at what is owed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            if not await self.look():
                await asyncio.sleep(POLL)

    async def look(self) -> int:
        """Deal with one batch of those who owe; gives how many."""
        now = self._desk.clock()
        rules = response_rules.c
        near = (rules.owes, rules.respond_by <= now + SAFETY_MARGIN, rules.person_asked_at.is_(None))
        query = select(rules.complaint_id).where(*near).order_by(rules.respond_by).limit(BATCH)
        async with self._desk.store.reading() as connection:
            owing = list((await connection.execute(query)).scalars())
        for complaint_id in owing:
            async with self._desk.store.transaction(self._desk.clock()) as unit:
                await self._ask(unit, complaint_id)
        if owing:
            _log.warning("rule.person_needed", complaints=len(owing))
        return len(owing)

    async def _ask(self, unit: UnitOfWork, complaint_id: UUID) -> None:
        """Onto the call list, unless it is there; asked either way, so that the next look passes it over."""
        rule = await answering.load_rule(unit, complaint_id)
        if rule.owes_answer():
            messages = await _answers_of(unit, complaint_id)
            if not messages:
                await self._plan(unit, complaint_id)
            elif not any(_waits_for_a_person(row) for row in messages):
                await self._put_on_the_list(unit, messages[0])
        asked = update(response_rules).where(response_rules.c.complaint_id == complaint_id)
        await unit.connection.execute(
            asked.where(response_rules.c.person_asked_at.is_(None)).values(person_asked_at=unit.now)
        )

    async def _plan(self, unit: UnitOfWork, complaint_id: UUID) -> None:
        """Nothing was ever planned that would answer: the receipt, now, and a person unless a page is all there can be."""
        known = await load_known(unit, self._desk, complaint_id)
        if known is None:
            return  # a rule without a contact: nothing writes one without the other
        message = answer_owed(known.contact, unit.now)
        written = await write_down(unit, self._desk, message)
        if written is not None and not (message.route is Route.TRACKING_PAGE and message.answers):
            await answering.ask_for_a_person(unit, message, written, REASON)

    async def _put_on_the_list(self, unit: UnitOfWork, row: Row[*tuple[Any, ...]]) -> None:
        message: PlannedMessage = PLANS.validate_json(self._desk.ring.open(row.sealed_plan))
        manned = next((route for route in message.fallbacks if route in MANNED), None)
        if manned is None:
            await answering.ask_for_a_person(unit, message, row.id, REASON)
            return
        by_hand = message.on(manned, unit.now)
        written = await write_down(unit, self._desk, by_hand)
        if written is not None:
            await answering.ask_for_a_person(unit, by_hand, written, REASON)


async def _answers_of(unit: UnitOfWork, complaint_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """The messages that would answer, the first planned first."""
    query = (
        select(deliveries)
        .where(deliveries.c.complaint_id == complaint_id, deliveries.c.answers)
        .order_by(deliveries.c.made_at, deliveries.c.id)
    )
    return (await unit.connection.execute(query)).all()


def _waits_for_a_person(row: Row[*tuple[Any, ...]]) -> bool:
    return row.route in {route.value for route in MANNED} and row.state == State.PLANNED
