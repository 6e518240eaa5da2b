"""People, complaints and stories for the tests of workflow's domain.

A ``Story`` is a case with its events and the time of day: ``tell`` has somebody do something and takes refusal for a
fault of the test, ``refused`` expects one. ``arrive`` brings a fresh case to a state by the shortest lawful way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.workflow.domain import commands
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import Clock, ClockName
from services.workflow.domain.deadlines import due
from services.workflow.domain.decide import Availability, available, decide
from services.workflow.domain.events import Event
from services.workflow.domain.evolve import fold
from services.workflow.domain.facts import Facts, PartIdentity, UnitPeople
from services.workflow.domain.refusal import Refusal
from services.workflow.domain.registration import Registration, register
from services.workflow.domain.roles import SOFTWARE, AnyRole, Person, Software
from services.workflow.domain.states import State
from shared.contracts.complaint import Complainant, ComplaintReceived, Source, Target
from shared.contracts.values import Channel, Ground, Role, Route, Satisfaction
from shared.working_time import CENTRE_HOURS, published

CALENDAR = published()
HOURS = CENTRE_HOURS
UNIT = "市医疗保障局"
OTHER_UNIT = "市税务局"
SHA = "ab" * 32
NUMBER = "2026-001083"
CODE = "2QW8HN5T08"

OPERATOR = Person(id="sun", name="孙晓敏", role=Role.OPERATOR)
HANDLER = Person(id="wang", name="王立新", role=Role.HANDLER)
COLLEAGUE = Person(id="li", name="李静", role=Role.HANDLER)
LEADER = Person(id="zhao", name="赵志远", role=Role.OFFICE_LEADER)
UNIT_HANDLER = Person(id="zhou", name="周明", role=Role.UNIT_HANDLER, unit=UNIT)
UNIT_LEADER = Person(id="gao", name="高玉兰", role=Role.UNIT_LEADER, unit=UNIT)
OTHER_HANDLER = Person(id="shao", name="邵明", role=Role.UNIT_HANDLER, unit=OTHER_UNIT)
OTHER_LEADER = Person(id="song", name="宋建华", role=Role.UNIT_LEADER, unit=OTHER_UNIT)
AUDITOR = Person(id="audit", name="监督员", role=Role.AUDITOR)
ADMINISTRATOR = Person(id="admin", name="管理员", role=Role.ADMINISTRATOR)

ACTOR: dict[AnyRole, Person] = {
    Role.OPERATOR: OPERATOR,
    Role.HANDLER: HANDLER,
    Role.OFFICE_LEADER: LEADER,
    Role.UNIT_HANDLER: UNIT_HANDLER,
    Role.UNIT_LEADER: UNIT_LEADER,
    Role.AUDITOR: AUDITOR,
    Role.ADMINISTRATOR: ADMINISTRATOR,
    Software.SYSTEM: SOFTWARE,
}
"""Somebody in each role, of the unit complained of where the role is a unit's."""

UNITS = {
    UNIT: UnitPeople(handler=UNIT_HANDLER, leader=UNIT_LEADER, signatories=frozenset({UNIT_LEADER.name})),
    OTHER_UNIT: UnitPeople(handler=OTHER_HANDLER, leader=OTHER_LEADER, signatories=frozenset({OTHER_LEADER.name})),
}
FACTS = Facts(
    units=UNITS,
    office_leader=LEADER,
    office_handlers={HANDLER.id: HANDLER, COLLEAGUE.id: COLLEAGUE},
    parts=(PartIdentity(case_number="2026-001084", complaint_id=UUID(int=84), tracking_code="0000000000"),),
)
"""A directory in which everybody is at work."""

MONDAY = "2026-11-16 10:12"
"""Monday; the week has no holiday in it."""


