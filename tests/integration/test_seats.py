"""From an account to a case: whoever is let in can be dispatched to at once, whoever is shut out no longer (art. 4).

Through each door by which accounts come and go: the API, the terminal, a token, the first log-in by OpenID Connect.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli import app
from shared.contracts.values import Role
from shared.settings import OidcSeat
from tests.parts.fake_openid import FakeOpenId
from tests.parts.house import OTHER_UNIT, UNIT
from tests.parts.open_house import OpenHouse, open_house, until

pytestmark = pytest.mark.article("4")

STAFF = "/workflow/directory/staff"
NEW = {"login": "chen", "name": "陈晨", "role": "unit_handler", "unit": UNIT}
SEATS = {"ybj": OidcSeat(role=Role.UNIT_HANDLER, unit=UNIT), "gjj": OidcSeat(role=Role.UNIT_HANDLER, unit=OTHER_UNIT)}
TOLD = {"facts": "取号后等了一个多小时没有叫到。", "target": {"unit": UNIT}, "call": {}}


@pytest.fixture
def provider() -> Iterator[FakeOpenId]:
    """A provider that knows 陈晨."""
    with FakeOpenId() as started:
        started.claims = {"sub": "4711", "preferred_username": "chen", "name": "陈晨", "groups": ["ybj"]}
        yield started


@pytest.fixture
async def house(tmp_path: Path, provider: FakeOpenId, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenHouse]:
    """A house with an office, and nobody in any unit."""
    monkeypatch.setenv("SHOULI_DATA_DIR", str(tmp_path))
    settings = {"oidc_issuer": provider.issuer, "oidc_client_id": "shouli", "oidc_client_secret": "s"}
    async with open_house(tmp_path, oidc_seats=SEATS, **settings) as started:
        provider.now = started.now
        for name, role in (("ada", Role.ADMINISTRATOR), ("handler", Role.HANDLER), ("operator", Role.OPERATOR)):
            started.tokens[name] = (await started.token(name, role))["Authorization"]
        yield started


async def _shouli(*words: str) -> str:
    """At the terminal, beside the running house."""
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


async def _by_the_api(house: OpenHouse, _: FakeOpenId) -> None:
    assert (await house.ask("POST", "/identity/accounts", "ada", json=NEW)).status_code == 201


async def _at_the_terminal(_: OpenHouse, __: FakeOpenId) -> None:
    await _shouli("user", "add", "chen", "--name", "陈晨", "--role", "unit_handler", "--unit", UNIT)


async def _by_a_token(_: OpenHouse, __: FakeOpenId) -> None:
    await _shouli("token", "add", "chen", "--role", "unit_handler", "--unit", UNIT)


async def _by_the_provider(house: OpenHouse, provider: FakeOpenId) -> None:
    visitor = house.visitor()
    begun = await visitor.http.get("/login/openid")
    back = provider.authorize(begun.headers["location"])
    assert (await visitor.http.get("/login/openid/callback", params=back)).status_code == 303


Door = Callable[[OpenHouse, FakeOpenId], Awaitable[None]]
DOORS: dict[str, Door] = {
    "the API": _by_the_api,
    "the terminal": _at_the_terminal,
    "a token": _by_a_token,
    "the provider": _by_the_provider,
}


async def _stands(house: OpenHouse, **wanted: Any) -> None:
    """Wait until the directory shows 陈晨 so."""
    await until(
        house,
        STAFF,
        "handler",
        lambda body: [row for row in body["items"] if row["id"] == "chen" and wanted.items() <= row.items()],
    )


async def _forwarded(house: OpenHouse, unit: str = UNIT) -> tuple[int, dict[str, Any]]:
    """What becomes of a case that is to be dispatched to a unit: the answer's status, and the case or the refusal."""
    receipt = (await house.ask("POST", "/intake/phone-logs", "operator", json=TOLD)).json()
    path = f"/intake/submissions/{receipt['complaint_id']}"
    number = await until(house, path, "handler", lambda body: body["case_number"])
    case = f"/workflow/cases/{number}"
    assert (await house.ask("POST", f"{case}/actions/accept", "handler", json={})).status_code == 200
    answer = await house.ask("POST", f"{case}/actions/forward", "handler", json={"unit": unit, "advice": "请核实"})
    shown = await house.ask("GET", case, "handler") if answer.is_success else answer
    return answer.status_code, shown.json()


