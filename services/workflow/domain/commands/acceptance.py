"""Commands from the register to the decision on acceptance (arts. 7, 10, 14, 16).

Law of this file: what must be said to accept, refuse or redirect. Days are working days.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.workflow.domain.acts import Act
from services.workflow.domain.commands.base import Command
from services.workflow.domain.fields import Confirmed, Line, MaybeLine, MaybeText, Text, WorkingDays, fault
from shared.contracts.values import Ground, Sha256


class Classify(Command):
    """Say what the case is about, and whether it is a major matter (art. 14). Null and false leave a field as it was."""

    act = Act.CLASSIFY
    matter: MaybeLine = None
    major: bool = False
    unit: MaybeLine = None
    window: MaybeLine = None
    staff: MaybeLine = None
    desk_number: MaybeLine = None


class RequireStatement(Command):
    """A matter that was only told turns out to be a major one: it waits for the written form (art. 7)."""

    act = Act.REQUIRE_STATEMENT
    reason: Text


class AttachStatement(Command):
    """The written, signed statement of a major matter has come in; the scan is kept under its hash (art. 7)."""

    act = Act.ATTACH_STATEMENT
    original: Sha256
    signed_by_complainant: Confirmed


class RequestEvidence(Command):
    """Ask the complainant for evidence within a set time (art. 10.4)."""

    act = Act.REQUEST_EVIDENCE
    what: Text
    working_days: WorkingDays


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
