"""Random walks: anybody asks for anything at any time, the watch looks in now and then, the calendar is amended; and
what the regulation promises holds after every step.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.workflow.domain import commands, events
from services.workflow.domain.acts import Act
from services.workflow.domain.case import Case, case_from_json, case_to_json
from services.workflow.domain.clocks import Clock, ClockName, Ended, Party, Warned
from services.workflow.domain.deadlines import due, recompute, watch_at
from services.workflow.domain.decide import available, decide
from services.workflow.domain.events import Event
from services.workflow.domain.evolve import evolve, fold
from services.workflow.domain.owed import next_duty
from services.workflow.domain.publish import publish
from services.workflow.domain.refusal import Refusal, RefusalCode
from services.workflow.domain.roles import MAY, SOFTWARE, Person
from services.workflow.domain.states import State
from services.workflow.domain.timeline import Entry, append, content_of, head_of, verify_chain
from services.workflow.domain.transitions import TRANSITIONS
from shared.contracts.catalogue import BY_MODEL
from shared.contracts.values import Channel, Ground, Role, Satisfaction
from shared.working_time import Override, WorkCalendar
from tests.unit.workflow.building import (
    ACTOR,
    CALENDAR,
    COLLEAGUE,
    FACTS,
    HOURS,
    MONDAY,
    OTHER_HANDLER,
    OTHER_LEADER,
    UNIT,
    UNIT_HANDLER,
    UNITS,
    Story,
    a_complainant,
    answered,
    asked_for_more,
    at,
    dissatisfied,
    forwarded,
    unfounded,
)
from tests.unit.workflow.ways import COMMAND, is_held_by_who_has_to_act

PEOPLE = (*ACTOR.values(), COLLEAGUE, OTHER_HANDLER, OTHER_LEADER)
ASKED = (
    *COMMAND.values(),
    forwarded(unit="市税务局"),
    unfounded(),
    asked_for_more(days=2, late_reason="负责人出差。"),
    asked_for_more(days=3, late_reason="负责人出差。"),
    commands.DecideExtension(granted=True, days=3, opinion="同意。", late_reason="领导出差。"),
    commands.DecideExtension(granted=True, days=2, opinion="同意。", late_reason="领导出差。"),
    commands.ReturnProposal(reason="情由简单，改为转办。", may_forward=True),
    dissatisfied(unit_at_fault=False),
)
RECORDS = {row.act for row in TRANSITIONS if row.event.is_record}
ENDS = {
    Act.WITHDRAW,
    Act.REFUSE,
    Act.REDIRECT,
    Act.SETTLE,
    Act.HAND_OVER,
    Act.ASSIGN,
    Act.CLASSIFY,
    Act.MARK_CONFIDENTIAL,
    Act.RESTRICT,
    Act.LIFT_RESTRICTION,
    Act.SPLIT,
    Act.RECORD_SUPPLEMENT,
}
WORK = tuple(
    (command, ACTOR[role])
    for command in ASKED
    for role in sorted(MAY[command.act])
    if command.act not in RECORDS | ENDS and role is not Role.OPERATOR
)
"""What carries a case on, and does not end it early or turn about in one place."""
EXITS = (events.Accepted, events.Refused, events.Redirected)
BUSY = {
    State.REGISTERED: (ClockName.ACCEPTANCE, ClockName.EVIDENCE),
    State.AWAITING_STATEMENT: (ClockName.STATEMENT, ClockName.ACCEPTANCE),
    State.ACCEPTED: (ClockName.DISPATCH,),
    State.AWAITING_APPROVAL: (ClockName.APPROVAL,),
    State.DISPATCHED: (
        ClockName.FORWARD,
        ClockName.APPROVE,
        ClockName.REDISPATCH,
        ClockName.COMPLETION,
        ClockName.ACCEPTANCE,
    ),
    State.FEEDBACK_SUBMITTED: (ClockName.FOLLOW_UP, ClockName.CONCLUSION),
}
"""In every live state somebody's clock runs, or has been missed: nothing lies about unseen."""


