"""Reading a page as a browser or a screen reader would: its parts, and what ties them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, cast

from lxml import html as lxml_html  # type: ignore[import-untyped,unused-ignore] # lxml ships no types


class Element(Protocol):
    """An element of a page: what lxml gives, as far as it is used here."""

    tag: str
    text: str | None
    attrib: Mapping[str, str]

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of an attribute."""
        ...

    def xpath(self, path: str) -> object:
        """What an XPath finds."""
        ...

    def text_content(self) -> str:
        """All text within."""
        ...

    def iterancestors(self) -> Iterable[Element]:
        """The elements around, from inside to outside."""
        ...


CONTROLS = "//input[not(@type='hidden')] | //select | //textarea"


def parse(text: str) -> Element:
    """The page as a tree."""
    return cast("Element", lxml_html.document_fromstring(text))


def elements(page: Element, path: str) -> list[Element]:
    """The elements that an XPath finds."""
    found = page.xpath(path)
    assert isinstance(found, list)
    return [each for each in found if isinstance(each, lxml_html.HtmlElement)]


def text_of(element: Element) -> str:
    """What is read out, blanks drawn together."""
    return " ".join(str(element.text_content()).split())


def ids(page: Element) -> list[str]:
    """Every id, in order, doubles included."""
    return [element.attrib["id"] for element in elements(page, "//*[@id]")]


def hrefs(page: Element) -> list[str]:
    """Where its links lead."""
    return [link.get("href") or "" for link in elements(page, ".//a[@href]")]


def unlabelled(page: Element) -> list[str]:
    """Controls that no label, legend or aria-label names."""
    named = {label.get("for") for label in elements(page, "//label")}
    return [
        str(control.get("name"))
        for control in elements(page, CONTROLS)
        if control.get("id") not in named
        and not any(ancestor.tag == "label" for ancestor in control.iterancestors())
        and not control.get("aria-label")
    ]


def dangling(page: Element) -> list[str]:
    """References by id that lead nowhere: labels, descriptions, fragments, data hooks."""
    known = set(ids(page))
    return [reference for reference in _references(page) if reference not in known]


def _references(page: Element) -> Iterator[str]:
    for element in elements(page, "//*"):
        for name in (
            "for",
            "aria-describedby",
            "aria-labelledby",
            "aria-controls",
            "list",
            "data-narrows",
            "data-note",
        ):
            yield from str(element.get(name, "")).split()
        href = str(element.get("href", ""))
        if href.startswith("#"):
            yield href[1:]


def active_content(page: Element) -> list[str]:
    """Everything the policy of contents would stop: inline scripts, styles, handlers, foreign or scripted addresses."""
    return [*_inline(page), *_handlers(page), *_addresses(page)]


def _inline(page: Element) -> Iterable[str]:
    for element in elements(page, "//script[not(@src)] | //style | //iframe | //object | //embed | //base"):
        yield f"<{element.tag}>"


def _handlers(page: Element) -> Iterable[str]:
    for element in elements(page, "//*"):
        for name in map(str, element.attrib):
            if name.startswith("on") or name in {"style", "srcdoc"}:
                yield f"{element.tag} {name}"


def _addresses(page: Element) -> Iterable[str]:
    for element in elements(page, "//*"):
        for name in ("src", "href", "action", "formaction", "data", "poster"):
            address = str(element.get(name, ""))
            local = address.startswith(("/", "#", "?", "tel:", "mailto:")) and not address.startswith("//")
            if address and not local:
                yield f"{element.tag} {name}={address}"
