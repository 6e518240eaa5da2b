"""Coming in by OpenID Connect: against a provider that answers over HTTP, and lies in every way it can."""

import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from joserfc.jwk import OctKey, RSAKey

from services.bootstrap import build
from shared.contracts.values import SERVICES, Role
from shared.settings import OidcSeat, Settings
from tests.parts.fake_openid import SECRET, FakeOpenId
from tests.parts.house import UNIT
from tests.parts.open_house import OpenHouse, Visitor, open_house
from tests.parts.ports import LOOPBACK, free_port

SEATS = {"office": OidcSeat(role=Role.HANDLER), "ybj": OidcSeat(role=Role.UNIT_HANDLER, unit=UNIT)}
_numbers = itertools.count(4711)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def started_provider() -> Iterator[FakeOpenId]:
    """A provider, for all that is tried here."""
    with FakeOpenId() as started:
        yield started


@pytest.fixture
def provider(started_provider: FakeOpenId) -> FakeOpenId:
    """The provider, honest again, with one more 王某, whom nobody has seen before."""
    number = next(_numbers)
    who = {"sub": str(number), "preferred_username": f"wang{number}", "name": f"王某{number}"}
    started_provider.claims = who | {"groups": ["staff", "ybj"]}
    started_provider.signs_with, started_provider.algorithm = started_provider.key, "RS256"
    started_provider.published, started_provider.secret = {}, SECRET
    return started_provider


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, started_provider: FakeOpenId) -> AsyncIterator[OpenHouse]:
    """A house that trusts it."""
    chosen = {"oidc_client_id": "shouli", "oidc_client_secret": SECRET, "oidc_seats": SEATS}
    async with open_house(tmp_path_factory.mktemp("openid"), oidc_issuer=started_provider.issuer, **chosen) as started:
        started_provider.now = started.now
        yield started


async def _come(house: OpenHouse, provider: FakeOpenId, then: str = "", **other: str) -> tuple[Visitor, Any]:
    visitor = house.visitor()
    begun = await visitor.http.get("/login/openid", params={"then": then})
    back = provider.authorize(begun.headers["location"])
    return visitor, await visitor.http.get("/login/openid/callback", params=back | other)


async def test_the_provider_lets_a_person_in_with_the_role_of_its_claim(house: OpenHouse, provider: FakeOpenId):
    """The first time an account is made; it has no password of ours; one goes where one wanted."""
    visitor, answer = await _come(house, provider, then="/workflow/cases?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/workflow/cases?x=1")
    assert await visitor.is_in()
    account = await house.reception.accounts.named(provider.claims["preferred_username"])
    assert (account.role, account.unit, account.has_password) == (Role.UNIT_HANDLER, UNIT, False)


async def test_another_claim_next_time_is_another_role(house: OpenHouse, provider: FakeOpenId):
    """The role follows the provider; sessions in the old one end."""
    before, _ = await _come(house, provider)
    provider.claims["groups"] = ["office"]
    after, _ = await _come(house, provider)
    assert [await before.is_in(), await after.is_in()] == [False, True]
    assert (await house.reception.accounts.named(provider.claims["preferred_username"])).role is Role.HANDLER


@pytest.mark.parametrize("groups", [[], ["staff"], ["office", "ybj"], "", [{"x": 1}]])
async def test_without_exactly_one_role_nobody_comes_in(house: OpenHouse, provider: FakeOpenId, groups: Any):
    """A claim that says nothing, or too much, is no role."""
    provider.claims["groups"] = groups
    visitor, answer = await _come(house, provider)
    assert answer.status_code == 403
    assert not await visitor.is_in()


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["shouli", "another"]},
        {"aud": ["shouli", "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "replayed"},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
    ],
)
async def test_a_token_that_is_not_for_this_log_in_is_not_believed(
    house: OpenHouse, provider: FakeOpenId, lie: dict[str, Any]
):
    """Issuer, audience, whom it was issued to, nonce, times and subject all have to fit."""
    provider.claims |= lie
    visitor, answer = await _come(house, provider)
    assert (answer.status_code, await visitor.is_in()) == (403, False)


async def test_a_token_that_another_signed_is_not_believed(house: OpenHouse, provider: FakeOpenId):
    """Only the provider's published keys count, and only for what they are: neither no signature nor one with our secret."""
    for algorithm, key in (
        ("RS256", RSAKey.generate_key(2048, {"kid": "op1"})),
        ("none", OctKey.import_key(SECRET)),
        ("HS256", OctKey.import_key(SECRET)),
    ):
        provider.algorithm, provider.signs_with = algorithm, key
        assert (await _come(house, provider))[1].status_code == 403


