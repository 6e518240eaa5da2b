"""What must hold beside the state: the conditions of the regulation, one small pure function each.

Law of this file: a guard looks at the case, the actor, the moment and the directory, and says yes or no; its article
and its words stand beside it. A guard ``of_case`` can be judged before anybody has filled in a form, so the case page
can say what is not possible yet and why; a guard ``of_command`` looks into the form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.workflow.domain import commands
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import ClockName
from services.workflow.domain.clockwork import Clockwork, clock_row, extended_limit
from services.workflow.domain.facts import Facts
from services.workflow.domain.in_force import day_of
from services.workflow.domain.limits import Figure, figure
from services.workflow.domain.refusal import Refusal, RefusalCode
from services.workflow.domain.roles import Person
from shared.contracts.values import Channel, Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision looks at. ``case`` is as it is at ``now``: limits that have passed are stated as missed."""

    case: Case
    actor: Person
    now: datetime
    work: Clockwork
    facts: Facts


@dataclass(frozen=True, slots=True)
class Guard:
    """One rule: its name, its article, its test, and what is said where it doesn't hold."""

    name: str
    article: str
    chinese: str
    english: str
    of_case: Callable[[Situation], bool] | None = None
    of_command: Callable[[Situation, Any], bool] | None = None

    def holds_for_case(self, situation: Situation) -> bool:
        """Whether it holds, as far as that can be judged without a command."""
        return self.of_case is None or self.of_case(situation)

    def holds(self, situation: Situation, command: commands.Command) -> bool:
        """Whether it holds."""
        return self.holds_for_case(situation) and (self.of_command is None or self.of_command(situation, command))

    def refusal(self) -> Refusal:
        """What is answered where it doesn't."""
        return Refusal(
            code=RefusalCode.RULE,
            rule=self.name,
            article=self.article,
            message_zh=self.chinese,
            message_en=self.english,
        )


def unit_meant(case: Case, command: commands.Command) -> str | None:
    """The unit a command is about: the one it names, else the one proposed, else the one the case lies with.

    The handler looks this unit up in the directory before deciding.
    """
    named: str | None = getattr(command, "unit", None)
    if named is not None:
        return named
    if isinstance(command, commands.Approve) and case.proposal is not None:
        return case.proposal.unit
    return case.unit


# Acceptance (arts. 7, 10)


def _evidence_lapsed(s: Situation) -> bool:
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
    of_case=_evidence_lapsed,
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

# Dispatch (arts. 4, 18.2, 18.3)

UNIT_HAS_HANDLER = Guard(
    "unit_has_handler",
    "4",
    "该单位没有在岗的投诉处置人，不能转办",
    "the unit has no active handler, so nothing can be dispatched to it",
    of_command=lambda s, c: s.facts.people(unit_meant(s.case, c)).handler is not None,
)
UNIT_HAS_LEADER = Guard(
    "unit_has_leader",
    "18.3",
    "该单位没有登记分管领导，批办件无从转送",
    "the unit has no leader in the directory, to whom an approved case must go",
    of_command=lambda s, c: s.facts.people(unit_meant(s.case, c)).leader is not None,
)
OFFICE_HAS_LEADER = Guard(
    "office_has_leader",
    "18.3",
    "没有在岗的分管领导可报批",
    "no office leader is on duty to be asked",
    of_case=lambda s: s.facts.office_leader is not None,
)
APPROVAL_NOT_OWED = Guard(
    "approval_not_owed",
    "18.3",
    "本件已报领导批办，须经批办方可转出",
    "this case was put before the leader and can't be dispatched without an opinion",
    of_case=lambda s: not s.case.approval_owed,
)
ANOTHER_PERSON = Guard(
    "another_person",
    "18.3",
    "拟办人不能自行批办",
    "whoever made the proposal can't approve it",
    of_case=lambda s: s.case.proposed_by is None or s.case.proposed_by.id != s.actor.id,
)
RECEIPT_NOT_SIGNED = Guard(
    "receipt_not_signed",
    "18.3",
    "已经签收",
    "receipt has been signed for already",
    of_case=lambda s: s.case.receipt_signed_at is None,
)

# The unit's answer (arts. 18.3, 18.4, annexes 3-5)


def _extension_days_left(s: Situation) -> int:
    return figure(Figure.EXTENSION_DAYS, day_of(s.now)) - s.case.extension_days


def _extendable(s: Situation) -> bool:
    clock = s.case.unit_clock
    return clock is not None and clock_row(clock).is_extendable


def _in_time_or_reasoned(s: Situation, c: commands.RequestExtension | commands.DecideExtension) -> bool:
    clock = s.case.unit_clock
    return clock is None or not clock.is_missed or c.late_reason is not None


