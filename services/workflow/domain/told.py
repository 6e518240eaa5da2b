"""What a unit is told of results and consequences that its own cases don't show it, and when (arts. 19, 20).

Law of this file: the table ``TOLD``. A case that was dispatched to a unit is open to it and stands on its notice anyway, by
what it handled and the limits that bound it; here is what reaches it otherwise. A consequence asks something of the unit, so it
can't wait for a month to end; a settlement on the spot asks nothing more of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.workflow.domain import events
from services.workflow.domain.in_force import MEASURE_IN_FORCE


class When(StrEnum):
    """By a notice of its own, or among the results of a period."""

    AT_ONCE = "at_once"
    WITH_THE_PERIOD = "with_the_period"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """One row: what happened, its names, when the unit is told of it, by which article."""

    body: type[events.Body]
    chinese: str
    english: str
    when: When
    article: str
    in_force_from: date = MEASURE_IN_FORCE

    @property
    def kind(self) -> str:
        """The name of what happened, as the timeline has it."""
        return str(self.body.model_fields["kind"].default)


TOLD: tuple[ToldRow, ...] = (
    ToldRow(
        body=events.Sanctioned,
        chinese="问责决定",
        english="a consequence that was imposed on it",
        when=When.AT_ONCE,
        article="19",
    ),
    ToldRow(
        body=events.Settled,
        chinese="当场办结的投诉",
        english="a complaint about it that was settled on the spot",
        when=When.WITH_THE_PERIOD,
        article="20",
    ),
)


def kinds(when: When) -> list[str]:
    """What a unit is told so, by the names that the timeline has for it."""
    return [row.kind for row in TOLD if row.when is when]
