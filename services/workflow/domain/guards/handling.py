"""Dispatch and the unit's answer (arts. 4, 10, 18.2-18.4, annexes 3-5)."""

from __future__ import annotations

from services.workflow.domain import commands
from services.workflow.domain.clockwork import clock_row, extended_limit
from services.workflow.domain.guards.acceptance import evidence_lapsed
from services.workflow.domain.guards.base import Guard, Situation, days_left, unit_meant
from services.workflow.domain.limits import Figure
from shared.contracts.values import Ground

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
    of_command=lambda s, c: c.ground is not Ground.NO_CONTACT_OR_EVIDENCE or evidence_lapsed(s),
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
    "延期累计不得超过{extension_days}个工作日，本轮已用完",
    "extensions never pass {extension_days} working days in all; this round has used them",
    of_case=lambda s: days_left(s, Figure.EXTENSION_DAYS) > 0,
)
EXTENSION_WITHIN_CAP = Guard(
    "extension_within_cap",
    "18.3",
    "延期累计不得超过{extension_days}个工作日",
    "extensions never pass {extension_days} working days in all",
    of_command=lambda s, c: c.days <= days_left(s, Figure.EXTENSION_DAYS),
)
LIMIT_IS_EXTENDABLE = Guard(
    "limit_is_extendable",
    "18.3",
    "补全反馈的期限不能延长",
    "the limit for completing a feedback can't be extended",
    of_case=_extendable,
)
COMPLETION_WITHIN_DAYS = Guard(
    "completion_within_days",
    "18.4",
    "补全反馈的期限不得超过{completion_days}个工作日",
    "a feedback is to be completed within {completion_days} working days at most",
    of_command=lambda s, c: c.working_days <= days_left(s, Figure.COMPLETION_DAYS),
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
