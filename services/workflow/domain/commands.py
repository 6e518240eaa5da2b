"""The commands: what somebody asks of a case, with everything the regulation wants said. Also the API's bodies.

Law of this file: a command that passes its model is complete and well-formed; whether it may be done now, by this
person, is ``decide``'s to say. Whoever acts, and when, is not in a command: it is passed beside it, so that no body can
claim to be somebody else. Days are working days.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.workflow.domain.acts import Act
from services.workflow.domain.fields import Confirmed, Line, MaybeLine, MaybeText, Text, ThreeCopies, fault
from services.workflow.domain.sanctions import Basis, Sanction
from shared.contracts.values import CaseNumber, Ground, Moment, Route, Satisfaction, Sha256

V = TypeVar("V")


class Command(BaseModel):
    """What all commands have in common: immutable, and strict about misspelt fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: ClassVar[Act]

    @property
    def variant(self) -> str | None:
        """Where the table of transitions knows several ways for one command: which of them this is."""
        return None


class Classify(Command):
    """Say what the case is about, and whether it is a major matter (arts. 7, 14). Null leaves a field as it was."""

    act = Act.CLASSIFY
    matter: MaybeLine = None
    major: bool = False
    unit: MaybeLine = None
    window: MaybeLine = None
    staff: MaybeLine = None
    desk_number: MaybeLine = None

    @property
    def variant(self) -> str | None:
        """Calling a matter major may send the case back to wait for the written form."""
        return "major" if self.major else None


class AttachStatement(Command):
    """The written, signed statement of a major matter has come in; the scan is kept under its hash (art. 7)."""

    act = Act.ATTACH_STATEMENT
    original: Sha256
    signed_by_complainant: Confirmed


class RequestEvidence(Command):
    """Ask the complainant for evidence within a set time (art. 10.4)."""

    act = Act.REQUEST_EVIDENCE
    what: Text
    working_days: Annotated[int, Field(ge=1, le=30)]


class RecordEvidence(Command):
    """The evidence asked for has come in."""

    act = Act.RECORD_EVIDENCE
    originals: Annotated[tuple[Sha256, ...], Field(min_length=1, max_length=50)]
    description: MaybeText = None


class Accept(Command):
    """Accept the complaint (art. 10)."""

    act = Act.ACCEPT
    remarks: MaybeText = None


class Refuse(Command):
    """Refuse on exactly one of the five grounds, with the reason; without a remedy, the ground's own is told (art. 16)."""

    act = Act.REFUSE
    ground: Ground
    reason: Text
    remedy: MaybeText = None
    handed_over_to: Annotated[MaybeLine, Field(validate_default=True)] = None

    @property
    def variant(self) -> str | None:
        """Each ground has its own conditions."""
        return self.ground.value

    @field_validator("handed_over_to")
    @classmethod
    def _only_discipline_is_handed_over(cls, value: str | None, info: ValidationInfo) -> str | None:
        is_discipline = info.data.get("ground") is Ground.DISCIPLINE_MATTER
        if is_discipline and value is None:
            raise fault("hand_over_missing")
        if value is not None and not is_discipline:
            raise fault("hand_over_surplus")
        return value


class Redirect(Command):
    """Out of the units' remit: name the competent authority (art. 16)."""

    act = Act.REDIRECT
    competent_authority: Line
    reason: Text


class Part(BaseModel):
    """One of the matters that a letter holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    matter: Text
    unit: MaybeLine = None
    window: MaybeLine = None
    staff: MaybeLine = None


class Split(Command):
    """One letter, several matters: each part beside this case becomes a case of its own."""

    act = Act.SPLIT
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=20)]
    reason: Text


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
    working_days: Annotated[int, Field(ge=1, le=3)] = 1


class RequestExtension(Command):
    """The unit asks for more time (art. 18.4, annex 4). After the limit it must say why it comes late."""

    act = Act.REQUEST_EXTENSION
    days: Annotated[int, Field(ge=1, le=2)]
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
    days: Annotated[int, Field(ge=0, le=2, validate_default=True)] = 0
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


class CallResult(StrEnum):
    """What became of one call that reached nobody who could answer."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    SWITCHED_OFF = "switched_off"
    WRONG_NUMBER = "wrong_number"
    SOMEBODY_ELSE = "somebody_else"
    CALL_BACK = "call_back"


class RecordCallAttempt(Command):
    """One call that did not bring the follow-up about (art. 18.5)."""

    act = Act.RECORD_CALL_ATTEMPT
    result: CallResult
    call_back_at: Annotated[Moment | None, Field(validate_default=True)] = None
    remarks: MaybeText = None

    @field_validator("call_back_at")
    @classmethod
    def _time_where_agreed(cls, value: Moment | None, info: ValidationInfo) -> Moment | None:
        if info.data.get("result") is CallResult.CALL_BACK and value is None:
            raise fault("call_back_missing")
        return value


class RecordFollowUp(Command):
    """回访: what the complainant says of the result, in the complainant's words (art. 18.5)."""

    act = Act.RECORD_FOLLOW_UP
    outcome: Satisfaction
    reason: Annotated[MaybeText, Field(validate_default=True)] = None
    unit_at_fault: Annotated[bool | None, Field(validate_default=True)] = None
    suggestions: MaybeText = None

    @property
    def variant(self) -> str | None:
        """Unreachable has a condition of its own."""
        return self.outcome.value

    @field_validator("reason")
    @classmethod
    def _reason_where_dissatisfied(cls, value: str | None, info: ValidationInfo) -> str | None:
        return _only_where_dissatisfied(value, info, "dissatisfaction_reason")

    @field_validator("unit_at_fault")
    @classmethod
    def _fault_where_dissatisfied(cls, value: bool | None, info: ValidationInfo) -> bool | None:
        return _only_where_dissatisfied(value, info, "dissatisfaction_fault")


