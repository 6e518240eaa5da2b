"""Whether two complaints are likely to tell of the same matter (art. 10.5 refuses what was answered before).

Law of this file: a likely duplicate is linked and never merged, and only a person decides; alike is what is alike in its
words, about the same unit, within ``WITHIN``. Likeness is a function that comes in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.intake.domain.text import folded

WITHIN = timedelta(days=90)
ALIKE = 0.82
"""Of the words' likeness (0 to 1): retold with a few words changed is above, another matter at the same window below."""
MOST = 5
"""Links that help a person; more are noise."""
COMPARED = 400
"""Characters of a text that are compared: the beginning says what it is about."""


@dataclass(frozen=True, slots=True)
class Recent:
    """One that was received: what is compared of it."""

    complaint_id: UUID
    received_at: datetime
    unit: str | None
    words: str


def comparable(facts: str) -> str:
    """The part of the words that is compared, without blanks and width."""
    return "".join((folded(facts[: COMPARED * 2]) or "").split())[:COMPARED].lower()


def likely(found: Iterable[tuple[Recent, float]], now: datetime) -> tuple[UUID, ...]:
    """The likeliest first, the newest of equals first."""
    fitting = [(score, recent) for recent, score in found if score >= ALIKE and now - recent.received_at <= WITHIN]
    fitting.sort(key=lambda pair: (-pair[0], -pair[1].received_at.timestamp()))
    return tuple(recent.complaint_id for _, recent in fitting[:MOST])
