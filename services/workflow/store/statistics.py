"""What is counted, straight from the narrow rows: no seal is opened for a statistic (arts. 19-21).

Law of this file: every figure comes with the filter that lists its cases, and the list is made by the very same filter, so
that a number and its list can't disagree: whatever is counted is cases. A limit that bound a unit is that unit's own, also
where the case has gone to another since. Periods are days at the centre (Asia/Shanghai), both ends included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, distinct, exists, func, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.workflow.domain.events import Settled
from services.workflow.store.tables import case_facts, cases, clock_facts, timeline
from shared.clock import SHANGHAI

_facts = case_facts.c
_earlier = case_facts.alias("earlier")
_bound_unit = func.coalesce(clock_facts.c.unit, _facts.unit)
"""Whose limit it was: of the unit that it bound, else of the unit complained of."""


class By(StrEnum):
    """What figures can be broken down by."""

    CHANNEL = "channel"
    UNIT = "unit"
    WINDOW = "window"
    MATTER = "matter"
    GROUND = "ground"
    MONTH = "month"


class Figure(StrEnum):
    """What is counted of cases."""

    RECEIVED = "received"
    REFUSED = "refused"
    EXTENDED = "extended"
    SECOND_ROUND = "second_round"
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    UNREACHABLE = "unreachable"
    SUBSTANTIATED = "substantiated"
    SANCTIONED = "sanctioned"
    REPEATED = "repeated"


FIGURES: Mapping[Figure, ColumnElement[bool]] = {
    Figure.RECEIVED: _facts.number.isnot(None),
    Figure.REFUSED: _facts.ground.isnot(None),
    Figure.EXTENDED: _facts.extension_days > 0,
    Figure.SECOND_ROUND: _facts.rounds > 1,
    Figure.SATISFIED: _facts.satisfaction == "satisfied",
    Figure.DISSATISFIED: _facts.satisfaction == "dissatisfied",
    Figure.UNREACHABLE: _facts.satisfaction == "unreachable",
    Figure.SUBSTANTIATED: _facts.substantiated,
    Figure.SANCTIONED: _facts.sanctions > 0,
    # The same person on the same unit once more: earlier is what came in earlier, whenever that was.
    Figure.REPEATED: exists().where(
        _earlier.c.caller == _facts.caller,
        _earlier.c.unit == _facts.unit,
        _earlier.c.received_at < _facts.received_at,
    ),
}
"""Figure to the condition that a case must meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases: received in a period, alike in some ways, counted in a figure, with a clock that ended so."""

    first_day: date | None = None
    last_day: date | None = None
    alike: Mapping[By, str | None] | None = None
    figure: Figure | None = None
    clock: str | None = None
    outcome: str | None = None
    seen_by: ColumnElement[bool] | None = None
    """On ``cases``: so that a figure counts what its reader could open."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As conditions on ``case_facts``."""
        found: list[ColumnElement[bool]] = []
        if self.first_day is not None:
            found.append(_facts.received_at >= _midnight(self.first_day))
        if self.last_day is not None:
            found.append(_facts.received_at < _midnight(self.last_day + timedelta(days=1)))
        alike = dict(self.alike or {})
        if self.clock is not None:
            found.append(_has_clock(self.clock, self.outcome, alike))
            alike.pop(By.UNIT, None)
        found += [case_facts.c[by.value] == value for by, value in alike.items()]
        if self.figure is not None:
            found.append(FIGURES[self.figure])
        if self.seen_by is not None:
            known = select(cases.c.number).where(cases.c.number == _facts.number, self.seen_by)
            found.append(known.correlate(case_facts).exists())
        return found

    def clock_conditions(self) -> list[ColumnElement[bool]]:
        """The same on ``case_facts`` joined with ``clock_facts``: by the unit that the limit bound."""
        alike = dict(self.alike or {})
        own = [_bound_unit == alike.pop(By.UNIT)] if By.UNIT in alike else []
        return [*replace(self, alike=alike).conditions(), *own]


