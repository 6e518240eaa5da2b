"""The limits: what is counted, from which event, how many working days, who is bound, by which article.

Law of this file: every clock that ever runs is a row here, and so is every event that starts, meets or lifts it. A
period of N working days ends at close of business on the Nth working day after the day it starts on (Civil Code, arts.
201 and 203); that arithmetic is ``shared.working_time``'s. Where the Measure names no number, the row is the office's
own and says so (``set_by``): without it a case could lie in a state with nobody's clock running.

Receipt by the unit (art. 18.3) is the moment of the dispatch: the software puts the case on the unit's desk at once,
and a unit must not put its limit off by not looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.workflow.domain import events
from services.workflow.domain.acts import Act
from services.workflow.domain.clocks import ClockName, Party, Source
from services.workflow.domain.in_force import MEASURE_IN_FORCE, day_of, newest
from services.workflow.domain.states import State


@dataclass(frozen=True, slots=True)
class On:
    """Something happened; with ``state``: only where the case stands there afterwards.

    ``again``: only for the clock that bound the unit last in this round.
    """

    body: type[events.Body]
    state: State | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Lapse:
    """Another clock was missed."""

    of: ClockName


_THREE_HOURS = timedelta(hours=3)
_A_DAY_AND_THREE_HOURS = timedelta(hours=11)
"""A working day has eight hours: with three days in all, unit and leader still have time to do or to extend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """One row.

    ``days``: working days; None where the starting event sets them. ``from_receipt``: counted from when the complaint
    came in, not from when it was registered. ``is_extendable``: may be extended (art. 18.3). ``within_handling``: never
    later than the unit's running limit. ``near``: how much working time before the limit it is near. ``grace``: how long the watch waits before it states a miss, because the news
    that the duty was met travels by message.
    """

    name: ClockName
    chinese: str
    english: str
    bound: Party
    days: int | None
    starts_on: tuple[On | Lapse, ...]
    met_by: tuple[On, ...]
    lifted_by: tuple[On, ...] = ()
    article: str
    set_by: Source
    near: timedelta = _THREE_HOURS
    from_receipt: bool = False
    is_extendable: bool = False
    within_handling: bool = False
    grace: timedelta = timedelta()
    in_force_from: date = MEASURE_IN_FORCE


_LEFT_OUR_HANDS = (On(events.Withdrawn), On(events.HandedOver, State.CLOSED))
_UNIT_ANSWERED = (On(events.FeedbackSubmitted), On(events.UnitRefused))
_UNIT_RELIEVED = (On(events.Recalled), *_LEFT_OUR_HANDS)
_OVERRULED = On(events.UnitRefusalDecided, State.DISPATCHED, again=True)

