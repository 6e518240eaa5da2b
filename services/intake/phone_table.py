"""An export file as a table: what kind it is, what its header says, and its rows one by one, whatever the technology."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from services.intake.adapters.phone_table import Call, call_in, mapped, row_key, said_in, said_of
from services.intake.domain.call_table import MOST_COLUMNS, Cell, Column, guessed_mapping
from services.intake.readers import spreadsheet, table_text

CSV, XLSX = "csv", "xlsx"
MOST_ROWS = 200_000
_ABOVE = 3
"""Rows above the header that are looked over: a title, the day of the export, Excel's ``sep=``."""
RawRow = tuple[int, tuple[Cell, ...], str | None]


@dataclass(frozen=True, slots=True)
class Shape:
    """How to read a file: its kind, and for text its charset and separator."""

    kind: str
    charset: str
    separator: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row: its number in the file, its cells as text, and either the call or the reasons why not."""

    number: int
    shown: tuple[str, ...]
    key: str
    call: Call | None
    reasons: tuple[str, ...] = ()


class NoHeader(ValueError):
    """The sender is at fault: there is not one row in the file."""


def shape_of(raw: bytes) -> Shape:
    """What the bytes are. Raises UnknownCharset or SpreadsheetRefused."""
    if spreadsheet.is_zip(raw) or raw.startswith(b"\xd0\xcf\x11\xe0"):
        spreadsheet.examine(raw)
        return Shape(XLSX, "", "")
    charset = table_text.charset_of(raw)
    return Shape(CSV, charset, table_text.separator_of(raw, charset))


def header_of(raw: bytes, shape: Shape) -> tuple[str, ...]:
    """The header row. Raises NoHeader."""
    first = next(_from_header(raw, shape), None)
    if first is None:
        raise NoHeader
    return _header(first[1])


def _header(cells: tuple[Cell, ...]) -> tuple[str, ...]:
    header = tuple(str(cell).strip() for cell in cells)
    while header and not header[-1]:
        header = header[:-1]
    return header


def read_rows(raw: bytes, shape: Shape, mapping: Mapping[str, Column], now: datetime) -> Iterator[ReadRow]:
    """Every row under the header, in order. Never raises for a row's sake."""
    rows = _from_header(raw, shape)
    header = _header(next(rows)[1])
    seen: Counter[bytes] = Counter()
    for number, cells, damaged in rows:
        meaning = mapped(cells, header, mapping)
        said = said_in(meaning)
        seen[said] += 1
        shown = tuple(str(cell) for cell in cells[:MOST_COLUMNS])
        key = row_key(said, seen[said])
        reason = damaged or _wrong_width(cells, len(header), shape.kind)
        if reason:
            yield ReadRow(number, shown, key, None, (reason,))
            continue
        call = call_in(meaning, now)
        if isinstance(call, Call):
            yield ReadRow(number, shown, key, call)
        else:
            yield ReadRow(number, shown, key, None, tuple(said_of(fault) for fault in call))


def _wrong_width(cells: tuple[Cell, ...], width: int, kind: str) -> str | None:
    """Spreadsheets leave blank cells out at the end of a row; text has them all."""
    filled = max((place for place, cell in enumerate(cells, 1) if cell), default=0)
    if filled > width:
        return f"有 {filled} 格，表头只有 {width} 列"
    if kind == CSV and len(cells) < width:
        return f"只有 {len(cells)} 格，表头有 {width} 列"
    return None


def _from_header(raw: bytes, shape: Shape) -> Iterator[RawRow]:
    """The header and all below it: what stands above in a single cell, and is no header itself, is a caption."""
    rows = _rows(raw, shape)
    first = list(islice(rows, _ABOVE + 1))
    captions = next((place for place, (_, cells, _) in enumerate(first) if not _is_caption(cells)), 0)
    return chain(first[captions:], rows)


def _is_caption(cells: tuple[Cell, ...]) -> bool:
    said = [str(cell) for cell in cells if str(cell).strip()]
    return len(said) == 1 and not guessed_mapping(said)


def _rows(raw: bytes, shape: Shape) -> Iterator[RawRow]:
    if shape.kind == XLSX:
        from services.intake.readers import sheet_rows  # noqa: PLC0415 - brings lxml: memory that a start need not pay for

        for number, cells in sheet_rows.rows(raw):
            yield number, cells, None
        return
    for record in table_text.records(raw, shape.charset, shape.separator):
        yield record.number, record.cells, record.damaged
