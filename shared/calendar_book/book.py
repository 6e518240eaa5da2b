"""The calendar book: the published calendar with everything that was entered since, the same in every process.

Law of this file: entries are folded in the order of their serials, so that all who have read as far hold the same calendar,
and "newer" is a matter of serials, never of clocks. What a calendar means for a case is not known here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import structlog
from pydantic import TypeAdapter
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.calendar_book.tables import calendar_entries
from shared.clock import SHANGHAI, Clock
from shared.store.engine import WRITES
from shared.working_time import Override, WorkCalendar, load_year

REREAD_SECONDS = 60.0
_OVERRIDES = TypeAdapter(Override)
_log = structlog.get_logger("calendar")


class CalendarBook(Protocol):
    """What a service asks: the calendar that counts now, and how far the book has been read."""

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar in force."""
        ...

    @property
    def serial(self) -> int:
        """Grows with every entry; of two calendars the one with the higher serial counts."""
        ...

    async def decide(self, override: Override, *, by: str, now: datetime) -> WorkCalendar:
        """Enter a local decision about one day. Raises ValueError where it can't be taken."""
        ...


@dataclass(frozen=True, slots=True)
class PrintedCalendar:
    """A calendar that nothing is entered into: for tests and tools."""

    calendar: WorkCalendar
    serial: int = 0

    async def decide(self, override: Override, *, by: str, now: datetime) -> WorkCalendar:
        """Always refused with ValueError."""
        raise ValueError(f"{by} can't enter {override.day} into a printed calendar at {now}")


class StoredCalendar:
    """The book in the database, read at start and every ``REREAD_SECONDS``."""

    def __init__(self, engine: AsyncEngine, printed: WorkCalendar) -> None:
        self._engine = engine
        self.calendar = printed
        self.serial = 0

    async def read(self) -> None:
        """Read what was entered since the last time. Raises what the database raises; what was read stays."""
        query = select(calendar_entries).where(calendar_entries.c.serial > self.serial)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query.order_by(calendar_entries.c.serial))).all()
        for row in rows:
            self.calendar = with_entry(self.calendar, row.kind, row.body)
            self.serial = row.serial
        if rows:
            _log.info("calendar.read", serial=self.serial, version=self.calendar.version)

    def warn(self, today: date) -> None:
        """Tell the ops team where the published days soon run out: from then on every limit is provisional."""
        warning = self.calendar.coverage_warning(today, "en")
        if warning is not None:
            _log.warning("calendar.runs_out", until=self.calendar.covered_until.isoformat(), warning=warning)

    async def run(self, clock: Clock) -> None:
        """Read again and again, and once a day warn of the end, until cancelled."""
        warned: date | None = None
        while True:
            today = clock().astimezone(SHANGHAI).date()
            if today != warned:
                self.warn(today)
                warned = today
            await asyncio.sleep(REREAD_SECONDS)
            await self.read()

    async def load(self, notice: bytes, *, by: str, now: datetime) -> WorkCalendar:
        """Enter a year's notice, new or corrected. Raises ValueError where it is none or leaves a hole."""
        return await self._enter("year", notice.decode(), by=by, now=now)

    async def decide(self, override: Override, *, by: str, now: datetime) -> WorkCalendar:
        """Enter a local decision about one day."""
        return await self._enter("override", _OVERRIDES.dump_json(override).decode(), by=by, now=now)

    async def _enter(self, kind: str, body: str, *, by: str, now: datetime) -> WorkCalendar:
        await self.read()
        with_entry(self.calendar, kind, body)  # refuses before it is written, not in every process afterwards
        async with self._engine.connect() as raw:
            connection = await raw.execution_options(**{WRITES: True})
            async with connection.begin():
                # Two who enter at once take the same serial, and the second is refused: no reader ever skips an entry.
                row = {"serial": self.serial + 1, "kind": kind, "body": body, "entered_at": now, "entered_by": by}
                await connection.execute(insert(calendar_entries), [row])
        await self.read()
        return self.calendar


def with_entry(calendar: WorkCalendar, kind: str, body: str) -> WorkCalendar:
    """The calendar with one entry more. Raises ValueError where the entry is not one."""
    if kind == "year":
        return calendar.with_year(load_year(body.encode()))
    return calendar.with_overrides([_OVERRIDES.validate_json(body)])


def days_named(calendar: WorkCalendar, year: int) -> list[tuple[date, str, str, str]]:
    """Each day of a year that a notice or a decision speaks of: day, kind, name, source."""
    days = sorted(calendar.named_days.values(), key=lambda named: named.day)
    return [(day.day, day.kind.value, day.name, day.source) for day in days if day.day.year == year]
