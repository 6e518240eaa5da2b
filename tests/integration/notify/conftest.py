"""Notify on each database in turn, at a time that the test turns."""

from collections.abc import AsyncIterator

import pytest

from tests.parts.notify_house import NotifyHouse, notify_house


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[NotifyHouse]:
    """A house."""
    async with notify_house(database_url) as built:
        yield built
