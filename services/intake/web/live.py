"""``GET /intake/events``: what changes at the intake desk while somebody looks at a page: a call put through, what waits.

Law of this file: a person is told of their own calls and no others; no number and no name goes out, only where the draft
is and how much waits. What was told is remembered by the browser (``Last-Event-ID``), so no process keeps anything.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial

from fastapi import APIRouter, Depends

from services.intake.drafts import calls_since
from services.intake.web.desk_room import DESKS, DeskRoom
from shared.identity.principal import Principal
from shared.web.days import moment_named
from shared.web.sse import EventSourceResponse, LastEventId, Notice, ServerSentEvent, as_long_as, follow, mark_of

A_TICK = 1.0
"""Seconds between two looks for a call: an operator who picks up wants the page at once."""
RECENT = timedelta(minutes=2)
"""How old a call may be that a page opened just now is told of."""


def live_routes(room: DeskRoom) -> APIRouter:
    """The stream."""
    router = APIRouter(include_in_schema=False)

    @router.get("/intake/events", response_class=EventSourceResponse)
    async def events(
        last: LastEventId = None, who: Principal = Depends(room.gate.admit)
    ) -> AsyncIterator[ServerSentEvent]:
        """``call`` with the address of its draft; ``counts`` by the name of the room."""
        read = _Reading(room, who)
        async for event in follow(read, partial(asyncio.sleep, A_TICK), after=last, at_most=as_long_as(last)):
            yield event

    return router


class _Reading:
    """One reader. A notice's id holds what was counted and the last call told, so that the next request goes on there."""

    def __init__(self, room: DeskRoom, who: Principal) -> None:
        self._room = room
        self._who = who
        self._counted = False

    async def __call__(self, after: str | None) -> Sequence[Notice]:
        now = self._room.door.clock()
        counts, _, told = (after or "").partition("@")
        since = moment_named(told) or now - RECENT
        found = await calls_since(self._room.door, self._who.name, since)
        notices = []
        for draft_id, made_at in found:
            since = made_at
            notices.append(Notice(f"{counts}@{since.isoformat()}", "call", f"{DESKS['phone']}?draft={draft_id}"))
        if not self._counted:  # once a connection: what waits changes slowly
            self._counted = True
            waiting = await self._room.waiting(self._who)
            said = mark_of(waiting)
            if said != counts:
                notices.append(Notice(f"{said}@{since.isoformat()}", "counts", json.dumps(waiting)))
        return notices
