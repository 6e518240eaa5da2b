"""Invented complainants in every situation, and an event for every occasion on which somebody may be told something."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.notify.domain.contact import Contact, Situation
from services.notify.domain.occasions import Occasion
from services.notify.domain.plan import Staff, StaffContact
from shared.contracts import case, complaint, document
from shared.contracts.complaint import Published
from shared.contracts.values import Channel, DangerKind, Ground, Satisfaction, Track

COMPLAINT = UUID("01927f3e-7c1a-7e55-9d3b-5a1f0c2b7d46")
CODE = "2QW8HN5T08"
TUESDAY = datetime(2026, 11, 24, 2, 43, tzinfo=UTC)
"""Tuesday 10:43 in Shanghai."""
WEDNESDAY_CLOSE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
"""Wednesday 17:00 in Shanghai: one working day later."""

GIVEN: dict[Situation, dict[str, Any]] = {
    Situation.MOBILE: {"phone": "+8613800000000"},
    Situation.HMT_MOBILE: {"phone": "+85251234567"},
    Situation.FOREIGN_PHONE: {"phone": "+4915123456789"},
    Situation.LANDLINE: {"phone": "+866323312345"},
    Situation.EMAIL_ONLY: {"email": "citizen@example.cn"},
    Situation.POST_ONLY: {"address": "枣庄市某路 1 号"},
    Situation.ANONYMOUS: {"phone": "+8613800000000", "email": "citizen@example.cn", "anonymous": True},
    Situation.NOTHING: {},
}
"""What a complainant left, at the least, to be in each situation."""

EVERYTHING_ELSE: dict[str, Any] = {"email": "citizen@example.cn", "address": "枣庄市某路 1 号"}

STAFF = Staff(
    holder=StaffContact(phone="+8613900000001", email="handler@example.gov.cn"),
    leader=StaffContact(phone="+8613900000002"),
    unit=StaffContact(email="unit@example.gov.cn"),
)


def a_contact(situation: Situation = Situation.MOBILE, **changes: Any) -> Contact:
    """A complainant in this situation."""
    fields: dict[str, Any] = {
        "complaint_id": COMPLAINT,
        "tracking_code": CODE,
        "received_at": TUESDAY,
        "respond_by": WEDNESDAY_CLOSE,
        "name": "王某某",
    }
    return Contact(**(fields | GIVEN[situation] | changes))


def a_complaint(**changes: Any) -> complaint.ComplaintReceived:
    """A complaint as intake publishes it."""
    fields: dict[str, Any] = {
        "complaint_id": COMPLAINT,
        "tracking_code": CODE,
        "channel": Channel.WEB,
        "received_at": TUESDAY,
        "received_by": "web form",
        "respond_by": WEDNESDAY_CLOSE,
        "complainant": complaint.Complainant(name="王某某", phone="+8613800000000"),
        "target": complaint.Target(unit="市税务局", window="D01", staff="李某某", desk_number="D0103"),
        "facts": "推诿",
        "source": complaint.Source(kind="web_form"),
    }
    return complaint.ComplaintReceived(**(fields | changes))


_CASE: dict[str, Any] = {
    "complaint_id": COMPLAINT,
    "tracking_code": CODE,
    "case_number": "2026-001083",
    "version": 4,
    "occurred_at": TUESDAY,
    "actor": "办公室",
}
_DISPATCH: dict[str, Any] = {
    "track": Track.FORWARD,
    "unit": "市税务局",
    "window": "D01",
    "staff": "李某某",
    "advice": "请核实李某某的情况",
    "respond_to": "赵某某",
    "limit": WEDNESDAY_CLOSE,
    "limit_words": "1 个工作日",
    "receiver": "web form",
    "received_at": TUESDAY,
}
_DEADLINE: dict[str, Any] = {"clock": "feedback", "article": "18.2", "limit": WEDNESDAY_CLOSE, "holder": "赵某某"}
_REGISTERED: dict[str, Any] = {
    "channel": Channel.WEB,
    "received_at": TUESDAY,
    "respond_by": WEDNESDAY_CLOSE,
    "real_name": True,
}
_UNIT_REFUSED: dict[str, Any] = {
    "unit": "市税务局",
    "dispatched_at": TUESDAY,
    "ground": Ground.NOT_SPECIFIC,
    "reason": "不具体",
    "handler": "赵某某",
    "signed_by": "孙某某",
}
_EXTENSION: dict[str, Any] = {"unit": "市税务局", "opinion": "同意", "decided_by": "周某某", "limit": WEDNESDAY_CLOSE}

_EVENTS: dict[Occasion, tuple[type[Published], dict[str, Any]]] = {
    Occasion.REGISTERED: (case.CaseRegistered, {**_REGISTERED, "awaiting_statement": False}),
    Occasion.STATEMENT_AWAITED: (case.CaseRegistered, {**_REGISTERED, "awaiting_statement": True}),
    Occasion.ACCEPTED: (case.CaseAccepted, {}),
    Occasion.REFUSED: (
        case.CaseRefused,
        {"ground": Ground.OTHER_LEGAL_WAY, "reason": "正在行政复议", "remedy": "向人民法院提出"},
    ),
    Occasion.REDIRECTED: (
        case.CaseRedirected,
        {"competent_authority": "市市场监督管理局（电话 12315）", "reason": "属市场监管职权"},
    ),
    Occasion.SETTLED: (case.CaseSettled, {"unit": "市税务局", "result": "当场补办，李某某已道歉"}),
    Occasion.FORWARDED: (case.CaseForwarded, _DISPATCH),
    Occasion.APPROVAL_ASKED: (case.CaseApprovalRequested, {"unit": "市税务局", "proposal": "建议批办"}),
    Occasion.APPROVED: (
        case.CaseApproved,
        {**_DISPATCH, "track": Track.APPROVE, "approved_by": "周某某", "opinion": "请严查"},
    ),
    Occasion.FEEDBACK_SUBMITTED: (
        case.CaseFeedbackSubmitted,
        {
            "unit": "市税务局",
            "handler": "赵某某",
            "findings": "李某某态度生硬",
            "substantiated": True,
            "signed_by": "孙某某",
            "signed_at": TUESDAY,
            "sealed": True,
            "in_time": True,
        },
    ),
    Occasion.EXTENSION_ASKED: (
        case.CaseExtensionRequested,
        {"unit": "市税务局", "clerk": "赵某某", "days": 2, "reason": "李某某休假", "signed_by": "孙某某"},
    ),
    Occasion.EXTENSION_GRANTED: (case.CaseExtensionDecided, {**_EXTENSION, "granted": True, "days": 2}),
    Occasion.EXTENSION_DENIED: (case.CaseExtensionDecided, {**_EXTENSION, "granted": False, "days": 0}),
    Occasion.UNIT_REFUSAL_SUBMITTED: (case.CaseUnitRefused, {**_UNIT_REFUSED, "outcome": "submitted"}),
    Occasion.UNIT_REFUSAL_DECIDED: (case.CaseUnitRefused, {**_UNIT_REFUSED, "outcome": "overruled"}),
    Occasion.FOLLOW_UP_ANSWERED: (
        case.CaseFollowUpRecorded,
        {"outcome": Satisfaction.SATISFIED, "asked_by": "吴某某", "attempts": 1},
    ),
    Occasion.FOLLOW_UP_UNREACHABLE: (
        case.CaseFollowUpRecorded,
        {"outcome": Satisfaction.UNREACHABLE, "asked_by": "吴某某", "attempts": 3},
    ),
    Occasion.REDISPATCHED: (case.CaseRedispatched, {**_DISPATCH, "reason": "不满意", "round": 2}),
    Occasion.CLOSED_WITH_RESULT: (case.CaseClosed, {"outcome": "followed_up", "result": "李某某已改正"}),
    Occasion.CLOSED_WITHOUT_RESULT: (case.CaseClosed, {"outcome": "withdrawn"}),
    Occasion.CLOSED_ALREADY_TOLD: (case.CaseClosed, {"outcome": "refused", "result": "不予受理"}),
    Occasion.SANCTIONED: (
        case.CaseSanctioned,
        {"unit": "市税务局", "sanction": "责令整改", "text": "李某某所反映的窗口限期整改"},
    ),
    Occasion.ARCHIVED: (case.CaseArchived, {"timeline_head": "0" * 64}),
    Occasion.LIMIT_NEAR: (case.CaseDeadlineNear, _DEADLINE),
    Occasion.LIMIT_MISSED: (case.CaseDeadlineMissed, _DEADLINE),
    Occasion.URGENT_UNATTENDED: (
        case.CaseUrgentUnattended,
        {"danger": DangerKind.SELF_HARM, "raised_at": TUESDAY, "holder": "吴某某"},
    ),
}


def an_event(occasion: Occasion, **changes: Any) -> Published:
    """An event that is this occasion. Wherever it has room for them, it names people."""
    if occasion is Occasion.RECEIVED:
        return a_complaint(**changes)
    if occasion is Occasion.SUPPLEMENTED:
        return _supplement()
    if occasion is Occasion.DOCUMENT_RENDERED:
        return _document()
    model, fields = _EVENTS[occasion]
    return model(**(_CASE | fields | changes))


def _supplement() -> complaint.ComplaintSupplemented:
    return complaint.ComplaintSupplemented(
        complaint_id=COMPLAINT,
        supplement_id=UUID(int=1),
        channel=Channel.EMAIL,
        received_at=TUESDAY,
        received_by="email inbox",
        sender_verified=True,
        text="补充",
        source=complaint.Source(kind="email_inbox"),
    )


def _document() -> document.DocumentRendered:
    return document.DocumentRendered(
        document_id=UUID(int=2),
        complaint_id=COMPLAINT,
        form="annex2",
        number="枣诉〔2026〕1083号",
        version=1,
        sha256="0" * 64,
        template_version="1",
        occurred_at=TUESDAY,
        verify_code="X",
    )
