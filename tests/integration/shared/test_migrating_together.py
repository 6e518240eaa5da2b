"""Several processes that start at once on one database: it is migrated once, and all of them start."""

import asyncio

from services.bootstrap import IDENTITY_VERSIONS
from shared.store.engine import open_engine
from shared.store.migrate import migrate


async def test_processes_that_start_together_migrate_one_after_another(database_url: str):
    """Four services that find an empty database at the same moment all get through; none fails on the others' tables."""
    engines = [open_engine(database_url) for _ in range(4)]
    try:
        await asyncio.gather(*(migrate(engine, IDENTITY_VERSIONS) for engine in engines))
    finally:
        for engine in engines:
            await engine.dispose()
