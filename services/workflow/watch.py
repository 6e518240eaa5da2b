"""The watch: near and missed limits, and danger that nobody looks at, told once each by any number of replicas (art. 3, 限时办结).

Law of this file: what is due, and what an amended calendar does to a running limit, is the domain's to say; here is only the
looking. A case is locked while it is judged, and one that can't be judged keeps no other waiting. A clock that jumped is not
believed for a while, and what was told is never unsaid.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, select, update

from services.workflow.domain.deadlines import due, recompute
from services.workflow.domain.events import UrgentUnattended
from services.workflow.office import Office
from services.workflow.store import files, tables
from shared.clock import Clock

POLL = 5.0
BATCH = 100
_cases = tables.cases
_log = structlog.get_logger("watch")


class ClockWitness:
    """Holds the wall clock against the monotonic one: they part only where somebody set the clock.

    After a jump of more than ``TOLERANCE``, either way, the clock is not believed for ``HOLD``: time enough for the right
    hour to come back, and nothing beside limits of whole working days.
    """

    TOLERANCE = timedelta(seconds=60)
    HOLD = timedelta(minutes=15)

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._seen = (clock(), monotonic())
        self._believed_from = monotonic()

    def trusted_now(self) -> datetime | None:
        """The time, or None where it can't be believed just now."""
        wall, steady = self._clock(), self._monotonic()
        apart = (wall - self._seen[0]) - timedelta(seconds=steady - self._seen[1])
        self._seen = (wall, steady)
        if abs(apart) > self.TOLERANCE:
            self._believed_from = steady + self.HOLD.total_seconds()
            _log.warning("clock.jumped", seconds=round(apart.total_seconds()))
        return wall if steady >= self._believed_from else None


class DeadlineWatch:
    """The task that looks at what is due, and counts limits again after the calendar was amended."""

    def __init__(self, office: Office, witness: ClockWitness | None = None) -> None:
        self._office = office
        self._witness = witness or ClockWitness(office.clock)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            if not await self.recount() + await self.look():
                await asyncio.sleep(POLL)

    async def look(self) -> int:
        """Judge one batch of cases; gives how many limits were told. Nothing is told while the clock is doubted."""
        now = self._witness.trusted_now()
        if now is None:
            return 0
        query = select(_cases.c.number).where(_cases.c.watch_at <= now).order_by(_cases.c.watch_at).limit(BATCH)
        told = await self._each(query, self._judge)
        if told:
            _log.info("watch.told", limits=told)
        return told

    async def recount(self) -> int:
        """Count one batch of cases by the calendar in force; gives how many of them had not been yet."""
        serial = self._office.calendars.serial
        query = select(_cases.c.number).where(_cases.c.next_limit.isnot(None), _cases.c.counted_by < serial)
        return await self._each(query.order_by(_cases.c.counted_by).limit(BATCH), self._count_again)

    async def _each(self, query: Select[Any], do: Callable[[str], Any]) -> int:
        async with self._office.store.reading() as connection:
            numbers = list((await connection.execute(query)).scalars())
        done = 0
        for number in numbers:
            try:
                done += await do(number)
            except Exception as fault:  # noqa: BLE001 - one case's fault is no reason to watch no other
                _log.error("watch.case_failed", number=number, exc_info=fault)
        return done

    async def _judge(self, number: str) -> int:
        office = self._office
        async with office.store.transaction(office.clock()) as unit:
            file = await files.load(unit, office.ring, _cases.c.number == number)
            if file is None:
                return 0
            events = due(file.case, unit.now, office.calendar, office.hours)
            if events:
                counted_by = min(file.counted_by, office.calendars.serial)
                await files.go_on(unit, office.ring, file, events, counted_by=counted_by)
            if any(isinstance(event.what, UrgentUnattended) for event in events):
                _log.error("case.urgent_unattended", number=number)
            return len(events)

    async def _count_again(self, number: str) -> int:
        office = self._office
        serial = office.calendars.serial
        async with office.store.transaction(office.clock()) as unit:
            file = await files.load(unit, office.ring, _cases.c.number == number)
            if file is None or file.counted_by >= serial:
                return 0
            events = recompute(file.case, unit.now, office.calendar, office.hours)
            if events:
                await files.go_on(unit, office.ring, file, events, counted_by=serial)
            else:
                await unit.connection.execute(update(_cases).where(_cases.c.number == number).values(counted_by=serial))
            return 1
