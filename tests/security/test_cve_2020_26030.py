"""CVE-2020-26030 (Zammad): a header of a single sign-on was believed although none was set up."""

import pytest

from tests.parts.open_house import OpenHouse

HEADERS = (
    "X-Forwarded-User",
    "Remote-User",
    "X-Remote-User",
    "X-Auth-Request-User",
    "X-Authenticated-User",
    "REMOTE_USER",
)


@pytest.mark.parametrize("header", HEADERS)
async def test_nobody_comes_in_by_a_header(house: OpenHouse, header: str):
    """Whatever a header says of who somebody is, it is not read."""
    await house.signed_in("wang")
    answer = await house.visitor().http.get("/workflow/cases", headers={header: "wang"})
    assert answer.status_code == 401


async def test_without_a_provider_there_is_no_door_for_one(house: OpenHouse):
    """The callback of OpenID Connect isn't even mounted."""
    for path in ("/login/openid", "/login/openid/callback?code=x&state=x"):
        assert (await house.visitor().http.get(path)).status_code == 404
