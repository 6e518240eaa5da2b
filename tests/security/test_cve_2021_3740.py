"""CVE-2021-3740 (Chatwoot): sessions lived on after a password change."""

import pytest

from shared.contracts.values import Role
from tests.parts.open_house import PASSWORD, OpenHouse

NEW = "河边第三张石凳上刻着两个名字"


async def test_a_thief_is_out_once_the_password_is_changed(house: OpenHouse):
    """The stolen cookie is dead at the next request; the owner's own goes on (ASVS 7.4.3)."""
    owner = await house.signed_in("wang")
    thief = house.visitor()
    await thief.sign_in("wang")
    await owner.send("/account", "/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert [await owner.is_in(), await thief.is_in()] == [True, False]


@pytest.mark.parametrize("act", ["disable", "reset", "role"])
async def test_a_thief_is_out_once_the_administrator_acts(house: OpenHouse, act: str):
    """Disable, reset, another role: every cookie of the account is dead (ASVS 7.4.2)."""
    thief = await house.signed_in("wang")
    boss = await house.token("boss", Role.ADMINISTRATOR)
    body = {"role": "auditor"} if act == "role" else None
    assert (await thief.http.post(f"/identity/accounts/wang/{act}", headers=boss, json=body)).status_code == 200
    assert not await thief.is_in()
