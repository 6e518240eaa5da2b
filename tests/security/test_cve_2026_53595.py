"""CVE-2026-53595 (FreeScout, 9.4): an empty invite hash matched an account without one."""

import pytest

from tests.parts.open_house import PASSWORD, OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTHING = ["%00", "0", "null", "None", "false", "[]", "%20", "undefined", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]  # fmt: skip


@pytest.mark.parametrize("link", NOTHING)
async def test_a_link_that_says_nothing_leads_to_nobody(attacked: OpenHouse, login: str, link: str):
    """Also where accounts stand that have no password and no link: neither page nor form takes it."""
    await attacked.account(login)
    visitor = attacked.visitor()
    assert (await visitor.page(f"/account/set-up/{link}")).status_code == (400 if link == "%00" else 404)
    shown = await visitor.page("/login")
    csrf = shown.text.split('name="csrf" value="')[1].split('"')[0]
    answer = await visitor.post(f"/account/set-up/{link}", csrf=csrf, new=PASSWORD, again=PASSWORD)
    assert answer.status_code in (400, 403, 404)
    assert not await visitor.is_in()


@pytest.mark.parametrize("token", ["", " ", "shouli_", "null"])
async def test_a_token_that_says_nothing_is_nobodys(attacked: OpenHouse, token: str):
    """An empty bearer token or cookie matches no row."""
    visitor = attacked.visitor()
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"session={token}"}
    assert (await visitor.http.get("/workflow/cases", headers=headers)).status_code == 401
    assert (await visitor.http.get("/account", headers={"Cookie": f"session={token}"})).status_code == 401


async def test_no_password_matches_an_account_that_has_none(attacked: OpenHouse, login: str):
    """Nobody comes in by leaving the field empty."""
    await attacked.account(login)
    for password in ("", "None", "null"):
        assert (await attacked.visitor().sign_in(login, password)).status_code == 403
