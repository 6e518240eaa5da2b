"""The watch: near and missed once each, whoever looks and however often; amended calendars (art. 3)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.workflow.domain import commands, events
from services.workflow.domain.clocks import Because, ClockEnd, ClockName, Ended, LimitSet, Moved, Started, Warned, after
from services.workflow.domain.deadlines import due, recompute, watch_at
from services.workflow.domain.evolve import fold
from services.workflow.domain.limits import LIMITS, Figure, Lapse, On, figure, limit_row
from services.workflow.domain.roles import SOFTWARE
from services.workflow.domain.states import State
from shared.contracts.values import Ground
from shared.working_time import Override, WorkCalendar, end_of_period
from tests.unit.workflow.building import (
    CALENDAR,
    HANDLER,
    HOURS,
    LEADER,
    UNIT_HANDLER,
    Story,
    answered,
    arrive,
    asked_for_more,
    at,
    fed_back,
    refused,
)

OFF = "2026-11-17"


def rest_day(day: str, *, working: bool = False) -> WorkCalendar:
    """The calendar with one day overridden."""
    moment = at(f"{day} 00:00")
    override = Override(
        day=moment.date(), working=working, name="暴雪", who="管理员", decided_at=moment, in_force_from=moment.date()
    )
    return CALENDAR.with_overrides([override])


def kinds(story: Story) -> list[str]:
    """What the watch would tell now."""
    return [f"{event.kind}:{event.what.clock}" for event in story.copy().history if hasattr(event.what, "clock")]


@pytest.mark.article("3")
def test_a_limit_is_told_near_once_and_missed_once() -> None:
    """However often the watch looks, each clock is told near once and missed once."""
    story = arrive(State.DISPATCHED)
    for hour in range(30):
        story.watched(at("2026-11-17 09:00") - story.now + timedelta(hours=hour) if hour == 0 else timedelta(hours=1))
    assert kinds(story) == [
        "deadline_near:respond-1",
        "deadline_near:forward-1",
        "deadline_missed:respond-1",
        "deadline_missed:forward-1",
    ]


@pytest.mark.article("3")
@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("2026-11-17 13:59", []),
        ("2026-11-17 14:00", ["deadline_near"]),  # three working hours before close
        ("2026-11-17 17:00", ["deadline_near"]),  # the very moment is still in time
        ("2026-11-17 17:01", ["deadline_missed"]),
    ],
)
def test_near_and_missed_to_the_minute(when: str, told: list[str]) -> None:
    """Forwarded on Monday, due on Tuesday 17:00: near from 14:00, missed from 17:01."""
    story = arrive(State.DISPATCHED).tell(answered("2026-11-16 10:20"), SOFTWARE).waits(when)
    assert [event.kind for event in due(story.case, story.now, CALENDAR, HOURS)] == told


def test_a_three_day_limit_is_near_while_there_is_time_to_act() -> None:
    """批办 on Monday, due on Thursday 17:00: near from Wednesday 14:00, so that an extension can still be asked."""
    story = arrive(State.AWAITING_APPROVAL).tell(commands.Approve(opinion="三日内办结。"), LEADER)
    assert story.clock(ClockName.APPROVE).near_at == at("2026-11-18 14:00")


def test_two_watches_say_the_same() -> None:
    """The answer depends on the case alone: two replicas that look at once tell the very same events."""
    story = arrive(State.DISPATCHED).waits("2026-11-18 09:00")
    assert due(story.case, story.now, CALENDAR, HOURS) == due(story.case, story.now, CALENDAR, HOURS)


def test_the_index_says_when_to_look() -> None:
    """``watch_at`` names the next moment at which there is something to tell, and nothing where no clock runs."""
    story = arrive(State.DISPATCHED).tell(answered("2026-11-16 10:20"), SOFTWARE)
    assert watch_at(story.case) == at("2026-11-17 14:00")
    story.watched("2026-11-17 14:00")
    assert watch_at(story.case) == at("2026-11-17 17:00")
    story.watched("2026-11-17 17:01")
    assert watch_at(story.case) is None


@pytest.mark.article("14")
def test_an_answer_given_in_time_and_told_late_is_in_time() -> None:
    """Delivered at 16:59; the message comes at 17:10, within the grace: met at 16:59."""
    story = arrive(State.REGISTERED).watched("2026-11-17 17:10")
    story.tell(answered("2026-11-17 16:59"), SOFTWARE)
    clock = story.clock(ClockName.RESPOND)
    assert (clock.end, clock.ended_at) == (ClockEnd.MET, at("2026-11-17 16:59"))
    assert story.case.responded_at == at("2026-11-17 16:59")


@pytest.mark.article("14")
@pytest.mark.parametrize(("when", "in_time"), [("2026-11-17 17:00", True), ("2026-11-17 17:01", False)])
def test_an_answer_in_the_last_moment_is_in_time(when: str, *, in_time: bool) -> None:
    """17:00 sharp still is."""
    what = arrive(State.REGISTERED).tell(answered(when), SOFTWARE, "2026-11-18 09:00").history[-1].what
    assert isinstance(what, events.Responded)
    assert what.in_time is in_time


@pytest.mark.article("14")
def test_an_answer_given_late_is_late_even_within_the_grace() -> None:
    """Delivered at 17:05: the limit was 17:00, and the miss is stated in the same entry."""
    story = arrive(State.REGISTERED).tell(answered("2026-11-17 17:05"), SOFTWARE, "2026-11-17 17:06")
    assert story.clock(ClockName.RESPOND).end is ClockEnd.MISSED
    what = story.history[-1].what
    assert isinstance(what, events.Responded)
    assert not what.in_time


@pytest.mark.article("14")
def test_news_that_comes_after_the_grace_finds_the_miss_and_stands_beside_it() -> None:
    """A clock once missed never changes; that the answer was in time after all is on record next to it."""
    story = arrive(State.REGISTERED).watched("2026-11-17 17:16")
    missed = story.clock(ClockName.RESPOND)
    assert missed.end is ClockEnd.MISSED
    story.tell(answered("2026-11-17 16:59"), SOFTWARE, "2026-11-18 08:00")
    what = story.history[-1].what
    assert isinstance(what, events.Responded)
    assert what.in_time
    assert story.clock(ClockName.RESPOND) == missed


@pytest.mark.article("10.4")
def test_the_lapse_of_the_evidence_date_brings_the_case_back_to_the_office() -> None:
    """Nothing lies about: when the complainant's date lapses, the office's clock for the decision starts."""
    story = arrive(State.REGISTERED).tell(commands.RequestEvidence(what="收据", working_days=1), HANDLER)
    story.watched("2026-11-18 09:00")
    assert story.clock(ClockName.EVIDENCE).end is ClockEnd.MISSED
    assert story.clock(ClockName.ACCEPTANCE).limit == at("2026-11-19 17:00")


@pytest.mark.article("10.4")
def test_a_lapse_nobody_watched_is_stated_by_whoever_acts_next() -> None:
    """The refusal itself states the lapse it rests on, and meets the clock that the lapse started."""
    story = arrive(State.REGISTERED).tell(commands.RequestEvidence(what="收据", working_days=1), HANDLER)
    story.tell(refused(Ground.NO_CONTACT_OR_EVIDENCE), HANDLER, "2026-11-18 09:00")
    changes = [
        (change.change, change.clock.id if isinstance(change, Started) else change.id)
        for change in story.history[-1].clocks
    ]
    assert changes == [
        ("ended", "respond-1"),
        ("ended", "evidence-1"),
        ("started", "acceptance-2"),
        ("ended", "acceptance-2"),
    ]


@pytest.mark.article("3")
def test_an_amended_calendar_moves_open_limits_and_keeps_both() -> None:
    """Tuesday becomes a rest day: Tuesday's limits move to Wednesday; the first values and calendars stay."""
    story = arrive(State.DISPATCHED)
    amended = rest_day(OFF)
    story.takes(*recompute(story.case, story.now, amended, HOURS))
    clock = story.clock(ClockName.FORWARD)
    assert (clock.original_limit, clock.limit) == (at("2026-11-17 17:00"), at("2026-11-18 17:00"))
    assert [value.because for value in clock.limits] == [Because.STARTED, Because.CALENDAR]
    assert [value.limit.calendar_version for value in clock.limits] == [CALENDAR.version, amended.version]
    assert clock.near_at == at("2026-11-18 14:00")
    assert story.case.round == 1


