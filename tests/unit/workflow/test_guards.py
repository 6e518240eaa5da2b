"""Each guard from its forbidding side: a case where only this one fails. That each also lets things pass is shown by
``test_transitions``, where every row that carries it is done.
"""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import pytest

from services.workflow.domain import commands, guards
from services.workflow.domain.acts import Act
from services.workflow.domain.guards import Guard
from services.workflow.domain.refusal import RefusalCode
from services.workflow.domain.roles import SOFTWARE, Person
from services.workflow.domain.states import State
from services.workflow.domain.transitions import TRANSITIONS
from shared.contracts.values import Channel, Ground, Role
from tests.unit.workflow.building import (
    FACTS,
    HANDLER,
    LEADER,
    MONDAY,
    SHA,
    UNIT,
    UNIT_HANDLER,
    UNITS,
    Story,
    a_complainant,
    answered,
    arrive,
    asked_for_more,
    at,
    dissatisfied,
    fed_back,
    forwarded,
    not_ours,
    proposed,
    refused,
)
from tests.unit.workflow.ways import COMMAND, accusing, at_fault, turned_out_unfounded

Broken = tuple[Story, commands.Command, Person]

REGISTERED, ACCEPTED, DISPATCHED = State.REGISTERED, State.ACCEPTED, State.DISPATCHED
APPROVAL, FED_BACK, CLOSED = State.AWAITING_APPROVAL, State.FEEDBACK_SUBMITTED, State.CLOSED


def _usual(act: Act, variant: str | None = None) -> commands.Command:
    return COMMAND[act, variant]


def _twice(state: State, command: commands.Command, actor: Person) -> Broken:
    return arrive(state).tell(command, actor), command, actor


def _nobody_handles() -> Story:
    people = replace(UNITS[UNIT], handler=None)
    return arrive(ACCEPTED).knows(units={**UNITS, UNIT: people})


def _nobody_leads() -> Story:
    people = replace(UNITS[UNIT], leader=None)
    return arrive(APPROVAL).knows(units={**UNITS, UNIT: people})


def _two_days_used() -> Story:
    granted = commands.DecideExtension(granted=True, days=2, opinion="同意。")
    return arrive(DISPATCHED).tell(asked_for_more(days=2), UNIT_HANDLER).tell(granted, LEADER)


def _one_day_used() -> Story:
    granted = commands.DecideExtension(granted=True, days=1, opinion="同意。")
    return arrive(DISPATCHED).tell(asked_for_more(), UNIT_HANDLER).tell(granted, LEADER)


def _incomplete_again() -> Story:
    return arrive(FED_BACK).tell(commands.ReturnFeedback(reason="未附证明材料。"), HANDLER)


def _overruled() -> Story:
    overruled = commands.DecideUnitRefusal(outcome="overruled", opinion="应予办理。")
    return arrive(DISPATCHED).tell(not_ours(), UNIT_HANDLER).tell(overruled, HANDLER)


def _refused_as_discipline() -> Story:
    return arrive(DISPATCHED).tell(not_ours(ground=Ground.DISCIPLINE_MATTER), UNIT_HANDLER)


def _asked_in_time_decided_days_later() -> Story:
    return arrive(DISPATCHED).tell(asked_for_more(), UNIT_HANDLER).waits("2026-11-20 09:00")


