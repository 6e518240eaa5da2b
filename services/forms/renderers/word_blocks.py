"""The blocks of a paper drawn with python-docx: grids, running text, ruled lines, endings, listings.

Law of this file: each block looks as ``layout.typ`` draws it, as far as Word can. Imported when the first document is drawn,
not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt

from services.forms.domain.composition import (
    CELL_PADDING,
    POINTS_PER_MM,
    Box,
    BoxRow,
    Drawn,
    Ending,
    Lines,
    Rows,
    Table,
    Text,
)
from services.forms.domain.printable import greatest_width, lines_needed
from services.forms.renderers.word_pen import CENTRE, HEAD_FACE, RIGHT, Pen, element, set_widths, span

LISTING_SCALE = 0.88
"""The type of a listing, against that of the text around it; layout.typ has the same."""
HEADING_SCALE = 1.2
LISTING_PADDING = 1.5
_OFF_THE_RULE = 4.0
"""Points between a cell's rule and the words at its top or bottom."""
_BLANK = "\u3000"
_BAR_HEIGHT, _BAR_SHADE = 5.0, "737373"
_AFTER_SHADE = ("w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr")
"""What comes after an element in its parent: the schema fixes the order, and Word repairs a file that breaks it."""


@dataclass(frozen=True, slots=True)
class _Size:
    """Of a cell, in millimetres."""

    width: float
    height: float


