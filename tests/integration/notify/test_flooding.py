"""Nobody is flooded: caps by address and day, opt-outs, newer words instead of older ones; what the law owes passes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from services.notify.domain.flood import CAPS
from services.notify.domain.occasions import Occasion
from services.notify.fakes import FakeProvider
from services.notify.ledger import blind
from services.notify.ports import Temporary
from services.notify.store import tables
from shared.contracts.values import Route
from tests.parts.notify_cases import an_event
from tests.parts.notify_house import NotifyHouse, notify_house
from tests.parts.notify_web import notify_client

PERSON = {"phone": "+8613800000001"}


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[NotifyHouse]:
    """A house."""
    async with notify_house(sqlite_url) as built:
        yield built


def texts(house: NotifyHouse) -> FakeProvider:
    """What stands in for the text provider."""
    provider = house.desk.providers[Route.SMS]
    assert isinstance(provider, FakeProvider)
    return provider


async def told(house: NotifyHouse, occasion: Occasion, complaint: UUID, **changes: object) -> None:
    """Something happens to the case, and whatever that leads to is sent."""
    await house.hear(an_event(occasion, complaint_id=complaint, **changes))
    await house.send()


async def silences(house: NotifyHouse) -> list[tuple[str, str]]:
    """What was knowingly not sent although it was planned."""
    rows = await house.rows(tables.silences)
    return [(row.purpose, row.reason) for row in rows if row.purpose]


async def test_from_the_ordinary_cap_on_only_what_the_law_owes_leaves(house: NotifyHouse) -> None:
    """Three texts today to one number; then a dispatch notice stays on the page, and an acceptance still leaves."""
    complaints = await house.complaints([PERSON] * CAPS[Route.SMS].ordinary)
    await house.send()
    await told(house, Occasion.FORWARDED, complaints[0])
    assert len(texts(house).taken) == 3
    assert await silences(house) == [("dispatch", "cap_reached")]
    await told(house, Occasion.ACCEPTED, complaints[0])
    assert len(texts(house).taken) == 4
    (dispatch,) = await house.deliveries(purpose="dispatch")
    assert dispatch.state == "cancelled"


async def test_the_cap_counts_days_in_shanghai(house: NotifyHouse) -> None:
    """The next morning the same number may be told again."""
    complaints = await house.complaints([PERSON] * CAPS[Route.SMS].ordinary)
    await house.send()
    house.now += timedelta(hours=24)
    await told(house, Occasion.FORWARDED, complaints[0])
    assert await silences(house) == []
    assert len(texts(house).taken) == 4


@pytest.mark.article("14")
async def test_past_the_last_cap_a_person_looks_first(house: NotifyHouse) -> None:
    """Eleven complaints from one number in a minute: ten texts leave, the eleventh person is called, nobody is forgotten."""
    await house.complaints([PERSON] * (CAPS[Route.SMS].last + 1))
    await house.send()
    assert len(texts(house).taken) == CAPS[Route.SMS].last
    assert len(await house.deliveries(route="call")) == 1
    assert len(await house.told("delivery.person_needed")) == 1


async def test_a_retry_is_not_a_second_message(house: NotifyHouse) -> None:
    """Caps count messages, not attempts at them."""
    texts(house).script.extend([Temporary("texts", "20429", "busy")] * 4)
    await house.complaints([PERSON] * 2)
    await house.pass_time(house.now + timedelta(hours=1), watched=False)
    assert [row.state for row in await house.deliveries(route="sms")] == ["accepted"] * 2


async def test_who_opted_out_hears_only_what_the_law_owes(house: NotifyHouse) -> None:
    """After 退订 a dispatch notice stays on the page; the refusal with its ground still leaves (art. 16)."""
    first, second = await house.complaints([PERSON] * 2)
    async with house.desk.store.transaction(house.now) as unit:
        unit.add(tables.opt_outs, {"address_blind": blind(house.desk, PERSON["phone"]), "since": house.now})
    await house.send()
    await told(house, Occasion.FORWARDED, first)
    await told(house, Occasion.REFUSED, second)
    assert await silences(house) == [("dispatch", "opted_out")]
    async with notify_client(house.desk, "handler") as client:
        shown = (await client.get(f"/notify/deliveries?complaint={first}")).json()
    assert "收件人已退订" in {shown["reasons"][row["reason"]] for row in shown["not_sent"]}
    assert [row.state for row in await house.deliveries(purpose="refusal")] == ["accepted"]


async def test_newer_words_take_back_older_ones_that_still_wait(house: NotifyHouse) -> None:
    """Dispatched at night and closed before morning: the result is told, the dispatch is not, and the ledger says why."""
    (complaint,) = await house.complaints([PERSON])
    await house.send()
    house.now = house.now.replace(hour=15)  # 23:00 in Shanghai
    await told(house, Occasion.FORWARDED, complaint)
    await told(house, Occasion.CLOSED_WITH_RESULT, complaint)
    house.now += timedelta(hours=10)
    await house.send()
    assert [row.state for row in await house.deliveries(purpose="dispatch")] == ["cancelled"]
    assert [row.state for row in await house.deliveries(purpose="result")] == ["accepted"]
    assert ("dispatch", "overtaken") in await silences(house)


async def test_two_cases_of_one_person_at_the_same_second_are_two_texts(house: NotifyHouse) -> None:
    """Merging is for updates of one case; another case is another matter."""
    await house.complaints([PERSON] * 2)
    await house.send()
    assert len({message.body for message in texts(house).taken}) == 2
