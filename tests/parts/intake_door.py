"""An intake of its own for a test: its database, its originals in memory, its group commit running, a clock to set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from services.intake.ports import Door
from services.intake.spelling import directory_of
from services.intake.store import tables
from shared.calendar_book.book import PrintedCalendar
from shared.centre import load_centre
from shared.contracts.complaint import Published
from shared.contracts.envelope import read_envelope, unwrap
from shared.ending import end
from shared.originals import MemoryOriginals
from shared.sealing import KeyRing, new_key_ring
from shared.store.engine import open_engine
from shared.store.group_commit import GroupCommit
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from shared.working_time import CENTRE_HOURS, published
from tests.parts.clockwork import Clockwork

VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"
FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""A working day, ten in the morning in Shanghai."""


@dataclass
class House:
    """A door with what a test wants to look at."""

    door: Door
    clock: Clockwork
    own: frozenset[str] = field(default_factory=lambda: frozenset({"intake@center.example", "tousu@example.gov.cn"}))

    async def count(self, table: Any, *where: Any) -> int:
        """How many rows are committed."""
        async with self.door.store.reading() as connection:
            query = select(func.count()).select_from(table).where(*where)
            return int((await connection.execute(query)).scalar_one())

    async def rows(self, table: Any, *where: Any) -> list[Any]:
        """All committed rows."""
        async with self.door.store.reading() as connection:
            return list((await connection.execute(select(table).where(*where))).all())

    async def told(self, kind: str) -> list[Published]:
        """The messages of one type in the outbox, opened, in the order of their writing."""
        outbox = tables.messages.outbox
        async with self.door.store.reading() as connection:
            query = select(outbox.c.body).where(outbox.c.type == kind).order_by(outbox.c.seq)
            bodies = (await connection.execute(query)).scalars()
            return [unwrap(read_envelope(body), self.door.ring) for body in bodies]


@asynccontextmanager
async def intake_house(database_url: str, originals: Any = None, ring: KeyRing | None = None) -> AsyncIterator[House]:
    """Open the house; everything ends with the block."""
    engine = open_engine(database_url)
    await migrate(engine, VERSIONS)
    ring, clock = ring or new_key_ring(), Clockwork(FRIDAY)
    store = Store(engine, tables.messages, ring)
    group = GroupCommit(store, clock)
    centre = load_centre()
    door = Door(
        store=store,
        write=group.write,
        originals=originals or MemoryOriginals(),
        ring=ring,
        centre=centre,
        calendars=PrintedCalendar(published()),
        hours=CENTRE_HOURS,
        clock=clock,
        directory=directory_of(centre),
    )
    running = asyncio.create_task(group.run())
    try:
        yield House(door, clock)
    finally:
        await end([running])
        await engine.dispose()
