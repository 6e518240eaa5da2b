"""The text that a PDF itself says stands on a page, where it is to be believed.

Law of this file: a typed page's own text is exact; the text that some scanner laid under a picture is a guess, and is
left to our own reader, whose doubts are known. It must not recognise anything.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from services.intake.domain.scan_text import Box, Line
from services.intake.readers.page_layout import clean, rows_of

FEWEST_LETTERS = 10
"""Less than this is a page number or a stamp on a scanned page."""

MOST_CHARACTERS = 20_000
"""A page full of type has some 1,500; a hundred times that is noise laid there on purpose."""

PLAIN_SHARE = 0.9
"""Share of letters that must be known ones: a font without a map to Unicode gives private-use signs instead."""

PICTURE_SHARE = 0.5
"""A page whose pictures cover more than this is a scan, whatever text lies under it."""

SAME_WORD_GAP = 0.6
"""Fragments nearer than this share of their height belong together: PDFs break lines where the font changes."""


@dataclass(frozen=True, slots=True)
class _Fragment:
    left: float
    top: float
    right: float
    bottom: float
    text: str


def lines_of_text_layer(page: pypdfium2.PdfPage) -> tuple[Line, ...]:
    """The page's own lines in reading order, each with score 1; none where the page must be looked at instead."""
    layer = page.get_textpage()
    try:
        if not FEWEST_LETTERS <= layer.count_chars() <= MOST_CHARACTERS or _is_a_scan(page):
            return ()
        fragments = _fragments(layer, page.get_height())
    finally:
        layer.close()
    if not _is_plain("".join(fragment.text for fragment in fragments)):
        return ()
    return _lines(fragments, page.get_size())


def _fragments(layer: pypdfium2.PdfTextPage, height: float) -> list[_Fragment]:
    """PDF measures upwards from the lower edge; we read downwards."""
    found = []
    for index in range(layer.count_rects()):
        left, bottom, right, top = layer.get_rect(index)
        text = clean(layer.get_text_bounded(left, bottom, right, top))
        if text:
            found.append(_Fragment(left, height - top, right, height - bottom, text))
    return found


def _lines(fragments: list[_Fragment], size: tuple[float, float]) -> tuple[Line, ...]:
    rows = rows_of(fragments, middle=lambda it: (it.top + it.bottom) / 2, height=lambda it: it.bottom - it.top)
    return tuple(
        Line(text=joined.text, box=_box(joined, size), score=1.0, row=number)
        for number, row in enumerate(rows)
        for joined in _joined(sorted(row, key=lambda it: it.left))
    )


def _joined(row: list[_Fragment]) -> list[_Fragment]:
    """Fragments of one row, those that touch made one."""
    line = [row[0]]
    for before, fragment in pairwise(row):
        if fragment.left - before.right > SAME_WORD_GAP * (fragment.bottom - fragment.top):
            line.append(fragment)
        else:
            line[-1] = _together(line[-1], fragment)
    return line


def _together(one: _Fragment, other: _Fragment) -> _Fragment:
    return _Fragment(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
        one.text + other.text,
    )


def _box(fragment: _Fragment, size: tuple[float, float]) -> Box:
    width, height = (max(side, 1.0) for side in size)
    left, right = sorted(_share(edge, width) for edge in (fragment.left, fragment.right))
    top, bottom = sorted(_share(edge, height) for edge in (fragment.top, fragment.bottom))
    return Box(left=left, top=top, right=right, bottom=bottom)


def _share(edge: float, side: float) -> float:
    return min(1.0, max(0.0, edge / side))


def _is_a_scan(page: pypdfium2.PdfPage) -> bool:
    width, height = page.get_size()
    covered = 0.0
    for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = picture.get_bounds()
        covered += (right - left) * (top - bottom)
    return bool(covered > PICTURE_SHARE * width * height)


def _is_plain(text: str) -> bool:
    letters = [char for char in text if not char.isspace()]
    known = sum(unicodedata.category(char)[0] in "LNPSM" and char != "�" for char in letters)
    return len(letters) >= FEWEST_LETTERS and known >= PLAIN_SHARE * len(letters)
