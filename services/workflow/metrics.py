"""Workflow's numbers for Prometheus: how many urgent cases wait for somebody to look; never which, nor whose.

What stands in the database is looked at every ``PERIOD`` and set as gauges; every replica sets the same.
"""

from __future__ import annotations

import asyncio

import structlog
from prometheus_client import Gauge
from sqlalchemy import select

from services.workflow.domain.limits import urgent_alert_at
from services.workflow.office import Office
from services.workflow.store.tables import cases
from shared.store.engine import is_unreachable

PERIOD = 15.0
"""Seconds."""

UNATTENDED = Gauge("shouli_urgent_unattended", "Urgent cases that nobody has looked at")
OVERDUE = Gauge("shouli_urgent_overdue", "Urgent cases that nobody has looked at in time")

_log = structlog.get_logger("metrics")


async def keep_measuring(office: Office) -> None:
    """Set the gauges until cancelled."""
    while True:
        try:
            await measure(office)
        except Exception as fault:  # noqa: BLE001 - the next look may succeed; readiness tells of the database
            if not is_unreachable(fault):
                _log.error("metrics.failed", exc_info=fault)
        await asyncio.sleep(PERIOD)


async def measure(office: Office) -> None:
    """Set the gauges once."""
    now = office.clock()
    query = select(cases.c.urgent_since).where(cases.c.urgent_since.isnot(None))
    async with office.store.reading() as connection:
        since = list((await connection.execute(query)).scalars())
    UNATTENDED.set(len(since))
    OVERDUE.set(sum(now >= urgent_alert_at(moment) for moment in since))
