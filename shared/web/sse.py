"""Live notices to a page (server-sent events), resumed where they broke off.

Law of this file: what was told is kept in the service's own store, not here; this only follows it. The stream ends by
itself after a short while, so that the browser comes back, its rights are checked anew, and a server that is told to stop
need not wait long. Heartbeats, the wire format and a
client that leaves are FastAPI's (``EventSourceResponse``).

    @router.get("/intake/events", response_class=EventSourceResponse)
    async def events(last: LastEventId = None) -> AsyncIterator[ServerSentEvent]:
        async for event in follow(read, wait, after=last, at_most=as_long_as(last)):
            yield event
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

__all__ = ["EventSourceResponse", "LastEventId", "Notice", "Read", "ServerSentEvent", "as_long_as", "follow", "mark_of"]

LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=64)]
"""What the browser saw last, as it says itself: to be parsed by the reader, not trusted."""

_RETRY_MS = 1000
_HELD = 5.0


def as_long_as(last: str | None) -> float:
    """Seconds to hold a stream: whoever comes first is told how things stand, and held when they come back."""
    return _HELD if last else 0.0


def mark_of(counts: Mapping[str, int]) -> str:
    """Tells one state of counts from another, short enough for an event's id."""
    return hashlib.sha256(json.dumps(counts, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell: ``id`` is its place in the store, ``name`` what the page listens for, ``text`` what it shows."""

    id: str
    name: str
    text: str


class Read(Protocol):
    """Reads what came after ``after`` for this reader, oldest first; all that is recent where ``after`` is None.

    Raises to end the stream, for example when the reader's session has ended.
    """

    async def __call__(self, after: str | None) -> Sequence[Notice]:
        """The notices after that one."""
        ...


async def follow(
    read: Read,
    wait: Callable[[], Awaitable[None]],
    *,
    after: str | None = None,
    at_most: float = _HELD,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[ServerSentEvent]:
    """What ``read`` gives, as events, from ``after`` on and for ``at_most`` seconds.

    ``wait`` returns when there may be more: after a pause, or woken by whoever wrote.
    """
    end = clock() + at_most
    while True:
        for notice in await read(after):
            after = notice.id
            yield ServerSentEvent(raw_data=notice.text, event=notice.name, id=notice.id, retry=_RETRY_MS)
        if clock() >= end:
            return
        await wait()
