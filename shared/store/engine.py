"""Opening a database so that a committed row is on disk and a writer waits its turn.

PostgreSQL is for production, SQLite (WAL, synchronous=FULL) for the embedded default. Durations are seconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

WRITES = "shouli_writes"
"""Execution option of a connection that will write: on SQLite it takes the write lock at BEGIN, not halfway."""

_SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "trusted_schema=OFF")
_POSTGRES_LIMITS = {
    "statement_timeout": "15000",
    "lock_timeout": "3000",
    "idle_in_transaction_session_timeout": "60000",
    "timezone": "UTC",
    # Of a thousand cases one may be open: a plan made for no state in particular is the wrong one for most of them.
    "plan_cache_mode": "force_custom_plan",
}

_POSTGRES_AWAY = ("08", "40", "53", "57", "58", "25006", "55P03")
"""SQLSTATEs (or classes of them) of a server that can't now: connection, a transaction given up for another's sake (a
deadlock), resources and disk, shutdown and time limits, system, standby (read-only), a lock not given in time. Whatever
else it says is about the statement."""

_SQLITE_AWAY = frozenset({5, 6, 8, 10, 11, 13, 14, 26})
"""Primary result codes: BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB."""


def is_unreachable(fault: BaseException) -> bool:
    """Whether the database was away, full or locked (try again) rather than the statement wrong (don't)."""
    if isinstance(fault, DBAPIError):
        return fault.connection_invalidated or _driver_says_away(fault.orig)
    return isinstance(fault, PoolTimeout | OSError)  # ConnectionError and TimeoutError are OSErrors


def _driver_says_away(fault: object) -> bool:
    """By the driver's code: its classes tell a wrong value and a lost server apart only sometimes."""
    sqlstate = getattr(fault, "sqlstate", None)
    if isinstance(sqlstate, str):
        return sqlstate.startswith(_POSTGRES_AWAY)
    code = getattr(fault, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in _SQLITE_AWAY


def open_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """Open an engine for ``sqlite+aiosqlite:///…`` or ``postgresql+asyncpg://…``; nothing connects before first use."""
    if make_url(url).get_backend_name() == "sqlite":
        return _open_sqlite(url, pool_size)
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        hide_parameters=True,  # an exception's text ends in logs, and parameters are people's words
        connect_args={"timeout": 5, "command_timeout": 20, "server_settings": _POSTGRES_LIMITS},
    )


def _open_sqlite(url: str, pool_size: int) -> AsyncEngine:
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url, pool_size=pool_size, max_overflow=0, hide_parameters=True, connect_args={"timeout": 5}
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's own begins too late and too weakly
        cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


async def ping(engine: AsyncEngine) -> None:
    """Ask the database for a sign of life; raises what the driver raises."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
