"""What units are told: the results of a period, and consequences at once; it is signed for there (arts. 19, 20)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import delete, update

from services.workflow.domain.roles import Person
from services.workflow.store.relisting import relist
from services.workflow.store.tables import cases, result_notices
from services.workflow.verifying import frozen_faults, verify
from shared.contracts.complaint import Target
from shared.contracts.values import Channel
from tests.parts.html import parse, text_of
from tests.parts.workflow_desk import Desk, headers
from tests.unit.workflow.building import (
    AUDITOR,
    HANDLER,
    LEADER,
    OPERATOR,
    OTHER_HANDLER,
    OTHER_UNIT,
    UNIT,
    UNIT_HANDLER,
    UNIT_LEADER,
)

pytestmark = pytest.mark.article("20")
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


async def _acts(http: httpx.AsyncClient, number: str, name: str, who: Person = HANDLER, **body: Any) -> None:
    answer = await http.post(f"/workflow/cases/{number}/actions/{name}", json=body, headers=_asks(who))
    assert answer.status_code == 200, answer.text


def _asks(who: Person) -> dict[str, str]:
    return headers(who) | {"Accept": "application/json"}


async def _done_with(http: httpx.AsyncClient, desk: Desk, **complaint: Any) -> str:
    """Substantiated and closed."""
    number = await desk.complaint(**complaint)
    await _acts(http, number, "accept")
    await _acts(http, number, "forward", unit=UNIT, advice="请核实")
    feedback = {
        "findings": "属实",
        "substantiated": True,
        "rectification": "已补办",
        "signed_by": UNIT_LEADER.name,
        "sealed": True,
    }
    await _acts(http, number, "submit_feedback", UNIT_LEADER, **feedback)
    await _acts(http, number, "record_follow_up", outcome="satisfied")
    await _acts(http, number, "close", result="已补办")
    return number


async def _sanctioned(http: httpx.AsyncClient, desk: Desk, **complaint: Any) -> str:
    """The same, and then an order to rectify."""
    number = await _done_with(http, desk, **complaint)
    await _acts(http, number, "impose_sanction", LEADER, sanction="rectification_order", text="限期整改，回复刘某某。")
    return number


async def _frozen(desk: Desk, http: httpx.AsyncClient) -> None:
    desk.now += timedelta(days=30)
    answer = await http.post("/workflow/statistics/freeze", params=NOVEMBER, headers=_asks(LEADER))
    assert answer.status_code == 201, answer.text


async def _issued(http: httpx.AsyncClient, who: Person, *, at_once: bool = False) -> list[dict[str, Any]]:
    """The notices of periods; or those of consequences."""
    items: list[dict[str, Any]] = (await http.get("/workflow/notices", headers=_asks(who))).json()["items"]
    return [item for item in items if (item["number"] is not None) is at_once]


@pytest.mark.article("19")
async def test_a_frozen_period_is_told_to_the_unit_that_handled_it(desk: Desk, http: httpx.AsyncClient) -> None:
    """Each case by number, what was found, whether it was in time, and what followed; not who complained."""
    number = await _sanctioned(http, desk)
    await desk.complaint(target=Target(unit=OTHER_UNIT))  # never dispatched: nothing to tell that unit
    await _frozen(desk, http)
    (notice,) = await _issued(http, LEADER)
    assert (notice["unit"], notice["issued_by"], notice["received_at"]) == (UNIT, LEADER.name, None)
    page = await http.get(f"/workflow/notices/{notice['id']}", headers=headers(UNIT_LEADER))
    told = text_of(parse(page.text))
    assert all(word in told for word in (UNIT, number, "属实", "满意", "未逾期", "责令整改", "作为相关考核的依据"))
    assert "刘" not in told


async def test_the_unit_is_reminded_until_somebody_signs_for_it(desk: Desk, http: httpx.AsyncClient) -> None:
    """It stands above the unit's worklist and not above the office's; the second to sign is told who was first."""
    await _done_with(http, desk)
    await _frozen(desk, http)
    worklist, waiting = "/workflow/cases", "1 份结果通报待本单位签收"
    assert waiting in (await http.get(worklist, headers=headers(UNIT_HANDLER))).text
    assert waiting not in (await http.get(worklist, headers=headers(HANDLER))).text
    (notice,) = await _issued(http, UNIT_HANDLER)
    place = f"/workflow/notices/{notice['id']}"
    assert (await http.post(f"{place}/receipt", headers=headers(UNIT_HANDLER))).status_code == 303
    second = await http.post(f"{place}/receipt", headers=_asks(UNIT_LEADER))
    assert (second.status_code, second.json()["code"]) == (409, "received")
    assert UNIT_HANDLER.name in second.json()["title"]
    assert f"{UNIT_HANDLER.name}已于" in (await http.post(f"{place}/receipt", headers=headers(UNIT_LEADER))).text
    assert waiting not in (await http.get(worklist, headers=headers(UNIT_LEADER))).text
    assert f"{UNIT_HANDLER.name}签收" in (await http.get(place, headers=headers(AUDITOR))).text


@pytest.mark.article("17")
async def test_a_notice_is_the_units_own(desk: Desk, http: httpx.AsyncClient) -> None:
    """For another unit there is none; an operator reads none; the office signs for none."""
    await _done_with(http, desk)
    await _frozen(desk, http)
    (notice,) = await _issued(http, HANDLER)
    place = f"/workflow/notices/{notice['id']}"
    assert await _issued(http, OTHER_HANDLER) == []
    answers = [
        await http.get(place, headers=_asks(OTHER_HANDLER)),
        await http.post(f"{place}/receipt", headers=_asks(OTHER_HANDLER)),
        await http.get(place, headers=_asks(OPERATOR)),
        await http.post(f"{place}/receipt", headers=_asks(HANDLER)),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 403, 403]
    beyond = [
        await http.get(f"/workflow/{place}?page={'9' * 30}", headers=headers(HANDLER)) for place in ("notices", "cases")
    ]
    assert [answer.status_code for answer in beyond] == [422, 200], "no page is too far to be answered"


@pytest.mark.article("17")
async def test_whoever_is_complained_of_does_not_find_the_case_on_it(desk: Desk, http: httpx.AsyncClient) -> None:
    """As in every other list; the leader of the unit does."""
    number = await desk.complaint(target=Target(unit=UNIT, staff=UNIT_HANDLER.name))
    await _acts(http, number, "accept")
    await _acts(http, number, "forward", unit=UNIT, advice="请核实")
    await _frozen(desk, http)
    (notice,) = await _issued(http, UNIT_LEADER)
    place = f"/workflow/notices/{notice['id']}"
    assert number in (await http.get(place, headers=_asks(UNIT_LEADER))).text
    assert number not in (await http.get(place, headers=_asks(UNIT_HANDLER))).text


@pytest.mark.article("23")
async def test_a_notice_that_was_changed_removed_or_slipped_in_is_named(desk: Desk, http: httpx.AsyncClient) -> None:
    """What was frozen vouches for what was told; a receipt changes nothing of it."""
    await _done_with(http, desk)
    await _frozen(desk, http)
    key, store = desk.anchors.public_key, desk.office.store
    (notice,) = await _issued(http, UNIT_HANDLER)
    await http.post(f"/workflow/notices/{notice['id']}/receipt", headers=_asks(UNIT_HANDLER))
    assert await frozen_faults(store, key, desk.anchors.read_all()) == []
    gone, foreign = "a notice to a unit was changed or removed", "no frozen figures vouch for this notice to a unit"
    for change, named in (
        (update(result_notices).values(body="{}"), [gone]),
        (update(result_notices).values(unit=OTHER_UNIT), [gone]),
        (update(result_notices).values(id=UUID(int=1)), [gone, foreign]),
        (delete(result_notices), [gone]),
    ):
        async with store.transaction(desk.now) as unit:
            await unit.connection.execute(change)
        assert [fault.what for fault in await frozen_faults(store, key)] == named


@pytest.mark.article("19")
async def test_a_consequence_reaches_the_unit_as_soon_as_it_is_imposed(desk: Desk, http: httpx.AsyncClient) -> None:
    """On a closed case, before any period is frozen: above the unit's worklist, in the leader's words, to be signed for."""
    number = await _sanctioned(http, desk)
    (notice,) = await _issued(http, UNIT_LEADER, at_once=True)
    assert (notice["unit"], notice["number"], notice["issued_by"]) == (UNIT, number, LEADER.name)
    assert "1 份结果通报待本单位签收" in (await http.get("/workflow/cases", headers=headers(UNIT_LEADER))).text
    place = f"/workflow/notices/{notice['id']}"
    told = text_of(parse((await http.get(place, headers=headers(UNIT_LEADER))).text))
    assert all(word in told for word in (UNIT, number, "责令整改", "限期整改", "第十九条"))
    (said,) = (await http.get(place, headers=_asks(UNIT_LEADER))).json()["said"]["consequences"]
    assert (said["sanction"], "刘某某" in said["text"]) == ("rectification_order", False)
    assert number in (await http.get("/workflow/notices", headers=headers(UNIT_LEADER))).text
    assert (await http.post(f"{place}/receipt", headers=headers(UNIT_LEADER))).status_code == 303
    assert "结果通报待本单位签收" not in (await http.get("/workflow/cases", headers=headers(UNIT_LEADER))).text


@pytest.mark.article("17")
async def test_a_consequence_is_told_to_nobody_who_may_not_know_of_the_case(
    desk: Desk, http: httpx.AsyncClient
) -> None:
    """Not to the person complained of, not to another unit; and to no unit once the case is kept close."""
    await _sanctioned(http, desk, target=Target(unit=UNIT, staff=UNIT_HANDLER.name))
    (notice,) = await _issued(http, UNIT_LEADER, at_once=True)
    place = f"/workflow/notices/{notice['id']}"
    for stranger in (UNIT_HANDLER, OTHER_HANDLER):
        assert await _issued(http, stranger, at_once=True) == []
        assert "待本单位签收" not in (await http.get("/workflow/cases", headers=headers(stranger))).text
        answers = [
            await http.get(place, headers=_asks(stranger)),
            await http.post(f"{place}/receipt", headers=_asks(stranger)),
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
    async with desk.office.store.transaction(desk.now) as unit:
        await unit.connection.execute(update(cases).values(restricted=True))
    assert await _issued(http, UNIT_LEADER, at_once=True) == []
    assert len(await _issued(http, LEADER, at_once=True)) == 1


@pytest.mark.article("23")
@pytest.mark.parametrize(
    "change", [{"unit": OTHER_UNIT}, {"issued_by": "别人"}, {"entry": 1}, {"number": "2026-000099"}]
)
async def test_a_notice_of_a_consequence_is_vouched_for_by_the_timeline(
    desk: Desk, http: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    """Untouched there is nothing to find; changed, removed or put on another entry it is named."""
    number = await _sanctioned(http, desk)
    office = desk.office
    assert (await verify(office.store, [], ring=office.ring)).findings == ()
    for tampering in (update(result_notices).values(**change), delete(result_notices)):
        async with office.store.transaction(desk.now) as unit:
            await unit.connection.execute(tampering)
        found = (await verify(office.store, [], ring=office.ring)).findings
        assert (number, "a notice to a unit was changed or removed") in [(fault.where, fault.what) for fault in found]


async def test_consequences_of_an_older_version_are_told_at_the_next_start(desk: Desk, http: httpx.AsyncClient) -> None:
    """Imposed before there were such notices; a second start tells nothing twice."""
    number = await _sanctioned(http, desk)
    office = desk.office
    async with office.store.transaction(desk.now) as unit:
        await unit.connection.execute(delete(result_notices))
        await unit.connection.execute(update(cases).values(first_receiver=None))
    await relist(office.store, office.ring, office.clock)
    async with office.store.transaction(desk.now) as unit:
        await unit.connection.execute(update(cases).values(first_receiver=None))
    await relist(office.store, office.ring, office.clock)
    (notice,) = await _issued(http, UNIT_LEADER, at_once=True)
    assert notice["number"] == number
    assert (await verify(office.store, [], ring=office.ring)).findings == ()


@pytest.mark.article("18.1")
async def test_what_was_settled_on_the_spot_stands_on_the_notice_of_the_unit_it_was_settled_for(
    desk: Desk, http: httpx.AsyncClient
) -> None:
    """Though nothing was dispatched, the unit named answers for it: by the settlement, and else by the complaint."""
    for named, settled in ((UNIT, None), (None, UNIT)):
        number = await desk.complaint(channel=Channel.VISIT, target=Target(unit=named))
        await _acts(http, number, "settle", result="当场补办", complainant_agrees=True, unit=settled)
    await _frozen(desk, http)
    (notice,) = await _issued(http, UNIT_LEADER)
    place = f"/workflow/notices/{notice['id']}"
    said = (await http.get(place, headers=_asks(UNIT_LEADER))).json()["said"]
    assert [(each["settled"], each["late"]) for each in said["results"]] == [(True, False)] * 2
    assert "当场办结" in (await http.get(place, headers=headers(UNIT_LEADER))).text
