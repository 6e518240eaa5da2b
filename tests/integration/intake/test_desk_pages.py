"""The pages of the intake desk, sent as a browser sends them: the same rules as at the doors, and the same registers."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.intake.domain.scan_text import Box, Line, Page, ScanText
from services.intake.readers.ocr import WorkerOcr
from tests.parts.intake_app import PNG, IntakeApp, intake_app

SAID = "投诉人：王昇堃\n电话：13800005521\n医保局A07窗口不给办理。\n请求：补办登记。"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[IntakeApp]:
    """Intake."""
    with intake_app(tmp_path) as started:
        yield started


async def half_sure(_self: Any, _data: bytes, _media_type: str) -> ScanText:
    """A reader that doubts what it read."""
    box = Box(left=0.1, top=0.1, right=0.9, bottom=0.2)
    lines = tuple(Line(text=line, box=box, score=0.95, row=row) for row, line in enumerate(SAID.split("\n")))
    return ScanText(pages=(Page(number=1, lines=lines),), pages_in_file=1)


def fields_in(page: str) -> dict[str, str]:
    """What stands in the lines and the text of a page's form."""
    found = dict(re.findall(r'<input id="(\w+)" name="\w+" type="[\w-]+"(?: list="\w+")? value="([^"]*)"', page))
    found["facts"] = re.findall(r'<textarea id="facts"[^>]*>([^<]*)<', page)[0]
    return {name: html.unescape(value) for name, value in found.items()}


