"""The administrator's page of accounts: adding, moving, shutting out and letting in again, by forms alone."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from shared.contracts.values import Role
from tests.parts.house import UNIT
from tests.parts.open_house import OpenHouse, Visitor, open_house

PEOPLE = "/identity/people"
CHEN = {"login": "chen", "name": "陈晨", "role": "unit_handler", "unit": UNIT}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """A house with an administrator at the desk, and nobody else."""
    async with open_house(tmp_path) as started:
        yield started


@pytest.fixture
async def ada(house: OpenHouse) -> Visitor:
    """A second administrator, signed in."""
    return await house.signed_in("ada", Role.ADMINISTRATOR)


def _link(house: OpenHouse, answer: httpx.Response) -> str:
    assert answer.headers["cache-control"] == "no-store"
    found = re.findall(re.escape(house.settings.public_url) + r"(/account/set-up/[\w-]+)", answer.text)
    assert len(found) == 1, answer.text
    return str(found[0])


async def _does(ada: Visitor, change: str, **fields: str) -> httpx.Response:
    return await ada.send(PEOPLE, f"{PEOPLE}/chen/{change}", **fields)


async def _with_chen(house: OpenHouse, ada: Visitor) -> Visitor:
    """陈晨, added on the page and signed in by the link it showed."""
    added = await ada.send(PEOPLE, PEOPLE, **CHEN)
    assert added.status_code == 200
    chen = house.visitor()
    assert (await chen.set_up(_link(house, added))).status_code == 303
    return chen


async def test_a_person_is_added_and_comes_in_by_the_link_shown_once(house: OpenHouse, ada: Visitor):
    """The answer to the form holds the link; the page, looked at again, doesn't, and no address ever does."""
    chen = await _with_chen(house, ada)
    assert await chen.is_in()
    page = await ada.page(PEOPLE)
    assert page.status_code == 200
    assert "陈晨" in page.text
    assert "/account/set-up/" not in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"login": "ada"}, "已有这个工号"),
        ({"name": "ada"}, "已有这个工号"),
        ({"login": "a b"}, "2 至 80"),
        ({"unit": ""}, "单位人员须填单位"),
        ({"role": "auditor"}, "单位人员须填单位"),
        ({"role": "king"}, "应为下列之一"),
        ({"unit": "没有的单位"}, "名录中没有这个单位"),
        ({"login": ""}, "必填"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    house: OpenHouse, ada: Visitor, changes: dict[str, str], said: str
):
    """Nobody is added."""
    answer = await ada.send(PEOPLE, PEOPLE, **CHEN | {"name": "陈小晨"} | changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert (CHEN | {"name": "陈小晨"} | changes)["name"] in answer.text
    assert len(await house.reception.accounts.everybody()) == 2


async def test_another_role_ends_the_sessions(house: OpenHouse, ada: Visitor):
    """From unit to office; the page says so."""
    chen = await _with_chen(house, ada)
    answer = await _does(ada, "role", role="handler", unit="")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PEOPLE}?done=role")
    assert "须重新登录" in (await ada.page(answer.headers["location"])).text
    assert not await chen.is_in()
    account = await house.reception.accounts.named("chen")
    assert (account.role, account.unit) == (Role.HANDLER, None)


async def test_who_is_disabled_is_out_and_let_in_again_comes_back_with_the_password(house: OpenHouse, ada: Visitor):
    """The session is dead at once and the password leads nowhere, until the account is in use again."""
    chen = await _with_chen(house, ada)
    assert (await _does(ada, "disable")).status_code == 303
    assert not await chen.is_in()
    assert (await chen.sign_in("chen")).status_code == 403
    assert "已停用" in (await ada.page(PEOPLE)).text
    assert (await _does(ada, "enable")).status_code == 303
    assert (await chen.sign_in("chen")).status_code == 303


async def test_a_new_link_voids_the_password(house: OpenHouse, ada: Visitor):
    """A change that nobody can put off: the old password and the sessions are worth nothing, the link leads in."""
    chen = await _with_chen(house, ada)
    answer = await _does(ada, "link")
    assert not await chen.is_in()
    assert (await chen.sign_in("chen")).status_code == 403
    assert (await chen.set_up(_link(house, answer), "河边第三张石凳上刻着两个名字")).status_code == 303


async def test_sessions_are_ended_and_the_password_stays(house: OpenHouse, ada: Visitor):
    """For a computer that was left open."""
    chen = await _with_chen(house, ada)
    assert (await _does(ada, "end-sessions")).status_code == 303
    assert not await chen.is_in()
    assert (await chen.sign_in("chen")).status_code == 303


async def test_a_token_is_revoked(house: OpenHouse, ada: Visitor):
    """It is listed with its scopes, and dead at its next use."""
    token = await house.token("pbx", Role.OPERATOR, None, "intake:calls")
    assert "intake:calls" in (await ada.page(PEOPLE)).text
    assert (await ada.send(PEOPLE, f"{PEOPLE}/tokens", name="pbx")).status_code == 303
    assert (await house.visitor().http.get("/workflow/cases", headers=token)).status_code == 401
    assert (await ada.send(PEOPLE, f"{PEOPLE}/tokens", name="pbx")).status_code == 404


async def test_the_last_administrator_stays(house: OpenHouse, ada: Visitor):
    """Neither disabled nor moved, and the page says why."""
    await house.reception.accounts.disable("admin", by="test", now=house.now)
    for change, fields in (("disable", {}), ("role", {"role": "auditor"})):
        answer = await ada.send(PEOPLE, f"{PEOPLE}/ada/{change}", **fields)
        assert answer.status_code == 409
        assert "最后一个系统管理员" in answer.text
    assert await ada.is_in()


async def test_what_is_not_there_is_not_there(ada: Visitor):
    """No such person, no such action."""
    assert (await ada.send(PEOPLE, f"{PEOPLE}/nobody/disable")).status_code == 404
    assert (await ada.send(PEOPLE, f"{PEOPLE}/ada/crown")).status_code == 404


async def test_it_is_the_administrators_alone_and_needs_the_pages_own_form(house: OpenHouse, ada: Visitor):
    """Another role is refused, and so is a form from elsewhere."""
    wang = await house.signed_in("wang")
    assert (await wang.page(PEOPLE)).status_code == 403
    assert (await wang.post(PEOPLE, csrf=await wang.csrf(), **CHEN)).status_code == 403
    assert (await ada.post(PEOPLE, csrf=await wang.csrf(), **CHEN)).status_code == 403
    assert (await ada.post(f"{PEOPLE}/wang/disable")).status_code == 403


async def test_every_desk_leads_to_ones_own_account(ada: Visitor):
    """The name at the head is the way to password and second factor, and from there one comes back."""
    assert 'href="/account"' in (await ada.page(PEOPLE)).text
    assert 'href="/desk"' in (await ada.page("/account")).text
