"""What goes with a case wherever it stands (arts. 3, 14, 15, 17).

Law of this file: past tense; most of these are records that change nothing others act upon.
"""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from services.workflow.domain.commands import Purpose, Relation
from services.workflow.domain.events.base import Body
from services.workflow.domain.roles import Person
from services.workflow.domain.urgency import Measure
from shared.contracts.values import CaseNumber, DangerKind, Moment, Route, Sha256


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


class MarkedUrgent(Body):
    """Danger to life or limb was told. ``alert_at``: from when on it is too long that nobody has looked."""

    kind: Literal["marked_urgent"] = "marked_urgent"
    is_record: ClassVar[bool] = True
    danger: DangerKind
    reason: str | None = None
    alert_at: Moment


class UrgentAttended(Body):
    """Somebody took note of the danger, and did something about it or found none."""

    kind: Literal["urgent_attended"] = "urgent_attended"
    is_record: ClassVar[bool] = True
    measure: Measure
    remarks: str | None = None


class UrgentUnattended(Body):
    """The watch found that nobody had looked in time; told once each time danger is told."""

    kind: Literal["urgent_unattended"] = "urgent_unattended"
    is_record: ClassVar[bool] = True


class MarkedConfidential(Body):
    """To be kept from the unit complained of (art. 17)."""

    kind: Literal["marked_confidential"] = "marked_confidential"
    reason: str | None = None


class Restricted(Body):
    """Kept close from here on: an accusation is nobody's business but the officer's in charge and the leader's (art. 17)."""

    kind: Literal["restricted"] = "restricted"
    reason: str


class RestrictionLifted(Body):
    """The leader found that it accuses nobody of a breach of discipline or law."""

    kind: Literal["restriction_lifted"] = "restriction_lifted"
    reason: str


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