class Walk(RuleBasedStateMachine):
    """One case, and whatever people think of."""

    def __init__(self) -> None:
        super().__init__()
        self.now = at(MONDAY)
        self.calendar: WorkCalendar = CALENDAR
        self.history: list[Event] = []
        self.entries: list[Entry] = []
        self.ended: dict[str, Clock] = {}
        self.case: Case

    @initialize(channel=st.sampled_from(Channel), major=st.booleans(), has_phone=st.booleans())
    def comes_in(self, channel: Channel, major: bool, has_phone: bool) -> None:
        """A complaint on any channel."""
        who = a_complainant(phone="+8613912342046" if has_phone else None)
        self._take(None, Story.begins(channel=channel, major=major, complainant=who).history)

    @rule(gap=st.sampled_from([5, 50, 400, 1500, 5000]))
    def time_goes_by(self, gap: int) -> None:
        """Minutes to days."""
        self.now += timedelta(minutes=gap)

    @rule(command=st.sampled_from(ASKED), actor=st.sampled_from(PEOPLE))
    def somebody_asks(self, command: commands.Command, actor: Person) -> None:
        """Anybody, for anything."""
        self._ask(command, actor)

    @rule(data=st.data(), actor=st.sampled_from(PEOPLE))
    def somebody_takes_up_an_offer(self, data: st.DataObject, actor: Person) -> None:
        """What is offered is not refused for the role or the state; and so the walk gets far."""
        offers = {o.command for o in available(self.case, actor, self.now, self.calendar, HOURS, FACTS).offers}
        fitting = [command for command in ASKED if command.act in offers]
        moving = [command for command in fitting if command.act not in RECORDS]
        if fitting:
            answer = self._ask(data.draw(st.sampled_from(moving or fitting)), actor)
            assert not isinstance(answer, Refusal) or answer.code in {RefusalCode.RULE, RefusalCode.NOT_NOW}

    @rule(choice=st.integers(0, 999), gap=st.sampled_from([5, 50, 400]))
    def work_goes_on(self, choice: int, gap: int) -> None:
        """Somebody does one of the things that carry a case on, whatever they are just now."""
        self.now += timedelta(minutes=gap)
        doable = [(command, actor) for command, actor in WORK if self._can(command, actor)]
        if doable:
            self._ask(*doable[choice % len(doable)])

    @rule(choice=st.integers(0, 999))
    def work_goes_on_at_once(self, choice: int) -> None:
        """The same, within the minute."""
        self.work_goes_on(choice, 1)

    @rule(ago=st.sampled_from([0, 30, 2000]))
    def the_answer_is_told(self, ago: int) -> None:
        """Notify tells of the first answer, perhaps late."""
        self._ask(answered(max(self.now - timedelta(minutes=ago), at(MONDAY))), SOFTWARE)

    @rule()
    def the_watch_looks(self) -> None:
        """Limits near and missed are told when the store's index says so, and not a second time."""
        look, told = watch_at(self.case), due(self.case, self.now, self.calendar, HOURS)
        assert not told or (look is not None and look <= self.now)
        assert told or look is None or look >= self.now
        self._take(self.case, told)
        assert due(self.case, self.now, self.calendar, HOURS) == ()

    @rule(offset=st.integers(0, 12), works=st.booleans())
    def the_calendar_is_amended(self, offset: int, works: bool) -> None:
        """A day becomes a rest day or a working day, and the open limits are counted again."""
        self.calendar = CALENDAR.with_overrides([_override(self.now, offset, works=works)])
        self._take(self.case, recompute(self.case, self.now, self.calendar, HOURS))
        assert recompute(self.case, self.now, self.calendar, HOURS) == ()

    @invariant()
    def the_case_is_the_fold_of_its_events(self) -> None:
        """Nothing but the events makes the case, and it survives being stored."""
        assert fold(self.history) == self.case
        assert self.case.version == len(self.history)
        assert case_from_json(case_to_json(self.case)) == self.case

    @invariant()
    def exactly_one_answers_for_it(self) -> None:
        """Art. 3."""
        assert self.case.holder.name
        assert self.case.holder == self.history[-1].holder
        assert is_held_by_who_has_to_act(self.case)

    @invariant()
    def an_ended_clock_never_changes(self) -> None:
        """Met, missed or lifted, a clock stays as it ended."""
        clocks = {clock.id: clock for clock in self.case.clocks}
        assert len(clocks) == len(self.case.clocks)
        assert all(clocks[known] == clock for known, clock in self.ended.items())
        self.ended = {known: clock for known, clock in clocks.items() if not clock.is_running}

    @invariant()
    def extensions_stay_within_two_days(self) -> None:
        """Art. 18.3."""
        assert self.case.extension_days <= 2
        assert all(clock.extended_by <= 2 for clock in self.case.clocks)

    @invariant()
    def somebodys_clock_runs(self) -> None:
        """No live case lies where nobody's clock runs or was missed."""
        if self.case.is_live:
            clocks = [clock for name in BUSY[self.case.state] if (clock := self.case.clock(name)) is not None]
            assert any(clock.is_running or clock.is_missed for clock in clocks)

    @invariant()
    def what_is_late_is_not_forgotten(self) -> None:
        """A live case always has a duty that comes first, running or missed; so it is in every list by its limit (art. 3)."""
        assert next_duty(self.case) is not None or not self.case.is_live

    @invariant()
    def nothing_but_the_answer_is_owed_once_it_is_over(self) -> None:
        """A case that ended leaves no clock behind that somebody would be late on (arts. 3, 14)."""
        assert self.case.is_live or {clock.name for clock in self.case.open_clocks} <= {ClockName.RESPOND}

    @invariant()
    def no_clock_runs_in_a_filed_case(self) -> None:
        """Art. 18.6."""
        assert self.case.state is not State.ARCHIVED or not self.case.open_clocks

    @precondition(lambda self: self.case.dispatch is not None)
    @invariant()
    def only_the_unit_it_lies_with_knows_of_it(self) -> None:
        """Another unit is told that there is no such case (art. 17)."""
        stranger = OTHER_HANDLER if self.case.unit == UNIT else UNIT_HANDLER
        answer = decide(self.case, commands.Note(text="看看。"), stranger, self.now, self.calendar, HOURS, FACTS)
        assert isinstance(answer, Refusal)
        assert answer.code is RefusalCode.NOT_YOURS

    def teardown(self) -> None:
        """The whole file is sound at the end."""
        if not self.history:
            return
        assert verify_chain(self.case.complaint_id, self.entries) is None
        changes = [change for event in self.history for change in event.clocks]
        for once in (Warned, Ended):
            ids = [change.id for change in changes if isinstance(change, once)]
            assert len(set(ids)) == len(ids)
        assert sum(isinstance(event.what, EXITS) for event in self.history) <= 1

    def _can(self, command: commands.Command, actor: Person) -> bool:
        return not isinstance(decide(self.case, command, actor, self.now, self.calendar, HOURS, FACTS), Refusal)

    def _ask(self, command: commands.Command, actor: Person) -> tuple[Event, ...] | Refusal:
        before = case_to_json(self.case)
        answer = decide(self.case, command, actor, self.now, self.calendar, HOURS, FACTS)
        assert case_to_json(self.case) == before
        if isinstance(answer, Refusal):
            assert all((answer.rule, answer.article, answer.message_zh, answer.message_en))
            return answer
        (event,) = answer
        _keeps_the_rules(self.case, event)
        self._take(self.case, answer)
        return answer

    def _take(self, before: Case | None, new: Sequence[Event]) -> None:
        for event in new:
            assert Event.model_validate_json(event.model_dump_json()) == event
            self.case = evolve(self.case if self.history else None, event)
            self.history.append(event)
            head = head_of(self.case.complaint_id, self.entries) if self.entries else None
            self.entries.append(append(self.case.complaint_id, head, content_of(event)))
        for message in publish(before, new, self.entries[-1].hash) if new else ():
            assert type(message) in BY_MODEL
            assert type(message).model_validate_json(message.model_dump_json()) == message


