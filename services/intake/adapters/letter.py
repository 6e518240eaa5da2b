"""Letter: opened one by one and registered (art. 14), transcribed by a person."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from services.intake.adapters.told import Line, Moment, Told


class Letter(Told):
    """One letter."""

    arrived_at: Moment
    opened_by: Line
    posting_number: Annotated[str, StringConstraints(max_length=40)] | None = None
    postmarked_on: date | None = None
