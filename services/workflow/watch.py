"""The deadline watch: near and missed limits told once each, by any number of replicas (art. 3, 限时办结).

Law of this file: what is due is the domain's to say; here is only the looking. A case is locked while it is judged, and a
case that somebody else holds is left to the next round. A clock that jumped backwards makes the watch wait, never unsay.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy import select

from services.workflow.domain.deadlines import due
from services.workflow.office import Office
from services.workflow.store import files, tables

POLL = 5.0
BATCH = 100

_log = structlog.get_logger("watch")


class DeadlineWatch:
    """The task that looks at what is due."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            if not await self.look():
                await asyncio.sleep(POLL)

    async def look(self) -> int:
        """Judge one batch of cases; gives how many limits were told."""
        now = self._office.clock()
        cases = tables.cases
        query = select(cases.c.number).where(cases.c.watch_at <= now).order_by(cases.c.watch_at).limit(BATCH)
        async with self._office.store.reading() as connection:
            numbers = list((await connection.execute(query)).scalars())
        told = 0
        for number in numbers:
            told += await self._judge(number)
        if told:
            _log.info("watch.told", limits=told)
        return told

    async def _judge(self, number: str) -> int:
        office = self._office
        async with office.store.transaction(office.clock()) as unit:
            file = await files.load(unit, office.ring, tables.cases.c.number == number)
            if file is None:
                return 0
            events = due(file.case, unit.now, office.calendar, office.hours)
            if events:
                await files.go_on(unit, office.ring, file, events)
            return len(events)