class Redispatch(Command):
    """Dissatisfied and the unit at fault: back to the unit with a limit (art. 18.5). Null keeps the last dispatch's."""

    act = Act.REDISPATCH
    advice: Text
    working_days: Annotated[int, Field(ge=1, le=3)]
    unit: MaybeLine = None
    window: MaybeLine = None
    staff: MaybeLine = None


class Close(Command):
    """Done: what the complainant is told of the result."""

    act = Act.CLOSE
    result: Text


class Withdraw(Command):
    """The complainant takes the complaint back: why, and how that was said."""

    act = Act.WITHDRAW
    reason: Text


class HandOver(Command):
    """Hand over to another authority: a discipline matter (10.5), a grave fault (19) or a false accusation (22)."""

    act = Act.HAND_OVER
    basis: Basis
    authority: Line
    reason: Text

    @property
    def variant(self) -> str | None:
        """A discipline matter leaves the centre's hands; the other two leave the case where it stands."""
        return self.basis.value


class ImposeSanction(Command):
    """A consequence of a proven fault or a missed limit (art. 19)."""

    act = Act.IMPOSE_SANCTION
    sanction: Sanction
    text: Text


class FlagFalseAccusation(Command):
    """A leader finds that the accusation was made up (art. 22)."""

    act = Act.FLAG_FALSE_ACCUSATION
    reason: Text


class Archive(Command):
    """File the case (art. 18.6): read-only from here on."""

    act = Act.ARCHIVE


class Assign(Command):
    """Give the case to a handler of the office, by the account's name (art. 3)."""

    act = Act.ASSIGN
    to: Line


class Urge(Command):
    """催办: urge whoever holds the case (art. 3)."""

    act = Act.URGE
    message: Text


class MarkConfidential(Command):
    """The complainant asks that it be kept from the unit complained of (art. 17)."""

    act = Act.MARK_CONFIDENTIAL
    reason: MaybeText = None


class Purpose(StrEnum):
    """What an identity is looked at for."""

    FOLLOW_UP = "follow_up"
    MISSING_ELEMENTS = "missing_elements"
    SERVING_DOCUMENTS = "serving_documents"
    HANDLING = "handling"
    AUDIT = "audit"
    OTHER = "other"


class RevealIdentity(Command):
    """Look at the complainant's identity; the look itself is recorded (art. 17)."""

    act = Act.REVEAL_IDENTITY
    purpose: Purpose
    reason: Text


class Relation(StrEnum):
    """What one case is to another. Linking never merges: each complainant keeps a number and an answer."""

    DUPLICATE = "duplicate"
    RELATED = "related"


class LinkDuplicate(Command):
    """Link another case on the same matter."""

    act = Act.LINK_DUPLICATE
    other: CaseNumber
    relation: Relation = Relation.DUPLICATE


class Unlink(Command):
    """Undo a link that was wrong."""

    act = Act.UNLINK
    other: CaseNumber
    reason: Text


class RecordResponse(Command):
    """The complainant was answered: told by notify (``delivery.delivered``), or by a person who spoke to them (art. 14)."""

    act = Act.RECORD_RESPONSE
    answered_at: Moment
    route: Route
    delivery_id: UUID | None = None


class RecordSupplement(Command):
    """More came in from the same person on the same matter (``complaint.supplemented``)."""

    act = Act.RECORD_SUPPLEMENT
    supplement_id: UUID
    originals: Annotated[tuple[Sha256, ...], Field(max_length=50)] = ()
    sender_verified: bool = True


class RecordDocument(Command):
    """A document of the case was rendered, or a signed paper scanned; it is kept under its hash (art. 18.6)."""

    act = Act.RECORD_DOCUMENT
    document_id: UUID
    form: Line
    number: Line
    sha256: Sha256


class Note(Command):
    """A remark for the file."""

    act = Act.NOTE
    text: Text


def _only_where_dissatisfied(value: V | None, info: ValidationInfo, missing: str) -> V | None:
    if "outcome" not in info.data:
        return value
    is_dissatisfied = info.data["outcome"] is Satisfaction.DISSATISFIED
    if is_dissatisfied and value is None:
        raise fault(missing)
    if value is not None and not is_dissatisfied:
        raise fault("dissatisfaction_surplus")
    return value


_MODELS: tuple[type[Command], ...] = (
    Classify, AttachStatement, RequestEvidence, RecordEvidence, Accept, Refuse, Redirect, Split, Settle, Forward,
    RequestApproval, Approve, ReturnProposal, SignReceipt, SubmitFeedback, ReturnFeedback, RequestExtension,
    DecideExtension, RefuseByUnit, DecideUnitRefusal, Recall, RecordCallAttempt, RecordFollowUp, Redispatch, Close,
    Withdraw, HandOver, ImposeSanction, FlagFalseAccusation, Archive, Assign, Urge, MarkConfidential, RevealIdentity,
    LinkDuplicate, Unlink, RecordResponse, RecordSupplement, RecordDocument, Note,
)  # fmt: skip

COMMANDS: dict[Act, type[Command]] = {model.act: model for model in _MODELS}
"""The model of every command, by its name in the API's path."""
