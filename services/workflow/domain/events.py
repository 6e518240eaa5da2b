"""What happened to a case: past tense, for ever.

Law of this file: an event says what happened (``what``, told apart by ``kind``) and everything that followed from it
under the rules of its day: the state afterwards, who holds the case, which clocks started, ended or moved. So the fold
reads no rule table, and an amendment of the rules changes no case that was judged before it. One command makes one
event; one event is one entry of the timeline. No identity of a complainant stands here; free text may name people, so
the store seals it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.workflow.domain.clocks import ClockChange
from services.workflow.domain.commands import CallResult, Purpose, Relation
from services.workflow.domain.roles import Person
from services.workflow.domain.sanctions import Basis, Sanction
from services.workflow.domain.states import State
from shared.contracts.complaint import Target
from shared.contracts.tracking import TrackingCode
from shared.contracts.values import (
    CaseNumber,
    Channel,
    Element,
    Ground,
    Moment,
    Route,
    Satisfaction,
    Sha256,
    Track,
)


class Body(BaseModel):
    """What all bodies have in common. ``kind`` tells them apart in the stored JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    is_record: ClassVar[bool] = False
    """A record changes nothing that others act upon; a page opened before it isn't stale because of it."""


class Registered(Body):
    """The complaint stands in the register (art. 15)."""

    kind: Literal["registered"] = "registered"
    complaint_id: UUID
    tracking_code: TrackingCode
    case_number: CaseNumber
    channel: Channel
    received_at: Moment
    first_receiver: str
    reception_point: str | None = None
    real_name: bool
    has_contact: bool
    confidential: bool
    major: bool
    target: Target
    matter: str | None = None
    missing: tuple[Element, ...] = ()
    originals: tuple[Sha256, ...] = ()
    complaint_sha256: Sha256 | None = Field(
        default=None, description="of the message as it came, so that a change shows"
    )
    split_from: CaseNumber | None = None
    responded_at: Moment | None = Field(
        default=None, description="a part of a letter that was answered before the split"
    )


class Classified(Body):
    """Sorted (art. 14): null left a field as it was."""

    kind: Literal["classified"] = "classified"
    matter: str | None = None
    major: bool = False
    unit: str | None = None
    window: str | None = None
    staff: str | None = None
    desk_number: str | None = None


class StatementAttached(Body):
    """The written form of a major matter came in (art. 7)."""

    kind: Literal["statement_attached"] = "statement_attached"
    original: Sha256


class SetsLimit(Body):
    """A body that sets a limit of its own, in working days."""

    working_days: Annotated[int, Field(ge=1)]


class EvidenceRequested(SetsLimit):
    """The complainant was asked for evidence within a set time (art. 10.4)."""

    kind: Literal["evidence_requested"] = "evidence_requested"
    request: str


class EvidenceRecorded(Body):
    """The evidence came in."""

    kind: Literal["evidence_recorded"] = "evidence_recorded"
    originals: tuple[Sha256, ...]
    description: str | None = None


class Accepted(Body):
    """Accepted (art. 10)."""

    kind: Literal["accepted"] = "accepted"
    remarks: str | None = None


class Refused(Body):
    """Refused on one ground, with the reason and the remedy that the complainant is told (arts. 10, 16)."""

    kind: Literal["refused"] = "refused"
    ground: Ground
    reason: str
    remedy: str
    handed_over_to: str | None = None


class Redirected(Body):
    """Out of the units' remit (art. 16)."""

    kind: Literal["redirected"] = "redirected"
    competent_authority: str
    reason: str


