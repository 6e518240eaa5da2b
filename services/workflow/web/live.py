"""``GET /workflow/events``: what changes in somebody's cases while they look at a page: what waits, and the case shown.

Law of this file: counts are of the cases that this person may know of, by the same condition as their lists; of a case that
isn't theirs nothing is told. Only figures go out. What was told is remembered by the browser (``Last-Event-ID``).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.workflow import reading
from services.workflow.api.people import person_of
from services.workflow.domain.roles import Person
from services.workflow.web.staff_routes import StaffDesk
from shared.identity.principal import Principal
from shared.web.sse import EventSourceResponse, LastEventId, Notice, ServerSentEvent, as_long_as, follow, mark_of

A_TICK = 2.0
"""Seconds between two looks at the case that is shown."""
_LONGEST_VERSION = 9


def live_routes(desk: StaffDesk) -> APIRouter:
    """The stream."""
    router = APIRouter(include_in_schema=False)

    @router.get("/workflow/events", response_class=EventSourceResponse)
    async def events(
        case: Annotated[str, Query(max_length=20)] = "",
        version: int = 0,
        last: LastEventId = None,
        who: Principal = Depends(desk.gate.admit),
    ) -> AsyncIterator[ServerSentEvent]:
        """``counts`` by the name of the room; ``changed`` once the case shown is newer than ``version``."""
        read = _Reading(desk, person_of(who), case, version)
        async for event in follow(read, partial(asyncio.sleep, A_TICK), after=last, at_most=as_long_as(last)):
            yield event

    return router


class _Reading:
    """One reader. A notice's id holds what was counted and the version told, so that the next request goes on there."""

    def __init__(self, desk: StaffDesk, person: Person, case: str, version: int) -> None:
        self._desk = desk
        self._person = person
        self._case = case
        self._version = version
        self._counted = False

    async def __call__(self, after: str | None) -> Sequence[Notice]:
        counts, _, told = (after or "").partition("@")
        shown = max(self._version, int(told) if told.isdecimal() and len(told) <= _LONGEST_VERSION else 0)
        notices = []
        now = await self._version_now()
        if now > shown:
            shown = now
            notices.append(Notice(f"{counts}@{shown}", "changed", str(shown)))
        if not self._counted:  # once a connection: the count goes over all the cases that are this person's
            self._counted = True
            waiting = await self._desk.counts(self._person)
            said = mark_of(waiting)
            if said != counts:
                notices.append(Notice(f"{said}@{shown}", "counts", json.dumps(waiting)))
        return notices

    async def _version_now(self) -> int:
        if not self._case:
            return 0
        return await reading.version_of(self._desk.office, self._case, self._person)
