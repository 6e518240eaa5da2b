"""What was received lately, in memory, to find likely duplicates while a complaint is taken in.

Law of this file: the database is the truth, and this is rebuilt from it; a replica learns of the others' complaints within
``REFRESHED_EVERY``. Bounded by ``MOST_REMEMBERED``. The same words again are found by equality, before anything is
compared, so that a flood of one text costs nothing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import count, islice
from typing import TYPE_CHECKING
from uuid import UUID

from rapidfuzz import fuzz
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
MOST_COMPARED = 1_000
"""Texts that pass the cheap look and are compared in full, the newest first: at some 7 µs each."""
_BITS = 1021
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A text and which characters stand in it, as bits: enough to see that two texts can't be alike."""

    complaint_id: UUID
    serial: int
    words: str
    bits: int
    distinct: int


def sketch(words: str, complaint_id: UUID = _NOBODY, serial: int = 0) -> Sketch:
    """The sketch of a text; ``serial`` grows with each that is remembered."""
    bits = 0
    for character in set(words):
        bits |= 1 << ord(character) % _BITS
    return Sketch(complaint_id, serial, words, bits, bits.bit_count())


def fitting(wanted: Sketch, length: int, others: Iterable[Sketch]) -> list[Sketch]:
    """Those of texts of one length whose likeness could reach ``ALIKE``. Never wrong about who is left out.

    Likeness is 2 M / (a + b) for M characters in common, in order. A character of one that stands nowhere in the other
    is not among the M. Twenty thousand are looked at for each complaint: what can be reckoned once a length, is.
    """
    needed = ALIKE * (len(wanted.words) + length) / 2
    if len(wanted.words) < needed or length < needed:
        return []
    bits, least, spare = wanted.bits, wanted.distinct - (len(wanted.words) - needed), length - needed
    return [
        other
        for other in others
        if (common := (bits & other.bits).bit_count()) >= least and common >= other.distinct - spare
    ]


class RecentMatters:
    """The memory. Asked and told by the handlers of one event loop."""

    def __init__(self) -> None:
        self._known: dict[UUID, Recent] = {}
        self._order: deque[UUID] = deque()
        self._remembered = count()
        self._by_unit: defaultdict[str | None, defaultdict[int, dict[UUID, Sketch]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        self._by_words: defaultdict[str, list[UUID]] = defaultdict(list)

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._known)

    def remember(self, complaint_id: UUID, received_at: datetime, unit: str | None, facts: str) -> None:
        """One more; the oldest goes where there are too many."""
        words = comparable(facts)
        if complaint_id in self._known or len(words) < SHORTEST:
            return
        self._known[complaint_id] = Recent(complaint_id, received_at, unit, words)
        self._order.append(complaint_id)
        self._by_unit[unit][len(words)][complaint_id] = sketch(words, complaint_id, next(self._remembered))
        self._by_words[words].append(complaint_id)
        if len(self._order) > MOST_REMEMBERED:
            self._forget(self._order.popleft())

    def like(self, unit: str | None, facts: str, now: datetime) -> tuple[UUID, ...]:
        """Which of them are likely to tell the same, the likeliest first; about the same unit, or one that wasn't told."""
        words = comparable(facts)
        if len(words) < SHORTEST:
            return ()
        newest = islice(reversed(self._by_words.get(words, ())), MOST * 4)
        same = [each for each in map(self._known.__getitem__, newest) if each.unit in (unit, None) or unit is None]
        if len(same) >= MOST:
            return likely(((each, 1.0) for each in same), now)
        found = {each.complaint_id: 1.0 for each in same} | self._alike(unit, sketch(words))
        return likely(((self._known[each], score) for each, score in found.items()), now)

    def _alike(self, unit: str | None, wanted: Sketch) -> dict[UUID, float]:
        units = {unit, None} if unit is not None else set(self._by_unit)
        candidates = [
            other
            for each in units
            for length, others in self._by_unit.get(each, {}).items()
            for other in fitting(wanted, length, others.values())
        ]
        newest = nlargest(MOST_COMPARED, candidates, key=lambda other: other.serial)
        return {
            other.complaint_id: fuzz.ratio(wanted.words, other.words, score_cutoff=ALIKE * 100) / 100
            for other in newest
        }

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
        unknown = [row.complaint_id for row in reversed(rows) if row.complaint_id not in self._known]
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

    def _forget(self, complaint_id: UUID) -> None:
        gone = self._known.pop(complaint_id)
        self._by_unit[gone.unit][len(gone.words)].pop(complaint_id, None)
        others = self._by_words[gone.words]
        others.remove(complaint_id)
        if not others:
            del self._by_words[gone.words]
