"""What a form is, whatever it is printed with: its fields, its blocks in reading order, its pages.

Law of this file: a form is data. Titles, labels, their order and their sizes stand here once, and every renderer draws
from them. It must not know any renderer, any font, any particular form (those are in ``services.forms.templates``) or
what the fields will hold.

Lengths are millimetres, type sizes points (1/72 inch).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

BLANK_DATE = "　　年　　月　　日"
"""What a date field shows until somebody writes the date in by hand."""


class FormId(StrEnum):
    """Every document that the centre issues."""

    DISPOSITION = "disposition"  # 处置单
    FEEDBACK = "feedback"  # 反馈单
    EXTENSION = "extension"  # 延期申请单
    UNIT_REFUSAL = "unit_refusal"  # 不予受理通知单
    RECEIPT = "receipt"  # 投诉回执
    WRITTEN_STATEMENT = "written_statement"  # 重大事项投诉书
    ACCEPTANCE_NOTICE = "acceptance_notice"  # 受理告知书
    REFUSAL_NOTICE = "refusal_notice"  # 不予受理告知书
    REDIRECT_NOTICE = "redirect_notice"  # 管辖告知书
    FOLLOW_UP_RECORD = "follow_up_record"  # 回访记录
    RESULT_NOTICE = "result_notice"  # 处置结果通报
    BOX_RECORD = "box_record"  # 意见箱开箱记录
    CALL_LIST = "call_list"  # 电话清单
    MONTHLY_REPORT = "monthly_report"  # 统计分析, of a month, a quarter, a year or other days


class FieldKind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    """One line, written by the office: numbers, names of officials, limits."""
    TEXT = "text"
    """Free text of any length, in paragraphs; may hold anything a person wrote."""
    DATE = "date"
    """A date in the Chinese way of writing it; blank shows the place for writing it by hand."""
    ROWS = "rows"
    """The rows of a listing."""


class Identity(StrEnum):
    """What a field tells of who the complainant is: what art. 17 protects."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. ``title`` is its Chinese name on the page where a person fills it in.

    ``columns`` says of the columns of ROWS what ``identity`` says of the other kinds; short of columns, nothing.
    """

    name: str
    title: str
    kind: FieldKind = FieldKind.LINE
    identity: Identity | None = None
    columns: tuple[Identity | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A cell of printed words; line breaks as in the regulation's text."""

    text: str
    span: int = 1


@dataclass(frozen=True, slots=True)
class Value:
    """A cell to fill in. ``foot`` is printed in its lower right corner, as （可附页） is in annexes 3 and 4."""

    field: str
    span: int = 1
    top: bool = False
    foot: str = ""
    large: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A cell to sign in: the name or opinion, and the date in the lower right corner."""

    field: str
    dated: str
    span: int = 1


Cell = Label | Value | Signature


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a grid, at least ``height`` high."""

    height: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table of labels and values; ``columns`` are widths."""

    columns: tuple[float, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SealLine:
    """承办单位（盖章）： the unit's name, over which the unit puts its seal."""

    label: str
    field: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a document."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text with ``{field}`` where something is filled in.

    ``underlined`` rules a line under what is filled in, as where a form leaves a gap to write in.
    """

    template: str
    indent: bool = True
    underlined: bool = False


@dataclass(frozen=True, slots=True)
class Ruled:
    """A label, and at least ``lines`` ruled lines to write on."""

    label: str
    field: str
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a letter, at the right: who, when, and the place of the seal (over these lines)."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A table of as many rows as the field has; its head repeats on every page.

    ``bar`` is the place of a column of figures that are also drawn as bars; the words stay the same.
    """

    field: str
    headings: tuple[str, ...]
    columns: tuple[float, ...]
    bar: int | None = None


Block = Grid | SealLine | Heading | Paragraph | Ruled | Closing | Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page and its type: GB/T 9704 sizes where a document is a letter, smaller where it is a table."""

    width: float = 210
    height: float = 297
    top: float
    bottom: float
    side: float
    title_size: float
    text_size: float
    qr_size: float = 16
    leading: float
    """The gap between two lines, in units of the type size."""

    @property
    def text_width(self) -> float:
        """Between the margins, in millimetres."""
        return self.width - 2 * self.side


TABLE_PAGE = Page(top=28, bottom=20, side=25, title_size=20, text_size=12, leading=0.5)
HALVES_PAGE = Page(top=9, bottom=11, side=25, title_size=16, text_size=10.5, leading=0.35, qr_size=12)
LETTER_PAGE = Page(top=37, bottom=25, side=27, title_size=22, text_size=16, leading=0.8)
WIDE_PAGE = Page(width=297, height=210, top=22, bottom=18, side=18, title_size=18, text_size=10.5, leading=0.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One document of the centre, as it is defined.

    ``article`` is the article that asks for it; ``annex`` its number among the regulation's annexes, if it is one.
    ``parts`` are printed one under the other on one sheet with a cut line between them, each with the whole body; the name
    of each stands behind the title, and may be a ``{field}``;
    ``copies`` is how many the regulation wants handed in.
    """

    id: FormId
    title: str
    article: str
    annex: str = ""
    template_version: str
    page: Page
    fields: tuple[Field, ...]
    body: tuple[Block, ...]
    parts: tuple[str, ...] = ()
    copies: int = 1
    notes: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """The field of that name; raises KeyError where the form has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.id} has no field {name}")

    def labels(self) -> Iterator[str]:
        """The words printed on every copy whatever is filled in, in reading order, as the regulation lists them."""
        for block in self.body:
            match block:
                case Grid(rows=rows):
                    yield from (cell.text for row in rows for cell in row.cells if isinstance(cell, Label))
                case SealLine(label=label) | Ruled(label=label):
                    yield label
                case Listing(headings=headings):
                    yield from headings
                case _:
                    pass
