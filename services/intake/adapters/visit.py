"""Visit: told at a reception point (arts. 8, 12), settled on the spot where that can be done (art. 18.1)."""

from __future__ import annotations

from typing import Literal

from services.intake.adapters.told import Line, Strict, Told, Words


class Settlement(Strict):
    """What was done at once."""

    result: Words
    complainant_agrees: Literal[True]


class Visit(Told):
    """One visit."""

    reception_point: Line
    settlement: Settlement | None = None
