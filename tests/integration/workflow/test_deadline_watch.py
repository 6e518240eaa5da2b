"""Near and missed limits are told once each (art. 3), whoever watches; amended calendars move them; clocks may jump."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from services.bootstrap import CALENDAR_CHAIN, CALENDAR_VERSIONS
from services.workflow.domain.clocks import Because, ClockName
from services.workflow.store.tables import cases, messages, timeline
from services.workflow.watch import ClockWitness, DeadlineWatch
from shared.calendar_book.book import StoredCalendar
from shared.store.engine import open_engine
from shared.store.migrate import migrate
from shared.working_time import Override, published
from tests.parts.clockwork import Clockwork
from tests.parts.workflow_office import MONDAY, UNIT, Desk

OFF = Override(
    day=date(2026, 11, 17), working=False, name="停电", notice="枣政办〔2026〕9号", who="ops",
    decided_at=datetime(2026, 11, 16, tzinfo=UTC), in_force_from=date(2026, 11, 16),
)  # fmt: skip


class Steady:
    """A monotonic clock that goes as far as it is told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.seconds


def _watch(desk: Desk) -> DeadlineWatch:
    """A watch by a clock that it has no reason to doubt."""
    steady = Steady()
    start = desk.clock.now
    return DeadlineWatch(
        desk.office, ClockWitness(desk.clock, lambda: steady.seconds + (desk.clock.now - start).total_seconds())
    )


async def _told(desk: Desk) -> list[str]:
    query = select(messages.outbox.c.type).where(messages.outbox.c.type.like("case.deadline%"))
    return sorted(row["type"] for row in await desk.rows(query))


@pytest.mark.article("3")
async def test_near_and_missed_are_told_once_each_by_two_watches_at_once(desk: Desk):
    """Two replicas look at the same moment, again and again: each limit is told near once and missed once."""
    await desk.registered()
    watches = (_watch(desk), _watch(desk))
    for _ in range(12):
        desk.clock.goes_on(hours=6)
        await asyncio.gather(*(watch.look() for watch in watches))
        await asyncio.gather(*(watch.look() for watch in watches))
    case = await desk.case("2026-000001")
    told = await _told(desk)
    bound = [clock for clock in case.clocks if clock.is_missed]
    assert bound
    assert told.count("case.deadline_missed.v1") == len(bound)
    kinds = await desk.rows(select(timeline.c.kind, timeline.c.sealed_event))
    near = [row for row in kinds if row["kind"] == "deadline_near"]
    assert len(near) == sum(clock.warned_at is not None for clock in case.clocks)
    assert told.count("case.deadline_near.v1") == len(near)


@pytest.mark.article("3")
async def test_who_had_to_keep_a_missed_limit_is_named_and_stays_so(desk: Desk):
    """A miss names the person answerable, and acting afterwards doesn't unsay it."""
    number = await desk.registered()
    await desk.does(number, "accept")
    await desk.does(number, "forward", unit=UNIT, advice="请核实")
    watch = _watch(desk)
    desk.clock.goes_on(days=2)
    while await watch.look():
        pass
    clock = (await desk.case(number)).clock(ClockName.FORWARD)
    assert clock is not None
    assert clock.is_missed
    assert clock.answerable is not None
    assert clock.answerable.unit == UNIT


async def test_one_case_that_cant_be_judged_keeps_no_other_waiting(desk: Desk):
    """A damaged row is logged and passed over; the limits of all others are told."""
    await desk.registered()
    number = await desk.registered()
    async with desk.office.store.transaction(desk.clock.now) as unit:
        await unit.connection.execute(cases.update().where(cases.c.number == "2026-000001").values(sealed_case="x.y"))
    desk.clock.goes_on(days=3)
    watch = _watch(desk)
    while await watch.look():
        pass
    assert [
        row["number"] for row in await desk.rows(select(timeline.c.number).where(timeline.c.version > 1).distinct())
    ] == [number]


def test_a_clock_that_jumped_is_not_believed_for_a_while():
    """Set forward or back by more than a minute, the clock is doubted for a quarter of an hour, then believed again."""
    clock, steady = Clockwork(MONDAY), Steady()
    witness = ClockWitness(clock, steady)
    for jump in (timedelta(days=3), timedelta(days=-3)):
        assert witness.trusted_now() is not None
        clock.now += jump
        assert witness.trusted_now() is None
        for _ in range(15):
            clock.now += timedelta(minutes=1)
            steady.seconds += 60
        assert witness.trusted_now() == clock.now


async def test_nothing_is_missed_by_a_clock_that_ran_ahead_and_came_back(desk: Desk):
    """Three days ahead for a minute: nobody is accused, and the limits stand as they stood."""
    number = await desk.registered()
    watch = DeadlineWatch(desk.office, ClockWitness(desk.clock, Steady()))
    right = desk.clock.now
    desk.clock.now = right + timedelta(days=3)
    assert await watch.look() == 0
    desk.clock.now = right
    assert await watch.look() == 0
    assert (await desk.case(number)).breaches == ()


async def test_an_amended_calendar_moves_the_open_limits_and_keeps_both_values(desk: Desk):
    """Tomorrow is not worked after all: each running limit ends a working day later; the old value stands beside it."""
    number = await desk.registered()
    before = (await desk.case(number)).clock(ClockName.RESPOND)
    amended = desk.with_calendar(published().with_overrides([OFF]), serial=1)
    watches = (_watch(amended), _watch(amended))
    await asyncio.gather(*(watch.recount() for watch in watches))
    after = (await desk.case(number)).clock(ClockName.RESPOND)
    assert before is not None
    assert after is not None
    assert [each.because for each in after.limits] == [Because.STARTED, Because.CALENDAR]
    assert after.original_limit == before.limit
    assert after.limit - before.limit == timedelta(days=1)
    kinds = [row["kind"] for row in await desk.rows(select(timeline.c.kind).order_by(timeline.c.version))]
    assert kinds == ["registered", "limits_recomputed"]
    assert await watches[0].recount() == 0


async def test_a_replica_with_an_older_calendar_never_counts_back(desk: Desk):
    """Who has not read the amendment yet leaves what was counted by it alone; what it counts itself is counted again."""
    number = await desk.registered()
    amended = desk.with_calendar(published().with_overrides([OFF]), serial=1)
    await _watch(amended).recount()
    limit = (await desk.case(number)).clock(ClockName.RESPOND)
    assert await _watch(desk).recount() == 0
    assert (await desk.case(number)).clock(ClockName.RESPOND) == limit
    await desk.does(number, "accept")
    assert await _watch(amended).recount() == 1


async def test_what_is_entered_in_the_calendar_book_reaches_every_process(database_url: str):
    """Entered by one, read by another: the same calendar, the same serial; a wrong entry reaches nobody."""
    engine = open_engine(database_url)
    await migrate(engine, CALENDAR_VERSIONS, version_table=CALENDAR_CHAIN)
    here, there = StoredCalendar(engine, published()), StoredCalendar(engine, published())
    await here.decide(OFF, by="ops", now=OFF.decided_at)
    with pytest.raises(ValueError, match="validation"):
        await here.load(b"{}", by="ops", now=OFF.decided_at)
    await there.read()
    assert (there.serial, there.calendar.version) == (here.serial, here.calendar.version) == (1, here.calendar.version)
    assert not there.calendar.is_working_day(OFF.day)
    await engine.dispose()
