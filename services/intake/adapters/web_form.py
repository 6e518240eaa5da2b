"""Web form: what a citizen sends from the page or as JSON; the statement of truth is required (art. 7)."""

from __future__ import annotations

from pydantic import field_validator

from services.intake.adapters.told import Told


class WebForm(Told):
    """One form."""

    @field_validator("statement_of_truth")
    @classmethod
    def _stated(cls, stated: bool) -> bool:
        if not stated:
            raise ValueError("please confirm that what you write is true (art. 7)")
        return stated
