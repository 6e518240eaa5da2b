"""Which files the scan readers take: told by their first bytes, whatever their name and label say.

Law of this file: refused here means refused before any decoder has seen the file. It must not open one.
"""

from __future__ import annotations

from enum import StrEnum

from services.intake.domain.scan_text import Unreadable, UnreadableScan

MAX_BYTES = 20 * 1024 * 1024
"""A fax page is some 20 to 60 kB; 50 scanned pages stay far below."""

MAX_PAGES_READ = 50
"""Pages recognised of one file; later ones are left to a person (``ScanText.unread``)."""

MAX_FRAMES = 200
"""Frames a TIFF may hold at all: no fax is longer, and every frame costs a directory to walk."""

MAX_PIXELS = 40_000_000
"""Pixels a page may have before it is decoded: A3 at 400 dpi is 31 million, a 64 kB bomb declares 900 million."""

PDF_HEADER_WITHIN = 1024
"""Readers accept a PDF's header within the first 1,024 bytes (ISO 32000-1, annex H note 13)."""


class ScanFormat(StrEnum):
    """The four formats that are read. Anything else is shown to a person as it is."""

    TIFF = "TIFF"
    PDF = "PDF"
    PNG = "PNG"
    JPEG = "JPEG"


SIGNATURES = (
    (b"II*\x00", ScanFormat.TIFF),
    (b"MM\x00*", ScanFormat.TIFF),
    (b"%PDF-", ScanFormat.PDF),
    (b"\x89PNG\r\n\x1a\n", ScanFormat.PNG),
    (b"\xff\xd8\xff", ScanFormat.JPEG),
)


def recognise(data: bytes, media_type: str = "") -> ScanFormat:
    """Name the format of ``data``. A file labelled ``application/pdf`` may begin with up to 1 KiB of something else.

    Raises ``UnreadableScan``: empty, too_large, unsupported.
    """
    if not data:
        raise UnreadableScan(Unreadable.EMPTY)
    if len(data) > MAX_BYTES:
        raise UnreadableScan(Unreadable.TOO_LARGE)
    for signature, scan_format in SIGNATURES:
        if data.startswith(signature):
            return scan_format
    if media_type == "application/pdf" and b"%PDF-" in data[:PDF_HEADER_WITHIN]:
        return ScanFormat.PDF
    raise UnreadableScan(Unreadable.UNSUPPORTED)