class Blocks:
    """Draws one block after the other at the end of the document."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._page = pen.page

    def draw(self, block: Drawn) -> None:
        """One block, whatever its kind."""
        match block:
            case Table():
                self._grid(block)
            case Text():
                self._text(block)
            case Lines():
                self._ruled(block)
            case Ending(lines=lines):
                self._closing(lines)
            case Rows():
                self._listing(block)

    def _grid(self, block: Table) -> None:
        table = self._pen.table(block.columns, ruled=True)
        for row in block.rows:
            self._row(table.add_row(), row, block.columns)
        self._pen.gap()

    def _row(self, drawn: Any, row: BoxRow, columns: tuple[float, ...]) -> None:
        drawn.height, drawn.height_rule = Mm(row.height), WD_ROW_HEIGHT_RULE.AT_LEAST
        drawn._tr.get_or_add_trPr().append(element("w:cantSplit"))  # noqa: SLF001 - python-docx has no way to say so
        cells, place = drawn.cells, 0
        for box in row.cells:
            covered = cells[place : place + box.span]
            span(covered)
            width = sum(columns[place : place + box.span])
            covered[0].width = Mm(width)
            place += box.span
            self._box(covered[0], box, _Size(width, row.height))

    def _box(self, cell: Any, box: Box, size: _Size) -> None:
        paragraph = cell.paragraphs[0]
        if box.kind == "label":
            cell.vertical_alignment, paragraph.alignment = WD_ALIGN_VERTICAL.CENTER, CENTRE
            self._pen.run(paragraph, box.text, HEAD_FACE)
            return
        last = box.foot or box.date
        cell.vertical_alignment = WD_ALIGN_VERTICAL.TOP if box.top or last else WD_ALIGN_VERTICAL.CENTER
        above, between = self._spaces(box, size)
        if box.top or last:
            paragraph.paragraph_format.space_before = Pt(above)
        self._value(cell, paragraph, box)
        if last:
            corner = cell.add_paragraph()
            corner.alignment, corner.paragraph_format.space_before = RIGHT, Pt(between)
            self._pen.run(corner, last, size=self._page.text_size * 0.85 if box.foot else None)

    def _spaces(self, box: Box, size: _Size) -> tuple[float, float]:
        """Points above the words, and between them and what stands in the lower corner, reckoned from the words' length.

        No word processor can hang a line on the floor of a cell; where the reckoning is wrong, the row grows by a line.
        """
        pitch = self._page.text_size * (1 + self._page.leading)
        measure = (size.width - 2 * CELL_PADDING) * POINTS_PER_MM / self._page.text_size - 1
        words = max(1, lines_needed(box.text, measure)) * pitch
        free = size.height * POINTS_PER_MM - words - pitch - 2 * _OFF_THE_RULE
        above = 0.0 if box.top else min(free, (free + pitch) / 2)
        return _OFF_THE_RULE + max(0.0, above), max(0.0, free - max(0.0, above))

    def _value(self, cell: Any, paragraph: Any, box: Box) -> None:
        if box.large:
            paragraph.paragraph_format.line_spacing = 1.0
        size = self._page.text_size * 1.6 if box.large else None
        first, *others = box.text.split("\n")
        self._pen.run(paragraph, first, HEAD_FACE if box.large else None, size)
        for words in others:
            self._pen.run(cell.add_paragraph(), words)

    def _text(self, block: Text) -> None:
        paragraph = self._pen.document.add_paragraph()
        heading = block.kind == "heading"
        size = self._page.text_size * HEADING_SCALE if heading else None
        for place, run in enumerate(block.runs):
            head = heading or (block.kind == "seal_line" and place == 0)
            written = self._pen.run(paragraph, run.text, HEAD_FACE if head else None, size)
            written.underline = run.underlined or None
        if block.indent:
            self._pen.indent(paragraph)
        if block.kind == "seal_line":
            paragraph.paragraph_format.space_after = Mm(2)
        if heading:
            layout = paragraph.paragraph_format
            layout.keep_with_next, layout.space_before, layout.space_after = True, Mm(2), Mm(1)

    def _ruled(self, block: Lines) -> None:
        """An underlined tab carries the rule on to the margin; further lines of the form are a blank and that.

        The blank gives them their height: LibreOffice makes a line of nothing but tabs as low as it can.
        """
        first, *others = block.text.split("\n")
        measure = self._page.text_width * POINTS_PER_MM / self._page.text_size - 1
        written = [first, *others, *[_BLANK] * (block.lines - lines_needed(block.label + block.text, measure))]
        for place, words in enumerate(written):
            paragraph = self._pen.document.add_paragraph()
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(self._page.text_width), WD_TAB_ALIGNMENT.RIGHT)
            if place == 0:
                self._pen.run(paragraph, block.label)
            self._pen.run(paragraph, f"{words}\t").underline = True

    def _closing(self, lines: tuple[str, ...]) -> None:
        """Two characters off the right margin, each line over the middle of the longest (GB/T 9704-2012, 7.3.5)."""
        type_size = self._page.text_size
        across = self._page.text_width * POINTS_PER_MM
        longest = max(greatest_width(words) for words in lines) * type_size
        for place, words in enumerate(lines):
            paragraph = self._pen.line(words, align=CENTRE)
            layout = paragraph.paragraph_format
            layout.right_indent, layout.left_indent = Pt(2 * type_size), Pt(max(0.0, across - longest - 3 * type_size))
            layout.space_before = Pt(0 if place else 2 * type_size)
            layout.keep_with_next = place < len(lines) - 1

    def _listing(self, block: Rows) -> None:
        table = self._pen.table(block.columns, ruled=True, padding=LISTING_PADDING)
        head = self._listed(table, block.columns, block.headings, HEAD_FACE)
        head._tr.get_or_add_trPr().append(element("w:tblHeader"))  # noqa: SLF001 - python-docx has no way to repeat a head
        for place, row in enumerate(block.rows):
            drawn = self._listed(table, block.columns, row, None)
            if block.bar is not None:
                inner = block.columns[block.bar] - 2 * LISTING_PADDING
                draw_bar(drawn.cells[block.bar], inner, block.portions[place])
        self._pen.gap()

    def _listed(self, table: Any, columns: tuple[float, ...], words: tuple[str, ...], face: str | None) -> Any:
        row = table.add_row()
        cells = row.cells
        set_widths(cells, columns)
        for cell, text in zip(cells, words, strict=False):
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            cell.paragraphs[0].alignment = CENTRE if face else None
            self._pen.run(cell.paragraphs[0], text, face, self._page.text_size * LISTING_SCALE)
        return row


def draw_bar(cell: Any, across: float, portion: float) -> None:
    """A low empty paragraph, shaded as far as the figure's part of the greatest: it says nothing to who reads the words."""
    paragraph = cell.add_paragraph()
    layout = paragraph.paragraph_format
    layout.line_spacing, layout.right_indent = Pt(_BAR_HEIGHT), Mm(across * (1 - portion))
    if portion:
        shade = element("w:shd", val="clear", color="auto", fill=_BAR_SHADE)
        layout.element.get_or_add_pPr().insert_element_before(shade, *_AFTER_SHADE)
