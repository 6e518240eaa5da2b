"""Since when a rule holds (art. 25), and which of several versions holds on a day.

Law of this file: an amendment of the regulation adds a row with a later date and edits none, so that every case can be
read under the rules of its day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar

from shared.working_time import SHANGHAI

MEASURE_IN_FORCE = date(2020, 2, 20)
"""The day on which the Measure was issued and came into force (art. 25)."""


class Versioned(Protocol):
    """A row of a rule table."""

    @property
    def in_force_from(self) -> date:
        """First day on which the row holds."""
        ...


Row = TypeVar("Row", bound=Versioned)


def day_of(moment: datetime) -> date:
    """The day at the office at a moment, whatever zone the moment is stored in."""
    return moment.astimezone(SHANGHAI).date()


def in_utc(moment: datetime) -> datetime:
    """The same moment as it is kept. Raises ValueError for a naive one, whose zone nobody knows."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone can't be placed: pass an aware datetime")
    return moment.astimezone(UTC)


def newest(rows: Iterable[Row], on: date) -> Row:
    """Of several versions of one rule, the one in force on a day. Raises LookupError where none was yet."""
    begun = [row for row in rows if row.in_force_from <= on]
    if not begun:
        raise LookupError(f"no version of this rule was in force on {on.isoformat()}")
    return max(begun, key=lambda row: row.in_force_from)
