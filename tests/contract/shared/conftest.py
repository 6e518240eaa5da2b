"""A database for the service under test, and a watch over what escapes everybody."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.store.unit_of_work import Store
from tests.parts.message_house import open_store


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    """The database of the service under test."""
    async with open_store(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def quiet() -> AsyncIterator[list[dict[str, Any]]]:
    """Fails the test where an exception ends in nobody's hands."""
    escaped: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: escaped.append(context))
    yield escaped
    assert escaped == []
