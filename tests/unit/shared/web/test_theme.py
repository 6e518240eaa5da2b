"""Light, dark, or as the system has it: chosen by a link, kept in a cookie, and never on paper."""

import re

import pytest
from starlette.requests import Request
from starlette.responses import Response

from shared.web.i18n import Language
from shared.web.pages import HERE
from shared.web.theme import Theme, remember_theme, theme_of
from tests.parts import html
from tests.parts.page_gallery import SAMPLES, pages

LOOK = (HERE / "static" / "shouli.css").read_text(encoding="utf-8")
PAGES = pages()


def request(query: str = "", cookie: str = "", method: str = "GET") -> Request:
    """A request with these wishes."""
    headers = [(b"cookie", cookie.encode())]
    return Request({"type": "http", "method": method, "path": "/", "query_string": query.encode(), "headers": headers})


@pytest.mark.parametrize(
    ("query", "cookie", "theme"),
    [
        ("", "", Theme.SYSTEM),
        ("theme=dark", "", Theme.DARK),
        ("", "theme=dark", Theme.DARK),
        ("theme=light", "theme=dark", Theme.LIGHT),
        ("theme=system", "theme=dark", Theme.SYSTEM),
        ('theme="><script>', "theme=purple", Theme.SYSTEM),
    ],
)
def test_what_was_asked_for_last_holds(query: str, cookie: str, theme: Theme) -> None:
    """The address before the cookie; anything that isn't a theme is passed over."""
    assert theme_of(request(query, cookie)) is theme


@pytest.mark.parametrize(
    ("chosen", "kept"), [("dark", "theme=dark; "), ("light", "theme=light; "), ("system", "Max-Age=0")]
)
def test_a_choice_is_kept_and_the_systems_leaves_no_cookie(chosen: str, kept: str) -> None:
    """A year for light and dark; back to the system's takes the cookie away."""
    response = Response()
    remember_theme(request(f"theme={chosen}"), response)
    assert kept in response.headers["set-cookie"]


def test_nothing_is_kept_where_nothing_is_chosen() -> None:
    """Looking at a page sets no cookie."""
    response = Response()
    remember_theme(request("page=2", "theme=dark"), response)
    assert "set-cookie" not in response.headers


def test_a_page_says_what_was_chosen() -> None:
    """On its root, for the stylesheet, and as the browser's own scheme for what it draws itself."""
    response = PAGES.render(request(cookie="theme=dark"), "track_ask.html", **SAMPLES["track-ask"].context)
    page = html.parse(bytes(response.body).decode())
    assert page.get("data-theme") == "dark"
    assert html.elements(page, "//meta[@name='color-scheme']")[0].get("content") == "dark"


@pytest.mark.parametrize("name", ["track-ask", "worklist"])
def test_the_switch_keeps_the_rest_of_the_address(name: str) -> None:
    """Three links, without a script; the one in force is marked; filters and pages of a list stay as they are."""
    sample = SAMPLES[name]
    response = PAGES.render(request("view=today&theme=dark&lang=zh"), sample.template, **sample.context)
    links = html.elements(
        html.parse(bytes(response.body).decode()), "//*[contains(@class, 'themes')]//a[not(@hreflang)]"
    )
    assert [link.get("href") for link in links] == [f"?view=today&lang=zh&theme={each}" for each in Theme]
    assert [link.get("aria-current") for link in links] == [None, None, "true"]


def test_a_page_that_answers_a_form_offers_no_switch() -> None:
    """Following it would lose what was typed."""
    response = PAGES.render(request(cookie="theme=dark", method="POST"), "form.html", **SAMPLES["form-errors"].context)
    page = html.parse(bytes(response.body).decode())
    assert page.get("data-theme") == "dark"
    assert html.elements(page, "//*[contains(@class, 'themes')]") == []


def test_the_dark_is_the_same_chosen_or_the_systems_and_never_on_paper() -> None:
    """The stylesheet holds it twice, for browsers that can't choose between two values; both are for the screen."""
    system = re.search(
        r"@media screen and \(prefers-color-scheme: dark\) \{\s*:root:not\(\[data-theme\]\) \{(.*?)\}", LOOK, re.DOTALL
    )
    chosen = re.search(r"@media screen \{\s*\[data-theme=dark\] \{ color-scheme: dark;(.*?)\}", LOOK, re.DOTALL)
    assert system
    assert chosen
    assert system[1].split() == chosen[1].split()


def test_every_page_for_everybody_offers_the_switch() -> None:
    """In the foot of the public pages and in the head of the staff's."""
    for name in ("start", "track", "receipt", "worklist", "people"):
        page = PAGES.text(SAMPLES[name].template, Language.EN, **SAMPLES[name].context, theme_url="?theme=")
        assert len(html.elements(html.parse(page), "//*[contains(@class, 'themes')]//a[not(@hreflang)]")) == len(
            Theme
        ), name
