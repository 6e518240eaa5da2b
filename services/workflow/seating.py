"""The directory follows who may come in: a new account can be dispatched to at once, a disabled one no longer (art. 4).

Law of this file: identity says who somebody is (role, unit) and whether they may come in; deputy, place and presence stay the
directory's. Every replica looks for itself, and what it takes over twice is the same. It must not know how people sign in.
"""

from __future__ import annotations

import asyncio

import structlog

from services.workflow import staffing
from services.workflow.office import Office
from shared.identity.seats import Seats

EVERY = 1.0
"""Seconds between two looks: less than somebody needs to go from the account to the case."""
_log = structlog.get_logger("directory")


class Seating:
    """Takes seats over into the directory."""

    def __init__(self, office: Office, seats: Seats) -> None:
        self._office = office
        self._seats = seats

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.catch_up()
            await asyncio.sleep(EVERY)

    async def catch_up(self) -> None:
        """Take over what stands otherwise in the directory, also where somebody was entered by hand meanwhile."""
        now = self._office.clock()
        changed = await staffing.standing_otherwise(self._office.store, await self._seats.all(now))
        if not changed:
            return
        async with self._office.store.transaction(now) as unit:
            await staffing.seat(unit, changed)
        _log.info("directory.follows_accounts", changed=len(changed))
