"""What a person tells, by whichever door: the fields that the JSON of five channels has in common.

Law of this file: the shape mirrors the one complaint message, so that what is sent and what is published read alike. A
field that isn't named here is refused (no mass assignment); limits are in characters.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from services.intake.domain.phones import e164
from services.intake.domain.submission import EARLIEST, Submission
from services.intake.domain.text import words
from shared.contracts.complaint import Evidence, Source
from shared.contracts.values import Channel, Relation, ReplyBy

Line = Annotated[str, StringConstraints(max_length=120)]
LARGEST_FILE = 10 * 1024 * 1024
MOST_FILES = 10


def _readable(text: str) -> str:
    if words(text) is None:
        raise ValueError("must say something; blanks and invisible characters are not enough")
    return text


def _no_surrogates(text: str) -> str:
    text.encode()  # raises UnicodeEncodeError, a ValueError, on what no UTF-8 can carry
    return text


Facts = Annotated[str, StringConstraints(max_length=5000), AfterValidator(_no_surrogates), AfterValidator(_readable)]
Words = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_no_surrogates)]


def _of_these_times(moment: datetime) -> datetime:
    if moment < EARLIEST:
        raise PydanticCustomError(
            "too_early", "before the year 2000", {"zh": "请核对年份", "en": "please check the year"}
        )
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_of_these_times)]


class Strict(BaseModel):
    """Base of what is sent to us: fields that are not named are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ComplainantTold(Strict):
    """Who complains, as far as they say."""

    name: Line | None = None
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    address: Annotated[str, StringConstraints(max_length=300)] | None = None
    relation: Relation = Relation.UNKNOWN
    anonymous: bool = False
    confidential: bool = False
    reply_by: ReplyBy | None = None

    @field_validator("phone")
    @classmethod
    def _a_phone(cls, said: str | None) -> str | None:
        if said and e164(said) is None:
            raise ValueError("not a phone number; write a mobile, a landline with its area code, or +country code")
        return said or None

    @field_validator("email")
    @classmethod
    def _an_address(cls, said: str | None) -> str | None:
        if said and not is_address(said):
            raise ValueError("not an e-mail address that an answer could be sent to")
        return said or None


class TargetTold(Strict):
    """Whom it is about."""

    unit: Line | None = None
    window: Line | None = None
    staff: Line | None = None
    desk_number: Annotated[str, StringConstraints(max_length=40)] | None = None


class FileTold(Strict):
    """A file sent inside JSON."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    media_type: Annotated[str, StringConstraints(max_length=120)] = "application/octet-stream"
    content_base64: Annotated[str, StringConstraints(max_length=LARGEST_FILE * 4 // 3 + 4)]

    def content(self) -> bytes:
        """The bytes; ValueError where it isn't base64."""
        try:
            return base64.b64decode(self.content_base64, validate=True)
        except binascii.Error as fault:
            raise ValueError("content_base64 is not base64") from fault

    @field_validator("content_base64")
    @classmethod
    def _decodes(cls, text: str) -> str:
        try:
            empty = not base64.b64decode(text, validate=True)
        except binascii.Error as fault:
            raise ValueError("not base64") from fault
        if empty:
            raise ValueError("the file is empty")
        return text


class Told(Strict):
    """A complaint as told."""

    facts: Facts
    demand: Words | None = None
    occurred_at: Annotated[str, StringConstraints(max_length=200)] | None = None
    complainant: ComplainantTold = Field(default_factory=ComplainantTold)
    target: TargetTold = Field(default_factory=TargetTold)
    major: bool = False
    statement_of_truth: bool = False
    files: list[FileTold] = Field(default_factory=list, max_length=MOST_FILES)

    def submission(
        self,
        channel: Channel,
        *,
        received_at: datetime,
        received_by: str,
        source: Source,
        evidence: list[Evidence],
        **more: Any,
    ) -> Submission:
        """The submission that this says."""
        person, target = self.complainant, self.target
        return Submission(
            channel=channel,
            received_at=received_at,
            received_by=received_by,
            source=source,
            facts=self.facts,
            demand=self.demand,
            occurred_at=self.occurred_at,
            evidence=tuple(evidence),
            major=self.major,
            statement_of_truth_at=received_at if self.statement_of_truth else None,
            **person.model_dump(),
            **target.model_dump(),
            **more,
        )


def is_address(text: str) -> bool:
    """A plain address: one @, no control, blank, quote or bracket, a domain with a dot (RFC 5321 §4.1.2, the sane part)."""
    local, at, domain = text.strip().partition("@")
    if not at or not local or "@" in domain or "." not in domain.strip("."):
        return False
    return text.strip().isprintable() and not any(character in '"<>()[],;:\\ ' for character in text.strip())
