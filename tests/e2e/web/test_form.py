"""The citizen's form in real Chromium, with and without scripts."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from altcha import v1
from playwright.sync_api import Browser, Page, Request, Response, expect

from services.intake.web.views import Challenge
from shared.web.i18n import Language
from tests.parts.page_gallery import pages
from tests.parts.page_samples import CODE, FACTS, FORM, SALT, SECRET_NUMBER


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A phone."""
    context = chromium.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN")
    page = context.new_page()
    yield page
    page.wait_for_load_state()  # a window closed in the middle of a navigation now and then never closes
    context.close()


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Page]:
    """A phone whose browser runs no scripts."""
    context = chromium.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN", java_script_enabled=False)
    yield context.new_page()
    context.close()


def fill(page: Page, *, truth: bool = True) -> None:
    """Fill in what is required."""
    page.get_by_label("事情经过").fill(FACTS)
    page.get_by_label("单位", exact=False).first.select_option(label="市医疗保障局")
    page.get_by_label("您的诉求").fill("办结")
    if truth:
        page.get_by_label("以上情况属实").check()


def sent(page: Page) -> Response:
    """Press the button, and give the answer to the form."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as found:
        page.get_by_role("button", name="提交投诉").click()
    return found.value


def proof(answer: Response) -> dict[str, object]:
    """The solution that came with the form."""
    decoded: dict[str, object] = json.loads(base64.b64decode(answer.header_value("x-proof") or ""))
    return decoded


def test_the_form_solves_its_challenge_while_it_is_filled_in(page: Page, gallery: str) -> None:
    """What arrives is the ALTCHA payload with the number that was sought."""
    page.goto(f"{gallery}/gallery/form")
    fill(page)
    answer = sent(page)
    assert answer.status == 200
    assert proof(answer)["number"] == SECRET_NUMBER
    assert proof(answer)["salt"] == SALT
    assert f"{CODE[:5]}-{CODE[5:]}" in page.inner_text(".big-code")


def test_a_challenge_of_the_library_is_solved_as_the_library_wants_it(page: Page, gallery: str) -> None:
    """Made by altcha, solved by our script, verified by altcha."""
    made = v1.create_challenge(v1.ChallengeOptions(max_number=3000, hmac_key="key"))

    form = replace(FORM, challenge=Challenge(made.challenge, made.salt, made.signature, made.max_number))
    page.route("**/gallery/form", lambda route: route.fulfill(body=pages().text("form.html", Language.ZH, page=form)))
    page.goto(f"{gallery}/gallery/form")
    fill(page)
    payload = sent(page).header_value("x-proof") or ""
    assert v1.verify_solution(payload, "key") == (True, None)


def test_sent_before_the_challenge_is_solved_the_form_waits_and_goes_by_itself(page: Page, gallery: str) -> None:
    """One press is enough, however fast."""
    page.goto(f"{gallery}/gallery/form")
    answer = sent(page)
    assert answer.status == 422
    assert proof(answer)["number"] == SECRET_NUMBER


def test_without_scripts_the_form_is_taken_as_well(scriptless: Page, gallery: str) -> None:
    """It says how such a complaint is handled, and arrives without proof."""
    scriptless.goto(f"{gallery}/gallery/form")
    assert "没有运行脚本，照样可以提交" in scriptless.inner_text("noscript")
    fill(scriptless)
    answer = sent(scriptless)
    assert (answer.status, answer.header_value("x-proof")) == (200, "")
    assert scriptless.get_by_role("heading", name="投诉回执").is_visible()


def test_without_scripts_no_button_is_shown_that_needs_one(scriptless: Page, gallery: str) -> None:
    """Printing is the browser's own then."""
    for name in ("receipt", "track", "written"):
        scriptless.goto(f"{gallery}/gallery/{name}")
        assert scriptless.locator("[data-print]:visible").count() == 0


def test_when_faults_come_back_the_summary_has_the_focus(page: Page, gallery: str) -> None:
    """And its links lead into the fields."""
    page.goto(f"{gallery}/gallery/form")
    fill(page, truth=False)
    assert sent(page).status == 422
    assert page.evaluate("document.activeElement.className") == "summary"
    page.get_by_role("link", name="手机号少一位").click()
    assert page.evaluate("document.activeElement.id") == "phone"


def test_a_form_of_ours_names_its_origin(page: Page, gallery: str) -> None:
    """``no-referrer`` alone would make it ``null``, and a forged form could not be told from ours."""
    page.goto(f"{gallery}/gallery/form")
    fill(page)
    headers = sent(page).request.all_headers()
    assert headers["origin"] == gallery
    assert headers["sec-fetch-site"] == "same-origin"


def test_a_double_click_sends_once(page: Page, gallery: str) -> None:
    """The second click of an impatient finger does nothing."""
    posts: list[Request] = []
    page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    page.goto(f"{gallery}/gallery/form")
    fill(page)
    expect(page.locator("[name=altcha]")).not_to_have_value("")
    page.get_by_role("button", name="提交投诉").dblclick(no_wait_after=True)
    page.wait_for_selector(".big-code")
    assert len(posts) == 1


