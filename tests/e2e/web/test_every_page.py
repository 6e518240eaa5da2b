"""Every page of the gallery in real Chromium: fits, obeys its policy, can be read and reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.parts.case_samples import CONTEXTS as CASES
from tests.parts.desk_samples import CONTEXTS as DESKS
from tests.parts.office_samples import CONTEXTS as OFFICE
from tests.parts.page_checks import HERE, REACHABLE, SPACED, TOO_SMALL, WATCH, WIDER_BY, barriers
from tests.parts.page_gallery import SAMPLES, text_of
from tests.parts.paper_samples import CONTEXTS as PAPERS

STAFF: Mapping[str, Any] = {**DESKS, **CASES, **OFFICE, **PAPERS}
PUBLIC = [name for name in SAMPLES if name not in STAFF]
PARTS = {"public": PUBLIC, "desks": list(DESKS), "cases": list(CASES), "books": [*OFFICE, *PAPERS]}
FULLEST = {SAMPLES[name].template: name for name in sorted(SAMPLES, key=lambda name: len(text_of(name)))}
"""The longest page of each template, by it: that with faults, lists and everything in it."""
WALKED = [
    *(name for name in FULLEST.values() if name in PUBLIC),
    *("desk-phone-call", "desk-scan", "worklist", "case", "calls"),
]
"""Pages that are walked by Tab: the public ones, and one of a kind of the staff's."""
HEIGHT = 800


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """One window for all pages: it is made narrower and darker, since that costs less than asking for a page again."""
    context = chromium.new_context(locale="zh-CN", timezone_id="America/New_York")
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


_STOPS_OF_A_DATE = 6
"""A field of date and time holds one stop for each of its parts."""


def at_width(page: Page, width: int) -> int:
    """Make the window that wide; gives by how much the page is wider."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    return int(page.evaluate(WIDER_BY))


def looked_at(page: Page) -> dict[str, Any]:
    """What is wrong with a page in Chinese: on a desk, on a phone and at 400 % (WCAG 2.2 1.4.10)."""
    found: dict[str, Any] = {"wider at 1280": at_width(page, 1280), "small at 1280": page.evaluate(TOO_SMALL)}
    found |= {"wider at 360": at_width(page, 360), "small at 360": page.evaluate(TOO_SMALL)}
    return found | {"wider at 320": at_width(page, 320), "stopped": page.evaluate("window.violations")}


def barred_in(page: Page) -> dict[str, Any]:
    """What axe-core finds serious: all of it in the light, and in the dark, where only the colours differ, what is pale."""
    at_width(page, 1280)
    found = {"barred": barriers(page)}
    page.emulate_media(color_scheme="dark")
    found["barred in the dark"] = barriers(page, "color-contrast")
    page.emulate_media(color_scheme="light")
    return found


def looked_at_in_english(page: Page) -> dict[str, Any]:
    """Longer words: on a desk, on a phone, and there with the spacing of WCAG 2.2 1.4.12."""
    found = {"wider at 1280": at_width(page, 1280), "wider at 360": at_width(page, 360)}
    page.evaluate(SPACED)
    return found | {"wider when spaced": page.evaluate(WIDER_BY)}


@pytest.mark.parametrize("part", PARTS)
def test_every_page_fits_obeys_and_can_be_read(page: Page, gallery: str, part: str, pictures: Path | None) -> None:
    """No sideways scrolling, nothing stopped by the policy of contents, no error, no tiny target, nothing serious for axe-core."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("response", lambda got: errors.append(got.url) if "/static/" in got.url and not got.ok else None)
    faults: dict[str, Any] = {}
    for name in PARTS[part]:
        page.goto(f"{gallery}/gallery/{name}?lang=zh")
        faults[f"{name} zh"] = looked_at(page)
        if name in FULLEST.values():
            faults[f"{name} zh"] |= barred_in(page)
            take(page, name, pictures)
        page.goto(f"{gallery}/gallery/{name}?lang=en")
        faults[f"{name} en"] = looked_at_in_english(page)
    assert {name: found for name, found in faults.items() if any(found.values())} == {}
    assert errors == []


def take(page: Page, name: str, folder: Path | None) -> None:
    """Pictures of a page, on a desk and on a phone, where somebody wants them."""
    for width in (1280, 360) if folder else ():
        at_width(page, width)
        page.screenshot(path=f"{folder}/{name}-{width}.jpg", full_page=True, type="jpeg", quality=60)


def test_the_icons_are_drawn(chromium: Browser, gallery: str) -> None:
    """One file for all pages, of the same origin: the policy lets it in, and there is something to be seen."""
    page = chromium.new_page()
    page.goto(f"{gallery}/gallery/start")
    drawn = page.locator(".channels svg.i").first.screenshot()
    page.route("**/icons.svg", lambda route: route.abort())
    page.reload()
    assert page.locator(".channels svg.i").first.screenshot() != drawn
    page.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_keyboard_reaches_everything_in_reading_order(page: Page, gallery: str, width: int) -> None:
    """Tab alone walks every control of every page, in the order of the page, always with a ring that can be seen."""
    at_width(page, width)
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
