"""The transitions: from which state, by which act, under which guards, to which state, with which event, and who holds
the case from then on.

Law of this file: what isn't a row can't happen. Some acts have variants (a ground, an outcome), each with a row of its
own. Who may act stands in ``roles.MAY``, how rows are looked up in ``ways``; the flow is that of annex 1, where ``accepted``
is ②, ``dispatched`` is ③ by either track, ``feedback_submitted`` is ④ and the place of ⑤, and ``archived`` is ⑥. Diagram
and printed tables are made from these rows (``printed``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.workflow.domain import events, guards
from services.workflow.domain.acts import ACTS, Act
from services.workflow.domain.grounds import GROUNDS
from services.workflow.domain.guards import Guard
from services.workflow.domain.in_force import MEASURE_IN_FORCE
from services.workflow.domain.roles import MAY, AnyRole
from services.workflow.domain.states import UNFILED, State
from shared.contracts.values import Ground, Satisfaction


class HandsTo(StrEnum):
    """Who holds the case afterwards. There is always exactly one (art. 3)."""

    STAYS = "stays"
    ACTOR = "actor"
    OFFICER = "officer"
    OFFICE_LEADER = "office_leader"
    RECEIVER = "receiver"
    """Who receives the dispatch: the unit's handler (转办), the unit's leader (批办)."""
    ASSIGNEE = "assignee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row. ``to`` None: the case stays where it is. ``opens_round``: a new round begins, with clocks of its own."""

    start: State
    act: Act
    variant: str | None
    guards: tuple[Guard, ...]
    to: State | None
    event: type[events.Body]
    hands_to: HandsTo
    opens_round: bool
    article: str
    in_force_from: date = MEASURE_IN_FORCE

    @property
    def end(self) -> State:
        """The state afterwards."""
        return self.to or self.start

    @property
    def roles(self) -> frozenset[AnyRole]:
        """Who may ask for it."""
        return MAY[self.act]


def _rows(
    starts: State | Iterable[State],
    act: Act,
    event: type[events.Body],
    to: State | None = None,
    *rules: Guard,
    variant: str | None = None,
    hands_to: HandsTo = HandsTo.STAYS,
    opens_round: bool = False,
    article: str | None = None,
) -> tuple[Transition, ...]:
    wanted = {starts} if isinstance(starts, State) else set(starts)
    return tuple(
        Transition(
            start=start,
            act=act,
            variant=variant,
            guards=rules,
            to=to,
            event=event,
            hands_to=hands_to,
            opens_round=opens_round,
            article=article or ACTS[act].article,
        )
        for start in State
        if start in wanted
    )


_REGISTERED, _AWAITING = State.REGISTERED, State.AWAITING_STATEMENT
_ACCEPTED, _APPROVAL = State.ACCEPTED, State.AWAITING_APPROVAL
_WITH_UNIT, _FED_BACK = State.DISPATCHED, State.FEEDBACK_SUBMITTED
_CLOSED, _REFUSED, _REDIRECTED = State.CLOSED, State.REFUSED, State.REDIRECTED
_WITHDRAWN, _ARCHIVED = State.WITHDRAWN, State.ARCHIVED

_LIVE = (_REGISTERED, _AWAITING, _ACCEPTED, _APPROVAL, _WITH_UNIT, _FED_BACK)
_IN_HANDLING = (_ACCEPTED, _APPROVAL, _WITH_UNIT, _FED_BACK)
_BEFORE_DISPATCH = (_REGISTERED, _AWAITING, _ACCEPTED)