class SplitPart(BaseModel):
    """A part of a letter, and the case it became."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_number: CaseNumber
    complaint_id: UUID
    tracking_code: TrackingCode
    matter: str
    target: Target


class SplitUp(Body):
    """The letter held several matters: the others became cases of their own."""

    kind: Literal["split_up"] = "split_up"
    parts: tuple[SplitPart, ...]
    reason: str


class Settled(Body):
    """Settled on the spot (art. 18.1)."""

    kind: Literal["settled"] = "settled"
    unit: str | None
    result: str


class Dispatched(Body):
    """What the three ways to a unit have in common (annex 2). ``receiver`` is who holds the case from now on."""

    track: Track
    unit: str
    window: str | None = None
    staff: str | None = None
    advice: str
    receiver: Person


class Forwarded(Dispatched):
    """转办 (art. 18.2)."""

    kind: Literal["forwarded"] = "forwarded"


class ApprovalRequested(Body):
    """The office leader was asked for an opinion (art. 18.3)."""

    kind: Literal["approval_requested"] = "approval_requested"
    unit: str
    window: str | None = None
    staff: str | None = None
    proposal: str
    leader: Person


class Approved(Dispatched):
    """批办 (art. 18.3)."""

    kind: Literal["approved"] = "approved"
    opinion: str
    approved_by: Person


class ProposalReturned(Body):
    """The leader sent the proposal back."""

    kind: Literal["proposal_returned"] = "proposal_returned"
    reason: str
    may_forward: bool


class ReceiptSigned(Body):
    """The unit confirmed that the case is on its desk."""

    kind: Literal["receipt_signed"] = "receipt_signed"
    is_record: ClassVar[bool] = True


class FeedbackSubmitted(Body):
    """The unit's feedback, signed and sealed (art. 18.4, annex 3)."""

    kind: Literal["feedback_submitted"] = "feedback_submitted"
    unit: str
    handler: str
    phone: str | None = None
    findings: str
    substantiated: bool
    rectification: str | None = None
    signed_by: str
    signed_at: Moment
    sealed: Literal[True] = True
    copies: Literal[3] = 3
    remarks: str | None = None
    in_time: bool


class FeedbackReturned(SetsLimit):
    """Incomplete feedback went back to the unit (art. 18.4)."""

    kind: Literal["feedback_returned"] = "feedback_returned"
    reason: str


class ExtensionRequested(Body):
    """The unit asked for more time (annex 4)."""

    kind: Literal["extension_requested"] = "extension_requested"
    unit: str
    clerk: str
    phone: str | None = None
    days: Annotated[int, Field(ge=1, le=2)]
    reason: str
    signed_by: str
    remarks: str | None = None
    late_reason: str | None = None


class ExtensionDecided(Body):
    """The office leader decided on it (art. 18.3)."""

    kind: Literal["extension_decided"] = "extension_decided"
    unit: str
    granted: bool
    days: Annotated[int, Field(ge=0, le=2)]
    opinion: str
    decided_by: Person
    late_reason: str | None = None


class UnitRefused(Body):
    """The unit holds that a ground of art. 10 applies (annex 5)."""

    kind: Literal["unit_refused"] = "unit_refused"
    unit: str
    dispatched_at: Moment
    ground: Ground
    reason: str
    findings: str
    handler: str
    signed_by: str
    served_on: str | None = None
    served_at: Moment | None = None


class UnitRefusalDecided(Body):
    """The office confirmed the unit's refusal, or overruled it. ``refusal`` is set where it was confirmed."""

    kind: Literal["unit_refusal_decided"] = "unit_refusal_decided"
    outcome: Literal["confirmed", "overruled"]
    opinion: str
    refusal: Refused | None = None


class Recalled(Body):
    """The office took a wrong dispatch back."""

    kind: Literal["recalled"] = "recalled"
    unit: str
    reason: str


class CallAttempted(Body):
    """A call that brought no follow-up about."""

    kind: Literal["call_attempted"] = "call_attempted"
    is_record: ClassVar[bool] = True
    result: CallResult
    call_back_at: Moment | None = None
    remarks: str | None = None


class FollowUpRecorded(Body):
    """What the complainant said of the result (art. 18.5). ``attempts`` counts this call where there was one."""

    kind: Literal["follow_up_recorded"] = "follow_up_recorded"
    outcome: Satisfaction
    reason: str | None = None
    unit_at_fault: bool | None = None
    suggestions: str | None = None
    attempts: Annotated[int, Field(ge=0)]


class Redispatched(Dispatched, SetsLimit):
    """Back to the unit with a limit, a new round (art. 18.5)."""

    kind: Literal["redispatched"] = "redispatched"
    reason: str


class Closed(Body):
    """Done. ``outcome`` is the follow-up's."""

    kind: Literal["closed"] = "closed"
    outcome: Satisfaction
    reason: str | None = None
    result: str


class Withdrawn(Body):
    """The complainant took the complaint back."""

    kind: Literal["withdrawn"] = "withdrawn"
    reason: str


class HandedOver(Body):
    """Handed over to another authority (arts. 10.5, 19, 22)."""

    kind: Literal["handed_over"] = "handed_over"
    basis: Basis
    authority: str
    reason: str


class Sanctioned(Body):
    """A consequence was imposed on the unit (art. 19)."""

    kind: Literal["sanctioned"] = "sanctioned"
    sanction: Sanction
    unit: str
    text: str


class FalseAccusationFlagged(Body):
    """A leader found that the accusation was made up (art. 22)."""

    kind: Literal["false_accusation_flagged"] = "false_accusation_flagged"
    reason: str


