"""A form and its values, put together into a paper: what stands where, in what words, before any renderer draws it.

Law of this file: both renderers draw this and nothing else, so PDF and DOCX cannot say different things. What does not
fit its cell is given in full on an attached page (附页), and its cell says so: a form keeps to its sheet. It must not
know typst, Word or fonts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Literal

from services.forms.domain.definition import (
    BLANK_DATE,
    Block,
    Cell,
    Closing,
    FieldKind,
    Form,
    Grid,
    Heading,
    Label,
    Listing,
    Page,
    Paragraph,
    Row,
    Ruled,
    SealLine,
    Signature,
    Value,
)
from services.forms.domain.printable import first_lines, greatest_width, lines_needed, visible
from services.forms.domain.values import FormValues, Issue, Verification
from services.forms.domain.wording import MEASURE_NUMBER, shown_moment

ATTACHED_HEAD = "《{title}》附页"
COPY = "副本"
CUT_LINE = "裁切线"
CODE_CAPTION = "核验码"
SEE_ATTACHED = "……（全文见附页）"
POINTS_PER_MM = 72 / 25.4
CELL_PADDING = 2.0
"""Between a cell's rule and its words, in millimetres."""
LEAST_LINES = 2
"""Every cell may take two lines, however low it is drawn: a long name makes its row grow and needs no attached page."""
SURELY = 0.55
"""Of the width of a cell: text of several lines is sure to fit if by estimate it takes no more than this."""
GAP = "　" * 6
"""What an underlined place shows while it is blank."""

_COUNT = {1: "一", 2: "二", 3: "三", 4: "四", 5: "五", 6: "六"}


