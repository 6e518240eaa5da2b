"""Before a case is accepted or refused (arts. 7, 10), and on the spot (18.1)."""

from __future__ import annotations

from services.workflow.domain.clocks import ClockName
from services.workflow.domain.guards.base import Guard, Situation, days_left
from services.workflow.domain.limits import Figure
from shared.contracts.values import Channel


def evidence_lapsed(s: Situation) -> bool:
    """Whether nothing more can come: nobody to ask, or asked and not answered in time."""
    if not s.case.has_contact:
        return True
    clock = s.case.clock(ClockName.EVIDENCE)
    return s.case.evidence_at is None and clock is not None and clock.is_missed


def _statement_lapsed(s: Situation) -> bool:
    clock = s.case.clock(ClockName.STATEMENT)
    return s.case.statement is None and clock is not None and clock.is_missed


def _evidence_is_asked_for(s: Situation) -> bool:
    return s.case.evidence_request is not None and s.case.evidence_at is None


ORAL = frozenset({Channel.PHONE, Channel.VISIT})
"""The channels by which a complaint is told, not written: a major matter needs the written form beside it (art. 7)."""


def is_told_only(channel: Channel, statement: str | None) -> bool:
    """Whether all there is of a complaint is what somebody said."""
    return channel in ORAL and statement is None


EVIDENCE_LAPSED = Guard(
    "evidence_lapsed",
    "10.4",
    "须投诉人未留联系方式，或者限期补充证据的期限已过而未提供，方可适用第十条第四项",
    "ground 10.4 needs a complaint without contact details, or an evidence date that has passed without evidence",
    of_case=evidence_lapsed,
)
STATEMENT_LAPSED = Guard(
    "statement_lapsed",
    "7",
    "重大事项等书面材料期间，须补交期限已过方可不予受理",
    "while the written statement is awaited, refusal has to wait until its date has passed",
    of_case=_statement_lapsed,
)
MAJOR_IN_WRITING = Guard(
    "major_in_writing",
    "7",
    "口头反映的重大事项，须先要求书面材料",
    "a major matter that was only told has to wait for the written statement: require it instead",
    of_command=lambda s, c: not c.major or s.case.major or not is_told_only(s.case.channel, s.case.statement),
)
TOLD_ONLY = Guard(
    "told_only",
    "7",
    "书面投诉或者已补书面材料的，不必再等书面材料",
    "a complaint that is in writing already waits for no written form",
    of_case=lambda s: is_told_only(s.case.channel, s.case.statement),
)
CAN_BE_ASKED = Guard(
    "can_be_asked",
    "10.4",
    "投诉人未留联系方式，无从要求补充证据",
    "without contact details nobody can be asked for evidence",
    of_case=lambda s: s.case.has_contact,
)
NOTHING_ASKED_YET = Guard(
    "nothing_asked_yet",
    "10.4",
    "已要求补充过证据，期限不重复设定",
    "evidence has been asked for already; its date is set once",
    of_case=lambda s: s.case.evidence_request is None,
)
EVIDENCE_WITHIN_DAYS = Guard(
    "evidence_within_days",
    "10.4",
    "补充证据的期限不得超过{evidence_days}个工作日",
    "evidence is to be supplied within {evidence_days} working days at most",
    of_command=lambda s, c: c.working_days <= days_left(s, Figure.EVIDENCE_DAYS),
)
EVIDENCE_IS_ASKED_FOR = Guard(
    "evidence_is_asked_for",
    "10.4",
    "没有待补充的证据",
    "no evidence is being waited for",
    of_case=_evidence_is_asked_for,
)
ON_SITE = Guard(
    "on_site",
    "18.1",
    "现场办结仅适用于现场投诉",
    "only a complaint made on site can be settled on the spot",
    of_case=lambda s: s.case.channel is Channel.VISIT,
)
