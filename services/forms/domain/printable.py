"""Text as it goes onto paper: everything a person can see is kept, what would act on paper unseen is shown.

Law of this file: text in a complaint stays text. Nothing is dropped; a character that no paper can carry (controls, lone
surrogates, direction overrides, noncharacters) is written out as ``[U+202E]``, so that PDF and DOCX say the same. It
must not know fonts: what no font has is the renderer's to mark.
"""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import category, east_asian_width

_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls: XML 1.0 §2.2 forbids most of them, no font has any
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks and overrides (UAX 9): they reorder what is read
    "\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f"  # byte order mark, annotation, tags: invisible carriers
    "\ufdd0-\ufdef\ufffe\uffff"  # noncharacters
    "\ud800-\udfff"  # surrogates on their own
    "]|[" + "".join(chr(plane << 16 | low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF)) + "]"
)
_TAB = "    "


def visible(text: str) -> str:
    """The text with one kind of line end, tabs as blanks, and unprintable characters written out as ``[U+0007]``."""
    unified = _LINE_ENDS.sub("\n", text).replace("\t", _TAB)
    return _UNPRINTABLE.sub(lambda match: f"[U+{ord(match[0]):04X}]", unified)


def width(text: str) -> float:
    """About how wide the text is set, in units of the type size: a Chinese character is 1, a Latin one a little over ½."""
    return sum(1.0 if east_asian_width(character) in "WFA" else 0.56 for character in text)


def greatest_width(text: str) -> float:
    """No wider than this, in any face: a letter may be a W, a figure is never wider than two thirds of the type size."""
    return sum(1.0 if character.isalpha() or east_asian_width(character) in "WFA" else 0.67 for character in text)


def lines_needed(text: str, measure: float) -> int:
    """How many lines of ``measure`` (in units of the type size) the text takes; at least one."""
    return sum(len(_breaks(paragraph, measure)) - 1 for paragraph in text.split("\n"))


def first_lines(text: str, measure: float, lines: int) -> str:
    """As much of the text as stands on its first ``lines`` lines."""
    kept: list[str] = []
    left = lines
    for paragraph in text.split("\n"):
        breaks = _breaks(paragraph, measure)[: left + 1]
        kept.append(paragraph[: breaks[-1]])
        left -= len(breaks) - 1
        if left <= 0:
            break
    return "\n".join(kept)


def _breaks(paragraph: str, measure: float) -> list[int]:
    """Where a paragraph breaks if every line is filled: 0, the start of each further line, and its end."""
    places, taken = [0], 0.0
    for place, character in enumerate(paragraph):
        taken += width(character)
        if taken > measure:
            places.append(place)
            taken = width(character)
    return [*places, len(paragraph)]


_LONG_RUN = re.compile(r"[^\s\u200b\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U0001f000-\U0003ffff]{24,}")
"""What no line breaks in by itself: letters of any script but those that are written without blanks, signs, figures."""
_JOINERS = "\u200c\u200d"


def breakable(text: str, every: int = 12) -> str:
    """The text with zero-width spaces (U+200B) in long runs without a blank, so that none leaves its cell or the page."""
    return _LONG_RUN.sub(lambda match: _spaced(match[0], every), text)


def _spaced(run: str, every: int) -> str:
    """The run broken after every so many characters, or as soon after as a letter stands there and no mark upon one."""
    starts = [0]
    for place, (before, character) in enumerate(pairwise(run), 1):
        if place - starts[-1] >= every and not _clings(before, character):
            starts.append(place)
    return "\u200b".join(run[start:end] for start, end in pairwise([*starts, len(run)]))


def _clings(before: str, character: str) -> bool:
    """Whether a character makes one letter with the one before it (UAX 29, GB9 and GB11, as far as names need)."""
    return category(character).startswith("M") or character in _JOINERS or before in _JOINERS
