"""Imports: 50,000 rows of a hotline's export, CSV in GBK and XLSX, into SQLite with synchronous=FULL; time and memory.

The calls are of the last weeks, of all units, in words of their own, one in ten of them told a second time: the normaliser
resolves each unit and compares each call with what it remembers, as at every other door.
"""

from __future__ import annotations

import asyncio
import gc
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from openpyxl import Workbook

from services.intake.phone_import_run import PhoneImports
from services.intake.phone_imports import confirm, import_named, preview
from services.intake.store import tables
from shared.contracts.complaint import ComplaintReceived
from shared.originals import FolderOriginals
from shared.sealing import new_key_ring
from tests.parts.intake_door import House, intake_house

ROWS = int(os.environ.get("SHOULI_BENCH_ROWS", "50000"))
MOST_SECONDS, MOST_MEGABYTES = 60, 300
HEADER = (
    "工单编号",
    "来电时间",
    "结束时间",
    "来电号码",
    "话务员",
    "姓名",
    "地址",
    "被投诉单位",
    "窗口",
    "内容",
    "诉求",
)


PLACES = (
    ("医保局", "A7"),
    ("市税务局", "D01 发票领用"),
    ("公积金", ""),
    ("市人社剧", ""),
    ("不动产", "B08"),
    ("", "A07"),
)
"""As callers name them: by other names, with typing errors, by the window alone, or not at all."""
WORDS = "网上预约上午十点到窗口被告知重新取号等下班没办成材料退回三次补正说明系统坏了排队叫号插队态度冷淡推诿电话无人接听收费不开票据"


def a_story(number: int) -> str:
    """Some eighty characters in an order of their own; every tenth is the one before, a little changed."""
    told = number - 1 if number % 10 == 9 else number
    words = list(WORDS)
    random.Random(told).shuffle(words)
    return "".join(words) + ("，" if told == number else "。再说一遍") + "请核实。"


def a_row(number: int) -> tuple[str, ...]:
    """One call."""
    unit, window = PLACES[(number - number % 10) % len(PLACES)]
    return (
        f"A{number:07}",
        f"2026-10-{number % 28 + 1:02} 14:{number % 60:02}",
        f"2026-10-{number % 28 + 1:02} 15:{number % 60:02}",
        f"138{number:08}",
        "王某",
        f"张{number}",
        f"光明路 {number} 号",
        unit,
        window,
        a_story(number),
        "请予以处理并答复",
    )


def csv_file() -> bytes:
    """As Excel writes it in China."""
    return "\r\n".join(",".join(row) for row in (HEADER, *map(a_row, range(ROWS)), ())).encode("gbk")


def xlsx_file() -> bytes:
    """As the exchange's own export."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (HEADER, *map(a_row, range(ROWS))):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FILES = {"csv": csv_file, "xlsx": xlsx_file}


def run(out: list[str]) -> None:
    """Each kind in a process of its own, so that its memory is its own."""
    out.append(f"imports: {ROWS} rows (target {MOST_SECONDS} s and {MOST_MEGABYTES} MB)")
    for kind, make in FILES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"export.{kind}"
            path.write_bytes(make())
            command = [sys.executable, "-m", "tests.bench.imports", str(path)]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
            found = json.loads(said)
            out.append(
                f"  {kind:4} {path.stat().st_size / 2**20:5.1f} MB  {found['seconds']:6.1f} s wall,"
                f" {found['cpu']:.1f} s of CPU  {found['megabytes']:.0f} MB at most  {found['taken']} taken,"
                f" {found['linked']} with likely duplicates linked, {found['resolved']} with the directory's unit"
            )


async def _bring_in(path: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        originals = FolderOriginals(Path(folder) / "originals", new_key_ring())
        async with intake_house(f"sqlite+aiosqlite:///{folder}/intake.db", originals) as house:
            gc.freeze()  # as a service does before it serves
            began, cpu = time.perf_counter(), time.process_time()
            looked = await preview(house.door, path.read_bytes(), by="李某")
            await confirm(house.door, looked.id, None, by="李某")
            await PhoneImports(house.door).import_one()
            item = await import_named(house.door, looked.id)
            assert item is not None
            found = {
                "seconds": time.perf_counter() - began,
                "cpu": time.process_time() - cpu,
                "taken": item.rows_taken,
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
            return found | await _understood(house)


async def _understood(house: House) -> dict[str, float]:
    """How many rows have a unit of the directory, and how many a link; counted after the measuring."""
    units = {unit.name for unit in house.door.centre.units}
    rows = await house.rows(tables.submissions)
    opened = (ComplaintReceived.model_validate_json(house.door.ring.open(row.sealed)) for row in rows)
    return {
        "resolved": sum(row.unit in units for row in rows),
        "linked": sum(bool(complaint.possible_duplicates) for complaint in opened),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_bring_in(Path(sys.argv[1])))) + "\n")
