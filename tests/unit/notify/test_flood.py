"""Caps, opt-outs and updates that overtake each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.flood import CAPS, LARGEST_TEXTS_A_DAY, OVERTAKES, SEND, Verdict, judge, overtaken_by
from services.notify.domain.purposes import PURPOSES, Purpose
from services.notify.domain.reasons import Reason
from shared.contracts.values import Route

LEGAL = [purpose for purpose in Purpose if PURPOSES[purpose].legal]
OTHERS = [purpose for purpose in Purpose if not PURPOSES[purpose].legal]
CAPPED = list(CAPS)


def verdict(purpose: Purpose, route: Route, count: int = 0, *, to_all: int = 0, opted_out: bool = False) -> Verdict:
    """The verdict on one more message."""
    return judge(purpose, route, to_this_address=count, to_all=to_all, opted_out=opted_out).verdict


@pytest.mark.parametrize("purpose", OTHERS)
@pytest.mark.parametrize("route", CAPPED)
def test_nobody_is_flooded(purpose: Purpose, route: Route) -> None:
    """Three texts, or six mails, to one address in a day; what isn't owed by law and comes after stands on the page."""
    cap = CAPS[route].ordinary
    assert verdict(purpose, route, cap - 1) is Verdict.SEND
    judgement = judge(purpose, route, to_this_address=cap, to_all=0, opted_out=False)
    assert (judgement.verdict, judgement.reason) == (Verdict.DROP, Reason.CAP_REACHED)


@pytest.mark.article("14")
@pytest.mark.article("16")
@pytest.mark.parametrize("purpose", LEGAL)
@pytest.mark.parametrize("route", CAPPED)
def test_what_the_law_owes_passes_the_cap_and_the_opt_out(purpose: Purpose, route: Route) -> None:
    """A receipt, a refusal, a result: neither the ordinary cap nor an opt-out holds it back."""
    for count in (0, CAPS[route].ordinary, CAPS[route].last - 1):
        assert verdict(purpose, route, count, opted_out=True) is Verdict.SEND


@pytest.mark.parametrize("purpose", OTHERS)
def test_who_opted_out_gets_no_more_than_that(purpose: Purpose) -> None:
    """Who opted out gets no message that the law doesn't want, and the ledger says why."""
    judgement = judge(purpose, Route.SMS, to_this_address=0, to_all=0, opted_out=True)
    assert (judgement.verdict, judgement.reason) == (Verdict.DROP, Reason.OPTED_OUT)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("route", CAPPED)
def test_a_loop_ends_with_a_person(purpose: Purpose, route: Route) -> None:
    """Past the last cap nothing leaves by itself; what the law owes is looked at by a person, never dropped."""
    expected = Verdict.PERSON if PURPOSES[purpose].legal else Verdict.DROP
    assert verdict(purpose, route, CAPS[route].last) is expected


@pytest.mark.parametrize("purpose", Purpose)
def test_pumped_texts_end_at_the_day_s_total(purpose: Purpose) -> None:
    """Past the day's total over all numbers no text leaves; e-mail, and then people, carry on."""
    assert verdict(purpose, Route.SMS, to_all=LARGEST_TEXTS_A_DAY) is Verdict.NEXT_ROUTE
    assert verdict(purpose, Route.EMAIL, to_all=LARGEST_TEXTS_A_DAY) is Verdict.SEND


@given(purpose=st.sampled_from(Purpose), route=st.sampled_from([Route.CALL, Route.POST, Route.TRACKING_PAGE]))
def test_people_and_pages_have_no_cap(purpose: Purpose, route: Route) -> None:
    """Calls, letters and the tracking page are judged by nobody."""
    assert judge(purpose, route, to_this_address=10**6, to_all=10**6, opted_out=True) is SEND


@given(
    purpose=st.sampled_from(LEGAL),
    route=st.sampled_from(Route),
    count=st.integers(0, 10**6),
    to_all=st.integers(0, 10**6),
    opted_out=st.booleans(),
)
def test_what_the_law_owes_is_never_dropped(
    purpose: Purpose, route: Route, count: int, to_all: int, opted_out: bool
) -> None:
    """Whatever the counts: it is sent, goes another way, or reaches a person."""
    assert verdict(purpose, route, count, to_all=to_all, opted_out=opted_out) is not Verdict.DROP


@given(purpose=st.sampled_from(Purpose), waiting=st.lists(st.sampled_from(Purpose)))
def test_only_updates_are_overtaken(purpose: Purpose, waiting: list[Purpose]) -> None:
    """A later update makes waiting ones needless as the table says; nothing else that waits is touched."""
    overtaken = overtaken_by(purpose, waiting)
    assert overtaken == OVERTAKES.get(purpose, frozenset()) & set(waiting)
    assert not any(PURPOSES[other].answers for other in overtaken)


def test_a_result_overtakes_what_led_to_it() -> None:
    """When the result comes while a dispatch note still waits for the morning, only the result is sent."""
    assert overtaken_by(Purpose.RESULT, [Purpose.DISPATCH, Purpose.RECEIPT]) == {Purpose.DISPATCH}


def test_staff_messages_are_not_merged() -> None:
    """What is told to staff is never overtaken."""
    staff = {
        Purpose.HANDLER_REMINDER,
        Purpose.LEADER_REMINDER,
        Purpose.ESCALATION,
        Purpose.ALARM,
        Purpose.UNIT_RESULT_NOTICE,
    }
    assert not staff & {other for others in OVERTAKES.values() for other in others}
