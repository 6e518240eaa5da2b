"""The staff's pages in real Chromium: a case from the register to the follow-up by keyboard alone."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from services.workflow.domain.roles import Person
from tests.parts.workflow_desk import make_desk, opened
from tests.unit.workflow.building import HANDLER, LEADER, UNIT_HANDLER, UNIT_LEADER

NUMBER = "2026-000001"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """A desk with two cases, served on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made: list[uvicorn.Server] = []

    async def run() -> None:
        async with opened(make_desk(tmp_path)) as desk:
            for _ in range(2):
                await desk.complaint()
            made.append(uvicorn.Server(uvicorn.Config(desk.app, host="127.0.0.1", port=port, log_level="warning")))
            await made[0].serve()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not (made and made[0].started) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert made[0].started
    yield f"http://127.0.0.1:{port}"
    made[0].should_exit = True
    thread.join(timeout=10)


def page_of(chromium: Browser, who: Person) -> Page:
    """A browser in which this person is signed in."""
    signed_in = {"Authorization": f"Bearer {who.id}"}
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, locale="zh-CN", extra_http_headers=signed_in
    )
    return context.new_page()


def open_act(page: Page, words: str) -> None:
    """Open the form of an action by keyboard: Tab to it, Enter."""
    for _ in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.tagName + document.activeElement.textContent")
        if here.startswith("SUMMARY") and words in here:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never came to {words}")


def say(page: Page, **fields: str) -> None:
    """Tab through the open form, type what is to be said into each field by its name, and send by Ctrl+Enter."""
    left = dict(fields)
    for _ in range(25):
        if not left:
            break
        page.keyboard.press("Tab")
        name, kind = page.evaluate("[document.activeElement.name ?? '', document.activeElement.type ?? '']")
        if name not in left:
            continue
        if kind in ("checkbox", "radio"):
            page.keyboard.press("Space")
        elif kind == "select-one":
            page.keyboard.press("ArrowDown")
        else:
            page.keyboard.type(left[name])
        del left[name]
    assert left == {}
    page.keyboard.press("Control+Enter")


def test_a_case_by_keyboard_alone(chromium: Browser, served: str) -> None:
    """Handler accepts and asks the leader, the leader approves from the list, the unit answers: no mouse."""
    page = page_of(chromium, HANDLER)
    page.goto(f"{served}/workflow/cases")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("枣诉〔2026〕1号")
    open_act(page, "受理")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    expect(page.locator("p[role=status]")).to_have_text("已办：受理")
    open_act(page, "报领导批办")
    say(page, proposal="拟批办")
    expect(page.locator("p[role=status]")).to_have_text("已办：报领导批办")

    leader = page_of(chromium, LEADER)
    leader.goto(f"{served}/workflow/approvals")
    say(leader, decision="approve", opinion="从速办理")
    expect(leader.locator("p[role=status]")).to_have_text("已办：批办")

    unit = page_of(chromium, UNIT_HANDLER)
    unit.goto(f"{served}/workflow/cases/{NUMBER}")
    open_act(unit, "提交反馈")
    say(
        unit,
        findings="不属实，材料未交齐。",
        substantiated="true",
        rectification="已整改",
        signed_by=UNIT_LEADER.name,
        sealed="on",
    )
    expect(unit.locator("p[role=status]")).to_have_text("已办：提交反馈")


def test_x_selects_and_a_question_mark_shows_the_keys(chromium: Browser, served: str) -> None:
    """X picks the case under the cursor and says how many; ? opens the help, Esc closes it."""
    page = page_of(chromium, HANDLER)
    page.goto(f"{served}/workflow/cases")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-picked]")).to_have_text("已选 1 件")
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator("[data-keys]")).not_to_have_attribute("open", "")
