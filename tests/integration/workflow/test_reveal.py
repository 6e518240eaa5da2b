"""The complainant's identity: masked wherever a case is shown, and given only to a look that stands in the timeline."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared.contracts.values import Role
from tests.parts.house import OTHER_UNIT, UNIT
from tests.parts.open_house import OpenHouse, open_house, until

WHO = {"name": "刘桂华", "phone": "13900002046", "address": "滕州市善南街道3号", "relation": "self", "reply_by": "sms"}
FACTS = "我叫刘桂华，电话 139-0000-2046，等了一个多小时没有叫到。"
LOOK = {"purpose": "follow_up", "reason": "电话回访"}
SECRETS = ("刘桂华", "13900002046", "139-0000-2046", "善南街道")


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OpenHouse]:
    """A house with people on both sides; each test has a case of its own."""
    async with open_house(tmp_path_factory.mktemp("reveal")) as started:
        for name, role, unit in (
            ("operator", Role.OPERATOR, None),
            ("handler", Role.HANDLER, None),
            ("auditor", Role.AUDITOR, None),
            ("administrator", Role.ADMINISTRATOR, None),
            ("unit", Role.UNIT_HANDLER, UNIT),
            ("leader", Role.UNIT_LEADER, UNIT),
            ("stranger", Role.UNIT_HANDLER, OTHER_UNIT),
        ):
            started.tokens[name] = (await started.token(name, role, unit))["Authorization"]
        for name, seat in (("unit", "unit_handler"), ("leader", "unit_leader")):
            entry = {"id": name, "name": name, "role": seat, "unit": UNIT}
            await started.ask("PUT", "/workflow/directory/staff", "administrator", json=entry)
        yield started


async def _case(
    house: OpenHouse, *, confidential: bool, advice: str = "请核实并反馈。", staff: str | None = None
) -> str:
    """A case that lies with the unit."""
    target = {"unit": UNIT} | ({"staff": staff} if staff else {})
    told = {"complainant": {**WHO, "confidential": confidential}, "target": target, "facts": FACTS}
    receipt = await house.ask("POST", "/intake/phone-logs", "operator", json={**told, "demand": "请核实", "call": {}})
    assert receipt.status_code == 201, receipt.text
    path = f"/intake/submissions/{receipt.json()['complaint_id']}"
    number: str = await until(house, path, "handler", lambda body: body["case_number"])
    for command, body in (("accept", {}), ("forward", {"unit": UNIT, "advice": advice})):
        await _do(house, number, command, "handler", body)
    return number


async def _do(house: OpenHouse, number: str, command: str, who: str, body: dict[str, Any]) -> Any:
    return await house.ask("POST", f"/workflow/cases/{number}/actions/{command}", who, json=body)


@pytest.mark.article("17")
async def test_a_case_shows_a_part_of_who_complained(house: OpenHouse):
    """王**, 139****2046: to the office and to the unit alike, and the unit's copy of the facts names nobody."""
    number = await _case(house, confidential=False)
    for who in ("handler", "auditor", "unit"):
        shown = (await house.ask("GET", f"/workflow/cases/{number}", who)).json()
        assert (shown["complainant"]["name"], shown["complainant"]["phone"]) == ("刘**", "139****2046")
        assert shown["complainant"]["address"] == "滕州市****"
    seen_by_the_unit = (await house.ask("GET", f"/workflow/cases/{number}", "unit")).text
    assert not [secret for secret in SECRETS if secret in seen_by_the_unit]


@pytest.mark.article("17")
@pytest.mark.parametrize("who", ["operator", "handler", "auditor", "unit", "leader"])
async def test_a_look_with_a_reason_gives_the_identity_and_is_on_record(house: OpenHouse, who: str):
    """The answer holds the name; the timeline holds who looked and why."""
    number = await _case(house, confidential=False)
    answer = await _do(house, number, "reveal_identity", who, LOOK)
    assert answer.status_code == 200, answer.text
    told = answer.json()["complainant"]
    assert (told["name"], told["phone"], told["address"]) == ("刘桂华", "+8613900002046", WHO["address"])
    entries = (await house.ask("GET", f"/workflow/cases/{number}/timeline", "handler")).json()["items"]
    look = [(item["actor"], item["what"]["reason"]) for item in entries if item["kind"] == "identity_revealed"]
    assert look == [(who, "电话回访")]