@pytest.mark.article("15")
def test_a_scan_is_registered_on_the_page_once_every_reading_is_ticked(
    house: IntakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unticked, it comes back and says which; what the page offers to tick is all that is asked."""
    monkeypatch.setattr(WorkerOcr, "read", half_sure)
    sent = house.done("POST", "/intake/faxes", content=b"II*\0", headers={"Content-Type": "image/tiff"})
    address = f"/desk/scan/{sent['complaint_id']}"
    give_up = time.monotonic() + 30
    while (page := house.ask("GET", address)).status_code == 404:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    typed = fields_in(page.text)
    assert (typed["name"], typed["phone"], typed["facts"]) == ("王昇堃", "+8613800005521", SAID)
    boxes = re.findall(r'name="confirmed" value="(\w+)"', page.text)
    refused = house.ask("POST", address, data=typed)
    assert refused.status_code == 422
    assert set(re.findall(r'href="#(\w+)"', refused.text)) >= set(boxes)
    taken = house.ask("POST", address, data=typed | {"confirmed": boxes})
    assert (taken.status_code, taken.headers["location"]) == (303, f"/desk/scan?sent={sent['complaint_id']}")
    assert house.ask("GET", address).status_code == 404


@pytest.mark.article("14")
def test_a_letter_is_registered_with_its_scan_which_survives_a_fault(house: IntakeApp) -> None:
    """The page comes back with the file kept; taken off it is gone; a program is named and refuses nothing else."""
    letter = {"facts": "请过问", "arrived_at": "2026-11-20T09:30", "opened_by": "韩雪", "phone": "12"}
    files = [("files", ("来信.png", PNG, "image/png")), ("files", ("程序.png", b"MZ" + bytes(200), "image/png"))]
    back = house.ask("POST", "/desk/letter", data=letter, files=files)
    assert back.status_code == 422
    assert {"phone", "files"} <= set(re.findall(r'href="#(\w+)"', back.text))
    kept = re.findall(r'name="kept" value="([^"]+)"', back.text)
    assert len(kept) == 1
    house.ask("POST", "/desk/letter", data=letter | {"phone": "", "kept": kept[0], "drop": kept[0]})
    house.ask("POST", "/desk/letter", data=letter | {"phone": "", "kept": kept[0]})
    receipts = [
        house.ask("GET", f"/intake/web-forms/receipts/{each['tracking_code']}").text for each in house.submissions()
    ]
    assert sorted("1 个文件" in receipt for receipt in receipts) == [False, True]


@pytest.mark.article("6")
def test_a_channel_that_nobody_checked_in_time_stands_out_where_staff_begin(house: IntakeApp) -> None:
    """The same morning, for everybody who sees the register; gone once somebody has looked."""

    def missed() -> int:
        found = re.findall(r'data-count="checks"[^>]*>(\d+)<', house.ask("GET", "/desk").text)
        return int(found[-1])

    before = missed()
    assert before >= 1
    assert house.ask("POST", "/desk/checks", data={"check": "phone"}).status_code == 303
    assert missed() < before


@pytest.mark.article("14")
def test_a_scan_sent_on_the_page_is_received_at_once_and_once(house: IntakeApp) -> None:
    """Its code is told, the same pages again have the same; what is no scan is refused by what it is, not by its name."""
    fax = {"file": ("传真.tif", b"II*\0" + bytes(99))}
    first, again = (house.ask("POST", "/desk/scan", files=fax) for _ in range(2))
    assert (first.status_code, first.headers["location"]) == (303, again.headers["location"])
    code = first.headers["location"].rpartition("=")[2]
    page = house.ask("GET", first.headers["location"]).text
    assert f"{code[:5]}-{code[5:]}" in page
    assert "<script>" not in house.ask("GET", "/desk/scan?received=<script>").text
    for wrong in ({"file": ("传真.tif", b"MZ" + bytes(99))}, {"other": ("a.tif", b"II*\0")}):
        refused = house.ask("POST", "/desk/scan", files=wrong)
        assert refused.status_code == 415
        assert "没有收下" in refused.text


@pytest.mark.article("14")
def test_paper_typed_at_the_desk_stands_in_the_same_register(house: IntakeApp) -> None:
    """The next number of the series is on the page that follows, and once for what was sent twice."""
    letter = {
        "facts": "请过问【？】",
        "arrived_at": "2026-11-20T09:30",
        "opened_by": "韩雪",
        "idempotency_key": "letter-1",
    }
    first, again = (house.ask("POST", "/desk/letter", data=letter) for _ in range(2))
    assert (first.status_code, again.headers["location"]) == (303, first.headers["location"])
    assert "信2026-0001" in house.ask("GET", first.headers["location"]).text
    second = house.ask("POST", "/desk/letter", data=letter | {"idempotency_key": "letter-2"})
    assert "信2026-0002" in house.ask("GET", second.headers["location"]).text


@pytest.mark.article("11-13")
def test_a_call_that_is_entered_later_says_from_when_to_when_it_was(house: IntakeApp) -> None:
    """Its clock runs from when it was told (art. 14); one that ends before it begins comes back with what is wrong."""
    call = {"facts": SAID, "call_started_at": "2026-11-20T09:30", "call_ended_at": "2026-11-20T09:42"}
    back = house.ask("POST", "/desk/phone", data=call | {"call_ended_at": "2026-11-20T09:29"})
    assert back.status_code == 422
    assert re.findall(r'href="#(\w+)"', back.text).count("call_ended_at") == 1
    assert fields_in(back.text)["call_ended_at"] == "2026-11-20T09:29"
    assert house.ask("POST", "/desk/phone", data=call).status_code == 303
    [listed] = house.submissions()
    told = house.done("GET", f"/intake/submissions/{listed['complaint_id']}")
    assert (told["received_at"], told["call_ended_at"]) == ("2026-11-20T01:30:00Z", "2026-11-20T01:42:00Z")


@pytest.mark.article("11-13")
def test_a_recording_comes_with_its_call_and_a_damaged_one_refuses_nothing_else(house: IntakeApp) -> None:
    """What is no sound is named and everything typed stays; sent again without it the call is registered."""
    recording, noise = ("files", ("来电.amr", b"#!AMR\n" + bytes(64))), ("files", ("坏.mp3", b"\x00\x01" * 99))
    back = house.ask("POST", "/desk/phone", data={"facts": SAID}, files=[recording, noise])
    assert back.status_code == 422
    assert "“坏.mp3”不是可收的类型" in html.unescape(back.text)
    kept = re.findall(r'name="kept" value="([^"]+)"', back.text)
    assert fields_in(back.text)["facts"] == SAID
    assert house.ask("POST", "/desk/phone", data={"facts": SAID, "kept": kept}).status_code == 303
    [listed] = house.submissions()
    assert "1 个文件" in house.ask("GET", f"/intake/web-forms/receipts/{listed['tracking_code']}").text


@pytest.mark.article("7")
@pytest.mark.article("10.5")
def test_while_a_person_types_the_page_says_what_tells_the_same_and_what_may_be_major(house: IntakeApp) -> None:
    """Behind another opening, too; a tick takes the hint away; nothing is decided."""
    house.ask("POST", "/desk/phone", data={"facts": SAID, "window": "市医疗保障局"})
    typed = {
        "facts": f"您好，我昨天打过电话，今天再说一遍，当时是这样的。{SAID}他们还索要红包。",
        "window": "市医疗保障局",
    }
    shown = house.ask("POST", "/desk/phone/known", data=typed).text
    assert "内容相近" in shown
    assert "索要红包" in shown
    assert "“要红包”，涉嫌违规违纪违法" in html.unescape(shown)
    assert "索要红包" not in house.ask("POST", "/desk/phone/known", data=typed | {"major": "1"}).text