_BEFORE_ACCEPTANCE = (
    *_rows(_BEFORE_DISPATCH, Act.CLASSIFY, events.Classified, None, guards.MAJOR_IN_WRITING),
    *_rows(_REGISTERED, Act.REQUIRE_STATEMENT, events.StatementRequired, _AWAITING, guards.TOLD_ONLY),
    *_rows(_AWAITING, Act.ATTACH_STATEMENT, events.StatementAttached, _REGISTERED),
    *_rows(
        _REGISTERED,
        Act.REQUEST_EVIDENCE,
        events.EvidenceRequested,
        None,
        guards.CAN_BE_ASKED,
        guards.NOTHING_ASKED_YET,
        guards.EVIDENCE_WITHIN_DAYS,
        hands_to=HandsTo.ACTOR,
    ),
    *_rows(_REGISTERED, Act.RECORD_EVIDENCE, events.EvidenceRecorded, None, guards.EVIDENCE_IS_ASKED_FOR),
    *_rows(_REGISTERED, Act.SPLIT, events.SplitUp),
)

_ACCEPTANCE = (
    *_rows(_REGISTERED, Act.ACCEPT, events.Accepted, _ACCEPTED, hands_to=HandsTo.ACTOR),
    *(
        row
        for ground in GROUNDS
        for row in _rows(
            _REGISTERED,
            Act.REFUSE,
            events.Refused,
            _REFUSED,
            *((guards.EVIDENCE_LAPSED,) if ground.needs_lapse else ()),
            variant=ground.ground.value,
            hands_to=HandsTo.ACTOR,
            article=ground.article,
        )
    ),
    # A written statement that never comes must not leave a case waiting for ever: it is evidence that was required and
    # not supplied within the set time (arts. 7 and 10.4).
    *_rows(
        _AWAITING,
        Act.REFUSE,
        events.Refused,
        _REFUSED,
        guards.STATEMENT_LAPSED,
        variant=Ground.NO_CONTACT_OR_EVIDENCE.value,
        hands_to=HandsTo.ACTOR,
        article="10.4",
    ),
    # A discipline matter is not this office's to have written down: it goes to its body as it was told (art. 10.5).
    *_rows(
        _AWAITING,
        Act.REFUSE,
        events.Refused,
        _REFUSED,
        variant=Ground.DISCIPLINE_MATTER.value,
        hands_to=HandsTo.ACTOR,
        article="10.5",
    ),
    *_rows(_REGISTERED, Act.REDIRECT, events.Redirected, _REDIRECTED, hands_to=HandsTo.ACTOR),
)

_DISPATCH = (
    *_rows((_REGISTERED, _ACCEPTED), Act.SETTLE, events.Settled, _CLOSED, guards.ON_SITE, hands_to=HandsTo.ACTOR),
    *_rows(
        _ACCEPTED,
        Act.FORWARD,
        events.Forwarded,
        _WITH_UNIT,
        guards.UNIT_MAY_KNOW,
        guards.APPROVAL_NOT_OWED,
        guards.UNIT_HAS_HANDLER,
        hands_to=HandsTo.RECEIVER,
    ),
    *_rows(
        _ACCEPTED,
        Act.REQUEST_APPROVAL,
        events.ApprovalRequested,
        _APPROVAL,
        guards.OFFICE_HAS_LEADER,
        hands_to=HandsTo.OFFICE_LEADER,
    ),
    *_rows(
        _APPROVAL,
        Act.APPROVE,
        events.Approved,
        _WITH_UNIT,
        guards.UNIT_MAY_KNOW,
        guards.ANOTHER_PERSON,
        guards.UNIT_HAS_HANDLER,
        guards.UNIT_HAS_LEADER,
        hands_to=HandsTo.RECEIVER,
    ),
    *_rows(_APPROVAL, Act.RETURN_PROPOSAL, events.ProposalReturned, _ACCEPTED, hands_to=HandsTo.OFFICER),
    *_rows(_WITH_UNIT, Act.RECALL, events.Recalled, _ACCEPTED, guards.NO_REFUSAL_PENDING, hands_to=HandsTo.ACTOR),
)

