"""The people of the house: reminded before a limit, told when it has passed, and the unit of its result (arts. 3, 18.4, 20)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.notify.domain.occasions import Occasion
from services.notify.fakes import FakeProvider
from services.notify.store import tables
from shared.contracts.values import Route
from tests.parts.notify_cases import an_event
from tests.parts.notify_house import NotifyHouse, notify_house
from tests.parts.notify_web import notify_client

UNIT = "市税务局"
PEOPLE: list[dict[str, Any]] = [
    {"name": "赵某某", "role": "unit_handler", "unit": UNIT, "phone": "+8613900000001"},
    {"name": "孙某某", "role": "unit_leader", "unit": UNIT, "phone": "+8613900000002"},
    {"name": "周某某", "role": "office_leader", "email": "leader@example.gov.cn"},
    {"name": "吴某某", "role": "handler", "phone": "+8613900000004"},
]


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[NotifyHouse]:
    """A house whose administrator has entered everybody, and one anonymous complaint."""
    async with notify_house(sqlite_url) as built:
        async with notify_client(built.desk, "administrator") as client:
            for person in PEOPLE:
                assert (await client.put("/notify/staff-contacts", json=person)).status_code == 200
        yield built


async def happens(house: NotifyHouse, *occasions: Occasion, **changes: Any) -> list[tuple[str, str]]:
    """What staff are told: (purpose, address)."""
    (complaint,) = await house.complaints([{"anonymous": True}])
    for version, occasion in enumerate(occasions, start=2):
        await house.hear(an_event(occasion, complaint_id=complaint, version=version, **changes))
        await house.send()
    providers = [house.desk.providers[route] for route in (Route.SMS, Route.EMAIL)]
    taken = [message for each in providers if isinstance(each, FakeProvider) for message in each.taken]
    return sorted((message.template.split("/")[1], message.to) for message in taken)


@pytest.mark.article("3")
@pytest.mark.article("18.4")
async def test_before_the_limit_the_holder_and_the_units_leader_are_reminded(house: NotifyHouse) -> None:
    """The unit is bound, so it is its own people; the complainant hears nothing of it."""
    assert await happens(house, Occasion.LIMIT_NEAR, bound="unit", unit=UNIT) == [
        ("handler_reminder", "+8613900000001"),
        ("leader_reminder", "+8613900000002"),
    ]


@pytest.mark.article("3")
async def test_after_the_limit_it_is_escalated(house: NotifyHouse) -> None:
    """A limit of the office that has passed: its holder and its leader are told, once however often the event comes."""
    events = (Occasion.LIMIT_MISSED, Occasion.LIMIT_MISSED)
    assert await happens(house, *events, bound="office", holder="吴某某") == [
        ("escalation", "+8613900000004"),
        ("escalation", "leader@example.gov.cn"),
    ]


async def test_danger_that_nobody_looks_at_wakes_the_holder_and_the_leader(house: NotifyHouse) -> None:
    """At night too, at once, whichever unit has the case: the text names the case and nothing of what was told."""
    house.now = house.now.replace(hour=18)  # two in the morning in Shanghai
    assert await happens(house, Occasion.URGENT_UNATTENDED, holder="吴某某") == [
        ("alarm", "+8613900000004"),
        ("alarm", "leader@example.gov.cn"),
    ]


@pytest.mark.article("18.3")
async def test_who_has_to_approve_is_told_that_something_waits(house: NotifyHouse) -> None:
    """批办 and an extension wait for the office's leader, not the unit's."""
    told = await happens(house, Occasion.APPROVAL_ASKED, Occasion.EXTENSION_ASKED)
    assert told == [("leader_reminder", "leader@example.gov.cn")] * 2


@pytest.mark.article("20")
async def test_the_unit_that_had_the_case_is_told_its_result(house: NotifyHouse) -> None:
    """The closing names no unit, so notify remembers to whom the case was given."""
    told = await happens(house, Occasion.FORWARDED, Occasion.CLOSED_WITH_RESULT)
    assert ("unit_result_notice", "+8613900000002") in told


@pytest.mark.article("20")
async def test_without_a_unit_there_is_nobody_to_tell_and_the_ledger_says_so(house: NotifyHouse) -> None:
    """Withdrawn before it was dispatched."""
    await happens(house, Occasion.CLOSED_WITHOUT_RESULT)
    reasons = {(row.audience, row.reason) for row in await house.rows(tables.silences)}
    assert ("unit", "no_unit") in reasons


@pytest.mark.article("17")
async def test_staff_numbers_are_sealed_and_kept_by_the_administrator_alone(house: NotifyHouse) -> None:
    """Nobody else adds a person or reads the list; the list itself shows by what, not by which number."""
    assert "+86139" not in str(await house.rows(tables.staff_contacts))
    async with notify_client(house.desk, "administrator") as client:
        items = (await client.get("/notify/staff-contacts")).json()["items"]
        assert {item["name"]: item["reached_by"] for item in items}["周某某"] == ["email"]
        assert "example.gov.cn" not in str(items)
    for role in ("handler", "office_leader", "unit_leader", "auditor"):
        async with notify_client(house.desk, role) as client:
            assert (await client.put("/notify/staff-contacts", json=PEOPLE[0])).status_code == 403
            assert (await client.get("/notify/staff-contacts")).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "12345"},
        {"phone": "+866323312345"},
        {"email": "a@b\r\nRCPT TO:<x@y>"},
        {"role": "unit_leader", "unit": None},
        {"role": "handler", "unit": UNIT},
        {"name": ""},
    ],
)
async def test_what_nothing_could_be_sent_to_is_refused(house: NotifyHouse, wrong: dict[str, Any]) -> None:
    """An office number, a landline, a command in an address, a unit's leader without a unit: 422, and nothing is kept."""
    entry = {"name": "郑某某", "role": "unit_handler", "unit": UNIT} | wrong
    async with notify_client(house.desk, "administrator") as client:
        assert (await client.put("/notify/staff-contacts", json=entry)).status_code == 422
    assert len(await house.rows(tables.staff_contacts)) == len(PEOPLE)


async def test_a_person_who_changed_their_number_is_reached_at_the_new_one(house: NotifyHouse) -> None:
    """The same name is the same person."""
    changed = PEOPLE[0] | {"phone": "+8613900000009"}
    async with notify_client(house.desk, "administrator") as client:
        await client.put("/notify/staff-contacts", json=changed)
    assert ("handler_reminder", "+8613900000009") in await happens(house, Occasion.LIMIT_NEAR, bound="unit", unit=UNIT)
