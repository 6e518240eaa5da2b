"""A workflow service for tests of its pages, at a time that stands still, and a client of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.parts.workflow_desk import Desk, make_desk, opened


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """The service with its directory; no case yet."""
    async with opened(make_desk(tmp_path)) as desk:
        yield desk


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url="http://desk") as client:
        yield client
