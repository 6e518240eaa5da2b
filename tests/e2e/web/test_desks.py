"""The desks in real Chromium, over a whole house: each shows, takes what is typed at it, and loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from shared.contracts.values import Role
from tests.parts.page_checks import TOO_SMALL, WATCH, WIDER_BY
from tests.parts.staffed_house import PASSWORD, PEOPLE, StaffedHouse, fill, staffed_house

FACTS = "来电人说在二楼等了一个小时没有叫到号，问了两次都说系统慢。"
OPERATOR, HANDLER = Role.OPERATOR, Role.HANDLER
PAGES: tuple[tuple[str, Role], ...] = (
    *(("/desk", role) for role in (OPERATOR, HANDLER, Role.ADMINISTRATOR)),
    *((f"/desk/{room}", OPERATOR) for room in ("phone", "visit", "letter", "box", "scan", "quarantine", "calls")),
    *(("/desk/checks", role) for role in (OPERATOR, Role.OFFICE_LEADER)),
    *(("/workflow/cases", role) for role in (OPERATOR, HANDLER, Role.UNIT_HANDLER)),
    *(("/workflow/cases/{unit}", role) for role in (HANDLER, Role.UNIT_HANDLER, Role.AUDITOR)),
    ("/workflow/approvals", Role.OFFICE_LEADER),
    ("/workflow/follow-ups", HANDLER),
    ("/workflow/directory", HANDLER),
    *((f"/workflow/{room}", HANDLER) for room in ("statistics", "rules", "search", "dead-letters")),
    *((f"/desk/{room}", Role.ADMINISTRATOR) for room in ("templates", "templates/receipt", "staff-contacts")),
    ("/desk/imports", OPERATOR),
    ("/workflow/taken", OPERATOR),
    ("/desk/phone/calls", OPERATOR),
    ("/workflow/audit", Role.AUDITOR),
    ("/workflow/calendar", Role.ADMINISTRATOR),
    ("/desk/response", HANDLER),
    ("/forms/day", HANDLER),
    ("/forms/documents?case={unit}", HANDLER),
    ("/identity/people", Role.ADMINISTRATOR),
    ("/account", HANDLER),
)
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffedHouse]:
    """A house with somebody in every role."""
    with staffed_house(tmp_path_factory.mktemp("staffed")) as opened:
        yield opened


@pytest.fixture(scope="module")
def cases(house: StaffedHouse) -> dict[str, str]:
    """Something waits on every desk."""
    return fill(house)


@pytest.fixture
def at(chromium: Browser, house: StaffedHouse, cases: dict[str, str]) -> Iterator[Open]:
    """Opens a page in the browser of somebody of a role."""
    opened = []

    def open_(path: str, role: Role, **how: Any) -> Page:
        context = chromium.new_context(locale="zh-CN", **({"viewport": {"width": 1280, "height": 800}} | how))
        opened.append(context)
        context.add_cookies([{"name": "session", "value": house.sessions[role], "url": house.url}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(house.url + path.format(**cases))
        return page

    yield open_
    for context in opened:
        context.close()


def saved(page: Page) -> None:
    """Ctrl+S, so that nobody waits for the page to save by itself; it says that the draft is stored."""
    page.keyboard.press("Control+s")
    expect(page.locator("[data-draft-status]")).to_contain_text("草稿已保存", timeout=30_000)


def registered(page: Page) -> None:
    """The page says that it is registered, and under what code."""
    expect(page.locator(".registered .code").first).to_have_text(
        re.compile("^[0-9A-Z]{5}-[0-9A-Z]{5}$"), timeout=30_000
    )


def walked(page: Page, house: StaffedHouse, cases: dict[str, str], look: Callable[[Page], dict[str, Any]]) -> Any:
    """What a look at each page finds wrong, by page."""
    faults: dict[str, Any] = {}
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path, role in PAGES:
        page.goto("about:blank")  # so that the page before doesn't go on following its stream as somebody else
        said.clear()
        page.context.add_cookies([{"name": "session", "value": house.sessions[role], "url": house.url}])
        answer = page.goto(house.url + path.format(**cases))
        status = answer.status if answer and answer.status != 200 else 0
        found = {"status": status, "said": list(said), **look(page)}
        if any(found.values()):
            faults[f"{path} for {role}"] = {name: what for name, what in found.items() if what}
    return faults


def test_every_page_fits_a_phone(at: Open, house: StaffedHouse, cases: dict[str, str]) -> None:
    """Nothing wider than the window, too small for a finger or stopped by the policy of contents."""

    def look(page: Page) -> dict[str, Any]:
        stopped = page.evaluate("window.violations")
        return {"wider by": page.evaluate(WIDER_BY), "small": page.evaluate(TOO_SMALL), "stopped": stopped}

    assert walked(at("/account", HANDLER, viewport={"width": 360, "height": 800}), house, cases, look) == {}


def test_an_operator_comes_in_and_records_a_call_without_a_mouse(chromium: Browser, house: StaffedHouse) -> None:
    """From the log-in to the registered complaint by keys alone: the window by its initials, and Ctrl+Enter."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{house.url}/login")
    page.keyboard.type(PEOPLE[OPERATOR][0])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.url}/desk")
    page.wait_for_load_state()  # the keys are the script's
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.url}/desk/phone")
    page.wait_for_load_state()
    page.keyboard.type(FACTS)
    page.keyboard.press("Alt+2")
    page.keyboard.type("ydjy")
    page.keyboard.press("Enter")
    assert page.input_value("#window") == "市医疗保障局 · A09 异地就医备案"
    page.keyboard.press("Alt+3")
    page.keyboard.type("刘桂华")
    page.keyboard.press("Tab")
    page.keyboard.type("139 0000 2046")
    page.keyboard.press("Tab")
    expect(page.locator("[data-known] .mini")).to_contain_text("同一号码")
    page.keyboard.press("Control+Enter")
    registered(page)
    context.close()


