"""Commands that go with a case wherever it stands (arts. 3, 14, 15, 17).

Law of this file: what must be said to give a case to somebody, to look at an identity, and to put things on record.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.workflow.domain.acts import Act
from services.workflow.domain.commands.base import Command
from services.workflow.domain.fields import Line, MaybeText, Text
from services.workflow.domain.urgency import Measure
from shared.contracts.values import CaseNumber, DangerKind, Moment, Route, Sha256


class Assign(Command):
    """Give the case to a handler of the office, by the account's name (art. 3)."""

    act = Act.ASSIGN
    to: Line


class Urge(Command):
    """催办: urge whoever holds the case (art. 3)."""

    act = Act.URGE
    message: Text


class MarkUrgent(Command):
    """Danger to life or limb was told: in the complaint, in more of it, or to whoever marks it (art. 2, 快速响应)."""

    act = Act.MARK_URGENT
    danger: DangerKind
    reason: MaybeText = None


class AttendUrgent(Command):
    """Somebody has looked at an urgent case, and says what was done about the danger (art. 2)."""

    act = Act.ATTEND_URGENT
    measure: Measure
    remarks: MaybeText = None


class MarkConfidential(Command):
    """The complainant asks that it be kept from the unit complained of (art. 17)."""

    act = Act.MARK_CONFIDENTIAL
    reason: MaybeText = None


class Restrict(Command):
    """It accuses somebody of a breach of discipline or law: kept close until the leader says otherwise (arts. 10.5, 17)."""

    act = Act.RESTRICT
    reason: Text


class LiftRestriction(Command):
    """The leader finds that it accuses nobody of that, so it goes the ordinary way (art. 17)."""

    act = Act.LIFT_RESTRICTION
    reason: Text


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
