"""The port for reading scans, and the real reader: two worker processes that decode what the service never touches.

Law of this file: bytes go in, ``ScanText`` comes out, or ``UnreadableScan`` says why a person must look. It must not
import a decoder or a recogniser; those live in the worker.
"""

from __future__ import annotations

from typing import Protocol

from pydantic import ValidationError

from services.intake.domain.scan_text import Box, ScanText, Turn, Unreadable, UnreadableScan
from services.intake.readers.frames import Head
from services.intake.readers.scan_format import recognise
from services.intake.readers.scan_worker import ScanWorker, WorkerLimits

LONGEST_SIDE = 1600
"""Pixels of a picture's longer side for the scan desk: an A4 fax page of 60 to 200 kB."""


class OcrReader(Protocol):
    """Reads scans. Both methods raise ``UnreadableScan`` (the file's fault) and ``WorkerUnavailable`` (ours)."""

    async def read(self, data: bytes, media_type: str) -> ScanText:
        """All that can be read of a file. The content decides what it is; the label only allows a PDF a false start."""
        ...

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
        """A page, or a ``region`` of it, as a PNG to put beside the text; ``turn`` and ``region`` as ``read`` gave them."""
        ...


class WorkerOcr:
    """Reads in one worker process and draws in another, so that a desk's picture never waits for a long fax."""

    def __init__(self, limits: WorkerLimits | None = None) -> None:
        self._limits = limits or WorkerLimits()
        self.reading = ScanWorker(self._limits)
        self.drawing = ScanWorker(self._limits)

    async def read(self, data: bytes, media_type: str) -> ScanText:
        """See ``OcrReader``. Starts the worker at the first file: 3 s, afterwards some 1.3 s a page."""
        recognise(data, media_type)
        job = {"do": "read", "media_type": media_type, "seconds": self._limits.reading}
        answers = await self.reading.do(job, data)
        *pages, done = (head for head, _ in answers)
        return _scan_text(pages, done)

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
        """See ``OcrReader``. Some 50 ms once the worker runs."""
        recognise(data, media_type)
        job = {
            "do": "picture",
            "media_type": media_type,
            "page": page,
            "turn": turn,
            "region": region.model_dump() if region else None,
            "longest_side": longest_side,
        }
        (_, image), *_ = await self.drawing.do(job, data)
        return image

    async def close(self) -> None:
        """Stop both workers."""
        await self.reading.close()
        await self.drawing.close()


def _scan_text(pages: list[Head], done: Head) -> ScanText:
    """The answers as one value; one that isn't well formed comes from a worker that a file has taken over."""
    told = {field: done.get(field) for field in ("pages_in_file", "fax", "active_content")}
    try:
        return ScanText.model_validate({**told, "pages": [page.get("page") for page in pages]})
    except ValidationError:
        raise UnreadableScan(Unreadable.CRASHED, "malformed answer") from None
