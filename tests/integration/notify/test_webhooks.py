"""Twilio's webhooks over HTTP: believed only when signed, stored first, applied once, in any order."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.notify.domain.breaker import SLOW_AFTER
from services.notify.domain.outcome import Accepted
from services.notify.fakes import FakeProvider
from services.notify.ports import NobodyWatches, OutgoingText
from services.notify.providers.twilio_webhook import TwilioWebhook
from services.notify.reports import Reporter
from services.notify.store import tables
from shared.contracts.values import Route
from tests.parts.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, SignedRequest, signed
from tests.parts.notify_house import NotifyHouse, notify_house
from tests.parts.notify_web import notify_client

BASE = "https://tousu.example.gov.cn/notify/webhooks/twilio"
STATUS, INBOUND = "/notify/webhooks/twilio/status", "/notify/webhooks/twilio/inbound"
PHONE = "+8613800000001"


def sid_of(message: OutgoingText) -> str:
    """The SID under which the stand-in takes a message."""
    return f"SM{message.delivery_id.hex}"


class AsTwilio(FakeProvider):
    """The fake, with Twilio's name and SIDs."""

    def _accepted(self, message: OutgoingText) -> Accepted:
        return Accepted("twilio", sid_of(message), final=False)


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[NotifyHouse]:
    """A house that Twilio reports to."""
    webhook = TwilioWebhook([AUTH_TOKEN], ACCOUNT_SID, status_url=f"{BASE}/status", inbound_url=f"{BASE}/inbound")
    async with notify_house(sqlite_url, texts=AsTwilio("twilio"), webhook=webhook) as built:
        yield built


@pytest.fixture
async def client(house: NotifyHouse) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever calls the doors."""
    async with notify_client(house.desk) as opened:
        yield opened


def callback(sid: str, status: str, url: str = f"{BASE}/status", **more: str) -> SignedRequest:
    """A status callback, signed."""
    fields = {"AccountSid": ACCOUNT_SID, "MessageSid": sid, "MessageStatus": status, "To": PHONE} | more
    return signed(url, list(fields.items()))


async def post(client: httpx.AsyncClient, path: str, request: SignedRequest, **headers: str) -> int:
    """Send it; the status it was answered with."""
    sent = {"Content-Type": request.content_type, "X-Twilio-Signature": request.signature} | headers
    given = {name: value for name, value in sent.items() if value}
    return (await client.post(path, content=request.body, headers=given)).status_code


async def a_sent_text(house: NotifyHouse) -> str:
    """A text that Twilio has; its SID."""
    await house.complaints([{"phone": PHONE}])
    await house.send()
    provider = house.desk.providers[Route.SMS]
    assert isinstance(provider, FakeProvider)
    return sid_of(provider.taken[-1])


async def state(house: NotifyHouse) -> str:
    """Where the text stands."""
    (row,) = await house.deliveries(route="sms")
    return str(row.state)


@pytest.mark.article("14")
async def test_a_signed_receipt_is_stored_answered_and_then_applied(
    house: NotifyHouse, client: httpx.AsyncClient
) -> None:
    """204 as soon as it is on disk; applied afterwards it meets the one-working-day rule, and the others are told."""
    sid = await a_sent_text(house)
    assert await post(client, STATUS, callback(sid, "delivered")) == 204
    assert await state(house) == "accepted"
    await Reporter(house.desk).apply_due()
    assert await state(house) == "delivered"
    (told,) = await house.told("delivery.delivered")
    assert told.answers_in_time is True  # type: ignore[attr-defined]  # a DeliveryDelivered


REFUSED: dict[str, tuple[SignedRequest, dict[str, str], int]] = {
    "no signature": (callback("SM" + "0" * 32, "sent"), {"X-Twilio-Signature": ""}, 403),
    "a wrong signature": (callback("SM" + "0" * 32, "sent"), {"X-Twilio-Signature": "A" * 27 + "="}, 403),
    "a short signature": (callback("SM" + "0" * 32, "sent"), {"X-Twilio-Signature": "abc"}, 403),
    "JSON": (callback("SM" + "0" * 32, "sent"), {"Content-Type": "application/json"}, 403),
    "signed for http": (
        callback("SM" + "0" * 32, "sent", f"{BASE}/status".replace("https", "http")),
        {"X-Forwarded-Proto": "http"},
        403,
    ),
    "signed for another host": (
        callback("SM" + "0" * 32, "sent", "https://evil.example/notify/webhooks/twilio/status"),
        {"X-Forwarded-Host": "evil.example"},
        403,
    ),
    "a port more": (callback("SM" + "0" * 32, "sent", f"{BASE}/status".replace(".cn/", ".cn:8443/")), {}, 403),
    "no SID of ours": (callback("SM" + "z" * 32, "sent"), {}, 400),
    "no SID": (callback("", "sent"), {}, 400),
    "of another account": (callback("SM" + "0" * 32, "sent", AccountSid="AC" + "f" * 32), {}, 400),
}


@pytest.mark.parametrize(("request_", "headers", "answer"), REFUSED.values(), ids=REFUSED)
async def test_what_is_not_twilios_is_refused_and_not_stored(
    house: NotifyHouse, client: httpx.AsyncClient, request_: SignedRequest, headers: dict[str, str], answer: int
) -> None:
    """Each with its status; nothing of it reaches the database."""
    assert await post(client, STATUS, request_, **headers) == answer
    assert await house.rows(tables.provider_reports) == []


async def test_a_changed_body_is_refused(client: httpx.AsyncClient) -> None:
    """The signature is over the parameters, so a changed one breaks it."""
    honest = callback("SM" + "0" * 32, "failed")
    forged = SignedRequest(honest.body.replace(b"failed", b"delivered"), honest.signature)
    assert await post(client, STATUS, forged) == 403


async def test_a_parameter_that_twilio_added_is_covered_and_ignored(
    house: NotifyHouse, client: httpx.AsyncClient
) -> None:
    """New parameters don't shut the door, and an error code is text, whatever is in it."""
    sid = await a_sent_text(house)
    strange = callback(sid, "undelivered", Novelty="1", ErrorCode="<script>alert(1)</script>")
    assert await post(client, STATUS, strange) == 204
    await Reporter(house.desk).apply_due()
    assert (await house.deliveries(route="sms"))[0].code == "<script>alert(1)</script>"[:32]


