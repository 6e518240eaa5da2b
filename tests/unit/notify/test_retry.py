"""What comes next after every outcome, and that everyone is answered before the limit whatever fails."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.domain.contact import MANNED
from services.notify.domain.outcome import Accepted, CannotTell, Permanent, SendOutcome, Stop, Temporary, Unknown
from services.notify.domain.purposes import PURPOSES, Purpose
from services.notify.domain.quiet_hours import is_quiet
from services.notify.domain.retry import (
    HOLD,
    LARGEST_JITTER,
    LATER_ONCE,
    LOOK_AFTER,
    NOT_THERE,
    PAUSES,
    RECEIPT_POLLS,
    RESEND_UNSEEN,
    ROUTE_PATIENCE,
    SAFETY_MARGIN,
    Circumstances,
    Decision,
    Done,
    GiveUp,
    Look,
    NextRoute,
    PersonNeeded,
    Retry,
    after_acceptance,
    after_look,
    after_send,
    after_undelivered,
    last_moment,
    onward,
    put_back,
)
from services.notify.domain.state import Delivery, State, Step, Stepped, evolve
from shared.contracts.values import Route
from tests.parts.notify_cases import TUESDAY, WEDNESDAY_CLOSE

MUST_BY = last_moment(WEDNESDAY_CLOSE)
Trouble = Temporary | Permanent | Unknown | Stop
TAKEN = Accepted("twilio", "SM1", final=False)
BUSY = Temporary("twilio", "20429", "busy")
LOST = Unknown("twilio", "timeout")
STOPPED = Stop("twilio", "20003", "credentials refused")
LANDLINE = Permanent("twilio", "21635", "a landline")
BLIND = CannotTell("twilio", "the list is down")
NO_LIST = CannotTell("smtp", "SMTP keeps no list", ever=False)


def circumstances(**changes: Any) -> Circumstances:
    """A receipt by text message, just tried for the first time, on Tuesday at 10:43 with the limit on Wednesday at 17:00."""
    usual = Circumstances(
        now=TUESDAY,
        jitter=0.0,
        purpose=Purpose.RECEIPT,
        route=Route.SMS,
        fallbacks=(Route.CALL,),
        must_by=MUST_BY,
        owed=True,
        attempts=1,
        first_attempt_at=TUESDAY,
    )
    return replace(usual, **changes)


DECISIONS: dict[str, tuple[SendOutcome, type[Decision]]] = {
    "taken": (TAKEN, Look),
    "printed": (Accepted("printed", "1", final=True), Done),
    "delivered at once": (replace(TAKEN, progress="delivered"), Done),
    "refused at once": (replace(TAKEN, progress="failed", code="30005"), PersonNeeded),
    "busy": (BUSY, Retry),
    "a landline": (LANDLINE, PersonNeeded),
    "no clear answer": (LOST, Look),
    "stopped": (STOPPED, Retry),
}


@pytest.mark.parametrize(("outcome", "decision"), DECISIONS.values(), ids=DECISIONS)
def test_every_outcome_has_its_decision(outcome: SendOutcome, decision: type[Decision]) -> None:
    """With time left and a call as the only other way, each outcome leads to its decision."""
    assert isinstance(after_send(outcome, circumstances()), decision)


@pytest.mark.article("14")
@pytest.mark.parametrize("outcome", [BUSY, LANDLINE, LOST, STOPPED])
def test_when_the_margin_is_reached_a_person_takes_over(outcome: Trouble) -> None:
    """Two hours before the limit no machine tries any more, whatever happened: the person gets it now."""
    decision = after_send(outcome, circumstances(now=MUST_BY))
    assert decision == PersonNeeded(Route.CALL, outcome.reason)


@pytest.mark.article("14")
def test_the_margin_leaves_a_person_two_hours() -> None:
    """A limit at 17:00 gives the machines until 15:00."""
    assert WEDNESDAY_CLOSE - last_moment(WEDNESDAY_CLOSE) == SAFETY_MARGIN == timedelta(hours=2)


@pytest.mark.parametrize("route", PAUSES)
@pytest.mark.parametrize("attempts", range(1, 9))
@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_pauses_grow_by_the_table(route: Route, attempts: int, jitter: float) -> None:
    """Each attempt waits for its row, the last row for all that follow, and never less than the row says."""
    decision = after_send(BUSY, circumstances(route=route, attempts=attempts, jitter=jitter))
    assert isinstance(decision, Retry)
    pause = PAUSES[route][min(attempts, len(PAUSES[route])) - 1]
    assert pause <= decision.at - TUESDAY <= pause * (1 + LARGEST_JITTER)


def test_a_provider_that_says_when_is_obeyed() -> None:
    """A Retry-After longer than our pause wins; a shorter one doesn't shorten it."""
    for retry_after, pause in ((timedelta(minutes=10), timedelta(minutes=10)), (timedelta(1e-6), PAUSES[Route.SMS][0])):
        decision = after_send(replace(BUSY, retry_after=retry_after), circumstances())
        assert isinstance(decision, Retry)
        assert decision.at == TUESDAY + pause


