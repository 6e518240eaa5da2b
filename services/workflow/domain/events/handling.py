"""The handling: on the spot, 转办, 批办, and the unit's answer (arts. 18.1-18.4, annexes 2-5).

Law of this file: past tense; every form of the regulation can be filled from these fields.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from services.workflow.domain.events.acceptance import Refused
from services.workflow.domain.events.base import Body, SetsLimit
from services.workflow.domain.roles import Person
from shared.contracts.values import Ground, Moment, Track


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
    days: Annotated[int, Field(ge=1)]
    reason: str
    signed_by: str
    remarks: str | None = None
    late_reason: str | None = None


class ExtensionDecided(Body):
    """The office leader decided on it (art. 18.3)."""

    kind: Literal["extension_decided"] = "extension_decided"
    unit: str
    granted: bool
    days: Annotated[int, Field(ge=0)]
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
