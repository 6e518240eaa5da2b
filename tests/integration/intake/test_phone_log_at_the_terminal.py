"""``shouli import phone-log FILE``: a hotline's export from a terminal."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.import_phone_log import taken
from services.intake.store import tables
from services.intake.store.states import ImportState
from tests.parts.intake_door import House, intake_house

EXPORT = """12345热线工单导出
工单编号,来电时间,联系电话,内容,备注
A-1,2026-03-05 14:20,13800138000,窗口推诿,
A-2,2026-03-05 14:20,1.38E+10,不给办,
A-3,2026-03-05 14:25,13800138001,窗口推诿，跑了三趟,
"""


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """An intake."""
    async with intake_house(sqlite_url) as opened:
        yield opened


def test_a_dry_run_says_how_a_file_is_read_and_which_rows_are_bad(tmp_path: Path) -> None:
    """Each column with its meaning, each bad row with its number and what to do, the totals; no word of a complaint."""
    file = tmp_path / "export.csv"
    file.write_bytes(EXPORT.encode("gbk"))
    result = CliRunner().invoke(app, ["import", "phone-log", str(file), "--dry-run"])
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert {"read as\tcsv gb18030", "column\t内容\tfacts", "column\t备注\t-"} <= set(lines)
    assert [line.split("\t")[1] for line in lines if line.startswith("bad\t")] == ["4"]
    assert lines[-1] == "good 2  no complaint 0  bad 1"
    assert "推诿" not in result.output


@pytest.mark.parametrize(
    ("raw", "said"),
    [(bytes(range(128, 256)) * 4, "认不出文字编码"), (b"", "没有表头"), ("姓名,电话\n".encode(), "没有“投诉内容”一列")],
)
def test_a_file_that_is_refused_says_why(tmp_path: Path, raw: bytes, said: str) -> None:
    """And exits 1."""
    file = tmp_path / "export.csv"
    file.write_bytes(raw)
    result = CliRunner().invoke(app, ["import", "phone-log", str(file), "--dry-run"])
    assert result.exit_code == 1
    assert result.output.startswith("refused\t")
    assert said in result.output


async def test_a_file_is_taken_in_once(house: House) -> None:
    """By the same import as at the desk; again, and every row is known."""
    first, again = [await taken(house.door, EXPORT.encode(), "李某") for _ in range(2)]
    assert (first.state, first.rows_taken, first.rows_bad) == (ImportState.DONE, 2, 1)
    assert (again.rows_taken, again.rows_repeated) == (0, 2)
    assert await house.count(tables.submissions) == 2
