"""The worklist's page at 10^4, 10^5 and 10^6 cases on PostgreSQL, a command's CPU, and how fast cases are registered.

Cases are put in as bare rows by the database itself: a million of them take about a minute, and what is measured is the
product's own query over its own indexes.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, text

from services.workflow import reading
from services.workflow.domain.roles import Person
from services.workflow.handlers import register_complaint
from services.workflow.store import queries
from services.workflow.store.tables import cases
from tests.parts.postgres_cluster import DURABLE, PgCluster
from tests.parts.workflow_office import HANDLER, LEADER, OPERATOR, UNIT, UNIT_HANDLER, Desk, envelope, open_desk

SIZES = (10_000, 100_000, 1_000_000)
UNITS = 40
PEOPLE = (HANDLER.id, OPERATOR.id, *(f"person{place}" for place in range(58)))
PAGES = 200
COMMANDS = 100
REGISTERED, A_COMMIT = 2000, 200
NAMES = (UNIT, *(f"单位{place}" for place in range(1, UNITS)))
"""The units. The cases of the first can be opened: a page reads what is sealed in them."""
STATES = ("registered", "accepted", "awaiting_approval", "dispatched", "feedback_submitted", "closed", "archived")

_FILL = """
INSERT INTO cases (number, complaint_id, tracking_code, version, acted_version, state, round, unit, target_unit, concerned, channel,
                   real_name, confidential, restricted, received_at, holder_id, holder_name, first_receiver, next_limit, next_clock,
                   searchable, sealed_case, sealed_complaint, timeline_head)
SELECT (1900 + n / 1000000) || '-' || lpad((n % 1000000)::text, 6, '0'), gen_random_uuid(), lpad(n::text, 10, '0'), 3, 3, state, 1,
       unit, unit, unit, 'phone', true, false, false, now() - n * interval '1 minute', (ARRAY[{people}])[1 + n % {staff}], '某某', (ARRAY[{people}])[1 + n % 59],
       CASE WHEN state IN ('closed', 'archived') THEN NULL ELSE now() + (random() * 10000) * interval '1 minute' END,
       'forward', true, CASE unit WHEN '{opened}' THEN '{case}' ELSE repeat(md5(n::text), 20) END,
       CASE unit WHEN '{opened}' THEN '{complaint}' ELSE repeat(md5(n::text), 20) END, md5(n::text)
FROM (SELECT n, (ARRAY[{states}])[1 + (random() * 100)::int % {count}] AS state, (ARRAY[{names}])[1 + (random() * 1000)::int % {units}] AS unit
      FROM generate_series({first}, {last}) AS n) AS made
