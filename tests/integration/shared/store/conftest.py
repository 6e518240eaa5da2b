"""An empty store on each database in turn, and a group commit over it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.sealing import new_key_ring
from shared.store.engine import open_engine
from shared.store.group_commit import GroupCommit
from shared.store.unit_of_work import Store
from tests.parts.message_house import now
from tests.parts.store_house import messages, metadata


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An empty store on each database in turn."""
    opened = Store(open_engine(database_url), messages, new_key_ring())
    async with opened.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.engine.dispose()


@pytest.fixture
async def group(store: Store) -> AsyncIterator[GroupCommit]:
    """A group commit that is running."""
    made = GroupCommit(store, now)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
