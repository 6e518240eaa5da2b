"""What is owed just now: a missed limit stands before what isn't due yet, for as long as its duty does (art. 3)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.workflow.domain import commands
from services.workflow.domain.clocks import ClockName
from services.workflow.domain.owed import STANDS, late, next_duty
from services.workflow.domain.roles import Person
from services.workflow.domain.states import State
from tests.unit.workflow.building import (
    HANDLER,
    LEADER,
    MONDAY,
    UNIT_HANDLER,
    Story,
    answered,
    arrive,
    asked_for_more,
    fed_back,
    forwarded,
    proposed,
    satisfied,
)

pytestmark = pytest.mark.article("3")

LATE = "2026-11-25 09:00"
"""Seven working days later: every limit has passed."""


DUTIES: dict[ClockName, Callable[[], tuple[Story, commands.Command, Person]]] = {
    ClockName.ACCEPTANCE: lambda: (arrive(State.REGISTERED), commands.Accept(), HANDLER),
    ClockName.DISPATCH: lambda: (arrive(State.ACCEPTED), forwarded(), HANDLER),
    ClockName.APPROVAL: lambda: (arrive(State.AWAITING_APPROVAL), commands.Approve(opinion="同意。"), LEADER),
    ClockName.FORWARD: lambda: (arrive(State.DISPATCHED), fed_back(), UNIT_HANDLER),
    ClockName.APPROVE: lambda: (
        arrive(State.AWAITING_APPROVAL).tell(commands.Approve(opinion="同意。"), LEADER), fed_back(), UNIT_HANDLER,
    ),
    ClockName.FOLLOW_UP: lambda: (arrive(State.FEEDBACK_SUBMITTED), satisfied(), HANDLER),
    ClockName.CONCLUSION: lambda: (
        arrive(State.FEEDBACK_SUBMITTED).tell(satisfied(), HANDLER), commands.Close(result="已办结。"), HANDLER,
    ),
}  # fmt: skip
"""For a limit: a case in which it runs, and what does the duty."""


@pytest.mark.parametrize("name", DUTIES)
def test_a_missed_limit_is_owed_until_its_duty_is_done(name: ClockName) -> None:
    """Missed, it is still what comes first; done late, it is not owed any more, and stays missed."""
    story, command, actor = DUTIES[name]()
    story.tell(answered(story.now), HANDLER)
    story.watched(LATE)
    assert [clock.name for clock in late(story.case)] == [name]
    duty = next_duty(story.case)
    assert duty is not None
    assert (duty.name, duty.is_missed) == (name, True)
    story.tell(command, actor)
    assert name not in [clock.name for clock in late(story.case)]
    assert story.clock(name).is_missed


def test_an_answer_that_was_never_given_is_owed_while_the_case_is_live() -> None:
    """The first limit of all; once the case is over nobody owes it any more."""
    story = arrive(State.REGISTERED).watched(LATE)
    assert ClockName.RESPOND in [clock.name for clock in late(story.case)]
    story.tell(commands.Withdraw(reason="投诉人来电撤回。"), HANDLER)
    assert next_duty(story.case) is None


def test_what_the_complainant_did_not_bring_is_owed_by_the_office() -> None:
    """A date of the complainant's hands the case back: the decision on acceptance comes first then."""
    story = arrive(State.AWAITING_STATEMENT).tell(answered(MONDAY), HANDLER)
    story.watched("2026-11-24 09:00")
    duty = next_duty(story.case)
    assert duty is not None
    assert (duty.name, duty.is_running) == (ClockName.ACCEPTANCE, True)


def test_an_extension_after_the_limit_stands_for_it() -> None:
    """The clock that begins beside the missed one is what is owed; the miss is a fact and no more."""
    story = arrive(State.DISPATCHED).tell(answered(MONDAY), HANDLER)
    story.watched("2026-11-18 09:00")
    story.tell(asked_for_more(days=2, late_reason="系统故障。"), UNIT_HANDLER)
    granted = commands.DecideExtension(granted=True, days=2, opinion="同意。", late_reason="补批。")
    story.tell(granted, LEADER)
    duty = next_duty(story.case)
    assert duty is not None
    assert (duty.name, duty.is_running, duty.extended_by) == (ClockName.FORWARD, True, 2)


def test_every_limit_says_when_its_duty_stands() -> None:
    """No clock without a row."""
    assert set(STANDS) == set(ClockName)


def test_nothing_is_owed_twice_over() -> None:
    """A proposal that waits: only the leader's opinion comes first, not what was done before it."""
    story = arrive(State.ACCEPTED).waits(timedelta(days=9)).tell(proposed(), HANDLER)
    duty = next_duty(story.case)
    assert duty is not None
    assert ClockName.DISPATCH not in [clock.name for clock in late(story.case)]
