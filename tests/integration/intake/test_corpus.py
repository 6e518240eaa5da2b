"""The corpus runner: a line for every mail, whatever is in the folder, and nothing written on a dry run."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from services.cli import app
from services.intake import corpus
from services.intake.store import tables
from tests.parts import mails
from tests.parts.intake_door import House, intake_house

OWN = frozenset({"intake@center.example"})
CORPUS = {
    "a.eml": mails.mail(),
    "b.eml": mails.bounce(),
    "deep/c.eml": mails.nested_multiparts(2000),
    "deep/d": b"From: x@example.cn\r\nList-Id: <n.example.cn>\r\n\r\nnews",
    "empty.eml": b"",
    "noise.bin": bytes(range(256)) * 10,
}
BECOMES = {
    "a.eml": "complaint",
    "b.eml": "note",
    "deep/c.eml": "quarantine",
    "deep/d": "quarantine",
    "empty.eml": "quarantine",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of mails of all kinds."""
    place = tmp_path / "corpus"
    for name, raw in CORPUS.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(raw)
    (place / "box.mbox").write_bytes(b"From x\n" + mails.mail() + b"\n\nFrom y\n" + mails.text_mail("第二封") + b"\n")
    return place


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """An intake."""
    async with intake_house(sqlite_url) as opened:
        yield opened


@pytest.mark.article("3")
def test_a_dry_run_says_what_would_become_of_every_mail(folder: Path) -> None:
    """One line a mail, its outcome first; no mail without one."""
    said: list[str] = []
    tally = corpus.dry_run(folder, OWN, said.append)
    lines = {line.split("\t")[2]: line.split("\t")[0] for line in said}
    assert {name: lines[name] for name in BECOMES} == BECOMES
    assert {"box.mbox#1", "box.mbox#2", "noise.bin"} <= lines.keys()
    assert sum(tally.outcomes.values()) == len(said) == len(CORPUS) + 2
    assert tally.failed == 0


async def test_a_real_run_does_what_the_dry_run_said(house: House, folder: Path) -> None:
    """The outcomes are the same, and a second run finds every mail known."""
    dry: list[str] = []
    said: list[str] = []
    again: list[str] = []
    corpus.dry_run(folder, OWN, dry.append)
    await corpus.run(house.door, folder, OWN, said.append)
    await corpus.run(house.door, folder, OWN, again.append)
    assert [line.split("\t")[1:3] for line in said] == [line.split("\t")[1:3] for line in dry]
    assert {line.split("\t")[0] for line in again} == {"repeated"}
    complaints = sum(line.startswith("complaint\t") for line in said)
    assert await house.count(tables.submissions) == complaints


def test_the_command_prints_the_lines_and_the_totals(folder: Path) -> None:
    """``shouli import mail DIR --dry-run`` ends well and needs no database."""
    result = CliRunner().invoke(app, ["import", "mail", str(folder), "--dry-run"])
    assert result.exit_code == 0
    assert "complaint\tnew_complaint\ta.eml" in result.output
    assert result.output.strip().splitlines()[-1].startswith("complaint ")


def test_what_cannot_be_read_has_its_line_and_keeps_nothing_else_from_being_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of a dying disk, a pipe, a link that leads nowhere or in a circle; one file instead of a folder."""
    (folder / "nowhere.eml").symlink_to("missing")
    (folder / "circle").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipe.eml")
    (folder / os.fsdecode(b"gb\xb2\xe2.eml")).write_bytes(mails.mail())
    opened = Path.open

    def dies(path: Path, *how: Any, **more: Any) -> Any:
        if path.name == "a.eml":
            raise OSError(5, "Input/output error")
        return opened(path, *how, **more)

    monkeypatch.setattr(Path, "open", dies)
    said: list[str] = []
    tally = corpus.dry_run(folder, OWN, said.append)
    assert tally.failed == 1
    assert "failed\t-\ta.eml\t读不到文件：Input/output error\t" in said
    assert len(said) == len(CORPUS) + 3
    assert all(line.isprintable() or "\t" in line for line in said)
    assert corpus.dry_run(folder / "b.eml", OWN, said.append).outcomes == {"note": 1}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=3000) | st.text(max_size=800).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_is_in_a_file_has_an_outcome(raw: bytes) -> None:
    """No bytes make the runner fail."""
    assert corpus.would_become("x\ud800\n.eml", raw, OWN).outcome != corpus.FAILED