def _keeps_the_rules(case: Case, event: Event) -> None:
    """What must have been so before an event, said once more and differently than in the tables."""
    check = RULES.get(type(event.what))
    assert check is None or check(case, event, event.what), f"{event.kind} broke the rules"


def _lapsed(case: Case, event: Event, what: events.Refused) -> bool:
    asked = [clock for clock in case.clocks if clock.name in {ClockName.EVIDENCE, ClockName.STATEMENT}]
    is_10_4 = what.ground is Ground.NO_CONTACT_OR_EVIDENCE
    return not is_10_4 or not case.has_contact or any(event.at > clock.limit for clock in asked)


def _proven(case: Case, event: Event, _what: events.Sanctioned) -> bool:
    late = [c for c in case.clocks if c.bound is Party.UNIT and (c.is_missed or event.at > c.limit)]
    return case.is_substantiated or bool(late)


RULES: dict[type[events.Body], Callable[[Case, Event, Any], bool]] = {
    events.Refused: _lapsed,
    events.Sanctioned: _proven,
    events.Forwarded: lambda case, _event, _what: not case.approval_owed,
    events.Approved: lambda case, event, what: (
        bool(what.opinion)
        and event.by.role is Role.OFFICE_LEADER
        and case.proposed_by is not None
        and case.proposed_by.id != event.by.id
    ),
    events.FeedbackSubmitted: lambda _case, _event, what: (
        what.signed_by in UNITS[what.unit].signatories and what.substantiated == (what.rectification is not None)
    ),
    events.FollowUpRecorded: lambda case, _event, what: (
        what.outcome is not Satisfaction.UNREACHABLE or not case.has_contact or len(case.attempts) >= 3
    ),
    events.Closed: lambda case, _event, _what: case.follow_up is not None and not case.follow_up.unit_at_fault,
    events.IdentityRevealed: lambda case, event, _what: not (case.confidential and event.by.unit),
}


def _override(now: datetime, offset: int, *, works: bool) -> Override:
    day = (now + timedelta(days=offset)).date()
    return Override(day=day, working=works, name="防汛", who="管理员", decided_at=now, in_force_from=now.date())


Walk.TestCase.settings = settings(
    max_examples=80, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestWalk = pytest.mark.article("3")(pytest.mark.article("18.3")(pytest.mark.article("10.4")(Walk.TestCase)))
TestWalk.__doc__ = "Whatever anybody asks for at whatever time, the promises of the regulation hold after every step."
