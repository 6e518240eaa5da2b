"""Write a migration: ``python -m shared.store.revise services.intake "add drafts"``, for whoever changed a table.

Builds a throw-away SQLite database from the migrations there are, and writes down what the tables in code have more.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import tempfile
from pathlib import Path

from shared.store.engine import open_engine
from shared.store.migrate import migrate, revise


async def write_revision(package: str, message: str) -> None:
    """One new file in the package's ``migrations/versions``."""
    tables = importlib.import_module(f"{package}.tables")
    versions = Path(str(tables.__file__)).parent / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite+aiosqlite:///{folder}/revise.db")
        if any(versions.glob("[0-9]*.py")):
            await migrate(engine, versions)
        async with engine.connect() as connection:
            await connection.run_sync(revise, versions, tables.metadata, message)
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(write_revision(sys.argv[1], sys.argv[2]))