LIMITS: tuple[LimitRow, ...] = (
    LimitRow(
        name=ClockName.RESPOND,
        chinese="回应投诉人",
        english="first answer to the complainant",
        bound=Party.OFFICE,
        days=1,
        starts_on=(On(events.Registered),),
        met_by=(On(events.Responded), On(events.Settled)),
        lifted_by=(On(events.Withdrawn),),
        article="14",
        set_by=Source.MEASURE,
        from_receipt=True,
        grace=timedelta(minutes=15),
    ),
    LimitRow(
        name=ClockName.STATEMENT,
        chinese="补交书面材料",
        english="written statement of a major matter",
        bound=Party.COMPLAINANT,
        days=5,
        starts_on=(
            On(events.Registered, State.AWAITING_STATEMENT),
            On(events.StatementRequired),
        ),
        met_by=(On(events.StatementAttached),),
        lifted_by=(On(events.Refused), On(events.Withdrawn)),
        article="7",
        set_by=Source.OFFICE,
        near=_A_DAY_AND_THREE_HOURS,
    ),
    LimitRow(
        name=ClockName.EVIDENCE,
        chinese="补充证据",
        english="evidence asked of the complainant",
        bound=Party.COMPLAINANT,
        days=None,
        starts_on=(On(events.EvidenceRequested),),
        met_by=(On(events.EvidenceRecorded),),
        lifted_by=(
            On(events.Accepted),
            On(events.Refused),
            On(events.Redirected),
            On(events.Settled),
            On(events.StatementRequired),
            On(events.Withdrawn),
        ),
        article="10.4",
        set_by=Source.MEASURE,
        near=_A_DAY_AND_THREE_HOURS,
    ),
    LimitRow(
        name=ClockName.ACCEPTANCE,
        chinese="决定是否受理",
        english="decision on acceptance",
        bound=Party.OFFICE,
        days=1,
        starts_on=(
            On(events.Registered, State.REGISTERED),
            On(events.StatementAttached),
            On(events.EvidenceRecorded),
            On(events.UnitRefused),
            Lapse(ClockName.EVIDENCE),
            Lapse(ClockName.STATEMENT),
        ),
        met_by=(
            On(events.Accepted),
            On(events.Refused),
            On(events.Redirected),
            On(events.Settled),
            On(events.UnitRefusalDecided),
        ),
        lifted_by=(
            On(events.EvidenceRequested),
            On(events.StatementRequired),
            *_LEFT_OUR_HANDS,
        ),
        article="10",
        set_by=Source.OFFICE,
    ),
    LimitRow(
        name=ClockName.DISPATCH,
        chinese="转办或报批",
        english="dispatch, or proposal to the leader",
        bound=Party.OFFICE,
        days=1,
        starts_on=(On(events.Accepted), On(events.ProposalReturned), On(events.Recalled)),
        met_by=(On(events.Forwarded), On(events.ApprovalRequested), On(events.Settled)),
        lifted_by=_LEFT_OUR_HANDS,
        article="18",
        set_by=Source.OFFICE,
    ),
    LimitRow(
        name=ClockName.APPROVAL,
        chinese="领导批办",
        english="leader's opinion",
        bound=Party.OFFICE_LEADER,
        days=1,
        starts_on=(On(events.ApprovalRequested),),
        met_by=(On(events.Approved), On(events.ProposalReturned)),
        lifted_by=_LEFT_OUR_HANDS,
        article="18.3",
        set_by=Source.OFFICE,
    ),
    LimitRow(
        name=ClockName.FORWARD,
        chinese="转办件办结",
        english="a forwarded case is done",
        bound=Party.UNIT,
        days=1,
        starts_on=(On(events.Forwarded), _OVERRULED),
        met_by=_UNIT_ANSWERED,
        lifted_by=_UNIT_RELIEVED,
        article="18.2",
        set_by=Source.MEASURE,
        is_extendable=True,
    ),
    LimitRow(
        name=ClockName.APPROVE,
        chinese="批办件办结",
        english="an approved case is done",
        bound=Party.UNIT,
        days=3,
        starts_on=(On(events.Approved), _OVERRULED),
        met_by=_UNIT_ANSWERED,
        lifted_by=_UNIT_RELIEVED,
        article="18.3",
        set_by=Source.MEASURE,
        near=_A_DAY_AND_THREE_HOURS,
        is_extendable=True,
    ),
    LimitRow(
        name=ClockName.REDISPATCH,
        chinese="退回再办件办结",
        english="a case sent back is done",
        bound=Party.UNIT,
        days=None,
        starts_on=(On(events.Redispatched), _OVERRULED),
        met_by=_UNIT_ANSWERED,
        lifted_by=_UNIT_RELIEVED,
        article="18.5",
        set_by=Source.MEASURE,
        is_extendable=True,
    ),
    LimitRow(
        name=ClockName.COMPLETION,
        chinese="补全反馈",
        english="incomplete feedback is completed",
        bound=Party.UNIT,
        days=None,
        starts_on=(On(events.FeedbackReturned), _OVERRULED),
        met_by=_UNIT_ANSWERED,
        lifted_by=_UNIT_RELIEVED,
        article="18.4",
        set_by=Source.OFFICE,
    ),
    LimitRow(
        name=ClockName.EXTENSION,
        chinese="审批延期",
        english="decision on an extension",
        bound=Party.OFFICE_LEADER,
        days=1,
        starts_on=(On(events.ExtensionRequested),),
        met_by=(On(events.ExtensionDecided),),
        lifted_by=(*_UNIT_ANSWERED, *_UNIT_RELIEVED),
        article="18.4",
        set_by=Source.OFFICE,
        within_handling=True,
    ),
    LimitRow(
        name=ClockName.FOLLOW_UP,
        chinese="回访",
        english="follow-up",
        bound=Party.OFFICE,
        days=3,
        starts_on=(On(events.FeedbackSubmitted),),
        met_by=(On(events.FollowUpRecorded),),
        lifted_by=(On(events.FeedbackReturned), *_LEFT_OUR_HANDS),
        article="18.5",
        set_by=Source.MEASURE,
        near=_A_DAY_AND_THREE_HOURS,
    ),
    LimitRow(
        name=ClockName.CONCLUSION,
        chinese="办结或退回再办",
        english="closing, or the next round",
        bound=Party.OFFICE,
        days=1,
        starts_on=(On(events.FollowUpRecorded),),
        met_by=(On(events.Closed), On(events.Redispatched), On(events.ApprovalRequested)),
        lifted_by=_LEFT_OUR_HANDS,
        article="18.5",
        set_by=Source.OFFICE,
    ),
)