def _still_ahead(s: Situation, c: commands.DecideExtension) -> bool:
    limit = extended_limit(s.case, c.days, s.work)
    return not c.granted or (limit is not None and limit.moment > s.now)


SIGNED_BY_LEADER = Guard(
    "signed_by_leader",
    "18.4",
    "须由本单位分管领导签字",
    "it needs the signature of the unit's leader",
    of_command=lambda s, c: c.signed_by in s.facts.people(s.case.unit).signatories,
)
SIGNATURE_NOT_AHEAD = Guard(
    "signature_not_ahead",
    "18.4",
    "签字时间不能晚于现在",
    "a signature can't bear a later time than now",
    of_command=lambda s, c: c.signed_at is None or c.signed_at <= s.now,
)
NO_REFUSAL_PENDING = Guard(
    "no_refusal_pending",
    "annex 5",
    "单位不予受理的意见正待审核",
    "the unit's refusal is waiting for the office's decision",
    of_case=lambda s: s.case.unit_refusal is None,
)
REFUSAL_PENDING = Guard(
    "refusal_pending",
    "annex 5",
    "没有待审核的单位不予受理意见",
    "no refusal by the unit is waiting for a decision",
    of_case=lambda s: s.case.unit_refusal is not None,
)
NOT_OVERRULED = Guard(
    "not_overruled",
    "annex 5",
    "单位不予受理的意见本轮已被否定，须办理反馈",
    "the unit's refusal was overruled in this round; it has to handle the case",
    of_case=lambda s: not s.case.unit_refusal_overruled,
)
UNIT_GROUND_USABLE = Guard(
    "unit_ground_usable",
    "10.4",
    "适用第十条第四项，须投诉人未留联系方式，或者补充证据期限已过而未提供",
    "ground 10.4 needs a complaint without contact details, or an evidence date that has passed without evidence",
    of_command=lambda s, c: c.ground is not Ground.NO_CONTACT_OR_EVIDENCE or _evidence_lapsed(s),
)
HAND_OVER_NAMED = Guard(
    "hand_over_named",
    "10.5",
    "适用第十条第五项的须写明移送机关，其他各项不写",
    "ground 10.5, and no other, names the body it is handed over to",
    of_command=lambda s, c: (
        s.case.unit_refusal is not None
        and (s.case.unit_refusal.ground is Ground.DISCIPLINE_MATTER) == (c.handed_over_to is not None)
    ),
)
EXTENSION_NOT_PENDING = Guard(
    "extension_not_pending",
    "18.4",
    "已有延期申请待审批",
    "an extension is waiting for a decision already",
    of_case=lambda s: s.case.extension_request is None,
)
EXTENSION_PENDING = Guard(
    "extension_pending",
    "18.4",
    "没有待审批的延期申请",
    "no extension is waiting for a decision",
    of_case=lambda s: s.case.extension_request is not None,
)
EXTENSION_LEFT = Guard(
    "extension_left",
    "18.3",
    "延期累计不得超过2个工作日，本轮已用完",
    "extensions never pass two working days in all; this round has used them",
    of_case=lambda s: _extension_days_left(s) > 0,
)
EXTENSION_WITHIN_CAP = Guard(
    "extension_within_cap",
    "18.3",
    "延期累计不得超过2个工作日",
    "extensions never pass two working days in all",
    of_command=lambda s, c: c.days <= _extension_days_left(s),
)
LIMIT_IS_EXTENDABLE = Guard(
    "limit_is_extendable",
    "18.3",
    "补全反馈的期限不能延长",
    "the limit for completing a feedback can't be extended",
    of_case=_extendable,
)
LATE_WITH_REASON = Guard(
    "late_with_reason",
    "18.3",
    "办理时限已过，须写明逾期申请或者审批的理由",
    "the limit has passed: say why the request or the decision comes late",
    of_command=_in_time_or_reasoned,
)
EXTENSION_STILL_AHEAD = Guard(
    "extension_still_ahead",
    "18.3",
    "延长后的时限也已过去，延期没有意义",
    "even the extended limit would have passed already",
    of_command=_still_ahead,
)

# Follow-up and after (arts. 18.5, 18.6, 19, 22)


def _is_fault_found(s: Situation) -> bool:
    return s.case.follow_up is not None and s.case.follow_up.unit_at_fault is True


def _is_unreachable(s: Situation) -> bool:
    on = day_of(s.now)
    days = {day for attempt in s.case.attempts if s.work.calendar.is_working_day(day := day_of(attempt.at))}
    enough = len(s.case.attempts) >= figure(Figure.CALL_ATTEMPTS, on) and len(days) >= figure(Figure.CALL_DAYS, on)
    return enough or not s.case.has_contact


