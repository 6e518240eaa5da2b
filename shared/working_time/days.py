"""What a single day is, and why.

Law of this file: a day's kind always comes with the source that made it so. It must not know any calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.values import Moment


class DayKind(StrEnum):
    """The six kinds of day."""

    WORKING = "working"
    """工作日: Monday to Friday, and nothing said against it."""

    WEEKEND = "weekend"
    """周末, where it isn't part of a holiday."""

    HOLIDAY = "holiday"
    """节假日, the days exchanged (调休) for make-up workdays included."""

    MAKE_UP_WORKDAY = "make_up_workday"
    """调休上班: a Saturday or Sunday that is worked."""

    OVERRIDE_OFF = "override_off"
    """Set free here by a local decision."""

    OVERRIDE_ON = "override_on"
    """Made a working day here by a local decision."""


WORKING_KINDS = frozenset({DayKind.WORKING, DayKind.MAKE_UP_WORKDAY, DayKind.OVERRIDE_ON})
"""The kinds that count in a period of working days (Civil Code art. 203: the others are rest days)."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day at the centre.

    ``name`` is the holiday's or the decision's, in Chinese, empty for ordinary days. ``source`` is the number of the
    notice, the reference of the override, or ``estimate``; only an estimated day is ``provisional``.
    """

    day: date
    kind: DayKind
    name: str
    source: str
    provisional: bool = False

    @property
    def is_working(self) -> bool:
        """Whether it counts in a period of working days."""
        return self.kind in WORKING_KINDS


_Words = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Override(BaseModel):
    """A local decision on one day, by which the centre works or rests whatever the notice says.

    It is taken into account from ``in_force_from`` (a date in Asia/Shanghai) on, and never edited: a later one for the
    same day takes its place, and the two of them stay on record. ``notice`` is the number of the document it rests on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    working: bool
    name: _Words
    notice: _Words | None = None
    who: Annotated[_Words, Field(repr=False)]
    decided_at: Moment
    in_force_from: date

    @property
    def reference(self) -> str:
        """How a day names this override as its source: by its document, else by day and moment of the decision."""
        return self.notice or f"override {self.day} of {self.decided_at:%Y-%m-%dT%H:%M:%SZ}"

    def as_day(self) -> Day:
        """The day as this decision makes it."""
        kind = DayKind.OVERRIDE_ON if self.working else DayKind.OVERRIDE_OFF
        return Day(self.day, kind, self.name, self.reference)