@pytest.mark.article("17")
@pytest.mark.parametrize("who", ["unit", "leader"])
async def test_a_confidential_complainant_is_never_named_to_the_unit(house: OpenHouse, who: str):
    """Neither in the case, nor in its words, nor for any reason; and the refused look leaves no entry."""
    number = await _case(house, confidential=True)
    shown = await house.ask("GET", f"/workflow/cases/{number}", who)
    assert {shown.json()["complainant"][name] for name in ("name", "phone", "email", "address")} == {None}
    assert not [secret for secret in (*SECRETS, "刘**", "139****") if secret in shown.text]
    answer = await _do(house, number, "reveal_identity", who, LOOK)
    assert answer.status_code == 409
    assert "刘" not in answer.text
    timeline = await house.ask("GET", f"/workflow/cases/{number}/timeline", who)
    assert "identity_revealed" not in timeline.text
    assert (await _do(house, number, "reveal_identity", "handler", LOOK)).json()["complainant"]["name"] == "刘桂华"


@pytest.mark.article("17")
@pytest.mark.parametrize(("who", "status"), [("administrator", 403), ("stranger", 404)])
async def test_who_has_no_business_with_it_gets_nothing(house: OpenHouse, who: str, status: int):
    """The administrator may not, and to another unit the case doesn't exist."""
    number = await _case(house, confidential=False)
    answer = await _do(house, number, "reveal_identity", who, LOOK)
    assert answer.status_code == status
    assert "刘" not in answer.text


@pytest.mark.article("17")
@pytest.mark.parametrize("body", [{}, {"purpose": "follow_up"}, {"purpose": "follow_up", "reason": " "}])
async def test_no_look_without_a_reason(house: OpenHouse, body: dict[str, str]):
    """Neither purpose nor reason may be left out or blank."""
    number = await _case(house, confidential=False)
    answer = await _do(house, number, "reveal_identity", "handler", body)
    assert answer.status_code == 422
    assert "刘" not in answer.text


@pytest.mark.article("17")
@pytest.mark.parametrize("confidential", [False, True])
async def test_what_the_office_wrote_names_nobody_to_the_unit(house: OpenHouse, confidential: bool):
    """People write names into any field: the unit's timeline, as data and as a page, is without them; the office's has them."""
    number = await _case(
        house, confidential=confidential, advice="请与刘桂华（139-0000-2046，滕州市善南街道3号）核实。"
    )
    for path in (f"/workflow/cases/{number}/timeline", f"/workflow/cases/{number}"):
        page = await house.ask("GET", path, "unit", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "核实" in page.text
        assert not [secret for secret in SECRETS if secret in page.text]
    kept = await house.ask("GET", f"/workflow/cases/{number}/timeline", "handler")
    assert "刘桂华（139-0000-2046" in kept.text


@pytest.mark.article("17")
async def test_the_one_complained_of_finds_no_case_of_theirs(house: OpenHouse):
    """In no list and not by its number; the unit's leader works it."""
    number = await _case(house, confidential=False, staff="unit")
    finds = {
        who: number in [item["number"] for item in (await house.ask("GET", "/workflow/cases", who)).json()["items"]]
        for who in ("unit", "leader")
    }
    assert finds == {"unit": False, "leader": True}
    assert (await house.ask("GET", f"/workflow/cases/{number}", "unit")).status_code == 404


@pytest.mark.article("17")
async def test_the_tracking_page_names_nobody_whatever_was_written(house: OpenHouse):
    """Whoever holds the code may read why a complaint was refused, and learns of nobody by it."""
    told = {"complainant": WHO, "target": {"unit": UNIT}, "facts": FACTS, "call": {}}
    receipt = (await house.ask("POST", "/intake/phone-logs", "operator", json=told)).json()
    path = f"/intake/submissions/{receipt['complaint_id']}"
    number = await until(house, path, "handler", lambda body: body["case_number"])
    refusal = {
        "ground": "10.1",
        "reason": "刘桂华（13900002046）所反映的不是本中心的事项。",
        "remedy": "请联系 0632-8690012。",
    }
    answer = await _do(house, number, "refuse", "handler", refusal)
    assert answer.status_code == 200, answer.text
    page = (await house.visitor().http.get(f"/track/{receipt['tracking_code']}", headers={"Accept": "text/html"})).text
    assert "不是本中心的事项" in page
    assert "0632-8690012" in page, "whom to turn to instead"
    assert not [secret for secret in SECRETS if secret in page]
