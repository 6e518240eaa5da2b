"""Coming in and leaving, through the pages of the whole house: links, passwords, codes, sessions, forms."""

import asyncio
import itertools
import re
import string
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio

from shared.contracts.values import Role
from shared.identity.lockout import Whence
from shared.identity.signing_in import Wait
from shared.web.then import HOME
from tests.parts.open_house import ORIGIN, PASSWORD, OpenHouse, Visitor, open_house

NEW = "河边第三张石凳上刻着两个名字"


pytestmark = pytest.mark.asyncio(loop_scope="module")
_logins = ("wang" + "".join(letters) for letters in itertools.product(string.ascii_lowercase, repeat=2))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenHouse]:
    """A house, shared by people who don't know of each other; time goes on from test to test."""
    async with open_house(tmp_path_factory.mktemp("log-in")) as started:
        started.tokens["boss"] = (await started.token("boss", Role.ADMINISTRATOR))["Authorization"]
        yield started


@pytest.fixture
def login() -> str:
    """A log-in name that nobody had before, of letters."""
    return next(_logins)


async def test_the_first_run_has_one_link_and_no_password(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A new house prints one link for one administrator, who has no password; the next start prints none."""
    async with open_house(tmp_path) as house:
        assert [(each.login, each.has_password) for each in await house.reception.accounts.everybody()] == [
            ("admin", False)
        ]
        printed = capsys.readouterr().out
        assert printed.count("/account/set-up/") == 1
        link = next(word for word in printed.split() if "/account/set-up/" in word).removeprefix(ORIGIN)
        assert (await house.visitor().set_up(link)).status_code == 303
    async with open_house(tmp_path):
        assert "/account/set-up/" not in capsys.readouterr().out


async def test_a_link_works_once(house: OpenHouse, login: str):
    """Whoever comes first with the link chooses the password; it leads nobody in again."""
    link = await house.account(login)
    assert (await house.visitor().set_up(link)).headers["location"] == HOME
    assert (await house.visitor().page(link)).status_code == 404


async def test_a_link_is_dead_after_three_days_or_a_new_one(house: OpenHouse, login: str):
    """An old link and one that was replaced lead nowhere."""
    first = await house.account(login)
    second = await house.reception.set_up_link(await house.reception.accounts.named(login), by="test")
    assert (await house.visitor().page(first)).status_code == 404
    house.pass_time(timedelta(days=3))
    assert (await house.visitor().page(second)).status_code == 404


@pytest.mark.parametrize("password", ["短口令", "123456789012", "password2026!!", "{login}.{login}.{login}"])
async def test_a_password_that_is_easy_to_guess_is_not_taken(house: OpenHouse, login: str, password: str):
    """Too short, a run of figures, a common word, one's own name: refused, and the link still works."""
    visitor, link = house.visitor(), await house.account(login)
    assert (await visitor.set_up(link, password.format(login=login))).status_code == 422
    assert (await visitor.set_up(link)).status_code == 303


async def test_name_and_password_lead_in_with_a_new_number(house: OpenHouse, login: str):
    """A session planted before the log-in is worth nothing: the number is new each time (fixation)."""
    await house.signed_in(login)
    visitor = house.visitor()
    visitor.http.cookies.set("session", "planted", domain="127.0.0.1")
    assert (await visitor.sign_in(f"  {login.upper()} ")).status_code == 303
    numbers = [cookie.value for cookie in visitor.http.cookies.jar if cookie.name == "session"]
    assert "planted" not in numbers or len(numbers) > 1
    assert await visitor.is_in()


async def test_the_cookie_is_for_this_host_only_and_out_of_reach_of_scripts(house: OpenHouse, login: str):
    """``__Host-`` and Secure where the origin is encrypted; HttpOnly and Lax always (ASVS 3.3)."""
    secure = house.visitor()
    secure.http.base_url = "https://shouli.example"
    secure.http.headers["Origin"] = "https://shouli.example"
    answer = await secure.set_up(await house.account(login))
    kept = next(value for value in answer.headers.get_list("set-cookie") if "session" in value)
    assert kept.startswith("__Host-session=")
    for attribute in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert attribute in kept
    assert "Domain" not in kept


async def test_wrong_name_and_wrong_password_look_the_same(house: OpenHouse, login: str):
    """Neither status nor words tell whether the account exists."""
    await house.signed_in(login)
    answers = [await house.visitor().sign_in(name, "wrong, but long enough") for name in (login, "nobody")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert _alert(answers[0].text) == _alert(answers[1].text)


async def test_guessing_is_slowed_for_the_guesser_and_not_for_the_owner(house: OpenHouse, login: str):
    """After a few failures an address must wait for that account, the right password included; another needn't."""
    await house.signed_in(login)
    guesser = house.visitor("203.0.113.9")
    for _ in range(5):
        assert (await guesser.sign_in(login, "wrong, but long enough")).status_code == 403
    told = await guesser.sign_in(login)
    assert (told.status_code, told.headers["Retry-After"]) == (429, "1")
    assert (await house.visitor("198.51.100.7").sign_in(login)).status_code == 303
    house.pass_time(timedelta(minutes=1))
    assert (await guesser.sign_in(login)).status_code == 303


async def test_nobody_at_the_same_address_keeps_the_owner_waiting(house: OpenHouse, login: str):
    """An office is one address to us: whose browser came in before comes in, whatever a neighbour has tried."""
    owner, neighbour = house.visitor("203.0.113.10"), house.visitor("203.0.113.10")
    await owner.set_up(await house.account(login))
    await owner.send("/account", "/logout")
    for _ in range(7):
        await neighbour.sign_in(login, "wrong, but long enough")
    assert (await neighbour.sign_in(login)).status_code == 429
    assert (await owner.sign_in(login)).status_code == 303


async def test_a_browser_is_known_for_one_account_and_not_for_the_asking(house: OpenHouse, login: str):
    """Another's mark, a changed one, an old one: as if there were none; and a known browser guesses no longer than others."""
    owner, other = house.visitor("203.0.113.11"), await house.signed_in(next(_logins))
    await owner.set_up(await house.account(login))
    mark = owner.http.cookies["browser"]
    for _ in range(5):
        await house.visitor("203.0.113.11").sign_in(login, "wrong, but long enough")
    for forged in (other.http.cookies["browser"], mark[:-4] + "AAA=", "x"):
        thief = house.visitor("203.0.113.11")
        thief.http.cookies.set("browser", forged)
        assert (await thief.sign_in(login)).status_code == 429
    for _ in range(5):
        assert (await owner.sign_in(login, "wrong, but long enough")).status_code == 403
    assert (await owner.sign_in(login)).status_code == 429


async def test_trying_many_accounts_is_slowed_too(house: OpenHouse):
    """One address that fails for forty names must wait for the next."""
    guesser, whence = house.visitor("203.0.113.41"), Whence("203.0.113.41")
    for number in range(41):
        await house.reception.signing_in._attempts.failed(f"name{number}", whence, house.now)
    assert (await guesser.sign_in("yet-another")).status_code == 429


@pytest.mark.parametrize(
    ("step", "steps", "still"), [(timedelta(minutes=29), 3, True), (timedelta(minutes=30), 1, False)]
)
async def test_a_session_ends_when_nobody_is_there(
    house: OpenHouse, login: str, step: timedelta, steps: int, still: bool
):
    """Half an hour without a request ends it; requests in between keep it alive."""
    visitor = await house.signed_in(login)
    for _ in range(steps):
        house.pass_time(step)
        found = await visitor.is_in()
    assert found is still


async def test_a_session_ends_after_twelve_hours_whatever_happens(house: OpenHouse, login: str):
    """Even one in use all day."""
    visitor = await house.signed_in(login)
    for _ in range(28):
        house.pass_time(timedelta(minutes=25))
        assert await visitor.is_in()
    house.pass_time(timedelta(minutes=20))
    assert not await visitor.is_in()


async def test_who_leaves_is_gone(house: OpenHouse, login: str):
    """The cookie is dead at once, also where somebody kept a copy."""
    visitor = await house.signed_in(login)
    stolen = dict(visitor.http.cookies)
    assert (await visitor.send("/account", "/logout")).status_code == 303
    thief = house.visitor()
    thief.http.cookies.update(stolen)
    assert not await thief.is_in()


async def test_changing_the_password_ends_every_other_session(house: OpenHouse, login: str):
    """The one who changes it stays; the old password is worth nothing."""
    here = await house.signed_in(login)
    elsewhere = house.visitor()
    await elsewhere.sign_in(login)
    assert await elsewhere.is_in()
    changed = await here.send("/account", "/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert changed.status_code == 303
    assert [await here.is_in(), await elsewhere.is_in()] == [True, False]
    assert (await house.visitor().sign_in(login)).status_code == 403
    assert (await house.visitor().sign_in(login, NEW)).status_code == 303


async def test_the_present_password_is_asked_for(house: OpenHouse, login: str):
    """Who finds an open desk can't take the account."""
    here = await house.signed_in(login)
    answer = await here.send("/account", "/account/password", old="not the present one", new=NEW, again=NEW)
    assert answer.status_code == 422
    assert (await house.visitor().sign_in(login)).status_code == 303


async def _with_totp(house: OpenHouse, login: str) -> tuple[Visitor, pyotp.TOTP]:
    visitor = await house.signed_in(login)
    await visitor.send("/account", "/account/totp", old=PASSWORD)
    secret = await house.reception.second_factor.offered((await house.reception.accounts.named(login)).id)
    assert secret is not None
    totp = pyotp.TOTP(secret)
    answer = await visitor.send("/account", "/account/totp/confirm", code=totp.at(house.now))
    assert answer.status_code == 303
    return visitor, totp


async def test_a_second_factor_is_asked_for_once_it_is_confirmed(house: OpenHouse, login: str):
    """The password alone leads to the question for the code; the code leads in, and only once."""
    _, totp = await _with_totp(house, login)
    house.pass_time(timedelta(minutes=1))
    visitor, code = house.visitor(), totp.at(house.now)
    asked = await visitor.sign_in(login)
    assert asked.status_code == 200
    assert not await visitor.is_in()
    assert (await visitor.code(asked, code)).status_code == 303
    replayed = house.visitor()
    assert (await replayed.code(await replayed.sign_in(login), code)).status_code == 403


async def test_a_code_can_not_be_guessed(house: OpenHouse, login: str):
    """Five wrong codes, and even the right one must wait."""
    _, totp = await _with_totp(house, login)
    house.pass_time(timedelta(minutes=1))
    visitor = house.visitor()
    asked = await visitor.sign_in(login)
    for _ in range(5):
        assert (await visitor.code(asked, "000000")).status_code == 403
    assert (await visitor.code(asked, totp.at(house.now))).status_code == 429


def _from(number: int) -> Callable[[str], Whence]:
    return lambda _login: Whence(f"192.0.2.{number}")


async def test_a_code_can_not_be_guessed_from_many_addresses_either(house: OpenHouse, login: str):
    """Whoever has the password and a thousand addresses waits with each; the owner, where they came in before, doesn't."""
    owner, totp = await _with_totp(house, login)
    house.pass_time(timedelta(minutes=1))
    asked = await house.visitor("198.51.100.1").sign_in(login)
    (step,) = re.findall(r'name="step" value="([^"]+)"', asked.text)
    for number in range(25):
        outcome = await house.reception.signing_in.by_code(step, "000000", whence=_from(number), now=house.now)
    assert isinstance(outcome, Wait)
    stranger = house.visitor("192.0.2.99")
    assert (await stranger.code(await stranger.sign_in(login), totp.at(house.now))).status_code == 429
    assert (await owner.code(await owner.sign_in(login), totp.at(house.now))).status_code == 303


async def test_of_two_who_send_a_code_at_once_one_comes_in(house: OpenHouse, login: str):
    """Seen over somebody's shoulder it is worth nothing."""
    _, totp = await _with_totp(house, login)
    house.pass_time(timedelta(minutes=1))
    visitors = [house.visitor(), house.visitor()]
    asked = [await visitor.sign_in(login) for visitor in visitors]
    both = zip(visitors, asked, strict=True)
    answers = await asyncio.gather(*(visitor.code(page, totp.at(house.now)) for visitor, page in both))
    assert sorted(answer.status_code for answer in answers) == [303, 403]


@pytest.mark.parametrize(("steps_off", "status"), [(-2, 403), (-1, 303), (1, 303), (2, 403)])
async def test_a_clock_may_be_wrong_by_one_step(house: OpenHouse, login: str, steps_off: int, status: int):
    """RFC 6238, 5.2: half a minute either way."""
    _, totp = await _with_totp(house, login)
    house.pass_time(timedelta(minutes=5))
    visitor = house.visitor()
    code = totp.at(house.now + steps_off * timedelta(seconds=30))
    assert (await visitor.code(await visitor.sign_in(login), code)).status_code == status


async def test_the_second_step_waits_five_minutes_and_no_longer(house: OpenHouse, login: str):
    """Somebody else's first step doesn't void it, time does; and there is no second step without a first."""
    _, totp = await _with_totp(house, login)
    house.pass_time(timedelta(minutes=1))
    owner, other = house.visitor(), house.visitor()
    asked = await owner.sign_in(login)
    again = await other.sign_in(login)
    assert (await owner.code(asked, totp.at(house.now))).status_code == 303
    house.pass_time(timedelta(minutes=5))
    assert (await other.code(again, totp.at(house.now))).status_code == 403


async def test_a_second_factor_is_taken_on_only_with_the_password(house: OpenHouse, login: str):
    """Or whoever finds an open desk could lock its owner out with a telephone of their own."""
    visitor = await house.signed_in(login)
    for old in ("", "wrong, wrong, wrong"):
        assert (await visitor.send("/account", "/account/totp", old=old)).status_code == 422
    account = await house.reception.accounts.named(login)
    assert await house.reception.second_factor.offered(account.id) is None


async def test_a_second_factor_is_given_up_only_with_the_password(house: OpenHouse, login: str):
    """An open desk isn't enough to take it away."""
    visitor, _ = await _with_totp(house, login)
    assert (await visitor.send("/account", "/account/totp/disable", old="wrong, wrong, wrong")).status_code == 422
    assert (await visitor.send("/account", "/account/totp/disable", old=PASSWORD)).status_code == 303
    assert (await house.visitor().sign_in(login)).status_code == 303


@pytest.mark.parametrize("change", ["disable", "role", "end-sessions", "reset"])
async def test_what_the_administrator_changes_ends_the_sessions(house: OpenHouse, login: str, change: str):
    """Disabled, another role, reset: the next request with the old cookie is nobody's."""
    visitor = await house.signed_in(login)
    body = {"role": "auditor"} if change == "role" else None
    administrator = {"Authorization": house.tokens["boss"]}
    answer = await visitor.http.post(f"/identity/accounts/{login}/{change}", headers=administrator, json=body)
    assert answer.status_code == 200, answer.text
    assert not await visitor.is_in()
    comes_in = (await house.visitor().sign_in(login)).status_code
    assert comes_in == (403 if change in ("disable", "reset") else 303)


async def test_a_form_needs_the_token_of_its_session_and_our_origin(house: OpenHouse, login: str):
    """Without it, with another's, from another site or from nowhere: 403; with it as a field or a header: taken."""
    visitor, other = await house.signed_in(login), await house.signed_in(next(_logins))
    token, others = await visitor.csrf(), await other.csrf()
    for csrf, origin in ((None, ORIGIN), (others, ORIGIN), (token, "https://evil.example"), (token, "null")):
        fields = {"old": PASSWORD} | ({} if csrf is None else {"csrf": csrf})
        answer = await visitor.http.post("/account/totp", data=fields, headers={"Origin": origin})
        assert answer.status_code == 403
    unsaid = house.visitor()
    unsaid.http.cookies.update(dict(visitor.http.cookies))
    del unsaid.http.headers["Origin"]
    fields = {"csrf": token, "old": PASSWORD}
    assert (await unsaid.http.post("/account/totp", data=fields)).status_code == 403
    answer = await visitor.http.post("/account/totp", data={"old": PASSWORD}, headers={"X-CSRF-Token": token})
    assert answer.status_code == 303


async def test_a_request_with_a_token_needs_no_form(house: OpenHouse):
    """No browser sends a bearer token by itself."""
    headers = await house.token("boss", Role.ADMINISTRATOR)
    new = {"login": "zhao", "name": "赵某", "role": "auditor"}
    answer = await house.visitor().http.post("/identity/accounts", headers=headers, json=new)
    assert answer.status_code == 201
    assert answer.json()["link"].startswith(f"{ORIGIN}/account/set-up/")


async def test_nobody_is_signed_in_by_another_site(house: OpenHouse, login: str):
    """The log-in form itself is tied to the visitor (log-in CSRF)."""
    await house.signed_in(login)
    visitor = house.visitor()
    answer = await visitor.post("/login", username=login, password=PASSWORD, csrf="x")
    assert answer.status_code == 403
    assert not await visitor.is_in()


@pytest.mark.parametrize(
    ("then", "leads_to"),
    [
        ("/workflow/cases/2026-000001?x=1", "/workflow/cases/2026-000001?x=1"),
        *((evil, HOME) for evil in ("//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example")),
        *((evil, HOME) for evil in ("javascript:alert(1)", "\\\\evil", "", "/%09/../\n//evil", "evil")),
    ],
)
async def test_after_the_log_in_one_stays_in_the_house(house: OpenHouse, login: str, then: str, leads_to: str):
    """Whatever ``then`` says, it leads to a place of ours (open redirect)."""
    await house.signed_in(login)
    assert (await house.visitor().sign_in(login, then=then)).headers["location"] == leads_to


async def test_a_page_sends_who_is_not_signed_in_to_the_log_in_and_back(house: OpenHouse, login: str):
    """A browser is led; a program is told 401."""
    visitor = house.visitor()
    led = await visitor.page("/workflow/cases?unit=x")
    assert (led.status_code, led.headers["location"]) == (303, "/login?then=/workflow/cases%3Funit%3Dx")
    assert (await visitor.http.get("/workflow/cases")).status_code == 401


OURS, THEIRS = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize(
    ("path", "where_from", "is_shown"),
    [("/desk/phone", OURS, True), ("/desk/phone", THEIRS, False), ("/account/password", OURS, False)],
)
async def test_what_was_typed_comes_back_when_the_log_in_had_run_out(
    house: OpenHouse, path: str, where_from: dict[str, str], is_shown: bool
):
    """On the page that leads to the log-in and back; nothing from another site's form, no password, no token."""
    form = {"csrf": "c2FtcGxl", "facts": "<b>等了三个小时</b>", "demand": ""}
    headers = {"Accept": "text/html", "Referer": "http://127.0.0.1:8000/desk/phone", **where_from}
    answer = await house.visitor().http.post(path, data=form, headers=headers)
    assert answer.status_code == 401
    assert 'href="/login?then=/desk/phone"' in answer.text
    assert ("&lt;b&gt;等了三个小时" in answer.text) is is_shown
    assert "c2FtcGxl" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_page_that_outlived_its_session_takes_the_new_ones_token(house: OpenHouse, login: str):
    """It holds for the forms of whoever is signed in now, says whose it is, and nobody else gets one."""
    visitor = await house.signed_in(login)
    told = (await visitor.http.get("/account/form-token")).json()
    form = {"old": "wrong", "new": "x", "again": "x"}
    assert (await visitor.post("/account/password", csrf=told["csrf"], **form)).status_code == 422
    assert told["person"] in (await visitor.page("/account")).text
    assert (await house.visitor().http.get("/account/form-token")).status_code == 401


async def test_the_last_administrator_stays(house: OpenHouse):
    """The house can't be locked by disabling or demoting its only administrator."""
    boss = await house.token("boss", Role.ADMINISTRATOR)
    http = house.visitor().http
    assert (await http.post("/identity/accounts/admin/disable", headers=boss)).status_code == 409
    demoted = await http.post("/identity/accounts/admin/role", headers=boss, json={"role": "auditor"})
    assert demoted.status_code == 409


def _alert(page: str) -> str:
    return page.split('role="alert"')[1].split("</p>", maxsplit=1)[0]
