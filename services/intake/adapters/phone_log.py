"""Phone log: a complaint told on the telephone, or a call that was none; typed by an operator or exported (art. 13)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from services.intake.adapters.told import Line, Moment, Strict, Told
from services.intake.domain.call_endings import LONGEST_NOTE, Ending, lacks_note


class Call(Strict):
    """The call itself, as the exchange knows it."""

    id: Annotated[str, StringConstraints(max_length=120)] | None = None
    caller_number: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None, description="as shown; never proof of who called"
    )
    started_at: Moment | None = None
    ended_at: Moment | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Call:
        if self.started_at and self.ended_at and self.ended_at < self.started_at:
            raise ValueError("the call ends before it starts")
        return self


class PhoneLogEntry(Told):
    """One entry."""

    call: Call = Field(default_factory=Call)


class CallWithoutComplaint(Strict):
    """A call that was no complaint, and why."""

    ending: Ending
    note: Annotated[str, StringConstraints(max_length=LONGEST_NOTE)] | None = Field(
        default=None, validate_default=True, description="what else should be known of it; no names, no numbers"
    )
    call: Call = Field(default_factory=Call)
    desk: Line | None = Field(default=None, description="the seat at which it was taken, as the exchange names it")

    @field_validator("note")
    @classmethod
    def _where_needed(cls, note: str | None, others: ValidationInfo) -> str | None:
        if "ending" in others.data and lacks_note(others.data["ending"], note):
            words = {"zh": "选“其他”须写备注", "en": "say what it was"}
            raise PydanticCustomError("note_missing", "must say what it was", words)
        return note or None
