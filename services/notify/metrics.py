"""Notify's numbers for Prometheus: by route and state, never by person.

Counters live in the process; what stands in the database is looked at every ``PERIOD`` and set as gauges.
"""

from __future__ import annotations

import asyncio

from prometheus_client import Counter, Gauge
from sqlalchemy import func, select

from services.notify.desk import Desk
from services.notify.domain.contact import MANNED
from services.notify.domain.state import State
from services.notify.store.tables import deliveries, provider_reports, response_rules

PERIOD = 15.0
"""Seconds."""

OUTCOMES = Counter("shouli_notify_outcomes_total", "Deliveries that came into a state", ["route", "state"])
CALLBACKS = Counter("shouli_notify_callbacks_total", "Requests at the webhooks, by the answer", ["answer"])
DELIVERIES = Gauge("shouli_notify_deliveries", "Deliveries that have not ended", ["route", "state"])
CALL_LIST = Gauge("shouli_notify_call_list", "Messages that wait for a person")
OWED = Gauge("shouli_notify_owed", "Complaints that still owe an answer (art. 14)")
OLDEST_OWED = Gauge("shouli_notify_oldest_owed_seconds", "Age of the oldest complaint that still owes an answer")
OVERDUE = Gauge("shouli_notify_overdue_seconds", "How long the message that is due longest has been due")
PROVIDERS = Gauge("shouli_notify_provider_well", "1 where this process would try the provider now", ["provider"])
UNMATCHED = Gauge("shouli_notify_reports_waiting", "Reports of providers not yet applied")

_OPEN = (State.PLANNED, State.ATTEMPTING, State.UNKNOWN, State.ACCEPTED)
_BY_MACHINE = deliveries.c.route.not_in([route.value for route in MANNED])


async def keep_measuring(desk: Desk) -> None:
    """Set the gauges until cancelled."""
    while True:
        await measure(desk)
        await asyncio.sleep(PERIOD)


async def measure(desk: Desk) -> None:
    """Set the gauges once."""
    now = desk.clock()
    by_state = (
        select(deliveries.c.route, deliveries.c.state, func.count())
        .where(deliveries.c.state.in_(_OPEN))
        .group_by(deliveries.c.route, deliveries.c.state)
    )
    owed = select(func.count(), func.min(response_rules.c.received_at)).where(response_rules.c.owes)
    due = select(func.min(deliveries.c.due_at)).where(_BY_MACHINE, deliveries.c.due_at <= now)
    waiting = select(func.count()).where(provider_reports.c.settled_at.is_(None))
    async with desk.store.reading() as connection:
        counts = (await connection.execute(by_state)).all()
        owing, oldest = (await connection.execute(owed)).one()
        longest_due = (await connection.execute(due)).scalar()
        unmatched = (await connection.execute(waiting)).scalar_one()
    DELIVERIES.clear()
    for route, state, count in counts:
        DELIVERIES.labels(route=route, state=state).set(count)
    planned = {route: count for route, state, count in counts if state == State.PLANNED}
    CALL_LIST.set(sum(planned.get(route.value, 0) for route in MANNED))
    OWED.set(owing)
    OLDEST_OWED.set((now - oldest).total_seconds() if oldest else 0)
    OVERDUE.set((now - longest_due).total_seconds() if longest_due else 0)
    UNMATCHED.set(unmatched)
    for name, is_well in desk.watch.health().items():
        PROVIDERS.labels(provider=name).set(is_well)
