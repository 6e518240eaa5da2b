"""Urgent cases in the register: raised by what comes in, told once where nobody looks, counted; on both databases."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from services.workflow import metrics, reading
from services.workflow.domain.roles import Person
from services.workflow.domain.urgency import Standing
from services.workflow.reading import Day, Wanted
from services.workflow.store import queries
from services.workflow.store.tables import cases, messages, supplements
from services.workflow.watch import ClockWitness, DeadlineWatch
from shared.contracts.complaint import ComplaintSupplemented, Danger, Hints, Source
from shared.contracts.values import Channel, DangerKind, new_id
from tests.parts.workflow_office import HANDLER, LEADER, OPERATOR, UNIT, UNIT_HANDLER, Desk

HINTS = Hints(dangers=[Danger(kind=DangerKind.SELF_HARM, words="跳楼")])


def _watch(desk: Desk) -> DeadlineWatch:
    start = desk.clock.now

    def steady() -> float:
        return (desk.clock.now - start).total_seconds()

    return DeadlineWatch(desk.office, ClockWitness(desk.clock, steady))


async def _more_comes(desk: Desk, number: str, hints: Hints, *, verified: bool = True) -> None:
    [row] = await desk.rows(select(cases.c.complaint_id).where(cases.c.number == number))
    told = ComplaintSupplemented(
        complaint_id=row["complaint_id"],
        supplement_id=new_id(),
        channel=Channel.EMAIL,
        received_at=desk.clock.now,
        received_by="mailbox",
        sender_verified=verified,
        text="再不办我就跳楼",
        source=Source(kind="email_inbox"),
        hints=hints,
    )
    assert await desk.hears(told) is None


async def _urgent_for(desk: Desk, person: Person) -> list[str]:
    return [row["number"] for row in await queries.urgent(desk.office.store, desk.office.seen_by(person))]


async def test_more_that_tells_of_danger_makes_a_case_urgent_even_a_filed_one(desk: Desk):
    """Whatever state it is in, and from whomever it comes: the words are kept, the case is urgent, and its state stays."""
    number = await desk.registered()
    await _more_comes(desk, number, Hints())
    assert await _urgent_for(desk, HANDLER) == []
    await desk.does(number, "redirect", competent_authority="市公安局", reason="不属进驻单位权限。")
    await desk.does(number, "record_response", answered_at=desk.clock.now, route="call")
    filed = await desk.does(number, "archive")
    await _more_comes(desk, number, HINTS, verified=False)
    case = await desk.case(number)
    assert case.state is filed.state
    assert case.urgency is not None
    assert await _urgent_for(desk, HANDLER) == [number]
    assert len(await desk.rows(select(supplements.c.supplement_id))) == 2


async def test_two_watches_tell_once_that_nobody_has_looked(desk: Desk):
    """Any number of replicas, looking again and again, each time danger is told one message; none where somebody looked."""
    waits, seen = await desk.registered(hints=HINTS), await desk.registered(hints=HINTS)
    await desk.does(seen, "attend_urgent", who=OPERATOR, measure="called_back")
    watches = (_watch(desk), _watch(desk))
    for _ in range(3):
        desk.clock.goes_on(minutes=3)
        await asyncio.gather(*(watch.look() for watch in watches))
    alarms = await desk.rows(select(messages.outbox.c.subject).where(messages.outbox.c.type.like("case.urgent%")))
    assert len(alarms) == 1
    assert (await desk.case(waits)).urgency is not None


async def test_each_sees_the_urgent_cases_that_they_may_know_of(desk: Desk):
    """The office all, who took it in their own, the unit what was dispatched to it; a confidential or foreign one it does not."""
    own, other = await desk.registered(hints=HINTS), await desk.registered(hints=HINTS, received_by="别人")
    assert await _urgent_for(desk, OPERATOR) == [own]
    assert await _urgent_for(desk, UNIT_HANDLER) == []
    await desk.does(own, "accept")
    await desk.does(own, "forward", unit=UNIT, advice="请核实")
    assert await _urgent_for(desk, UNIT_HANDLER) == [own]
    assert set(await _urgent_for(desk, HANDLER)) == {own, other}


async def test_what_is_urgent_stands_above_every_list_until_somebody_has_looked(desk: Desk):
    """Above the list, not in it; a closed one too; afterwards it is an ordinary case that says that it was seen to."""
    calm, urgent = await desk.registered(), await desk.registered(hints=HINTS)
    day = Day(desk.clock.now, desk.clock.now + timedelta(hours=7))

    async def lists() -> tuple[list[str], list[str]]:
        above = await reading.urgent_in(desk.office, LEADER, Wanted(), day)
        below = await reading.worklist(desk.office, LEADER, Wanted(), day, 0)
        return [each.row["number"] for each in above], [each.row["number"] for each in below]

    assert await lists() == ([urgent], [calm])
    assert (await reading.view_counts(desk.office, LEADER, day))["urgent"] == 1
    await desk.does(urgent, "redirect", competent_authority="市公安局", reason="不属进驻单位权限。")
    assert await lists() == ([urgent], [calm])
    await desk.does(calm, "mark_urgent", danger="violence", reason="来电人说正在被打")
    await desk.does(calm, "attend_urgent", measure="called_110")
    above, below = await lists()
    assert (above, below) == ([urgent], [calm])
    [row] = await desk.rows(select(cases.c.urgency).where(cases.c.number == calm))
    assert row["urgency"] == Standing.ATTENDED


async def test_how_many_wait_and_how_many_too_long_are_numbers(desk: Desk):
    """Two gauges, of all and of those that nobody has looked at in time; neither says which."""
    number = await desk.registered(hints=HINTS)
    await desk.registered(hints=HINTS)

    async def measured() -> tuple[float, ...]:
        await metrics.measure(desk.office)
        return tuple(next(iter(gauge.collect())).samples[0].value for gauge in (metrics.UNATTENDED, metrics.OVERDUE))

    assert await measured() == (2, 0)
    desk.clock.goes_on(minutes=5)
    assert await measured() == (2, 2)
    await desk.does(number, "attend_urgent", measure="no_danger")
    assert await measured() == (1, 1)
