"""Writes that go together: one statement for many rows, just before the unit of work is flushed.

Law of this file: whoever reads a row that may have been changed in the same unit flushes it first (``UnitOfWork.flush``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table, bindparam, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from shared.store.unit_of_work import UnitOfWork

_LATER = "updates written later"


def update_later(unit: UnitOfWork, table: Table, key: str, value: object, changes: Mapping[str, Any]) -> None:
    """Change the row whose ``key`` is ``value``, at the next flush."""
    names = tuple(sorted(changes))
    parameters = {"this": value} | {f"new_{name}": changes[name] for name in names}
    execute_later(unit, _update(table, key, names), parameters)


def insert_if_new_later(unit: UnitOfWork, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row at the next flush, unless one stands there already by any unique key."""
    execute_later(unit, _insert_if_new(table, unit.connection.dialect.name), row)
    unit.grown.add(table)


def execute_later(unit: UnitOfWork, statement: Executable, parameters: Mapping[str, Any]) -> None:
    """Run this statement at the next flush, for all the parameters that the same statement was given."""
    if _LATER not in unit.scratch:
        unit.scratch[_LATER] = {}
        unit.before_commit.append(_write)
    unit.scratch[_LATER].setdefault(statement, []).append(dict(parameters))


@cache
def _update(table: Table, key: str, names: tuple[str, ...]) -> Executable:
    """Made once: a statement costs more to make than to run for one row."""
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return update(table).where(table.c[key] == bindparam("this")).values(values)


@cache
def _insert_if_new(table: Table, dialect: str) -> Executable:
    dialect_insert = sqlite_insert if dialect == "sqlite" else postgres_insert
    return dialect_insert(table).on_conflict_do_nothing()


async def _write(unit: UnitOfWork) -> None:
    waiting = dict(unit.scratch[_LATER])
    unit.scratch[_LATER].clear()
    for statement, rows in waiting.items():
        await unit.connection.execute(statement, rows)
