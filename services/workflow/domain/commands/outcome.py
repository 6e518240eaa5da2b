"""Commands from the follow-up to the file (arts. 18.5, 18.6, 19, 22).

Law of this file: what must be said to follow up, to end a case, and to draw consequences. Days are working days.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import Field, ValidationInfo, field_validator

from services.workflow.domain.acts import Act
from services.workflow.domain.commands.base import Command
from services.workflow.domain.fields import Line, MaybeLine, MaybeText, Text, WorkingDays, fault
from services.workflow.domain.sanctions import Basis, Sanction
from shared.contracts.values import Moment, Satisfaction

V = TypeVar("V")


class CallResult(StrEnum):
    """What became of one call that reached nobody who could answer."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    SWITCHED_OFF = "switched_off"
    WRONG_NUMBER = "wrong_number"
    SOMEBODY_ELSE = "somebody_else"
    CALL_BACK = "call_back"


class RecordCallAttempt(Command):
    """One call that did not bring the follow-up about (art. 18.5)."""

    act = Act.RECORD_CALL_ATTEMPT
    result: CallResult
    call_back_at: Annotated[Moment | None, Field(validate_default=True)] = None
    remarks: MaybeText = None

    @field_validator("call_back_at")
    @classmethod
    def _time_where_agreed(cls, value: Moment | None, info: ValidationInfo) -> Moment | None:
        if info.data.get("result") is CallResult.CALL_BACK and value is None:
            raise fault("call_back_missing")
        return value


class RecordFollowUp(Command):
    """回访: what the complainant says of the result, in the complainant's words (art. 18.5)."""

    act = Act.RECORD_FOLLOW_UP
    outcome: Satisfaction
    reason: Annotated[MaybeText, Field(validate_default=True)] = None
    unit_at_fault: Annotated[bool | None, Field(validate_default=True)] = None
    suggestions: MaybeText = None

    @property
    def variant(self) -> str | None:
        """Unreachable has a condition of its own."""
        return self.outcome.value

    @field_validator("reason")
    @classmethod
    def _reason_where_dissatisfied(cls, value: str | None, info: ValidationInfo) -> str | None:
        return _only_where_dissatisfied(value, info, "dissatisfaction_reason")

    @field_validator("unit_at_fault")
    @classmethod
    def _fault_where_dissatisfied(cls, value: bool | None, info: ValidationInfo) -> bool | None:
        return _only_where_dissatisfied(value, info, "dissatisfaction_fault")


class Redispatch(Command):
    """Dissatisfied and the unit at fault: back to the unit with a limit (art. 18.5). Null keeps the last dispatch's."""

    act = Act.REDISPATCH
    advice: Text
    working_days: WorkingDays
    unit: MaybeLine = None
    window: MaybeLine = None
    staff: MaybeLine = None


class Close(Command):
    """Done: what the complainant is told of the result."""

    act = Act.CLOSE
    result: Text


class Withdraw(Command):
    """The complainant takes the complaint back: why, and how that was said."""

    act = Act.WITHDRAW
    reason: Text


class HandOver(Command):
    """Hand over to another authority: a discipline matter (10.5), a grave fault (19) or a false accusation (22)."""

    act = Act.HAND_OVER
    basis: Basis
    authority: Line
    reason: Text

    @property
    def variant(self) -> str | None:
        """A discipline matter leaves the centre's hands; the other two leave the case where it stands."""
        return self.basis.value


class ImposeSanction(Command):
    """A consequence of a proven fault or a missed limit (art. 19)."""

    act = Act.IMPOSE_SANCTION
    sanction: Sanction
    text: Text


class FlagFalseAccusation(Command):
    """A leader finds that the accusation was made up (art. 22)."""

    act = Act.FLAG_FALSE_ACCUSATION
    reason: Text


class Archive(Command):
    """File the case (art. 18.6): read-only from here on."""

    act = Act.ARCHIVE


def _only_where_dissatisfied(value: V | None, info: ValidationInfo, missing: str) -> V | None:
    if "outcome" not in info.data:
        return value
    is_dissatisfied = info.data["outcome"] is Satisfaction.DISSATISFIED
    if is_dissatisfied and value is None:
        raise fault(missing)
    if value is not None and not is_dissatisfied:
        raise fault("dissatisfaction_surplus")
    return value
