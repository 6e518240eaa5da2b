"""Migrations: a service's database brought to the newest revision of its own, by Alembic, without an ini file.

``migrate`` is quick where nothing is to do (one query), since the embedded default does it at every start.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, column, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.store.engine import WRITES

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version"
MIGRATING = 0x5348_4F55_4C49
"""The key of the advisory lock that whoever migrates a PostgreSQL database holds."""


def newest_revision(versions: Path) -> str:
    """The newest revision by file name: ``0003_add_drafts.py`` is ``0003``."""
    return max(path.name.split("_", 1)[0] for path in versions.glob("[0-9]*.py"))


async def migrate(engine: AsyncEngine, versions: Path, *, version_table: str = VERSION_TABLE) -> None:
    """Upgrade to the newest revision. Raises what the database raises; a half-done upgrade is rolled back.

    Processes that start together on one database take turns; whoever comes second finds it done. Two chains of
    migrations in one database each have a ``version_table`` of their own.
    """
    if await _stands_at(engine, newest_revision(versions), version_table):
        return
    async with engine.connect() as raw:
        connection = await raw.execution_options(**{WRITES: True})
        async with connection.begin():
            await _take_turns(connection)
            await connection.run_sync(upgrade, versions, version_table)


async def _take_turns(connection: AsyncConnection) -> None:
    """Wait until no other process migrates this database; SQLite's write lock, held since BEGIN, says the same."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL lock_timeout = 0"))
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))


async def _stands_at(engine: AsyncEngine, revision: str, version_table: str) -> bool:
    try:
        async with engine.connect() as connection:
            return (
                await connection.execute(select(column("version_num")).select_from(table(version_table)))
            ).scalar() == revision
    except DBAPIError as fault:
        if version_table in str(fault):  # no such table: a new database
            return False
        raise


def upgrade(connection: Connection, versions: Path, version_table: str = VERSION_TABLE) -> None:
    """Run Alembic's upgrade on this connection, inside the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - 0.2 s that an up-to-date start does not pay

    command.upgrade(_configuration(connection, versions, version_table=version_table), "head")


def revise(connection: Connection, versions: Path, metadata: MetaData, message: str) -> None:
    """Write the next revision from the difference between the database and the tables in code."""
    from alembic import command  # noqa: PLC0415

    number = f"{len(list(versions.glob('[0-9]*.py'))) + 1:04d}"
    configuration = _configuration(connection, versions, metadata)
    command.revision(configuration, message, autogenerate=True, rev_id=number)


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    """How the database differs from the tables in code; empty where the migrations are complete."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - a tool's import, not a start's
    from alembic.migration import MigrationContext  # noqa: PLC0415

    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def _configuration(
    connection: Connection, versions: Path, metadata: MetaData | None = None, version_table: str = VERSION_TABLE
) -> Config:
    from alembic.config import Config  # noqa: PLC0415

    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).with_name("alembic_env")))
    configuration.set_main_option("version_locations", str(versions))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    configuration.attributes["metadata"] = metadata
    configuration.attributes["version_table"] = version_table
    return configuration
