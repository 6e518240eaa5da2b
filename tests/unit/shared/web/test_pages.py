"""Every page of the gallery, in both languages, held against what every page must be."""

import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from services.intake.web.entry_reading import Typed
from shared.web.frame import ProblemPage
from shared.web.i18n import Bilingual, Language
from shared.web.pages import HERE
from shared.web.problems import FieldFault
from tests.parts import html
from tests.parts.page_gallery import SAMPLES, SERVICES, pages, text_of
from tests.parts.page_samples import SITE

PAGES = pages()
EACH_PAGE = pytest.mark.parametrize("name", SAMPLES)
EACH_LANGUAGE = pytest.mark.parametrize("language", Language)
BASES = {"base.html", "citizen.html", "desk.html", "macros.html"}
TEMPLATES = sorted([*(HERE / "templates").glob("*.html"), *SERVICES.glob("*/web/templates/*.html")])

VECTORS = (
    "<script>window.__pwned=1</script>",
    '"><img src=x onerror=__pwned=1>',
    "' autofocus onfocus='__pwned=1",
    "</textarea><script>__pwned=1</script>",
    "</title><svg/onload=__pwned=1>",
    "javascript:__pwned=1",
    "{{7*7}}{% raw %}${7*7}",
    "<a href=javascript:alert(1)>",
    "&lt;b&gt;&#60;i&#62;",
    "\u202eabc<!--",
)


def request(method: str = "GET", query: str = "", accept: str = "zh") -> Request:
    """A request for a page."""
    headers = [(b"accept-language", accept.encode())]
    return Request({"type": "http", "method": method, "path": "/x", "query_string": query.encode(), "headers": headers})


PARTS = {
    "desk_macros.html",
    "desk_entry.html",
    "action.html",
    "charts.html",
    "notice_receipt.html",
    "paper_macros.html",
}
"""What pages are made of: seen within them."""
FRAGMENTS = {"desk_known.html", "draft_pages.html"}
"""What a script puts into a page: no page of its own."""


def test_every_template_is_in_the_gallery() -> None:
    """A page that nobody looks at is a page that nobody tests."""
    shown = {sample.template for sample in SAMPLES.values()}
    assert {path.name for path in TEMPLATES} - BASES - PARTS - FRAGMENTS - shown == set()


@EACH_PAGE
@EACH_LANGUAGE
def test_a_page_says_its_language_and_its_title(name: str, language: Language) -> None:
    """For a screen reader's voice and for the list of open pages."""
    page = html.parse(text_of(name, language))
    assert page.get("lang") == language.tag
    assert len(html.text_of(html.elements(page, "//title")[0])) > len(" · 受理")


@EACH_PAGE
def test_a_page_has_one_heading_of_the_first_rank_and_skips_none(name: str) -> None:
    """So that one can walk it by headings."""
    ranks = [int(heading.tag[1]) for heading in html.elements(html.parse(text_of(name)), "//h1|//h2|//h3|//h4")]
    assert ranks.count(1) == 1
    # The log-in's mark and the error's figure come before the heading; nothing else of rank two does.
    assert ranks[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(ranks))


@EACH_PAGE
def test_the_first_link_skips_to_the_content(name: str) -> None:
    """Keyboard users don't walk the head of every page again."""
    page = html.parse(text_of(name))
    first = html.elements(page, "//a[@href] | //button | //input[not(@type='hidden')]")[0]
    assert first.get("href") == "#main"
    assert html.elements(page, "//main[@id='main'][@tabindex='-1']")


@EACH_PAGE
def test_ids_are_unique_and_references_lead_somewhere(name: str) -> None:
    """Labels, hints, faults and fragments hit their element."""
    page = html.parse(text_of(name))
    assert len(html.ids(page)) == len(set(html.ids(page)))
    assert html.dangling(page) == []


@EACH_PAGE
def test_every_control_has_a_name_that_is_read_out(name: str) -> None:
    """By a label, never by a placeholder alone."""
    assert html.unlabelled(html.parse(text_of(name))) == []


