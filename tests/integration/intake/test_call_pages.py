"""The line at the desk and over HTTP: one press puts a call down as none, and one takes it up again with all that was typed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.intake.domain.call_endings import ENDINGS
from services.intake.store import tables
from shared.contracts.values import Role
from tests.parts.intake_app import IntakeApp, intake_app

DAY = "2026-11-20"
CALLS = "/desk/phone/calls"
JSON = {"Accept": "application/json"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[IntakeApp]:
    """Intake."""
    with intake_app(tmp_path) as started:
        yield started


def rings(house: IntakeApp, number: str = "c-1", **more: Any) -> str:
    """The exchange puts a call through to the operator; gives its draft."""
    event = {"call_id": number, "operator": "示例operator", "caller_number": "13800138000", **more}
    return str(house.done("POST", "/intake/calls", json=event)["draft_id"])


def field(page: str, name: str) -> str:
    """What stands in a hidden field or a line of the page."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return found[1]


def of_the_phone(house: IntakeApp) -> dict[str, Any]:
    """The telephone's line of the day's reconciliation."""
    told = house.done("GET", f"/intake/reconciliation?day={DAY}", Role.AUDITOR)
    return next(dict(line) for line in told["items"] if line["channel"] == "phone")


@pytest.mark.article("11-13")
def test_one_press_puts_the_call_in_hand_down_and_one_takes_it_up_again(house: IntakeApp) -> None:
    """The page offers every reason; what follows is an empty page that says what was put down, and the way back."""
    page = house.ask("GET", f"/desk/phone?draft={rings(house)}").text
    assert re.findall(r'name="ending" value="(\w+)" formaction="/desk/phone/end"', page) == [
        row.ending.value for row in ENDINGS
    ]
    sent = {name: field(page, name) for name in ("idempotency_key", "call_id", "call_number", "call_started_at")}
    sent |= {"facts": "问医保卡在几楼办", "ending": "question", "note": "已告知二楼"}
    put_down = house.ask("POST", "/desk/phone/end", data=sent)
    assert put_down.status_code == 303
    after = house.ask("GET", put_down.headers["location"]).text
    assert "只是咨询" in after
    assert "问医保卡" not in after
    assert of_the_phone(house)["classes"] == {"complaint": 0, "question": 1}
    back = house.ask("POST", re.findall(rf'action="({CALLS}/[\w-]+)"', after)[0], data={"take": "up"})
    again = house.ask("GET", back.headers["location"]).text
    assert "问医保卡在几楼办" in again
    assert field(again, "call_id") == "c-1"
    assert of_the_phone(house)["classes"] == {"complaint": 0, "not accounted for": 1}
    sent |= {"idempotency_key": field(again, "idempotency_key")}
    assert house.ask("POST", "/desk/phone", data=sent).status_code == 303
    assert of_the_phone(house)["classes"] == {"complaint": 1}


def test_what_can_not_be_put_down_comes_back_as_typed(house: IntakeApp) -> None:
    """Other than the reasons of the table, without saying what it was; said twice it is one call, said otherwise refused."""
    sent = {"idempotency_key": str(uuid4()), "facts": "来电人在说什么听不清"}
    for wrong, named in (({"ending": "other"}, "note"), ({"ending": "bored"}, "ending")):
        back = house.ask("POST", "/desk/phone/end", data=sent | wrong)
        assert (back.status_code, sent["facts"] in back.text) == (422, True)
        assert f'href="#{named}"' in back.text
    said = [house.ask("POST", "/desk/phone/end", data=sent | {"ending": ending}) for ending in ("silence",) * 2]
    assert said[0].headers["location"] == said[1].headers["location"]
    otherwise = house.ask("POST", "/desk/phone/end", data=sent | {"ending": "praise"})
    assert (otherwise.status_code, sent["facts"] in otherwise.text) == (409, True)
    assert of_the_phone(house)["receipts"] == 1


