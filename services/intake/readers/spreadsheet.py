"""Spreadsheets (XLSX, ECMA-376): whether a file is one that may be opened. ``sheet_rows`` reads it.

Law of this file: what a file claims to be is checked before it is opened: a zip of that kind, no macros, no document type
declarations (XXE, entity bombs), nothing that unpacks beyond the limits. It must not know what stands in it.
"""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum

from services.intake.domain.said import Said

MOST_PARTS = 2000
LARGEST_UNPACKED = 400 * 2**20
MOST_TIMES_LARGER = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


class Refusal(StrEnum):
    """Why a file isn't opened."""

    OLD_EXCEL = "old_excel"
    MACROS = "macros"
    NOT_A_SPREADSHEET = "not_a_spreadsheet"
    TOO_LARGE = "too_large"
    DECLARATIONS = "declarations"


WHAT_TO_DO: dict[Refusal, Said] = {
    Refusal.OLD_EXCEL: Said(
        "这是旧版 Excel（.xls）或加密的文件，请另存为 .xlsx 或 CSV",
        "This is an old Excel file (.xls), or an encrypted one: save it as .xlsx or CSV",
    ),
    Refusal.MACROS: Said("文件含有宏（.xlsm），请另存为 .xlsx", "The file holds macros (.xlsm): save it as .xlsx"),
    Refusal.NOT_A_SPREADSHEET: Said("这不是能读的 .xlsx 文件", "This is no .xlsx file that can be read"),
    Refusal.TOO_LARGE: Said(
        "文件解压后过大，请分成几个文件", "The file is too large when unpacked: divide it into several"
    ),
    Refusal.DECLARATIONS: Said(
        "文件含有外部实体声明，不予打开", "The file declares outside entities and is not opened"
    ),
}


class SpreadsheetRefused(ValueError):
    """The sender is at fault; ``refusal`` says how, ``WHAT_TO_DO`` what to do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def is_zip(raw: bytes) -> bool:
    """Whether this is a zip, and so no text."""
    return raw.startswith(_ZIP)


def examine(raw: bytes) -> None:
    """Raises SpreadsheetRefused where the file isn't to be opened."""
    if raw.startswith(_OLE):
        raise SpreadsheetRefused(Refusal.OLD_EXCEL)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _examine(archive, len(raw))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as fault:
        # What zipfile raises on others' files: an unknown packing method is its NotImplementedError, a password its RuntimeError.
        raise SpreadsheetRefused(Refusal.NOT_A_SPREADSHEET) from fault


def _examine(archive: zipfile.ZipFile, packed: int) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise SpreadsheetRefused(Refusal.MACROS)
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise SpreadsheetRefused(Refusal.NOT_A_SPREADSHEET)
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > min(LARGEST_UNPACKED, packed * MOST_TIMES_LARGER + 2**20):
        raise SpreadsheetRefused(Refusal.TOO_LARGE)
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and _declares(archive, part):
            raise SpreadsheetRefused(Refusal.DECLARATIONS)


def _declares(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Document type declarations stand before the root element; zero bytes are dropped for UTF-16."""
    with archive.open(part) as content:
        head = content.read(64 * 1024).replace(b"\0", b"").upper()
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head
