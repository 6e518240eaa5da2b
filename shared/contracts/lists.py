"""``list.*``: a list about many cases is to be issued as a document, with the figures and rows of the service that owns them.

Law of this file: whoever owns the rows sends them, and nobody else does: no browser carries them, and who issues the
document looks nothing up. ``document_id`` is chosen by the sender, so that the page which asked can lead to the document
before it is made; the same id twice is one document. The rows name people, so all types travel sealed (RFC 7516).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.complaint import Published
from shared.contracts.tracking import TrackingCode
from shared.contracts.values import CaseNumber, Moment, Sha256


class ListAsked(Published):
    """What is common to all: the document that it becomes, and who asked for it when."""

    document_id: UUID
    asked_by: str
    occurred_at: Moment


class CallToMake(Published):
    """Somebody who must be called, about which complaint, and what to say."""

    tracking_code: TrackingCode
    case_number: CaseNumber | None = None
    name: str | None = None
    phone: str = Field(description="E.164")
    say: str
    latest: Moment


class CallsListed(ListAsked):
    """The calls by which people are to be told something, the most urgent first (art. 14). ``waiting``: how many there are in all."""

    calls: list[CallToMake]
    waiting: int


class FollowUpsListed(ListAsked):
    """The calls by which people are to be asked how they found it, the most urgent first (art. 18.5). ``waiting``: how many in all."""

    calls: list[CallToMake]
    waiting: int


class SlipFound(Published):
    """One slip out of a box, by its register number."""

    register_number: str
    summary: str
    signed: bool
    case_number: CaseNumber | None = None


class BoxRecorded(ListAsked):
    """A box was opened by two people, and what was in it is registered (arts. 6 and 14)."""

    box: str
    opened_at: Moment
    opened_by: str
    witness: str
    counted: int
    difference: str = Field(default="", description="why fewer are registered than were counted, and who looked again")
    slips: list[SlipFound]


class Kept(Published):
    """How often limits were kept and missed."""

    met: int = 0
    missed: int = 0


class Counted(Published):
    """The figures of one group of cases: a channel, a unit, a matter, a month (``2026-11``), or all of a period."""

    key: str | None = None
    received: int = 0
    refused: int = 0
    extended: int = 0
    second_round: int = 0
    satisfied: int = 0
    dissatisfied: int = 0
    unreachable: int = 0
    substantiated: int = 0
    sanctioned: int = 0
    repeated: int = 0
    answered: Kept = Field(default=Kept(), description="the complainant's first answer (art. 14)")
    handled: Kept = Field(default=Kept(), description="the units' own limits (arts. 18.2, 18.3, 18.5)")


class PeriodKind(StrEnum):
    """What a period is by the calendar."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DAYS = "days"
    """Days of one's own, whatever they are."""


class PeriodReported(ListAsked):
    """The report of a period (art. 21), from figures that were frozen and signed; ``sha256`` is that of the signed body."""

    frozen_id: UUID
    frozen_at: Moment
    frozen_by: str
    sha256: Sha256
    kind: PeriodKind = PeriodKind.MONTH
    first_day: date
    last_day: date
    analysis: str
    whole: Counted
    before: Counted | None = Field(default=None, description="the period before, as it was counted at the freezing")
    before_first_day: date | None = None
    before_last_day: date | None = None
    by_channel: list[Counted]
    by_unit: list[Counted]
    by_matter: list[Counted] = Field(description="the most frequent ones")
    by_month: list[Counted] = Field(description="the last twelve months, as they were counted at the freezing")
