"""What a Word document is written with: paragraphs, runs, tables, in the official faces (GB/T 9704).

Law of this file: it knows sizes and faces, and no paper, form or block. Where python-docx has no word for something,
WordprocessingML (ISO/IEC 29500-1) is written. Imported when the first document is drawn, not before.
"""

from __future__ import annotations

from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from services.forms.domain.composition import CELL_PADDING
from services.forms.domain.definition import Page

TITLE_FACE, BODY_FACE, HEAD_FACE, NOTE_FACE = "方正小标宋简体", "仿宋", "黑体", "楷体"
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_TWIPS_PER_MM = 1440 / 25.4


class Pen:
    """Writes at the end of one document. Lengths are millimetres, type sizes points."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.document: Any = Document()

    def table(self, columns: tuple[float, ...], *, ruled: bool, padding: float = CELL_PADDING) -> Any:
        """A table of these widths that has no row yet."""
        table = self.document.add_table(0, len(columns))
        if ruled:
            table.style = "Table Grid"
        pad(table, padding)
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        for column, width in zip(table.columns, columns, strict=True):
            column.width = Mm(width)
        return table

    def gap(self) -> None:
        """A low line between two tables: without one, Word joins them."""
        self.document.add_paragraph().paragraph_format.line_spacing = Pt(6)

    def line(
        self, words: str, face: str | None = None, size: float | None = None, align: WD_ALIGN_PARAGRAPH | None = None
    ) -> Any:
        """A paragraph of one run."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = align
        if size:
            paragraph.paragraph_format.line_spacing = 1.0
        self.run(paragraph, words, face, size)
        return paragraph

    def indent(self, paragraph: Any) -> None:
        """Begin it two characters in."""
        paragraph.paragraph_format.first_line_indent = Pt(2 * self.page.text_size)

    def run(
        self, paragraph: Any, words: str, face: str | None = None, size: float | None = None, *, bold: bool = False
    ) -> Any:
        """Words at the end of a paragraph."""
        run = paragraph.add_run(words)
        if face:
            set_face(run.element.get_or_add_rPr(), face)
        if size:
            run.font.size = Pt(size)
        if bold:
            run.bold = True
        return run


def set_face(properties: Any, face: str) -> None:
    """For every script alike: which of them a character belongs to, Word decides."""
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), face)


def set_widths(cells: Any, widths: tuple[float, ...]) -> None:
    """Of the cells of a row, in millimetres; LibreOffice goes by these."""
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Mm(width)


def span(cells: Any) -> None:
    """Make the first of these cells as wide as all of them. ``merge()`` does the same, and takes ten times as long."""
    first, *others = cells
    for other in others:
        other._tc.getparent().remove(other._tc)  # noqa: SLF001 - see above
    if others:
        first._tc.grid_span = len(cells)  # noqa: SLF001 - see above


def pad(table: Any, millimetres: float) -> None:
    """The room left and right of the words of every cell."""
    margins = element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element(f"w:{side}", w=str(round(millimetres * _TWIPS_PER_MM)), type="dxa"))
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")  # noqa: SLF001 - python-docx has no way to say so


def element(name: str, **attributes: str) -> Any:
    """An element of WordprocessingML with its attributes."""
    made = OxmlElement(name)
    for attribute, value in attributes.items():
        made.set(qn(f"w:{attribute}"), value)
    return made
