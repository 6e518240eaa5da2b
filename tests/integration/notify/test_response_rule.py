"""The one-working-day rule (art. 14): watched by itself, counted as it is, bounces included."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.notify import answering
from services.notify.bounces import bounce
from services.notify.domain.retry import SAFETY_MARGIN
from services.notify.domain.return_path import return_path
from services.notify.domain.rule import Standing
from services.notify.fakes import FakeProvider
from services.notify.ports import CannotTell, Found, OutgoingText, SendOutcome, Stop, Temporary, Unknown
from services.notify.rule_watch import RuleWatch
from services.notify.store import tables
from shared.contracts.values import Channel, Route
from tests.parts.notify_house import TUESDAY, WEDNESDAY_CLOSE, NotifyHouse, notify_house
from tests.parts.notify_web import notify_client

PHONE = {"phone": "+8613800000001", "reply_by": "sms"}
MAILBOX = {"email": "citizen@example.cn", "reply_by": "email"}


@pytest.mark.article("14")
async def test_with_the_senders_dead_everybody_is_on_the_call_list_at_the_margin(house: NotifyHouse) -> None:
    """Nobody ever tried to send: the watch alone puts each of them on the list, once, with two hours to go."""
    await house.complaints([PHONE] * 3)
    house.now = WEDNESDAY_CLOSE - SAFETY_MARGIN - timedelta(seconds=1)
    assert await RuleWatch(house.desk).look() == 0
    house.now += timedelta(seconds=1)
    assert await RuleWatch(house.desk).look() == 3
    assert await RuleWatch(house.desk).look() == 0
    assert len(await house.deliveries(route="call")) == 3
    assert len(await house.told("delivery.person_needed")) == 3


@pytest.mark.article("14")
@pytest.mark.parametrize(
    ("person", "route", "asked"),
    [
        (PHONE, "call", 1),
        ({"email": "citizen@example.cn", "address": "枣庄市某路 1 号"}, "post", 1),
        (MAILBOX, "email", 1),
        ({"email": "mailer-daemon@example.cn", "machines_may_mail": False}, "tracking_page", 1),
        ({"anonymous": True}, "tracking_page", 0),
    ],
)
async def test_who_was_never_planned_for_is_not_forgotten(
    house: NotifyHouse, person: dict[str, object], route: str, asked: int
) -> None:
    """Owed an answer and no message that would be one: it is planned by the watch, and whoever must know is told once."""
    await house.complaints([person])
    async with house.desk.store.transaction(house.now) as unit:
        await unit.connection.execute(tables.deliveries.delete())
    house.now = WEDNESDAY_CLOSE - SAFETY_MARGIN
    assert await RuleWatch(house.desk).look() == 1
    assert await RuleWatch(house.desk).look() == 0
    assert [row.route for row in await house.deliveries()] == [route]
    told = await house.told("delivery.person_needed")
    assert [event.model_dump()["route"] for event in told] == [route] * asked


@pytest.mark.article("14")
async def test_who_has_been_answered_is_left_alone(house: NotifyHouse) -> None:
    """The page answers the anonymous at once, a printed or mailed receipt the others: nobody is called about that."""
    await house.complaints([{"anonymous": True}, MAILBOX])
    await house.pass_time(WEDNESDAY_CLOSE)
    assert await house.deliveries(route="call") == []
    assert await house.told("delivery.person_needed") == []
    assert [rule.owes for rule in await house.rows(tables.response_rules)] == [False, False]


class Dead(FakeProvider):
    """A provider in one kind of trouble, all day."""

    def __init__(self, route: Route, outcome: SendOutcome, found: Found) -> None:
        super().__init__("dead", route)
        self._outcome = outcome
        self._found = found

    async def send(self, message: OutgoingText) -> SendOutcome:
        """Answer as told."""
        self.asked += 1
        return self._outcome

    async def find(self, message: OutgoingText) -> Found:
        """Answer as told."""
        return self._found


TROUBLES: dict[str, tuple[SendOutcome, Found]] = {
    "busy": (Temporary("dead", "20429", "busy"), None),
    "stopped": (Stop("dead", "20003", "credentials"), None),
    "lost, and never there": (Unknown("dead", "timeout"), None),
    "lost, and nobody can tell": (Unknown("dead", "timeout"), CannotTell("dead", "the list is down")),
}
EVERYBODY: list[dict[str, object]] = [
    {"phone": "+8613800000001"},
    {"phone": "+8613800000002", "email": "two@example.cn"},
    {"phone": "+866323312345"},
    {"phone": "+4915123456789", "email": "four@example.de"},
    {"email": "five@example.cn", "address": "枣庄市某路 1 号"},
    {"address": "枣庄市某路 2 号"},
    {"phone": "+8613800000007", "confidential": True},
    {"anonymous": True},
    {},
]
"""Everybody whom a person or a page can reach."""


@pytest.mark.article("14")
@pytest.mark.parametrize(("outcome", "found"), TROUBLES.values(), ids=TROUBLES)
async def test_with_every_provider_down_all_day_everybody_is_answered_or_on_the_call_list(
    sqlite_url: str, outcome: SendOutcome, found: Found
) -> None:
    """Through the real ledger and senders: people in every situation, 100 % before the limit, none told twice."""
    dead = {route: Dead(route, outcome, found) for route in (Route.SMS, Route.EMAIL)}
    opening = WEDNESDAY_CLOSE - timedelta(hours=8)
    async with notify_house(sqlite_url, texts=dead[Route.SMS], mails=dead[Route.EMAIL], now=opening) as house:
        complaints = await house.complaints(EVERYBODY * 2)
        await house.pass_time(WEDNESDAY_CLOSE - timedelta(minutes=1))
        answered = {row.complaint_id for row in await house.rows(tables.response_rules) if not row.owes}
        manned = [row for row in await house.deliveries() if row.route in {"call", "post"} and row.state == "planned"]
        assert answered | {row.complaint_id for row in manned} == set(complaints)
        assert not answered & {row.complaint_id for row in manned}
        assert len(manned) == len({row.complaint_id for row in manned})
        assert all(row.made_at <= WEDNESDAY_CLOSE - SAFETY_MARGIN for row in manned)


@pytest.mark.article("14")
async def test_a_bounce_takes_the_answer_back_and_the_next_rung_is_taken(house: NotifyHouse) -> None:
    """It had counted; it came back; the letter waits in the post room. The same bounce again changes nothing."""
    await house.complaints([MAILBOX | {"address": "枣庄市某路 1 号"}])
    await house.send()
    (mail,) = await house.deliveries()
    path = return_path(mail.id, "example.gov.cn", house.desk.ring.index_key)
    house.now += timedelta(hours=1)
    for expected in (True, False):
        async with house.desk.store.transaction(house.now) as unit:
            assert await bounce(unit, house.desk, path, code="5.1.1") is expected
    assert {row.route: row.state for row in await house.deliveries()} == {"email": "undelivered", "post": "planned"}
    (rule,) = await house.rows(tables.response_rules)
    assert (rule.owes, rule.met_at) == (True, None)
    assert len(await house.told("delivery.person_needed")) == 1


async def test_a_forged_bounce_changes_nothing(house: NotifyHouse) -> None:
    """Whoever doesn't hold our key can't take an answer back."""
    await house.complaints([MAILBOX])
    await house.send()
    (mail,) = await house.deliveries()
    forged = return_path(mail.id, "example.gov.cn", b"x" * 32)
    async with house.desk.store.transaction(house.now) as unit:
        assert not await bounce(unit, house.desk, forged, code="5.1.1")
        assert not await bounce(unit, house.desk, "somebody@example.cn", code="")
    assert [row.state for row in await house.deliveries()] == ["accepted"]


FACTS: dict[Standing, tuple[datetime | None, bool, datetime]] = {
    Standing.IN_TIME: (TUESDAY + timedelta(hours=1), False, WEDNESDAY_CLOSE),
    Standing.OPEN: (None, True, WEDNESDAY_CLOSE + timedelta(days=9)),
    Standing.MISSED: (None, True, WEDNESDAY_CLOSE),
    Standing.LATE: (None, False, WEDNESDAY_CLOSE),
}
"""met_at, owes, respond_by."""


def rule_rows(count: int) -> Iterator[dict[str, object]]:
    """So many complaints of every standing, from two channels."""
    for number, (met_at, owes, respond_by) in enumerate(list(FACTS.values()) * count):
        yield {
            "complaint_id": UUID(int=number),
            "channel": "web" if number % 2 else "letter",
            "received_at": TUESDAY,
            "respond_by": respond_by,
            "answers": [],
            "met_at": met_at,
            "owes": owes,
        }


@pytest.mark.article("14")
@pytest.mark.article("21")
async def test_the_report_counts_each_standing_and_names_who_is_behind_it(house: NotifyHouse) -> None:
    """Received, in time, late, missed and open, in all and by channel; each figure opens to its complaints."""
    async with house.desk.store.transaction(house.now) as unit:
        for row in rule_rows(3):
            unit.add(tables.response_rules, row)
    house.now = WEDNESDAY_CLOSE + timedelta(hours=1)
    async with notify_client(house.desk, "auditor") as client:
        report = (await client.get("/notify/response-rule")).json()
        assert report["received"] == 12
        assert {standing.value: report[standing.value] for standing in Standing} == dict.fromkeys(Standing, 3)
        assert sum(each["received"] for each in report["by_channel"].values()) == 12
        for standing in Standing:
            listed = (await client.get("/notify/response-rule", params={"standing": standing.value})).json()["items"]
            assert [item["standing"] for item in listed] == [standing.value] * 3
        letters = (await client.get("/notify/response-rule", params={"channel": Channel.LETTER.value})).json()["items"]
        assert len(letters) == report["by_channel"]["letter"]["received"]
        before = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
        assert (await client.get("/notify/response-rule", params=before)).json()["received"] == 0


@pytest.mark.article("14")
async def test_the_reports_standing_is_the_domains(house: NotifyHouse) -> None:
    """What the database counts is what the rule says of the same complaint, before and after the limit."""
    complaints = await house.complaints([PHONE, MAILBOX, {"anonymous": True}])
    await house.send()
    for moment in (house.now, WEDNESDAY_CLOSE, WEDNESDAY_CLOSE + timedelta(seconds=1)):
        house.now = moment
        async with notify_client(house.desk, "auditor") as client:
            until = {"to": (moment + timedelta(days=1)).isoformat()}
            items = (await client.get("/notify/response-rule", params=until)).json()["items"]
        counted = {item["complaint_id"]: item["standing"] for item in items}
        async with house.desk.store.transaction(moment) as unit:
            rules = [await answering.load_rule(unit, complaint) for complaint in complaints]
        assert counted == {str(rule.complaint_id): rule.standing(moment) for rule in rules}