async def test_the_provider_is_asked_with_our_secret(house: OpenHouse, provider: FakeOpenId):
    """A provider that keeps another secret for us gives nothing."""
    provider.secret = "another"
    assert (await _come(house, provider))[1].status_code == 403


async def test_a_provider_of_another_name_is_not_believed(house: OpenHouse, provider: FakeOpenId):
    """What it publishes must be of the issuer that was set."""
    provider.published = {"issuer": "https://evil.example"}
    assert (await house.visitor().http.get("/login/openid")).status_code == 403


async def test_a_provider_that_is_away_is_nobodys_fault(house: OpenHouse, provider: FakeOpenId):
    """The page says to try later, or by password; what was begun can't be finished meanwhile either."""
    visitor = house.visitor()
    back = provider.authorize((await visitor.http.get("/login/openid")).headers["location"])
    provider.published = {"token_endpoint": f"http://{LOOPBACK}:{free_port()}/token"}
    answer = await visitor.http.get("/login/openid/callback", params=back)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_away")
    assert "Retry-After" in answer.headers


async def test_a_log_in_begun_too_long_ago_is_over(house: OpenHouse, provider: FakeOpenId):
    """Ten minutes; whoever says no at the provider comes back without a code and stays out."""
    visitor = house.visitor()
    back = provider.authorize((await visitor.http.get("/login/openid")).headers["location"])
    refused = {"state": back["state"], "error": "access_denied"}
    assert (await visitor.http.get("/login/openid/callback", params=refused)).status_code == 403
    house.pass_time(timedelta(minutes=11))
    provider.now = house.now
    assert (await visitor.http.get("/login/openid/callback", params=back)).status_code == 403


async def test_the_verifier_is_this_log_ins_own(house: OpenHouse, provider: FakeOpenId):
    """A code that was given for another browser's log-in is worth nothing with this one's state (PKCE, RFC 7636)."""
    stolen = provider.authorize((await house.visitor().http.get("/login/openid")).headers["location"])["code"]
    assert (await _come(house, provider, code=stolen))[1].status_code == 403


async def test_two_of_one_name_are_told_apart(house: OpenHouse, provider: FakeOpenId):
    """The second 王伟 comes in too, with the log-in name beside the name that records show."""
    names = []
    for login in ("weiwang", "weiwang2"):
        provider.claims |= {"sub": login, "preferred_username": login, "name": "王伟"}
        assert (await _come(house, provider))[1].status_code == 303
        names.append((await house.reception.accounts.named(login)).name)
    assert names == ["王伟", "王伟（weiwang2）"]


async def test_an_answer_belongs_to_the_browser_that_asked(house: OpenHouse, provider: FakeOpenId):
    """Another's state, no cookie, or a code used twice: nobody comes in."""
    assert (await _come(house, provider, state="another"))[1].status_code == 403
    begun = await house.visitor().http.get("/login/openid")
    back = provider.authorize(begun.headers["location"])
    assert (await house.visitor().http.get("/login/openid/callback", params=back)).status_code == 403
    _, first = await _come(house, provider)
    used = dict(first.request.url.params)["code"]
    assert (first.status_code, (await _come(house, provider, code=used))[1].status_code) == (303, 403)


async def test_a_local_account_can_not_be_taken_over(house: OpenHouse, provider: FakeOpenId):
    """The same name at the provider is another person."""
    await house.account(provider.claims["preferred_username"])
    assert (await _come(house, provider))[1].status_code == 403


async def test_a_disabled_account_stays_out(house: OpenHouse, provider: FakeOpenId):
    """Whatever the provider says."""
    await _come(house, provider)
    await house.reception.accounts.disable(provider.claims["preferred_username"], by="test", now=house.now)
    assert (await _come(house, provider))[1].status_code == 403


async def test_the_log_in_page_offers_it(house: OpenHouse):
    """Beside name and password."""
    assert 'href="/login/openid"' in (await house.visitor().page("/login")).text


@pytest.mark.parametrize(
    "seat",
    [
        OidcSeat(role=Role.UNIT_HANDLER, unit="没有的单位"),
        OidcSeat(role=Role.UNIT_LEADER),
        OidcSeat(role=Role.HANDLER, unit=UNIT),
    ],
)
async def test_a_seat_that_nobody_could_take_stops_the_start(tmp_path: Path, seat: OidcSeat):
    """The fault is named when the house is built, and not to the first person who can't come in."""
    with pytest.raises(ValueError, match="SHOULI_OIDC_SEATS: 'ybj'"):
        build(SERVICES, Settings(data_dir=tmp_path, oidc_issuer="https://sso.example.cn", oidc_seats={"ybj": seat}))
