"""Coming in by OpenID Connect: against a provider that answers over HTTP, and lies in every way it can."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from services.bootstrap import build
from shared.contracts.values import SERVICES, Role
from shared.settings import OidcSeat, Settings
from tests.parts.fake_openid import FakeOpenId
from tests.parts.house import UNIT
from tests.parts.open_house import OpenHouse, Visitor, open_house

SEATS = {"office": OidcSeat(role=Role.HANDLER), "ybj": OidcSeat(role=Role.UNIT_HANDLER, unit=UNIT)}
WANG = {"sub": "4711", "preferred_username": "wang", "name": "王某", "groups": ["staff", "ybj"]}


@pytest.fixture
def provider() -> Iterator[FakeOpenId]:
    """A provider that knows 王某."""
    with FakeOpenId() as started:
        started.claims = dict(WANG)
        yield started


@pytest.fixture
async def house(tmp_path: Path, provider: FakeOpenId) -> AsyncIterator[OpenHouse]:
    """A house that trusts it."""
    async with open_house(
        tmp_path, oidc_issuer=provider.issuer, oidc_client_id="shouli", oidc_client_secret="s", oidc_seats=SEATS
    ) as started:
        provider.now = started.now
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
    account = await house.reception.accounts.named("wang")
    assert (account.role, account.unit, account.has_password) == (Role.UNIT_HANDLER, UNIT, False)


async def test_another_claim_next_time_is_another_role(house: OpenHouse, provider: FakeOpenId):
    """The role follows the provider; sessions in the old one end."""
    before, _ = await _come(house, provider)
    provider.claims["groups"] = ["office"]
    after, _ = await _come(house, provider)
    assert [await before.is_in(), await after.is_in()] == [False, True]
    assert (await house.reception.accounts.named("wang")).role is Role.HANDLER


@pytest.mark.parametrize("groups", [[], ["staff"], ["office", "ybj"], "", [{"x": 1}]])
async def test_without_exactly_one_role_nobody_comes_in(house: OpenHouse, provider: FakeOpenId, groups: Any):
    """A claim that says nothing, or too much, is no role."""
    provider.claims["groups"] = groups
    visitor, answer = await _come(house, provider)
    assert answer.status_code == 403
    assert not await visitor.is_in()


@pytest.mark.parametrize(
    "lie", [{"iss": "https://evil.example"}, {"aud": "another"}, {"nonce": "replayed"}, {"exp": 1}, {"sub": None}]
)
async def test_a_token_that_is_not_for_this_log_in_is_not_believed(
    house: OpenHouse, provider: FakeOpenId, lie: dict[str, Any]
):
    """Issuer, audience, nonce, expiry and subject all have to fit."""
    provider.claims |= lie
    assert (await _come(house, provider))[1].status_code == 403


async def test_a_token_that_another_signed_is_not_believed(house: OpenHouse, provider: FakeOpenId):
    """Only the provider's published keys count."""
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "op1"})
    assert (await _come(house, provider))[1].status_code == 403


async def test_an_answer_belongs_to_the_browser_that_asked(house: OpenHouse, provider: FakeOpenId):
    """Another's state, no cookie, or a code used twice: nobody comes in."""
    assert (await _come(house, provider, state="another"))[1].status_code == 403
    begun = await house.visitor().http.get("/login/openid")
    back = provider.authorize(begun.headers["location"])
    assert (await house.visitor().http.get("/login/openid/callback", params=back)).status_code == 403
    _, first = await _come(house, provider)
    assert first.status_code == 303
    assert (await _come(house, provider, code="code0"))[1].status_code == 403


async def test_a_local_account_can_not_be_taken_over(house: OpenHouse, provider: FakeOpenId):
    """The same name at the provider is another person."""
    await house.signed_in("wang")
    assert (await _come(house, provider))[1].status_code == 403


async def test_a_disabled_account_stays_out(house: OpenHouse, provider: FakeOpenId):
    """Whatever the provider says."""
    await _come(house, provider)
    await house.reception.accounts.disable("wang", by="test", now=house.now)
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
def test_a_seat_that_nobody_could_take_stops_the_start(tmp_path: Path, seat: OidcSeat):
    """The fault is named when the house is built, and not to the first person who can't come in."""
    with pytest.raises(ValueError, match="SHOULI_OIDC_SEATS: 'ybj'"):
        build(SERVICES, Settings(data_dir=tmp_path, oidc_issuer="https://sso.example.cn", oidc_seats={"ybj": seat}))
