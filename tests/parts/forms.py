"""Samples for the tests of forms: one complaint, what happened to it, and values for every form."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from services.forms.domain.definition import FormId
from services.forms.domain.documents import ON_DEMAND
from services.forms.domain.filling import Story
from services.forms.domain.lists import LISTS as DUE_LISTS
from services.forms.domain.values import FormValues, Issue, Verification
from shared.contracts import case, lists
from shared.contracts.complaint import Complainant, ComplaintReceived, Evidence, Source, Target
from shared.contracts.values import Channel, DangerKind, Element, Ground, Relation, Satisfaction, Track

Event = TypeVar("Event", bound=case.CaseEvent)

ID = UUID("0199f0aa-0000-7000-8000-000000000001")
CODE = "2QW8HN5T08"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Noon in Shanghai."""
LIMIT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

FACTS = "11月17日到医保窗口办理异地就医备案，工作人员称系统维护不能办理，未说明何时恢复，也未给一次性告知单。"
FINDINGS = "经查，11月17日上午省医保平台中断19分钟，窗口人员未说明原因及恢复时间，投诉部分属实。"

ISSUE = Issue(
    issued_at=NOON,
    issued_by="王立新",
    number="枣诉文〔2026〕417号",
    version=2,
    verification=Verification(code="7K3M9-QX2DV", url="https://shouli.example/verify/7K3M9QX2DV"),
)


def a_complainant(**changes: Any) -> Complainant:
    """Somebody who gave everything art. 15 asks for, with these changes."""
    given: dict[str, Any] = {
        "name": "李淑珍",
        "phone": "+8613800138000",
        "email": "lishuzhen@example.com",
        "address": "滕州市善南街道某小区3号楼",
        "relation": Relation.INTERESTED_PARTY,
    }
    return Complainant(**{**given, **changes})


def a_complaint(**changes: Any) -> ComplaintReceived:
    """A complaint by telephone, with these changes."""
    given: dict[str, Any] = {
        "complaint_id": ID,
        "tracking_code": CODE,
        "channel": Channel.PHONE,
        "received_at": NOON,
        "received_by": "孙晓敏",
        "respond_by": LIMIT,
        "complainant": a_complainant(),
        "target": Target(unit="市医疗保障局", window="A09 异地就医备案", staff="张镕玥", desk_number="A12"),
        "facts": FACTS,
        "demand": "当天办结备案。",
        "occurred_at": "11月17日上午",
        "evidence": [Evidence(id=ID, name="取号单.jpg", media_type="image/jpeg", size=9, sha256="0" * 64)],
        "missing": [Element.STAFF],
        "source": Source(kind="phone_log"),
    }
    return ComplaintReceived(**{**given, **changes})


EVENTS: dict[type[case.CaseEvent], dict[str, Any]] = {
    case.CaseRegistered: {
        "channel": Channel.PHONE,
        "received_at": NOON,
        "respond_by": LIMIT,
        "real_name": True,
        "awaiting_statement": False,
    },
    case.CaseAccepted: {},
    case.CaseRefused: {
        "ground": Ground.OTHER_LEGAL_WAY,
        "reason": "该事项正在诉讼。",
        "remedy": "请向人民法院主张权利。",
        "handed_over_to": "市中区人民法院",
    },
    case.CaseRedirected: {"competent_authority": "枣庄市信访局", "reason": "不属于进驻单位权限。"},
    case.CaseSettled: {"unit": "市医疗保障局", "result": "当场补办备案，投诉人认可。"},
    case.CaseForwarded: {
        "track": Track.FORWARD,
        "unit": "市医疗保障局",
        "window": "A09 异地就医备案",
        "staff": "张镕玥（工位号 A12）",
        "advice": "请1个工作日内办结。",
        "respond_to": "周明",
        "limit": LIMIT,
        "limit_words": "1个工作日，至2026年11月24日17:00",
        "receiver": "孙晓敏",
        "received_at": NOON,
    },
    case.CaseApprovalRequested: {"unit": "市医疗保障局", "proposal": "需进一步调查，拟批办。"},
    case.CaseFeedbackSubmitted: {
        "unit": "市医疗保障局",
        "handler": "周明",
        "phone": "0632-8690012",
        "findings": FINDINGS,
        "substantiated": True,
        "rectification": "对当事人批评教育，完善应急预案。",
        "signed_by": "高玉兰",
        "signed_at": NOON,
        "sealed": True,
        "remarks": "附音视频截图3张。",
        "in_time": True,
    },
    case.CaseExtensionRequested: {
        "unit": "市医疗保障局",
        "clerk": "周明",
        "phone": "0632-8690012",
        "days": 2,
        "reason": "需向济南市医保核对结算。",
        "signed_by": "高玉兰",
        "remarks": "先行办结备案。",
    },
    case.CaseExtensionDecided: {
        "unit": "市医疗保障局",
        "granted": True,
        "days": 1,
        "opinion": "理由属实。",
        "decided_by": "赵志远",
        "limit": LIMIT,
    },
    case.CaseUnitRefused: {
        "unit": "市医疗保障局",
        "dispatched_at": NOON,
        "ground": Ground.NO_CONTACT_OR_EVIDENCE,
        "reason": "经三次联系未果，未补充必要证据。",
        "handler": "周明",
        "signed_by": "高玉兰",
        "served_on": "王立新",
        "served_at": NOON,
    },
    case.CaseFollowUpRecorded: {
        "outcome": Satisfaction.DISSATISFIED,
        "reason": "仅口头道歉，备案仍未办。",
        "unit_at_fault": True,
        "asked_by": "王立新",
        "attempts": 2,
    },
    case.CaseClosed: {"outcome": "done", "result": "已办结。"},
    case.CaseSanctioned: {"unit": "市医疗保障局", "sanction": "责令整改", "text": "一个月内整改到位。"},
    case.CaseArchived: {"timeline_head": "0" * 64},
}
_DISPATCHED = EVENTS[case.CaseForwarded]
EVENTS[case.CaseApproved] = {
    **_DISPATCHED,
    "track": Track.APPROVE,
    "limit_words": "3个工作日，至2026年11月26日17:00",
    "approved_by": "赵志远",
    "opinion": "请分管领导牵头。",
}
EVENTS[case.CaseRedispatched] = {**_DISPATCHED, "reason": "备案仍未办。", "round": 2}
_DEADLINE = {"clock": "handle", "article": "18.2", "limit": LIMIT, "holder": "周明", "unit": "市医疗保障局"}
EVENTS[case.CaseDeadlineNear] = EVENTS[case.CaseDeadlineMissed] = _DEADLINE
EVENTS[case.CaseUrgentUnattended] = {"danger": DangerKind.SELF_HARM, "raised_at": LIMIT, "holder": "周明"}


