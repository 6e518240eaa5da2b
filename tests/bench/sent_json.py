"""A JSON body of 2 kB read at a door, beside what a typed parameter does (``request.json()``, then the model), and beside the
model alone. The three take turns, so that whatever else the machine does falls on all.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request

from services.intake.adapters.web_form import WebForm
from shared.web.sent_json import json_body

TIMES, ROUNDS = 1_000, 15
BODY = json.dumps(
    {
        "facts": "窗口让来电人跑了三趟，每次要的材料都不一样，没有给一次性告知单。" * 14,
        "demand": "当天办结备案；说明为什么三次要的材料不一样。" * 6,
        "complainant": {"name": "刘桂华", "phone": "13900002046", "relation": "self", "reply_by": "phone"},
        "target": {"unit": "市医疗保障局", "window": "A09 异地就医备案"},
        "statement_of_truth": True,
    },
    ensure_ascii=False,
).encode()


SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}


def run(out: list[str]) -> None:
    """Measure and write down."""
    ways: Mapping[str, Callable[[Request], Awaitable[object]]] = {
        "request.json() and the model": _as_typed,
        "the model from the bytes": _from_bytes,
        "json_body": lambda request: json_body(request, WebForm),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        best = {name: min(best[name], asyncio.run(_microseconds(way))) for name, way in ways.items()}
    bare = best["request.json() and the model"]
    out.append(f"JSON body of {len(BODY)} bytes, best of {ROUNDS} rounds")
    out += [f"  {name}: {taken:.1f} µs, {taken / bare:.2f} of the first" for name, taken in best.items()]


async def _as_typed(request: Request) -> object:
    return WebForm.model_validate(await request.json())


async def _from_bytes(request: Request) -> object:
    return WebForm.model_validate_json(await request.body())


async def _received() -> dict[str, Any]:
    return {"type": "http.request", "body": BODY, "more_body": False}


async def _microseconds(way: Callable[[Request], Awaitable[object]]) -> float:
    began = time.perf_counter()
    for _ in range(TIMES):
        await way(Request(SCOPE, _received))
    return (time.perf_counter() - began) / TIMES * 1e6