class Archived(Body):
    """Filed (art. 18.6)."""

    kind: Literal["archived"] = "archived"


class Assigned(Body):
    """Given to a handler of the office (art. 3)."""

    kind: Literal["assigned"] = "assigned"
    to: Person


class Urged(Body):
    """Whoever holds the case was urged (art. 3)."""

    kind: Literal["urged"] = "urged"
    is_record: ClassVar[bool] = True
    urged: Person
    message: str


class MarkedConfidential(Body):
    """To be kept from the unit complained of (art. 17)."""

    kind: Literal["marked_confidential"] = "marked_confidential"
    reason: str | None = None


class IdentityRevealed(Body):
    """Somebody looked at the complainant's identity (art. 17)."""

    kind: Literal["identity_revealed"] = "identity_revealed"
    is_record: ClassVar[bool] = True
    purpose: Purpose
    reason: str


class Linked(Body):
    """Linked with another case; nothing merged."""

    kind: Literal["linked"] = "linked"
    is_record: ClassVar[bool] = True
    other: CaseNumber
    relation: Relation


class Unlinked(Body):
    """A wrong link was undone."""

    kind: Literal["unlinked"] = "unlinked"
    is_record: ClassVar[bool] = True
    other: CaseNumber
    reason: str


class Responded(Body):
    """The complainant has the first answer (art. 14). ``in_time`` is judged by when it was given, not when it was told."""

    kind: Literal["responded"] = "responded"
    is_record: ClassVar[bool] = True
    answered_at: Moment
    route: Route
    delivery_id: UUID | None = None
    in_time: bool


class Supplemented(Body):
    """More came in from the same person on the same matter."""

    kind: Literal["supplemented"] = "supplemented"
    supplement_id: UUID
    originals: tuple[Sha256, ...] = ()
    sender_verified: bool


class DocumentRecorded(Body):
    """A document of the case exists, under its hash."""

    kind: Literal["document_recorded"] = "document_recorded"
    is_record: ClassVar[bool] = True
    document_id: UUID
    form: str
    number: str
    sha256: Sha256


class Noted(Body):
    """A remark."""

    kind: Literal["noted"] = "noted"
    is_record: ClassVar[bool] = True
    text: str


class DeadlineNear(Body):
    """A limit is near; told once per clock."""

    kind: Literal["deadline_near"] = "deadline_near"
    is_record: ClassVar[bool] = True
    clock: str


class DeadlineMissed(Body):
    """The watch found that a limit had passed unmet; stated once per clock (art. 3)."""

    kind: Literal["deadline_missed"] = "deadline_missed"
    is_record: ClassVar[bool] = True
    clock: str


class LimitsRecomputed(Body):
    """The calendar was amended; running limits were counted again, and the earlier values are kept."""

    kind: Literal["limits_recomputed"] = "limits_recomputed"
    is_record: ClassVar[bool] = True
    calendar_version: str


What = Annotated[
    Registered
    | Classified
    | StatementAttached
    | EvidenceRequested
    | EvidenceRecorded
    | Accepted
    | Refused
    | Redirected
    | SplitUp
    | Settled
    | Forwarded
    | ApprovalRequested
    | Approved
    | ProposalReturned
    | ReceiptSigned
    | FeedbackSubmitted
    | FeedbackReturned
    | ExtensionRequested
    | ExtensionDecided
    | UnitRefused
    | UnitRefusalDecided
    | Recalled
    | CallAttempted
    | FollowUpRecorded
    | Redispatched
    | Closed
    | Withdrawn
    | HandedOver
    | Sanctioned
    | FalseAccusationFlagged
    | Archived
    | Assigned
    | Urged
    | MarkedConfidential
    | IdentityRevealed
    | Linked
    | Unlinked
    | Responded
    | Supplemented
    | DocumentRecorded
    | Noted
    | DeadlineNear
    | DeadlineMissed
    | LimitsRecomputed,
    Field(discriminator="kind"),
]


class Event(BaseModel):
    """One thing that happened, and what followed from it.

    ``at``: when it was recorded (UTC). ``article`` and ``in_force_from``: the rule it was done under. ``state``,
    ``round`` and ``holder``: where the case stands afterwards, and who alone answers for it (art. 3).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Moment
    by: Person
    article: str
    in_force_from: date
    what: What
    state: State
    round: Annotated[int, Field(ge=1)]
    holder: Person
    clocks: tuple[ClockChange, ...] = ()

    @property
    def kind(self) -> str:
        """The name of what happened."""
        return self.what.kind
