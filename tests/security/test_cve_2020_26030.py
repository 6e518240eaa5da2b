"""CVE-2020-26030 (Zammad): a header of a single sign-on was believed although none was set up."""

import pytest

from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADERS = (
    "X-Forwarded-User",
    "Remote-User",
    "X-Remote-User",
    "X-Auth-Request-User",
    "X-Authenticated-User",
    "REMOTE_USER",
)


@pytest.mark.parametrize("header", HEADERS)
async def test_nobody_comes_in_by_a_header(attacked: OpenHouse, login: str, header: str):
    """Whatever a header says of who somebody is, it is not read."""
    await attacked.account(login)
    answer = await attacked.visitor().http.get("/workflow/cases", headers={header: login})
    assert answer.status_code == 401


async def test_without_a_provider_there_is_no_door_for_one(attacked: OpenHouse):
    """The callback of OpenID Connect isn't even mounted."""
    for path in ("/login/openid", "/login/openid/callback?code=x&state=x"):
        assert (await attacked.visitor().http.get(path)).status_code == 404
