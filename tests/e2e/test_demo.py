"""The demo as ``make demo`` runs it, and what a start costs."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.parts.compose import ROOT
from tests.parts.ports import LOOPBACK, free_port
from tests.parts.programs import stop_process

KEYS = ["channel", "tracking_code", "case_number", "respond_by", "message", "document"]
SEVEN = {"phone", "email", "web", "fax", "suggestion_box", "letter", "visit"}


def _environment(data: Path, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "SHOULI_DATA_DIR": str(data),
        "SHOULI_PORT": str(port),
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo has run once; holds its report."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-c", "from services.cli import main; main()", "demo", "--once", "--report", "report.json"],
        env=_environment(folder, free_port()),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder


def test_the_demo_reports_seven_channels(demo: Path):
    """Its report is a JSON list with one line a channel, each with its number, its limit, its answer and its document."""
    lines = json.loads((demo / "report.json").read_text())
    assert {line["channel"] for line in lines} == SEVEN
    assert all(list(line) == KEYS and all(line.values()) for line in lines)


def test_the_demo_leaves_real_documents(demo: Path):
    """Every document of the report is a PDF on disk."""
    for line in json.loads((demo / "report.json").read_text()):
        content = Path(line["document"]).read_bytes()
        assert content.startswith(b"%PDF-")
        assert len(content) > 10_000


def test_a_second_start_is_quick_and_lean(demo: Path, record_property):
    """Started again on its data, the house costs under 6 s of CPU to its first answer, and rests under 350 MB.

    CPU and not the clock, since a test shares the machine; the seconds are printed for whoever has it alone.
    """
    port = free_port()
    began = time.monotonic()
    with (demo / "second.out").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services"],
            env=_environment(demo, port),
            cwd=demo,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        seconds = _first_answer(f"http://{LOOPBACK}:{port}/", began)
        cpu = _cpu_seconds(process.pid)
        megabytes = _resident_megabytes(process.pid)
    finally:
        stop_process(process)
    record_property("seconds", seconds)
    record_property("megabytes", megabytes)
    print(f"second start: first answer after {seconds:.2f} s, {cpu:.2f} s of CPU, resident {megabytes:.0f} MB")
    assert cpu < 6
    assert megabytes < 350


def _cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _first_answer(url: str, began: float) -> float:
    while time.monotonic() - began < 60:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.05)
    return time.monotonic() - began


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
