"""One composed paper drawn with python-docx. Imported when the first document is drawn, not before.

It names the official faces (GB/T 9704), which the clerks' computers have. What is drawn is the composed paper; this file
must not know any form. Where python-docx has no word for something, WordprocessingML (ISO/IEC 29500-1) is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from services.forms.domain.composition import (
    ATTACHED_HEAD,
    CELL_PADDING,
    CODE_CAPTION,
    CUT_LINE,
    POINTS_PER_MM,
    Attachment,
    Box,
    BoxRow,
    Drawn,
    Ending,
    Lines,
    Paper,
    Rows,
    Table,
    Text,
)
from services.forms.domain.printable import greatest_width, lines_needed
from services.forms.domain.wording import OFFICE
from services.forms.renderers.qr import qr_png

TITLE_FACE, BODY_FACE, HEAD_FACE, NOTE_FACE = "方正小标宋简体", "仿宋", "黑体", "楷体"
LISTING_SCALE = 0.88
"""The type of a listing, against that of the text around it; layout.typ has the same."""
_HEADING_SCALE = 1.2
_QR_COLUMN = 19.0
_MARGIN_NOTE = 8.0
_LISTING_PADDING = 1.5
_OFF_THE_RULE = 4.0
"""Points between a cell's rule and the words at its top or bottom."""
_BLANK = "\u3000"
_BAR_HEIGHT, _BAR_SHADE = 5.0, "737373"
_TWIPS_PER_MM = 1440 / 25.4
_AFTER_PAGE_NUMBERS = ("w:cols", "w:formProt", "w:vAlign", "w:titlePg", "w:textDirection", "w:bidi", "w:docGrid")
_AFTER_SHADE = ("w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr")
"""What comes after an element in its parent: the schema fixes the order, and Word repairs a file that breaks it."""
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def draw(paper: Paper) -> bytes:
    """The paper as a WordprocessingML package; its ZIP still tells when it was packed."""
    return _Drawing(paper).drawn()


@dataclass(frozen=True, slots=True)
class _Size:
    """Of a cell, in millimetres."""

    width: float
    height: float


