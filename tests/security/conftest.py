"""A house for the attacks: the whole product, in the test's own process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.parts.open_house import OpenHouse, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """A house with nobody in it but the first administrator."""
    async with open_house(tmp_path) as started:
        yield started
