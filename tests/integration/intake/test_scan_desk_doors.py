"""The scan desk over HTTP: what is shown, what is drawn, what is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.values import Role
from tests.parts.intake_app import IntakeApp, intake_app

FAX = resources.files("services.samples").joinpath("fax.tiff").read_bytes()
TIFF = {"Content-Type": "image/tiff"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[IntakeApp]:
    """Intake, with its own reader."""
    with intake_app(tmp_path) as started:
        yield started


def read(house: IntakeApp, content: bytes) -> tuple[str, Any]:
    """Upload a scan and wait until the reader is done with it; its address on the desk, and what stands there."""
    receipt = house.done("POST", "/intake/faxes", content=content, headers=TIFF)
    address = f"/intake/review/{receipt['complaint_id']}"
    give_up = time.monotonic() + 90
    while True:
        shown = house.done("GET", address)
        if shown["state"] not in ("waiting", "reading"):
            return address, shown
        assert time.monotonic() < give_up
        time.sleep(0.1)


def test_what_could_not_be_read_is_shown_with_its_original(house: IntakeApp) -> None:
    """The reason and what to do; no text, no picture, but the file as it came; typed, it is told."""
    content = b"II*\0" + bytes(64)
    address, shown = read(house, content)
    assert (shown["state"], shown["text"], shown["offers"]) == ("unreadable", "", [])
    assert shown["reason"]
    original = house.ask("GET", shown["original"])
    assert original.content == content
    assert original.headers["content-disposition"].startswith("attachment")
    assert house.ask("GET", f"{address}/pages/1.png").status_code == 422
    assert house.ask("GET", address, Role.AUDITOR).status_code == 403
    typed, key = {"facts": "打不开，按原件录入。"}, {"Idempotency-Key": "scan-1"}
    first, again = (house.ask("POST", address, json=typed, headers=key) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    assert house.ask("POST", address, json={"facts": "再录一次"}, headers=key).status_code == 422
    assert house.ask("POST", address, json={"facts": "再录一次"}).status_code == 409


def test_a_fax_that_was_read_is_shown_with_its_lines_and_drawn(house: IntakeApp) -> None:
    """Lines with their places, offers with theirs, a picture of the page and of a part of it."""
    address, shown = read(house, FAX)
    assert shown["state"] == "told"
    assert shown["band"] == "prefill"
    lines = shown["pages"][0]["lines"]
    assert all({"text", "box", "unsure", "score"} <= line.keys() for line in lines)
    pages = {page["number"] for page in shown["pages"]}
    assert all(source["page"] in pages for offer in shown["offers"] for source in offer["sources"])
    whole = house.ask("GET", shown["pages"][0]["picture"])
    assert whole.headers["content-type"] == "image/png"
    assert whole.content.startswith(b"\x89PNG")
    part = house.ask("GET", shown["pages"][0]["picture"], params={"region": "0.1,0.1,0.5,0.2"})
    assert part.content.startswith(b"\x89PNG")
    assert part.content != whole.content
    for region in ("a", "0.5,0.1,0.1,0.2", "0,0,2,2", "0,0,1"):
        assert house.ask("GET", f"{address}/pages/1.png", params={"region": region}).status_code == 422
    assert house.ask("GET", f"{address}/pages/9.png").status_code == 422


def test_an_uploaded_fax_sent_again_with_its_key_is_the_same_complaint(house: IntakeApp) -> None:
    """Though the upload's boundary is another; other pages under the key are refused; no key: the pages decide."""

    def upload(content: bytes, **headers: str) -> Any:
        return house.ask("POST", "/intake/faxes", files={"file": ("a.tif", content, "image/tiff")}, headers=headers)

    by_key = {"Idempotency-Key": "fax-1"}
    first, again = upload(b"II*\0one", **by_key), upload(b"II*\0one", **by_key)
    assert (first.status_code, again.content) == (201, first.content)
    assert upload(b"II*\0two", **by_key).status_code == 422
    assert upload(b"II*\0two").content == house.ask("POST", "/intake/faxes", content=b"II*\0two", headers=TIFF).content
