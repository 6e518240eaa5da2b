"""Phone log: an entry of the hotline's log, typed by an operator or exported by the exchange (art. 13)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from services.intake.adapters.told import Moment, Strict, Told


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
