"""From an account to a case: whoever is let in can be dispatched to at once, whoever is shut out no longer (art. 4).

Through each door by which accounts come and go: the API, the terminal, a token, the first log-in by OpenID Connect.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from services.cli import app
from shared.contracts.values import Role
from shared.identity.accounts import AccountRefused
from shared.settings import OidcSeat
from tests.parts.fake_openid import SECRET, FakeOpenId
from tests.parts.house import OTHER_UNIT, UNIT
from tests.parts.open_house import OpenHouse, open_house, until

pytestmark = [pytest.mark.article("4"), pytest.mark.asyncio(loop_scope="module")]

STAFF = "/workflow/directory/staff"
SEATS = {"ybj": OidcSeat(role=Role.UNIT_HANDLER, unit=UNIT), "gjj": OidcSeat(role=Role.UNIT_HANDLER, unit=OTHER_UNIT)}
TOLD = {"facts": "取号后等了一个多小时没有叫到。", "target": {"unit": UNIT}, "call": {}}
NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is about to be let in as the only handler of ``UNIT``, and the house they come to."""

    id: str
    house: OpenHouse
    provider: FakeOpenId

    async def by_the_api(self) -> None:
        """Added by the administrator."""
        new = {"login": self.id, "name": self.id, "role": "unit_handler", "unit": UNIT}
        assert (await self.house.ask("POST", "/identity/accounts", "ada", json=new)).status_code == 201

    async def at_the_terminal(self) -> None:
        """Added by ops, beside the running house."""
        await _shouli("user", "add", self.id, "--role", "unit_handler", "--unit", UNIT)

    async def by_a_token(self) -> None:
        """Given a token."""
        await _shouli("token", "add", self.id, "--role", "unit_handler", "--unit", UNIT)

    async def by_the_provider(self, group: str = "ybj") -> None:
        """Vouched for at their log-in."""
        self.provider.claims = {"sub": self.id, "preferred_username": self.id, "name": self.id, "groups": [group]}
        visitor = self.house.visitor()
        begun = await visitor.http.get("/login/openid")
        back = self.provider.authorize(begun.headers["location"])
        assert (await visitor.http.get("/login/openid/callback", params=back)).status_code == 303

    async def stands(self, **wanted: Any) -> None:
        """Wait until the directory shows them so."""
        await until(
            self.house,
            STAFF,
            "handler",
            lambda body: [row for row in body["items"] if row["id"] == self.id and wanted.items() <= row.items()],
        )

    async def changed(self, change: str) -> None:
        """Disabled or enabled by the administrator."""
        assert (await self.house.ask("POST", f"/identity/accounts/{self.id}/{change}", "ada")).status_code == 200

    async def entered(self, **changes: Any) -> Any:
        """Entered into the directory by hand; the answer."""
        entry = {"id": self.id, "name": self.id, "role": "unit_handler", "unit": UNIT} | changes
        return await self.house.ask("PUT", STAFF, "ada", json=entry)


async def _shouli(*words: str) -> str:
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeOpenId]:
    """A provider of log-ins."""
    with FakeOpenId() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, provider: FakeOpenId) -> AsyncIterator[OpenHouse]:
    """A house with an office, and nobody in any unit."""
    folder = tmp_path_factory.mktemp("seats")
    settings = {"oidc_issuer": provider.issuer, "oidc_client_id": "shouli", "oidc_client_secret": SECRET}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOULI_DATA_DIR", str(folder))
        async with open_house(folder, oidc_seats=SEATS, **settings) as started:
            provider.now = started.now
            for name, role in (("ada", Role.ADMINISTRATOR), ("handler", Role.HANDLER), ("operator", Role.OPERATOR)):
                started.tokens[name] = (await started.token(name, role))["Authorization"]
            yield started


@pytest_asyncio.fixture(loop_scope="module")
async def chen(house: OpenHouse, provider: FakeOpenId) -> AsyncIterator[Newcomer]:
    """Whom nobody knows yet; gone again when the test is."""
    newcomer = Newcomer(f"chen{next(NUMBERS)}", house, provider)
    yield newcomer
    with contextlib.suppress(AccountRefused):
        await house.reception.accounts.disable(newcomer.id, by="test", now=house.now)
    await house.reception.tokens.revoke(newcomer.id, house.now, by="test")
    await newcomer.stands(seated=False)


