"""``case.*``: what happened to a case, told to whoever must answer, print or count.

Law of this file: each event says what happened, past tense, with everything its readers need to act without asking back.
Who complained is in ``complaint.received``; these events repeat no identity, but free text (advice, findings, reasons)
may name people, so the types marked sealed in the catalogue travel as JWE.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.complaint import Published
from shared.contracts.tracking import TrackingCode
from shared.contracts.values import CaseNumber, Channel, DangerKind, Ground, Moment, Satisfaction, Track


class CaseEvent(Published):
    """What every case event says: which complaint, which case, which version of it, when, by whom."""

    complaint_id: UUID
    tracking_code: TrackingCode
    case_number: CaseNumber
    version: Annotated[int, Field(ge=1)]
    occurred_at: Moment
    actor: str = Field(description="name of the person or part of the software that did it")
    round: Annotated[int, Field(ge=1)] = 1
    confidential: bool = Field(
        default=False,
        description="art. 17: not to be shown to the unit complained of, asked with the complaint or since",
    )
    kept_for: str | None = Field(
        default=None,
        description="art. 17, of a case kept close: the account of the officer in charge, empty while there is none; beside "
        "them only the office's leader and the auditor may know of it",
    )


class CaseRegistered(CaseEvent):
    """The complaint stands in the register, with its number and its clocks (art. 15)."""

    channel: Channel
    received_at: Moment
    respond_by: Moment
    real_name: bool
    awaiting_statement: bool = Field(description="a major matter told orally waits for the written form (art. 7)")
    split_from_complaint: UUID | None = Field(
        default=None, description="a part of this letter: who wrote it and what it says are the letter's"
    )


class CaseAccepted(CaseEvent):
    """Accepted under art. 10."""


class CaseRefused(CaseEvent):
    """Refused on exactly one of the five grounds, with the reason and what else the complainant can do (arts. 10, 16)."""

    ground: Ground
    reason: str
    remedy: str
    handed_over_to: str | None = None


class CaseRedirected(CaseEvent):
    """Out of the units' remit: the complainant is told who is competent (art. 16)."""

    competent_authority: str
    reason: str


class CaseSettled(CaseEvent):
    """Settled on the spot (art. 18.1)."""

    unit: str | None
    result: str


class Dispatch(CaseEvent):
    """What forwarding and approval have in common: the disposition form goes to a unit (annex 2)."""

    track: Track
    unit: str
    window: str | None = None
    staff: str | None = None
    advice: str
    respond_to: str = Field(description="the unit's handler, chief representative or leader who now holds the case")
    limit: Moment = Field(description="end of the unit's limit")
    limit_words: str = Field(description="the limit as the form states it")
    receiver: str = Field(description="who took the complaint in")
    received_at: Moment


class CaseForwarded(Dispatch):
    """转办 (art. 18.2)."""


class CaseApprovalRequested(CaseEvent):
    """报领导批办: the office leader is asked for an opinion (art. 18.3)."""

    unit: str
    proposal: str


class CaseApproved(Dispatch):
    """批办 (art. 18.3): dispatched with the leader's opinion."""

    approved_by: str
    opinion: str


class CaseFeedbackSubmitted(CaseEvent):
    """The unit's feedback, signed and sealed, in three copies (art. 18.4, annex 3)."""

    unit: str
    handler: str
    phone: str | None = None
    findings: str
    substantiated: bool
    rectification: str | None = None
    signed_by: str
    signed_at: Moment
    sealed: bool
    copies: Literal[3] = 3
    remarks: str | None = None
    in_time: bool


class CaseExtensionRequested(CaseEvent):
    """The unit asks for more time (art. 18.4, annex 4)."""

    unit: str
    clerk: str
    phone: str | None = None
    days: Annotated[int, Field(ge=1)]
    reason: str
    signed_by: str
    remarks: str | None = None


class CaseExtensionDecided(CaseEvent):
    """The office leader's decision on it; never more than two working days in all (art. 18.3)."""

    unit: str
    granted: bool
    days: Annotated[int, Field(ge=0)]
    opinion: str
    decided_by: str
    limit: Moment = Field(description="the unit's limit after the decision")


class CaseUnitRefused(CaseEvent):
    """The unit holds that a ground of art. 10 applies (annex 5); the office confirms or overrules."""

    unit: str
    dispatched_at: Moment
    ground: Ground
    reason: str
    handler: str
    signed_by: str
    served_on: str | None = None
    served_at: Moment | None = None
    findings: str | None = Field(default=None, description="of the feedback form that comes with it (annex 3, note 1)")
    outcome: Literal["submitted", "confirmed", "overruled"] = "submitted"
    limit: Moment | None = Field(default=None, description="the unit's new limit, where it was overruled")


class CaseFollowUpRecorded(CaseEvent):
    """回访 (art. 18.5): what the complainant said of the result."""

    outcome: Satisfaction
    reason: str | None = None
    unit_at_fault: bool | None = None
    asked_by: str
    attempts: Annotated[int, Field(ge=0, description="calls made; none where no contact details were given")]


class CaseRedispatched(Dispatch):
    """Dissatisfied and the unit at fault: back to the unit with a limit, a new round (art. 18.5)."""

    reason: str


class CaseClosed(CaseEvent):
    """Done with: followed up, settled, withdrawn, or refused and told."""

    outcome: Annotated[str, StringConstraints(min_length=1)]
    result: str | None = Field(default=None, description="what the complainant is told of the result")


class CaseSanctioned(CaseEvent):
    """A proven fault or a missed limit had a consequence for the unit (art. 19); ``actor`` decided it."""

    unit: str
    sanction: str = Field(description="as art. 19 calls it: 通报批评, 责令整改, 取消评先树优资格")
    text: str


class CaseArchived(CaseEvent):
    """Filed (art. 18.6): read-only from here on."""

    timeline_head: str = Field(description="hash of the timeline's last entry")


class CaseDeadline(CaseEvent):
    """What near and missed limits have in common."""

    clock: str
    article: str
    limit: Moment
    holder: str
    unit: str | None = None
    bound: Literal["office", "office_leader", "unit", "complainant"] = Field(
        default="office", description="whose duty it is: a complainant is reminded, an authority's miss is a breach"
    )


class CaseDeadlineNear(CaseDeadline):
    """A limit is near; told once per clock."""


class CaseDeadlineMissed(CaseDeadline):
    """A limit has passed unmet; told once per clock, and a fact on the case for ever (art. 3, 过错问责)."""


class CaseUrgentUnattended(CaseEvent):
    """Danger to life was told, and nobody has looked in time; told once each time it is told."""

    danger: DangerKind
    raised_at: Moment
    holder: str
