"""An ``OcrReader`` that knows its files by heart, for tests of whoever uses one. Held to the same contract as the real one.

Law of this file: what it was not told is blank, and what no reader would open it refuses as they do.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from services.intake.domain.scan_text import (
    Box,
    FaxTags,
    Line,
    Page,
    ScanText,
    Turn,
    Unreadable,
    UnreadableScan,
)
from services.intake.readers.ocr import LONGEST_SIDE
from services.intake.readers.scan_format import recognise


class FakeOcr:
    """Answers what it was taught, at once."""

    def __init__(self) -> None:
        self._answers: dict[bytes, ScanText | Unreadable] = {}

    def knows(self, data: bytes, *pages: Sequence[str], score: float = 0.99, sender: str | None = None) -> ScanText:
        """From now on ``data`` reads as ``pages`` of lines, each recognised with ``score``."""
        scan = ScanText(
            pages=tuple(_page(number, lines, score) for number, lines in enumerate(pages, start=1)),
            pages_in_file=len(pages),
            fax=FaxTags(sender=sender),
        )
        self._answers[data] = scan
        return scan

    def refuses(self, data: bytes, reason: Unreadable) -> None:
        """From now on ``data`` can't be read."""
        self._answers[data] = reason

    async def read(self, data: bytes, media_type: str) -> ScanText:
        """See ``OcrReader``."""
        return self._answer(data, media_type)

    async def picture(
        self,
        data: bytes,
        media_type: str,
        *,
        page: int,
        turn: Turn = Turn.AS_FED,
        region: Box | None = None,
        longest_side: int = LONGEST_SIDE,
    ) -> bytes:
        """See ``OcrReader``: a grey PNG of one row, as long as what was asked for, told apart by its shade."""
        if page > self._answer(data, media_type).pages_in_file:
            raise UnreadableScan(Unreadable.EMPTY)
        share = region.right - region.left if region else 1.0
        shade = zlib.crc32(data + f"{page}{turn}{region}".encode()) % 256
        return _png(max(1, round(longest_side * share)), shade)

    def _answer(self, data: bytes, media_type: str) -> ScanText:
        recognise(data, media_type)
        answer = self._answers.get(data, Unreadable.BLANK)
        if isinstance(answer, Unreadable):
            raise UnreadableScan(answer)
        return answer


def _page(number: int, lines: Sequence[str], score: float) -> Page:
    height = 1 / (len(lines) + 1)
    return Page(
        number=number,
        lines=tuple(
            Line(
                text=text,
                box=Box(left=0.1, top=row * height, right=0.9, bottom=(row + 1) * height),
                score=score,
                row=row,
            )
            for row, text in enumerate(lines)
        ),
    )


def _png(width: int, shade: int) -> bytes:
    """One grey row (PNG, ISO/IEC 15948): written here, since the service's process decodes and encodes no pictures."""
    header = struct.pack("!IIBBBBB", width, 1, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\x00" + bytes([shade]) * width)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))