async def counted(connection: AsyncConnection, which: Filter, by: By | None) -> list[dict[str, Any]]:
    """For each group (one, without ``by``) its figures and, by clock, in how many cases it was met and missed."""
    key = case_facts.c[by.value] if by else None
    clock_key = _bound_unit if by is By.UNIT else key
    sums = [func.sum(case((condition, 1), else_=0)).label(figure.value) for figure, condition in FIGURES.items()]
    query = select(
        *([key.label("key")] if key is not None else []), *sums, func.sum(_facts.extension_days).label("days")
    )
    query, clocks = query.where(*which.conditions()), _clock_query(clock_key).where(*which.clock_conditions())
    if key is not None:
        query = query.group_by(key).order_by(key)
    groups = [dict(row) for row in (await connection.execute(query)).mappings()]
    kept = (await connection.execute(clocks)).mappings().all()
    there = {group.get("key") for group in groups}
    gone = sorted({row["key"] for row in kept} - there - {None})  # a unit whose cases are all another's by now
    groups += [{"key": each, "days": 0, **dict.fromkeys(Figure, 0)} for each in gone]
    return [_with_clocks(group, [row for row in kept if row["key"] == group.get("key")]) for group in groups]


async def volumes(connection: AsyncConnection, which: Filter) -> dict[str, int]:
    """How many came in, by month (``2026-11``); a month without any is left out."""
    query = select(_facts.month, func.count().label("received")).where(*which.conditions()).group_by(_facts.month)
    return {row.month: row.received for row in (await connection.execute(query)).all()}


async def results(connection: AsyncConnection, which: Filter, unit: str) -> list[dict[str, Any]]:
    """What came of each case of a unit, by number; ``late``: whether it missed a limit in it (art. 20); ``settled``: on the
    spot (art. 18.1).
    """
    missed = [clock_facts.c.number == _facts.number, clock_facts.c.unit == unit, clock_facts.c.outcome == "missed"]
    told = (
        _facts.state,
        _facts.substantiated,
        _facts.satisfaction,
        _facts.rounds,
        _facts.extension_days,
        _facts.sanctions,
    )
    settled = exists().where(
        timeline.c.number == _facts.number, timeline.c.kind == Settled.model_fields["kind"].default
    )
    beside = (exists().where(*missed).label("late"), settled.label("settled"))
    query = select(_facts.number, _facts.received_at, *told, *beside)
    rows = await connection.execute(query.where(*which.conditions()).order_by(_facts.number))
    return [dict(row) for row in rows.mappings()]


async def sanctioned(connection: AsyncConnection, which: Filter) -> list[str]:
    """The numbers of the cases in which a consequence followed (art. 19)."""
    query = select(_facts.number).where(*which.conditions(), FIGURES[Figure.SANCTIONED]).order_by(_facts.number)
    return list((await connection.execute(query)).scalars())


async def missed_by(connection: AsyncConnection, which: Filter, unit: str) -> list[dict[str, Any]]:
    """Every limit that a unit missed, with its case."""
    query = (
        select(clock_facts.c.number, clock_facts.c.name, clock_facts.c.limit, clock_facts.c.ended_at)
        .select_from(case_facts.join(clock_facts, clock_facts.c.number == _facts.number))
        .where(*which.conditions(), clock_facts.c.unit == unit, clock_facts.c.outcome == "missed")
        .order_by(clock_facts.c.number, clock_facts.c.clock)
    )
    return [dict(row) for row in (await connection.execute(query)).mappings()]


def _clock_query(key: ColumnElement[Any] | None) -> Select[Any]:
    shown = (key if key is not None else null()).label("key")
    grouped = [clock_facts.c.name, clock_facts.c.outcome, *([key] if key is not None else [])]
    cases_in = func.count(distinct(_facts.number)).label("count")
    query = select(shown, clock_facts.c.name, clock_facts.c.outcome, cases_in)
    joined = query.select_from(case_facts.join(clock_facts, clock_facts.c.number == _facts.number))
    return joined.where(clock_facts.c.outcome.in_(("met", "missed"))).group_by(*grouped)


def _with_clocks(group: dict[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    clocks: dict[str, dict[str, Any]] = {}
    for row in rows:
        clocks.setdefault(row["name"], {"met": 0, "missed": 0})[row["outcome"]] = row["count"]
    figures = {figure.value: int(group[figure.value] or 0) for figure in Figure}
    return {"key": group.get("key"), "figures": figures, "extension_days": int(group["days"] or 0), "clocks": clocks}


def _has_clock(name: str, outcome: str | None, alike: Mapping[By, str | None]) -> ColumnElement[bool]:
    of_case = [clock_facts.c.number == _facts.number, clock_facts.c.name == name]
    of_case += [clock_facts.c.outcome == outcome] if outcome else []
    of_case += [_bound_unit == alike[By.UNIT]] if By.UNIT in alike else []
    return exists().where(and_(*of_case))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
