"""The ways that are open: the transitions looked up by state, act, variant and day.

Law of this file: it only reads the table. Of several versions of a row the newest one in force holds (art. 25).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from services.workflow.domain.acts import Act
from services.workflow.domain.states import State
from services.workflow.domain.transitions import TRANSITIONS, Transition

DEEDS: dict[str, Act] = {
    row.event.model_fields["kind"].default: row.act for row in TRANSITIONS if not row.event.is_record
}
"""What moves a case, by the kind of its event: the act that was done. Records and the software's own entries are none."""

Index = dict[tuple[State, Act], tuple[Transition, ...]]


def index(table: Iterable[Transition]) -> Index:
    """The rows by state and act, for looking up."""
    places: dict[tuple[State, Act], list[Transition]] = defaultdict(list)
    for row in table:
        places[row.start, row.act].append(row)
    return {place: tuple(rows) for place, rows in places.items()}


_INDEX = index(TRANSITIONS)


def ways(state: State, act: Act, on: date, table: Index = _INDEX) -> tuple[Transition, ...]:
    """The rows in force on a day for an act in a state, one for each variant, the newest version of each."""
    newest: dict[str | None, Transition] = {}
    for row in table.get((state, act), ()):
        known = newest.get(row.variant)
        if row.in_force_from <= on and (known is None or known.in_force_from <= row.in_force_from):
            newest[row.variant] = row
    return tuple(newest.values())


def find(state: State, act: Act, variant: str | None, on: date, table: Index = _INDEX) -> Transition | None:
    """The row in force on a day for this variant of an act in this state, or None where there is none."""
    return next((row for row in ways(state, act, on, table) if row.variant == variant), None)


def places(act: Act, variant: str | None, on: date, table: Index = _INDEX) -> tuple[State, ...]:
    """The states in which an act can be asked for; without a variant: in any of its ways."""
    return tuple(state for state in State if any(variant in {None, row.variant} for row in ways(state, act, on, table)))


def reachable(table: Iterable[Transition]) -> dict[State, frozenset[State]]:
    """For each state, the states that a case can still get to from there, itself included."""
    arrows = {(row.start, row.end) for row in table}
    return {state: _from(state, arrows) for state in State}


def _from(state: State, arrows: set[tuple[State, State]]) -> frozenset[State]:
    found = {state}
    while more := {end for start, end in arrows if start in found} - found:
        found |= more
    return frozenset(found)


REACHABLE = reachable(TRANSITIONS)
