"""How each form is filled in from the published messages: one pure function a form.

Law of this file: every word on a document comes from a message or from a table of ``wording``; what was not told is left
blank or said to be missing, never invented (art. 15). Identities are filled in here in full: ``masking`` takes them out
of the copies that must not have them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from services.forms.domain.definition import FormId
from services.forms.domain.values import FormValues
from services.forms.domain.wording import (
    CHANNELS,
    ELEMENTS,
    GROUNDS,
    NOT_GIVEN,
    OUTCOMES,
    RELATIONS,
    official_number,
    shown_date,
    shown_moment,
    shown_name,
    shown_phone,
    shown_staff,
    shown_window,
    yes_no,
)
from shared.contracts.case import (
    CaseAccepted,
    CaseApproved,
    CaseClosed,
    CaseDeadlineMissed,
    CaseEvent,
    CaseExtensionDecided,
    CaseExtensionRequested,
    CaseFeedbackSubmitted,
    CaseFollowUpRecorded,
    CaseRedirected,
    CaseRedispatched,
    CaseRefused,
    CaseSanctioned,
    CaseSettled,
    CaseUnitRefused,
    Dispatch,
)
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.tracking import show_tracking_code
from shared.contracts.values import Satisfaction

_Event = TypeVar("_Event", bound=CaseEvent)


class NotYet(LookupError):
    """The caller is at fault: the case has not come to where this form can be filled in."""


@dataclass(frozen=True, slots=True)
class Story:
    """A complaint and what has happened to it, oldest first: all that a form is filled in from."""

    complaint: ComplaintReceived
    events: tuple[CaseEvent, ...] = ()

    def latest(self, kind: type[_Event]) -> _Event | None:
        """The last event of that kind, or None."""
        return next((event for event in reversed(self.events) if isinstance(event, kind)), None)

    def need(self, kind: type[_Event]) -> _Event:
        """The last event of that kind; raises NotYet where there was none."""
        event = self.latest(kind)
        if event is None:
            raise NotYet(f"no {kind.__name__} yet")
        return event

    @property
    def number(self) -> str:
        """The official number, "" until the case is registered."""
        return official_number(self.events[-1].case_number) if self.events else ""

    @property
    def unit(self) -> str | None:
        """The unit that the case lies with, None before it was sent to one."""
        sent = self.latest(Dispatch)
        return sent.unit if sent else None


def _values(form: FormId, **texts: str | None) -> FormValues:
    return FormValues(form=form, texts={name: text for name, text in texts.items() if text})


def receipt(story: Story) -> FormValues:
    """投诉回执, from the complaint alone."""
    told = story.complaint
    return _values(
        FormId.RECEIPT,
        tracking_code=show_tracking_code(told.tracking_code),
        received_at=shown_moment(told.received_at),
        channel=CHANNELS[told.channel],
        complainant=shown_name(told.complainant),
        phone=shown_phone(told.complainant.phone),
        receiver=told.received_by,
        respond_by=shown_moment(told.respond_by),
        window=shown_window(told.target),
        staff=shown_staff(told.target),
        content=_content(told),
        evidence=_evidence(told),
        missing="、".join(ELEMENTS[element] for element in told.missing) or "无",
    )


def written_statement(story: Story) -> FormValues:
    """重大事项投诉书: what was told is filled in, the signature is the complainant's."""
    told = story.complaint
    person = told.complainant
    return _values(
        FormId.WRITTEN_STATEMENT,
        tracking_code=show_tracking_code(told.tracking_code),
        received_at=shown_moment(told.received_at),
        complainant=person.name,
        phone=shown_phone(person.phone) if person.phone else None,
        address=person.address,
        relation=RELATIONS.get(person.relation),
        window=shown_window(told.target),
        staff=shown_staff(told.target),
        content=told.facts,
        demand=told.demand,
        evidence=_evidence(told),
    )


