"""What happened to a case: past tense, for ever.

Law of this file: an event says what happened (``what``, told apart by ``kind``) and everything that followed from it
under the rules of its day: the state afterwards, who holds the case, which clocks started, ended or moved. So the fold
reads no rule table, and an amendment of the rules changes no case that was judged before it. One command makes one
event; one event is one entry of the timeline. No identity of a complainant stands here; free text may name people, so
the store seals it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.workflow.domain.clocks import ClockChange
from services.workflow.domain.events.acceptance import (
    Accepted,
    Classified,
    EvidenceRecorded,
    EvidenceRequested,
    Redirected,
    Refused,
    Registered,
    SplitPart,
    SplitUp,
    StatementAttached,
    StatementRequired,
)
from services.workflow.domain.events.base import Body, SetsLimit
from services.workflow.domain.events.handling import (
    ApprovalRequested,
    Approved,
    Dispatched,
    ExtensionDecided,
    ExtensionRequested,
    FeedbackReturned,
    FeedbackSubmitted,
    Forwarded,
    ProposalReturned,
    Recalled,
    ReceiptSigned,
    Settled,
    UnitRefusalDecided,
    UnitRefused,
)
from services.workflow.domain.events.outcome import (
    Archived,
    CallAttempted,
    Closed,
    FalseAccusationFlagged,
    FollowUpRecorded,
    HandedOver,
    Redispatched,
    Sanctioned,
    Withdrawn,
)
from services.workflow.domain.events.records import (
    Assigned,
    DeadlineMissed,
    DeadlineNear,
    DocumentRecorded,
    IdentityRevealed,
    LimitsRecomputed,
    Linked,
    MarkedConfidential,
    MarkedUrgent,
    Noted,
    Responded,
    Restricted,
    RestrictionLifted,
    Supplemented,
    Unlinked,
    Urged,
    UrgentAttended,
    UrgentUnattended,
)
from services.workflow.domain.roles import Person
from services.workflow.domain.states import State
from shared.contracts.values import Moment

What = Annotated[
    Registered
    | Classified
    | StatementRequired
    | StatementAttached
    | EvidenceRequested
    | EvidenceRecorded
    | Accepted
    | Refused
    | Redirected
    | SplitUp
    | Settled
    | Forwarded
    | ApprovalRequested
    | Approved
    | ProposalReturned
    | ReceiptSigned
    | FeedbackSubmitted
    | FeedbackReturned
    | ExtensionRequested
    | ExtensionDecided
    | UnitRefused
    | UnitRefusalDecided
    | Recalled
    | CallAttempted
    | FollowUpRecorded
    | Redispatched
    | Closed
    | Withdrawn
    | HandedOver
    | Sanctioned
    | FalseAccusationFlagged
    | Archived
    | Assigned
    | Urged
    | MarkedUrgent
    | UrgentAttended
    | MarkedConfidential
    | Restricted
    | RestrictionLifted
    | IdentityRevealed
    | Linked
    | Unlinked
    | Responded
    | Supplemented
    | DocumentRecorded
    | Noted
    | DeadlineNear
    | DeadlineMissed
    | UrgentUnattended
    | LimitsRecomputed,
    Field(discriminator="kind"),
]


class Event(BaseModel):
    """One thing that happened, and what followed from it.

    ``at``: when it was recorded (UTC). ``article`` and ``in_force_from``: the rule it was done under. ``state``,
    ``round`` and ``holder``: where the case stands afterwards, and who alone answers for it (art. 3).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Moment
    by: Person
    article: str
    in_force_from: date
    what: What
    state: State
    round: Annotated[int, Field(ge=1)]
    holder: Person
    clocks: tuple[ClockChange, ...] = ()

    @property
    def kind(self) -> str:
        """The name of what happened."""
        return self.what.kind


__all__ = [
    "Accepted",
    "ApprovalRequested",
    "Approved",
    "Archived",
    "Assigned",
    "Body",
    "CallAttempted",
    "Classified",
    "Closed",
    "DeadlineMissed",
    "DeadlineNear",
    "Dispatched",
    "DocumentRecorded",
    "Event",
    "EvidenceRecorded",
    "EvidenceRequested",
    "ExtensionDecided",
    "ExtensionRequested",
    "FalseAccusationFlagged",
    "FeedbackReturned",
    "FeedbackSubmitted",
    "FollowUpRecorded",
    "Forwarded",
    "HandedOver",
    "IdentityRevealed",
    "LimitsRecomputed",
    "Linked",
    "MarkedConfidential",
    "MarkedUrgent",
    "Noted",
    "ProposalReturned",
    "Recalled",
    "ReceiptSigned",
    "Redirected",
    "Redispatched",
    "Refused",
    "Registered",
    "Responded",
    "Restricted",
    "RestrictionLifted",
    "Sanctioned",
    "SetsLimit",
    "Settled",
    "SplitPart",
    "SplitUp",
    "StatementAttached",
    "StatementRequired",
    "Supplemented",
    "UnitRefusalDecided",
    "UnitRefused",
    "Unlinked",
    "Urged",
    "UrgentAttended",
    "UrgentUnattended",
    "What",
    "Withdrawn",
]
