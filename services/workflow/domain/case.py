"""A case: what its events add up to, at this moment.

Law of this file: a case is a value; it holds no rule and decides nothing. It knows neither the complainant's name nor
how to reach them, only whether they can be reached. All moments are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter

from services.workflow.domain.clocks import Clock, ClockName, Party
from services.workflow.domain.commands import Relation
from services.workflow.domain.events import (
    ApprovalRequested,
    Approved,
    CallAttempted,
    Closed,
    EvidenceRequested,
    ExtensionRequested,
    FeedbackSubmitted,
    FollowUpRecorded,
    Forwarded,
    HandedOver,
    Redirected,
    Redispatched,
    Refused,
    Sanctioned,
    Settled,
    UnitRefused,
)
from services.workflow.domain.roles import Person
from services.workflow.domain.states import LIVE, State
from services.workflow.domain.urgency import Urgency
from shared.contracts.complaint import Target
from shared.contracts.tracking import TrackingCode
from shared.contracts.values import CaseNumber, Channel, Element, Moment, Sha256, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call of the follow-up, and when it was made."""

    at: Moment
    call: CallAttempted


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another case on the same matter."""

    other: CaseNumber
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The fold of a case's events.

    ``version`` counts all events and orders them; ``acted_version`` is the version of the last one that was more than a
    record, so what somebody saw is stale only where it is older than that. ``officer`` is the office's handler in
    charge once there is one, ``leader`` the office leader last asked. Everything from ``dispatch`` to ``follow_up`` is
    of the current round; earlier rounds stand in the timeline.
    """

    complaint_id: UUID
    tracking_code: TrackingCode
    number: CaseNumber
    channel: Channel
    received_at: Moment
    first_receiver: str
    reception_point: str | None
    real_name: bool
    has_contact: bool
    missing: tuple[Element, ...]
    split_from: CaseNumber | None

    state: State
    version: int
    acted_version: int
    round: int
    holder: Person
    clocks: tuple[Clock, ...]
    officer: Person | None = None
    leader: Person | None = None

    target: Target
    matter: str | None = None
    major: bool
    statement: Sha256 | None = None
    confidential: bool
    restricted: bool = False
    urgency: Urgency | None = None
    responded_at: Moment | None = None

    evidence_request: EvidenceRequested | None = None
    evidence_at: Moment | None = None
    proposal: ApprovalRequested | None = None
    proposed_by: Person | None = None
    approval_owed: bool = False
    dispatch: Forwarded | Approved | Redispatched | None = None
    dispatched_at: Moment | None = None
    receipt_signed_at: Moment | None = None
    extension_request: ExtensionRequested | None = None
    extension_days: int = 0
    unit_refusal: UnitRefused | None = None
    unit_refusal_overruled: bool = False
    feedback: FeedbackSubmitted | None = None
    attempts: tuple[Attempt, ...] = ()
    follow_up: FollowUpRecorded | None = None

    refusal: Refused | None = None
    redirection: Redirected | None = None
    settlement: Settled | None = None
    closing: Closed | None = None
    is_substantiated: bool = False
    sanctions: tuple[Sanctioned, ...] = ()
    hand_overs: tuple[HandedOver, ...] = ()
    is_false_accusation: bool = False
    links: tuple[Link, ...] = ()
    parts: tuple[CaseNumber, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether somebody still owes work on it."""
        return self.state in LIVE

    @property
    def unit(self) -> str | None:
        """The unit it lies with or lay with last; None before any dispatch and after a recall."""
        return self.dispatch.unit if self.dispatch else None

    @property
    def concerned(self) -> str | None:
        """The unit that answers for it: where it lies or lay last, or for which it was settled on the spot; else the one named."""
        return self.unit or (self.settlement.unit if self.settlement else None) or self.target.unit

    @property
    def track(self) -> Track | None:
        """The way it went to the unit in this round."""
        return self.dispatch.track if self.dispatch else None

    @property
    def open_clocks(self) -> tuple[Clock, ...]:
        """The clocks that run."""
        return tuple(clock for clock in self.clocks if clock.is_running)

    @property
    def breaches(self) -> tuple[Clock, ...]:
        """The limits that an authority missed: facts for ever (art. 3)."""
        return tuple(clock for clock in self.clocks if clock.is_breach)

    @property
    def unit_clock(self) -> Clock | None:
        """The clock that binds the unit now, or bound it last in this round."""
        return last(clock for clock in self.clocks if clock.bound is Party.UNIT and clock.round == self.round)

    def clock(self, name: ClockName) -> Clock | None:
        """The newest clock of a name, running or ended."""
        return last(clock for clock in self.clocks if clock.name is name)

    def running(self, name: ClockName) -> Clock | None:
        """The running clock of a name."""
        return last(clock for clock in self.open_clocks if clock.name is name)

    def answerable(self, party: Party) -> Person:
        """Who must keep a limit that binds this party (art. 3): a person by name, never a department."""
        if party is Party.UNIT and self.dispatch is not None:
            return self.dispatch.receiver
        if party is Party.OFFICE_LEADER and self.leader is not None:
            return self.leader
        if self.holder.is_of_a_unit or self.holder == self.leader:
            return self.officer or self.holder
        return self.holder


def last(clocks: Iterable[Clock]) -> Clock | None:
    """The newest of some clocks."""
    newest = None
    for clock in clocks:
        newest = clock
    return newest


_JSON = TypeAdapter(Case)


def case_to_json(case: Case) -> bytes:
    """The case as JSON, for the store's row."""
    return _JSON.dump_json(case)


def case_from_json(data: bytes) -> Case:
    """The case that ``case_to_json`` wrote. Raises pydantic's ValidationError where the bytes are none."""
    return _JSON.validate_json(data)