def limit_row(name: ClockName, on: date, table: tuple[LimitRow, ...] = LIMITS) -> LimitRow:
    """The version of a limit that is in force on a day. Raises LookupError where none was yet."""
    return newest((row for row in table if row.name is name), on)


class Figure(StrEnum):
    """The numbers that are no limits."""

    EXTENSION_DAYS = "extension_days"
    EVIDENCE_DAYS = "evidence_days"
    COMPLETION_DAYS = "completion_days"
    REDISPATCH_DAYS = "redispatch_days"
    CALL_ATTEMPTS = "call_attempts"
    CALL_DAYS = "call_days"
    URGENT_MINUTES = "urgent_minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One row: a number, what it counts, its article."""

    figure: Figure
    value: int
    chinese: str
    english: str
    article: str
    set_by: Source
    in_force_from: date = MEASURE_IN_FORCE


FIGURES: tuple[FigureRow, ...] = (
    FigureRow(
        figure=Figure.EXTENSION_DAYS,
        value=2,
        chinese="每轮延期累计不超过的工作日数",
        english="working days of extension in a round, at most",
        article="18.3",
        set_by=Source.MEASURE,
    ),
    FigureRow(
        figure=Figure.EVIDENCE_DAYS,
        value=30,
        chinese="补充证据的期限最长工作日数",
        english="working days to supply evidence, at most",
        article="10.4",
        set_by=Source.OFFICE,
    ),
    FigureRow(
        figure=Figure.COMPLETION_DAYS,
        value=3,
        chinese="补全反馈的期限最长工作日数",
        english="working days to complete a feedback, at most",
        article="18.4",
        set_by=Source.OFFICE,
    ),
    FigureRow(
        figure=Figure.REDISPATCH_DAYS,
        value=3,
        chinese="退回再办的期限最长工作日数",
        english="working days to deal with it again, at most",
        article="18.5",
        set_by=Source.OFFICE,
    ),
    FigureRow(
        figure=Figure.CALL_ATTEMPTS,
        value=3,
        chinese="记为联系不上所需的拨打次数",
        english="calls before somebody counts as not reached",
        article="18.5",
        set_by=Source.OFFICE,
    ),
    FigureRow(
        figure=Figure.CALL_DAYS,
        value=2,
        chinese="上述拨打须分布的不同工作日数",
        english="working days on which those calls are made",
        article="18.5",
        set_by=Source.OFFICE,
    ),
    FigureRow(
        figure=Figure.URGENT_MINUTES,
        value=5,
        chinese="紧急件无人处置即告警的分钟数（昼夜都计）",
        english="minutes, by day and night, after which danger that nobody has looked at raises an alert",
        article="2",
        set_by=Source.OFFICE,
    ),
)


MOST_DAYS: dict[Act, Figure] = {
    Act.REQUEST_EVIDENCE: Figure.EVIDENCE_DAYS,
    Act.RETURN_FEEDBACK: Figure.COMPLETION_DAYS,
    Act.REQUEST_EXTENSION: Figure.EXTENSION_DAYS,
    Act.DECIDE_EXTENSION: Figure.EXTENSION_DAYS,
    Act.REDISPATCH: Figure.REDISPATCH_DAYS,
}
"""The acts in which a person sets a number of working days, and which number it may not pass."""


def urgent_alert_at(told_at: datetime) -> datetime:
    """From when on it is too long that nobody has looked at danger told of at a moment (aware); by day and by night alike."""
    return told_at + timedelta(minutes=figure(Figure.URGENT_MINUTES, day_of(told_at)))


def figure(name: Figure, on: date, table: tuple[FigureRow, ...] = FIGURES) -> int:
    """The number that is in force on a day. Raises LookupError where none was yet."""
    return newest((row for row in table if row.figure is name), on).value