def test_recounting_by_the_same_calendar_says_nothing() -> None:
    """No change, no entry."""
    assert recompute(arrive(State.DISPATCHED).case, at("2026-11-16 12:00"), CALENDAR, HOURS) == ()


def test_an_ended_clock_is_not_counted_again() -> None:
    """What was met or missed was met or missed under the calendar of its time."""
    story = arrive(State.FEEDBACK_SUBMITTED)
    before = story.clock(ClockName.FORWARD)
    story.takes(*recompute(story.case, story.now, rest_day(OFF), HOURS))
    assert story.clock(ClockName.FORWARD) == before


def test_an_amendment_does_not_make_late_what_was_in_time() -> None:
    """A make-up workday declared on Sunday would put Monday's limit on Sunday, already past: Monday stands."""
    story = arrive(State.ACCEPTED).tell(
        commands.Forward(unit="市医疗保障局", advice="请办。"), HANDLER, "2026-11-20 10:00"
    )
    story.waits("2026-11-23 09:00")
    assert recompute(story.case, story.now, rest_day("2026-11-21", working=True), HOURS) == ()


def test_an_extension_is_kept_when_the_calendar_is_amended() -> None:
    """Extended by two days to Thursday, then Tuesday is a rest day: Friday."""
    grant = commands.DecideExtension(granted=True, days=2, opinion="同意。")
    story = arrive(State.DISPATCHED).tell(asked_for_more(days=2), UNIT_HANDLER).tell(grant, LEADER)
    story.takes(*recompute(story.case, story.now, rest_day(OFF), HOURS))
    assert [value.limit.moment for value in story.clock(ClockName.FORWARD).limits] == [
        at("2026-11-17 17:00"),
        at("2026-11-19 17:00"),
        at("2026-11-20 17:00"),
    ]


