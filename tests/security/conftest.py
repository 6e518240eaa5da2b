"""A house for the attacks: the whole product, in the test's own process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.parts.attacked_house import staffed
from tests.parts.open_house import OpenHouse, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """A house with nobody in it but the first administrator."""
    async with open_house(tmp_path) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def attacked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenHouse]:
    """A house at work, shared by the attacks that leave it as usable as it was: operator, handler, a unit."""
    async with open_house(tmp_path_factory.mktemp("attacked")) as started:
        await staffed(started)
        yield started
