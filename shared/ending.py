"""Ending tasks so that they do end.

Law of this file: a task is asked again until it is over. Up to Python 3.11 ``asyncio.wait_for``, which the broker's client
is built on, gives its result instead of our cancellation where both come at the same moment (CPython gh-86296): a task
asked once may go on to wait for ever, and the service it belongs to never stops. It must not know what the tasks do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

ASKED_AGAIN_AFTER = 3.0
"""Seconds; longer than an orderly end takes, shorter than the ten that a container is given to stop in."""


async def end(tasks: Iterable[asyncio.Future[Any]], *, ask_again_after: float = ASKED_AGAIN_AFTER) -> None:
    """Cancel the tasks and wait until all are over; how each ended doesn't matter any more."""
    ended = list(tasks)
    going_on = {task for task in ended if not task.done()}
    while going_on:
        for task in going_on:
            task.cancel()
        _, going_on = await asyncio.wait(going_on, timeout=ask_again_after)
    await asyncio.gather(*ended, return_exceptions=True)
