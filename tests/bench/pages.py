"""How long a page takes for twenty people who open one after the other, and how much a first visit loads.

A person opens the next page a second after the last one came, as nobody reads faster; then the same without a pause, which is
what the house can do. All four services in one process on the embedded default, some hundred cases in the register.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tests.parts.house import HANDLER, LEADER, OPERATOR, UNIT, House, Layout, running_house
from tests.parts.ports import LOOPBACK

USERS, CASES = 20, 200
SECONDS = 15.0
A_LOOK = 1.0
"""Seconds between a page and the next one opened by the same person."""
FIRST_PAGE = 60_000
"""Bytes that the first page and all that it loads may have."""


def run(out: list[str]) -> None:
    """Measure and write down."""
    with tempfile.TemporaryDirectory() as folder, running_house(Layout(Path(folder))) as house:
        pages = _fill(house)
        out.append(f"a first visit loads {_first_visit(house):,} bytes uncompressed, of {FIRST_PAGE:,}")
        asyncio.run(_walk(house.layout.port, pages, A_LOOK, 2.0))  # warm
        for pause in (A_LOOK, 0.0):
            before = _cpu_seconds(house.pid)
            took = asyncio.run(_walk(house.layout.port, pages, pause, SECONDS))
            spent = _cpu_seconds(house.pid) - before
            out.append(f"{USERS} people, {f'{pause:.0f} s between pages' if pause else 'no pause'}, {CASES} cases; ms")
            out.extend(f"  {path:<34} {_spread(seconds)}" for path, seconds in sorted(took.items()))
            everything = [each for seconds in took.values() for each in seconds]
            out.append(
                f"  {'all':<34} {_spread(everything)}   {len(everything) / SECONDS:.0f} pages a second, "
                f"{spent / len(everything) * 1000:.1f} ms of CPU each"
            )


def _fill(house: House) -> Mapping[str, bytes]:
    """Cases, and the requests of the pages, each by whoever opens it."""
    told = {"facts": "窗口让来电人跑了三趟。", "target": {"unit": UNIT}, "complainant": {"phone": "13900002046"}}
    receipts = [house.done("POST", "/intake/phone-logs", OPERATOR, json=told) for _ in range(CASES)]
    number = house.case_of(receipts[-1]["complaint_id"])
    who = {
        "/": None,
        "/intake/web-forms": None,
        f"/track/{receipts[0]['tracking_code']}": None,
        "/desk": OPERATOR,
        "/desk/phone": OPERATOR,
        "/workflow/cases": HANDLER,
        f"/workflow/cases/{number}": HANDLER,
        "/workflow/approvals": LEADER,
    }
    return {re.sub(r"/[0-9A-Z-]{10,}$", "/…", path): _request(house, path, name) for path, name in who.items()}


def _request(house: House, path: str, who: str | None) -> bytes:
    head = [f"GET {path} HTTP/1.1", f"Host: {LOOPBACK}:{house.layout.port}", "Accept: text/html"]
    if who is not None:
        head.append(f"Authorization: {house.authorization(who)}")
    return ("\r\n".join(head) + "\r\n\r\n").encode()


def _first_visit(house: House) -> int:
    page = house.ask("GET", "/", headers={"Accept": "text/html"})
    loaded = sorted(set(re.findall(r"/static/[0-9a-f]+/[a-z.]+", page.text)))
    return len(page.content) + sum(len(house.ask("GET", each).content) for each in loaded)


async def _walk(port: int, pages: Mapping[str, bytes], pause: float, seconds: float) -> dict[str, list[float]]:
    took: dict[str, list[float]] = defaultdict(list)
    end = time.perf_counter() + seconds
    await asyncio.gather(*(_person(port, pages, pause, end, place, took) for place in range(USERS)))
    return took


async def _person(
    port: int, pages: Mapping[str, bytes], pause: float, end: float, place: int, took: dict[str, list[float]]
) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    names = list(pages)
    await asyncio.sleep(pause * place / USERS)  # nobody keeps in step with the others
    while time.perf_counter() < end:
        name = names[place % len(names)]
        place += 1
        began = time.perf_counter()
        writer.write(pages[name])
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise RuntimeError(f"{name}: {head[:60]!r}")
        await reader.readexactly(int(length[1]))
        took[name].append(time.perf_counter() - began)
        await asyncio.sleep(pause)
    writer.close()


def _cpu_seconds(pid: int) -> float:
    """What the house has computed so far: unlike the time that passes, it doesn't hang on who else uses the machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"median {statistics.median(ordered) * 1000:6.1f}   p95 {ordered[int(len(ordered) * 0.95)] * 1000:6.1f}"