def test_coming_back_to_a_form_already_sent_says_so(page: Page, gallery: str) -> None:
    """And it can be sent again: by its key it stays one complaint."""
    page.route("**/intake/web-forms", lambda route: route.fulfill(status=204))
    page.goto(f"{gallery}/gallery/form")
    fill(page)
    assert page.locator("[data-sent-note]").is_hidden()
    first = sent(page).request.post_data_buffer or b""
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator("[data-sent-note]")).to_contain_text("刚才已经提交过")
    second = sent(page).request.post_data_buffer or b""
    key = FORM.idempotency_key.encode()
    assert key in first
    assert key in second


def test_a_sending_that_was_stopped_can_be_tried_again(page: Page, gallery: str) -> None:
    """The guard against double clicks doesn't leave a dead button."""
    page.route("**/intake/web-forms", lambda route: route.fulfill(status=204))
    page.clock.install()
    page.goto(f"{gallery}/gallery/form")
    fill(page)
    sent(page)
    page.clock.fast_forward(3_100)
    assert sent(page).status == 204


def test_a_draft_is_saved_a_moment_after_the_last_key(page: Page, gallery: str) -> None:
    """Without files and without a click; the page says when."""
    page.clock.install()
    page.goto(f"{gallery}/gallery/form")
    with page.expect_request(lambda request: request.method == "PUT") as put:
        page.get_by_label("事情经过").fill("刚写了一半")
        page.clock.fast_forward(2_100)
    assert "刚写了一半" in (put.value.post_data or "")
    assert 'name="evidence"' not in (put.value.post_data or "")
    expect(page.locator("[data-draft-status]")).to_contain_text("草稿已保存")


def test_a_draft_that_cannot_be_saved_is_said_to_be_so(page: Page, gallery: str) -> None:
    """Nothing is claimed that isn't stored."""
    page.route("**/intake/drafts/web", lambda route: route.abort())
    page.clock.install()
    page.goto(f"{gallery}/gallery/form")
    page.get_by_label("事情经过").fill("刚写了一半")
    page.clock.fast_forward(2_100)
    expect(page.locator("[data-draft-status]")).to_have_text("草稿暂未存上，稍后再试")


def test_choosing_a_unit_narrows_the_windows_and_choosing_a_window_names_its_unit(page: Page, gallery: str) -> None:
    """What can't be right isn't offered; nothing is lost without a script."""
    page.goto(f"{gallery}/gallery/form")
    page.select_option("#unit", "市税务局")
    offered = "[...document.querySelectorAll('#window optgroup')].filter((g) => !g.disabled).map((g) => g.label)"
    assert page.evaluate(offered) == ["市税务局"]
    page.select_option("#unit", "")
    page.select_option("#window", "A09")
    assert page.input_value("#unit") == "市医疗保障局"
    page.select_option("#unit", "市税务局")
    assert page.input_value("#window") == ""


def test_a_file_that_is_too_large_is_told_before_the_upload(page: Page, gallery: str) -> None:
    """By its name, beside the field."""
    page.goto(f"{gallery}/gallery/form")
    page.evaluate("document.querySelector('#evidence').dataset.each = '10'")
    page.set_input_files("#evidence", {"name": "大.pdf", "mimeType": "application/pdf", "buffer": b"x" * 11})
    assert "“大.pdf”超过 20 MB" in page.inner_text("#evidence-note")
    assert page.get_attribute("#evidence", "aria-invalid") == "true"
    page.set_input_files("#evidence", {"name": "小.pdf", "mimeType": "application/pdf", "buffer": b"x"})
    assert page.inner_text("#evidence-note") == ""


def test_the_skip_link_leads_into_the_content(page: Page, gallery: str) -> None:
    """First Tab, Enter, and the next Tab is inside."""
    page.goto(f"{gallery}/gallery/track")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_receipt_prints_on_one_page(page: Page, gallery: str) -> None:
    """A4, without navigation and buttons."""
    for name in ("receipt", "receipt-major", "written", "written-empty"):
        page.goto(f"{gallery}/gallery/{name}")
        printed = page.pdf(format="A4", prefer_css_page_size=True)
        assert printed.count(b"/Type /Page\n") == 1, name


def test_the_typeahead_finds_a_window_by_its_initials(page: Page, gallery: str) -> None:
    """Initials, arrow, Enter; and the checklist notices."""
    page.goto(f"{gallery}/gallery/desk")
    page.locator("#window").press_sequentially("fply")
    assert page.get_by_role("option").all_inner_texts() == ["市税务局 · D01 发票领用\nswj fply d01"]
    page.keyboard.press("Enter")
    assert page.input_value("#window") == "市税务局 · D01 发票领用"
    assert page.inner_text("[data-tick-count]") == "要素已齐"
