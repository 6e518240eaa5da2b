"""Where a case can stand.

Law of this file: eleven states, and of each whether work is still owed (live) or only the filing is left. How a case
gets from one to another is ``transitions``' to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The states, in the order of annex 1."""

    REGISTERED = "registered"
    AWAITING_STATEMENT = "awaiting_statement"
    ACCEPTED = "accepted"
    AWAITING_APPROVAL = "awaiting_approval"
    DISPATCHED = "dispatched"
    FEEDBACK_SUBMITTED = "feedback_submitted"
    CLOSED = "closed"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class StateRow:
    """One row: a state, its names, and whether somebody still owes work in it."""

    state: State
    chinese: str
    english: str
    is_live: bool


_ROWS = (
    StateRow(State.REGISTERED, "已登记", "registered", is_live=True),
    StateRow(State.AWAITING_STATEMENT, "等书面材料", "awaiting the written statement", is_live=True),
    StateRow(State.ACCEPTED, "已受理", "accepted", is_live=True),
    StateRow(State.AWAITING_APPROVAL, "待批办", "awaiting approval", is_live=True),
    StateRow(State.DISPATCHED, "办理中", "with the unit", is_live=True),
    StateRow(State.FEEDBACK_SUBMITTED, "已反馈", "feedback submitted", is_live=True),
    StateRow(State.CLOSED, "已办结", "closed", is_live=False),
    StateRow(State.REFUSED, "不予受理", "refused", is_live=False),
    StateRow(State.REDIRECTED, "已告知管辖部门", "redirected", is_live=False),
    StateRow(State.WITHDRAWN, "已撤回", "withdrawn", is_live=False),
    StateRow(State.ARCHIVED, "已归档", "archived", is_live=False),
)

STATES: dict[State, StateRow] = {row.state: row for row in _ROWS}
LIVE: frozenset[State] = frozenset(row.state for row in _ROWS if row.is_live)
UNFILED: frozenset[State] = frozenset(State) - {State.ARCHIVED}
"""Everything but archived: what is filed is read-only (art. 18.6)."""
