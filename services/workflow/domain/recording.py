"""How something is written down: the event around what happened.

Law of this file: an event says where the case stands afterwards; what isn't said to change stays as it is. It decides
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from services.workflow.domain.case import Case
from services.workflow.domain.clockwork import Change
from services.workflow.domain.events import Event, What
from services.workflow.domain.in_force import MEASURE_IN_FORCE
from services.workflow.domain.roles import SOFTWARE, Person
from services.workflow.domain.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The rule something was done under."""

    article: str
    in_force_from: date = MEASURE_IN_FORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What follows from it; None leaves the case's own."""

    state: State | None = None
    round: int | None = None
    holder: Person | None = None
    clocks: Iterable[Change] = field(default_factory=tuple)


def write_down(
    case: Case,
    what: What,
    now: datetime,
    rule: Rule,
    consequences: Consequences,
    by: Person = SOFTWARE,
) -> Event:
    """The event on a case that has begun. ``now`` is aware."""
    return Event(
        at=now,
        by=by,
        article=rule.article,
        in_force_from=rule.in_force_from,
        what=what,
        state=consequences.state or case.state,
        round=consequences.round or case.round,
        holder=consequences.holder or case.holder,
        clocks=tuple(consequences.clocks),
    )