BROKEN: dict[str, Callable[[], Broken]] = {
    "evidence_lapsed": lambda: (
        arrive(REGISTERED).tell(_usual(Act.REQUEST_EVIDENCE), HANDLER).waits("2026-11-19 16:59"),
        refused(Ground.NO_CONTACT_OR_EVIDENCE),
        HANDLER,
    ),
    "statement_lapsed": lambda: (
        arrive(State.AWAITING_STATEMENT).waits("2026-11-23 16:59"),
        refused(Ground.NO_CONTACT_OR_EVIDENCE),
        HANDLER,
    ),
    "major_in_writing": lambda: (arrive(REGISTERED), commands.Classify(major=True), HANDLER),
    "told_only": lambda: (arrive(REGISTERED, channel=Channel.LETTER), _usual(Act.REQUIRE_STATEMENT), HANDLER),
    "can_be_asked": lambda: (
        arrive(REGISTERED, complainant=a_complainant(phone=None)),
        _usual(Act.REQUEST_EVIDENCE),
        HANDLER,
    ),
    "nothing_asked_yet": lambda: _twice(REGISTERED, _usual(Act.REQUEST_EVIDENCE), HANDLER),
    "evidence_is_asked_for": lambda: (arrive(REGISTERED), _usual(Act.RECORD_EVIDENCE), HANDLER),
    "on_site": lambda: (arrive(ACCEPTED), _usual(Act.SETTLE), HANDLER),
    "approval_not_owed": lambda: (
        arrive(APPROVAL).tell(commands.ReturnProposal(reason="请补充情况。"), LEADER),
        forwarded(),
        HANDLER,
    ),
    "unit_has_handler": lambda: (_nobody_handles(), forwarded(), HANDLER),
    "unit_has_leader": lambda: (_nobody_leads(), _usual(Act.APPROVE), LEADER),
    "office_has_leader": lambda: (arrive(ACCEPTED).knows(office_leader=None), proposed(), HANDLER),
    "another_person": lambda: (arrive(APPROVAL), _usual(Act.APPROVE), replace(HANDLER, role=Role.OFFICE_LEADER)),
    "receipt_not_signed": lambda: _twice(DISPATCHED, commands.SignReceipt(), UNIT_HANDLER),
    "signed_by_leader": lambda: (arrive(DISPATCHED), fed_back(signed_by=UNIT_HANDLER.name), UNIT_HANDLER),
    "signature_not_ahead": lambda: (arrive(DISPATCHED), fed_back(signed_at=at("2026-11-17 09:00")), UNIT_HANDLER),
    "no_refusal_pending": lambda: (arrive(DISPATCHED).tell(not_ours(), UNIT_HANDLER), fed_back(), UNIT_HANDLER),
    "refusal_pending": lambda: (arrive(DISPATCHED), _usual(Act.DECIDE_UNIT_REFUSAL, "confirmed"), HANDLER),
    "not_overruled": lambda: (_overruled(), not_ours(), UNIT_HANDLER),
    "unit_ground_usable": lambda: (
        arrive(DISPATCHED),
        not_ours(ground=Ground.NO_CONTACT_OR_EVIDENCE),
        UNIT_HANDLER,
    ),
    "hand_over_named": lambda: (
        _refused_as_discipline(),
        commands.DecideUnitRefusal(outcome="confirmed", opinion="属实。"),
        HANDLER,
    ),
    "extension_not_pending": lambda: _twice(DISPATCHED, asked_for_more(), UNIT_HANDLER),
    "extension_pending": lambda: (arrive(DISPATCHED), _usual(Act.DECIDE_EXTENSION), LEADER),
    "extension_left": lambda: (_two_days_used(), asked_for_more(), UNIT_HANDLER),
    "extension_within_cap": lambda: (_one_day_used(), asked_for_more(days=2), UNIT_HANDLER),
    "evidence_within_days": lambda: (
        arrive(REGISTERED),
        commands.RequestEvidence(what="请提供取号单。", working_days=31),
        HANDLER,
    ),
    "completion_within_days": lambda: (
        arrive(FED_BACK),
        commands.ReturnFeedback(reason="未附证明材料。", working_days=4),
        HANDLER,
    ),
    "redispatch_within_days": lambda: (at_fault(), commands.Redispatch(advice="请书面答复。", working_days=4), HANDLER),
    "limit_is_extendable": lambda: (_incomplete_again(), asked_for_more(), UNIT_HANDLER),
    "late_with_reason": lambda: (
        arrive(DISPATCHED).waits("2026-11-18 09:00"),
        asked_for_more(),
        UNIT_HANDLER,
    ),
    "extension_still_ahead": lambda: (
        _asked_in_time_decided_days_later(),
        commands.DecideExtension(granted=True, days=1, opinion="同意。", late_reason="领导出差。"),
        LEADER,
    ),
    "not_followed_up": lambda: (at_fault(), commands.ReturnFeedback(reason="未附证明材料。"), HANDLER),
    "followed_up": lambda: (arrive(FED_BACK), _usual(Act.CLOSE), HANDLER),
    "unreachable_proven": lambda: (arrive(FED_BACK), _usual(Act.RECORD_FOLLOW_UP, "unreachable"), HANDLER),
    "no_fault_found": lambda: (at_fault(), _usual(Act.CLOSE), HANDLER),
    "fault_found": lambda: (
        arrive(FED_BACK).tell(dissatisfied(unit_at_fault=False), HANDLER),
        _usual(Act.REDISPATCH),
        HANDLER,
    ),
    "proven": lambda: (arrive(DISPATCHED), _usual(Act.IMPOSE_SANCTION), LEADER),
    "unfounded": lambda: (arrive(FED_BACK), _usual(Act.FLAG_FALSE_ACCUSATION), LEADER),
    "not_flagged": lambda: (
        turned_out_unfounded(FED_BACK).tell(_usual(Act.FLAG_FALSE_ACCUSATION), LEADER),
        _usual(Act.FLAG_FALSE_ACCUSATION),
        LEADER,
    ),
    "flagged": lambda: (turned_out_unfounded(FED_BACK), _usual(Act.HAND_OVER, "22"), LEADER),
    "no_open_clock": lambda: (arrive(CLOSED), commands.Archive(), HANDLER),
    "assignee_is_active": lambda: (arrive(ACCEPTED), commands.Assign(to="nobody"), HANDLER),
    "held_by_another": lambda: (arrive(ACCEPTED), _usual(Act.URGE), HANDLER),
    "unit_may_know": lambda: (accusing(ACCEPTED), _usual(Act.FORWARD), HANDLER),
    "not_restricted": lambda: (accusing(ACCEPTED), _usual(Act.RESTRICT), HANDLER),
    "restricted": lambda: (arrive(ACCEPTED), _usual(Act.LIFT_RESTRICTION), LEADER),
    "not_raised_yet": lambda: _twice(ACCEPTED, _usual(Act.MARK_URGENT), HANDLER),
    "is_urgent": lambda: (arrive(ACCEPTED), _usual(Act.ATTEND_URGENT), HANDLER),
    "not_confidential": lambda: _twice(ACCEPTED, commands.MarkConfidential(), HANDLER),
    "identity_open_to_actor": lambda: (
        arrive(DISPATCHED, complainant=a_complainant(confidential=True)),
        _usual(Act.REVEAL_IDENTITY),
        UNIT_HANDLER,
    ),
    "link_is_new": lambda: _twice(ACCEPTED, commands.LinkDuplicate(other="2026-001091"), HANDLER),
    "link_exists": lambda: (arrive(ACCEPTED), commands.Unlink(other="2026-001091", reason="有误。"), HANDLER),
    "not_answered_yet": lambda: _twice(ACCEPTED, answered(MONDAY), SOFTWARE),
    "answer_time_plausible": lambda: (arrive(ACCEPTED), answered("2026-11-17 09:00"), SOFTWARE),
}
"""For every guard, by name: a case in which it alone forbids."""

