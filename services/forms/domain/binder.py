"""The binder of a case (案卷, art. 18.6): what is in it, frozen when it is made.

Law of this file: a binder holds everything that forms knows of a case and nothing else: the forms issued, what was
attached, what was told to whom, what happened when, and the hash of each. It is lent out, so it shows a person as the
copy for the file does. It must not know pages or PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.forms.domain.definition import FormId
from services.forms.domain.filling import Story
from services.forms.domain.masking import MASKS, Reader
from services.forms.domain.wording import CHANNELS, GROUNDS, OUTCOMES, shown_moment, shown_name, shown_phone
from shared.contracts import case
from shared.contracts.complaint import Complainant, ComplaintReceived, ComplaintSupplemented, Evidence
from shared.contracts.masking import Showing, mask_name, mask_phone, mask_text
from shared.contracts.tracking import show_tracking_code

BINDER = "binder"
"""The binder's place among the forms: it is issued, numbered and verified like one."""
BINDER_TITLE = "枣庄市民中心政务服务投诉案卷"
BINDER_VERSION = "2"
BINDER_ARTICLE = "18.6"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class BoundDocument(_Part):
    """An issued form."""

    id: UUID
    form: FormId
    title: str
    number: str
    version: int
    issued_at: AwareDatetime
    superseded: bool


class Attachment(_Part):
    """An original that belongs to the case. ``shown`` is False where its pages could lead to a person (art. 17)."""

    name: str
    origin: str
    media_type: str
    size: int | None
    sha256: str
    shown: bool = True


class Entry(_Part):
    """A line of the timeline, or of what was told."""

    at: AwareDatetime
    what: str
    who: str
    words: str = ""


class BinderContents(_Part):
    """All of it."""

    number: str
    cover: tuple[tuple[str, str], ...]
    documents: tuple[BoundDocument, ...]
    messages: tuple[Entry, ...]
    attachments: tuple[Attachment, ...]
    timeline: tuple[Entry, ...]
    timeline_head: str | None = None


_Words = Callable[[case.CaseEvent], str]


def _words(*fields: str) -> _Words:
    return lambda event: "　".join(str(value) for name in fields if (value := getattr(event, name, None)))


def _refusal(event: case.CaseEvent) -> str:
    assert isinstance(event, case.CaseRefused | case.CaseUnitRefused)
    return f"{GROUNDS[event.ground][0]}：{event.reason}"


def _follow_up(event: case.CaseEvent) -> str:
    assert isinstance(event, case.CaseFollowUpRecorded)
    return "　".join(part for part in (OUTCOMES[event.outcome], event.reason) if part)


def _decision(event: case.CaseEvent) -> str:
    assert isinstance(event, case.CaseExtensionDecided)
    return f"{f'同意{event.days}个工作日' if event.granted else '不同意'}　{event.opinion}"


def _limit(event: case.CaseEvent) -> str:
    assert isinstance(event, case.CaseDeadline)
    return f"第{event.article}条　{shown_moment(event.limit)}　{event.holder}"


EVENTS: dict[type[case.CaseEvent], tuple[str, _Words]] = {
    case.CaseRegistered: ("登记", _words()),
    case.CaseAccepted: ("受理", _words()),
    case.CaseRefused: ("不予受理", _refusal),
    case.CaseRedirected: ("告知管辖部门", _words("competent_authority", "reason")),
    case.CaseSettled: ("当场处置", _words("unit", "result")),
    case.CaseForwarded: ("转办", _words("unit", "limit_words", "advice")),
    case.CaseApprovalRequested: ("报领导批办", _words("unit", "proposal")),
    case.CaseApproved: ("批办", _words("unit", "limit_words", "opinion")),
    case.CaseFeedbackSubmitted: ("反馈", _words("unit", "findings", "rectification")),
    case.CaseExtensionRequested: ("申请延期", _words("unit", "reason")),
    case.CaseExtensionDecided: ("延期审批", _decision),
    case.CaseUnitRefused: ("单位不予受理", _refusal),
    case.CaseFollowUpRecorded: ("回访", _follow_up),
    case.CaseRedispatched: ("重新交办", _words("unit", "limit_words", "reason")),
    case.CaseClosed: ("办结", _words("result")),
    case.CaseSanctioned: ("问责", _words("unit", "sanction", "text")),
    case.CaseArchived: ("归档", _words()),
    case.CaseDeadlineNear: ("时限临近", _limit),
    case.CaseUrgentUnattended: ("紧急件无人处置，已告警", _words("holder")),
    case.CaseDeadlineMissed: ("超过时限", _limit),
}
"""What each event is called, and which of its words stand in the timeline."""