async def test_a_used_parameter_twice_is_refused(client: httpx.AsyncClient) -> None:
    """With two of them nobody can tell which is meant."""
    fields = [("AccountSid", ACCOUNT_SID), ("MessageSid", "SM" + "0" * 32)]
    twice = signed(f"{BASE}/status", [*fields, ("MessageStatus", "sent"), ("MessageStatus", "delivered")])
    assert await post(client, STATUS, twice) in {400, 403}


async def test_a_replay_after_a_day_changes_nothing(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """The scheme has no time in it, so the same words are known again for ever, and say nothing new."""
    sid = await a_sent_text(house)
    receipt = callback(sid, "delivered")
    for _ in range(5):
        assert await post(client, STATUS, receipt) == 204
        await Reporter(house.desk).apply_due()
    house.now += timedelta(days=1)
    assert await post(client, STATUS, receipt) == 204
    assert await Reporter(house.desk).apply_due() == 0
    assert len(await house.rows(tables.provider_reports)) == 1
    assert len(await house.told("delivery.delivered")) == 1


def test_without_a_token_nothing_starts() -> None:
    """A blank token would believe everybody."""
    with pytest.raises(ValueError, match="token"):
        TwilioWebhook([""], ACCOUNT_SID, status_url=f"{BASE}/status", inbound_url=f"{BASE}/inbound")


async def test_an_unknown_status_is_kept_and_changes_nothing(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """Twilio may invent statuses; they are kept as they came."""
    sid = await a_sent_text(house)
    assert await post(client, STATUS, callback(sid, "partially_delivered")) == 204
    await Reporter(house.desk).apply_due()
    assert await state(house) == "accepted"
    (row,) = await house.rows(tables.provider_reports)
    assert (row.status, row.outcome) == ("partially_delivered", "says nothing")


async def test_only_posts_are_taken_and_not_large_ones(client: httpx.AsyncClient) -> None:
    """Another method is 405, a body beyond the limit 413."""
    assert (await client.get(STATUS)).status_code == 405
    large = SignedRequest(b"Body=" + b"x" * 5_000_000, "A" * 27 + "=")
    assert await post(client, STATUS, large) == 413


async def test_a_report_about_nobodys_message_is_answered_and_put_aside(
    house: NotifyHouse, client: httpx.AsyncClient
) -> None:
    """Answered well, so that Twilio doesn't come again; no delivery grows out of it."""
    assert await post(client, STATUS, callback("SM" + "9" * 32, "delivered")) == 204
    await Reporter(house.desk).apply_due()
    house.now += timedelta(days=2)
    await Reporter(house.desk).apply_due()
    (row,) = await house.rows(tables.provider_reports)
    assert row.outcome == "not ours"
    assert await house.deliveries() == []


async def test_a_receipt_that_comes_before_our_own_answer_waits_for_it(
    house: NotifyHouse, client: httpx.AsyncClient
) -> None:
    """Twilio is faster than its own response; the receipt is joined as soon as the SID is ours."""
    await house.complaints([{"phone": PHONE}])
    (row,) = await house.deliveries()
    assert await post(client, STATUS, callback(f"SM{row.id.hex}", "delivered")) == 204
    assert await Reporter(house.desk).apply_due() == 0
    await house.send()
    await Reporter(house.desk).apply_due()
    assert await state(house) == "delivered"


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_and_however_often_the_end_is_the_same(
    house: NotifyHouse, client: httpx.AsyncClient, seed: int
) -> None:
    """Queued, sent, delivered and a stray failure, five times each and shuffled: delivered, told once, no mail."""
    sid = await a_sent_text(house)
    callbacks = [callback(sid, status) for status in ("queued", "sent", "delivered")] * 5
    random.Random(seed).shuffle(callbacks)
    for each in callbacks:
        assert await post(client, STATUS, each) == 204
        await Reporter(house.desk).apply_due()
    assert await state(house) == "delivered"
    assert len(await house.deliveries()) == 1
    assert len(await house.told("delivery.delivered")) == 1


async def test_two_who_apply_the_same_report_apply_it_once(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """Replicas look at the same table; whoever marks the report first has it."""
    sid = await a_sent_text(house)
    await post(client, STATUS, callback(sid, "delivered"))
    await asyncio.gather(*(Reporter(house.desk).apply_due() for _ in range(4)))
    assert len(await house.told("delivery.delivered")) == 1


@pytest.mark.article("14")
async def test_a_handset_that_was_off_gets_one_more_text_and_then_a_person_calls(
    house: NotifyHouse, client: httpx.AsyncClient
) -> None:
    """30003 is tried once more half an hour on; the second time it comes back somebody calls."""
    sid = await a_sent_text(house)
    await post(client, STATUS, callback(sid, "undelivered", ErrorCode="30003"))
    await house.pass_time(house.now + timedelta(minutes=40), watched=False)
    first, second = await house.deliveries(route="sms")
    assert (first.state, second.state, second.try_number) == ("undelivered", "accepted", 2)
    await post(client, STATUS, callback(second.provider_id, "undelivered", ErrorCode="30003"))
    await Reporter(house.desk).apply_due()
    assert [row.state for row in await house.deliveries(route="call")] == ["planned"]


@pytest.mark.article("14")
async def test_a_landline_goes_to_a_person_at_once(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """30006 will never arrive, so the next rung is taken without another try."""
    sid = await a_sent_text(house)
    await post(client, STATUS, callback(sid, "undelivered", ErrorCode="30006"))
    await Reporter(house.desk).apply_due()
    assert [(row.route, row.state) for row in await house.deliveries()] == [("sms", "undelivered"), ("call", "planned")]


async def test_a_late_receipt_takes_the_call_off_the_list(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """The carrier gave it up and the handset has it after all: nobody is called about what they have read."""
    sid = await a_sent_text(house)
    for status in ("undelivered", "delivered"):
        await post(client, STATUS, callback(sid, status, **({"ErrorCode": "30006"} if status == "undelivered" else {})))
        await Reporter(house.desk).apply_due()
    assert {row.route: row.state for row in await house.deliveries()} == {"sms": "delivered", "call": "cancelled"}


def inbound(text: str, sid: str = "SM" + "1" * 32) -> SignedRequest:
    """A text from the complainant, signed."""
    fields: list[tuple[str, str]] = [
        ("AccountSid", ACCOUNT_SID), ("MessageSid", sid), ("From", PHONE), ("To", "+15005550006"), ("Body", text),
    ]  # fmt: skip
    return signed(f"{BASE}/inbound", fields)


async def test_an_opt_out_is_kept_and_an_opt_in_ends_it(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """退订 holds for that number from then on, under its keyed hash; 恢复 ends it; the same text twice is one."""
    for _ in range(2):
        assert await post(client, INBOUND, inbound("退订")) == 200
    await Reporter(house.desk).apply_due()
    (opted,) = await house.rows(tables.opt_outs)
    assert opted.ended_at is None
    assert PHONE not in str(await house.rows(tables.opt_outs)) + str(await house.rows(tables.inbound_texts))
    await post(client, INBOUND, inbound("恢复", "SM" + "2" * 32))
    await Reporter(house.desk).apply_due()
    (opted,) = await house.rows(tables.opt_outs)
    assert opted.ended_at is not None


async def test_anything_else_is_for_a_person_to_read(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """A sentence, or how satisfied somebody is, is shown to those who answer; it decides nothing by itself."""
    await post(client, INBOUND, inbound("我还想补充一点"))
    await post(client, INBOUND, inbound("", "SM" + "3" * 32))
    await Reporter(house.desk).apply_due()
    shown: list[Any] = (await client.get("/notify/inbound-texts")).json()["items"]
    assert sorted(item["text"] for item in shown) == ["", "我还想补充一点"]
    assert await house.rows(tables.opt_outs) == []


async def test_no_door_where_no_provider_reports(sqlite_url: str) -> None:
    """Without Twilio there is nobody to believe."""
    async with notify_house(sqlite_url) as house, notify_client(house.desk) as client:
        assert await post(client, STATUS, callback("SM" + "0" * 32, "sent")) == 404


async def test_how_long_a_delivery_took_is_told_to_whoever_watches_the_providers(
    house: NotifyHouse, client: httpx.AsyncClient
) -> None:
    """From acceptance to the receipt, once a message: a provider that has become slow must be seen to be slow."""
    took: list[tuple[str, timedelta]] = []

    class Spy(NobodyWatches):
        def delivered(self, name: str, after: timedelta) -> None:
            took.append((name, after))

    sid = await a_sent_text(house)
    house.now += SLOW_AFTER + timedelta(seconds=1)
    for status in ("sent", "delivered", "delivered"):
        await post(client, STATUS, callback(sid, status))
    reporter = Reporter(replace(house.desk, watch=Spy()))
    while await reporter.apply_due():
        pass
    assert took == [("twilio", SLOW_AFTER + timedelta(seconds=1))]
