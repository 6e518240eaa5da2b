"""The rows of a spreadsheet's first sheet (ECMA-376 part 1, §18.3): values only, no formula evaluated, no link followed.

Law of this file: one pass with libxml2, one row in memory at a time (measured: a fifth of the time of openpyxl's reader, whose
cells are objects); no entity is resolved and nothing is fetched; a cell is text, a moment, or the text of a formula. Call
``spreadsheet.examine`` first: it refuses what must not be parsed. It must not know what a column means.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import IO

from lxml import etree

from services.intake.domain.call_table import MOST_COLUMNS, Cell, Formula
from services.intake.readers.spreadsheet import Refusal, SpreadsheetRefused

MOST_BLANK_ROWS = 10_000
"""In a row; Excel marks rows as used to the very end of the sheet, 1 048 576."""
_HARMLESS: dict[str, bool] = {
    "resolve_entities": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_LETTERS = re.compile(r"[A-Z]{1,3}")
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Built-in number formats that are dates or times (§18.8.30), those of East Asian versions among them."""
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - spreadsheets know no zones


@dataclass(frozen=True, slots=True)
class _Book:
    sheet: str
    strings: list[str]
    date_styles: frozenset[int]
    epoch: datetime


def rows(raw: bytes) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Every row that isn't blank, with its number in the sheet. Raises SpreadsheetRefused where the parts are broken."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            book = _opened(archive)
            with archive.open(book.sheet) as sheet:
                yield from _rows(sheet, book)
    except (
        KeyError,
        IndexError,
        ValueError,
        OverflowError,
        etree.XMLSyntaxError,
        zipfile.BadZipFile,
        EOFError,
    ) as fault:
        raise SpreadsheetRefused(Refusal.NOT_A_SPREADSHEET) from fault


def _rows(sheet: IO[bytes], book: _Book) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    number = blank = 0
    for row in _elements(sheet, "row"):
        number = int(row.get("r") or number + 1)
        cells = _cells(row, book)
        if any(str(cell).strip() for cell in cells):
            blank = 0
            yield number, cells
        elif (blank := blank + 1) > MOST_BLANK_ROWS:
            return


def _elements(content: IO[bytes], name: str) -> Iterator[etree._Element]:
    """The elements of this name as they end; what is done with is let go of."""
    found = etree.iterparse(content, tag=f"{{*}}{name}", **_HARMLESS)
    for _, element in found:
        yield element
        element.clear()
        while (before := element.getprevious()) is not None:
            before.getparent().remove(before)


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def _cells(row: etree._Element, book: _Book) -> tuple[Cell, ...]:
    found: dict[int, Cell] = {}
    for place, cell in enumerate(row):
        found[_column(cell.get("r"), place)] = _value(cell, book)
    width = min(max(found, default=-1) + 1, MOST_COLUMNS)
    return tuple(found.get(column, "") for column in range(width))


def _column(reference: str | None, place: int) -> int:
    """``C7`` is column 2; without a reference, the place in the row."""
    column = _numbered((reference or "").rstrip("0123456789"))
    return place if column is None else column


@lru_cache(maxsize=1024)  # a sheet has few columns, and each stands in every row
def _numbered(letters: str) -> int | None:
    if not _LETTERS.fullmatch(letters):
        return None
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _value(cell: etree._Element, book: _Book) -> Cell:
    parts = {part.tag.rpartition("}")[2]: part for part in cell}
    if "f" in parts:
        return Formula(f"={parts['f'].text or ''}")
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(parts["is"]) if "is" in parts else ""
    said = (parts["v"].text or "") if "v" in parts else ""
    if kind == "s":
        return book.strings[int(said)] if said else ""
    if kind == "d":
        return datetime.fromisoformat(said).replace(tzinfo=None)
    if kind != "n" or not said:
        return said
    return _number(said, is_date=int(cell.get("s", "0")) in book.date_styles, epoch=book.epoch)


def _number(said: str, *, is_date: bool, epoch: datetime) -> Cell:
    """A number as a person sees it, or the moment that its format makes of it."""
    value = float(said)
    if is_date and value >= 1:
        return epoch + timedelta(seconds=round(value * 86400))
    return str(int(value)) if value.is_integer() else said


def _text(item: etree._Element) -> str:
    """The text of a string item: its runs joined, phonetic hints (rPh) left out."""
    said = []
    for part in item:
        if _bare(part.tag) == "t":
            said.append(part.text or "")
        elif _bare(part.tag) == "r":
            said.extend(run.text or "" for run in part if _bare(run.tag) == "t")
    return "".join(said)


def _opened(archive: zipfile.ZipFile) -> _Book:
    names = frozenset(archive.namelist())
    workbook = _parsed(archive, "xl/workbook.xml")
    first = next(element for element in workbook.iter() if _bare(element.tag) == "sheet")
    relation = next(value for name, value in first.attrib.items() if _bare(name) == "id" and name != "sheetId")
    targets = {each.get("Id"): each.get("Target", "") for each in _parsed(archive, "xl/_rels/workbook.xml.rels")}
    sheet = posixpath.normpath(posixpath.join("/xl", targets[relation])).lstrip("/")
    properties = next((each for each in workbook if _bare(each.tag) == "workbookPr"), None)
    starts_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    return _Book(
        sheet=sheet,
        strings=_strings(archive) if "xl/sharedStrings.xml" in names else [],
        date_styles=_date_styles(_parsed(archive, "xl/styles.xml")) if "xl/styles.xml" in names else frozenset(),
        epoch=_EPOCH_1904 if starts_1904 else _EPOCH,
    )


def _parsed(archive: zipfile.ZipFile, name: str) -> etree._Element:
    return etree.fromstring(archive.read(name), etree.XMLParser(**_HARMLESS))


def _strings(archive: zipfile.ZipFile) -> list[str]:
    with archive.open("xl/sharedStrings.xml") as content:
        return [_text(item) for item in _elements(content, "si")]


def _date_styles(styles: etree._Element) -> frozenset[int]:
    """The places in ``cellXfs`` whose number format is a date."""
    own = {
        int(each.get("numFmtId", "0")): _QUOTED.sub("", each.get("formatCode", ""))
        for each in styles.iter()
        if _bare(each.tag) == "numFmt"
    }
    dates = _DATE_FORMATS | {number for number, code in own.items() if re.search(r"[ydhs]", code, re.IGNORECASE)}
    formats = next((each for each in styles if _bare(each.tag) == "cellXfs"), etree.Element("none"))
    return frozenset(place for place, each in enumerate(formats) if int(each.get("numFmtId", "0")) in dates)
