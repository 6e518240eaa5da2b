"""CVE-2021-3740 (Chatwoot): sessions lived on after a password change."""

import pytest

from tests.parts.open_house import PASSWORD, OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEW = "河边第三张石凳上刻着两个名字"


async def test_a_thief_is_out_once_the_password_is_changed(attacked: OpenHouse, login: str):
    """The stolen cookie is dead at the next request; the owner's own goes on (ASVS 7.4.3)."""
    owner = await attacked.signed_in(login)
    thief = attacked.visitor()
    await thief.sign_in(login)
    await owner.send("/account", "/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert [await owner.is_in(), await thief.is_in()] == [True, False]


@pytest.mark.parametrize("act", ["disable", "reset", "role"])
async def test_a_thief_is_out_once_the_administrator_acts(attacked: OpenHouse, login: str, act: str):
    """Disable, reset, another role: every cookie of the account is dead (ASVS 7.4.2)."""
    thief = await attacked.signed_in(login)
    body = {"role": "auditor"} if act == "role" else None
    assert (await attacked.ask("POST", f"/identity/accounts/{login}/{act}", "boss", json=body)).status_code == 200
    assert not await thief.is_in()
