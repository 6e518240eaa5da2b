"""A forms service for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.parts.forms_house import FormsHouse, forms_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[FormsHouse]:
    """Forms, in process, with nothing heard yet."""
    async with forms_house(tmp_path) as started:
        yield started
