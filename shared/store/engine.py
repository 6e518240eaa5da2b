"""Opening a database so that a committed row is on disk and a writer waits its turn.

PostgreSQL is for production, SQLite (WAL, synchronous=FULL) for the embedded default. Durations are seconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
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
}

UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout, ConnectionError, TimeoutError, OSError)
"""What a database that is away, full or locked raises; anything else is a fault of ours."""


def is_unreachable(fault: BaseException) -> bool:
    """Whether the database was away (try again) rather than the statement wrong (don't)."""
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return True
    return isinstance(fault, UNREACHABLE) or "disk is full" in str(getattr(fault, "orig", "")).lower()


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
        connect_args={"timeout": 5, "command_timeout": 20, "server_settings": _POSTGRES_LIMITS},
    )


def _open_sqlite(url: str, pool_size: int) -> AsyncEngine:
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, connect_args={"timeout": 5})

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
