"""One composed paper drawn with python-docx: its pages, copies, headlines and attached pages.

It names the official faces, which the clerks' computers have. What is drawn is the composed paper; this file must not know
any form. Imported when the first document is drawn, not before.
"""

from __future__ import annotations

from datetime import UTC
from io import BytesIO
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Mm, Pt

from services.forms.domain.composition import ATTACHED_HEAD, CODE_CAPTION, CUT_LINE, Attachment, Paper
from services.forms.domain.wording import OFFICE
from services.forms.renderers.qr import qr_png
from services.forms.renderers.word_blocks import Blocks
from services.forms.renderers.word_pen import (
    BODY_FACE,
    CENTRE,
    HEAD_FACE,
    NOTE_FACE,
    TITLE_FACE,
    Pen,
    element,
    set_face,
    set_widths,
)

_QR_COLUMN = 19.0
_MARGIN_NOTE = 8.0
_NOTE_SCALE = 0.88
_AFTER_PAGE_NUMBERS = ("w:cols", "w:formProt", "w:vAlign", "w:titlePg", "w:textDirection", "w:bidi", "w:docGrid")
"""What comes after an element in its parent: the schema fixes the order, and Word repairs a file that breaks it."""


def draw(paper: Paper) -> bytes:
    """The paper as a WordprocessingML package; its ZIP still tells when it was packed."""
    return _Drawing(paper).drawn()


class _Drawing:
    """One paper being drawn. Sizes: millimetres and points, as in the definition."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._page = paper.page
        self._pen = Pen(paper.page)
        self._blocks = Blocks(self._pen)
        self._document = self._pen.document

    def drawn(self) -> bytes:
        self._say_what_it_is()
        self._set_type()
        for place, mark in enumerate(self._paper.marks):
            self._begin_copy(place, mark)
            for part, headline in enumerate(self._paper.headlines):
                self._part(part, headline)
            for note in self._paper.notes:
                self._pen.line(note, NOTE_FACE, self._page.text_size * _NOTE_SCALE)
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
        set_face(properties, BODY_FACE)
        properties.append(element("w:lang", val="en-US", eastAsia="zh-CN"))
        style.font.size = Pt(self._page.text_size)
        layout = style.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing = Pt(self._page.text_size * (1 + self._page.leading))
        self._document.styles["Footer"].paragraph_format.tab_stops.clear_all()

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
        section_properties.insert_element_before(element("w:pgNumType", start="1"), *_AFTER_PAGE_NUMBERS)
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        self._pen.run(section.header.paragraphs[0], mark, HEAD_FACE, 10)
        self._foot(section.footer.paragraphs[0])

    def _foot(self, paragraph: Any) -> None:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(self._page.text_width), WD_TAB_ALIGNMENT.RIGHT)
        # The pages of one copy; of the whole file where that is the same, because not every program knows the former.
        total = "SECTIONPAGES" if len(self._paper.marks) > 1 else "NUMPAGES"
        for words, field in ((f"{self._paper.foot}\t第 ", "PAGE"), (" 页　共 ", total), (" 页", "")):
            self._pen.run(paragraph, words, HEAD_FACE, 8)
            if field:
                self._field(paragraph, field)

    def _field(self, paragraph: Any, instruction: str) -> None:
        """A number that the word processor works out; 1 until it does."""
        field = element("w:fldSimple", instr=instruction)
        field.append(self._pen.run(paragraph, "1", HEAD_FACE, 8).element)
        paragraph.paragraph_format.element.append(field)

    def _part(self, part: int, headline: str) -> None:
        if part:
            self._cut_line()
        self._headline(headline)
        for block in self._paper.body:
            self._blocks.draw(block)

    def _cut_line(self) -> None:
        """Dashes from margin to margin with the word in their middle: leaders of tabs."""
        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.line_spacing = 1.0
        stops = paragraph.paragraph_format.tab_stops
        across = self._page.text_width
        stops.add_tab_stop(Mm(across / 2), WD_TAB_ALIGNMENT.CENTER, WD_TAB_LEADER.DASHES)
        stops.add_tab_stop(Mm(across), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DASHES)
        self._pen.run(paragraph, f"\t{CUT_LINE}\t", HEAD_FACE, 8)

    def _headline(self, words: str) -> None:
        middle = self._page.text_width + 2 * _MARGIN_NOTE - 2 * _QR_COLUMN
        table = self._pen.table((_QR_COLUMN, middle, _QR_COLUMN), ruled=False, padding=0)
        cells = table.add_row().cells
        set_widths(cells, (_QR_COLUMN, middle, _QR_COLUMN))
        title = cells[1].paragraphs[0]
        title.alignment, cells[1].vertical_alignment = CENTRE, WD_ALIGN_VERTICAL.CENTER
        title.paragraph_format.line_spacing = 1.0
        title.paragraph_format.element.get_or_add_pPr().append(element("w:outlineLvl", val="0"))
        self._pen.run(title, words, TITLE_FACE, self._page.title_size, bold=True)
        self._qr(cells[2])
        self._pen.gap()

    def _qr(self, cell: Any) -> None:
        proof = self._paper.verification
        if proof is None:
            return
        picture, caption = cell.paragraphs[0], cell.add_paragraph()
        picture.paragraph_format.line_spacing = 1.0
        drawing = picture.add_run().add_picture(BytesIO(qr_png(proof.url)), width=Mm(self._page.qr_size - 2))
        drawing._inline.docPr.set("descr", "二维码：核验本文书真伪")  # noqa: SLF001 - python-docx has no way to say what a picture shows
        caption.paragraph_format.line_spacing = Pt(8)
        picture.alignment = caption.alignment = CENTRE
        self._pen.run(caption, f"{CODE_CAPTION}\n{proof.code}", HEAD_FACE, 6)

    def _attached(self) -> None:
        if not self._paper.attachments:
            return
        head = self._pen.line(ATTACHED_HEAD.format(title=self._paper.title), HEAD_FACE, 14)
        head.paragraph_format.page_break_before = True
        for attachment in self._paper.attachments:
            self._attachment(attachment)

    def _attachment(self, attachment: Attachment) -> None:
        self._pen.line(attachment.title, HEAD_FACE)
        for words in attachment.text.split("\n"):
            self._pen.indent(self._pen.line(words))
