"""What may be wrong with a hotline's export as a whole, and what to tell whoever sent it.

Law of this file: the sender is at fault in every one of these, nothing of the file is taken in, and the words say what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.intake.domain.call_table import MOST_COLUMNS
from services.intake.domain.said import Said
from services.intake.phone_table import NoHeader
from services.intake.readers.spreadsheet import WHAT_TO_DO, SpreadsheetRefused
from services.intake.readers.table_text import UnknownCharset


class HeadersRefused(ValueError):
    """The sender is at fault: the columns aren't there, or are there twice; ``faults`` says all of it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("headers")
        self.faults = tuple(faults)


FileFault = UnknownCharset | SpreadsheetRefused | NoHeader | HeadersRefused
"""What may be wrong with a file as a whole."""


NOT_READ = Said(
    "认不出文字编码，请另存为 UTF-8 的 CSV 或 .xlsx",
    "The charset of the text is unknown: save it as CSV in UTF-8, or as .xlsx",
)
NO_HEADER = Said("文件是空的，没有表头", "The file is empty: it has no header row")


def why_refused(fault: FileFault) -> tuple[Said, ...]:
    """What to tell whoever sent the file, and what to do; what is wrong with its own columns is said as they are: in Chinese."""
    match fault:
        case UnknownCharset():
            return (NOT_READ,)
        case SpreadsheetRefused():
            return (WHAT_TO_DO[fault.refusal],)
        case NoHeader():
            return (NO_HEADER,)
        case HeadersRefused():
            return tuple(Said(each, each) for each in fault.faults)


def checked(headers: tuple[str, ...]) -> tuple[str, ...]:
    """A header that may be shown and mapped. Raises HeadersRefused."""
    if len(headers) > MOST_COLUMNS:
        raise HeadersRefused([f"表头有 {len(headers)} 列，最多 {MOST_COLUMNS} 列，请核对分隔符"])
    return headers
