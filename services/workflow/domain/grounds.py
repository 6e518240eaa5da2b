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

    ``remedy`` is what else the complainant can do; a case keeps the Chinese, since the notice is Chinese.
    ``needs_hand_over``: the refusal names the body it goes to, and the case is restricted from then on. ``needs_lapse``:
    usable only where no contact details were given, or once the date set for the evidence has passed without it.
    """

    ground: Ground
    chinese: str
    english: str
    remedy: str
    remedy_english: str
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
        chinese="投诉人不是合法权益被侵害的本人或利害关系人的",
        english="the complainant's own lawful rights or interests are not affected",
        remedy="请由权益受到影响的本人或者利害关系人提出投诉；代为投诉的，请一并提供授权说明。",
        remedy_english="Whoever is affected, or has an interest in the matter, may complain; who does so for somebody adds "
        "the authority to do so.",
    ),
    GroundRow(
        ground=Ground.OTHER_LEGAL_WAY,
        chinese="已经或依法应当通过诉讼、仲裁、行政复议、信访等法定途径解决的",
        english="it is or must be settled in court, by arbitration, administrative review or petition",
        remedy="请通过诉讼、仲裁、行政复议或者信访等法定途径解决；已在办理的，请向承办机关查询。",
        remedy_english="Please go to court, to arbitration, administrative review or petition; where that is under way, ask "
        "the body that deals with it.",
    ),
    GroundRow(
        ground=Ground.NOT_SPECIFIC,
        chinese="投诉内容不具体或没有明确的投诉对象，无法处置的",
        english="it is not specific, or names nobody it is about, so that it can't be handled",
        remedy="请补充被投诉的单位、窗口以及事情经过，再次提出投诉，我们将重新登记办理。",
        remedy_english="Please complain again and name the unit, the window and what happened; it will be registered anew.",
    ),
    GroundRow(
        ground=Ground.NO_CONTACT_OR_EVIDENCE,
        chinese="投诉人未能提供联系方式或在规定时间内无法提供必要证据的",
        english="no contact details, or no necessary evidence in the time set",
        remedy="请提供联系方式或者所需证据，再次提出投诉，我们将重新登记办理。",
        remedy_english="Please complain again with contact details or the evidence needed; it will be registered anew.",
        needs_lapse=True,
    ),
    GroundRow(
        ground=Ground.DISCIPLINE_MATTER,
        chinese="凡涉及纪委、监委、政府督查室督办的违规违纪违法的投诉",
        english="the discipline and supervision bodies or the government inspectorate deal with it",
        remedy="本件已移交有关机关，请向该机关了解办理情况。",
        remedy_english="It has been handed over to the competent body; please ask there how it stands.",
        needs_hand_over=True,
    ),
)


def ground_row(ground: Ground, on: date, table: tuple[GroundRow, ...] = GROUNDS) -> GroundRow:
    """The row of this ground that is in force on a day. Raises LookupError before the Measure was in force."""
    return newest((row for row in table if row.ground is ground), on)
