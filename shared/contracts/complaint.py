"""``complaint.*``: the one complaint message, whichever of the seven channels it came in by.

Law of this file: unknown stays null and is listed in ``missing``; nothing is invented; text is NFC. Attachments never
travel, their SHA-256 does. Both types hold personal data and therefore travel sealed (RFC 7516).
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.tracking import TrackingCode
from shared.contracts.values import Channel, DangerKind, Element, Moment, Relation, ReplyBy, Sha256


class Published(BaseModel):
    """Base of everything that is published: immutable, and tolerant of fields that a newer writer adds."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=False)


class Complainant(Published):
    """Who complains (art. 15), as far as it was given."""

    name: str | None = None
    phone: str | None = Field(default=None, description="E.164")
    email: str | None = None
    address: str | None = None
    relation: Relation = Relation.UNKNOWN
    anonymous: bool = False
    confidential: bool = Field(default=False, description="Art. 17: not to be shown to the unit complained of")
    reply_by: ReplyBy = ReplyBy.TRACKING_PAGE
    machines_may_mail: bool = Field(
        default=True, description="RFC 3834: false where only a person may write to the e-mail address"
    )
    language: Literal["zh", "en"] = Field(default="zh", description="what messages to this person are written in")

    @property
    def has_contact(self) -> bool:
        """Whether an answer can be carried to this person (the first half of ground 10.4)."""
        return bool(self.phone or self.email or self.address)


class Target(Published):
    """Whom the complaint is about (art. 9)."""

    unit: str | None = None
    window: str | None = None
    staff: str | None = None
    desk_number: str | None = None


class Evidence(Published):
    """One piece of evidence: kept in the object store under its hash, named here."""

    id: UUID
    name: str
    media_type: str
    size: int = Field(ge=0)
    sha256: Sha256


class Source(Published):
    """Where the complaint came from, so that anyone can go back to the original."""

    kind: str = Field(description="the adapter's name, for example email_inbox")
    external_id: str | None = Field(
        default=None, description="Message-ID, fax job, register number: whatever names it outside"
    )
    originals: list[Sha256] = Field(default_factory=list)
    confidence: float | None = Field(default=None, ge=0, le=1, description="mean reading confidence of a scan")
    transcribed_by: str | None = None
    call_ended_at: Moment | None = Field(
        default=None,
        description="when the call ended, where the exchange or the operator told; it began at received_at",
    )


class SpotSettlement(Published):
    """Settled where it was told (arts. 12, 18.1): recorded in the same action as the complaint itself."""

    result: str
    settled_by: str
    settled_at: Moment


class Danger(Published):
    """Words of a message that may tell of danger to life or limb."""

    kind: DangerKind
    words: str


class Hints(Published):
    """What was found by machine for a person to look at. It decides nothing."""

    major_words: list[str] = Field(
        default_factory=list, description="art. 7: words of the text that may tell of a major matter"
    )
    discipline_words: list[str] = Field(
        default_factory=list,
        description="arts. 10.5, 17: words of the text that may accuse somebody of a breach of discipline or law",
    )
    units: list[str] = Field(
        default_factory=list, description="units that may be meant, where the one that was said fits no single one"
    )
    dangers: list[Danger] = Field(
        default_factory=list,
        description="words that may tell of danger to life: the case is urgent until a person has looked",
    )


class ComplaintReceived(Published):
    """``complaint.received.v1``."""

    complaint_id: UUID
    tracking_code: TrackingCode
    channel: Channel
    received_at: Moment
    received_by: str = Field(description="the operator's or the poller's name: the first receiver of art. 3")
    reception_point: str | None = None
    respond_by: Moment = Field(description="art. 14: one working day after received_at, at close of business")
    complainant: Complainant
    target: Target
    facts: str
    demand: str | None = None
    occurred_at: str | None = Field(default=None, description="as told: a date, a time, or words")
    evidence: list[Evidence] = Field(default_factory=list)
    major: bool = Field(default=False, description="art. 7: a major matter, which needs the written form")
    statement_of_truth_at: Moment | None = None
    missing: list[Element] = Field(default_factory=list)
    source: Source
    possible_duplicates: list[UUID] = Field(default_factory=list)
    hints: Hints = Field(default_factory=Hints)
    settled_on_the_spot: SpotSettlement | None = None


class ComplaintSupplemented(Published):
    """``complaint.supplemented.v1``: more from the same person on the same matter."""

    complaint_id: UUID
    supplement_id: UUID
    channel: Channel
    received_at: Moment
    received_by: str
    sender_verified: bool = Field(description="false where the code fits but the sender is another")
    text: str
    evidence: list[Evidence] = Field(default_factory=list)
    source: Source
    written_statement: bool = Field(default=False, description="art. 7: this is the signed written form")
    hints: Hints = Field(default_factory=Hints)
