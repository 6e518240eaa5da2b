"""Slips and letters: opened by two, counted, each under its own number, nothing closed before the counts agree."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.transcription import MARKS, illegible, marked
from shared.contracts.values import Role
from tests.parts.intake_app import IntakeApp, intake_app

BOX = {
    "box": "二楼电梯口意见箱",
    "opened_at": "2026-11-20T09:00:00+08:00",
    "opened_by": "韩雪",
    "witnessed_by": "孙晓敏",
    "slips": 2,
}


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[IntakeApp]:
    """Intake on each database in turn."""
    with intake_app(tmp_path, database_url=database_url) as started:
        yield started


def opening(house: IntakeApp, **changes: Any) -> str:
    """A box was opened; its id."""
    return str(house.done("POST", "/intake/box-openings", json=BOX | changes)["id"])


def slip(house: IntakeApp, opening_id: str | None, facts: str = "窗口没人。", **more: Any) -> Any:
    """One slip, registered."""
    told = {key: BOX[key] for key in ("box", "opened_at", "opened_by", "witnessed_by")}
    body = told | {"facts": facts, "slip_number": "1", "opening_id": opening_id}
    return house.ask("POST", "/intake/suggestion-slips", json=body, **more)


@pytest.mark.article("14")
def test_an_opening_is_closed_when_as_many_slips_are_registered_as_were_counted(house: IntakeApp) -> None:
    """Not before, and after that no slip is added."""
    box = opening(house)
    for number in range(2):
        refused = house.ask("POST", f"/intake/box-openings/{box}/close", headers={"Accept": "application/json"})
        assert (refused.status_code, refused.json()["code"]) == (409, "counts_differ")
        assert slip(house, box, facts=f"第{number}张").json()["register_number"] == f"箱2026-{number + 1:04d}"
    assert slip(house, box, facts="多出来的").status_code == 409
    closed = house.done("POST", f"/intake/box-openings/{box}/close")
    assert (closed["state"], closed["registered"]) == ("closed", 2)
    assert slip(house, box).status_code == 409
    assert house.done("GET", "/intake/box-openings")["items"][0]["registered"] == 2


@pytest.mark.article("14")
def test_a_box_is_opened_by_two_people(house: IntakeApp) -> None:
    """The same name twice is refused, and so is an opening of tomorrow."""
    assert house.ask("POST", "/intake/box-openings", json=BOX | {"witnessed_by": "韩雪"}).status_code == 422
    tomorrow = {"opened_at": "2026-11-21T09:00:00+08:00"}
    assert house.ask("POST", "/intake/box-openings", json=BOX | tomorrow).status_code == 422
    assert house.ask("POST", "/intake/box-openings", Role.AUDITOR, json=BOX).status_code == 403


@pytest.mark.article("14")
def test_an_opening_whose_counts_differ_is_closed_by_two_people_who_say_why(house: IntakeApp) -> None:
    """Nobody witnesses themselves; the reason stays with the opening."""
    box = opening(house)
    slip(house, box)
    why = {"reason": "一张是表扬", "witnessed_by": "孙晓敏"}
    for wrong in ({"reason": "", "witnessed_by": "孙晓敏"}, why | {"witnessed_by": "示例operator"}):
        refused = house.ask("POST", f"/intake/box-openings/{box}/close", json={"difference": wrong})
        assert refused.status_code == 422
    closed = house.done("POST", f"/intake/box-openings/{box}/close", json={"difference": why})
    assert (closed["state"], closed["registered"]) == ("closed", 1)
    assert (closed["difference"], closed["difference_witness"]) == ("一张是表扬", "孙晓敏")


def test_an_empty_box_is_an_opening_that_is_closed_at_once(house: IntakeApp) -> None:
    """That it was opened is what counts."""
    assert house.done("GET", f"/intake/box-openings/{opening(house, slips=0)}")["state"] == "closed"


def test_a_slip_of_an_opening_that_nobody_knows_is_not_taken(house: IntakeApp) -> None:
    """404, and no number is spent on it."""
    assert slip(house, "01a20000-0000-7000-8000-000000000000").status_code == 404
    assert slip(house, None).json()["register_number"] == "箱2026-0001"


def test_numbers_have_no_gap_and_none_stands_twice(house: IntakeApp) -> None:
    """Twenty at once, some refused among them: one to twenty."""
    full = opening(house, slips=0)
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(slip, house, full if n % 4 == 3 else None, f"第{n}张说的事") for n in range(27)]
        numbers = sorted(each.result().json()["register_number"] for each in sent if each.result().status_code == 201)
    assert numbers == [f"箱2026-{n:04d}" for n in range(1, len(numbers) + 1)]
    assert len(numbers) == 21


def test_the_same_slip_sent_again_keeps_its_number(house: IntakeApp) -> None:
    """By its key."""
    key = {"Idempotency-Key": "slip-1"}
    first, second = slip(house, None, headers=key), slip(house, None, headers=key)
    assert first.content == second.content
    assert slip(house, None, facts="另一张").json()["register_number"] == "箱2026-0002"


def test_the_same_opening_sent_again_is_one_opening(house: IntakeApp) -> None:
    """By its key; another content under it is refused."""
    key = {"Idempotency-Key": "box-1"}
    first, again = (house.ask("POST", "/intake/box-openings", json=BOX, headers=key) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    assert house.ask("POST", "/intake/box-openings", json=BOX | {"slips": 3}, headers=key).status_code == 422
    assert len(house.done("GET", "/intake/box-openings")["items"]) == 1


@pytest.mark.article("14")
def test_a_letter_has_a_series_of_its_own_and_each_year_begins_anew(house: IntakeApp) -> None:
    """Letters and slips count apart; the number is shown with the complaint."""
    letter = {
        "facts": "请过问[?]",
        "arrived_at": "2026-11-20T09:30:00+08:00",
        "opened_by": "韩雪",
        "posting_number": "XA1",
    }
    slip(house, None)
    first = house.done("POST", "/intake/letters", json=letter)
    assert first["register_number"] == "信2026-0001"
    assert house.done("GET", f"/intake/submissions/{first['complaint_id']}")["register_number"] == "信2026-0001"
    house.later(days=60)
    assert house.done("POST", "/intake/letters", json=letter)["register_number"] == "信2027-0001"


@pytest.mark.article("14")
def test_a_slip_is_anonymous_unless_it_is_signed_and_its_marks_are_counted(house: IntakeApp) -> None:
    """What can't be read is marked in one way, however it was typed."""
    box = opening(house)
    slip(house, box, facts="没有留【？】，等了[...]分钟")
    assert house.done("GET", f"/intake/box-openings/{box}")["items"][0]["illegible"] == 2


@given(st.text(alphabet="[]【】?？…涂.甲", max_size=30))
def test_marking_twice_changes_nothing_more(text: str) -> None:
    """And the count is that of the marks."""
    assert marked(marked(text)) == marked(text)
    assert illegible(text) == sum(marked(text).count(mark) for mark in MARKS)