def test_a_provisional_limit_becomes_final_without_moving() -> None:
    """When the year's notice is out and says what was estimated, the mark goes and the moment stays."""
    short = WorkCalendar(years=tuple(year for year in CALENDAR.years if year.year < 2026))
    story = arrive(State.DISPATCHED)
    estimated = end_of_period(story.clock(ClockName.FORWARD).started_at, 1, short, HOURS)
    assert estimated.provisional
    limits = (LimitSet(limit=estimated, set_at=story.now),)
    first = story.clock(ClockName.FORWARD)
    story.case = replace(story.case, clocks=(replace(first, limits=limits),))
    (event,) = recompute(story.case, story.now, CALENDAR, HOURS)
    (move,) = event.clocks
    assert isinstance(move, Moved)
    assert move.limit.limit.moment == estimated.moment
    assert not move.limit.limit.provisional


@pytest.mark.parametrize("change", ["ended", "moved", "warned"])
def test_an_ended_clock_cannot_be_touched(change: str) -> None:
    """The value itself refuses: whoever writes such an event is at fault and learns of it."""
    story = arrive(State.FEEDBACK_SUBMITTED)
    clock = story.clock(ClockName.FORWARD)
    limit = clock.limits[-1]
    touches: dict[str, Ended | Moved | Warned] = {
        "ended": Ended(id=clock.id, end=ClockEnd.MISSED, at=story.now),
        "moved": Moved(id=clock.id, limit=limit, near_at=story.now, extended_by=1),
        "warned": Warned(id=clock.id, at=story.now),
    }
    with pytest.raises(ValueError, match="has ended"):
        after(story.case.clocks, touches[change])


def test_a_naive_moment_is_refused() -> None:
    """A time without a zone can't be placed."""
    story = arrive(State.DISPATCHED)
    naive = story.now.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        due(story.case, naive, CALENDAR, HOURS)
    story.now = naive
    with pytest.raises(ValueError, match="without a zone"):
        story.decides(commands.Note(text="x"), HANDLER)


def test_a_clock_set_back_undoes_nothing() -> None:
    """An hour back: what was told stays told, and nothing is told again."""
    story = arrive(State.DISPATCHED).watched("2026-11-17 17:30")
    told = len(story.history)
    story.watched("2026-11-17 16:30").watched("2026-11-17 17:45")
    assert len(story.history) == told
    assert fold(story.history) == story.case


