"""What was received lately, in memory, to find likely duplicates while a complaint is taken in.

Law of this file: the database is the truth, and this is rebuilt from it; a replica learns of the others' complaints within
``REFRESHED_EVERY``. Bounded by ``MOST_REMEMBERED``, the longest ago going first, so that an import of old calls drives out
nothing new. The same words again are found by equality, before anything is compared, so that a flood of one text costs
nothing.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from rapidfuzz import fuzz, process
from sqlalchemy import select

from services.intake.domain.duplicates import ALIKE, MOST, WITHIN, Recent, comparable, likely
from services.intake.store import tables
from shared.contracts.complaint import ComplaintReceived

if TYPE_CHECKING:
    from services.intake.ports import Door

MOST_REMEMBERED = 20_000
"""Complaints, at some 1.5 kB each: 90 days of a busy centre."""
REFRESHED_EVERY = 5.0
_BATCH = 500
_OVERLAP = timedelta(minutes=1)
"""Looked at again: commits become visible in another order than their moments."""
SHORTEST = 8
"""Characters under which words are too few to be compared."""
MOST_COMPARED = 200
"""Texts that one is looked for among, the newest: at some 0.3 µs each, by their heads."""
HEAD = 64
"""Characters of a head: as many as are compared in one word of the processor. Only what has a like head is compared whole,
so that a hundred thousand rows of an export can be; a matter retold behind another opening is not found."""
LIKE_HEADS = 0.7
_LEAST_OF_EACH = 50
"""Texts of each unit where all units are asked."""


@dataclass(slots=True)
class _Shelf:
    """What was told of one unit, by its moment: lists that run side by side."""

    moments: list[datetime] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    known: list[Recent] = field(default_factory=list)

    def put(self, recent: Recent) -> None:
        """In its place."""
        place = bisect_right(self.moments, recent.received_at)
        self.moments.insert(place, recent.received_at)
        self.heads.insert(place, recent.words[:HEAD])
        self.known.insert(place, recent)

    def pop_oldest(self) -> Recent:
        """Take the oldest off."""
        del self.moments[0], self.heads[0]
        return self.known.pop(0)

    def alike(self, words: str, most: int) -> Iterator[tuple[Recent, float]]:
        """Those of the newest ``most`` that are alike."""
        first = max(0, len(self.heads) - most)
        for _, _, place in process.extract(
            words[:HEAD], self.heads[first:], scorer=fuzz.ratio, score_cutoff=LIKE_HEADS * 100, limit=MOST * 4
        ):
            recent = self.known[first + place]
            yield recent, fuzz.ratio(words, recent.words, score_cutoff=ALIKE * 100) / 100


class RecentMatters:
    """The memory. Asked and told by the handlers of one event loop."""

    def __init__(self) -> None:
        self._ids: set[UUID] = set()
        self._shelves: defaultdict[str | None, _Shelf] = defaultdict(_Shelf)
        self._by_words: defaultdict[str, list[Recent]] = defaultdict(list)

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
        self._shelves[unit].put(recent)
        self._by_words[words].append(recent)
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
        found = {recent: score for each in (self, beside) if each for recent, score in each.candidates(unit, words)}
        return likely(found.items(), now)

    def candidates(self, unit: str | None, words: str) -> Iterator[tuple[Recent, float]]:
        """Whatever is alike, unranked, with how much."""
        newest = reversed(self._by_words.get(words, ())[-MOST * 4 :])
        same = [(each, 1.0) for each in newest if each.unit in (unit, None) or unit is None]
        yield from same
        if len(same) < MOST:
            yield from self._alike(unit, words)

    def _alike(self, unit: str | None, words: str) -> Iterator[tuple[Recent, float]]:
        units = {unit, None} if unit is not None else set(self._shelves)
        most = MOST_COMPARED if unit is not None else max(_LEAST_OF_EACH, MOST_COMPARED // max(1, len(units)))
        for each in units & self._shelves.keys():
            yield from self._shelves[each].alike(words, most)

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

    def _forget_oldest(self) -> None:
        unit = min(self._shelves, key=lambda unit: self._shelves[unit].moments[0])
        gone = self._shelves[unit].pop_oldest()
        if not self._shelves[unit].moments:
            del self._shelves[unit]
        self._ids.remove(gone.complaint_id)
        others = self._by_words[gone.words]
        others.remove(gone)
        if not others:
            del self._by_words[gone.words]
