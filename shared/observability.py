"""Logs, metrics and health: what the person who is woken at night looks at first.

Law of this file: an event has a stable name and keys, never a sentence with values in it; nothing personal is a value; keys
that could hold it are refused by name. Health says which dependency is down and for whom that matters.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

_NEVER = frozenset(
    {
        "name",
        "phone",
        "email",
        "address",
        "text",
        "facts",
        "body",
        "subject_line",
        "recipient",
        "password",
        "token",
        "url",
    }
)
CHECK_TIMEOUT = 3.0
"""Seconds a dependency has to answer a readiness check."""


def configure_logging(log_format: str = "auto") -> None:
    """Write one line an event to standard output: JSON for machines, readable on a terminal."""
    as_json = log_format == "json" or (log_format == "auto" and not sys.stdout.isatty())
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            locate_fault,
            refuse_personal,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    logging.getLogger("aio_pika").setLevel(logging.CRITICAL)


def refuse_personal(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank out keys that by their name could hold something personal; the last net, not the first."""
    for key in _NEVER & event.keys():
        event[key] = "(withheld)"
    return event


def locate_fault(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say of an exception what it is and where it was raised, never its text: libraries put values into it."""
    given = event.pop("exc_info", None)
    fault = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if fault is not None:
        event["fault"] = " < ".join(_kinds(fault))
        frames = traceback.extract_tb(fault.__traceback__)[-_INNERMOST:]
        event["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return event


_INNERMOST = 8


def _kinds(fault: BaseException | None) -> Iterator[str]:
    """The exception's class and those of what it was raised from."""
    while fault is not None:
        yield type(fault).__name__
        fault = fault.__cause__


Check = Callable[[], Awaitable[None]]
"""A dependency's sign of life; raises where there is none."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How one dependency is."""

    name: str
    ok: bool
    detail: str
    seconds: float


async def examine(checks: Mapping[str, Check]) -> list[Condition]:
    """Ask every dependency at once; an answer that takes longer than ``CHECK_TIMEOUT`` counts as none."""
    return list(await asyncio.gather(*(_examine(name, check) for name, check in checks.items())))


async def _examine(name: str, check: Check) -> Condition:
    began = time.monotonic()
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            await check()
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is the answer
        return Condition(name, ok=False, detail=type(fault).__name__, seconds=round(time.monotonic() - began, 3))
    return Condition(name, ok=True, detail="ok", seconds=round(time.monotonic() - began, 3))
