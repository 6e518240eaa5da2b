"""The administrator's page of accounts: adding, moving, shutting out and letting in again, by forms alone."""

import itertools
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from shared.contracts.values import Role
from shared.identity import accounts
from shared.identity.doors.words import RECORDED
from tests.parts.house import UNIT
from tests.parts.open_house import OpenHouse, Visitor, open_house

PEOPLE = "/identity/people"
TOKENS = f"{PEOPLE}/tokens"
NUMBERS = itertools.count(1)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenHouse]:
    """A house of which everybody is let in by this page."""
    async with open_house(tmp_path_factory.mktemp("people")) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ada(house: OpenHouse) -> Visitor:
    """A second administrator, signed in."""
    return await house.signed_in("ada", Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Chen:
    """Somebody of a unit, let in by ``ada`` on the page: their browser, and what the page does with them."""

    form: dict[str, str]
    ada: Visitor
    browser: Visitor

    async def becomes(self, change: str, **fields: str) -> httpx.Response:
        """One of the forms beside their name, sent."""
        return await self.ada.send(PEOPLE, f"{PEOPLE}/{self.form['login']}/{change}", **fields)

    async def signs_in(self) -> int:
        """With their first password."""
        return (await self.browser.sign_in(self.form["login"])).status_code


def _newcomer() -> dict[str, str]:
    number = next(NUMBERS)
    return {"login": f"chen{number}", "name": f"陈晨{number}", "role": "unit_handler", "unit": UNIT}


@pytest_asyncio.fixture(loop_scope="module")
async def chen(house: OpenHouse, ada: Visitor) -> Chen:
    """Added on the page, and signed in by the link it showed."""
    form = _newcomer()
    added = await ada.send(PEOPLE, PEOPLE, **form)
    browser = house.visitor()
    assert (await browser.set_up(_link(house, added))).status_code == 303
    return Chen(form, ada, browser)


def _link(house: OpenHouse, answer: httpx.Response) -> str:
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = re.findall(re.escape(house.settings.public_url) + r"(/account/set-up/[\w-]+)", answer.text)
    assert len(found) == 1, answer.text
    return str(found[0])


async def test_a_person_is_added_and_comes_in_by_the_link_shown_once(ada: Visitor, chen: Chen):
    """The answer to the form holds the link; the page, looked at again, doesn't, and no address ever does."""
    assert await chen.browser.is_in()
    page = await ada.page(PEOPLE)
    assert page.status_code == 200
    assert chen.form["name"] in page.text
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
    before, form = len(await house.reception.accounts.everybody()), _newcomer() | changes
    answer = await ada.send(PEOPLE, PEOPLE, **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{form["name"]}"' in answer.text
    assert len(await house.reception.accounts.everybody()) == before


async def test_another_role_ends_the_sessions(house: OpenHouse, ada: Visitor, chen: Chen):
    """From unit to office; the page says so."""
    answer = await chen.becomes("role", role="handler", unit="")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PEOPLE}?done=role")
    assert "须重新登录" in (await ada.page(answer.headers["location"])).text
    assert not await chen.browser.is_in()
    account = await house.reception.accounts.named(chen.form["login"])
    assert (account.role, account.unit) == (Role.HANDLER, None)


async def test_who_is_disabled_is_out_and_let_in_again_comes_back_with_the_password(ada: Visitor, chen: Chen):
    """The session is dead at once and the password leads nowhere, until the account is in use again."""
    assert (await chen.becomes("disable")).status_code == 303
    assert not await chen.browser.is_in()
    assert await chen.signs_in() == 403
    assert "已停用" in (await ada.page(PEOPLE)).text
    assert (await chen.becomes("enable")).status_code == 303
    assert await chen.signs_in() == 303


async def test_a_new_link_voids_the_password(house: OpenHouse, chen: Chen):
    """A change that nobody can put off: the old password and the sessions are worth nothing, the link leads in."""
    answer = await chen.becomes("link")
    assert not await chen.browser.is_in()
    assert await chen.signs_in() == 403
    assert (await chen.browser.set_up(_link(house, answer), "河边第三张石凳上刻着两个名字")).status_code == 303


async def test_sessions_are_ended_and_the_password_stays(chen: Chen):
    """For a computer that was left open."""
    assert (await chen.becomes("end-sessions")).status_code == 303
    assert not await chen.browser.is_in()
    assert await chen.signs_in() == 303


async def _made(ada: Visitor, name: str, **changes: str) -> str:
    """A token, as the page shows it once."""
    form = {"name": name, "role": "operator", "scopes": "intake:read", "days": "30"} | changes
    answer = await ada.send(PEOPLE, TOKENS, **form)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    [token] = re.findall(r"shouli_[\w-]{43}", answer.text)
    return str(token)


async def _status(house: OpenHouse, token: str, path: str = "/intake/submissions") -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await house.visitor().http.get(path, headers=headers)).status_code


async def test_a_token_is_made_and_shown_once(house: OpenHouse, ada: Visitor):
    """It opens what its scopes open and nothing else; the page, looked at again, says who made it but not the token."""
    token = await _made(ada, "热线平台")
    assert [await _status(house, token, path) for path in ("/intake/submissions", "/workflow/cases")] == [200, 403]
    page = (await ada.page(PEOPLE)).text
    assert token not in page
    assert "热线平台" in page.partition('id="h-tokens"')[2]


