"""Suggestion box: its opening by two people, and one slip, transcribed by a person (art. 14).

A slip is anonymous unless it is signed.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.intake.adapters.told import Line, Moment, Strict, Told

MOST_SLIPS = 500


class BoxOpening(Strict):
    """A box was opened: by two people (art. 14), whatever was in it."""

    box: Line = Field(min_length=1)
    opened_at: Moment
    opened_by: Line = Field(min_length=1)
    witnessed_by: Line = Field(min_length=1)
    slips: int = Field(ge=0, le=MOST_SLIPS)

    @model_validator(mode="after")
    def _two_people(self) -> BoxOpening:
        if self.witnessed_by == self.opened_by:
            raise ValueError("the witness must be another person than the one who opened the box")
        return self


class SuggestionSlip(Told):
    """One slip. What can't be read is marked: ``[?]``, ``[…]``, ``[涂]``."""

    box: Line
    opened_at: Moment
    opened_by: Line
    witnessed_by: Line | None = None
    slip_number: Annotated[str, StringConstraints(max_length=40)]
    opening_id: UUID | None = None
    """The opening of the box that this slip was found at; its counts must add up before it is closed."""

    @model_validator(mode="after")
    def _two_people(self) -> SuggestionSlip:
        if self.witnessed_by and self.witnessed_by == self.opened_by:
            raise ValueError("the witness must be another person than the one who opened the box")
        return self

    @property
    def signed(self) -> bool:
        """Whether the slip says who wrote it."""
        return bool(self.complainant.name or self.complainant.phone or self.complainant.email)
