"""CVE-2026-40569 (FreeScout, 9.0): fields that no form showed were taken over (mass assignment)."""

import pytest

from shared.contracts.values import Role
from shared.identity.tables import accounts
from tests.parts.open_house import OpenHouse

HIDDEN = sorted({column.name for column in accounts.c} - {"login", "name", "role", "unit"})


@pytest.mark.parametrize("field", [*HIDDEN, "is_admin", "scopes", "by"])
async def test_an_account_is_made_of_what_the_form_shows(house: OpenHouse, field: str):
    """Every other column is refused by name, and nothing is made."""
    boss = await house.token("boss", Role.ADMINISTRATOR)
    new = {"login": "wang", "name": "王某", "role": "auditor", field: "x"}
    answer = await house.visitor().http.post("/identity/accounts", headers=boss, json=new)
    assert answer.status_code == 422
    assert [each.login for each in await house.reception.accounts.everybody()] == ["admin"]


async def test_ones_own_account_can_not_be_raised(house: OpenHouse):
    """The form of one's own account takes the password and nothing else."""
    visitor = await house.signed_in("wang", Role.AUDITOR)
    await visitor.send("/account", "/account/password", old="x", new="y", again="y", role="administrator")
    assert (await house.reception.accounts.named("wang")).role is Role.AUDITOR
    answer = await visitor.http.post(
        "/identity/accounts/wang/role", json={"role": "administrator"}, headers={"X-CSRF-Token": await visitor.csrf()}
    )
    assert answer.status_code == 403