def an_event(kind: type[Event], version: int = 1, **changes: Any) -> Event:
    """An event of that kind as ``EVENTS`` has it, with these changes."""
    common = {
        "complaint_id": ID,
        "tracking_code": CODE,
        "case_number": "2026-001083",
        "version": version,
        "occurred_at": NOON,
        "actor": "王立新",
    }
    return kind(**{**common, **EVENTS[kind], **changes})


def a_story(*kinds: type[case.CaseEvent] | case.CaseEvent, complaint: ComplaintReceived | None = None) -> Story:
    """The complaint, then one event of each kind, in order."""
    events = tuple(an_event(kind, version) if isinstance(kind, type) else kind for version, kind in enumerate(kinds, 1))
    return Story(complaint or a_complaint(), events)


WHOLE = a_story(
    case.CaseRegistered,
    case.CaseAccepted,
    case.CaseRefused,
    case.CaseRedirected,
    case.CaseForwarded,
    case.CaseUnitRefused,
    case.CaseExtensionRequested,
    case.CaseExtensionDecided,
    case.CaseFeedbackSubmitted,
    case.CaseFollowUpRecorded,
    case.CaseClosed,
)
"""Everything that could be told of one case, so that any form can be filled in from it."""

_MONTH = lists.Counted(
    received=118, refused=6, extended=3, second_round=4, satisfied=42, dissatisfied=7, unreachable=5, substantiated=38,
    sanctioned=1, repeated=9, answered=lists.Kept(met=117, missed=1), handled=lists.Kept(met=95, missed=5),
)  # fmt: skip
_ASKED: Any = {"document_id": ID, "asked_by": "孙晓敏", "occurred_at": NOON}
BOX = lists.BoxRecorded(
    **_ASKED,
    box="3号箱，二楼东侧电梯口",
    opened_at=NOON,
    opened_by="李静",
    witness="曹海峰",
    counted=3,
    difference="一张是表扬（周明一起核对）",
    slips=[
        lists.SlipFound(
            register_number="箱2026-0041",
            summary="窗口边接私人电话边办件",
            signed=False,
            case_number="2026-001085",
        ),
        lists.SlipFound(register_number="箱2026-0042", summary="一次没有说清要带的材料", signed=True),
    ],
)
CALLS = lists.CallsListed(
    **_ASKED,
    calls=[
        lists.CallToMake(
            tracking_code=CODE,
            case_number="2026-001061",
            name="秦玥",
            phone="+8613700005520",
            say="您好，您反映的收费问题已受理。",
            latest=LIMIT,
        )
    ],
    waiting=1,
)
PERIOD = lists.PeriodReported(
    **_ASKED,
    frozen_id=UUID("0199f0aa-0000-7000-8000-0000000000f2"),
    frozen_at=NOON,
    frozen_by="赵志远",
    sha256="5a" * 32,
    first_day=date(2026, 10, 1),
    last_day=date(2026, 10, 31),
    analysis="投诉集中在异地就医备案。",
    whole=_MONTH,
    before=_MONTH.model_copy(update={"received": 131}),
    before_first_day=date(2026, 9, 1),
    before_last_day=date(2026, 9, 30),
    by_channel=[
        _MONTH.model_copy(update={"key": "phone", "received": 100}),
        _MONTH.model_copy(update={"key": "letter", "received": 18}),
    ],
    by_unit=[_MONTH.model_copy(update={"key": "市医疗保障局", "received": 27})],
    by_matter=[_MONTH.model_copy(update={"key": "一次性告知不到位", "received": 31})],
    by_month=[_MONTH.model_copy(update={"key": "2026-10"})],
)
LISTED: dict[FormId, lists.ListAsked] = {
    FormId.BOX_RECORD: BOX,
    FormId.CALL_LIST: CALLS,
    FormId.MONTHLY_REPORT: PERIOD,
}
"""What the other services hand over, for each list."""
_LISTS = {form: DUE_LISTS[type(told)].fill(told) for form, told in LISTED.items()}


def values_for(form: FormId, **texts: str) -> FormValues:
    """A form filled in from ``WHOLE`` (or from its list), with these fields changed."""
    filled = _LISTS[form] if form in _LISTS else ON_DEMAND[form](WHOLE)
    return filled.model_copy(update={"texts": {**filled.texts, **texts}})
