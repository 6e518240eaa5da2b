"""Writes that go together: one statement for many rows, just before the unit of work is flushed.

Law of this file: whoever reads a row that may have been changed in the same unit flushes it first (``UnitOfWork.flush``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Executable, Table, bindparam, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from shared.store.unit_of_work import UnitOfWork

_LATER = "updates written later"


def update_later(unit: UnitOfWork, table: Table, key: str, value: object, changes: Mapping[str, Any]) -> None:
    """Change the row whose ``key`` is ``value``, at the next flush."""
    names = sorted(changes)
    statement = update(table).where(table.c[key] == bindparam("this"))
    statement = statement.values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names})
    parameters = {"this": value} | {f"new_{name}": changes[name] for name in names}
    execute_later(unit, f"{table.name} {key} {names}", statement, parameters)


def insert_if_new_later(unit: UnitOfWork, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row at the next flush, unless one stands there already by any unique key."""
    dialect_insert = sqlite_insert if unit.connection.dialect.name == "sqlite" else postgres_insert
    execute_later(unit, f"new {table.name}", dialect_insert(table).on_conflict_do_nothing(), row)


def execute_later(unit: UnitOfWork, name: str, statement: Executable, parameters: Mapping[str, Any]) -> None:
    """Run this statement at the next flush, together with those of the same name."""
    if _LATER not in unit.scratch:
        unit.scratch[_LATER] = {}
        unit.before_commit.append(_write)
    _, rows = unit.scratch[_LATER].setdefault(name, (statement, []))
    rows.append(dict(parameters))


async def _write(unit: UnitOfWork) -> None:
    waiting = dict(unit.scratch[_LATER])
    unit.scratch[_LATER].clear()
    for statement, rows in waiting.values():
        await unit.connection.execute(statement, rows)