def test_greylisting_is_given_its_five_minutes() -> None:
    """A mail that was put off is tried again after 5, 15, 30 and 60 minutes."""
    assert PAUSES[Route.EMAIL] == tuple(timedelta(minutes=m) for m in (5, 15, 30, 60))


def test_trouble_that_lasts_is_permanent_where_it_says_so() -> None:
    """A full mailbox is tried for four hours; then the next way is taken."""
    full = Temporary("smtp", "552", "mailbox is full", give_up_after=timedelta(hours=4))
    mailing = {"route": Route.EMAIL, "fallbacks": (Route.POST,)}
    early, late = timedelta(hours=3, minutes=59), timedelta(hours=4)
    assert isinstance(after_send(full, circumstances(now=TUESDAY + early, **mailing)), Retry)
    assert after_send(full, circumstances(now=TUESDAY + late, **mailing)) == PersonNeeded(Route.POST, full.reason)


@pytest.mark.parametrize("outcome", [BUSY, STOPPED])
def test_another_machine_is_tried_after_an_hour(outcome: Trouble) -> None:
    """Where an e-mail address is there too, a route in trouble is left after an hour instead of at the margin."""
    both = {"fallbacks": (Route.EMAIL, Route.CALL)}
    assert isinstance(after_send(outcome, circumstances(**both)), Retry)
    later = circumstances(now=TUESDAY + ROUTE_PATIENCE, **both)
    assert after_send(outcome, later) == NextRoute(Route.EMAIL, outcome.reason)


def test_a_stop_is_nobody_s_failure() -> None:
    """When nothing can be sent at all, the message waits five minutes and no attempt is held against it."""
    decision = after_send(STOPPED, circumstances(attempts=0))
    assert decision == Retry(TUESDAY + HOLD, "credentials refused")


def test_a_text_of_unknown_fate_is_looked_for_first() -> None:
    """After an unclear answer we look, and not before a list that lags can show it."""
    assert after_send(LOST, circumstances()) == Look(TUESDAY + LOOK_AFTER, "timeout")
    assert timedelta(seconds=60) < LOOK_AFTER


def test_what_was_found_is_not_sent_again() -> None:
    """Found with the provider, it waits for its receipt."""
    assert isinstance(after_look(TAKEN, circumstances()), Look)


def test_what_is_certainly_not_there_is_sent_again() -> None:
    """Not found where it would be, it is sent at once; if that goes on, with growing pauses, and then another way."""
    assert after_look(None, circumstances()) == Retry(TUESDAY, NOT_THERE)
    assert after_look(None, circumstances(attempts=3)) == Retry(TUESDAY + PAUSES[Route.SMS][2], NOT_THERE)
    tired = circumstances(attempts=3, now=TUESDAY + ROUTE_PATIENCE, fallbacks=(Route.EMAIL,))
    assert after_look(None, tired) == NextRoute(Route.EMAIL, NOT_THERE)


def test_a_text_is_never_sent_again_while_nobody_can_tell() -> None:
    """However long the list is down, the answer is to look again, and at the margin a person calls; never Retry."""
    now = TUESDAY
    for _ in range(100):
        decision = after_look(BLIND, circumstances(now=now))
        if isinstance(decision, PersonNeeded):
            break
        assert isinstance(decision, Look)
        assert decision.at > now
        now = decision.at
    assert isinstance(decision, PersonNeeded)
    assert now <= MUST_BY
    assert RESEND_UNSEEN[Route.SMS] is None


def test_a_text_that_nobody_can_tell_of_gives_way_to_an_e_mail() -> None:
    """After an hour of not knowing, another way is taken where there is one: an e-mail is no second text."""
    decision = after_look(BLIND, circumstances(now=TUESDAY + ROUTE_PATIENCE, fallbacks=(Route.EMAIL, Route.CALL)))
    assert decision == NextRoute(Route.EMAIL, BLIND.reason)


