"""The file in which rows of an import come back: each with its reasons, to be mended and sent again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from services.intake.domain.call_table import harmless


def bad_rows_file(headers: Sequence[str], rows: Sequence[tuple[int, Sequence[str], Sequence[str]]]) -> Iterator[bytes]:
    """The file line by line, with the mark by which Excel sees UTF-8; opens safely in a spreadsheet (OWASP ASVS 1.2.10)."""
    yield b"\xef\xbb\xbf" + _line(["行号", "原因", *headers])
    for number, cells, reasons in rows:
        yield _line([str(number), "；".join(reasons), *cells])


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([harmless(cell) for cell in cells])
    return out.getvalue().encode("utf-8", "replace")
