"""The five grounds on which a complaint may be refused (art. 10). There is no sixth.

Law of this file: the words of each ground, the remedy that a complainant is told of where the handler writes no better
one (art. 16), and what each ground demands. Whether it holds in a given case is the handler's to judge; whether it may
be used yet is a guard's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.workflow.domain.in_force import MEASURE_IN_FORCE, newest
from shared.contracts.values import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRow:
    """One row.

    ``remedy`` is what else the complainant can do. ``needs_hand_over``: the refusal names the body it goes to, and the
    case is restricted from then on. ``needs_lapse``: usable only where no contact details were given, or once the date
    set for the evidence has passed without it.
    """

    ground: Ground
    text: str
    remedy: str
    needs_hand_over: bool = False
    needs_lapse: bool = False
    in_force_from: date = MEASURE_IN_FORCE

    @property
    def article(self) -> str:
        """The item of art. 10, which is the ground's own name."""
        return self.ground.value


GROUNDS: tuple[GroundRow, ...] = (
    GroundRow(
        ground=Ground.NOT_CONCERNED,
        text="投诉人不是合法权益被侵害的本人或利害关系人的",
        remedy="请由权益受到影响的本人或者利害关系人提出投诉；代为投诉的，请一并提供授权说明。",
    ),
    GroundRow(
        ground=Ground.OTHER_LEGAL_WAY,
        text="已经或依法应当通过诉讼、仲裁、行政复议、信访等法定途径解决的",
        remedy="请通过诉讼、仲裁、行政复议或者信访等法定途径解决；已在办理的，请向承办机关查询。",
    ),
    GroundRow(
        ground=Ground.NOT_SPECIFIC,
        text="投诉内容不具体或没有明确的投诉对象，无法处置的",
        remedy="请补充被投诉的单位、窗口以及事情经过，再次提出投诉，我们将重新登记办理。",
    ),
    GroundRow(
        ground=Ground.NO_CONTACT_OR_EVIDENCE,
        text="投诉人未能提供联系方式或在规定时间内无法提供必要证据的",
        remedy="请提供联系方式或者所需证据，再次提出投诉，我们将重新登记办理。",
        needs_lapse=True,
    ),
    GroundRow(
        ground=Ground.DISCIPLINE_MATTER,
        text="凡涉及纪委、监委、政府督查室督办的违规违纪违法的投诉",
        remedy="本件已移交有关机关，请向该机关了解办理情况。",
        needs_hand_over=True,
    ),
)


def ground_row(ground: Ground, on: date, table: tuple[GroundRow, ...] = GROUNDS) -> GroundRow:
    """The row of this ground that is in force on a day. Raises LookupError before the Measure was in force."""
    return newest((row for row in table if row.ground is ground), on)