def test_a_mail_of_unknown_fate_is_sent_once_more() -> None:
    """Half an hour after the first attempt the same mail goes out once more, and that is all."""
    mailing = {"route": Route.EMAIL, "fallbacks": (Route.CALL,)}
    assert after_look(NO_LIST, circumstances(now=TUESDAY + LOOK_AFTER, **mailing)) == Retry(
        TUESDAY + timedelta(minutes=30), NO_LIST.reason
    )
    again = circumstances(now=TUESDAY + timedelta(minutes=32), attempts=2, **mailing)
    assert after_look(NO_LIST, again) == PersonNeeded(Route.CALL, NO_LIST.reason)


def test_what_may_have_been_sent_is_put_back_to_be_sent() -> None:
    """A mail of unknown fate that is to go out once more can be claimed again; nothing else is touched."""
    unknown, planned = Delivery(state=State.UNKNOWN), Delivery(state=State.PLANNED)
    again = put_back(unknown, Retry(TUESDAY, "x"), TUESDAY)
    assert evolve(again, Stepped(Step.CLAIM, TUESDAY)).state is State.ATTEMPTING
    assert put_back(unknown, Look(TUESDAY, "x"), TUESDAY) is unknown
    assert put_back(planned, Retry(TUESDAY, "x"), TUESDAY) is planned


def test_a_receipt_that_never_comes_is_fetched_and_then_missed() -> None:
    """It is asked for after 15 minutes, one hour and four hours; then the person who is owed an answer is called."""
    now, asked = TUESDAY, []
    for polls in range(4):
        decision = after_acceptance(TAKEN, circumstances(now=now), polls=polls)
        if isinstance(decision, Look):
            now = decision.at
            asked.append(now - TUESDAY)
    assert tuple(asked) == RECEIPT_POLLS
    assert decision == PersonNeeded(Route.CALL, "no receipt came")
    assert after_acceptance(TAKEN, circumstances(now=now, owed=False), polls=3) == Done()


@pytest.mark.article("14")
def test_at_the_margin_a_receipt_is_not_waited_for_long() -> None:
    """A text that was taken shortly before the margin, or after it, is asked about once, within a quarter of an hour."""
    for now in (MUST_BY - timedelta(minutes=1), MUST_BY + timedelta(minutes=30)):
        first = after_acceptance(TAKEN, circumstances(now=now), polls=0)
        assert isinstance(first, Look)
        assert first.at <= now + RECEIPT_POLLS[0]
        assert isinstance(after_acceptance(TAKEN, circumstances(now=first.at), polls=1), PersonNeeded)


def test_a_handset_that_was_off_is_tried_once_more() -> None:
    """30003 gets one later try; a second 30003, or a landline (30006), goes on to the next way."""
    off = after_undelivered(circumstances(), later_may_help=True, reason="30003")
    assert off == Retry(TUESDAY + LATER_ONCE, "30003")
    assert after_undelivered(circumstances(tries=2), later_may_help=True, reason="30003") == PersonNeeded(
        Route.CALL, "30003"
    )
    assert after_undelivered(circumstances(), later_may_help=False, reason="30006") == PersonNeeded(Route.CALL, "30006")


ONWARD: dict[str, tuple[dict[str, Any], Decision]] = {
    "an e-mail next": ({"fallbacks": (Route.EMAIL, Route.CALL)}, NextRoute(Route.EMAIL, "x")),
    "a call next": ({"fallbacks": (Route.CALL, Route.POST)}, PersonNeeded(Route.CALL, "x")),
    "a letter next": ({"fallbacks": (Route.POST,)}, PersonNeeded(Route.POST, "x")),
    "nothing, but owed": ({"fallbacks": ()}, PersonNeeded(None, "x")),
    "nothing, not owed": ({"fallbacks": (), "owed": False}, GiveUp("x")),
    "the page, not owed": (
        {"fallbacks": (Route.TRACKING_PAGE,), "owed": False},
        NextRoute(Route.TRACKING_PAGE, "x"),
    ),
    "past the margin machines are passed over": (
        {"fallbacks": (Route.EMAIL, Route.CALL), "now": MUST_BY},
        PersonNeeded(Route.CALL, "x"),
    ),
    "past the margin, not owed": (
        {"fallbacks": (Route.EMAIL,), "now": MUST_BY, "owed": False},
        NextRoute(Route.EMAIL, "x"),
    ),
}


@pytest.mark.parametrize(("changes", "decision"), ONWARD.values(), ids=ONWARD)
def test_the_ladder_leads_on(changes: dict[str, Any], decision: Decision) -> None:
    """Down the ladder: machines first while there is time, then people, and the end only for what nobody is owed."""
    assert onward(circumstances(**changes), "x") == decision


