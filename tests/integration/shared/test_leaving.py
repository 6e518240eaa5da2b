"""Whoever may come in no more is out at once, by every way they had, at every service.

That each process looks for itself: tests/e2e/test_deployment.py.
"""

import itertools
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.contracts.values import Role
from shared.identity.accounts import AccountFault, AccountRefused
from tests.parts.open_house import OpenHouse, Visitor, open_house

DOORS = {
    "intake": "/intake/submissions",
    "workflow": "/workflow/cases",
    "notify": "/notify/deliveries",
    "forms": "/forms/documents?case=2026-000001",
}
"""A room of each service that a handler may look into."""


pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenHouse]:
    """A house with an administrator."""
    async with open_house(tmp_path_factory.mktemp("leaving")) as started:
        started.tokens["boss"] = (await started.token("boss", Role.ADMINISTRATOR))["Authorization"]
        yield started


@pytest.fixture
def login() -> str:
    """A log-in name that nobody had before."""
    return f"wang{next(_numbers)}"


async def _everywhere(visitor: Visitor, headers: dict[str, str] | None = None) -> set[int]:
    return {(await visitor.http.get(path, headers=headers)).status_code for path in DOORS.values()}


@pytest.mark.parametrize("change", ["disable", "role", "reset", "end-sessions"])
async def test_no_way_in_is_left(house: OpenHouse, login: str, change: str):
    """What the administrator does to an account ends its sessions and its tokens, under whichever of its names, everywhere."""
    visitor = await house.signed_in(login, name=f"王{login}")
    theirs = [await house.token(called, Role.HANDLER) for called in (login, login.upper(), f"王{login}")]
    other = await house.token(f"{login}-2", Role.HANDLER)
    ways = [(visitor, None), *((house.visitor(), token) for token in theirs)]
    assert [await _everywhere(*way) for way in ways] == [{200}] * len(ways)
    body = {"role": "operator"} if change == "role" else None
    answer = await house.ask("POST", f"/identity/accounts/{login}/{change}", "boss", json=body)
    assert answer.status_code == 200, answer.text
    assert [await _everywhere(*way) for way in ways] == [{401}] * len(ways)
    assert await _everywhere(house.visitor(), other) == {200}


async def test_a_token_does_not_come_back_with_its_account(house: OpenHouse, login: str):
    """Enabled again, somebody signs in again; what was revoked stays so."""
    await house.account(login)
    token = await house.token(login, Role.HANDLER)
    for change in (house.reception.accounts.disable, house.reception.accounts.enable):
        await change(login, by="test", now=house.now)
    assert await _everywhere(house.visitor(), token) == {401}


async def test_a_token_of_somebodys_is_what_they_are(house: OpenHouse, login: str):
    """Nobody has more by a token than by their account, and one who is out gets none."""
    await house.account(login)
    for called in (login, login.upper()):
        with pytest.raises(AccountRefused, match=AccountFault.OTHER_ROLE):
            await house.token(called, Role.ADMINISTRATOR)
    await house.reception.accounts.disable(login, by="test", now=house.now)
    with pytest.raises(AccountRefused, match=AccountFault.DISABLED):
        await house.token(login, Role.HANDLER)