async def _forwarded(house: OpenHouse, unit: str = UNIT) -> str:
    """What becomes of a case that is to be dispatched to a unit: whose it is then, or why not."""
    receipt = (await house.ask("POST", "/intake/phone-logs", "operator", json=TOLD)).json()
    path = f"/intake/submissions/{receipt['complaint_id']}"
    number = await until(house, path, "handler", lambda body: body["case_number"])
    case = f"/workflow/cases/{number}"
    assert (await house.ask("POST", f"{case}/actions/accept", "handler", json={})).status_code == 200
    answer = await house.ask("POST", f"{case}/actions/forward", "handler", json={"unit": unit, "advice": "请核实"})
    if not answer.is_success:
        return str(answer.json()["code"])
    return str((await house.ask("GET", case, "handler")).json()["holder"]["name"])


NOBODY_THERE = "refused.unit_has_handler"
DOORS = (Newcomer.by_the_api, Newcomer.at_the_terminal, Newcomer.by_a_token, Newcomer.by_the_provider)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_whoever_is_let_in_can_be_dispatched_to(
    house: OpenHouse, chen: Newcomer, door: Callable[[Newcomer], Awaitable[None]]
):
    """Before there is anybody the unit has no handler; after, the case is theirs, and nobody entered them twice."""
    assert await _forwarded(house) == NOBODY_THERE
    await door(chen)
    await chen.stands(role="unit_handler", unit=UNIT, seated=True, active=True)
    assert await _forwarded(house) == chen.id


async def _disabled_by_the_api(chen: Newcomer) -> None:
    await chen.by_the_api()
    await chen.stands(seated=True)
    await chen.changed("disable")


async def _disabled_at_the_terminal(chen: Newcomer) -> None:
    await chen.at_the_terminal()
    await chen.stands(seated=True)
    await _shouli("user", "disable", chen.id)


async def _token_revoked(chen: Newcomer) -> None:
    await chen.by_a_token()
    await chen.stands(seated=True)
    await _shouli("token", "revoke", chen.id)


@pytest.mark.parametrize("shut_out", [_disabled_by_the_api, _disabled_at_the_terminal, _token_revoked])
async def test_whoever_is_shut_out_is_dispatched_to_no_more(
    house: OpenHouse, chen: Newcomer, shut_out: Callable[[Newcomer], Awaitable[None]]
):
    """Also where somebody enters them into the directory by hand once more."""
    await shut_out(chen)
    await chen.stands(seated=False)
    assert (await chen.entered(desk_number="A10")).status_code == 200
    await chen.stands(seated=False, desk_number="A10")
    assert await _forwarded(house) == NOBODY_THERE


async def test_a_change_at_the_provider_moves_the_person(house: OpenHouse, chen: Newcomer):
    """Another group at the next log-in: the old unit has nobody, the new one has them."""
    await chen.by_the_provider()
    await chen.stands(unit=UNIT)
    await chen.by_the_provider("gjj")
    await chen.stands(unit=OTHER_UNIT)
    assert await _forwarded(house) == NOBODY_THERE
    assert await _forwarded(house, OTHER_UNIT) == chen.id


async def test_who_is_let_in_again_is_back(house: OpenHouse, chen: Newcomer):
    """Enabling is enough; what the directory knew of them has stayed."""
    await _disabled_by_the_api(chen)
    await chen.stands(seated=False)
    await chen.changed("enable")
    await chen.stands(seated=True)
    assert await _forwarded(house) == chen.id


async def test_the_directory_can_not_contradict_the_account(house: OpenHouse, chen: Newcomer):
    """Another role or unit is refused by name, in a form and in a table; deputy, place and presence are the directory's own."""
    await chen.by_the_api()
    await chen.stands(seated=True)
    refused = (await chen.entered(role="unit_leader")).json()["errors"]
    assert [(fault["field"], fault["code"]) for fault in refused] == [("role", "other_seat")]
    table = f"账号,姓名,角色,单位\n{chen.id},陈晨,单位处置人,{OTHER_UNIT}\n".encode()
    refused = (await house.ask("POST", "/workflow/directory/import", "ada", content=table)).json()["errors"]
    assert [fault["field"] for fault in refused] == ["rows.2.unit"]
    assert (await chen.entered(desk_number="A10", active=False)).status_code == 200
    await chen.stands(desk_number="A10", active=False, seated=True)
    assert await _forwarded(house) == NOBODY_THERE


async def test_a_machine_and_a_looker_on_hold_no_place(house: OpenHouse, chen: Newcomer):
    """A token limited to scopes is a machine's; administrators and auditors decide no case."""
    await house.token("mta", Role.OPERATOR, None, "intake:email")
    await house.account("audrey", Role.AUDITOR)
    await chen.by_the_api()
    await chen.stands(seated=True)
    known = {row["id"] for row in (await house.ask("GET", STAFF, "handler")).json()["items"]}
    assert known & {"mta", "audrey", "ada", "admin"} == set()
    assert {"handler", "operator", chen.id} <= known