def test_a_call_that_is_no_complaint_is_put_down_without_a_mouse(at: Open) -> None:
    """Alt+5 and Enter; the page is empty again and says what was put down, and one press brings all that was typed back."""
    page = at("/desk/phone", OPERATOR)
    page.wait_for_load_state()  # the keys are the script's
    page.keyboard.type("打的是燃气公司的号")
    page.keyboard.press("Alt+5")
    page.keyboard.press("Enter")
    expect(page.locator(".registered")).to_contain_text("打错电话", timeout=30_000)
    expect(page.locator("#facts")).to_have_value("")
    page.locator(".registered button").press("Enter")
    expect(page.locator("#facts")).to_have_value("打的是燃气公司的号", timeout=30_000)
    page.keyboard.press("Alt+5")
    page.keyboard.press("Enter")
    expect(page.locator(".registered")).to_contain_text("打错电话", timeout=30_000)


def test_what_was_begun_survives_the_browser(at: Open) -> None:
    """A browser that dies in the middle: the start page has the record, with all that was typed; registered, it is gone."""
    page = at("/desk/letter", OPERATOR)
    page.locator("#facts").fill("信里说材料交了两次，登记本上没有名字。")
    page.locator("#confidential, [name=confidential]").check()
    saved(page)
    page.context.close()
    again = at("/desk", OPERATOR)
    again.get_by_role("link", name="接着写").first.click()
    expect(again.locator("#facts")).to_have_value("信里说材料交了两次，登记本上没有名字。")
    expect(again.locator("[name=confidential]")).to_be_checked()
    again.keyboard.press("Control+Enter")
    registered(again)
    again.goto(again.url.partition("/desk")[0] + "/desk")
    expect(again.locator(".begun", has_text="登记本上没有名字")).to_have_count(0)


