"""The register's numbers: gapless within a year, drawn inside the transaction that uses them (art. 15).

Law of this file: the year's row is locked once a transaction and written back at its commit, so that a rollback leaves no
gap and a batch of registrations costs two statements.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from services.workflow.store.tables import number_series
from shared.clock import SHANGHAI
from shared.store.unit_of_work import UnitOfWork

_KEY = "number_series"


async def next_number(unit: UnitOfWork, received_at: datetime) -> str:
    """The next number of the year (in Asia/Shanghai) in which it is registered: ``2026-001083``."""
    year = received_at.astimezone(SHANGHAI).year
    drawn: dict[int, int] = unit.scratch.setdefault(_KEY, {})
    if not drawn:
        unit.before_commit.append(_write_back)
    if year not in drawn:
        drawn[year] = await _locked_last(unit, year)
    drawn[year] += 1
    return f"{year}-{drawn[year]:06d}"


async def _locked_last(unit: UnitOfWork, year: int) -> int:
    await unit.claim(number_series, [{"year": year, "last": 0}], key="year")
    query = select(number_series.c.last).where(number_series.c.year == year).with_for_update()
    return int((await unit.connection.execute(query)).scalar_one())


async def _write_back(unit: UnitOfWork) -> None:
    for year, last in unit.scratch.get(_KEY, {}).items():
        await unit.connection.execute(update(number_series).where(number_series.c.year == year).values(last=last))