def at(text: str) -> datetime:
    """A moment at the centre: ``2026-11-16 10:12``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def a_complainant(**changes: Any) -> Complainant:
    """Somebody with a name and a phone."""
    return Complainant(**{"name": "刘某", "phone": "+8613912342046"} | changes)


def a_complaint(**changes: Any) -> ComplaintReceived:
    """A complaint told on the phone on Monday morning, with everything art. 15 wants."""
    return ComplaintReceived(
        **{
            "complaint_id": UUID(int=1083),
            "tracking_code": CODE,
            "channel": Channel.PHONE,
            "received_at": at(MONDAY),
            "received_by": OPERATOR.name,
            "respond_by": at("2026-11-17 17:00"),
            "complainant": a_complainant(),
            "target": Target(unit=UNIT, window="A09"),
            "facts": "三次到窗口均未办成。",
            "source": Source(kind="phone_log"),
        }
        | changes
    )


@dataclass
class Story:
    """A case in the making."""

    case: Case
    history: list[Event]
    now: datetime
    facts: Facts = field(default=FACTS)

    @classmethod
    def begins(cls, *, now: datetime | None = None, on_duty: Person | None = None, **changes: Any) -> Story:
        """Registered a minute after it came in."""
        complaint = a_complaint(**changes)
        now = now or complaint.received_at + timedelta(minutes=1)
        history = register(complaint, Registration(number=NUMBER, on_duty=on_duty), now, CALENDAR, HOURS)
        return cls(case=fold(history), history=list(history), now=now)

    def decides(self, command: commands.Command, actor: Person) -> tuple[Event, ...] | Refusal:
        """What the domain answers; nothing is done yet."""
        return decide(self.case, command, actor, self.now, CALENDAR, HOURS, self.facts)

    def tell(self, command: commands.Command, actor: Person, when: str | None = None) -> Story:
        """Somebody does something, at a time given in Shanghai, or now."""
        self.waits(when)
        answer = self.decides(command, actor)
        assert not isinstance(answer, Refusal), f"{command.act}: {answer}"
        return self.takes(*answer)

    def refused(self, command: commands.Command, actor: Person, when: str | None = None) -> Refusal:
        """Somebody may not do something, and the case stays whole."""
        self.waits(when)
        before = self.case
        answer = self.decides(command, actor)
        assert isinstance(answer, Refusal), f"{command.act} was done"
        assert self.case == before == fold(self.history)
        return answer

    def takes(self, *events: Event) -> Story:
        """Take events into the case."""
        self.case = fold(events, self.case)
        self.history += events
        return self

    def waits(self, until: str | timedelta | None) -> Story:
        """Time goes by, and nobody looks at the watch."""
        if until is not None:
            self.now = self.now + until if isinstance(until, timedelta) else at(until)
        return self

    def watched(self, until: str | timedelta | None = None) -> Story:
        """Time goes by, and the watch tells what is near and what was missed."""
        self.waits(until)
        return self.takes(*due(self.case, self.now, CALENDAR, HOURS))

    def knows(self, **changes: Any) -> Story:
        """The directory says something else from now on."""
        self.facts = replace(self.facts, **changes)
        return self

    def may(self, actor: Person) -> Availability:
        """What the case page offers."""
        return available(self.case, actor, self.now, CALENDAR, HOURS, self.facts)

    def clock(self, name: ClockName) -> Clock:
        """The newest clock of a name, which must exist."""
        clock = self.case.clock(name)
        assert clock is not None, f"no clock {name}"
        return clock

    def copy(self) -> Story:
        """Another story from here on."""
        return replace(self, history=list(self.history))


def forwarded(**changes: Any) -> commands.Forward:
    """转办 to the unit complained of."""
    return commands.Forward(**{"unit": UNIT, "window": "A09", "advice": "请核实并答复。"} | changes)


def proposed(**changes: Any) -> commands.RequestApproval:
    """A proposal to the leader."""
    return commands.RequestApproval(**{"unit": UNIT, "proposal": "情由复杂，建议批办。"} | changes)


def fed_back(**changes: Any) -> commands.SubmitFeedback:
    """Annex 3, complete; substantiated."""
    return commands.SubmitFeedback(
        **{
            "findings": "经查属实。",
            "substantiated": True,
            "rectification": "已补办并致歉。",
            "signed_by": UNIT_LEADER.name,
            "sealed": True,
        }
        | changes
    )


def unfounded(**changes: Any) -> commands.SubmitFeedback:
    """Annex 3, where the complaint turned out unfounded."""
    return fed_back(**{"findings": "经查不属实。", "substantiated": False, "rectification": None} | changes)


def asked_for_more(**changes: Any) -> commands.RequestExtension:
    """Annex 4, for one day."""
    return commands.RequestExtension(
        **{"days": 1, "reason": "须核对外地结算。", "signed_by": UNIT_LEADER.name} | changes
    )


def not_ours(**changes: Any) -> commands.RefuseByUnit:
    """Annex 5."""
    return commands.RefuseByUnit(
        **{
            "ground": Ground.OTHER_LEGAL_WAY,
            "reason": "已提起行政复议。",
            "findings": "复议案号在卷。",
            "signed_by": UNIT_LEADER.name,
            "sealed": True,
        }
        | changes
    )


def satisfied() -> commands.RecordFollowUp:
    """回访: content."""
    return commands.RecordFollowUp(outcome=Satisfaction.SATISFIED)


def dissatisfied(*, unit_at_fault: bool) -> commands.RecordFollowUp:
    """回访: not content."""
    return commands.RecordFollowUp(
        outcome=Satisfaction.DISSATISFIED, reason="仅口头道歉。", unit_at_fault=unit_at_fault
    )


def refused(ground: Ground = Ground.NOT_SPECIFIC, **changes: Any) -> commands.Refuse:
    """A refusal, with the body named where the ground wants one."""
    named = {"handed_over_to": "市纪委监委"} if ground is Ground.DISCIPLINE_MATTER else {}
    return commands.Refuse(**{"ground": ground, "reason": "未说明被投诉的单位和事情。"} | named | changes)


def answered(when: str | datetime, **changes: Any) -> commands.RecordResponse:
    """The first answer reached the complainant."""
    moment = at(when) if isinstance(when, str) else when
    return commands.RecordResponse(**{"answered_at": moment, "route": Route.SMS} | changes)


def arrive(state: State, **changes: Any) -> Story:
    """A fresh case in a state, on the Monday it came in."""
    if state is State.AWAITING_STATEMENT:
        return Story.begins(**{"major": True} | changes)
    story = Story.begins(**changes)
    for command, actor in _WAY[state]:
        story.waits(timedelta(minutes=5)).tell(command, actor)
    return story


_HANDLED = (
    (commands.Accept(), HANDLER),
    (forwarded(), HANDLER),
    (fed_back(), UNIT_HANDLER),
)
_CLOSED = (*_HANDLED, (satisfied(), HANDLER), (commands.Close(result="已办结。"), HANDLER))
_WAY: dict[State, tuple[tuple[commands.Command, Person], ...]] = {
    State.REGISTERED: (),
    State.ACCEPTED: _HANDLED[:1],
    State.AWAITING_APPROVAL: (_HANDLED[0], (proposed(), HANDLER)),
    State.DISPATCHED: _HANDLED[:2],
    State.FEEDBACK_SUBMITTED: _HANDLED,
    State.CLOSED: _CLOSED,
    State.REFUSED: ((refused(), HANDLER),),
    State.REDIRECTED: ((commands.Redirect(competent_authority="市公安局", reason="不属进驻单位权限。"), HANDLER),),
    State.WITHDRAWN: ((commands.Withdraw(reason="投诉人来电撤回。"), HANDLER),),
    State.ARCHIVED: (*_CLOSED, (answered(MONDAY), SOFTWARE), (commands.Archive(), HANDLER)),
}
