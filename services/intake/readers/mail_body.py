"""The stretches of text that make up a mail's body, and which of several forms of one text is taken.

Law of this file: of alternatives the first that reads well wins, plain text before HTML; a form that was damaged loses to
one that wasn't. It must not know the tree of parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from services.intake.readers.calendar_text import calendar_to_text
from services.intake.readers.charset import Decoded, decode
from services.intake.readers.html_text import html_to_text
from services.intake.readers.mime_tree import Content, Described

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


class Kind(Enum):
    """The form a stretch of text came in."""

    PLAIN = auto()
    HTML = auto()
    CALENDAR = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """One stretch of body text."""

    kind: Kind
    text: str
    guessed: bool
    damaged: bool

    @property
    def visible(self) -> bool:
        """Whether there is anything to read in it."""
        return bool(self.text.strip())

    @property
    def good(self) -> bool:
        """Whether it can be read, and all of it."""
        return self.visible and not self.damaged


def text_block(content: Content, described: Described) -> Block:
    """A text part as text. An HTML part that names no charset outside may name one inside."""
    is_html = described.media_type in _HTML_TYPES
    label = described.parameters.get("charset") or (_charset_within(content.content) if is_html else None)
    decoded = decode(content.content, label)
    if not is_html:
        decoded = _with_text(decoded, unflowed(decoded.text, described.parameters))
    return decoded_block(Kind.HTML if is_html else Kind.PLAIN, decoded, damaged=content.damaged)


def calendar_block(content: Content, described: Described) -> Block:
    """An invitation as text."""
    return decoded_block(Kind.CALENDAR, decode(content.content, described.parameters.get("charset")))


def decoded_block(kind: Kind, decoded: Decoded, *, damaged: bool = False) -> Block:
    """A block of text that is decoded already, made readable according to its kind."""
    readers: dict[Kind, Callable[[str], str]] = {
        Kind.PLAIN: str,
        Kind.HTML: html_to_text,
        Kind.CALENDAR: calendar_to_text,
    }
    return Block(kind, readers[kind](decoded.text), decoded.guessed, decoded.damaged or damaged)


def best_of(forms: list[list[Block]]) -> list[Block]:
    """Of several forms of one text: the first good one in plain text, else the first good one, else any with text."""
    texts = [[block for block in form if block.kind is not Kind.CALENDAR] for form in forms]
    for is_wanted in (_is_good_plain, _is_good, _is_visible):
        for form in texts:
            if is_wanted(form):
                return form
    return []


def _is_good_plain(form: list[Block]) -> bool:
    return _is_good(form) and all(block.kind is Kind.PLAIN for block in form)


def _is_good(form: list[Block]) -> bool:
    return _is_visible(form) and all(block.good for block in form if block.visible)


def _is_visible(form: list[Block]) -> bool:
    return any(block.visible for block in form)


def unflowed(text: str, parameters: dict[str, str]) -> str:
    """Join the lines that format=flowed broke (RFC 3676 §4); with delsp, Chinese text comes without blanks between."""
    if parameters.get("format", "").lower() != "flowed":
        return text
    blank = "" if parameters.get("delsp", "").lower() == "yes" else " "
    paragraphs: list[list[str]] = []
    joining = False
    for line in text.split("\n"):
        is_quoted = line.startswith(">")
        flows = line.endswith(" ") and line != "-- " and not is_quoted
        shown = (line[:-1] if flows else line).removeprefix(" ")
        if joining and not is_quoted:
            paragraphs[-1].append(shown)
        else:
            paragraphs.append([shown])
        joining = flows
    return "\n".join(blank.join(lines) for lines in paragraphs)


def _with_text(decoded: Decoded, text: str) -> Decoded:
    return Decoded(text, decoded.charset, decoded.guessed, decoded.damaged)


def _charset_within(content: bytes) -> str | None:
    found = _META_CHARSET.search(content[:4096])
    return found[1].decode("ascii") if found else None
