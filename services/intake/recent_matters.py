"""What was received lately, in memory, to find likely duplicates while a complaint is taken in.

Law of this file: the database is the truth, and this is rebuilt from it; a replica learns of the others' complaints within
``REFRESHED_EVERY``. Bounded by ``MOST_REMEMBERED``, the longest ago going first, so that an import of old calls drives out
nothing new. No text is compared with all: the same words again are found by equality, so that a flood of one text costs
nothing, and others by stretches that they share.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush, nlargest
from itertools import count
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from services.intake.domain.duplicates import (
    LONG_ENOUGH,
    MOST,
    WITHIN,
    Recent,
    anchors,
    comparable,
    likely,
    likeness_of,
    stretches,
)
from services.intake.spelling import likeness
from services.intake.store import tables
from shared.contracts.complaint import ComplaintReceived

if TYPE_CHECKING:
    from services.intake.ports import Door

MOST_REMEMBERED = 20_000
"""Complaints, at some 3 kB each: 90 days of a busy centre."""
REFRESHED_EVERY = 5.0
_BATCH = 500
_OVERLAP = timedelta(minutes=1)
"""Looked at again: commits become visible in another order than their moments."""
SHORTEST = 8
"""Characters under which words are too few to be compared."""
MOST_AT_A_STRETCH = 16
"""Texts that one stretch leads to, the newest: what more texts share is a phrase that everybody uses."""
MOST_COMPARED = 8
"""Texts that are compared whole, those that share most stretches with the one looked for."""
SHARED = 2
"""Stretches that a long text shares with another at least before the two are compared."""

_moment = attrgetter("received_at")


class _Stretches:
    """Texts by the stretches that they are found by."""

    def __init__(self) -> None:
        self._texts: dict[int, Recent | tuple[Recent, ...]] = {}
        """The newest last. Nearly all are one text's alone and need no tuple: hundreds of thousands of them, which Python's
        garbage collector would walk through again and again, took a third of an import's time."""

    def put(self, recent: Recent) -> None:
        """One more; of too many at a stretch the oldest goes."""
        for stretch in anchors(recent.words):
            others = self._at(stretch)
            self._texts[stretch] = _among(others, recent) if others else recent

    def drop(self, recent: Recent) -> None:
        """One less."""
        for stretch in anchors(recent.words):
            left = tuple(each for each in self._at(stretch) if each is not recent)
            if left:
                self._texts[stretch] = left if len(left) > 1 else left[0]
            else:
                self._texts.pop(stretch, None)

    def sharing(self, words: str, units: Iterable[str | None]) -> list[Recent]:
        """Those that share most with a text, of these units."""
        shared: defaultdict[Recent, int] = defaultdict(int)
        for stretch in stretches(words) & self._texts.keys():
            for recent in self._at(stretch):
                shared[recent] += 1
        least, asked = SHARED if len(words) >= LONG_ENOUGH else 1, frozenset(units)
        fitting = ((number, recent) for recent, number in shared.items() if number >= least and recent.unit in asked)
        return [recent for _, recent in nlargest(MOST_COMPARED, fitting, key=itemgetter(0))]

    def _at(self, stretch: int) -> tuple[Recent, ...]:
        at_it = self._texts.get(stretch, ())
        return at_it if isinstance(at_it, tuple) else (at_it,)


def _among(others: tuple[Recent, ...], recent: Recent) -> tuple[Recent, ...]:
    return tuple(sorted((*others, recent), key=_moment))[-MOST_AT_A_STRETCH:]


