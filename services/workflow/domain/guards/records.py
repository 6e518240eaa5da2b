"""Anywhere in the life of a case (arts. 3, 4, 14, 17)."""

from __future__ import annotations

from services.workflow.domain.guards.base import Guard, Situation
from services.workflow.domain.urgency import Standing


def _is_raised(s: Situation) -> bool:
    return s.case.urgency is not None and s.case.urgency.standing is Standing.RAISED


ASSIGNEE_IS_ACTIVE = Guard(
    "assignee_is_active",
    "4",
    "该承办人不在岗或者不是办公室投诉处置人",
    "the person is no active handler of the office",
    of_command=lambda s, c: c.to in s.facts.office_handlers,
)
NOT_RAISED_YET = Guard(
    "not_raised_yet",
    "2",
    "已经标为紧急，正等人处置",
    "it is marked as urgent already and waits for somebody to look",
    of_case=lambda s: not _is_raised(s),
)
IS_URGENT = Guard(
    "is_urgent",
    "2",
    "本案没有标为紧急",
    "it isn't marked as urgent",
    of_case=lambda s: s.case.urgency is not None,
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
UNIT_MAY_KNOW = Guard(
    "unit_may_know",
    "17",
    "涉嫌违规违纪违法，限制知悉：单位无权知悉，须先由分管领导解除限制",
    "it is kept close, and no unit may know of it: the leader has to lift that first",
    of_case=lambda s: not s.case.restricted,
)
NOT_RESTRICTED = Guard(
    "not_restricted",
    "17",
    "已经限制知悉",
    "it is kept close already",
    of_case=lambda s: not s.case.restricted,
)
RESTRICTED = Guard(
    "restricted",
    "17",
    "没有限制知悉",
    "it is not kept close",
    of_case=lambda s: s.case.restricted,
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
