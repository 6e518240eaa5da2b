"""The sender on both databases: what is unknown is looked for, what is lost is taken over, nothing goes out twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event

from services.notify.domain import retry
from services.notify.domain.occasions import Occasion
from services.notify.fakes import FakeProvider
from services.notify.ports import Accepted, OutgoingText, Permanent, SendOutcome, Temporary, Unknown
from services.notify.sending import LEASE, LONGEST_CALL, Sender
from shared.contracts.values import Route
from tests.parts.notify_cases import WEDNESDAY_CLOSE, an_event
from tests.parts.notify_house import NotifyHouse, notify_house, replica

PHONE = {"phone": "+8613800000001", "reply_by": "sms"}
MAILBOX = {"email": "citizen@example.cn", "reply_by": "email"}


def texts(house: NotifyHouse) -> FakeProvider:
    """What stands in for the text provider."""
    provider = house.desk.providers[Route.SMS]
    assert isinstance(provider, FakeProvider)
    return provider


def mails(house: NotifyHouse) -> FakeProvider:
    """What stands in for the mail server."""
    provider = house.desk.providers[Route.EMAIL]
    assert isinstance(provider, FakeProvider)
    return provider


@pytest.mark.article("14")
async def test_a_mail_of_unknown_fate_is_sent_once_more_and_the_sender_does_not_spin(house: NotifyHouse) -> None:
    """Nobody can tell, so the same mail goes once more after half an hour; in between nobody is asked in a loop."""
    mails(house).list_answers = False
    mails(house).script.append(Unknown("mails", "silence after the final dot"))
    await house.complaints([MAILBOX])
    assert await house.send() == 1
    await house.pass_time(house.now + timedelta(hours=2))
    (row,) = await house.deliveries()
    assert mails(house).asked == 2
    assert (row.state, row.attempts) == ("accepted", 2)


async def test_after_the_decision_to_send_unseen_the_row_says_planned(house: NotifyHouse) -> None:
    """The decision alone would be looked up again at its moment, for ever; the row has to say that it is to be sent."""
    mails(house).list_answers = False
    mails(house).script.append(Unknown("mails", "silence after the final dot"))
    await house.complaints([MAILBOX])
    await house.send()
    house.now += retry.LOOK_AFTER
    assert await house.send() == 1
    (row,) = await house.deliveries()
    assert row.state == "planned"
    assert row.due_at > house.now
    assert await house.send() == 0


@pytest.mark.article("14")
async def test_a_redelivered_event_sends_nothing_twice(house: NotifyHouse) -> None:
    """The same message five times, and the same words under a new id: one text each time the person is told something."""
    (complaint,) = await house.complaints([PHONE])
    accepted = an_event(Occasion.ACCEPTED, complaint_id=complaint)
    await house.hear(accepted, copies=5)
    await house.hear(accepted)
    await house.pass_time(house.now + timedelta(hours=1))
    assert len(texts(house).taken) == 2
    assert len({message.delivery_id for message in texts(house).taken}) == 2


async def test_a_sender_that_died_between_attempting_and_the_result_is_taken_over_by_one_that_looks_first(
    house: NotifyHouse,
) -> None:
    """Kill -9 after the provider took it: the next sender finds it there and sends nothing."""
    await house.complaints([PHONE])
    (held,) = await house.senders[Route.SMS]._claim(1)
    await texts(house).send(held.outgoing)
    other = replica(house)
    assert await other.send() == 0
    house.now += timedelta(minutes=4)
    await other.pass_time(house.now + timedelta(minutes=1))
    assert texts(house).asked == 1
    (row,) = await house.deliveries()
    assert (row.state, row.attempts) == ("accepted", 1)


async def test_a_sender_that_died_before_the_provider_took_it_costs_nobody_the_message(house: NotifyHouse) -> None:
    """The next sender looks, finds nothing, and sends: once."""
    await house.complaints([PHONE])
    await house.senders[Route.SMS]._claim(1)
    house.now += timedelta(minutes=4)
    await replica(house).pass_time(house.now + timedelta(minutes=1))
    assert len(texts(house).taken) == 1


async def test_a_result_that_comes_after_the_lease_counts_for_nothing(house: NotifyHouse) -> None:
    """Two senders had it; only the one that holds it now may write."""
    await house.complaints([PHONE])
    first = house.senders[Route.SMS]
    (held,) = await first._claim(1)
    house.now += timedelta(minutes=4)
    await replica(house).send()
    late = Permanent("texts", "21211", "not a number")
    await first._write(held, late, lambda c: retry.after_send(late, c))
    (row,) = await house.deliveries()
    assert row.code != "21211"
    assert await house.told("delivery.failed") == []


async def test_a_provider_that_hangs_holds_up_no_other_route(sqlite_url: str) -> None:
    """Mails leave while every text hangs: each route has its own sender and its own places."""
    never = asyncio.Event()

    class Hangs(FakeProvider):
        async def send(self, message: OutgoingText) -> SendOutcome:
            await never.wait()
            return await super().send(message)

    async with notify_house(sqlite_url, texts=Hangs("texts")) as house:
        await house.complaints([PHONE, MAILBOX])
        running = [asyncio.create_task(sender.run()) for sender in house.senders.values()]
        async with asyncio.timeout(60):
            while not mails(house).taken:
                await asyncio.sleep(0.02)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@pytest.mark.article("14")
async def test_a_refused_text_goes_on_by_mail_and_then_to_a_person(house: NotifyHouse) -> None:
    """Permanent is permanent here, and the next rung is taken at once, down to the call list; told once each."""
    texts(house).script.append(Permanent("texts", "21610", "opted out"))
    mails(house).script.append(Permanent("mails", "550", "no such mailbox"))
    await house.complaints([PHONE | {"email": "citizen@example.cn"}])
    await house.send()
    by_route = {row.route: row for row in await house.deliveries()}
    assert {route: row.state for route, row in by_route.items()} == {
        "sms": "failed",
        "email": "failed",
        "call": "planned",
    }
    assert len(await house.told("delivery.person_needed")) == 1
    assert (texts(house).asked, mails(house).asked) == (1, 1)


@pytest.mark.article("14")
async def test_who_can_only_be_mailed_is_tried_on_when_no_person_could_do_better(house: NotifyHouse) -> None:
    """No number, no address, the mail server down beyond the limit: told once that a person is needed, and mailed at last."""
    mails(house).script.extend([Temporary("mails", "421", "closing")] * 60)
    await house.complaints([MAILBOX])
    await house.pass_time(WEDNESDAY_CLOSE)
    assert len(await house.told("delivery.person_needed")) == 1
    mails(house).script.clear()
    await house.pass_time(WEDNESDAY_CLOSE + timedelta(hours=1))
    assert len(mails(house).taken) == 1
    assert len(await house.told("delivery.person_needed")) == 1


async def test_what_is_given_to_the_next_route_is_no_longer_waiting(house: NotifyHouse) -> None:
    """A ledger that says "planned" of something that nobody will send is a lie."""
    texts(house).script.extend([Temporary("texts", "20429", "busy")] * 50)
    await house.complaints([PHONE | {"email": "citizen@example.cn"}])
    await house.pass_time(house.now + timedelta(hours=3))
    states = {row.route: row.state for row in await house.deliveries()}
    assert states["sms"] == "cancelled"
    assert states["email"] == "accepted"


async def test_an_acceptance_with_no_receipt_is_asked_for_three_times_and_then_given_to_a_person(
    house: NotifyHouse,
) -> None:
    """After 15 minutes, an hour and four hours; then a person, since the complainant is still owed an answer."""
    await house.complaints([PHONE])
    await house.pass_time(house.now + timedelta(hours=5))
    row, call = await house.deliveries()
    assert (row.state, row.polls) == ("accepted", len(retry.RECEIPT_POLLS))
    assert (call.route, call.state) == ("call", "planned")


async def test_what_waits_too_long_for_its_turn_is_put_back(house: NotifyHouse) -> None:
    """Claimed together, worked off one by one: what would be answered after its lease isn't begun, and goes out next time."""

    def slowly(message: OutgoingText) -> SendOutcome:
        house.now += LEASE - LONGEST_CALL + timedelta(seconds=1)
        return Accepted("texts", message.delivery_id.hex, final=True)

    texts(house).script.append(slowly)
    await house.complaints([PHONE, PHONE | {"phone": "+8613800000002"}])
    sender = Sender(house.desk, Route.SMS, at_once=1)
    assert await sender.send_due() == 2
    assert sorted(row.state for row in await house.deliveries()) == ["accepted", "planned"]
    assert texts(house).asked == 1
    assert await sender.send_due() == 1
    assert {row.state for row in await house.deliveries()} == {"accepted"}
    assert texts(house).asked == 2


async def test_a_message_leaves_as_soon_as_it_is_planned(house: NotifyHouse) -> None:
    """A sender that found nothing and would look again in an hour is woken by the commit; what comes after that, too."""
    running = asyncio.create_task(Sender(house.desk, Route.SMS, poll=3600).run())
    async with asyncio.timeout(60):
        for number in (1, 2):
            await house.complaints([{"phone": f"+861380000000{number}"}])
            while len(texts(house).taken) < number:
                await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_many_messages_share_a_commit(sqlite_url: str) -> None:
    """Two hundred texts that are due cost the sender some tens of commits, not hundreds, and each leaves once."""
    async with notify_house(sqlite_url) as house:
        await house.complaints([{"phone": f"+86138{number:08d}"} for number in range(200)])
        commits: list[object] = []
        event.listen(house.desk.store.engine.sync_engine, "commit", commits.append)
        running = asyncio.create_task(house.senders[Route.SMS].run())
        async with asyncio.timeout(60):
            while {row.state for row in await house.deliveries()} != {"accepted"}:
                await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert len({message.to for message in texts(house).taken}) == len(texts(house).taken) == 200
        assert len(commits) < 60
