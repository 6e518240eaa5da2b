"""A house for the attacks: the whole product, in the test's own process, opened once."""

import itertools
import string
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.parts.attacked_house import staffed
from tests.parts.open_house import OpenHouse, open_house

_LOGINS = ("wang" + "".join(letters) for letters in itertools.product(string.ascii_lowercase, repeat=3))


@pytest.fixture
def login() -> str:
    """A log-in name that nobody has, nor had."""
    return next(_LOGINS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def attacked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenHouse]:
    """A house at work, shared by the attacks, which leave it as usable as it was: operator, handler, a unit, an administrator."""
    async with open_house(tmp_path_factory.mktemp("attacked")) as started:
        await staffed(started)
        yield started
