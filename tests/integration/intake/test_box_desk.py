"""The box's page as two people use it: open and count, slip after slip, close; without script, nothing typed lost."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts.envelope import read_envelope, unwrap
from shared.contracts.lists import BoxRecorded
from shared.contracts.values import Role
from tests.parts.intake_app import IntakeApp, intake_app

BOX = "/desk/box"
OPENED = {
    "box": "3 号箱，二楼东侧电梯口",
    "opened_at": "2026-11-20T09:02",
    "opened_by": "示例operator",
    "witnessed_by": "曹海峰",
    "slips": "2",
}
SAID = "综合窗口边打电话边办件，等了半小时。"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeApp]:
    """Intake, for all these tests: each opens a box of its own."""
    with intake_app(tmp_path_factory.mktemp("box")) as started:
        yield started


def opened(house: IntakeApp, **changes: str) -> str:
    """A box was opened on the page; the address of its slips."""
    answer = house.ask("POST", f"{BOX}/openings", data=OPENED | changes)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def slip(house: IntakeApp, place: str, **changes: str) -> Any:
    """One slip, sent from the page."""
    return house.ask("POST", BOX, data={"opening": place.rpartition("=")[2], "facts": SAID} | changes)


def close(house: IntakeApp, place: str, **said: str) -> Any:
    """The opening is closed on the page."""
    return house.ask("POST", f"{BOX}/openings/{place.rpartition('=')[2]}/close", data=said)


def words(answer: Any) -> str:
    """What a page says."""
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


@pytest.mark.article("14")
def test_a_box_is_opened_its_slips_typed_one_after_another_and_the_opening_closed(house: IntakeApp) -> None:
    """Box, moment and people are typed once; each slip gets its number and stands under the opening."""
    place = opened(house)
    for number in ("1", "2"):
        page = house.ask("GET", place)
        assert f'name="slip_number" type="text" value="{number}"' in page.text
        sent = slip(house, place, facts=f"{SAID}第{number}张", slip_number=number)
        assert sent.status_code == 303, words(sent)
        assert "登记号" in words(house.ask("GET", sent.headers["location"])) or "箱2026-" in sent.text
    full = house.ask("GET", place)
    assert 'name="facts"' not in full.text
    assert "取出的各张都已登记" in words(full)
    closed = close(house, place)
    assert (closed.status_code, closed.headers["location"]) == (303, place)
    assert "由示例operator办结" in words(house.ask("GET", place))
    found = house.done("GET", f"/intake/box-openings/{place.rpartition('=')[2]}")
    assert (found["state"], found["registered"], len(found["items"])) == ("closed", 2, 2)
    submission = house.done("GET", f"/intake/submissions/{found['items'][0]['complaint_id']}")
    assert submission["received_at"].startswith("2026-11-20T01:02")


@pytest.mark.article("14")
def test_the_record_of_a_closed_opening_is_handed_over_to_be_issued(house: IntakeApp) -> None:
    """By one press once it is closed: who opened it, every slip by its number and how it begins; sealed on its way."""
    place = opened(house)
    slip(house, place, facts="字" * 80, slip_number="1")
    slip(house, place, facts="窗口边打电话边办件", slip_number="2", name="秦玥")
    opening = place.rpartition("=")[2]
    record = f"{BOX}/openings/{opening}/record"
    assert record not in house.ask("GET", place).text
    assert house.ask("POST", record).status_code == 404
    close(house, place)
    assert record in house.ask("GET", place).text
    answer = house.ask("POST", record)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/forms/lists/{opening}")
    (body,) = house.outbox("list.box.v1")
    assert "秦玥" not in body.decode()
    told = unwrap(read_envelope(body), house.ring)
    assert isinstance(told, BoxRecorded)
    assert (str(told.document_id), told.counted, told.difference) == (opening, 2, "")
    assert [(found.signed, found.summary) for found in told.slips] == [
        (False, "字" * 60 + "……"),
        (True, "窗口边打电话边办件"),
    ]
    assert all(found.register_number.startswith("箱2026-") for found in told.slips)


@pytest.mark.article("14")
def test_a_program_has_the_record_of_an_opening_issued(house: IntakeApp) -> None:
    """Once it is closed; the document has the opening's id, so that asking again is asking for the same."""
    opening = opened(house).rpartition("=")[2]
    door = f"/intake/box-openings/{opening}/record"
    assert house.ask("POST", door).status_code == 404
    reason = {"difference": {"reason": "两张是表扬", "witnessed_by": "曹海峰"}}
    house.ask("POST", f"/intake/box-openings/{opening}/close", json=reason)
    answer = house.ask("POST", door)
    assert (answer.status_code, answer.headers["location"]) == (201, f"/forms/lists/{opening}")
    assert answer.json() == {"id": opening, "document": f"/forms/documents/{opening}"}
    assert house.ask("POST", door, Role.AUDITOR).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"box": " "}, "box"),
        ({"witnessed_by": "示例operator"}, "witnessed_by"),
        ({"witnessed_by": ""}, "witnessed_by"),
        ({"opened_at": "2026-11-21T09:00"}, "opened_at"),
        ({"opened_at": "today"}, "opened_at"),
        ({"slips": ""}, "slips"),
        ({"slips": "-1"}, "slips"),
    ],
)
@pytest.mark.article("14")
def test_a_faulty_opening_comes_back_with_what_is_wrong_and_all_that_was_typed(
    house: IntakeApp, changes: dict[str, str], field: str
) -> None:
    """The field is named, and nothing is recorded."""
    before = len(house.done("GET", "/intake/box-openings")["items"])
    answer = house.ask("POST", f"{BOX}/openings", data=OPENED | changes)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    kept = OPENED | changes
    assert all(html.escape(kept[name].strip()) in answer.text for name in ("box", "opened_by", "slips"))
    assert len(house.done("GET", "/intake/box-openings")["items"]) == before


