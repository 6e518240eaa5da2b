"""What ops do to the ring and to tokens from a terminal: done, or refused in a line that says what to do; never a stack."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from shared.contracts.values import SERVICES
from shared.sealing import load_key_ring


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a house that nobody has started yet."""
    monkeypatch.setenv("SHOULI_DATA_DIR", str(tmp_path))
    return tmp_path


def _shouli(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_ring_is_made_once_and_grows(folder: Path):
    """A second one never takes its place; a rotation adds a key and says what comes next."""
    assert _shouli("keys", "new").exit_code == 0
    first = load_key_ring(folder / "keys.json")
    again = _shouli("keys", "new")
    assert (again.exit_code, "is left as it is" in " ".join(again.output.split())) == (2, True)
    assert "k2 seals from the next start on" in _shouli("keys", "rotate").output
    assert load_key_ring(folder / "keys.json").keys.items() > first.keys.items()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("keys", "rotate"), "shouli keys new"),
        (("keys", "rewrap"), "shouli keys new"),
        (("keys", "rewrap", "nowhere"), "no such place"),
        (("keys", "wrap"), "SHOULI_KMS_URL"),
        (("token", "add", "mta", "--role", "operator", "--scope", "intake:emial"), "intake:email"),
        (("token", "add", "mta", "--role", "unit_handler"), "--unit"),
        (("user", "disable", "nobody"), "there is no such account"),
    ],
)
def test_what_can_not_be_done_is_told_in_a_line(folder: Path, words: tuple[str, ...], said: str):
    """With what to do about it."""
    refused = _shouli(*words)
    assert refused.exit_code == 2
    assert said in " ".join(refused.output.replace("│", " ").split())


def test_a_ring_without_its_databases_is_told_apart(folder: Path):
    """Nothing to seal again where nothing was ever migrated."""
    _shouli("keys", "new")
    refused = _shouli("keys", "rewrap", next(iter(SERVICES)))
    assert (refused.exit_code, "shouli migrate" in refused.output) == (2, True)


def test_a_token_ends_when_it_was_made_to(folder: Path):
    """The list says until when, and never the token."""
    token = _shouli(
        "token", "add", "mta", "--role", "operator", "--scope", "intake:email", "--days", "30"
    ).output.strip()
    listed = _shouli("token", "list").output
    assert token.startswith("shouli_")
    assert token not in listed
    assert "intake:email" in listed
    assert ", until " in listed
