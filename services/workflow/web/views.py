"""What workflow's public pages show, as frozen values.

Law of this file: pure; nothing on these pages says who complained or who is complained of by name. Moments are aware.
Free text (an answer, a reason) has been masked before it gets here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.contracts.values import Channel, Ground
from shared.web.i18n import Bilingual
from shared.web.words import LimitWords


class Standing(StrEnum):
    """What a complainant is told of the case: one sentence each."""

    REGISTERED = "registered"
    AWAITING_STATEMENT = "awaiting_statement"
    ACCEPTED = "accepted"
    AWAITING_APPROVAL = "awaiting_approval"
    DISPATCHED = "dispatched"
    FEEDBACK_SUBMITTED = "feedback_submitted"
    CLOSED = "closed"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


class Step(StrEnum):
    """The six steps of annex 1."""

    RECEIVE = "receive"
    ACCEPT = "accept"
    DISPATCH = "dispatch"
    FEEDBACK = "feedback"
    FOLLOW_UP = "follow_up"
    ARCHIVE = "archive"


class Progress(StrEnum):
    """Where a step stands."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class TrackStep:
    """One step: when and by whom it was done, the limit it has or had, and how it was kept.

    ``limit`` says how it stands (met, missed, to come); ``due`` is the moment of the limit, named beside a result.
    """

    step: Step
    progress: Progress
    at: datetime | None = None
    by: str = ""
    channel: Channel | None = None
    limit: LimitWords | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a unit or the office answered, in its own words."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not accepted: exactly one ground of art. 10, why, and what else can be done (art. 16).

    ``remedy`` is in the handler's own words; ``usual`` is the table's, where the handler left it at that.
    """

    ground: Ground
    reason: str
    remedy: str = ""
    usual: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class Redirection:
    """Out of the units' remit: who is competent (art. 16)."""

    authority: str
    reason: str


@dataclass(frozen=True, slots=True)
class TrackRound:
    """One round: a dissatisfied follow-up opens the next, with limits of its own (art. 18.5)."""

    number: int
    steps: Sequence[TrackStep]
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class TrackPage:
    """``GET /track/{code}``: the answer first, then the six steps of each round, the newest round first.

    ``holder`` is who has it now, ``next_limit`` what comes next and by when; both are told while there is no answer.
    """

    code: str
    standing: Standing
    rounds: Sequence[TrackRound]
    number: str = ""
    holder: str = ""
    next_limit: LimitWords | None = None
    refusal: Refusal | None = None
    redirection: Redirection | None = None
    written_form_url: str = ""
    supplement_url: str = ""

    @property
    def answer(self) -> Answer | None:
        """The newest answer."""
        return self.rounds[0].answer if self.rounds else None


@dataclass(frozen=True, slots=True)
class TrackAsk:
    """``GET /track``: asks for the code. ``not_found`` says the same for a wrong and for an unknown one."""

    typed: str = ""
    not_found: bool = False
    action: str = "/track"
