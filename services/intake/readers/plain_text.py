"""Text as the rest of the house may hold it: NFC, without NUL, without half characters.

Law of this file: whatever comes out can be stored by PostgreSQL, written into XML and normalised again without change,
and nothing that was in the text is silently dropped: what can't be kept is made visible. It must not know where the text
came from.
"""

from __future__ import annotations

import re
import unicodedata

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: "\u2421"}
"""Unicode's control pictures: NUL is shown as ␀."""

_LINE_END = re.compile(r"\r\n?")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_WINDOW = 500
"""Characters normalised at once. CPython sorts a run of combining marks by insertion: 160 kB took 5 s."""


def tidy(text: str) -> str:
    """NFC, line ends as line feeds, control characters as pictures, lone surrogates as U+FFFD. Idempotent and linear."""
    text = _LINE_END.sub("\n", text.removeprefix("\ufeff"))
    if text.isascii():
        return text.translate(_PICTURES)
    return normalised(_LONE_SURROGATE.sub("\ufffd", text)).translate(_PICTURES)


def one_line(text: str, *, longest: int) -> str:
    """``tidy``, with every run of white space as one blank, and cut to ``longest`` characters."""
    return " ".join(tidy(text[: longest * 4]).split())[:longest]


def normalised(text: str) -> str:
    """NFC in linear time, whatever storm of combining marks comes in."""
    if unicodedata.is_normalized("NFC", text[:_WINDOW]) and len(text) <= _WINDOW:
        return text
    pieces: list[str] = []
    start = 0
    while start < len(text):
        end = _next_starter(text, start + _WINDOW)
        pieces.append(unicodedata.normalize("NFC", text[start:end]))
        start = end
    return "".join(pieces)


def _next_starter(text: str, position: int) -> int:
    """The first place from ``position`` where cutting parts no mark from its letter; gives up within one window."""
    limit = min(position + _WINDOW, len(text))
    while position < limit and unicodedata.combining(text[position]):
        position += 1
    return min(position, len(text))
