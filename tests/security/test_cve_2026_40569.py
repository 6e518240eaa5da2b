"""CVE-2026-40569 (FreeScout, 9.0): fields that no form showed were taken over (mass assignment)."""

import pytest

from shared.contracts.values import Role
from shared.identity.tables import accounts
from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

HIDDEN = sorted({column.name for column in accounts.c} - {"login", "name", "role", "unit"})


@pytest.mark.parametrize("field", [*HIDDEN, "is_admin", "scopes", "by"])
async def test_an_account_is_made_of_what_the_form_shows(attacked: OpenHouse, login: str, field: str):
    """Every other column is refused by name, and nothing is made."""
    new = {"login": login, "name": login, "role": "auditor", field: "x"}
    answer = await attacked.ask("POST", "/identity/accounts", "boss", json=new)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert login not in {each.login for each in await attacked.reception.accounts.everybody()}


async def test_ones_own_account_can_not_be_raised(attacked: OpenHouse, login: str):
    """The form of one's own account takes the password and nothing else."""
    visitor = await attacked.signed_in(login, Role.AUDITOR)
    await visitor.send("/account", "/account/password", old="x", new="y", again="y", role="administrator")
    assert (await attacked.reception.accounts.named(login)).role is Role.AUDITOR
    answer = await visitor.http.post(
        f"/identity/accounts/{login}/role",
        json={"role": "administrator"},
        headers={"X-CSRF-Token": await visitor.csrf()},
    )
    assert answer.status_code == 403