@pytest.mark.parametrize("door", DOORS)
async def test_whoever_is_let_in_can_be_dispatched_to(house: OpenHouse, provider: FakeOpenId, door: str):
    """Before there is anybody the unit has no handler; after, the case lies with them, and nobody entered them twice."""
    status, refusal = await _forwarded(house)
    assert (status, refusal["rule"]) == (409, "unit_has_handler")
    await DOORS[door](house, provider)
    await _stands(house, role="unit_handler", unit=UNIT, seated=True, active=True)
    status, case = await _forwarded(house)
    assert (status, case["holder"]["unit"]) == (200, UNIT)


async def _disabled_by_the_api(house: OpenHouse) -> None:
    await _by_the_api(house, None)  # type: ignore[arg-type]  # the door asks no provider
    await _stands(house, seated=True)
    assert (await house.ask("POST", "/identity/accounts/chen/disable", "ada")).status_code == 200


async def _disabled_at_the_terminal(house: OpenHouse) -> None:
    await _shouli("user", "add", "chen", "--role", "unit_handler", "--unit", UNIT)
    await _stands(house, seated=True)
    await _shouli("user", "disable", "chen")


async def _token_revoked(house: OpenHouse) -> None:
    await _shouli("token", "add", "chen", "--role", "unit_handler", "--unit", UNIT)
    await _stands(house, seated=True)
    await _shouli("token", "revoke", "chen")


@pytest.mark.parametrize("shut_out", [_disabled_by_the_api, _disabled_at_the_terminal, _token_revoked])
async def test_whoever_is_shut_out_is_dispatched_to_no_more(
    house: OpenHouse, shut_out: Callable[[OpenHouse], Awaitable[None]]
):
    """Also where somebody enters them into the directory by hand once more."""
    await shut_out(house)
    await _stands(house, seated=False)
    entry = {"id": "chen", "name": "陈晨", "role": "unit_handler", "unit": UNIT, "desk_number": "A10"}
    assert (await house.ask("PUT", STAFF, "ada", json=entry)).status_code == 200
    await _stands(house, seated=False, desk_number="A10")
    status, refusal = await _forwarded(house)
    assert (status, refusal["rule"]) == (409, "unit_has_handler")


async def test_a_change_at_the_provider_moves_the_person(house: OpenHouse, provider: FakeOpenId):
    """Another group at the next log-in: the old unit has nobody, the new one has them."""
    await _by_the_provider(house, provider)
    await _stands(house, unit=UNIT)
    provider.claims["groups"] = ["gjj"]
    await _by_the_provider(house, provider)
    await _stands(house, unit=OTHER_UNIT)
    assert (await _forwarded(house))[0] == 409
    assert (await _forwarded(house, OTHER_UNIT))[0] == 200


async def test_who_is_let_in_again_is_back(house: OpenHouse):
    """Enabling is enough; what the directory knew of them has stayed."""
    await _disabled_by_the_api(house)
    await _stands(house, seated=False)
    await house.ask("POST", "/identity/accounts/chen/enable", "ada")
    await _stands(house, seated=True)
    assert (await _forwarded(house))[0] == 200


async def test_the_directory_can_not_contradict_the_account(house: OpenHouse):
    """Another role or unit is refused by name, in a form and in a table; deputy, place and presence are the directory's own."""
    await _by_the_api(house, None)  # type: ignore[arg-type]  # the door asks no provider
    await _stands(house, seated=True)
    entry = {"id": "chen", "name": "陈晨", "role": "unit_leader", "unit": UNIT}
    refused = await house.ask("PUT", STAFF, "ada", json=entry)
    assert [(fault["field"], fault["code"]) for fault in refused.json()["errors"]] == [("role", "other_seat")]
    table = f"账号,姓名,角色,单位\nchen,陈晨,单位处置人,{OTHER_UNIT}\n".encode()
    refused = await house.ask("POST", "/workflow/directory/import", "ada", content=table)
    assert [fault["field"] for fault in refused.json()["errors"]] == ["rows.2.unit"]
    entry |= {"role": "unit_handler", "desk_number": "A10", "active": False}
    assert (await house.ask("PUT", STAFF, "ada", json=entry)).status_code == 200
    await _stands(house, desk_number="A10", active=False, seated=True)
    assert (await _forwarded(house))[0] == 409


async def test_a_machine_and_a_looker_on_hold_no_place(house: OpenHouse):
    """A token limited to scopes is a machine's; administrators and auditors decide no case."""
    await house.token("mta", Role.OPERATOR, None, "intake:email")
    await house.account("audrey", Role.AUDITOR)
    await _by_the_api(house, None)  # type: ignore[arg-type]  # the door asks no provider
    await _stands(house, seated=True)
    rows = (await house.ask("GET", STAFF, "handler")).json()["items"]
    assert {row["id"] for row in rows} == {"chen", "handler", "operator"}