def test_a_draft_can_be_thrown_away(at: Open) -> None:
    """Offered on its desk, and gone when it is not wanted."""
    page = at("/desk/visit", OPERATOR)
    page.locator("#facts").fill("来访人又说不投诉了")
    saved(page)
    page.goto(page.url)
    page.locator(".begun summary").click()
    page.locator(".begun form", has_text="又说不投诉了").get_by_role("button", name="删除").click()
    expect(page.locator(".begun form", has_text="又说不投诉了")).to_have_count(0)


def test_what_was_begun_on_a_case_survives_the_browser(at: Open) -> None:
    """Each form of a case says for itself that it is saved; without a network nothing is sent and nothing is lost."""
    page = at("/workflow/cases/{new}", HANDLER)
    page.get_by_text("其他办理").click()
    page.locator("summary", has_text="备注").click()
    form = page.locator("form", has=page.locator("#note-text"))
    page.locator("#note-text").fill("已电话核实，等单位补材料。")
    page.keyboard.press("Control+s")
    expect(form.locator("[data-draft-status]")).to_contain_text("草稿已保存", timeout=30_000)
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(form.locator("[data-draft-status]")).to_contain_text("没有网络")
    page.context.close()
    again = at("/workflow/cases/{new}", HANDLER)
    expect(again.locator("#note-text")).to_have_value("已电话核实，等单位补材料。")


def test_without_the_network_nothing_is_lost(at: Open) -> None:
    """The page says that nothing is registered and keeps what was typed; with the network back it saves and registers."""
    page = at("/desk/phone", OPERATOR)
    page.locator("#facts").fill(FACTS)
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-draft-status]")).to_contain_text("没有网络")
    expect(page.locator("#facts")).to_have_value(FACTS)
    page.context.set_offline(False)
    expect(page.locator("[data-draft-status]")).to_contain_text("草稿已保存", timeout=30_000)
    page.keyboard.press("Control+Enter")
    registered(page)


def test_a_log_in_that_runs_out_loses_nothing(at: Open, house: StaffedHouse) -> None:
    """The page says so and keeps what was typed; signed in again in another window, the same form is registered."""
    page = at("/desk/phone", OPERATOR)
    page.locator("#facts").fill(FACTS)
    page.context.clear_cookies(name="session")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-draft-status]")).to_contain_text("登录已过期", timeout=30_000)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#facts")).to_have_value(FACTS)
    other = page.context.new_page()
    other.goto(f"{house.url}/login")
    other.fill("[name=username]", PEOPLE[OPERATOR][0])
    other.fill("[name=password]", PASSWORD)
    other.keyboard.press("Enter")
    expect(other).to_have_url(f"{house.url}/desk", timeout=30_000)
    page.keyboard.press("Control+Enter")
    registered(page)


def test_a_call_that_is_put_through_pops_up(at: Open, house: StaffedHouse) -> None:
    """On whatever page the operator is: Alt+0 and Enter lead to its record, with the number and what it told before."""
    page = at("/desk/letter", OPERATOR)
    call = {"call_id": "c-4711", "operator": PEOPLE[OPERATOR][1], "caller_number": "13900002046"}
    house.done(Role.ADMINISTRATOR, "POST", "/intake/calls", json=call)
    expect(page.locator("[data-pop]")).to_be_visible(timeout=30_000)
    page.keyboard.press("Alt+0")
    page.keyboard.press("Enter")
    expect(page.locator(".call b")).to_have_text("13900002046")
    expect(page.locator("#phone")).to_have_value("13900002046")
    expect(page.locator("[data-known] .mini li").first).to_contain_text("同一号码")
    page.keyboard.type(FACTS)
    page.keyboard.press("Control+Enter")
    registered(page)


def test_a_worklist_says_when_it_is_no_longer_true(at: Open, house: StaffedHouse) -> None:
    """Another case comes in: the figure in the head follows, and the list offers to be shown anew."""
    page = at("/workflow/cases", HANDLER)
    count = page.locator(".nav [data-count=cases]")
    expect(count).to_be_visible(timeout=30_000)
    before = int(count.inner_text())
    house.case(facts="不动产窗口预约的号不算数，要重新取号。")
    expect(page.locator("[data-changed]")).to_be_visible(timeout=30_000)
    assert int(count.inner_text()) > before


