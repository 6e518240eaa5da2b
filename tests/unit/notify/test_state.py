"""The state machine of a delivery."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.outcome import Accepted, Permanent, SendOutcome, Stop, Temporary, Unknown
from services.notify.domain.state import (
    ANYWHERE,
    CHINESE,
    RANK,
    REPORTABLE,
    STEPS,
    Delivery,
    Reported,
    State,
    Step,
    Stepped,
    event_of,
    evolve,
)

NOW = datetime(2026, 11, 24, 2, 43, tzinfo=UTC)


def a_report(state: State, provider: str = "twilio") -> Reported:
    """A report of this state."""
    return Reported(state, NOW, provider, "SM1")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_our_steps_go_by_the_table(state: State, step: Step) -> None:
    """Every step that the table has leads where it says; every other changes nothing at all."""
    before = Delivery(state=state)
    after = evolve(before, Stepped(step, NOW))
    if (state, step) in STEPS:
        assert after.state is STEPS[state, step]
    else:
        assert after is before


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("reported", sorted(REPORTABLE))
def test_reports_only_move_forward(state: State, reported: State) -> None:
    """A report of a higher rank moves the delivery there; any other changes nothing at all."""
    before = Delivery(state=state)
    after = evolve(before, a_report(reported))
    if RANK[reported] > RANK[state]:
        assert after.state is reported
    else:
        assert after is before


@pytest.mark.parametrize("state", sorted(set(State) - REPORTABLE))
def test_what_nobody_outside_can_know_is_no_report(state: State) -> None:
    """Only acceptance, delivery and their failures can be reported."""
    with pytest.raises(ValueError, match="reported"):
        a_report(state)


def test_every_state_can_be_reached_and_read() -> None:
    """No state is out of reach, and each has its Chinese."""
    reached = {State.PLANNED, *STEPS.values(), *REPORTABLE}
    assert reached == set(State) == set(CHINESE)


@given(reports=st.lists(st.sampled_from(sorted(REPORTABLE)), min_size=1), random=st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(reports: list[State], random) -> None:
    """Any reports, duplicated and shuffled in any way, end in the same state."""

    def fold(states: list[State]) -> State:
        delivery = Delivery(state=State.ATTEMPTING)
        for state in states:
            delivery = evolve(delivery, a_report(state))
        return delivery.state

    shuffled = [*reports, *random.choices(reports, k=len(reports))]
    random.shuffle(shuffled)
    assert fold(reports) is fold(shuffled) is max(reports, key=RANK.__getitem__)


@given(
    steps=st.lists(st.sampled_from(Step), max_size=8),
    reports=st.lists(st.sampled_from(sorted(REPORTABLE)), min_size=1, max_size=6),
    data=st.data(),
)
def test_reports_may_come_between_any_of_our_steps(steps: list[Step], reports: list[State], data) -> None:
    """Reports that come before our call has returned, or between our steps, still decide how it ends."""
    events: list[Step | State] = [*steps]
    for report in reports:
        events.insert(data.draw(st.integers(0, len(events))), report)
    delivery = Delivery()
    for event in events:
        delivery = evolve(delivery, Stepped(event, NOW) if isinstance(event, Step) else a_report(event))
    assert delivery.state is max(reports, key=RANK.__getitem__)


def test_the_same_report_again_is_no_transition() -> None:
    """A report that came five times makes one transition; the other four give the very same object back."""
    once = evolve(Delivery(state=State.ACCEPTED), a_report(State.DELIVERED))
    again = once
    for _ in range(4):
        again = evolve(again, a_report(State.DELIVERED))
    assert again is once


def test_a_receipt_outweighs_a_failure() -> None:
    """A handset's receipt counts even after a report that it failed, and nothing takes it back."""
    failed = evolve(Delivery(state=State.ACCEPTED), a_report(State.UNDELIVERED))
    assert evolve(failed, a_report(State.DELIVERED)).state is State.DELIVERED


OUTCOMES: dict[str, tuple[SendOutcome, State]] = {
    "accepted": (Accepted("twilio", "SM1", final=False), State.ACCEPTED),
    "accepted and already failed": (Accepted("twilio", "SM1", final=False, progress="failed"), State.FAILED),
    "found delivered": (Accepted("twilio", "SM1", final=False, progress="delivered"), State.DELIVERED),
    "permanent": (Permanent("twilio", "21614", "landline"), State.FAILED),
    "temporary": (Temporary("twilio", "20429", "busy"), State.PLANNED),
    "stop": (Stop("twilio", "20003", "credentials"), State.PLANNED),
    "unknown": (Unknown("twilio", "timeout"), State.UNKNOWN),
}


@pytest.mark.parametrize(("outcome", "state"), OUTCOMES.values(), ids=OUTCOMES)
def test_an_outcome_is_an_event(outcome: SendOutcome, state: State) -> None:
    """What a provider answered moves an attempt to the state that fits."""
    attempting = evolve(Delivery(), Stepped(Step.CLAIM, NOW))
    assert evolve(attempting, event_of(outcome, NOW)).state is state


def test_attempts_are_counted_when_they_begin() -> None:
    """An attempt counts when it is claimed; one that met a stop, which is nobody's fault, doesn't."""
    delivery = Delivery()
    for step in (Step.CLAIM, Step.PUT_OFF, Step.CLAIM, Step.HOLD, Step.CLAIM):
        delivery = evolve(delivery, Stepped(step, NOW))
    assert delivery.attempts == 2


def test_the_first_attempt_is_remembered() -> None:
    """Patience is counted from the first attempt, whatever comes after."""
    delivery = evolve(Delivery(), Stepped(Step.CLAIM, NOW))
    delivery = evolve(delivery, Stepped(Step.PUT_OFF, NOW + timedelta(minutes=1)))
    delivery = evolve(delivery, Stepped(Step.CLAIM, NOW + timedelta(minutes=2)))
    assert delivery.first_attempt_at == NOW


def test_an_unclear_answer_says_where_to_look() -> None:
    """Who gave no clear answer is remembered; after a lost worker it may be with anybody; both stay until found."""
    delivery = evolve(Delivery(), Stepped(Step.CLAIM, NOW))
    delivery = evolve(delivery, event_of(Unknown("twilio", "timeout"), NOW))
    assert delivery.seen_by == ("twilio",)
    for step in (Step.NOT_THERE, Step.CLAIM, Step.LOSE_SIGHT):
        delivery = evolve(delivery, Stepped(step, NOW))
    assert delivery.seen_by == ("twilio", ANYWHERE)


ARRIVED = {
    (State.DELIVERED, False): True,
    (State.DELIVERED, True): True,
    (State.ACCEPTED, True): True,
    (State.ACCEPTED, False): False,
}


@pytest.mark.article("14")
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("final", [True, False])
def test_a_message_has_arrived_when_it_is_known_to_have(state: State, final: bool) -> None:
    """Delivered, or accepted where there are no receipts: only that has arrived."""
    assert Delivery(state=state, final=final).has_arrived is ARRIVED.get((state, final), False)