def disposition(story: Story) -> FormValues:
    """处置单: for a unit once the case is dispatched, for the file once it is settled or done with."""
    told, sent = story.complaint, story.latest(Dispatch)
    return _values(
        FormId.DISPOSITION,
        number=story.number,
        limit=sent.limit_words if sent else None,
        complainant=shown_name(told.complainant),
        phone=shown_phone(told.complainant.phone),
        receiver=sent.receiver if sent else told.received_by,
        received_at=shown_moment(sent.received_at if sent else told.received_at),
        window=" ".join(part for part in (sent.unit, sent.window) if part) if sent else shown_window(told.target),
        staff=(sent.staff if sent else None) or shown_staff(told.target),
        content=_content(told),
        advice=_advice(sent),
        outcome=_outcome(story),
    )


def _advice(sent: Dispatch | None) -> str | None:
    match sent:
        case CaseApproved(advice=advice, opinion=opinion, approved_by=leader):
            return f"{advice}\n批办意见：{opinion}（{leader}）"
        case CaseRedispatched(advice=advice, reason=reason):
            return f"{advice}\n回访不满意：{reason}"
        case None:
            return None
        case _:
            return sent.advice


def _outcome(story: Story) -> str:
    settled, done = story.latest(CaseSettled), story.latest(CaseClosed)
    feedback, asked = story.latest(CaseFeedbackSubmitted), story.latest(CaseFollowUpRecorded)
    return "\n".join(
        line
        for line in (
            f"当场处置：{settled.result}" if settled else "",
            f"处理结果：{feedback.findings if feedback else done.result}" if done and (feedback or done.result) else "",
            f"回访情况：{_said(asked)}" if asked and done else "",
        )
        if line
    )


def _said(asked: CaseFollowUpRecorded) -> str:
    reason = f"，{asked.reason}" if asked.reason else ""
    return f"{OUTCOMES[asked.outcome]}{reason}（{asked.asked_by}，{shown_date(asked.occurred_at)}）"


def feedback(story: Story) -> FormValues:
    """反馈单, as the unit's leader signed it."""
    told = story.need(CaseFeedbackSubmitted)
    return _values(
        FormId.FEEDBACK,
        unit=told.unit,
        number=story.number,
        handled_on=shown_date(told.occurred_at),
        handler=told.handler,
        phone=told.phone,
        findings=told.findings,
        rectification=told.rectification,
        leader=told.signed_by,
        signed_on=shown_date(told.signed_at),
        remarks=told.remarks,
    )


def extension(story: Story) -> FormValues:
    """延期申请单: the request, and the office's decision once there is one."""
    asked = story.need(CaseExtensionRequested)
    decided = story.latest(CaseExtensionDecided)
    answered = decided if decided and decided.version > asked.version else None
    return _values(
        FormId.EXTENSION,
        unit=asked.unit,
        number=story.number,
        applied_on=shown_date(asked.occurred_at),
        clerk=asked.clerk,
        phone=asked.phone,
        asked=f"{asked.days}个工作日",
        reason=asked.reason,
        leader=asked.signed_by,
        signed_on=shown_date(asked.occurred_at),
        opinion=_decision(answered) if answered else None,
        decided_on=shown_date(answered.occurred_at) if answered else None,
        remarks=asked.remarks,
    )


def _decision(decided: CaseExtensionDecided) -> str:
    granted = (
        f"同意延期{decided.days}个工作日，至{shown_moment(decided.limit)}。" if decided.granted else "不同意延期。"
    )
    return f"{granted}{decided.opinion}（{decided.decided_by}）"


def unit_refusal(story: Story) -> FormValues:
    """不予受理通知单, from the unit to the office."""
    told = story.need(CaseUnitRefused)
    item, _ = GROUNDS[told.ground]
    return _values(
        FormId.UNIT_REFUSAL,
        dispatched_on=shown_date(told.dispatched_at),
        number=story.number,
        ground=item,
        reason=told.reason,
        handler=told.handler,
        leader=told.signed_by,
        served_on=told.served_on,
        served_at=shown_date(told.served_at) if told.served_at else None,
        issued_on=shown_date(told.occurred_at),
    )


def acceptance_notice(story: Story) -> FormValues:
    """投诉受理告知书."""
    told, accepted = story.complaint, story.need(CaseAccepted)
    return _values(
        FormId.ACCEPTANCE_NOTICE,
        **_addressed(story, accepted),
        window=_about(told),
        tracking_code=show_tracking_code(told.tracking_code),
    )


