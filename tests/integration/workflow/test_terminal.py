"""What ops do from a terminal: the calendar, the directory, verification; as they would, with the command itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.sealing import new_key_ring, save_key_ring

ROOT = Path(__file__).parents[3]


def _shouli(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "SHOULI_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "services.cli", *words]
    return subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)


@pytest.mark.article("3")
def test_a_day_decided_at_the_terminal_stands_in_the_calendar(tmp_path: Path):
    """``calendar override`` enters a day, ``calendar show`` prints it with its notice; nonsense is refused."""
    decided = _shouli(tmp_path, "calendar", "override", "2026-11-20", "off", "--name", "停电", "--notice", "枣政办9号")
    assert decided.returncode == 0, decided.stderr
    shown = _shouli(tmp_path, "calendar", "show", "2026").stdout
    assert "2026-11-20 override_off 停电 枣政办9号" in shown
    wrong = _shouli(tmp_path, "calendar", "override", "2026-13-45", "off", "--name", "x", "--notice", "y")
    assert wrong.returncode == 2
    (tmp_path / "notice.json").write_text("{}")
    assert _shouli(tmp_path, "calendar", "load", "notice.json").returncode == 2


@pytest.mark.article("4")
def test_people_are_imported_at_the_terminal(tmp_path: Path):
    """``directory import`` takes a table; one with a fault is refused with the row."""
    save_key_ring(new_key_ring(), tmp_path / "keys.json")
    (tmp_path / "people.csv").write_text("账号,姓名,角色,单位\nwang,王立新,处置人,\n")
    taken = _shouli(tmp_path, "directory", "import", "people.csv")
    assert taken.stdout.strip() == "1 people", taken.stderr
    (tmp_path / "people.csv").write_text("账号,姓名,角色,单位\nwang,王立新,局长,\n")
    assert _shouli(tmp_path, "directory", "import", "people.csv").returncode == 2
