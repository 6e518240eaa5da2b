"""From the follow-up to the file (arts. 18.5, 18.6, 19, 22).

Law of this file: past tense; what the complainant said stays in the complainant's words.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from services.workflow.domain.commands import CallResult
from services.workflow.domain.events.base import Body, SetsLimit
from services.workflow.domain.events.handling import Dispatched
from services.workflow.domain.sanctions import Basis, Sanction
from shared.contracts.values import Moment, Satisfaction


class CallAttempted(Body):
    """A call that brought no follow-up about."""

    kind: Literal["call_attempted"] = "call_attempted"
    is_record: ClassVar[bool] = True
    result: CallResult
    call_back_at: Moment | None = None
    remarks: str | None = None


class FollowUpRecorded(Body):
    """What the complainant said of the result (art. 18.5). ``attempts`` counts this call where there was one."""

    kind: Literal["follow_up_recorded"] = "follow_up_recorded"
    outcome: Satisfaction
    reason: str | None = None
    unit_at_fault: bool | None = None
    suggestions: str | None = None
    attempts: Annotated[int, Field(ge=0)]


class Redispatched(Dispatched, SetsLimit):
    """Back to the unit with a limit, a new round (art. 18.5)."""

    kind: Literal["redispatched"] = "redispatched"
    reason: str


class Closed(Body):
    """Done. ``outcome`` is the follow-up's."""

    kind: Literal["closed"] = "closed"
    outcome: Satisfaction
    reason: str | None = None
    result: str


class Withdrawn(Body):
    """The complainant took the complaint back."""

    kind: Literal["withdrawn"] = "withdrawn"
    reason: str


class HandedOver(Body):
    """Handed over to another authority (arts. 10.5, 19, 22)."""

    kind: Literal["handed_over"] = "handed_over"
    basis: Basis
    authority: str
    reason: str


class Sanctioned(Body):
    """A consequence was imposed on the unit (art. 19)."""

    kind: Literal["sanctioned"] = "sanctioned"
    sanction: Sanction
    unit: str
    text: str


class FalseAccusationFlagged(Body):
    """A leader found that the accusation was made up (art. 22)."""

    kind: Literal["false_accusation_flagged"] = "false_accusation_flagged"
    reason: str


class Archived(Body):
    """Filed (art. 18.6)."""

    kind: Literal["archived"] = "archived"