OUTCOMES = st.sampled_from([TAKEN, replace(TAKEN, progress="failed"), BUSY, LOST, STOPPED, LANDLINE])
FOUND = st.sampled_from([TAKEN, replace(TAKEN, progress="undelivered"), None, BLIND, NO_LIST])
LADDER = st.lists(st.sampled_from([Route.EMAIL, Route.CALL, Route.POST]), max_size=3, unique=True).map(tuple)
SITUATIONS = st.builds(
    circumstances,
    now=st.timedeltas(timedelta(hours=-3), timedelta(hours=31)).map(lambda since: TUESDAY + since),
    jitter=st.floats(0, 1, exclude_max=True),
    purpose=st.sampled_from([purpose for purpose, rule in PURPOSES.items() if rule.patience is None]),
    route=st.sampled_from([Route.SMS, Route.EMAIL]),
    fallbacks=LADDER,
    owed=st.booleans(),
    attempts=st.integers(0, 50),
    first_attempt_at=st.just(TUESDAY - timedelta(hours=6)),
)


@pytest.mark.article("14")
@given(c=SITUATIONS, outcome=OUTCOMES, found=FOUND)
def test_nothing_is_ever_tried_past_the_margin(c: Circumstances, outcome: SendOutcome, found: Any) -> None:
    """Whatever happened, whenever: no attempt is planned past the safety margin before the limit, nor into the past."""
    for decision in (after_send(outcome, c), after_look(found, c)):
        if isinstance(decision, Retry):
            assert c.now <= decision.at <= c.must_by


@given(c=SITUATIONS, outcome=OUTCOMES, found=FOUND)
def test_who_is_owed_an_answer_is_never_given_up(c: Circumstances, outcome: SendOutcome, found: Any) -> None:
    """As long as the complainant hasn't been answered, no outcome leads to giving up."""
    owed = replace(c, owed=True)
    assert not isinstance(after_send(outcome, owed), GiveUp)
    assert not isinstance(after_look(found, owed), GiveUp)


TROUBLE: st.SearchStrategy[Trouble] = st.sampled_from([BUSY, LOST, STOPPED])


def live_through(data: st.DataObject, start: datetime) -> tuple[Decision, datetime]:
    """Live through a day of troubles, drawn one by one; the decision it ends with, and when."""
    c = circumstances(now=start, first_attempt_at=start, fallbacks=(Route.EMAIL, Route.CALL))
    decision: Decision = Retry(start, "planned")
    for _ in range(400):
        match decision:
            case Retry():
                c = replace(c, now=max(c.now, decision.at), attempts=c.attempts + 1)
                decision = after_send(data.draw(TROUBLE), c)
            case Look():
                c = replace(c, now=max(c.now, decision.at))
                decision = after_look(data.draw(st.sampled_from([None, BLIND])), c)
            case NextRoute():
                rest = c.fallbacks[c.fallbacks.index(decision.route) + 1 :]
                c = replace(c, route=decision.route, fallbacks=rest, attempts=0, first_attempt_at=c.now)
                decision = Retry(c.now, "next route")
            case _:
                return decision, c.now
    raise AssertionError("it goes on for ever")


@pytest.mark.article("14")
@settings(max_examples=60, deadline=None)
@given(data=st.data(), hours=st.integers(0, 26))
def test_with_everything_down_all_day_a_person_has_it_in_time(data: st.DataObject, hours: int) -> None:
    """With text and mail in any trouble all day, everyone stands on the call list with the margin still to go."""
    start = TUESDAY + timedelta(hours=hours)
    decision, when = live_through(data, start)
    assert isinstance(decision, PersonNeeded)
    assert decision.route is Route.CALL
    assert when <= max(MUST_BY, start)


def test_people_are_not_texted_again_at_night() -> None:
    """An acceptance that failed at 21:59 is tried again at 08:00; a receipt, which may go by night, at once."""
    late = datetime(2026, 11, 24, 13, 59, 50, tzinfo=UTC)
    patient = {"now": late, "first_attempt_at": late, "must_by": late + timedelta(hours=24)}
    accepted = after_send(BUSY, circumstances(purpose=Purpose.ACCEPTANCE, **patient))
    assert accepted == Retry(datetime(2026, 11, 25, 0, 0, tzinfo=UTC), "busy")
    receipt = after_send(BUSY, circumstances(**patient))
    assert isinstance(receipt, Retry)
    assert is_quiet(receipt.at)


def test_only_people_stand_behind_a_person_needed() -> None:
    """A person is only ever asked to go a way that people go."""
    for fallbacks in [(Route.EMAIL, Route.CALL), (Route.EMAIL,), (Route.POST,), ()]:
        decision = onward(circumstances(fallbacks=fallbacks, now=MUST_BY), "x")
        if isinstance(decision, PersonNeeded):
            assert decision.route is None or decision.route in MANNED