def refusal_notice(story: Story) -> FormValues:
    """投诉不予受理告知书."""
    told = story.need(CaseRefused)
    item, words = GROUNDS[told.ground]
    return _values(
        FormId.REFUSAL_NOTICE,
        **_addressed(story, told),
        window=_about(story.complaint),
        ground=item,
        ground_text=words,
        reason=told.reason,
        remedy=told.remedy,
        authority=told.handed_over_to or "无",
    )


def redirect_notice(story: Story) -> FormValues:
    """投诉事项管辖告知书."""
    told = story.need(CaseRedirected)
    return _values(
        FormId.REDIRECT_NOTICE, **_addressed(story, told), authority=told.competent_authority, reason=told.reason
    )


def follow_up_record(story: Story) -> FormValues:
    """回访记录."""
    asked, told = story.need(CaseFollowUpRecorded), story.latest(CaseFeedbackSubmitted)
    person, dissatisfied = story.complaint.complainant, asked.outcome is Satisfaction.DISSATISFIED
    return _values(
        FormId.FOLLOW_UP_RECORD,
        number=story.number,
        round=f"第{asked.round}轮",
        complainant=shown_name(person),
        phone=shown_phone(person.phone),
        unit=told.unit if told else story.complaint.target.unit,
        asked_at=shown_moment(asked.occurred_at),
        attempts=f"第{asked.attempts}次",
        result=told.findings if told else None,
        outcome=OUTCOMES[asked.outcome],
        at_fault=yes_no(asked.unit_at_fault),
        reason=asked.reason if dissatisfied else None,
        suggestions=None if dissatisfied else asked.reason,
        asked_by=asked.asked_by,
        signed_on=shown_date(asked.occurred_at),
    )


def result_notice(story: Story) -> FormValues:
    """处置结果通报: what was found, and what was decided; that is for people, and never for this function (art. 19)."""
    told, asked = story.need(CaseFeedbackSubmitted), story.latest(CaseFollowUpRecorded)
    late = not told.in_time or any(isinstance(e, CaseDeadlineMissed) and e.bound == "unit" for e in story.events)
    sanctions = [event for event in story.events if isinstance(event, CaseSanctioned)]
    told_of = [event.occurred_at for event in story.events if isinstance(event, CaseClosed | CaseSanctioned)]
    undecided = "依照第十九条另行决定。" if told.substantiated or late else "无。"
    return _values(
        FormId.RESULT_NOTICE,
        unit=told.unit,
        received_on=shown_date(story.complaint.received_at),
        number=story.number,
        findings=told.findings,
        conclusion=f"投诉{'属实' if told.substantiated else '不属实'}，{'未' if late else ''}按规定时限处置。",
        follow_up=_said(asked) if asked else "未回访。",
        measures="\n".join(map(_consequence, sanctions)) or undecided,
        issued_on=shown_date(max(told_of, default=story.events[-1].occurred_at)),
    )


def _consequence(event: CaseSanctioned) -> str:
    return f"依照第十九条，予以{event.sanction}：{event.text}（{event.actor}，{shown_date(event.occurred_at)}）"


def _addressed(story: Story, event: CaseEvent) -> dict[str, str]:
    """The head of a letter to the complainant, and its date: that of the event it tells of."""
    told = story.complaint
    return {
        "complainant": told.complainant.name or "投诉人",
        "received_on": shown_date(told.received_at),
        "channel": CHANNELS[told.channel],
        "number": story.number,
        "issued_on": shown_date(event.occurred_at),
    }


def _about(told: ComplaintReceived) -> str:
    window = shown_window(told.target)
    return "有关单位" if window == NOT_GIVEN else window


def _content(told: ComplaintReceived) -> str:
    lines = [told.facts, f"诉求：{told.demand}" if told.demand else "", _when(told)]
    return "\n".join(line for line in lines if line)


def _when(told: ComplaintReceived) -> str:
    return f"发生时间：{told.occurred_at}" if told.occurred_at else ""


def _evidence(told: ComplaintReceived) -> str:
    return "、".join(piece.name for piece in told.evidence) or "无"
