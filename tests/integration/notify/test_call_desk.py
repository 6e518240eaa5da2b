"""The call desk and the post room: who records what, who wins, and what it means for the one-working-day rule."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.notify.call_sheet import MOST_CALLS
from services.notify.domain.calls import CALL_AGAIN, LARGEST_CALLS, SAME_CALL
from services.notify.fakes import FakeProvider
from services.notify.ports import Temporary
from services.notify.store import tables
from shared.contracts.envelope import LARGEST_BODY, wrap
from shared.contracts.lists import CallsListed, CallToMake
from shared.contracts.tracking import new_tracking_code
from shared.contracts.values import Route, new_id
from shared.sealing import new_key_ring
from tests.parts.notify_house import WEDNESDAY_CLOSE, NotifyHouse
from tests.parts.notify_web import notify_client

LANDLINE = {"phone": "+866323312345"}
LETTER = {"address": "枣庄市某路 1 号"}


@pytest.fixture
async def client(house: NotifyHouse) -> AsyncIterator[httpx.AsyncClient]:
    """An operator."""
    async with notify_client(house.desk, "operator:wang") as opened:
        yield opened


async def the_list(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """What waits for a person."""
    items: list[dict[str, Any]] = (await client.get("/notify/call-list")).json()["items"]
    return items


async def press(client: httpx.AsyncClient, entry: dict[str, Any], button: str, note: str | None = None) -> int:
    """Press a button; the status it was answered with."""
    answer = await client.post(f"/notify/call-list/{entry['id']}/{button}", json={"note": note})
    return answer.status_code


@pytest.mark.article("14")
async def test_reached_by_phone_is_answered(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """The entry says whom to call, what to say and the hours left; reached, the rule is met and workflow is told."""
    (complaint,) = await house.complaints([LANDLINE])
    (entry,) = await the_list(client)
    assert entry["to"] == LANDLINE["phone"]
    assert "投诉" in entry["say"]
    assert entry["hours_left"] > 0
    assert await press(client, entry, "reached", "本人接听") == 200
    (rule,) = await house.rows(tables.response_rules, complaint_id=complaint)
    assert (rule.owes, rule.met_at) == (False, house.now)
    (told,) = await house.told("delivery.delivered")
    assert told.answers_in_time is True  # type: ignore[attr-defined]  # a DeliveryDelivered
    assert await the_list(client) == []


async def test_of_two_callers_one_wins(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """Both reached the same person at the same moment: one record, one event, and the other is told who it was."""
    await house.complaints([LANDLINE])
    (entry,) = await the_list(client)
    assert sorted(await asyncio.gather(*(press(client, entry, "reached") for _ in range(2)))) == [200, 409]
    assert len(await house.rows(tables.calls)) == 1
    assert len(await house.told("delivery.delivered")) == 1
    answer = await client.post(f"/notify/call-list/{entry['id']}/reached", json={})
    assert "wang" in answer.json()["title"]


@pytest.mark.article("14")
async def test_three_times_not_reached_goes_by_post(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """Each try is kept with who and when; after the third it is a letter, and posted it is answered."""
    await house.complaints([LANDLINE | LETTER])
    for _ in range(LARGEST_CALLS):
        (entry,) = await the_list(client)
        assert entry["route"] == "call"
        assert await press(client, entry, "not-reached", "无人接听") == 200
        house.now += CALL_AGAIN
    (letter,) = await the_list(client)
    assert (letter["route"], letter["to"]) == ("post", LETTER["address"])
    assert await press(client, letter, "posted") == 200
    (rule,) = await house.rows(tables.response_rules)
    assert not rule.owes
    assert [call.by for call in await house.rows(tables.calls)] == ["wang"] * 4


@pytest.mark.parametrize("button", ["reached", "not-reached"])
async def test_the_same_request_sent_again_is_answered_alike(
    house: NotifyHouse, client: httpx.AsyncClient, button: str
) -> None:
    """Four times at once and once more with one key: one record, one answer; another note under the key is refused."""
    await house.complaints([LANDLINE])
    (entry,) = await the_list(client)
    path, key = f"/notify/call-list/{entry['id']}/{button}", {"Idempotency-Key": "a-key-of-mine"}
    answers = await asyncio.gather(*(client.post(path, json={"note": "占线"}, headers=key) for _ in range(4)))
    answers.append(await client.post(path, json={"note": "占线"}, headers=key))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert sorted("idempotency-replayed" in answer.headers for answer in answers) == [False, True, True, True, True]
    assert len(await house.rows(tables.calls)) == 1
    other = await client.post(path, json={"note": "别的"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_same_call_entered_twice_is_one(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """A double click, or two colleagues at one telephone, doesn't use up a try; later it counts again."""
    await house.complaints([LANDLINE])
    (entry,) = await the_list(client)
    assert sorted(await asyncio.gather(*(press(client, entry, "not-reached") for _ in range(2)))) == [200, 409]
    house.now += SAME_CALL
    assert await press(client, entry, "not-reached") == 200
    (again,) = await the_list(client)
    assert [call["outcome"] for call in again["calls"]] == ["not_reached", "not_reached"]
    assert again["not_before"] is not None


