"""A service as a process runs it: routes, checks, and tasks that are kept alive.

Law of this file: a task that fails is started again, later each time, and never takes its neighbours with it; a service
starts with its broker down. It must not know which service it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import APIRouter

from shared.ending import end
from shared.observability import Check

Task = Callable[[], Awaitable[None]]
Step = Callable[[], Awaitable[None]]

LONGEST_PAUSE = 30.0
"""Seconds between two starts of a task that keeps failing."""

_log = structlog.get_logger("service")


@dataclass(frozen=True, slots=True)
class Service:
    """One of the four, built by its bootstrap."""

    name: str
    routers: Sequence[APIRouter]
    checks: Mapping[str, Check]
    tasks: Mapping[str, Task]
    start: Sequence[Step] = ()
    stop: Sequence[Step] = ()
    surroundings: Mapping[str, Any] = field(default_factory=dict)
    """What a composition root or a test may want to hold by name, e.g. the store."""


@asynccontextmanager
async def running(services: Sequence[Service]) -> AsyncIterator[None]:
    """Start the services, keep their tasks alive, and let go of everything on the way out, also of a start that failed."""
    async with AsyncExitStack() as way_out:
        for service in services:
            for step in reversed(service.stop):
                way_out.push_async_callback(step)
            for step in service.start:
                await step()
        kept = [
            asyncio.create_task(keep_alive(f"{service.name}.{name}", task), name=f"{service.name}.{name}")
            for service in services
            for name, task in service.tasks.items()
        ]
        try:
            yield
        finally:
            await end(kept)


async def keep_alive(name: str, task: Task, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Run a task for ever: started again after a fault, with a pause that doubles up to ``LONGEST_PAUSE`` seconds."""
    pause = 0.5
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await task()
            return
        except asyncio.CancelledError:
            if (current := asyncio.current_task()) and current.cancelling():
                raise
            _log.warning("task.cancelled_by_a_library", task=name)
        except BaseExceptionGroup as group:
            _log.error("task.failed", task=name, faults=[type(fault).__name__ for fault in group.exceptions])
        except Exception as fault:  # noqa: BLE001 - a task outlives its faults; the log names them
            _log.error("task.failed", task=name, exc_info=fault)
        if asyncio.get_running_loop().time() - began > LONGEST_PAUSE:
            pause = 0.5
        await sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
