"""Every page of the gallery in real Chromium: fits, obeys its policy, can be read and reached."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.parts.case_samples import CONTEXTS as CASES
from tests.parts.desk_samples import CONTEXTS as DESKS
from tests.parts.page_checks import HERE, PALE, REACHABLE, TOO_SMALL, WATCH, WIDER_BY
from tests.parts.page_gallery import SAMPLES

PUBLIC = [name for name in SAMPLES if name not in {**DESKS, **CASES}]
"""Pages for everybody; the staff's are looked at in a whole house (``test_desks``), and here for what only samples show."""
WALKED = [*PUBLIC, "desk-phone-call", "desk-scan", "worklist", "case", "calls"]
"""Pages that are walked by Tab: the public ones, and one of a kind of the staff's."""


@pytest.fixture(params=[360, 1280], ids=["360", "1280"])
def width(request: pytest.FixtureRequest) -> int:
    """A phone, and a desk."""
    return int(request.param)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Both schemes of colours."""
    return str(request.param)


@pytest.fixture
def page(chromium: Browser, width: int, scheme: Any) -> Iterator[Page]:
    """A fresh page of that width and scheme."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, locale="zh-CN", timezone_id="America/New_York"
    )
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


_STOPS_OF_A_DATE = 6
"""A field of date and time holds one stop for each of its parts."""


def test_every_page_fits_obeys_and_can_be_read(
    page: Page, gallery: str, width: int, scheme: str, pictures: Path | None
) -> None:
    """No sideways scrolling, nothing stopped by the policy of contents, no error, no pale text, no tiny target."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("response", lambda got: errors.append(got.url) if "/static/" in got.url and not got.ok else None)
    faults: dict[str, Any] = {}
    for name in PUBLIC:
        # In the dark only the colours differ.
        for language in ("zh", "en") if scheme == "light" else ("zh",):
            page.goto(f"{gallery}/gallery/{name}?lang={language}")
            if pictures:
                page.screenshot(path=pictures / f"{name}-{width}-{scheme}-{language}.png", full_page=True)
            found = {
                "wider by": page.evaluate(WIDER_BY),
                "stopped": page.evaluate("window.violations"),
                "pale": page.evaluate(PALE),
                "small": page.evaluate(TOO_SMALL),
            }
            if any(found.values()):
                faults[f"{name} {language}"] = found
    assert faults == {}
    assert errors == []


def test_the_icons_are_drawn(chromium: Browser, gallery: str) -> None:
    """One file for all pages, of the same origin: the policy lets it in, and there is something to be seen."""
    page = chromium.new_page()
    page.goto(f"{gallery}/gallery/start")
    drawn = page.locator(".channels svg.i").first.screenshot()
    page.route("**/icons.svg", lambda route: route.abort())
    page.reload()
    assert page.locator(".channels svg.i").first.screenshot() != drawn
    page.close()


@pytest.mark.parametrize("width", [360, 1280], indirect=True)
@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_the_keyboard_reaches_everything_in_reading_order(page: Page, gallery: str) -> None:
    """Tab alone walks every control of every page, in the order of the page, always with a ring that can be seen."""
    for name in WALKED:
        page.goto(f"{gallery}/gallery/{name}")
        # Pages that take the focus by themselves are walked from the top all the same.
        page.evaluate(
            "() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }"
        )
        expected = [html for html, _ in groupby(page.evaluate(REACHABLE))]
        walked: list[str] = []
        stops = len(expected) + _STOPS_OF_A_DATE * sum('type="date' in each for each in expected)
        for _ in range(stops):
            if len(walked) == len(expected):
                break
            page.keyboard.press("Tab")
            here = page.evaluate(HERE)
            assert here["style"] == "auto" or here["ring"] >= 2, (name, here["html"][:90])
            assert here["seen"], (name, here["html"][:90])
            if here["html"] not in walked[-1:]:
                walked.append(here["html"])
        assert walked == expected, name


@pytest.mark.parametrize("width", [320], indirect=True, ids=["320"])
@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_the_pages_reflow_at_four_hundred_per_cent(page: Page, gallery: str) -> None:
    """320 CSS pixels are 1280 at 400 % (WCAG 2.2 1.4.10): still no sideways scrolling."""
    wide = {}
    for name in SAMPLES:
        page.goto(f"{gallery}/gallery/{name}")
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wide[name] = over
    assert wide == {}


@pytest.mark.parametrize("width", [360], indirect=True, ids=["360"])
@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_wider_spacing_cuts_no_text_off(page: Page, gallery: str) -> None:
    """The spacing of WCAG 2.2 1.4.12, put on by the reader, makes nothing overflow."""
    wide = {}
    for name in SAMPLES:
        page.goto(f"{gallery}/gallery/{name}?lang=en")
        page.evaluate(
            """() => { for (const e of document.querySelectorAll("body *")) { e.style.letterSpacing = "0.12em";
               e.style.wordSpacing = "0.16em"; e.style.lineHeight = "1.5"; } }"""
        )
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wide[name] = over
    assert wide == {}
