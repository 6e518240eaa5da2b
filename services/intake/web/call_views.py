"""What the pages of the line show: reasons to choose from, a call that was just put down, and the calls of a day.

Law of this file: frozen values, moments aware; no number and no name of a caller stands in any of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping

from services.intake.domain.call_endings import BY_ENDING, ENDINGS, Ending
from services.intake.reconciling import UNACCOUNTED
from services.intake.store.states import CallState
from shared.sealing import KeyRing
from shared.web.i18n import Bilingual

CHOICES: Sequence[tuple[str, Bilingual]] = tuple(
    (row.ending.value, Bilingual(row.chinese, row.english)) for row in ENDINGS
)
"""The reasons, each with its value."""
COMPLAINT_WORDS = Bilingual("投诉", "complaint")
OPEN_WORDS = Bilingual("还没有交代", "not accounted for")
_CLASSES: Mapping[str, Bilingual] = {"complaint": COMPLAINT_WORDS, UNACCOUNTED: OPEN_WORDS, **dict(CHOICES)}
_KINDS: Mapping[str, str] = {
    CallState.OPEN: "soon",
    CallState.COMPLAINT: "met",
    CallState.NO_COMPLAINT: "later",
}
"""How a state looks: the kinds of limit, so that icon and colour are the pages' own."""


@dataclass(frozen=True, slots=True)
class EndedCall:
    """A call that was just put down as no complaint, as the next page tells it."""

    id: UUID
    words: Bilingual


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call: when, who took it, what became of it."""

    id: UUID
    began_at: datetime
    ended_at: datetime | None
    operator: str
    desk: str
    kind: str
    words: Bilingual
    note: str = ""
    recorded_by: str = ""
    """Who said what became of it, where that was not the operator."""
    taken_up_by: str = ""
    open: bool = False
    may_take_up: bool = False


@dataclass(frozen=True, slots=True)
class CallsPage:
    """The calls of a day, and those of any day that nobody has accounted for. ``typed``: the note that came back."""

    day: date
    today: bool
    before: date
    after: date | None
    tally: Sequence[tuple[Bilingual, int]]
    waiting: Sequence[CallLine]
    lines: Sequence[CallLine]
    may: bool
    choices: Sequence[tuple[str, Bilingual]] = CHOICES
    trouble: Bilingual | None = None
    wrong: UUID | None = None
    typed: str = ""
    chosen: str = ""


def tally_of(classes: Mapping[str, int]) -> list[tuple[Bilingual, int]]:
    """A day's figures in words, in the order of the table; what did not occur is left out."""
    return [(words, classes[name]) for name, words in _CLASSES.items() if classes.get(name)]


def line_of(row: RowMapping, ring: KeyRing) -> CallLine:
    """A call as the list shows it."""
    state = CallState(row["state"])
    return CallLine(
        id=row["id"],
        began_at=row["began_at"],
        ended_at=row["ended_at"],
        operator=row["operator"],
        desk=row["desk"] or "",
        kind=_KINDS[state],
        words=_words(state, row["ending"]),
        note=ring.open(row["note_sealed"]).decode() if row["note_sealed"] else "",
        recorded_by="" if row["recorded_by"] in (None, row["operator"]) else row["recorded_by"],
        taken_up_by=row["taken_up_by"] or "",
        open=state is CallState.OPEN,
        may_take_up=state is not CallState.COMPLAINT,
    )


def ending_words(ending: str) -> Bilingual:
    """A reason in words."""
    row = BY_ENDING[Ending(ending)]
    return Bilingual(row.chinese, row.english)


def _words(state: CallState, ending: str | None) -> Bilingual:
    if state is CallState.NO_COMPLAINT and ending:
        return ending_words(ending)
    return COMPLAINT_WORDS if state is CallState.COMPLAINT else OPEN_WORDS