TELLS: dict[type[case.CaseEvent], str] = {
    case.CaseRegistered: "告知投诉人已登记",
    case.CaseAccepted: "告知投诉人已受理",
    case.CaseRefused: "告知投诉人不予受理",
    case.CaseRedirected: "告知投诉人管辖部门",
    case.CaseForwarded: "发被投诉单位",
    case.CaseApproved: "发被投诉单位",
    case.CaseRedispatched: "发被投诉单位",
    case.CaseExtensionDecided: "告知被投诉单位",
    case.CaseClosed: "告知投诉人结果",
    case.CaseSanctioned: "通报被投诉单位",
}
"""Events that tell somebody something. The texts that were sent are kept by notify; the file says what, when and to whom."""


def binder_contents(
    story: Story,
    supplements: Sequence[ComplaintSupplemented],
    documents: Sequence[BoundDocument],
    scans: Sequence[Attachment],
) -> BinderContents:
    """Put the binder of a case together; ``scans`` are the signed papers that were handed in."""
    told = story.complaint
    hide = _Hide(told.complainant)
    archived = story.latest(case.CaseArchived)
    return BinderContents(
        number=story.number or show_tracking_code(told.tracking_code),
        cover=tuple(_cover(story, hide)),
        documents=tuple(documents),
        messages=tuple(sorted([*_told(story), *_heard(supplements, hide)], key=lambda entry: entry.at)),
        attachments=tuple(_attachments(story, supplements, scans, hide)),
        timeline=tuple(_entry(event, hide) for event in story.events),
        timeline_head=archived.timeline_head if archived else None,
    )


class _Hide:
    """What the copy for the file shows of one complainant."""

    def __init__(self, complainant: Complainant) -> None:
        rule = MASKS[FormId.DISPOSITION, Reader.FILE]
        self._complainant = complainant
        self.showing = rule.confidential if complainant.confidential else rule.ordinarily

    def text(self, words: str) -> str:
        return mask_text(words, self._complainant, self.showing)

    def name(self) -> str:
        name = shown_name(self._complainant)
        return name if self.showing is Showing.OPEN or not self._complainant.name else mask_name(name)

    def phone(self) -> str:
        phone = self._complainant.phone
        return mask_phone(phone) if phone and self.showing is not Showing.OPEN else shown_phone(phone)


def _cover(story: Story, hide: _Hide) -> Iterator[tuple[str, str]]:
    told, closed = story.complaint, story.latest(case.CaseClosed)
    sent = story.latest(case.Dispatch)
    yield "投诉人", hide.name()
    yield "联系电话", hide.phone()
    yield "投诉方式", CHANNELS[told.channel]
    yield "收到时间", shown_moment(told.received_at)
    yield "接诉人", told.received_by
    yield "被投诉单位", (sent.unit if sent else told.target.unit) or "未提供"
    yield "办结时间", shown_moment(closed.occurred_at) if closed else "尚未办结"
    yield (
        "归档时间",
        next((shown_moment(e.occurred_at) for e in story.events if isinstance(e, case.CaseArchived)), "尚未归档"),
    )


def _entry(event: case.CaseEvent, hide: _Hide) -> Entry:
    what, words = EVENTS[type(event)]
    return Entry(at=event.occurred_at, what=what, who=event.actor, words=hide.text(words(event)))


def _told(story: Story) -> Iterator[Entry]:
    for event in story.events:
        if type(event) in TELLS:
            unit = event.unit if isinstance(event, case.Dispatch | case.CaseExtensionDecided) else ""
            yield Entry(at=event.occurred_at, what=TELLS[type(event)], who=event.actor, words=unit)


def _heard(supplements: Sequence[ComplaintSupplemented], hide: _Hide) -> Iterator[Entry]:
    for more in supplements:
        yield Entry(
            at=more.received_at,
            what=f"投诉人补充（{CHANNELS[more.channel]}）",
            who=more.received_by,
            words=hide.text(more.text),
        )


def _attachments(
    story: Story, supplements: Sequence[ComplaintSupplemented], scans: Sequence[Attachment], hide: _Hide
) -> Iterator[Attachment]:
    """Each original once, under the first name it has."""
    found: dict[str, Attachment] = {}
    sources: list[tuple[str, ComplaintReceived | ComplaintSupplemented, str]] = [("证据", story.complaint, "投诉")]
    sources += [("补充证据", more, "补充") for more in supplements]
    shown = hide.showing is Showing.OPEN
    for origin, message, kind in sources:
        for piece in message.evidence:
            found.setdefault(piece.sha256, _evidence(piece, origin, hide))
        for place, sha256 in enumerate(message.source.originals, 1):
            name = f"{kind}原件{place}（{CHANNELS[message.channel]}）"
            original = Attachment(name=name, origin="原件", media_type="", size=None, sha256=sha256, shown=shown)
            found.setdefault(sha256, original)
    for scan in scans:
        found.setdefault(scan.sha256, scan.model_copy(update={"name": hide.text(scan.name), "shown": shown}))
    yield from found.values()


def _evidence(piece: Evidence, origin: str, hide: _Hide) -> Attachment:
    return Attachment(
        name=hide.text(piece.name),
        origin=origin,
        media_type=piece.media_type,
        size=piece.size,
        sha256=piece.sha256,
        shown=hide.showing is Showing.OPEN,
    )