def test_the_same_opening_sent_twice_is_one(house: IntakeApp) -> None:
    """By the page's key."""
    assert opened(house, idempotency_key="once") == opened(house, idempotency_key="once")


@pytest.mark.article("14")
def test_an_opening_whose_counts_differ_is_closed_only_with_a_reason_and_a_second_person(house: IntakeApp) -> None:
    """The page says what is short and what is wanting; the reason stands with the opening."""
    place = opened(house)
    assert slip(house, place).status_code == 303
    for said, wanting in (
        ({}, {"reason", "witnessed_by"}),
        ({"reason": "一张是表扬"}, {"witnessed_by"}),
        ({"reason": "一张是表扬", "witnessed_by": "示例operator"}, {"witnessed_by"}),
    ):
        refused = close(house, place, **said)
        assert refused.status_code in (409, 422)
        assert set(re.findall(r'href="#(\w+)"', refused.text)) >= wanting
        assert said.get("reason", "") in refused.text
        assert "还差 1 张" in words(refused)
    assert close(house, place, reason="一张是表扬", witnessed_by="曹海峰").status_code == 303
    assert "少 1 张：一张是表扬，曹海峰一起核对" in words(house.ask("GET", place))
    assert "已办结，少 1 张" in words(house.ask("GET", BOX))
    balance = house.done("GET", "/intake/reconciliation?day=2026-11-20", Role.HANDLER)["items"]
    line = next(item for item in balance if item["channel"] == "suggestion_box")
    assert line["classes"]["explained"] >= 1
    assert line["balanced"]


def test_a_slip_too_many_comes_back_and_is_registered_in_another_opening(house: IntakeApp) -> None:
    """Its words stay on the page, which offers the openings that have room."""
    full = opened(house, slips="1")
    assert slip(house, full).status_code == 303
    extra = slip(house, full, facts="多出来的一张")
    assert extra.status_code == 409
    assert "多出来的一张" in extra.text
    place = opened(house, slips="1")
    again = slip(house, full, facts="多出来的一张")
    assert place.rpartition("=")[2] in again.text
    assert slip(house, place, facts="多出来的一张").status_code == 303


@pytest.mark.parametrize("opening", ["", "nonsense", "01a20000-0000-7000-8000-000000000000"])
def test_a_slip_of_no_opening_comes_back_with_its_words(house: IntakeApp, opening: str) -> None:
    """404, and nothing is registered."""
    before = len(house.submissions())
    answer = slip(house, f"={opening}")
    assert answer.status_code == 404
    assert SAID in answer.text
    assert len(house.submissions()) == before


def test_a_faulty_slip_comes_back_with_its_words(house: IntakeApp) -> None:
    """The field is named, the opening stays chosen."""
    place = opened(house)
    answer = slip(house, place, phone="12")
    assert answer.status_code == 422
    assert 'href="#phone"' in answer.text
    assert SAID in answer.text
    assert f'name="opening" value="{place.rpartition("=")[2]}"' in answer.text


def test_the_same_slip_sent_twice_is_one(house: IntakeApp) -> None:
    """By the page's key; another content under it is told so."""
    place = opened(house)
    first, again = (slip(house, place, idempotency_key="slip") for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert slip(house, place, idempotency_key="slip", facts="另一张").status_code == 409


def test_a_draft_of_a_slip_is_taken_up_in_its_opening(house: IntakeApp) -> None:
    """What was typed before the browser was closed."""
    place = opened(house)
    draft = "01a20000-0000-7000-8000-00000000000a"
    typed = {"desk": "box", "opening": place.rpartition("=")[2], "facts": "写了一半"}
    assert house.ask("PUT", f"/intake/drafts/{draft}", json=typed).status_code == 204
    assert "写了一半" in house.ask("GET", BOX).text
    resumed = house.ask("GET", f"{BOX}?draft={draft}")
    assert "写了一半" in resumed.text
    assert slip(house, place, facts="写完了", idempotency_key=draft).status_code == 303
    assert "写了一半" not in house.ask("GET", BOX).text


@pytest.mark.article("14")
def test_who_takes_no_complaints_opens_no_box(house: IntakeApp) -> None:
    """An auditor looks elsewhere."""
    for path in (BOX, f"{BOX}/openings"):
        assert house.ask("POST", path, Role.AUDITOR, data=OPENED).status_code == 403
    assert house.ask("GET", BOX, Role.AUDITOR).status_code == 403
