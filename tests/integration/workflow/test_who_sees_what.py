"""Lists and single cases follow one rule (art. 17): whoever may open a case finds it, and nobody else does."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from services.workflow import reading
from services.workflow.domain.roles import Person
from services.workflow.domain.sight import may_see
from services.workflow.store import queries
from services.workflow.store.relisting import relist
from services.workflow.store.tables import cases
from services.workflow.watch import ClockWitness, DeadlineWatch
from shared.contracts.complaint import Hints, Target
from shared.contracts.values import Role
from tests.parts.workflow_office import (
    AUDITOR,
    HANDLER,
    LEADER,
    OPERATOR,
    OTHER_HANDLER,
    OTHER_UNIT,
    UNIT,
    UNIT_HANDLER,
    UNIT_LEADER,
    Desk,
)

pytestmark = pytest.mark.article("17")

COLLEAGUE = replace(HANDLER, id="li", name="李静")
OTHER_OPERATOR = replace(OPERATOR, id="han", name="韩雪")
ADMINISTRATOR = Person(id="admin", name="管理员", role=Role.ADMINISTRATOR)
EVERYBODY = (
    OPERATOR, OTHER_OPERATOR, HANDLER, COLLEAGUE, LEADER, AUDITOR, UNIT_HANDLER, UNIT_LEADER, OTHER_HANDLER, ADMINISTRATOR,
)  # fmt: skip


async def _dispatched(desk: Desk, unit: str = UNIT, **changes: object) -> str:
    number = await desk.registered(**changes)
    await desk.does(number, "accept")
    await desk.does(number, "forward", unit=unit, advice="请核实")
    return number


async def _of_every_kind(desk: Desk) -> list[str]:
    """Taken in by each operator, at each unit, kept close, about somebody who is at work here."""
    restricted = await desk.registered()
    await desk.does(restricted, "refuse", ground="10.5", reason="违纪线索", handed_over_to="市纪委监委")
    return [
        restricted,
        await desk.registered(hints=Hints(discipline_words=["收红包"])),
        await desk.registered(),
        await desk.registered(received_by=OTHER_OPERATOR.name),
        await _dispatched(desk),
        await _dispatched(desk, OTHER_UNIT),
        await _dispatched(desk, target=Target(unit=UNIT, staff=UNIT_HANDLER.name)),
        await desk.registered(target=Target(staff=COLLEAGUE.name)),
        await desk.registered(target=Target(unit=OTHER_UNIT, staff=UNIT_HANDLER.name)),
    ]


async def test_a_list_holds_just_what_may_be_opened(desk: Desk):
    """For everybody: the register's condition finds the very cases that the rule of a single case lets through."""
    numbers = await _of_every_kind(desk)
    found = {number: await desk.case(number) for number in numbers}
    for person in EVERYBODY:
        seen_by = queries.visible_to(person, desk.office.ring)
        listed = {row["number"] for row in await desk.rows(select(cases.c.number).where(seen_by))}
        assert listed == {number for number, case in found.items() if may_see(case, person)}, person


async def test_each_count_is_the_length_of_its_list(desk: Desk):
    """For everybody and every view of theirs; where there are more than are counted, as many as are counted."""
    await _of_every_kind(desk)
    day = reading.Day(desk.clock.now, desk.office.hours.close(desk.office.hours.date_of(desk.clock.now)))
    for person in EVERYBODY:
        counts = await reading.view_counts(desk.office, person, day)
        for view in reading.views(person, day):
            listed = await reading.worklist(desk.office, person, reading.Wanted(view=view), day, 0)
            assert counts[view] == len(listed), (person, view)
    assert (await reading.view_counts(desk.office, LEADER, day, most=2))["all"] == 2


async def test_an_operator_finds_the_own_intakes_and_holds_them(desk: Desk):
    """Taken in under the display name, asked for under the account; after somebody else accepted it still their intake."""
    number = await desk.registered()
    assert (await desk.case(number)).holder == OPERATOR
    day = reading.Day(desk.clock.now, desk.clock.now)
    assert (await reading.view_counts(desk.office, OPERATOR, day))["mine"] == 1
    await desk.does(number, "accept")
    listed = await reading.worklist(desk.office, OPERATOR, reading.Wanted(), day, 0)
    assert [each.row["number"] for each in listed] == [number]


async def test_a_case_that_is_late_stays_in_the_lists(desk: Desk):
    """After the watch stated the miss: still under its limit, overdue, first in the worklist."""
    number = await _dispatched(desk)
    desk.clock.goes_on(days=3)
    await desk.registered()
    watch = DeadlineWatch(desk.office, ClockWitness(desk.clock, lambda: 0.0))
    while await watch.look():
        pass
    day = reading.Day(desk.clock.now, desk.clock.now)
    overdue = await reading.worklist(desk.office, HANDLER, reading.Wanted(view="overdue"), day, 0)
    assert [each.row["number"] for each in overdue] == [number]
    first = (await queries.worklist(desk.office.store, desk.office.seen_by(UNIT_HANDLER)))[0]
    assert first["number"] == number
    assert first["next_limit"] < desk.clock.now


async def test_rows_of_an_older_version_are_listed_anew_at_the_start(desk: Desk):
    """What a migration could not fill, because it can't open a seal, stands there after the next start."""
    number = await desk.registered(target=Target(unit=UNIT, staff=UNIT_HANDLER.name))
    (before,) = await desk.rows(select(cases).where(cases.c.number == number))
    async with desk.office.store.transaction(desk.clock.now) as unit:
        empty = {"first_receiver": None, "officer_id": None, "staff_blind": None, "next_limit": None}
        await unit.connection.execute(update(cases).values(**empty))
    await relist(desk.office.store, desk.office.ring, desk.clock)
    assert await desk.rows(select(cases).where(cases.c.number == number)) == [before]
