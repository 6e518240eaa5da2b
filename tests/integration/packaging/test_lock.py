"""The lock files: everything by hash, from no particular index, the same versions for running and for developing."""

import re
import tomllib

import pytest

from tests.parts.compose import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def _pins(lock: str) -> set[str]:
    return set(re.findall(r"^[A-Za-z0-9_.-]+==\S+(?: ; .+?)?(?= \\$)", (ROOT / lock).read_text(), re.MULTILINE))


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ;]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash_and_no_line_an_address(lock: str):
    """Nothing is installed that isn't the very file that was resolved, and the lock names no place to get it from."""
    text = (ROOT / lock).read_text()
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) > 50
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "--index" not in text


def test_the_development_lock_holds_the_runtime_lock():
    """What is tested is what runs."""
    assert _pins("requirements.lock") <= _pins("requirements-dev.lock")


def test_the_locks_hold_what_the_project_asks_for():
    """A dependency that was added without `make lock` is noticed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = {lock: {pin.split("==")[0] for pin in _pins(lock)} for lock in LOCKS}
    runtime = _names(project["dependencies"]) | _names(project["optional-dependencies"]["build"])
    assert runtime <= locked["requirements.lock"]
    assert runtime | _names(project["optional-dependencies"]["dev"]) <= locked["requirements-dev.lock"]
