"""A clock: one limit running for somebody on one case, and the only ways in which it may change.

Law of this file: a clock ends once, as met, missed or lifted, and from then on never changes; every limit it has had is
kept beside the one in force; nothing pauses. Which clocks there are, and what starts and ends them, is ``limits``' to
say. All moments are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from services.workflow.domain.roles import Person
from shared.contracts.values import Moment
from shared.working_time import Limit


class ClockName(StrEnum):
    """What is counted."""

    RESPOND = "respond"
    STATEMENT = "statement"
    EVIDENCE = "evidence"
    ACCEPTANCE = "acceptance"
    DISPATCH = "dispatch"
    APPROVAL = "approval"
    FORWARD = "forward"
    APPROVE = "approve"
    REDISPATCH = "redispatch"
    COMPLETION = "completion"
    EXTENSION = "extension"
    FOLLOW_UP = "follow_up"
    CONCLUSION = "conclusion"


class Party(StrEnum):
    """Whom a limit binds."""

    OFFICE = "office"
    OFFICE_LEADER = "office_leader"
    UNIT = "unit"
    COMPLAINANT = "complainant"


class Source(StrEnum):
    """Who set the number of days: the Measure, or the office for itself where the Measure names none."""

    MEASURE = "measure"
    OFFICE = "office"


class ClockEnd(StrEnum):
    """How a clock ended: in time, out of time, or because the duty itself fell away."""

    MET = "met"
    MISSED = "missed"
    LIFTED = "lifted"


class Because(StrEnum):
    """Why a clock has the limit it has."""

    STARTED = "started"
    EXTENDED = "extended"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSet:
    """One value that a clock's limit has had, when it was set and why.

    Whether it is provisional, and the version of the calendar it was counted by, stand in the limit itself.
    """

    limit: Limit
    set_at: Moment
    because: Because = Because.STARTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One limit on one case.

    ``days`` are working days without the extension; ``limits`` holds every value the limit has had, the one in force
    last; ``answerable`` is who had to keep it, named when it was missed.
    """

    id: str
    name: ClockName
    round: int
    article: str
    in_force_from: date
    bound: Party
    set_by: Source
    started_at: Moment
    days: int
    extended_by: int = 0
    limits: tuple[LimitSet, ...]
    near_at: Moment
    warned_at: Moment | None = None
    end: ClockEnd | None = None
    ended_at: Moment | None = None
    answerable: Person | None = None

    @property
    def limit(self) -> datetime:
        """The moment in force, inclusive: what is done at this very moment is in time."""
        return self.limits[-1].limit.moment

    @property
    def original_limit(self) -> datetime:
        """The moment first set, before any extension or amendment of the calendar."""
        return self.limits[0].limit.moment

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.end is None

    @property
    def is_missed(self) -> bool:
        """Whether it has been stated that the limit passed unmet."""
        return self.end is ClockEnd.MISSED

    @property
    def is_breach(self) -> bool:
        """Whether an authority's duty was missed. A complainant's lapse breaks no duty."""
        return self.is_missed and self.bound is not Party.COMPLAINANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A clock began to run."""

    change: Literal["started"] = "started"
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A clock was met, missed or lifted."""

    change: Literal["ended"] = "ended"
    id: str
    end: ClockEnd
    at: Moment
    answerable: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A running clock has another limit: it was extended, or the calendar was amended."""

    change: Literal["moved"] = "moved"
    id: str
    limit: LimitSet
    near_at: Moment
    extended_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """It was told that the limit is near; told once."""

    change: Literal["warned"] = "warned"
    id: str
    at: Moment


ClockChange = Annotated[Started | Ended | Moved | Warned, Field(discriminator="change")]


def after(clocks: tuple[Clock, ...], change: Started | Ended | Moved | Warned) -> tuple[Clock, ...]:
    """The clocks after one change. Raises ValueError where it would touch a clock that has ended, or none at all."""
    if isinstance(change, Started):
        return (*clocks, change.clock)
    if all(clock.id != change.id for clock in clocks):
        raise ValueError(f"there is no clock {change.id}")
    return tuple(_changed(clock, change) if clock.id == change.id else clock for clock in clocks)


def after_all(clocks: tuple[Clock, ...], changes: tuple[Started | Ended | Moved | Warned, ...]) -> tuple[Clock, ...]:
    """The clocks after several changes, in order."""
    for change in changes:
        clocks = after(clocks, change)
    return clocks


def _changed(clock: Clock, change: Ended | Moved | Warned) -> Clock:
    if not clock.is_running:
        raise ValueError(f"clock {clock.id} has ended ({clock.end}) and can't change")
    if isinstance(change, Ended):
        return replace(clock, end=change.end, ended_at=change.at, answerable=change.answerable)
    if isinstance(change, Moved):
        limits = (*clock.limits, change.limit)
        return replace(clock, limits=limits, near_at=change.near_at, extended_by=change.extended_by)
    return replace(clock, warned_at=change.at)
