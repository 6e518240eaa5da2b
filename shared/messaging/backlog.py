"""What a service has not told yet, and what it could not handle: numbers for whoever is to be woken.

Law of this file: it looks when it is asked, so that an idle process does nothing for it; where the database is away the last
numbers stay, and ``shouli_dependency_up`` says so. No label holds anything of a complaint.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy import func, select

from shared.store.engine import is_unreachable
from shared.store.unit_of_work import Store

WAITING = Gauge("shouli_outbox_waiting", "Messages decided and not yet told", ["service"])
OLDEST = Gauge("shouli_outbox_oldest_seconds", "Age of the oldest message not yet told", ["service"])
DEAD = Gauge("shouli_dead_letters", "Messages that could not be handled and that nobody has settled", ["service"])


async def measure(stores: Mapping[str, Store], now: datetime) -> None:
    """Set the gauges of each service. ``now`` is aware."""
    for service, store in stores.items():
        try:
            await _measure(service, store, now)
        except Exception as fault:
            if not is_unreachable(fault):
                raise


async def _measure(service: str, store: Store, now: datetime) -> None:
    outbox, dead_letters = store.messages.outbox, store.messages.dead_letters
    untold = select(func.count(), func.min(outbox.c.written_at)).where(outbox.c.published_at.is_(None))
    unsettled = select(func.count()).select_from(dead_letters).where(dead_letters.c.settled_at.is_(None))
    async with store.reading() as connection:
        waiting, oldest = (await connection.execute(untold)).one()
        dead = (await connection.execute(unsettled)).scalar_one()
    WAITING.labels(service=service).set(waiting)
    OLDEST.labels(service=service).set((now - oldest).total_seconds() if oldest else 0)
    DEAD.labels(service=service).set(dead)
