"""What ops enter from a terminal: the calendar's notices and decisions, the directory. Each gives what to print."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

import typer
from pydantic import ValidationError

from services.bootstrap import CALENDAR_CHAIN, CALENDAR_VERSIONS, present_key_ring
from services.workflow.bootstrap import VERSIONS
from services.workflow.settings import WorkflowSettings
from services.workflow.staffing import SheetFault, put, read_sheet
from services.workflow.store import tables
from shared.calendar_book.book import StoredCalendar, days_named
from shared.centre import load_centre
from shared.clock import SHANGHAI, system_clock
from shared.settings import Settings
from shared.store.engine import open_engine
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from shared.working_time import Override, WorkCalendar, published


def load_notice(content: bytes) -> str:
    """Enter a year's notice."""
    calendar = _in_book(lambda book: book.load(content, by=getpass.getuser(), now=system_clock()))
    return f"the calendar reaches to {calendar.covered_until}, version {calendar.version}"


def decide_day(day: str, *, working: bool, name: str, notice: str) -> str:
    """Enter a local decision."""
    now = datetime.now(UTC)
    try:
        decided = Override(
            day=date.fromisoformat(day),
            working=working,
            name=name,
            notice=notice,
            who=getpass.getuser(),
            decided_at=now,
            in_force_from=now.astimezone(SHANGHAI).date(),
        )
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault
    calendar = _in_book(lambda book: book.decide(decided, by=getpass.getuser(), now=now))
    return f"{day} is {'worked' if working else 'not worked'}, version {calendar.version}"


def show_year(year: int) -> str:
    """The named days of a year."""
    calendar = _in_book(_as_it_is)
    lines = [f"{day} {kind} {name} {source}" for day, kind, name, source in days_named(calendar, year)]
    lines.append(f"published until {calendar.covered_until}, version {calendar.version}")
    warning = calendar.coverage_warning(system_clock().astimezone(SHANGHAI).date(), "en")
    return "\n".join(lines if warning is None else [*lines, warning])


def import_directory(content: bytes) -> str:
    """Take a table of people."""
    try:
        return f"{asyncio.run(_import(content))} people"
    except SheetFault as fault:
        raise typer.BadParameter(str(fault)) from fault


async def _as_it_is(book: StoredCalendar) -> WorkCalendar:
    return book.calendar


def _in_book(do: Callable[[StoredCalendar], Awaitable[WorkCalendar]]) -> WorkCalendar:
    async def steps() -> WorkCalendar:
        engine = open_engine(Settings().identity_database)
        try:
            await migrate(engine, CALENDAR_VERSIONS, version_table=CALENDAR_CHAIN)
            book = StoredCalendar(engine, published())
            await book.read()
            return await do(book)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(steps())
    except (ValidationError, ValueError) as fault:
        raise typer.BadParameter(str(fault)) from fault


async def _import(content: bytes) -> int:
    settings = WorkflowSettings()
    entries = read_sheet(content)
    engine = open_engine(settings.database_of("workflow"))
    try:
        await migrate(engine, VERSIONS)
        store = Store(engine, tables.messages, present_key_ring(settings))
        async with store.transaction(system_clock()) as unit:
            return await put(unit, load_centre(settings.centre_path), entries)
    finally:
        await engine.dispose()
