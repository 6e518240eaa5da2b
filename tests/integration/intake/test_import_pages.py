"""A hotline's export brought in on the page: sent, looked at, columns named, confirmed, bad rows fetched."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts.values import Role
from tests.parts.intake_app import IntakeApp, intake_app

IMPORTS = "/desk/imports"
PATIENCE = 30.0
CSV = (
    "工单编号,来电时间,来电号码,谁接的,说了什么\r\n"
    "A-1,2026-11-19 14:20,13800138000,王某,医保窗口推诿，跑了三趟没办成\r\n"
    "A-2,45721,13800138001,王某,取号后等了一个多小时没有叫到\r\n"
).encode("gbk")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeApp]:
    """Intake."""
    with intake_app(tmp_path_factory.mktemp("imports")) as started:
        yield started


def send(house: IntakeApp, raw: bytes = CSV, name: str = "导出.csv", **fields: str) -> Any:
    """Upload a file on the page."""
    return house.ask("POST", IMPORTS, files={"file": (name, raw)}, data=fields)


def words(answer: Any) -> str:
    """What a page says."""
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


@pytest.mark.article("11-13")
def test_an_export_is_looked_at_its_columns_are_named_and_its_good_rows_registered(house: IntakeApp) -> None:
    """The column of the facts is asked for and remembered; the bad row is named before and comes back as a file."""
    place = send(house).headers["location"]
    looked = house.ask("GET", place)
    assert "没有“投诉内容”一列" in words(looked)
    assert '<option value="call_id" selected>' in looked.text
    assert "序号 45721" in words(looked)
    refused = house.ask("POST", place, data={"column-0": "call_id"})
    assert refused.status_code == 422
    meant = {"column-0": "call_id", "column-1": "started_at", "column-2": "caller_number", "column-4": "facts"}
    again = house.ask("POST", place, data=meant | {"then": "look"})
    assert "没有“投诉内容”一列" not in words(again)
    assert '<option value="facts" selected>' in again.text
    assert house.ask("POST", place, data=meant).headers["location"] == place
    give_up = time.monotonic() + PATIENCE
    while "已完成" not in words(page := house.ask("GET", place)):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    faults = house.ask("GET", re.findall(r'href="([^"]+faults.csv)"', page.text)[0])
    assert "序号" in faults.text
    assert "13800138001" in faults.text
    assert [each["source_kind"] for each in house.submissions()] == ["phone_import"]
    assert '<option value="facts" selected>' in house.ask("GET", send(house).headers["location"]).text
    assert "已完成" in words(house.ask("GET", IMPORTS))


def test_a_file_that_is_none_comes_back_with_what_to_do(house: IntakeApp) -> None:
    """A picture, nothing at all, an old workbook by a text's name."""
    for raw, name in (
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a.csv"),
        (b"", "a.csv"),
        (b"PK\x03\x04" + bytes(99), "a.csv"),
    ):
        answer = send(house, raw, name)
        assert answer.status_code in (415, 422)
        assert 'role="alert"' in answer.text
        assert 'name="file"' in answer.text


def test_the_same_upload_twice_is_one_import(house: IntakeApp) -> None:
    """By the page's key; at the door by Idempotency-Key, which is for one file."""
    first, again = (send(house, idempotency_key="once") for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    key = {"Idempotency-Key": "import-1"}
    files = {"file": ("a.csv", CSV)}
    at_door = [house.ask("POST", "/intake/phone-logs/import", files=files, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in at_door] == [201, 201]
    assert at_door[0].json()["id"] == at_door[1].json()["id"]
    other = {"file": ("a.csv", CSV + b"A-3,2026-11-19 15:20,13800138002,x,y\r\n")}
    assert house.ask("POST", "/intake/phone-logs/import", files=other, headers=key).status_code == 422


def test_who_takes_no_calls_imports_none(house: IntakeApp) -> None:
    """And an import that nobody made is not found."""
    assert house.ask("GET", IMPORTS, Role.AUDITOR).status_code == 403
    assert house.ask("GET", f"{IMPORTS}/01a20000-0000-7000-8000-000000000000").status_code == 404