"""


def run(out: list[str]) -> None:
    """Measure and write down."""
    with PgCluster(settings={**DURABLE, "shared_buffers": "512MB"}) as cluster, tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(cluster.database(), Path(folder), out))


async def _measure(url: str, folder: Path, out: list[str]) -> None:
    async with open_desk(url, folder) as desk:
        out.append("workflow on PostgreSQL (fsync on); page of 50, filtered, sorted by limit; ms")
        there = 0
        for size in SIZES:
            await _fill(desk, there + 1, size)
            there = size
            for name, ask in _PAGES.items():
                out.append(f"{size:>9,} cases  {name:<28} {await _spread(desk, ask)}")
        out.append(f"a command (note): {await _cpu_of_a_command(desk):.1f} ms of CPU, median of {COMMANDS}")
        out.append(f"registered: {await _registered(desk):.0f} cases a second, {A_COMMIT} a commit, one consumer")


async def _fill(desk: Desk, first: int, last: int) -> None:
    states = ", ".join(f"'{state}'" for state in STATES)
    people = ", ".join(f"'{person}'" for person in PEOPLE)
    statement = _FILL.format(
        states=states, count=len(STATES), units=UNITS, first=first, last=last, people=people, staff=len(PEOPLE),
        names=", ".join(f"'{name}'" for name in NAMES), opened=UNIT, **await _sealed(desk),
    )  # fmt: skip
    async with desk.office.store.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("SET statement_timeout = 0"))
        raw: Any = (await outside.get_raw_connection()).driver_connection
        await raw.execute(statement, timeout=1200)
        await raw.execute("VACUUM ANALYZE cases", timeout=1200)


async def _sealed(desk: Desk) -> dict[str, str]:
    """A case as it is kept."""
    number = await desk.registered()
    row = await queries.one_case(desk.office.store, cases.c.number == number)
    assert row is not None
    return {"case": row["sealed_case"], "complaint": row["sealed_complaint"]}


def _unit() -> str:
    return random.choice(NAMES)


async def _by_unit_and_state(desk: Desk) -> None:
    await queries.worklist(desk.office.store, _of(desk, HANDLER), states=["dispatched"], unit=_unit())


async def _the_page(desk: Desk) -> None:
    wanted = reading.Wanted(state="dispatched", unit=UNIT)
    assert await reading.worklist(desk.office, HANDLER, wanted, _today(desk), 0)


async def _next_page(desk: Desk) -> None:
    unit = _unit()
    page = await queries.worklist(desk.office.store, _of(desk, HANDLER), states=["dispatched"], unit=unit)
    last = page[-1]
    after = (last["next_limit"], last["number"])
    await queries.worklist(desk.office.store, _of(desk, HANDLER), states=["dispatched"], unit=unit, after=after)


async def _of_the_unit(desk: Desk) -> None:
    await queries.worklist(desk.office.store, _of(desk, UNIT_HANDLER))


async def _everything(desk: Desk) -> None:
    await queries.worklist(desk.office.store, _of(desk, LEADER))


async def _counts(desk: Desk) -> None:
    await reading.view_counts(desk.office, HANDLER, _today(desk))


async def _page_and_counts(desk: Desk) -> None:
    await _the_page(desk)
    await _counts(desk)


async def _counts_of_a_unit(desk: Desk) -> None:
    await reading.view_counts(desk.office, UNIT_HANDLER, _today(desk))


async def _counts_of_an_operator(desk: Desk) -> None:
    await reading.view_counts(desk.office, OPERATOR, _today(desk))


def _today(desk: Desk) -> reading.Day:
    now = desk.office.clock()
    return reading.Day(now, now)


async def _of_an_operator(desk: Desk) -> None:
    await queries.worklist(desk.office.store, _of(desk, OPERATOR))


def _of(desk: Desk, person: Person) -> ColumnElement[bool]:
    return desk.office.seen_by(person)


_PAGES: dict[str, Callable[[Desk], Awaitable[None]]] = {
    "unit and state": _by_unit_and_state,
    "the same as a page, opened": _the_page,
    "unit and state, two pages": _next_page,
    "a unit's own": _of_the_unit,
    "an operator's own": _of_an_operator,
    "all, nearest limit first": _everything,
    "the counts of all views": _counts,
    "the page and its counts": _page_and_counts,
    "a unit's counts": _counts_of_a_unit,
    "an operator's counts": _counts_of_an_operator,
}


async def _spread(desk: Desk, ask: Callable[[Desk], Awaitable[None]]) -> str:
    took: list[float] = []
    for _ in range(PAGES):
        began = time.perf_counter()
        await ask(desk)
        took.append((time.perf_counter() - began) * 1000)
    return f"median {statistics.median(took):6.1f}   p95 {_p95(took):6.1f}"


def _p95(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


async def _cpu_of_a_command(desk: Desk) -> float:
    number = await desk.registered()
    took: list[float] = []
    for place in range(COMMANDS):
        began = time.process_time()
        await desk.does(number, "note", text=f"备注{place}")
        took.append((time.process_time() - began) * 1000)
    return statistics.median(took)


async def _registered(desk: Desk) -> float:
    complaints = [desk.complaint() for _ in range(REGISTERED)]
    handler = register_complaint(desk.office)
    began = time.perf_counter()
    for first in range(0, REGISTERED, A_COMMIT):
        async with desk.office.store.transaction(desk.clock.now) as unit:
            for complaint in complaints[first : first + A_COMMIT]:
                await handler(unit, envelope(complaint.complaint_id), complaint)
    return REGISTERED / (time.perf_counter() - began)
