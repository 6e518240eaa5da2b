"""Sleep of whoever works on the rows of a table: until this process commits some, or for so long and no longer.

Law of this file: being woken is a short cut and never the only way. Another process, and one that died right after its
commit, wake nobody here; so a sleeper looks again after a while whatever happens, and nothing waits for a wake-up alone.
"""

from __future__ import annotations

import asyncio

LOOK_AGAIN = 5.0
"""Seconds after which work is looked for although nobody told of any: what another process left is found by then."""


class Sleeper:
    """One task's own; made by ``Store.sleeper``. Whoever looks for work after each sleep misses nothing that was committed."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """End the sleep, or the next one where nobody sleeps."""
        self._woken.set()

    async def sleep(self, seconds: float = LOOK_AGAIN) -> bool:
        """Sleep until woken, also where that was since the last sleep, but no longer than this; whether it was woken."""
        try:
            async with asyncio.timeout(seconds):
                return await self._woken.wait()
        except TimeoutError:
            return False
        finally:
            self._woken.clear()