async def test_without_an_address_three_calls_are_the_end_and_the_rule_says_so(
    house: NotifyHouse, client: httpx.AsyncClient
) -> None:
    """Nothing more can be done by hand: the delivery failed, and the complaint still owes its answer."""
    await house.complaints([LANDLINE])
    (entry,) = await the_list(client)
    for _ in range(LARGEST_CALLS):
        await press(client, entry, "not-reached")
        house.now += CALL_AGAIN
    assert await the_list(client) == []
    assert len(await house.told("delivery.failed")) == 1
    (rule,) = await house.rows(tables.response_rules)
    assert rule.owes


async def test_a_call_is_not_a_letter(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """Each button belongs to its list."""
    await house.complaints([LANDLINE])
    (entry,) = await the_list(client)
    assert await press(client, entry, "posted") == 404


@pytest.mark.article("17")
async def test_notes_are_sealed_and_only_callers_see_the_list(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """A note may name the person: unreadable in the database, shown to those who call, to nobody else."""
    await house.complaints([LANDLINE])
    (entry,) = await the_list(client)
    await press(client, entry, "not-reached", "说是李某某的家")
    assert "李某某" not in str(await house.rows(tables.calls))
    assert (await the_list(client))[0]["calls"][0]["note"] == "说是李某某的家"
    for role in ("auditor", "administrator", "unit_handler", "office_leader"):
        async with notify_client(house.desk, role) as other:
            assert (await other.get("/notify/call-list")).status_code == 403
            assert await press(other, entry, "reached") == 403


@pytest.mark.article("14")
async def test_who_left_nothing_to_call_is_named_apart(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """Owed an answer, the mail server down, no number and no address: the office sees them all the same."""
    mails = house.desk.providers[Route.EMAIL]
    assert isinstance(mails, FakeProvider)
    mails.script.extend([Temporary("mails", "421", "closing")] * 99)
    (complaint,) = await house.complaints([{"email": "citizen@example.cn"}])
    await house.pass_time(WEDNESDAY_CLOSE)
    lost = (await client.get("/notify/call-list")).json()["no_way_to_reach"]
    assert [item["complaint_id"] for item in lost] == [str(complaint)]


@pytest.mark.article("14")
async def test_the_calls_are_handed_over_to_be_issued_on_paper(house: NotifyHouse) -> None:
    """By one press: whom to call, what to say, by when, in the order of the page; letters are no calls; all still wait."""
    await house.complaints([LANDLINE, LETTER, {"phone": "+866323312346", "name": "秦玥"}])
    async with notify_client(house.desk, "handler:zhou") as browser:
        page = await browser.get("/desk/calls", headers={"Accept": "text/html"})
        assert 'action="/desk/calls/sheet"' in page.text
        answer = await browser.post("/desk/calls/sheet")
        waiting = await the_list(browser)
    (told,) = await house.told("list.calls")
    assert isinstance(told, CallsListed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/forms/lists/{told.document_id}")
    assert (told.asked_by, told.waiting) == ("zhou", 2)
    assert {call.phone for call in told.calls} == {LANDLINE["phone"], "+866323312346"}
    assert "秦玥" in {call.name for call in told.calls}
    assert all("投诉" in call.say and call.latest == WEDNESDAY_CLOSE for call in told.calls)
    assert len(waiting) == 3
    (row,) = [row for row in await house.rows(tables.messages.outbox) if row.type == "list.calls.v1"]
    assert "秦玥" not in row.body.decode()
    assert "866323312346" not in row.body.decode()


async def test_a_program_has_the_calls_issued_once(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """201 and where the document will be; the same request again hands nothing over."""
    await house.complaints([LANDLINE])
    key = {"Idempotency-Key": "morning"}
    first, again = [await client.post("/notify/call-list/sheet", headers=key) for _ in range(2)]
    (told,) = await house.told("list.calls")
    assert isinstance(told, CallsListed)
    assert (first.status_code, first.headers["location"]) == (201, f"/forms/lists/{told.document_id}")
    assert (
        first.json()
        == again.json()
        == {"id": str(told.document_id), "document": f"/forms/documents/{told.document_id}"}
    )
    assert again.headers["idempotency-replayed"] == "true"
    async with notify_client(house.desk, "office_leader") as other:
        assert (await other.post("/notify/call-list/sheet")).status_code == 403


async def test_a_list_of_no_calls_is_not_issued(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """Somebody else made the last call in the meantime: the page says so, and nothing is handed over."""
    assert "/desk/calls/sheet" not in (await client.get("/desk/calls", headers={"Accept": "text/html"})).text
    assert (await client.post("/desk/calls/sheet")).status_code == 409
    assert (await client.post("/notify/call-list/sheet")).json()["code"] == "nobody_to_call"
    assert await house.told("list") == []


def test_the_longest_list_fits_into_a_message() -> None:
    """As many calls as a list takes, each saying as much as the longest template and name can."""
    call = CallToMake(
        tracking_code=new_tracking_code(), case_number="2026-001083", name="某" * 40, phone="+8613800138000",
        say="您" * 500, latest=WEDNESDAY_CLOSE,
    )  # fmt: skip
    told = CallsListed(
        document_id=new_id(),
        asked_by="周明",
        occurred_at=WEDNESDAY_CLOSE,
        calls=[call] * MOST_CALLS,
        waiting=1000,
    )
    _, body = wrap(told, subject=told.document_id, now=WEDNESDAY_CLOSE, sealer=new_key_ring())
    assert len(body) < LARGEST_BODY
