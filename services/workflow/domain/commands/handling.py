"""Commands of the handling: on the spot, 转办, 批办, and the unit's answer (arts. 18.1-18.4, annexes 2-5).

Law of this file: what must be said to send a case to a unit and to answer for it. Days are working days.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from services.workflow.domain.acts import Act
from services.workflow.domain.commands.base import Command
from services.workflow.domain.fields import Confirmed, Line, MaybeLine, MaybeText, Text, ThreeCopies, WorkingDays, fault
from shared.contracts.values import Ground, Moment


class Settle(Command):
    """Settled on the spot, with the complainant's own word that it is (arts. 12, 18.1, 18.5)."""

    act = Act.SETTLE
    result: Text
    unit: MaybeLine = None
    complainant_agrees: Confirmed


class Forward(Command):
    """转办: clear and simple, straight to the unit's handler or chief representative (art. 18.2)."""

    act = Act.FORWARD
    unit: Line
    window: MaybeLine = None
    staff: MaybeLine = None
    advice: Text


class RequestApproval(Command):
    """Unclear or complex: ask the office leader for an opinion (art. 18.3)."""

    act = Act.REQUEST_APPROVAL
    unit: Line
    window: MaybeLine = None
    staff: MaybeLine = None
    proposal: Text


class Approve(Command):
    """批办: the leader's opinion; the case goes to the unit's leader (art. 18.3). Null keeps what was proposed."""

    act = Act.APPROVE
    opinion: Text
    unit: MaybeLine = None
    window: MaybeLine = None
    staff: MaybeLine = None
    advice: MaybeText = None


class ReturnProposal(Command):
    """The leader sends the proposal back: to be completed, or to be forwarded without an opinion after all."""

    act = Act.RETURN_PROPOSAL
    reason: Text
    may_forward: bool = False


class SignReceipt(Command):
    """签收: the unit confirms that the case is on its desk. Its limit runs from the dispatch all the same."""

    act = Act.SIGN_RECEIPT


class SubmitFeedback(Command):
    """The unit's feedback form (art. 18.4, annex 3): without the leader's signature it can't be handed in.

    ``signed_at`` null means: now. ``handler`` null means: whoever submits it.
    """

    act = Act.SUBMIT_FEEDBACK
    findings: Text
    substantiated: bool
    rectification: Annotated[MaybeText, Field(validate_default=True)] = None
    handler: MaybeLine = None
    phone: MaybeLine = None
    signed_by: Line
    signed_at: Moment | None = None
    sealed: Confirmed
    copies: ThreeCopies = 3
    remarks: MaybeText = None

    @field_validator("rectification")
    @classmethod
    def _exactly_where_substantiated(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "substantiated" not in info.data:
            return value
        if info.data["substantiated"] and value is None:
            raise fault("rectification_missing")
        if value is not None and not info.data["substantiated"]:
            raise fault("rectification_surplus")
        return value


class ReturnFeedback(Command):
    """The office sends an incomplete feedback back, with a limit (art. 18.4)."""

    act = Act.RETURN_FEEDBACK
    reason: Text
    working_days: WorkingDays = 1


class RequestExtension(Command):
    """The unit asks for more time (art. 18.4, annex 4). After the limit it must say why it comes late."""

    act = Act.REQUEST_EXTENSION
    days: WorkingDays
    reason: Text
    clerk: MaybeLine = None
    phone: MaybeLine = None
    signed_by: Line
    remarks: MaybeText = None
    late_reason: MaybeText = None


class DecideExtension(Command):
    """The office leader decides on it (arts. 18.3, 18.4). After the limit the decision must say why it comes late."""

    act = Act.DECIDE_EXTENSION
    granted: bool
    days: Annotated[int, Field(ge=0, validate_default=True)] = 0
    opinion: Text
    late_reason: MaybeText = None

    @field_validator("days")
    @classmethod
    def _days_where_granted(cls, value: int, info: ValidationInfo) -> int:
        if "granted" not in info.data:
            return value
        if info.data["granted"] and value == 0:
            raise fault("days_missing")
        if value and not info.data["granted"]:
            raise fault("days_surplus")
        return value


class RefuseByUnit(Command):
    """Annex 5: the unit holds that a ground of art. 10 applies, and says what it found (annex 3, note 1)."""

    act = Act.REFUSE_BY_UNIT
    ground: Ground
    reason: Text
    findings: Text
    handler: MaybeLine = None
    signed_by: Line
    served_on: MaybeLine = None
    served_at: Moment | None = None
    sealed: Confirmed


class DecideUnitRefusal(Command):
    """The office confirms the unit's refusal, or overrules it and the unit's limit starts anew."""

    act = Act.DECIDE_UNIT_REFUSAL
    outcome: Literal["confirmed", "overruled"]
    opinion: Text
    remedy: MaybeText = None
    handed_over_to: MaybeLine = None

    @property
    def variant(self) -> str | None:
        """Confirmed ends the case, overruled sends it back."""
        return self.outcome


class Recall(Command):
    """The office sent it to the wrong unit and takes it back."""

    act = Act.RECALL
    reason: Text