async def test_one_token_is_revoked_and_its_successor_lives(house: OpenHouse, ada: Visitor):
    """Two of one name: the old one is dead at its next use, the record says by whom, and a second press finds nothing."""
    old, new = [await _made(ada, "邮件系统") for _ in range(2)]
    listed = [each for each in await house.reception.tokens.everything() if each["name"] == "邮件系统"]
    first = str(listed[-1]["id"])
    assert (await ada.send(PEOPLE, f"{TOKENS}/revoke", token=first)).status_code == 303
    assert [await _status(house, old), await _status(house, new)] == [401, 200]
    told = [(each.kind, each.by) for each in await house.reception.recent_events(1000) if each.name == "邮件系统"]
    assert sorted(told) == [("token_made", "ada"), ("token_made", "ada"), ("token_revoked", "ada")]
    assert (await ada.send(PEOPLE, f"{TOKENS}/revoke", token=first)).status_code == 404


@pytest.mark.article("17")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": ""}, "scopes"),
        ({"scopes": "workflow:act"}, "scopes"),
        ({"scopes": "identity:accounts", "role": "administrator"}, "scopes"),
        ({"scopes": "intake:email", "role": "auditor"}, "scopes"),
        ({"role": "unit_leader", "scopes": "workflow:read"}, "unit"),
        ({"days": "0"}, "days"),
    ],
)
async def test_a_token_that_a_program_must_not_have_is_not_made(ada: Visitor, changes: dict[str, str], field: str):
    """None without a scope, that acts on cases, or that its role has not; what was typed stays, the fault takes the focus."""
    form = {"name": "某程序", "role": "operator", "scopes": "intake:read", "days": "30"} | changes
    answer = await ada.send(PEOPLE, TOKENS, **form)
    assert answer.status_code == 422
    assert f'id="token-{field}-err"' in answer.text
    assert 'value="某程序"' in answer.text
    assert " autofocus" in answer.text
    assert "shouli_" not in answer.text


async def test_programs_make_tokens_too(house: OpenHouse):
    """The same as JSON, with the same refusals."""
    root = await house.token("root", Role.ADMINISTRATOR)
    http = house.visitor().http
    new = {"name": "数据平台", "role": "auditor", "scopes": ["workflow:statistics"]}
    made = await http.post("/identity/tokens", json=new, headers=root)
    assert (made.status_code, made.headers["location"]) == (201, "/identity/tokens")
    assert await _status(house, made.json()["token"], "/workflow/statistics?from=2026-11-01&to=2026-11-24") == 200
    assert (await http.post("/identity/tokens", json=new | {"scopes": []}, headers=root)).status_code == 422
    assert made.json()["token"] not in (await http.get("/identity/tokens", headers=root)).text


async def test_the_last_administrator_stays(house: OpenHouse, ada: Visitor):
    """Neither disabled nor moved, and the page says why."""
    await house.reception.accounts.disable("admin", by="test", now=house.now)
    moves: list[tuple[str, dict[str, str]]] = [("disable", {}), ("role", {"role": "auditor"})]
    for change, fields in moves:
        answer = await ada.send(PEOPLE, f"{PEOPLE}/ada/{change}", **fields)
        assert answer.status_code == 409
        assert "最后一个系统管理员" in answer.text
    assert await ada.is_in()


async def test_what_is_not_there_is_not_there(ada: Visitor):
    """No such person, no such action."""
    assert (await ada.send(PEOPLE, f"{PEOPLE}/nobody/disable")).status_code == 404
    assert (await ada.send(PEOPLE, f"{PEOPLE}/ada/crown")).status_code == 404


async def test_it_is_the_administrators_alone_and_needs_the_pages_own_form(ada: Visitor, chen: Chen):
    """Another role is refused, and so is a form from elsewhere."""
    form, csrf = _newcomer(), await chen.browser.csrf()
    assert (await chen.browser.page(PEOPLE)).status_code == 403
    assert (await chen.browser.post(PEOPLE, csrf=csrf, **form)).status_code == 403
    assert (await ada.post(PEOPLE, csrf=csrf, **form)).status_code == 403
    assert (await ada.post(f"{PEOPLE}/{chen.form['login']}/disable")).status_code == 403


async def test_every_desk_leads_to_ones_own_account(ada: Visitor):
    """The name at the head is the way to password and second factor, and from there one comes back."""
    assert 'href="/account"' in (await ada.page(PEOPLE)).text
    assert 'href="/desk"' in (await ada.page("/account")).text


async def test_what_was_done_to_accounts_is_read_on_the_page_and_by_the_auditor(
    house: OpenHouse, ada: Visitor, chen: Chen
):
    """Who disabled whom when, and every log-in; nobody else reads it."""
    assert (await chen.becomes("disable")).status_code == 303
    shown = (await ada.page(PEOPLE)).text.partition('id="h-record"')[2]
    for words in (chen.form["name"], "停用", "登录（一次性链接）", "添加账号", "ada"):
        assert words in shown
    auditor, handler = [await house.token(role.value, role) for role in (Role.AUDITOR, Role.HANDLER)]
    read = (await ada.http.get("/identity/record", headers=auditor)).json()["items"]
    told = [(event["kind"], event["by"]) for event in read if event["login"] == chen.form["login"]]
    assert told[0] == ("disabled", "ada")
    assert told[-1] == ("added", "ada")
    assert (await ada.http.get("/identity/record", headers=handler)).status_code == 403


async def test_every_kind_of_entry_has_its_words():
    """What is noted anywhere in the product can be shown."""
    package = Path(accounts.__file__).parent
    noted = {
        kind
        for path in package.rglob("*.py")
        for kind in re.findall(
            r'note_event\([^)]*?"(\w+)"|_change\(login, "(\w+)"|how="(\w+)"|literal\("(\w+)"\)', path.read_text("utf-8")
        )
    }
    kinds = {plain or changed or token or f"signed_in.{how}" for plain, changed, how, token in noted}
    assert kinds == set(RECORDED)