class _Drawing:
    """One paper being drawn. Sizes: millimetres and points, as in the definition."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._page = paper.page
        self._document: Any = Document()

    def drawn(self) -> bytes:
        self._say_what_it_is()
        self._set_type()
        for place, mark in enumerate(self._paper.marks):
            self._begin_copy(place, mark)
            for part, headline in enumerate(self._paper.headlines):
                self._part(part, headline)
            for note in self._paper.notes:
                self._line(note, NOTE_FACE, self._page.text_size * 0.88)
            self._attached()
        target = BytesIO()
        self._document.save(target)
        return target.getvalue()

    def _say_what_it_is(self) -> None:
        about = self._document.core_properties
        made = self._paper.issue.issued_at.astimezone(UTC).replace(tzinfo=None)
        about.title, about.author, about.last_modified_by = self._paper.title, OFFICE, OFFICE
        about.comments, about.language = "", "zh-CN"
        about.created = about.modified = about.last_printed = made

    def _set_type(self) -> None:
        style = self._document.styles["Normal"]
        properties = style.element.get_or_add_rPr()
        _set_face(properties, BODY_FACE)
        properties.append(_element("w:lang", val="en-US", eastAsia="zh-CN"))
        style.font.size = Pt(self._page.text_size)
        layout = style.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing = Pt(self._page.text_size * (1 + self._page.leading))
        self._document.styles["Footer"].paragraph_format.tab_stops.clear_all()

    # --- pages

    def _begin_copy(self, place: int, mark: str) -> None:
        section = self._document.sections[0] if place == 0 else self._document.add_section()
        page = self._page
        section.page_width, section.page_height = Mm(page.width), Mm(page.height)
        section.left_margin = section.right_margin = Mm(page.side)
        section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
        section.header_distance = section.footer_distance = Mm(_MARGIN_NOTE)
        if page.width > page.height:
            section.orientation = WD_ORIENT.LANDSCAPE
        section_properties = section._sectPr  # noqa: SLF001 - python-docx has no way to restart page numbers
        section_properties.insert_element_before(_element("w:pgNumType", start="1"), *_AFTER_PAGE_NUMBERS)
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        self._run(section.header.paragraphs[0], mark, HEAD_FACE, 10)
        self._foot(section.footer.paragraphs[0])

    def _foot(self, paragraph: Any) -> None:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(self._page.text_width), WD_TAB_ALIGNMENT.RIGHT)
        # The pages of one copy; of the whole file where that is the same, because not every program knows the former.
        total = "SECTIONPAGES" if len(self._paper.marks) > 1 else "NUMPAGES"
        for words, field in ((f"{self._paper.foot}\t第 ", "PAGE"), (" 页　共 ", total), (" 页", "")):
            self._run(paragraph, words, HEAD_FACE, 8)
            if field:
                self._field(paragraph, field)

    def _field(self, paragraph: Any, instruction: str) -> None:
        """A number that the word processor works out; 1 until it does."""
        field = _element("w:fldSimple", instr=instruction)
        field.append(self._run(paragraph, "1", HEAD_FACE, 8).element)
        paragraph.paragraph_format.element.append(field)

    def _part(self, part: int, headline: str) -> None:
        if part:
            self._cut_line()
        self._headline(headline)
        for block in self._paper.body:
            self._block(block)

    def _cut_line(self) -> None:
        """Dashes from margin to margin with the word in their middle: leaders of tabs."""
        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.line_spacing = 1.0
        stops = paragraph.paragraph_format.tab_stops
        across = self._page.text_width
        stops.add_tab_stop(Mm(across / 2), WD_TAB_ALIGNMENT.CENTER, WD_TAB_LEADER.DASHES)
        stops.add_tab_stop(Mm(across), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DASHES)
        self._run(paragraph, f"\t{CUT_LINE}\t", HEAD_FACE, 8)

    def _headline(self, words: str) -> None:
        middle = self._page.text_width + 2 * _MARGIN_NOTE - 2 * _QR_COLUMN
        table = self._table((_QR_COLUMN, middle, _QR_COLUMN), ruled=False, padding=0)
        cells = table.add_row().cells
        _set_widths(cells, (_QR_COLUMN, middle, _QR_COLUMN))
        title = cells[1].paragraphs[0]
        title.alignment, cells[1].vertical_alignment = _CENTRE, WD_ALIGN_VERTICAL.CENTER
        title.paragraph_format.line_spacing = 1.0
        title.paragraph_format.element.get_or_add_pPr().append(_element("w:outlineLvl", val="0"))
        self._run(title, words, TITLE_FACE, self._page.title_size, bold=True)
        self._qr(cells[2])
        self._gap()

    def _qr(self, cell: Any) -> None:
        proof = self._paper.verification
        if proof is None:
            return
        picture, caption = cell.paragraphs[0], cell.add_paragraph()
        picture.paragraph_format.line_spacing = 1.0
        drawing = picture.add_run().add_picture(BytesIO(qr_png(proof.url)), width=Mm(self._page.qr_size - 2))
        drawing._inline.docPr.set("descr", "二维码：核验本文书真伪")  # noqa: SLF001 - python-docx has no way to say what a picture shows
        caption.paragraph_format.line_spacing = Pt(8)
        picture.alignment = caption.alignment = _CENTRE
        self._run(caption, f"{CODE_CAPTION}\n{proof.code}", HEAD_FACE, 6)

    def _attached(self) -> None:
        if not self._paper.attachments:
            return
        head = self._line(ATTACHED_HEAD.format(title=self._paper.title), HEAD_FACE, 14)
        head.paragraph_format.page_break_before = True
        for attachment in self._paper.attachments:
            self._attachment(attachment)

    def _attachment(self, attachment: Attachment) -> None:
        self._line(attachment.title, HEAD_FACE)
        for words in attachment.text.split("\n"):
            self._indent(self._line(words))

    # --- blocks

    def _block(self, block: Drawn) -> None:
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
        table = self._table(block.columns, ruled=True)
        for row in block.rows:
            self._row(table.add_row(), row, block.columns)
        self._gap()

    def _row(self, drawn: Any, row: BoxRow, columns: tuple[float, ...]) -> None:
        drawn.height, drawn.height_rule = Mm(row.height), WD_ROW_HEIGHT_RULE.AT_LEAST
        drawn._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001 - python-docx has no way to say so
        cells, place = drawn.cells, 0
        for box in row.cells:
            covered = cells[place : place + box.span]
            _span(covered)
            width = sum(columns[place : place + box.span])
            covered[0].width = Mm(width)
            place += box.span
            self._box(covered[0], box, _Size(width, row.height))

    def _box(self, cell: Any, box: Box, size: _Size) -> None:
        paragraph = cell.paragraphs[0]
        if box.kind == "label":
            cell.vertical_alignment, paragraph.alignment = WD_ALIGN_VERTICAL.CENTER, _CENTRE
            self._run(paragraph, box.text, HEAD_FACE)
            return
        last = box.foot or box.date
        cell.vertical_alignment = WD_ALIGN_VERTICAL.TOP if box.top or last else WD_ALIGN_VERTICAL.CENTER
        above, between = self._spaces(box, size)
        if box.top or last:
            paragraph.paragraph_format.space_before = Pt(above)
        self._value(cell, paragraph, box)
        if last:
            corner = cell.add_paragraph()
            corner.alignment, corner.paragraph_format.space_before = _RIGHT, Pt(between)
            self._run(corner, last, size=self._page.text_size * 0.85 if box.foot else None)

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
        self._run(paragraph, first, HEAD_FACE if box.large else None, size)
        for words in others:
            self._run(cell.add_paragraph(), words)

    def _text(self, block: Text) -> None:
        paragraph = self._document.add_paragraph()
        heading = block.kind == "heading"
        size = self._page.text_size * _HEADING_SCALE if heading else None
        for place, run in enumerate(block.runs):
            head = heading or (block.kind == "seal_line" and place == 0)
            written = self._run(paragraph, run.text, HEAD_FACE if head else None, size)
            written.underline = run.underlined or None
        if block.indent:
            self._indent(paragraph)
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
            paragraph = self._document.add_paragraph()
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(self._page.text_width), WD_TAB_ALIGNMENT.RIGHT)
            if place == 0:
                self._run(paragraph, block.label)
            self._run(paragraph, f"{words}\t").underline = True

    def _closing(self, lines: tuple[str, ...]) -> None:
        """Two characters off the right margin, each line over the middle of the longest (GB/T 9704-2012, 7.3.5)."""
        type_size = self._page.text_size
        across = self._page.text_width * POINTS_PER_MM
        longest = max(greatest_width(words) for words in lines) * type_size
        for place, words in enumerate(lines):
            paragraph = self._line(words, align=_CENTRE)
            layout = paragraph.paragraph_format
            layout.right_indent, layout.left_indent = Pt(2 * type_size), Pt(max(0.0, across - longest - 3 * type_size))
            layout.space_before = Pt(0 if place else 2 * type_size)
            layout.keep_with_next = place < len(lines) - 1

    def _listing(self, block: Rows) -> None:
        table = self._table(block.columns, ruled=True, padding=_LISTING_PADDING)
        head = self._listed(table, block.columns, block.headings, HEAD_FACE)
        head._tr.get_or_add_trPr().append(_element("w:tblHeader"))  # noqa: SLF001 - python-docx has no way to repeat a head
        for place, row in enumerate(block.rows):
            drawn = self._listed(table, block.columns, row, None)
            if block.bar is not None:
                inner = block.columns[block.bar] - 2 * _LISTING_PADDING
                _draw_bar(drawn.cells[block.bar], inner, block.portions[place])
        self._gap()

    def _listed(self, table: Any, columns: tuple[float, ...], words: tuple[str, ...], face: str | None) -> Any:
        row = table.add_row()
        cells = row.cells
        _set_widths(cells, columns)
        for cell, text in zip(cells, words, strict=False):
            cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
            cell.paragraphs[0].alignment = _CENTRE if face else None
            self._run(cell.paragraphs[0], text, face, self._page.text_size * LISTING_SCALE)
        return row

    # --- pieces

    def _table(self, columns: tuple[float, ...], *, ruled: bool, padding: float = CELL_PADDING) -> Any:
        table = self._document.add_table(0, len(columns))
        if ruled:
            table.style = "Table Grid"
        _pad(table, padding)
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        for column, width in zip(table.columns, columns, strict=True):
            column.width = Mm(width)
        return table

    def _gap(self) -> None:
        """A low line between two tables: without one, Word joins them."""
        self._document.add_paragraph().paragraph_format.line_spacing = Pt(6)

    def _line(
        self, words: str, face: str | None = None, size: float | None = None, align: WD_ALIGN_PARAGRAPH | None = None
    ) -> Any:
        paragraph = self._document.add_paragraph()
        paragraph.alignment = align
        if size:
            paragraph.paragraph_format.line_spacing = 1.0
        self._run(paragraph, words, face, size)
        return paragraph

    def _indent(self, paragraph: Any) -> None:
        paragraph.paragraph_format.first_line_indent = Pt(2 * self._page.text_size)

    def _run(
        self, paragraph: Any, words: str, face: str | None = None, size: float | None = None, *, bold: bool = False
    ) -> Any:
        run = paragraph.add_run(words)
        if face:
            _set_face(run.element.get_or_add_rPr(), face)
        if size:
            run.font.size = Pt(size)
        if bold:
            run.bold = True
        return run


def _set_face(properties: Any, face: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), face)


def _set_widths(cells: Any, widths: tuple[float, ...]) -> None:
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Mm(width)


def _span(cells: Any) -> None:
    """Make the first of these cells as wide as all of them. ``merge()`` does the same, and takes ten times as long."""
    first, *others = cells
    for other in others:
        other._tc.getparent().remove(other._tc)  # noqa: SLF001 - see above
    if others:
        first._tc.grid_span = len(cells)  # noqa: SLF001 - see above


def _pad(table: Any, millimetres: float) -> None:
    """The room left and right of the words of every cell."""
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w=str(round(millimetres * _TWIPS_PER_MM)), type="dxa"))
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")  # noqa: SLF001 - python-docx has no way to say so


def _draw_bar(cell: Any, across: float, portion: float) -> None:
    """A low empty paragraph, shaded as far as the figure's part of the greatest: it says nothing to who reads the words."""
    paragraph = cell.add_paragraph()
    layout = paragraph.paragraph_format
    layout.line_spacing, layout.right_indent = Pt(_BAR_HEIGHT), Mm(across * (1 - portion))
    if portion:
        shade = _element("w:shd", val="clear", color="auto", fill=_BAR_SHADE)
        layout.element.get_or_add_pPr().insert_element_before(shade, *_AFTER_SHADE)


def _element(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), value)
    return element