_AT_THE_UNIT = (
    *_rows(_WITH_UNIT, Act.SIGN_RECEIPT, events.ReceiptSigned, None, guards.RECEIPT_NOT_SIGNED),
    *_rows(
        _WITH_UNIT,
        Act.SUBMIT_FEEDBACK,
        events.FeedbackSubmitted,
        _FED_BACK,
        guards.NO_REFUSAL_PENDING,
        guards.SIGNED_BY_LEADER,
        guards.SIGNATURE_NOT_AHEAD,
        hands_to=HandsTo.OFFICER,
    ),
    *_rows(
        _FED_BACK,
        Act.RETURN_FEEDBACK,
        events.FeedbackReturned,
        _WITH_UNIT,
        guards.NOT_FOLLOWED_UP,
        guards.COMPLETION_WITHIN_DAYS,
        hands_to=HandsTo.RECEIVER,
    ),
    *_rows(
        _WITH_UNIT,
        Act.REQUEST_EXTENSION,
        events.ExtensionRequested,
        None,
        guards.NO_REFUSAL_PENDING,
        guards.LIMIT_IS_EXTENDABLE,
        guards.EXTENSION_NOT_PENDING,
        guards.EXTENSION_LEFT,
        guards.EXTENSION_WITHIN_CAP,
        guards.OFFICE_HAS_LEADER,
        guards.SIGNED_BY_LEADER,
        guards.LATE_WITH_REASON,
    ),
    *_rows(
        _WITH_UNIT,
        Act.DECIDE_EXTENSION,
        events.ExtensionDecided,
        None,
        guards.EXTENSION_PENDING,
        guards.EXTENSION_WITHIN_CAP,
        guards.LATE_WITH_REASON,
        guards.EXTENSION_STILL_AHEAD,
    ),
    *_rows(
        _WITH_UNIT,
        Act.REFUSE_BY_UNIT,
        events.UnitRefused,
        None,
        guards.NO_REFUSAL_PENDING,
        guards.NOT_OVERRULED,
        guards.UNIT_GROUND_USABLE,
        guards.SIGNED_BY_LEADER,
        hands_to=HandsTo.OFFICER,
    ),
    *_rows(
        _WITH_UNIT,
        Act.DECIDE_UNIT_REFUSAL,
        events.UnitRefusalDecided,
        _REFUSED,
        guards.REFUSAL_PENDING,
        guards.HAND_OVER_NAMED,
        variant="confirmed",
    ),
    *_rows(
        _WITH_UNIT,
        Act.DECIDE_UNIT_REFUSAL,
        events.UnitRefusalDecided,
        None,
        guards.REFUSAL_PENDING,
        variant="overruled",
        hands_to=HandsTo.RECEIVER,
    ),
)

_FOLLOW_UP = (
    *_rows(_FED_BACK, Act.RECORD_CALL_ATTEMPT, events.CallAttempted, None, guards.NOT_FOLLOWED_UP),
    *(
        row
        for outcome, rules in (
            (Satisfaction.SATISFIED, ()),
            (Satisfaction.DISSATISFIED, ()),
            (Satisfaction.UNREACHABLE, (guards.UNREACHABLE_PROVEN,)),
        )
        for row in _rows(
            _FED_BACK,
            Act.RECORD_FOLLOW_UP,
            events.FollowUpRecorded,
            None,
            guards.NOT_FOLLOWED_UP,
            *rules,
            variant=outcome.value,
        )
    ),
    *_rows(
        _FED_BACK,
        Act.REDISPATCH,
        events.Redispatched,
        _WITH_UNIT,
        guards.FAULT_FOUND,
        guards.REDISPATCH_WITHIN_DAYS,
        guards.UNIT_HAS_HANDLER,
        hands_to=HandsTo.RECEIVER,
        opens_round=True,
    ),
    # Annex 1: dissatisfied means forwarded or approved once more.
    *_rows(
        _FED_BACK,
        Act.REQUEST_APPROVAL,
        events.ApprovalRequested,
        _APPROVAL,
        guards.FAULT_FOUND,
        guards.OFFICE_HAS_LEADER,
        hands_to=HandsTo.OFFICE_LEADER,
        opens_round=True,
        article="18.5",
    ),
    *_rows(_FED_BACK, Act.CLOSE, events.Closed, _CLOSED, guards.FOLLOWED_UP, guards.NO_FAULT_FOUND),
)

