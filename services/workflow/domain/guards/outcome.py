"""Follow-up and after (arts. 18.5, 18.6, 19, 22)."""

from __future__ import annotations

from services.workflow.domain.guards.base import Guard, Situation, days_left
from services.workflow.domain.in_force import day_of
from services.workflow.domain.limits import Figure, figure


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
    "还不能记为联系不上：须拨打{call_attempts}次以上，分布在{call_days}个以上的不同工作日",
    "unreachable takes {call_attempts} calls or more, on {call_days} or more different working days",
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
REDISPATCH_WITHIN_DAYS = Guard(
    "redispatch_within_days",
    "18.5",
    "退回再办的期限不得超过{redispatch_days}个工作日",
    "a case is sent back for {redispatch_days} working days at most",
    of_command=lambda s, c: c.working_days <= days_left(s, Figure.REDISPATCH_DAYS),
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