@pytest.mark.article("3")
def test_by_the_browsers_way_back_a_call_is_still_one(house: IntakeApp) -> None:
    """The same page, put down and then registered, or the other way round: one receipt, and the complaint is it."""
    for first, then, outcome in (
        ("/desk/phone/end", "/desk/phone", 303),
        ("/desk/phone", "/desk/phone/end", 409),
    ):
        sent = {"idempotency_key": str(uuid4()), "facts": "窗口推诿", "ending": "silence"}
        assert house.ask("POST", first, data=sent).status_code == 303
        assert house.ask("POST", then, data=sent).status_code == outcome
    assert of_the_phone(house)["classes"] == {"complaint": 2}


@pytest.mark.article("3")
def test_a_call_that_nobody_typed_anything_of_waits_on_the_page_until_somebody_says_why(house: IntakeApp) -> None:
    """It is counted where staff begin, stands on top of the list on any day, and is put down from there."""
    draft = rings(house, ended_at="2026-11-20T10:01:00+08:00", started_at="2026-11-20T10:00:00+08:00", desk="8003")
    assert house.ask("DELETE", f"/intake/drafts/{draft}").status_code == 204
    assert re.findall(r'data-count="call_log">(\d+)<', house.ask("GET", "/desk").text)[-1:] == ["1"]
    page = house.ask("GET", f"{CALLS}?day=2026-11-19").text
    [address] = set(re.findall(rf'action="({CALLS}/[\w-]+)"', page))
    assert "8003" in page
    for wrong in ({}, {"ending": "other"}):
        assert house.ask("POST", address, data=wrong).status_code == 422
    assert house.ask("POST", address, data={"ending": "hung_up"}).headers["location"] == f"{CALLS}?day={DAY}"
    listed = house.ask("GET", f"{CALLS}?day={DAY}", Role.AUDITOR).text
    assert "10:00" in listed
    assert "中途挂断" in listed
    assert "<button" not in listed.partition('id="the-day"')[2].partition("</main>")[0]
    assert f'href="{CALLS}?day={DAY}"' in house.ask("GET", f"/desk/checks?day={DAY}").text


@pytest.mark.article("17")
def test_a_program_puts_calls_down_and_reads_them_without_a_caller(house: IntakeApp) -> None:
    """Under one key once; a note where the reason says nothing; to another operator's eyes, and in the list, no number."""
    told = {"ending": "nuisance", "note": "推销", "call": {"caller_number": "13800138000"}}
    headers = {"Idempotency-Key": "k-1"}
    first, again = (house.ask("POST", "/intake/calls/no-complaint", json=told, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    refused = house.ask("POST", "/intake/calls/no-complaint", json={"ending": "other"}, headers=JSON)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "note")
    call = house.done("GET", first.headers["location"])
    assert (call["state"], call["ending"], call["note"], call["ended_at"]) == ("no_complaint", "nuisance", "推销", None)
    listed = house.ask("GET", f"/intake/calls?day={DAY}", Role.HANDLER)
    assert [each["id"] for each in listed.json()["items"]] == [call["id"]]
    assert "00138000" not in listed.text
    taken = house.done("POST", f"{first.headers['location']}/take-up", Role.HANDLER)
    content = house.done("GET", taken["draft"], Role.HANDLER)["content"]
    assert content["call"]["caller_number"] == "13800138000"
    other = house.ask("POST", "/intake/calls/no-complaint", json=told | {"call": {"id": call["reference"]}})
    assert other.status_code == 201


def test_a_call_has_a_row_for_each_that_is_told(house: IntakeApp) -> None:
    """Told again by the exchange it is the same; a complaint at the door that names it accounts for it."""
    assert rings(house) == rings(house)
    house.done("POST", "/intake/phone-logs", json={"facts": "窗口推诿", "call": {"id": "c-1"}})
    [call] = house.done("GET", f"/intake/calls?day={DAY}")["items"]
    assert call["state"] == "complaint"
    assert "complaint_id" not in call
    assert set(call) >= {column.name for column in tables.calls.columns} - {"sealed", "note_sealed", "complaint_id"}
    otherwise = {"ending": "silence", "call": {"id": "c-1"}}
    refused = house.ask("POST", "/intake/calls/no-complaint", json=otherwise, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "accounted_for")
    assert house.ask("POST", f"/intake/calls/{call['id']}/take-up").status_code == 409