_ENDINGS = (
    *_rows(_LIVE, Act.WITHDRAW, events.Withdrawn, _WITHDRAWN, hands_to=HandsTo.OFFICER),
    *_rows(
        _IN_HANDLING,
        Act.HAND_OVER,
        events.HandedOver,
        _CLOSED,
        variant="10.5",
        hands_to=HandsTo.OFFICER,
        article="10.5",
    ),
    *_rows((_WITH_UNIT, _FED_BACK, _CLOSED), Act.HAND_OVER, events.HandedOver, None, guards.PROVEN, variant="19"),
    *_rows((_FED_BACK, _CLOSED), Act.HAND_OVER, events.HandedOver, None, guards.FLAGGED, variant="22", article="22"),
    *_rows((_WITH_UNIT, _FED_BACK, _CLOSED), Act.IMPOSE_SANCTION, events.Sanctioned, None, guards.PROVEN),
    *_rows(
        (_FED_BACK, _CLOSED),
        Act.FLAG_FALSE_ACCUSATION,
        events.FalseAccusationFlagged,
        None,
        guards.UNFOUNDED,
        guards.NOT_FLAGGED,
    ),
    *_rows((_CLOSED, _REFUSED, _REDIRECTED, _WITHDRAWN), Act.ARCHIVE, events.Archived, _ARCHIVED, guards.NO_OPEN_CLOCK),
)

_ANYWHERE = (
    *_rows(
        (*_BEFORE_DISPATCH, _FED_BACK),
        Act.ASSIGN,
        events.Assigned,
        None,
        guards.ASSIGNEE_IS_ACTIVE,
        hands_to=HandsTo.ASSIGNEE,
    ),
    *_rows(_LIVE, Act.URGE, events.Urged, None, guards.HELD_BY_ANOTHER),
    *_rows(UNFILED, Act.MARK_CONFIDENTIAL, events.MarkedConfidential, None, guards.NOT_CONFIDENTIAL),
    # Before a unit knows of it: what lies with one is recalled first. Whoever keeps it close is in charge of it from then on.
    *_rows(
        _BEFORE_DISPATCH,
        Act.RESTRICT,
        events.Restricted,
        None,
        guards.NOT_RESTRICTED,
        hands_to=HandsTo.ACTOR,
    ),
    *_rows((*_BEFORE_DISPATCH, _APPROVAL), Act.LIFT_RESTRICTION, events.RestrictionLifted, None, guards.RESTRICTED),
    # Danger may be told of a case in any state, after it was filed too.
    *_rows(State, Act.MARK_URGENT, events.MarkedUrgent, None, guards.NOT_RAISED_YET),
    *_rows(State, Act.ATTEND_URGENT, events.UrgentAttended, None, guards.IS_URGENT),
    # A look at a filed case is recorded all the same, and so is the binder that is made of it.
    *_rows(State, Act.REVEAL_IDENTITY, events.IdentityRevealed, None, guards.IDENTITY_OPEN_TO_ACTOR),
    *_rows(State, Act.RECORD_DOCUMENT, events.DocumentRecorded),
    *_rows(UNFILED, Act.LINK_DUPLICATE, events.Linked, None, guards.LINK_IS_NEW),
    *_rows(UNFILED, Act.UNLINK, events.Unlinked, None, guards.LINK_EXISTS),
    *_rows(
        UNFILED,
        Act.RECORD_RESPONSE,
        events.Responded,
        None,
        guards.NOT_ANSWERED_YET,
        guards.ANSWER_TIME_PLAUSIBLE,
    ),
    *_rows(UNFILED, Act.RECORD_SUPPLEMENT, events.Supplemented),
    *_rows(UNFILED, Act.NOTE, events.Noted),
)

TRANSITIONS: tuple[Transition, ...] = (
    *_BEFORE_ACCEPTANCE,
    *_ACCEPTANCE,
    *_DISPATCH,
    *_AT_THE_UNIT,
    *_FOLLOW_UP,
    *_ENDINGS,
    *_ANYWHERE,
)