@pytest.mark.article("7")
@pytest.mark.parametrize("name", ClockName)
def test_there_is_time_to_act_when_a_limit_is_near(name: ClockName) -> None:
    """A day and three hours of working time where somebody has days to answer; three hours where there is one day in all."""
    long = {ClockName.STATEMENT, ClockName.EVIDENCE, ClockName.APPROVE, ClockName.FOLLOW_UP}
    assert limit_row(name, at("2026-11-16 09:00").date()).near == timedelta(hours=11 if name in long else 3)


@pytest.mark.article("25")
def test_every_limit_has_its_version_and_its_day() -> None:
    """Each row is in force from 20 February 2020, and no row is found before."""
    day = at("2020-02-20 00:00").date()
    for row in LIMITS:
        assert row.in_force_from == day
        assert limit_row(row.name, day) is row
        with pytest.raises(LookupError, match="2020-02-19"):
            limit_row(row.name, day - timedelta(days=1))
    assert set(ClockName) == {row.name for row in LIMITS}


@pytest.mark.article("25")
def test_an_amended_rule_is_a_row_and_a_running_clock_keeps_its_own() -> None:
    """A later row of two days holds from its day on; a clock names the version it was started under."""
    old = limit_row(ClockName.FORWARD, at("2026-11-16 00:00").date())
    day = at("2027-01-01 00:00").date()
    new = replace(old, days=2, in_force_from=day)
    table = (*LIMITS, new)
    assert limit_row(ClockName.FORWARD, day - timedelta(days=1), table).days == 1
    assert limit_row(ClockName.FORWARD, day, table).days == 2
    assert arrive(State.DISPATCHED).clock(ClockName.FORWARD).in_force_from == old.in_force_from


@pytest.mark.article("18.3")
def test_the_figures_of_the_measure() -> None:
    """Two days of extension in all; the office's own: how long the dates may be that it sets, three calls on two days for
    the unreachable, five minutes until danger that nobody looks at is told.
    """
    on = at("2026-11-16 00:00").date()
    assert {name.value: figure(name, on) for name in Figure} == {
        "extension_days": 2,
        "evidence_days": 30,
        "completion_days": 3,
        "redispatch_days": 3,
        "call_attempts": 3,
        "call_days": 2,
        "urgent_minutes": 5,
    }


def test_a_clock_is_ended_and_started_by_different_things() -> None:
    """No row is met by what starts it, and every trigger names an event that exists."""
    for row in LIMITS:
        starts = {(t.body, t.state) for t in row.starts_on if isinstance(t, On)}
        ends = {(t.body, t.state) for t in (*row.met_by, *row.lifted_by)}
        assert starts.isdisjoint(ends), row.name
        assert row.met_by, row.name
        assert all(isinstance(trigger, (On, Lapse)) for trigger in row.starts_on)


def test_a_feedback_in_the_grace_of_nothing_is_late() -> None:
    """Only the first answer has a grace: a feedback a second after its limit is late."""
    story = (
        arrive(State.DISPATCHED).waits("2026-11-17 17:00").waits(timedelta(seconds=1)).tell(fed_back(), UNIT_HANDLER)
    )
    assert story.clock(ClockName.FORWARD).is_missed


def test_a_pending_extension_is_recounted_after_the_limit_it_is_about() -> None:
    """The leader's limit ends with the unit's; when the calendar moves the one, the other goes along in one step."""
    story = arrive(State.DISPATCHED).tell(asked_for_more(), UNIT_HANDLER)
    story.takes(*recompute(story.case, story.now, rest_day(OFF), HOURS))
    assert story.clock(ClockName.FORWARD).limit == at("2026-11-18 17:00")
    assert story.clock(ClockName.EXTENSION).limit == at("2026-11-18 17:00")
    assert recompute(story.case, story.now, rest_day(OFF), HOURS) == ()


def test_a_change_of_an_unknown_clock_is_refused() -> None:
    """An event that names a clock the case never had is the writer's fault."""
    with pytest.raises(ValueError, match="no clock"):
        after((), Warned(id="forward-9", at=at("2026-11-16 10:00")))