def _is_proven(s: Situation) -> bool:
    unit = s.case.unit
    was_late = any(clock.answerable and clock.answerable.unit == unit for clock in s.case.breaches)
    return unit is not None and (s.case.is_substantiated or was_late)


NOT_FOLLOWED_UP = Guard(
    "not_followed_up",
    "18.5",
    "本轮已登记回访结果",
    "this round's follow-up has been recorded",
    of_case=lambda s: s.case.follow_up is None,
)
FOLLOWED_UP = Guard(
    "followed_up",
    "18.5",
    "须先登记回访结果",
    "the follow-up has to be recorded first",
    of_case=lambda s: s.case.follow_up is not None,
)
UNREACHABLE_PROVEN = Guard(
    "unreachable_proven",
    "18.5",
    "拨打次数或者分布的工作日不足，还不能记为联系不上（三次、两个工作日）",
    "unreachable takes three calls on at least two different working days",
    of_case=_is_unreachable,
)
NO_FAULT_FOUND = Guard(
    "no_fault_found",
    "18.5",
    "投诉人不满意且确属单位处置不到位，须退回再办",
    "the complainant is dissatisfied and the unit at fault: it goes back to the unit",
    of_case=lambda s: not _is_fault_found(s),
)
FAULT_FOUND = Guard(
    "fault_found",
    "18.5",
    "须投诉人不满意且确属单位处置不到位，方可退回再办",
    "it goes back only where the complainant is dissatisfied and the unit at fault",
    of_case=_is_fault_found,
)
PROVEN = Guard(
    "proven",
    "19",
    "须经查实确属单位问题，或者单位未按时限处置，方可问责",
    "only after a fault was substantiated, or the unit missed a limit",
    of_case=_is_proven,
)
UNFOUNDED = Guard(
    "unfounded",
    "22",
    "须经调查不属实，方可标记诬告",
    "only after the findings say that the complaint is unfounded",
    of_case=lambda s: s.case.feedback is not None and not s.case.is_substantiated,
)
NOT_FLAGGED = Guard(
    "not_flagged",
    "22",
    "已标记为诬告",
    "it has been flagged already",
    of_case=lambda s: not s.case.is_false_accusation,
)
FLAGGED = Guard(
    "flagged",
    "22",
    "须先由领导标记为诬告",
    "a leader has to flag it as a false accusation first",
    of_case=lambda s: s.case.is_false_accusation,
)
NO_OPEN_CLOCK = Guard(
    "no_open_clock",
    "18.6",
    "尚有时限在计，不能归档",
    "a clock is still running",
    of_case=lambda s: not s.case.open_clocks,
)

# Anywhere (arts. 3, 14, 17)

ASSIGNEE_IS_ACTIVE = Guard(
    "assignee_is_active",
    "4",
    "该承办人不在岗或者不是办公室投诉处置人",
    "the person is no active handler of the office",
    of_command=lambda s, c: c.to in s.facts.office_handlers,
)
HELD_BY_ANOTHER = Guard(
    "held_by_another",
    "3",
    "案件由您本人负责，无须催办",
    "you hold the case yourself",
    of_case=lambda s: s.case.holder.id != s.actor.id,
)
NOT_CONFIDENTIAL = Guard(
    "not_confidential",
    "17",
    "已经保密",
    "it is confidential already",
    of_case=lambda s: not s.case.confidential,
)
IDENTITY_OPEN_TO_ACTOR = Guard(
    "identity_open_to_actor",
    "17",
    "投诉人要求保密，被投诉单位不能查看其身份",
    "the identity is sealed from the unit complained of",
    of_case=lambda s: not (s.actor.is_of_a_unit and s.case.confidential),
)
LINK_IS_NEW = Guard(
    "link_is_new",
    "14",
    "该案件就是本案，或者已经关联",
    "that is this very case, or it is linked already",
    of_command=lambda s, c: c.other != s.case.number and c.other not in {link.other for link in s.case.links},
)
LINK_EXISTS = Guard(
    "link_exists",
    "14",
    "没有与该案件的关联",
    "it isn't linked",
    of_command=lambda s, c: c.other in {link.other for link in s.case.links},
)
NOT_ANSWERED_YET = Guard(
    "not_answered_yet",
    "14",
    "已登记过首次回应",
    "the first answer has been recorded already",
    of_case=lambda s: s.case.responded_at is None,
)
ANSWER_TIME_PLAUSIBLE = Guard(
    "answer_time_plausible",
    "14",
    "回应时间须在收到投诉之后、现在之前",
    "an answer is given after the complaint was received, and not in the future",
    of_command=lambda s, c: s.case.received_at <= c.answered_at <= s.now,
)
