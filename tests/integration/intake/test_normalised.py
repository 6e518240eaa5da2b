"""What is told at any door is understood alike: the directory's names, links to what is likely the same, hints for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.contracts.values import Role
from tests.parts.intake_app import IntakeApp, intake_app

FACTS = "网上预约了上午十点，到窗口被告知要重新取号，等到下班也没办成。"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[IntakeApp]:
    """Intake."""
    with intake_app(tmp_path) as started:
        yield started


def call(house: IntakeApp, **told: object) -> dict[str, object]:
    """A call, logged, and how it stands in the register."""
    receipt = house.done("POST", "/intake/phone-logs", json={"facts": FACTS, **told})
    found: dict[str, object] = house.done("GET", f"/intake/submissions/{receipt['complaint_id']}")
    return found


@pytest.mark.article("9")
def test_the_unit_and_window_are_the_directorys(house: IntakeApp) -> None:
    """However they were said."""
    found = call(house, target={"unit": "医保剧", "window": "a7"})
    assert (found["unit"], found["window_name"], found["unit_known"]) == ("市医疗保障局", "A07 医保报销", True)


def test_a_unit_that_nobody_knows_stays_as_it_was_said(house: IntakeApp) -> None:
    """And is shown as unknown."""
    found = call(house, target={"unit": "火星分局"})
    assert (found["unit"], found["unit_known"], found["unit_candidates"]) == ("火星分局", False, [])


@pytest.mark.article("10.5")
def test_a_likely_duplicate_is_linked_and_stays_a_complaint_of_its_own(house: IntakeApp) -> None:
    """Two numbers, one link."""
    first = call(house, target={"unit": "医保"})
    second = call(house, target={"unit": "医保局"}, facts=FACTS + "真的。")
    assert second["complaint_id"] != first["complaint_id"]
    assert second["possible_duplicates"] == [first["complaint_id"]]


def test_danger_that_is_told_is_named(house: IntakeApp) -> None:
    """Its kind and its words, for whoever looks; nothing where there is none."""
    found = call(house, facts="我不想活了", demand="不解决就放火")
    assert found["dangers"] == [{"kind": "self_harm", "words": "不想活"}, {"kind": "threat", "words": "放火"}]
    assert call(house)["dangers"] == []


def test_links_survive_a_restart(tmp_path: Path) -> None:
    """What was received before the process began is found as well."""
    with intake_app(tmp_path) as before:
        first = call(before, target={"unit": "医保"})
    with intake_app(tmp_path) as after:
        after.client.portal.call(  # type: ignore[union-attr]  # the client is open
            after.service.surroundings["door"].recent.refresh,
            after.service.surroundings["door"],
            after.now.replace(year=2025),
        )
        assert call(after, target={"unit": "医保"})["possible_duplicates"] == [first["complaint_id"]]


@pytest.mark.article("7")
def test_words_of_a_major_matter_are_hinted_at_and_decide_nothing(house: IntakeApp) -> None:
    """A person sees them; the complaint isn't major by them."""
    found = call(house, facts="工作人员索要红包，造成重大损失。")
    assert found["major_hints"] == ["索要红包", "重大损失"]
    assert found["major"] is False


@pytest.mark.article("10.5")
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("收红包才给办，吃拿卡要。", ["收红包", "吃拿卡要"]),
        ("他收\u200b红\u2060包。", ["收红包"]),
        ("再不解决我就去纪委告你们。", []),
        ("工作人员王某态度恶劣。", []),
    ],
)
def test_words_that_accuse_somebody_are_hinted_at(house: IntakeApp, facts: str, words: list[str]) -> None:
    """What is said of corruption, not what angry people say anyway."""
    assert call(house, facts=facts)["discipline_hints"] == words


def test_whoever_complains_again_and_again_loses_none_of_it_and_is_seen_whole(house: IntakeApp) -> None:
    """The same words of the same person nine times: nine complaints, linked; a few are listed, and how many there are is said."""
    told = [call(house, complainant={"phone": "13800007788"}, facts="窗口推诿，跑了三趟没有办成") for _ in range(9)]
    assert len({each["tracking_code"] for each in told}) == len(house.submissions()) == len(told)
    assert told[-1]["possible_duplicates"]
    rings = {"call_id": "c-9", "operator": "示例operator", "caller_number": "13800007788"}
    earlier = house.done("POST", "/intake/calls", json=rings)["earlier"]
    assert 0 < len(earlier) < len(told)
    assert {each["of_number"] for each in earlier} == {len(told)}


def test_the_callers_earlier_complaints_are_found_by_any_spelling_of_the_number(house: IntakeApp) -> None:
    """The exchange sends the number in the body; nothing personal comes back."""
    first = call(house, complainant={"phone": "13800005521"})
    rings = {"call_id": "c-1", "operator": "示例operator", "caller_number": "+86 138-0000-5521"}
    answer = house.ask("POST", "/intake/calls", json=rings)
    assert [item["complaint_id"] for item in answer.json()["earlier"]] == [first["complaint_id"]]
    assert "5521" not in answer.text
    draft = house.done("GET", f"{answer.headers['location']}/earlier")
    assert [item["complaint_id"] for item in draft["items"]] == [first["complaint_id"]]
    for number in ("13900000000", "nobody", None):
        other = rings | {"call_id": f"c-{number}", "caller_number": number}
        assert house.done("POST", "/intake/calls", json=other)["earlier"] == []
    assert house.ask("POST", "/intake/calls", Role.AUDITOR, json=rings).status_code == 403


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/intake/phone-logs", {"call": {"started_at": "0001-01-01T00:00:00+14:00"}}),
        ("/intake/phone-logs", {"call": {"ended_at": "1999-12-31T15:59:59Z"}}),
        ("/intake/letters", {"arrived_at": "1926-11-20T09:00:00+08:00", "opened_by": "韩雪"}),
    ],
)
def test_a_moment_that_no_calendar_knows_is_named_and_not_taken(house: IntakeApp, path: str, told: object) -> None:
    """A clock that was never set, a year mistyped: the sender is told, and asked to look at the year."""
    assert isinstance(told, dict)
    answer = house.ask("POST", path, json={"facts": FACTS, **told})
    assert answer.status_code == 422
    assert "请核对年份" in answer.text
