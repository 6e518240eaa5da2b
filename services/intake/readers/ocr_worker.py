"""The process that opens strangers' scans: ``python -m services.intake.readers.ocr_worker``, spoken to over pipes.

Law of this file: it locks itself in before it decodes anything, answers one job at a time, and sends each page as soon
as it is read, so that the service can tell a slow page from a hang. A fault of the file is answered; a fault of the
recogniser ends the process, and the service starts another. It must not know why a scan is read.

Jobs: ``read`` (blob: the file) is answered by one ``page`` frame each, then ``done``; ``picture`` by one ``picture``
frame (blob: PNG). Either may be answered by ``unreadable`` (the file's fault). Before the first job it says ``ready``;
it says ``broken`` (our fault) where it can't be locked in or the recogniser can't be loaded, and ends.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from services.intake.domain.scan_text import Box, Page, Turn, Unreadable, UnreadableScan
from services.intake.readers.confinement import allow_cpu, confine
from services.intake.readers.frames import Head, pack, read_frame
from services.intake.readers.scan_format import MAX_PAGES_READ

if TYPE_CHECKING:
    from services.intake.readers.page_reading import PageReader
    from services.intake.readers.scan_pages import Scan

CPU_SECONDS_A_PAGE = 150
"""More than the wall clock that the service allows: this ends a process whose service is gone."""

SERVICES = Path(__file__).resolve().parents[2]

Answer = tuple[Head, bytes]


class CannotLoad(Exception):
    """The recogniser or its models are not there: every scan would fail, none is to blame."""


class Worker:
    """Holds the recogniser once a job has needed it: pictures alone need neither its 2 s nor its memory."""

    def __init__(self) -> None:
        self._reader: PageReader | None = None

    def answer(self, job: Head, data: bytes) -> Iterator[Answer]:
        """Do one job. Only what the file is to blame for is caught."""
        from services.intake.readers.scan_pages import open_scan  # noqa: PLC0415 - decoders load inside the cell

        allow_cpu(CPU_SECONDS_A_PAGE)
        try:
            scan = open_scan(data, str(job["media_type"]))
            yield from self._read(scan, float(job["seconds"])) if job["do"] == "read" else _picture(scan, job)
        except UnreadableScan as fault:
            yield {"kind": "unreadable", "reason": fault.reason, "detail": fault.detail}, b""

    def _read(self, scan: Scan, seconds: float) -> Iterator[Answer]:
        """Read page by page, as far as the time goes; a damaged page is passed over, a blank file is not."""
        last_start = time.monotonic() + seconds
        read = has_text = False
        fault: UnreadableScan | None = None
        for number in range(1, min(scan.page_count, MAX_PAGES_READ) + 1):
            if read and time.monotonic() > last_start:
                break
            try:
                page = self._page(scan, number)
            except UnreadableScan as damaged:
                fault = damaged
                continue
            read, has_text = True, has_text or bool(page.lines)
            yield {"kind": "page", "page": page.model_dump(mode="json")}, b""
        if not has_text:
            raise fault or UnreadableScan(Unreadable.BLANK)
        yield _done(scan), b""

    def _page(self, scan: Scan, number: int) -> Page:
        allow_cpu(CPU_SECONDS_A_PAGE)
        return self._recogniser().read(number, scan.page(number), has_header=scan.has_header)

    def _recogniser(self) -> PageReader:
        if self._reader is None:
            self._reader = _load_recogniser()
        return self._reader


def _load_recogniser() -> PageReader:
    try:
        import cv2  # noqa: PLC0415 - heavy, and only loaded in this process when a page must be read

        from services.intake.readers.page_reading import PageReader  # noqa: PLC0415 - loads onnxruntime

        cv2.setNumThreads(1)
        return PageReader()
    except Exception as fault:
        raise CannotLoad(type(fault).__name__) from fault


def _done(scan: Scan) -> Head:
    return {
        "kind": "done",
        "pages_in_file": scan.page_count,
        "fax": scan.fax.model_dump(mode="json") if scan.fax else None,
        "active_content": scan.active_content,
    }


def _picture(scan: Scan, job: Head) -> Iterator[Answer]:
    from services.intake.readers.scan_pages import picture  # noqa: PLC0415 - as above

    number = int(job["page"])
    if not 1 <= number <= scan.page_count:
        raise UnreadableScan(Unreadable.EMPTY)
    region = Box.model_validate(job["region"]) if job["region"] else None
    image = picture(scan, number, turn=Turn(job["turn"]), region=region, longest_side=int(job["longest_side"]))
    yield {"kind": "picture"}, image


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Answer jobs until the service closes the pipe."""
    worker = Worker()
    while (job := read_frame(jobs)) is not None:
        for head, blob in worker.answer(*job):
            _send(answers, head, blob)


def _send(answers: BinaryIO, head: Head, blob: bytes = b"") -> None:
    answers.write(pack(head, blob))
    answers.flush()


def _take_over_stdout() -> BinaryIO:
    """Keep the pipe for frames alone: whatever a library prints goes nowhere."""
    pipe = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return pipe


def main() -> None:
    """Lock the process in, say so, and serve."""
    answers = _take_over_stdout()
    try:
        locks = confine([SERVICES, SERVICES.parent / "shared"])
        _send(answers, {"kind": "ready", "locks": locks})
        serve(sys.stdin.buffer, answers)
    except (CannotLoad, OSError) as refusal:
        _send(answers, {"kind": "broken", "detail": str(refusal)})


if __name__ == "__main__":
    main()