def test_a_case_says_when_somebody_else_has_acted_on_it(at: Open, house: StaffedHouse, cases: dict[str, str]) -> None:
    """Without a reload, and without taking away what is being typed."""
    page = at("/workflow/cases/{new}", HANDLER)
    house.done(HANDLER, "POST", f"/workflow/cases/{cases['new']}/actions/accept", json={})
    expect(page.locator("[data-changed]")).to_be_visible(timeout=30_000)


def test_a_visit_is_settled_at_once(at: Open) -> None:
    """Without the visitor's consent it comes back with the fault at its box; with it, it is registered."""
    page = at("/desk/visit", OPERATOR)
    page.locator("#facts").fill("来访人说公示清单里没有这份材料。")
    page.locator("#result").fill("当场按公示清单收件。")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#complainant_agrees-err")).to_be_visible()
    expect(page.locator("#facts")).to_have_value("来访人说公示清单里没有这份材料。")
    page.locator("#complainant_agrees").check()
    page.keyboard.press("Control+Enter")
    registered(page)


def test_the_slips_of_a_box_follow_each_other(at: Open) -> None:
    """Two people open and count; each slip is registered into the opening, which says how many are left."""
    page = at("/desk/box", OPERATOR)
    for name, said in {"box": "二楼电梯口", "witnessed_by": "王立新", "slips": "2"}.items():
        page.locator(f"#{name}").fill(said)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".tally")).to_contain_text("二楼电梯口")
    page.locator("#facts").fill("窗口没人。")
    page.keyboard.press("Control+Enter")
    registered(page)
    expect(page.locator(".tally dd").nth(3)).to_have_text("1")
    assert (page.input_value("#slip_number"), page.input_value("#facts")) == ("2", "")


def test_a_scan_is_confirmed_beside_its_image(at: Open) -> None:
    """What isn't ticked isn't registered, and the page says which; ticked, it is."""
    page = at("/desk/scan", OPERATOR)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="核对无误").click()
    expect(page.locator(".err").first).to_be_visible()
    for box in page.locator("[name=confirmed]").all():
        box.check()
    page.get_by_role("button", name="核对无误").click()
    registered(page)


def test_what_lay_in_quarantine_is_typed(at: Open) -> None:
    """By a person who looked at the original."""
    page = at("/desk/quarantine", OPERATOR)
    row = page.locator("tr[data-row]").first
    row.get_by_text("人工录入").click()
    row.locator("textarea[name=facts]").fill("邮件里说窗口推诿。")
    row.locator("textarea[name=facts]").press("Control+Enter")
    registered(page)


def test_a_channel_is_checked(at: Open) -> None:
    """A box without a witness comes back with what was typed; with one it stands in the register."""
    page = at("/desk/checks", OPERATOR)
    row = page.locator("tr", has_text="意见箱").first
    row.get_by_label("备注 意见箱").fill("2 件")
    row.get_by_label("见证人").fill(PEOPLE[OPERATOR][1])
    row.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("见证人")
    row = page.locator("tr", has_text="意见箱").first
    expect(row.get_by_label("备注 意见箱")).to_have_value("2 件")
    row.get_by_label("见证人").fill("王立新")
    row.get_by_role("button").click()
    expect(page.get_by_role("status").first).to_contain_text("意见箱")


def test_a_call_on_the_list_is_made(at: Open) -> None:
    """What was said is there to be read out; reached or not, it is put down."""
    page = at("/desk/calls", OPERATOR)
    entry = page.locator(".call-list > li").first
    entry.get_by_label("备注").fill("本人接听")
    entry.get_by_role("button", name="已接通").click()
    expect(page.get_by_role("status").first).to_contain_text("已记录")
