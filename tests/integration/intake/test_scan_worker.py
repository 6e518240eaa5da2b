"""The worker as a process: locked in, killed, stopped, crashing, idle; and the service that goes on."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.intake.domain.scan_text import Unreadable, UnreadableScan
from services.intake.readers.ocr import WorkerOcr
from services.intake.readers.scan_worker import TRIES, ScanWorker, WorkerLimits, WorkerUnavailable
from tests.parts.fax_pages import make_fax

ROOT = Path(__file__).parents[3]
FAX = make_fax(["投诉信", "我叫孟庆兰。"])
HANG = 16
"""Seconds given to a page where a test waits for them to pass; a first page needs one, ten where workers of other tests have the processors."""

READ = {"do": "read", "media_type": ""}
ODD = "tests.parts.odd_scan_workers"
ENGINE_KB = 150_000
"""A worker larger than this is loading its recogniser: in the middle of a job."""


@pytest.fixture
async def reader() -> AsyncIterator[WorkerOcr]:
    """A reader of the test's own."""
    worker = WorkerOcr()
    yield worker
    await worker.close()


def memory_kb(pid: int) -> int:
    """Memory that a process holds now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


def is_running(pid: int) -> bool:
    """Whether a process is there, and not only its entry."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


async def until(condition: Callable[[], bool], *, seconds: float = 120) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_worker_killed_in_the_middle_of_a_page_is_started_again(reader: WorkerOcr) -> None:
    """The kernel may take it for its memory; the fax is read all the same, and nobody notices."""
    job = asyncio.create_task(reader.read(FAX, ""))
    await until(lambda: reader.reading.pid is not None and memory_kb(reader.reading.pid) > ENGINE_KB)
    first = reader.reading.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert "孟庆兰" in (await job).text
    assert reader.reading.pid != first


async def test_a_worker_that_hangs_is_killed_and_the_next_scan_is_read() -> None:
    """SIGSTOP is what an endless loop looks like from outside."""
    reader = WorkerOcr(WorkerLimits(page=HANG))
    await reader.picture(FAX, "", page=1)
    stopped = reader.drawing.pid
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(UnreadableScan) as refused:
        await reader.picture(FAX, "", page=1)
    assert refused.value.reason is Unreadable.TIMEOUT
    assert HANG <= time.monotonic() - began < HANG + 60
    assert not is_running(stopped)
    assert await reader.picture(FAX, "", page=1)
    await reader.close()


async def test_an_idle_worker_is_stopped_and_started_when_needed() -> None:
    """Its 300 MB go back to the machine between faxes."""
    reader = WorkerOcr(WorkerLimits(idle=0.2))
    await reader.picture(FAX, "", page=1)
    idle = reader.drawing.pid
    assert idle is not None
    await until(lambda: not is_running(idle))
    assert reader.drawing.pid is None
    assert await reader.picture(FAX, "", page=1)
    await reader.close()