GUARDS = {guard.name: guard for row in TRANSITIONS for guard in row.guards}


def test_every_guard_stands_in_some_row_and_is_tried() -> None:
    """No guard is written and forgotten, and none is without its forbidding case here."""
    chapters = [import_module(f"{guards.__name__}.{each.name}") for each in iter_modules(guards.__path__)]
    written = {value.name for each in chapters for value in vars(each).values() if isinstance(value, Guard)}
    assert written == set(GUARDS) == set(BROKEN)


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_guard_forbids(name: str) -> None:
    """Where a guard fails, the command is refused by its name and article, in both languages; the case stays whole."""
    story, command, actor = BROKEN[name]()
    refusal = story.refused(command, actor)
    guard = GUARDS[name]
    assert (refusal.code, refusal.rule, refusal.article) == (RefusalCode.RULE, guard.name, guard.article)
    assert (refusal.message_zh, refusal.message_en) == guard.words(story.now.date())


def test_a_case_does_not_link_itself() -> None:
    """A case can't be its own duplicate."""
    story = arrive(ACCEPTED)
    assert story.refused(commands.LinkDuplicate(other=story.case.number), HANDLER).rule == "link_is_new"


@pytest.mark.article("4")
def test_a_unit_that_is_not_in_the_directory_gets_nothing() -> None:
    """A unit nobody knows has no active handler either."""
    story = arrive(ACCEPTED).knows(units={})
    assert story.refused(forwarded(unit="不存在的单位"), HANDLER).article == "4"


@pytest.mark.article("10.4")
@pytest.mark.parametrize("supplied", [True, False])
def test_evidence_that_came_late_still_counts_until_somebody_decided(*, supplied: bool) -> None:
    """After the date 10.4 is open; but evidence that comes before the refusal closes it again."""
    story = arrive(REGISTERED).tell(_usual(Act.REQUEST_EVIDENCE), HANDLER).watched("2026-11-20 09:00")
    if supplied:
        story.tell(commands.RecordEvidence(originals=(SHA,)), HANDLER)
        assert story.refused(refused(Ground.NO_CONTACT_OR_EVIDENCE), HANDLER).rule == "evidence_lapsed"
    else:
        story.tell(refused(Ground.NO_CONTACT_OR_EVIDENCE), HANDLER)
        assert story.case.state is State.REFUSED


def test_facts_are_everybody_at_work() -> None:
    """The directory that these tests break has somebody in every seat."""
    assert all(people.handler and people.leader for people in FACTS.units.values())