class RecentMatters:
    """The memory. Asked and told by the handlers of one event loop."""

    def __init__(self) -> None:
        self._ids: set[UUID] = set()
        self._by_age: list[tuple[datetime, int, Recent]] = []
        self._turn = count()
        self._units: set[str | None] = set()
        self._same: defaultdict[tuple[str | None, str], list[Recent]] = defaultdict(list)
        """What was told of one unit in one text's words, by its moment."""
        self._stretches = _Stretches()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._ids)

    def remember(self, complaint_id: UUID, received_at: datetime, unit: str | None, facts: str) -> None:
        """One more; the oldest goes where there are too many."""
        words = comparable(facts)
        if complaint_id in self._ids or len(words) < SHORTEST:
            return
        recent = Recent(complaint_id, received_at, unit, words)
        self._ids.add(complaint_id)
        self._units.add(unit)
        heappush(self._by_age, (received_at, next(self._turn), recent))
        self._put(recent)
        if len(self._ids) > MOST_REMEMBERED:
            self._forget_oldest()

    def like(
        self, unit: str | None, facts: str, now: datetime, *, beside: RecentMatters | None = None
    ) -> tuple[UUID, ...]:
        """Which of them are likely to tell the same, the likeliest first; about the same unit, or one that wasn't told.

        ``beside`` are more to look among: what is about to be committed together with this.
        """
        words = comparable(facts)
        if len(words) < SHORTEST:
            return ()
        found = [each for memory in (self, beside) if memory for each in memory.candidates(unit, words)]
        return likely(found, now)

    def candidates(self, unit: str | None, words: str) -> Iterator[tuple[Recent, float]]:
        """Whatever is alike, unranked, with how much."""
        units = self._units if unit is None else {unit, None}
        same = [recent for each in units for recent in self._same.get((each, words), ())[-MOST:]]
        yield from ((recent, 1.0) for recent in same)
        if len(same) >= MOST:
            return
        for newest in self._stretches.sharing(words, units):
            if newest.words != words and (score := likeness_of(words, newest.words, likeness)):
                yield from ((recent, score) for recent in self._same[newest.unit, newest.words][-MOST:])

    async def keep_up(self, door: Door) -> None:
        """The task: read what is there, then what comes, for ever."""
        since = door.clock() - WITHIN
        while True:
            since = await self.refresh(door, since)
            await asyncio.sleep(REFRESHED_EVERY)

    async def refresh(self, door: Door, since: datetime) -> datetime:
        """Read what was received after ``since``; gives from when on to look the next time."""
        table = tables.submissions
        columns = (table.c.complaint_id, table.c.received_at)
        async with door.store.reading() as connection:
            query = select(*columns).where(table.c.received_at > since).order_by(table.c.received_at.desc())
            rows = (await connection.execute(query.limit(MOST_REMEMBERED))).all()
        unknown = [row.complaint_id for row in reversed(rows) if row.complaint_id not in self._ids]
        for start in range(0, len(unknown), _BATCH):
            await self._read(door, unknown[start : start + _BATCH])
        return max(since, rows[0].received_at - _OVERLAP) if rows else since

    async def _read(self, door: Door, ids: list[UUID]) -> None:
        table = tables.submissions
        async with door.store.reading() as connection:
            query = select(table.c.sealed).where(table.c.complaint_id.in_(ids)).order_by(table.c.received_at)
            sealed = list((await connection.execute(query)).scalars())
        for each in sealed:
            complaint = ComplaintReceived.model_validate_json(door.ring.open(each))
            self.remember(complaint.complaint_id, complaint.received_at, complaint.target.unit, complaint.facts)
            await asyncio.sleep(0)

    def _put(self, recent: Recent) -> None:
        """The newest of those in the same words is the one that stretches lead to."""
        same = self._same[recent.unit, recent.words]
        if same:
            self._stretches.drop(same[-1])
        insort(same, recent, key=_moment)
        self._stretches.put(same[-1])

    def _forget_oldest(self) -> None:
        _, _, gone = heappop(self._by_age)
        self._ids.remove(gone.complaint_id)
        same = self._same[gone.unit, gone.words]
        self._stretches.drop(same[-1])
        same.remove(gone)
        if same:
            self._stretches.put(same[-1])
        else:
            del self._same[gone.unit, gone.words]