async def test_a_caller_that_gives_up_leaves_no_answer_behind(reader: WorkerOcr) -> None:
    """The next caller never gets the answer that was meant for the one that left."""
    other = make_fax(["另一封信"])
    expected = await reader.picture(other, "", page=1)
    left = reader.drawing.pid
    assert left is not None
    os.kill(left, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await reader.picture(FAX, "", page=1)
    assert await reader.picture(other, "", page=1) == expected
    assert reader.drawing.pid != left


async def test_a_closed_reader_leaves_no_process_and_takes_no_job(reader: WorkerOcr) -> None:
    """After the service's end nothing of it is left."""
    await reader.picture(FAX, "", page=1)
    pid = reader.drawing.pid
    assert pid is not None
    await reader.close()
    assert not is_running(pid)
    with pytest.raises(WorkerUnavailable):
        await reader.picture(FAX, "", page=1)


async def test_a_worker_dies_with_its_service() -> None:
    """A service that is killed leaves no orphan at work on a bomb."""
    script = (
        "import asyncio, sys; sys.path.insert(0, '.')\n"
        "from services.intake.readers.ocr import WorkerOcr\n"
        "from tests.parts.fax_pages import make_fax\n"
        "async def main():\n"
        "    reader = WorkerOcr()\n"
        "    await reader.picture(make_fax(['x']), '', page=1)\n"
        "    print(reader.drawing.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert service.stdout is not None
    pid = int(await service.stdout.readline())
    os.kill(pid, signal.SIGSTOP)
    service.kill()
    await service.wait()
    await until(lambda: not is_running(pid))


ODD_ENDS = [
    (b"hang", Unreadable.TIMEOUT),
    (b"crash", Unreadable.CRASHED),
    (b"babble", Unreadable.CRASHED),
    (b"shout", Unreadable.CRASHED),
]


@pytest.mark.parametrize(("part", "reason"), ODD_ENDS)
async def test_a_file_that_breaks_its_worker_is_given_to_a_person(part: bytes, reason: Unreadable) -> None:
    """A crash is tried three times, a hang once; neither is tried for ever."""
    worker = ScanWorker(WorkerLimits(page=1), program=ODD)
    with pytest.raises(UnreadableScan) as refused:
        await worker.do(READ, part)
    assert refused.value.reason is reason
    assert worker.pid is None
    assert worker.starts == (1 if reason is Unreadable.TIMEOUT else TRIES)
    await worker.close()


async def test_an_answer_that_makes_no_sense_is_not_believed() -> None:
    """A worker that a file has taken over can say what it likes; it isn't a scan's text."""
    reader = WorkerOcr()
    reader.reading = ScanWorker(program=ODD)
    with pytest.raises(UnreadableScan):
        await reader.read(b"%PDF-lie", "")
    await reader.close()


@pytest.mark.parametrize("program", [ODD, "no.such.program"])
async def test_what_is_our_fault_is_never_blamed_on_the_scan(program: str) -> None:
    """No recogniser, no worker: the scan waits and is tried again later, and a person of ours is told."""
    worker = ScanWorker(program=program)
    with pytest.raises(WorkerUnavailable):
        await worker.do(READ, b"confess")
    await worker.close()


CELL = """
import json, os, socket, subprocess, sys
from pathlib import Path
from services.intake.readers.confinement import confine

def fails(deed):
    try:
        deed()
    except (OSError, MemoryError) as refusal:
        return type(refusal).__name__
    return "done"

locks = confine([Path("services"), Path("shared")])
print(json.dumps({
    "locks": locks,
    "deeds": {
        "read": fails(lambda: Path("/etc/passwd").read_text()),
        "list": fails(lambda: os.listdir("/home")),
        "write": fails(lambda: Path("/tmp/escaped").write_text("x")),
        "connect": fails(lambda: socket.socket()),
        "run": fails(lambda: os.execv("/bin/true", ["true"])),
        "allocate": fails(lambda: bytearray(3 * 1024**3)),
        "read own code": fails(lambda: Path("services/__init__.py").read_text()),
    },
}))
"""

DEEDS = [
    ("read", "landlock", "PermissionError"),
    ("list", "landlock", "PermissionError"),
    ("write", "landlock", "PermissionError"),
    ("connect", "seccomp", "PermissionError"),
    ("run", "seccomp", "PermissionError"),
    ("allocate", "limits", "MemoryError"),
]


def test_a_taken_over_worker_can_neither_read_nor_tell() -> None:
    """Each deed that a lock forbids fails under it: files, folders, writing, sockets, programs, memory; its own code it reads."""
    answer = subprocess.run([sys.executable, "-c", CELL], cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(answer.stdout)
    assert "limits" in told["locks"]
    assert told["deeds"]["read own code"] == "done"
    held = [(deed, refusal) for deed, lock, refusal in DEEDS if lock in told["locks"]]
    assert [(deed, told["deeds"][deed]) for deed, _ in held] == held


def test_the_service_itself_loads_no_decoder() -> None:
    """What a stranger's file could attack is not in the process that holds the keys."""
    script = (
        "import sys; import services.intake.readers.ocr, services.intake.readers.fake_ocr\n"
        "print([name for name in ('cv2', 'PIL', 'numpy', 'onnxruntime', 'pikepdf', 'pypdfium2', 'rapidocr') "
        "if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


async def test_no_damage_to_a_fax_ends_in_anything_but_a_picture_or_a_reason(reader: WorkerOcr) -> None:
    """Sixty faxes with bytes turned at random, cut and doubled: not one exception of another kind, not one crash."""
    dice = random.Random(20201)
    outcomes = [await outcome(reader, damaged(FAX, dice)) for _ in range(60)]
    assert {"picture", Unreadable.DAMAGED} <= set(outcomes)
    assert set(outcomes) <= {"picture", Unreadable.DAMAGED, Unreadable.TOO_MANY_PIXELS, Unreadable.UNSUPPORTED}


async def outcome(reader: WorkerOcr, data: bytes) -> str:
    """What became of one file."""
    try:
        await reader.picture(data, "", page=1)
    except UnreadableScan as refused:
        return refused.reason
    return "picture"


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A few bytes turned, in the directory as often as in the strips; sometimes the end is missing."""
    broken = bytearray(data)
    for _ in range(dice.randint(1, 12)):
        broken[dice.choice((dice.randrange(len(broken)), dice.randrange(len(broken) - 250, len(broken))))] ^= (
            1 << dice.randrange(8)
        )
    return bytes(broken[: dice.choice((len(broken), len(broken), dice.randrange(len(broken))))])