@EACH_PAGE
@EACH_LANGUAGE
def test_no_page_holds_anything_that_the_policy_of_contents_would_stop(name: str, language: Language) -> None:
    """No inline script, style or handler, nothing from another origin."""
    assert html.active_content(html.parse(text_of(name, language))) == []


@EACH_PAGE
def test_every_form_that_changes_something_carries_a_token(name: str) -> None:
    """CSRF, without JavaScript."""
    for form in html.elements(html.parse(text_of(name)), "//form[@method='post']"):
        if form.get("action") != "/desk":
            assert html.elements(form, ".//input[@name='csrf'][string-length(@value)>0]")


@EACH_PAGE
def test_images_and_icons_are_named_or_hidden(name: str) -> None:
    """A drawing either says what it is or stays silent."""
    for drawing in html.elements(html.parse(text_of(name)), "//svg"):
        assert drawing.get("aria-hidden") == "true" or drawing.get("aria-label")


@EACH_PAGE
def test_icons_exist(name: str) -> None:
    """Each icon that a page uses is in the sprite."""
    sprite = (HERE / "static" / "icons.svg").read_text(encoding="utf-8")
    for use in html.elements(html.parse(text_of(name)), "//use"):
        fragment = str(use.get("href")).partition("#")[2]
        assert f'id="{fragment}"' in sprite


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_switches_escaping_off(path: Path) -> None:
    """``|safe``, ``Markup`` and ``autoescape`` have no place in a template."""
    assert not re.search(r"\|\s*safe|Markup|autoescape", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_texts_stand_in_the_catalogue(path: Path) -> None:
    """No template holds Chinese of its own, but for the written form, which is a Chinese document in any language."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    if path.name != "written.html":
        assert not re.search(r"[\u4e00-\u9fff]", text)


OURS = (
    *("url", "action", "href", "kind", "digest", "path", "relation", "reply_by", "accept"),
    # What the staff's pages are steered by: keys of the catalogue, ids, drawings, numbers that we gave.
    *(
        "key",
        "desk",
        "fields",
        "standing",
        "said",
        "look",
        "ring",
        "marks",
        "article",
        "number",
        "purpose",
        "pages",
        "check",
        "channel",
        "channels",
    ),
)
"""Ends of the names of what is ours and not from outside."""
OURS_AT_ONCE = {*OURS, "address"}
"""What a page is given by name and not within a value: its own address among it."""
KEYS_OF = {
    "TakenPage": ("since",),
    "Told": ("form",),
    "FigureTable": ("clocks",),
    "Choice": ("words",),
    "CheckLine": ("name",),
    "Wanted": ("view",),
    "Result": ("satisfaction",),
    "Table": ("name", "title", "head", "rows"),
}
"""Fields that steer the page in one kind of value, and are text in others."""


def filled(value: Any, vector: str, keep: bool = False) -> Any:
    """The same value with ``vector`` in every text that comes from outside."""
    if isinstance(value, Enum) or keep:
        return value
    if isinstance(value, Bilingual):
        return Bilingual(vector, vector)
    if isinstance(value, str):
        return vector if value else value
    if is_dataclass(value) and not isinstance(value, type):
        # A form's faults are tied to its fields by name; a hostile name has a test of its own.
        tied = ("name",) if isinstance(value, FieldFault) else ()
        ours = (*tied, *OURS, *KEYS_OF.get(type(value).__name__, ()))
        changed = {
            each.name: filled(getattr(value, each.name), vector, keep=each.name.endswith(ours))
            for each in fields(value)
            if each.init
        }
        if isinstance(value, Typed):  # looked through for words that the page warns of: the warnings stay
            changed["facts"] += value.facts
        return replace(value, **changed)
    if isinstance(value, (list, tuple)):
        return type(value)(filled(each, vector) for each in value)
    return value


def tags(page: html.Element) -> list[str]:
    """The page's structure; paragraphs and rows of text may be more or fewer."""
    return [str(element.tag) for element in html.elements(page, "//*[not(self::p or self::br)]")]


@EACH_PAGE
def test_what_comes_from_outside_stays_text(name: str) -> None:
    """Stored XSS: whatever stands in any field, the page's structure is what it was and nothing becomes active."""
    sample = SAMPLES[name]
    plain = tags(html.parse(PAGES.text(sample.template, Language.ZH, **sample.context)))
    for vector in VECTORS:
        context = {key: filled(value, vector, keep=key in OURS_AT_ONCE) for key, value in sample.context.items()}
        page = html.parse(PAGES.text(sample.template, Language.ZH, **context))
        assert html.active_content(page) == []
        assert tags(page) == plain


@pytest.mark.parametrize("vector", VECTORS)
def test_a_hostile_field_name_stays_text(vector: str) -> None:
    """The name of a field comes from whoever sent it."""
    problem = ProblemPage(422, "x", faults=[FieldFault(vector, "extra_forbidden", "不认识", "not known")])
    page = html.parse(PAGES.text("422.html", Language.ZH, page=problem))
    assert html.active_content(page) == []
    assert vector in [each.text for each in html.elements(page, "//dt")]


def test_what_was_typed_comes_back_to_the_letter() -> None:
    """The form that comes back holds each value exactly as it was sent, line breaks included."""
    form = SAMPLES["form-errors"].context["page"]
    for vector in (*VECTORS, "\n\n第一行\n  第二行 ", "a\u3000b"):
        page = html.parse(
            PAGES.text(
                "form.html", Language.ZH, page=replace(form, values=replace(form.values, facts=vector, name=vector))
            )
        )
        # A browser drops the line break after <textarea>; the parser here keeps it.
        assert html.elements(page, "//textarea[@id='facts']")[0].text == "\n" + vector
        assert html.elements(page, "//input[@id='name']")[0].get("value") == vector


def test_a_missing_value_is_a_fault_and_not_a_blank() -> None:
    """A template that asks for what it isn't given fails in its first test."""
    with pytest.raises(UndefinedError):
        PAGES.text("receipt.html", Language.ZH)


def test_none_is_never_printed() -> None:
    """A None that reaches a page is a fault."""
    receipt = replace(SAMPLES["receipt"].context["page"], unit=None)
    assert "None" not in PAGES.text("receipt.html", Language.ZH, page=receipt)
    with pytest.raises(UndefinedError, match="None"):
        PAGES.text("receipt.html", Language.ZH, page=replace(receipt, unit="x", window="y", number="z", track_url=None))


def test_a_page_is_kept_nowhere_and_says_its_language() -> None:
    """Any page may concern one person only."""
    response = PAGES.render(request(accept="en"), "track_ask.html", **SAMPLES["track-ask"].context)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-language"] == "en"
    assert response.headers["vary"] == "Accept-Language, Cookie"
    assert "set-cookie" not in response.headers


def test_a_chosen_language_is_remembered() -> None:
    """``?lang=en`` lasts."""
    response = PAGES.render(request(query="lang=en"), "track_ask.html", **SAMPLES["track-ask"].context)
    assert response.headers["set-cookie"].startswith("lang=en; ")
    assert 'lang="en"' in bytes(response.body).decode()


@pytest.mark.parametrize(("method", "offered"), [("GET", True), ("POST", False)])
def test_a_page_that_answers_a_form_offers_no_other_language(method: str, offered: bool) -> None:
    """Following the link would lose what was typed."""
    response = PAGES.render(request(method), "form.html", **SAMPLES["form-errors"].context)
    assert ('href="?lang=en"' in bytes(response.body).decode()) is offered


def test_the_first_page_is_light() -> None:
    """A citizen's first page and all it loads stay under 60 kB, before any compression."""
    text = text_of("start")
    loaded = re.findall(r"/static/[0-9a-f]+/([a-z.]+)", text)
    assert {"shouli.css", "shouli.js", "icons.svg", "mark.svg"} == set(loaded)
    assert len(text.encode()) + sum(PAGES.static.size(name) for name in set(loaded)) < 60_000


def test_the_hotline_can_be_dialled_from_the_page() -> None:
    """One tap on a phone."""
    assert f'href="{SITE.hotline_link}"' in text_of("track")
    assert SITE.hotline_link == "tel:06320000120"
