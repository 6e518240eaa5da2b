"""Whether two complaints are likely to tell of the same matter (art. 10.5 refuses what was answered before).

Law of this file: a likely duplicate is linked and never merged, and only a person decides; alike is what is alike in its
words, about the same unit, within ``WITHIN``. Two texts are alike where few of their characters differ, or where most pairs
of neighbouring characters of the shorter stand in the longer: then it was retold behind another opening, with more said, or
in another order. Likeness by characters is a function that comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from services.intake.domain.text import folded

Likeness = Callable[[str, str], float]
"""How alike two texts are by their characters, between 0 and 1."""

WITHIN = timedelta(days=90)
ALIKE = 0.82
"""Of the characters' likeness: retold with a few words changed is above, another matter at the same window below."""
RETOLD = 0.6
"""Of the shorter text's pairs. Of 120,000 pairs of real messages to a city the unlike ones share 0.25 at most; retold with one
character in five changed, 95 of 100 share more than 0.6, whatever was said before and after."""
LONG_ENOUGH = 24
"""Characters from which pairs say something; what is shorter is alike by its characters or not at all."""
MOST = 5
"""Links that help a person; more are noise."""
COMPARED = 800
"""Characters of a text that are compared: what it is about is said by then, whatever it opens with."""
SHINGLE = 4
"""Characters of a stretch by which texts are found: few matters share one that isn't a common phrase."""
ANCHORS = 16
"""Stretches of a text that it is found by, evenly over it: one in three survives where every fifth character was changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Recent:
    """One that was received: what is compared of it."""

    complaint_id: UUID
    received_at: datetime
    unit: str | None
    words: str


@lru_cache(maxsize=1024)  # a text is looked for, then remembered: at a batch of an import twice
def comparable(facts: str) -> str:
    """The part of the words that is compared, without blanks and width."""
    return "".join((folded(facts[: COMPARED * 2]) or "").split())[:COMPARED].lower()


def stretches(words: str) -> set[int]:
    """Every stretch of a text, by its hash."""
    return {hash(words[place : place + SHINGLE]) for place in range(len(words) - SHINGLE + 1)}


def anchors(words: str) -> set[int]:
    """The stretches that a text is found by."""
    places = len(words) - SHINGLE + 1
    return {hash(words[place : place + SHINGLE]) for place in range(0, places, -(-places // ANCHORS) or 1)}


def likeness_of(one: str, other: str, by_characters: Likeness) -> float:
    """How alike two comparable texts are; 0 where they aren't alike."""
    score = by_characters(one, other)
    if score < ALIKE and min(len(one), len(other)) >= LONG_ENOUGH:
        score = _share_of_pairs(one, other)
        return score if score >= RETOLD else 0.0
    return score if score >= ALIKE else 0.0


def _share_of_pairs(one: str, other: str) -> float:
    pairs = sorted((set(_pairs(one)), set(_pairs(other))), key=len)
    return len(pairs[0] & pairs[1]) / len(pairs[0])


def _pairs(words: str) -> Iterator[str]:
    return (words[place : place + 2] for place in range(len(words) - 1))


def likely(found: Iterable[tuple[Recent, float]], now: datetime) -> tuple[UUID, ...]:
    """The likeliest first, the newest of equals first."""
    fitting = [(score, recent) for recent, score in found if score and now - recent.received_at <= WITHIN]
    fitting.sort(key=lambda pair: (-pair[0], -pair[1].received_at.timestamp()))
    return tuple(dict.fromkeys(recent.complaint_id for _, recent in fitting))[:MOST]
