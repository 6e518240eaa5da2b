"""The service's end of a scan worker: starts it when there is work, ends it when it hangs, dies or has long been idle.

Law of this file: no scan can hold the service up longer than the limits below, and no limit is enforced by the worker
alone. Bytes go in and values come out; nothing is decoded here. It must not know what a page is.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.intake.domain.scan_text import Unreadable, UnreadableScan
from services.intake.readers.frames import BrokenPipeline, Head, pack, receive_frame
from services.intake.readers.scan_format import MAX_PAGES_READ

ROOT = Path(__file__).resolve().parents[3]

WORKER = "services.intake.readers.ocr_worker"

TRIES = 3
"""A file during which the worker died this often is given to a person."""

KEPT_ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""All that a worker inherits: keys and passwords of the service are none of its business."""

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}

SMALL_HEAP = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "8388608", "MALLOC_TRIM_THRESHOLD_": "16777216"}
"""Gives a page's big buffers back to the system: 100 MB less at the peak for 5 % more time."""

FINAL_AND_FIT = ("done", "picture", "unreadable")
"""Last answers after which the worker can take another job; after ``broken`` it has ended itself."""

Answer = tuple[Head, bytes]


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Seconds, by the event loop's clock. The worst that a file can take is ``start + reading + page``."""

    start: float = 60.0
    page: float = 120.0
    """From one answer to the next: past that it hangs. A page takes 1.3 s, with every second look 5; ten times that
    where the machine has more urgent work, which the worker gives way to."""
    reading: float = 150.0
    """When this has passed no further page of the file is begun; those left are named as unread."""
    idle: float = 300.0
    """After so long without a job the worker is stopped and its memory given back."""

    @property
    def job(self) -> float:
        """The end of patience with one try at a file."""
        return self.start + self.reading + self.page


class WorkerUnavailable(Exception):
    """We are at fault: the worker can't be started or can't load its models. The scan may be tried again later."""


class WorkerDied(Exception):
    """The worker ended in the middle of a job: killed, out of memory, or crashed by the file."""


class ScanWorker:
    """One worker process, used by one job at a time; the others wait in the order they came."""

    def __init__(self, limits: WorkerLimits | None = None, *, program: str = WORKER) -> None:
        self._limits = limits or WorkerLimits()
        self._program = program
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._stop_when_idle: asyncio.Task[None] | None = None
        self._is_closed = False
        self.locks: tuple[str, ...] = ()
        """The locks that hold in the worker (``confinement``); empty until it was first started."""
        self.starts = 0
        """How often a worker was started: a number that climbs fast is files that crash it, or too little memory."""

    @property
    def pid(self) -> int | None:
        """The worker's process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def do(self, job: Head, data: bytes) -> list[Answer]:
        """Have one job done and return its answers, the last one final.

        A worker that dies is started again, at most three times in all for one job. Raises ``UnreadableScan`` (also
        timeout, crashed), ``WorkerUnavailable``.
        """
        async with self._turn:
            self._keep()
            try:
                return await self._try_again(job, data)
            finally:
                self._stop_when_idle = asyncio.create_task(self._stop_after(self._limits.idle))

    async def close(self) -> None:
        """Stop the worker for good; a job that is under way ends in ``WorkerUnavailable``."""
        self._is_closed = True
        self._keep()
        await self._stop()

    async def _try_again(self, job: Head, data: bytes) -> list[Answer]:
        for _ in range(TRIES):
            with suppress(WorkerDied):
                return await self._once(job, data)
        raise UnreadableScan(Unreadable.CRASHED)

    async def _once(self, job: Head, data: bytes) -> list[Answer]:
        """One try. Unless the worker answered to the end it is killed: what it says later belongs to no one."""
        is_fit = False
        try:
            async with asyncio.timeout(self._limits.job):
                answers = await self._converse(job, data)
            is_fit = answers[-1][0].get("kind") in FINAL_AND_FIT
        except TimeoutError:
            raise UnreadableScan(Unreadable.TIMEOUT) from None
        finally:
            if not is_fit:
                await self._stop()
        return _checked(answers)

    async def _converse(self, job: Head, data: bytes) -> list[Answer]:
        """Send the job and collect its answers, each within the time of a page."""
        process = await self._running()
        async with asyncio.timeout(self._limits.page):
            await _write(process, pack(job, data))
        answers: list[Answer] = []
        while len(answers) <= MAX_PAGES_READ:
            async with asyncio.timeout(self._limits.page):
                answers.append(await _read(process))
            if answers[-1][0].get("kind") != "page":
                return answers
        raise WorkerDied

    async def _running(self) -> Process:
        if self._is_closed:
            raise WorkerUnavailable("the scan reader is closed")
        if self._process is None or self._process.returncode is not None:
            self._process = await _start(self._program)
            self.starts += 1
            self.locks = await self._greeting(self._process)
        return self._process

    async def _greeting(self, process: Process) -> tuple[str, ...]:
        """A worker that doesn't say that it is ready is our trouble, not the scan's."""
        try:
            async with asyncio.timeout(self._limits.start):
                head, _ = await _read(process)
        except (TimeoutError, WorkerDied) as silence:
            raise WorkerUnavailable("the scan worker doesn't start: see `shouli doctor`") from silence
        if head.get("kind") != "ready":
            raise WorkerUnavailable(f"the scan worker can't be locked in: {head.get('detail')}")
        return tuple(head["locks"])

    def _keep(self) -> None:
        if self._stop_when_idle is not None:
            self._stop_when_idle.cancel()
            self._stop_when_idle = None

    async def _stop_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        async with self._turn:
            await self._stop()

    async def _stop(self) -> None:
        """Kill it: it holds nothing that could be lost, and one that is stopped (SIGSTOP) hears nothing else."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())


def _checked(answers: list[Answer]) -> list[Answer]:
    """Raise what the last answer says of the file, or of us."""
    last = answers[-1][0]
    if last.get("kind") == "unreadable":
        raise UnreadableScan(last["reason"], str(last["detail"]))
    if last.get("kind") == "broken":
        raise WorkerUnavailable(f"the scan worker can't load its recogniser: {last.get('detail')}")
    return answers


async def _start(program: str) -> Process:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        program,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={**kept, **ONE_THREAD, **SMALL_HEAP, "PYTHONPATH": str(ROOT)},
    )


async def _write(process: Process, frame: bytes) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(frame)
        await process.stdin.drain()
    except OSError:
        raise WorkerDied from None


async def _read(process: Process) -> Answer:
    assert process.stdout is not None
    try:
        return await receive_frame(process.stdout)
    except (BrokenPipeline, OSError):
        raise WorkerDied from None