@dataclass(frozen=True, slots=True)
class Box:
    """A cell with its words. ``date`` stands in the lower right corner of a signature."""

    kind: Literal["label", "value", "signature"]
    text: str
    span: int
    top: bool = False
    foot: str = ""
    large: bool = False
    date: str = ""


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A row of boxes, at least ``height`` mm high; ``fixed`` where its words are sure to need no more.

    A row of fixed height is drawn in half the time, because nothing has to be measured.
    """

    height: float
    cells: tuple[Box, ...]
    fixed: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A grid with its words."""

    columns: tuple[float, ...]
    rows: tuple[BoxRow, ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a paragraph: printed words, or words filled in on an underlined place."""

    text: str
    underlined: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, a heading, or the line that bears the seal."""

    kind: Literal["paragraph", "heading", "seal_line"]
    runs: tuple[Run, ...]
    indent: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A label, and its words on at least ``lines`` ruled lines."""

    label: str
    text: str
    lines: int
    kind: Literal["ruled"] = "ruled"


@dataclass(frozen=True, slots=True)
class Ending:
    """The lines at the right that close a letter; the seal goes over them."""

    lines: tuple[str, ...]
    kind: Literal["closing"] = "closing"


@dataclass(frozen=True, slots=True)
class Rows:
    """A listing with its rows. ``bar`` is the column whose figures are drawn as bars too, ``portions`` how long they are."""

    headings: tuple[str, ...]
    columns: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    bar: int | None = None
    portions: tuple[float, ...] = ()
    kind: Literal["listing"] = "listing"


_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def portions(figures: Sequence[str]) -> tuple[float, ...]:
    """Each figure as a part of the greatest, 0 to 1, to four places; what is no figure is 0."""
    found = [_FIGURE.search(figure.replace(",", "")) for figure in figures]
    numbers = [float(match[0]) if match else 0.0 for match in found]
    greatest = max(numbers, default=0.0)
    return tuple(round(number / greatest, 4) if greatest else 0.0 for number in numbers)


Drawn = Table | Text | Lines | Ending | Rows


@dataclass(frozen=True, slots=True)
class Attachment:
    """附页: the whole text of a field that did not fit its cell."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document, ready to be drawn."""

    title: str
    headlines: tuple[str, ...]
    """The title of each part; one where the form isn't cut into parts."""
    page: Page
    marks: tuple[str, ...]
    """What the top of every page says, one for each copy: 副本, 预览, 一式三份 第1份."""
    body: tuple[Drawn, ...]
    notes: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    foot: str
    verification: Verification | None
    issue: Issue

    def words(self) -> Iterator[str]:
        """Everything the paper says but the marks and feet of its pages, in the order it is read."""
        for _ in self.marks:
            for place, headline in enumerate(self.headlines):
                if place:
                    yield CUT_LINE
                yield headline
                if self.verification:
                    yield CODE_CAPTION + self.verification.code
                for block in self.body:
                    yield from _words(block)
            yield from self.notes
            if self.attachments:
                yield ATTACHED_HEAD.format(title=self.title)
            for attachment in self.attachments:
                yield attachment.title
                yield attachment.text


def _words(block: Drawn) -> Iterator[str]:
    match block:
        case Table(rows=rows):
            for cell in (cell for row in rows for cell in row.cells):
                yield from (words for words in (cell.text, cell.foot, cell.date) if words)
        case Text(runs=runs):
            yield "".join(run.text for run in runs)
        case Lines(label=label, text=text):
            yield label
            yield text
        case Ending(lines=lines):
            yield from lines
        case Rows(headings=headings, rows=listed):
            yield from headings
            for row in listed:
                yield from row


def compose(form: Form, values: FormValues, issue: Issue, *, copies: int | None = None) -> Paper:
    """Put the values into the form. ``copies`` is as many as the regulation asks for unless another number is given.

    Raises WrongValues where the values aren't this form's.
    """
    values.check(form)
    filled = _Filled(form, values)
    return Paper(
        title=form.title,
        headlines=tuple(f"{form.title}（{filled.part(part)}）" for part in form.parts) or (form.title,),
        page=form.page,
        marks=tuple(_marks(form, issue, place) for place in range(1, (copies or form.copies) + 1)),
        body=tuple(drawn for block in form.body for drawn in filled.block(block)),
        notes=form.notes,
        attachments=tuple(filled.attachments.values()),
        foot=_foot(form, issue),
        verification=issue.verification,
        issue=issue,
    )


def _marks(form: Form, issue: Issue, place: int) -> str:
    marks = [
        "预览稿（未签发，不具效力）" if issue.verification is None else "",
        COPY if issue.copy else "",
        f"一式{_COUNT[form.copies]}份　第{place}份" if form.copies > 1 else "",
    ]
    return "　".join(mark for mark in marks if mark)


def _foot(form: Form, issue: Issue) -> str:
    number = f"文书编号 {issue.number}　第{issue.version}版" if issue.number else ""
    source = f"{MEASURE_NUMBER}{form.annex and f' {form.annex}'}"
    return "　".join(part for part in (source, number, f"{shown_moment(issue.issued_at)}制") if part)


class _Filled:
    """One form being filled in; collects the attachments on the way."""

    def __init__(self, form: Form, values: FormValues) -> None:
        self._form = form
        self._texts = {name: visible(text) for name, text in values.texts.items()}
        self._tables = values.tables
        self.attachments: dict[str, Attachment] = {}

    def part(self, template: str) -> str:
        """The name of a part; a gap where it is to be filled in."""
        return self._line(template) or GAP

    def block(self, block: Block) -> Iterator[Drawn]:
        match block:
            case Grid(columns=columns, rows=rows):
                yield Table(columns, tuple(self._row(columns, row) for row in rows))
            case SealLine(label=label, field=field):
                yield Text("seal_line", (Run(label), Run(self._text(field))))
            case Heading(text=text):
                yield Text("heading", (Run(text),))
            case Paragraph():
                yield from self._paragraphs(block)
            case Ruled(label=label, field=field, lines=lines):
                yield Lines(label, self._on_rules(label, field, lines), lines)
            case Closing(lines=lines):
                yield Ending(tuple(self._line(line) for line in lines))
            case Listing(field=field, headings=headings, columns=columns, bar=bar):
                listed = self._rows(field)
                yield Rows(
                    headings, columns, listed, bar, () if bar is None else portions([row[bar] for row in listed])
                )

    def _paragraphs(self, paragraph: Paragraph) -> Iterator[Text]:
        """One paragraph, or more where what is filled in has several."""
        runs: list[Run] = []
        for run in self._runs(paragraph):
            first, *others = run.text.split("\n")
            runs.append(Run(first, run.underlined))
            for other in others:
                yield Text("paragraph", tuple(runs), indent=paragraph.indent)
                runs = [Run(other, run.underlined)]
        yield Text("paragraph", tuple(runs), indent=paragraph.indent)

    def _text(self, name: str) -> str:
        given = self._texts.get(name, "")
        return given or (BLANK_DATE if self._form.field(name).kind is FieldKind.DATE else "")

    def _rows(self, name: str) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(visible(cell) for cell in row) for row in self._tables.get(name, ()))

    def _line(self, template: str) -> str:
        return "".join(run.text for run in self._runs(Paragraph(template)))

    def _runs(self, paragraph: Paragraph) -> Iterator[Run]:
        for words, name, _, _ in Formatter().parse(paragraph.template):
            if words:
                yield Run(words)
            if name:
                text = self._text(name)
                yield Run(text or GAP if paragraph.underlined else text, paragraph.underlined)

    def _row(self, columns: tuple[float, ...], row: Row) -> BoxRow:
        boxes, fixed, place = [], True, 0
        for cell in row.cells:
            width = sum(columns[place : place + cell.span])
            boxes.append(self._box(cell, width, row.height))
            fixed = fixed and (isinstance(cell, Label) or self._is_sure_to_fit(boxes[-1], width, row.height))
            place += cell.span
        return BoxRow(row.height, tuple(boxes), fixed)

    def _box(self, cell: Cell, width: float, height: float) -> Box:
        match cell:
            case Label(text=text, span=span):
                return Box("label", text, span)
            case Signature(field=field, dated=dated, span=span):
                return Box("signature", self._fit(field, width, height, spare=1), span, date=self._text(dated))
            case Value(field=field, span=span):
                shown = self._fit(field, width, height, spare=1 if cell.foot else 0)
                return Box("value", shown, span, top=cell.top, foot=cell.foot, large=cell.large)

    def _fit(self, name: str, width: float, height: float, *, spare: int) -> str:
        """The field's text, or as much as its cell holds; then the whole goes to an attached page."""
        room = max(LEAST_LINES, self._lines(height) - spare)
        return self._as_much(name, self._text(name), self._measure(width), room)

    def _on_rules(self, label: str, name: str, lines: int) -> str:
        """The same for words on ruled lines, which may become twice as many: the sheet has room for that."""
        measure = self._form.page.text_width * POINTS_PER_MM / self._form.page.text_size
        return self._as_much(name, label + self._text(name), measure, 2 * lines).removeprefix(label)

    def _as_much(self, name: str, text: str, measure: float, room: int) -> str:
        """As much of a field's text as ``room`` lines hold. One character is left free on each: a line may not begin with
        a comma, and takes it over from the next.
        """
        if lines_needed(text, measure - 1) <= room:
            return text
        self.attachments[name] = Attachment(self._form.field(name).title, self._text(name))
        shown = first_lines(text, measure - 1, room)
        while shown and lines_needed(shown + SEE_ATTACHED, measure - 1) > room:
            shown = shown[:-1]
        return shown + SEE_ATTACHED

    def _is_sure_to_fit(self, box: Box, width: float, height: float) -> bool:
        """Whether the words fit whatever letters they are made of: on one line, or on several that they don't half fill."""
        if box.large:
            return False
        measure = self._measure(width)
        if "\n" not in box.text and greatest_width(box.text) <= measure:
            return True
        spare = 1 if box.foot or box.date else 0
        return lines_needed(box.text, measure * SURELY) <= self._lines(height) - spare

    def _measure(self, width: float) -> float:
        """How many Chinese characters stand on a line of a cell."""
        return (width - 2 * CELL_PADDING) * POINTS_PER_MM / self._form.page.text_size

    def _lines(self, height: float) -> int:
        """How many lines a cell holds."""
        page = self._form.page
        type_size, leading = page.text_size / POINTS_PER_MM, page.text_size * page.leading / POINTS_PER_MM
        return int((height - 2 * CELL_PADDING + leading) / (type_size + leading))
