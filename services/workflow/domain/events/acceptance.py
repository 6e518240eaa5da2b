"""From the register to the decision on acceptance (arts. 7, 10, 14-16).

Law of this file: past tense; nothing of the complainant's identity.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.workflow.domain.events.base import Body, SetsLimit
from shared.contracts.complaint import Target
from shared.contracts.tracking import TrackingCode
from shared.contracts.values import CaseNumber, Channel, Element, Ground, Moment, Sha256


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
    restricted: bool = Field(default=False, description="its words accuse somebody of a breach of discipline or law")
    major: bool
    target: Target
    matter: str | None = None
    missing: tuple[Element, ...] = ()
    originals: tuple[Sha256, ...] = ()
    complaint_sha256: Sha256 | None = Field(
        default=None, description="of the message as it came, so that a change shows"
    )
    split_from: CaseNumber | None = None
    split_from_complaint: UUID | None = None
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


class StatementRequired(Body):
    """A matter that was only told turned out to be a major one (art. 7)."""

    kind: Literal["statement_required"] = "statement_required"
    reason: str


class StatementAttached(Body):
    """The written form of a major matter came in (art. 7)."""

    kind: Literal["statement_attached"] = "statement_attached"
    original: Sha256


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
