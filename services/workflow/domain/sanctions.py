"""What may follow a proven fault or a missed limit (art. 19).

Law of this file: the closed list of consequences. That something was proven first is a guard's to hold; a hand-over to
another authority is a command of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.workflow.domain.in_force import MEASURE_IN_FORCE


class Sanction(StrEnum):
    """The consequences that art. 19 names."""

    CRITICISM = "criticism"
    RECTIFICATION_ORDER = "rectification_order"
    LOSS_OF_AWARD_ELIGIBILITY = "loss_of_award_eligibility"


@dataclass(frozen=True, slots=True)
class SanctionRow:
    """One row: a consequence, its names, its article."""

    sanction: Sanction
    chinese: str
    english: str
    article: str = "19"
    in_force_from: date = MEASURE_IN_FORCE


SANCTIONS: dict[Sanction, SanctionRow] = {
    row.sanction: row
    for row in (
        SanctionRow(Sanction.CRITICISM, "通报批评", "criticism in a circular"),
        SanctionRow(Sanction.RECTIFICATION_ORDER, "责令整改", "order to rectify"),
        SanctionRow(Sanction.LOSS_OF_AWARD_ELIGIBILITY, "取消评先树优资格", "loss of eligibility for awards"),
    )
}


class Basis(StrEnum):
    """On what a case is handed over to another authority."""

    DISCIPLINE = "10.5"
    GRAVE_FAULT = "19"
    FALSE_ACCUSATION = "22"
