"""A workflow office on each database in turn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.parts.workflow_office import Desk, open_desk


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """An office with everybody at work, on SQLite and on PostgreSQL."""
    async with open_desk(database_url, tmp_path) as opened:
        yield opened
