"""Named people at the office and in every unit (art. 4): absences, deputies, tables; nobody there, nothing dispatched."""

import asyncio
import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from services.workflow.handlers import NoSuchCaseError, RefusedError
from services.workflow.staffing import Absence, SheetFault, StaffEntry, add_absence, import_sheet, put, read_sheet
from services.workflow.store.tables import staff
from shared.contracts.values import Role
from tests.parts.workflow_office import HANDLER, LEADER, UNIT, UNIT_HANDLER, UNIT_LEADER, Desk

pytestmark = pytest.mark.article("4")

TABLE = "账号,姓名,角色,单位,代理人,工位号,在岗\nchen,陈晨,单位处置人,市医疗保障局,,A10,是\nli,李静,处置人,,wang,,否\n"


async def _away(desk: Desk, who: str) -> None:
    async with desk.office.store.transaction(desk.clock.now) as unit:
        assert await add_absence(unit, who, Absence(first_day=date(2026, 11, 16), last_day=date(2026, 11, 17)))


async def _forwarded(desk: Desk) -> str | None:
    number = await desk.registered()
    await desk.does(number, "accept")
    case = await desk.does(number, "forward", unit=UNIT, advice="请核实")
    return case.holder.id


async def test_a_unit_without_an_active_handler_cant_be_dispatched_to(desk: Desk):
    """Nobody at work in the unit: refused with article 4, and the case stays where it was."""
    await _away(desk, UNIT_HANDLER.id)
    with pytest.raises(RefusedError) as refused:
        await _forwarded(desk)
    assert (refused.value.refusal.rule, refused.value.refusal.article) == ("unit_has_handler", "4")


async def test_a_deputy_stands_in_while_the_handler_is_away_and_no_longer(desk: Desk):
    """The deputy named holds what comes in the meantime; on the third day the handler does again."""
    entries = [StaffEntry(id="chen", name="陈晨", role=Role.UNIT_LEADER, unit=UNIT)]
    async with desk.office.store.transaction(desk.clock.now) as unit:
        await put(unit, desk.office.centre, entries)
        await unit.connection.execute(update(staff).where(staff.c.id == UNIT_HANDLER.id).values(deputy="chen"))
    await _away(desk, UNIT_HANDLER.id)
    assert await _forwarded(desk) == "chen"
    desk.clock.goes_on(days=2)
    assert await _forwarded(desk) == UNIT_HANDLER.id


@pytest.mark.article("18.3")
async def test_a_deputy_who_cannot_approve_is_asked_for_no_approval(desk: Desk):
    """A handler named as the leader's deputy can't approve: the proposal is refused with its rule, and lies with nobody idle."""
    number = await desk.registered()
    await desk.does(number, "accept")
    async with desk.office.store.transaction(desk.clock.now) as unit:
        await unit.connection.execute(update(staff).where(staff.c.id == LEADER.id).values(deputy=HANDLER.id))
    await _away(desk, LEADER.id)
    with pytest.raises(RefusedError) as refused:
        await desk.does(number, "request_approval", unit=UNIT, proposal="情由复杂")
    assert refused.value.refusal.rule == "office_has_leader"
    async with desk.office.store.transaction(desk.clock.now) as unit:
        await put(unit, desk.office.centre, [StaffEntry(id="lin", name="林涛", role=Role.OFFICE_LEADER)])
    assert (await desk.does(number, "request_approval", unit=UNIT, proposal="情由复杂")).holder.name == "林涛"


async def test_a_deputy_signs_for_a_leader_who_is_away(desk: Desk):
    """The deputy's signature binds the unit during the leader's absence, and not before."""
    async with desk.office.store.transaction(desk.clock.now) as unit:
        await put(unit, desk.office.centre, [StaffEntry(id="chen", name="陈晨", role=Role.UNIT_HANDLER, unit=UNIT)])
        await unit.connection.execute(update(staff).where(staff.c.id == UNIT_LEADER.id).values(deputy="chen"))
    await _forwarded(desk)
    asked: dict[str, Any] = {"days": 1, "reason": "需调取监控", "signed_by": "陈晨"}
    with pytest.raises(RefusedError):
        await desk.does("2026-000001", "request_extension", UNIT_HANDLER, **asked)
    await _away(desk, UNIT_LEADER.id)
    await desk.does("2026-000001", "request_extension", UNIT_HANDLER, **asked)


@pytest.mark.article("17")
async def test_whoever_is_complained_of_knows_of_nothing(desk: Desk):
    """The person named in the complaint gets the answer of a case that isn't there."""
    target = desk.complaint().target.model_copy(update={"staff": UNIT_HANDLER.name})
    number = await desk.registered(target=target)
    await desk.does(number, "accept", HANDLER)
    await desk.does(number, "forward", unit=UNIT, advice="请核实")
    with pytest.raises(NoSuchCaseError):
        await desk.does(number, "sign_receipt", UNIT_HANDLER)


@pytest.mark.parametrize("kind", ["utf-8-sig", "gb18030", "xlsx"])
async def test_a_table_of_people_is_taken_whole(desk: Desk, kind: str):
    """CSV as Excel saves it in China, as others do, and XLSX: the same people, with deputies and desk numbers."""
    content = _workbook() if kind == "xlsx" else TABLE.encode(kind)
    assert await import_sheet(desk.office, content) == 2
    rows = {row["id"]: row for row in await desk.rows(select(staff).where(staff.c.id.in_(["chen", "li"])))}
    assert (rows["chen"]["unit"], rows["chen"]["desk_number"]) == (UNIT, "A10")
    assert (rows["li"]["deputy"], rows["li"]["active"]) == ("wang", False)


async def test_two_who_write_the_same_people_do_not_lock_each_other_out(desk: Desk):
    """Whatever the order in a table, people are written in the order of their accounts, as the following of accounts does."""
    chen, wang = (StaffEntry(id=name, name=name, role=Role.OPERATOR) for name in ("chen", "wang"))

    async def table() -> int:
        async with desk.office.store.transaction(desk.clock.now) as unit:
            return await put(unit, desk.office.centre, [wang, chen])

    async with desk.office.store.transaction(desk.clock.now) as unit:
        await put(unit, desk.office.centre, [chen])
        other = asyncio.create_task(table())
        await asyncio.sleep(0.2)  # it waits for "chen" by now; were it not so, the test would only be kinder
        await put(unit, desk.office.centre, [wang])
    assert await other == 2


async def test_a_table_with_a_fault_is_not_taken_at_all(desk: Desk):
    """Each fault is named by row and column, and nobody of the table is in the directory."""
    with pytest.raises(SheetFault) as faults:
        await import_sheet(desk.office, (TABLE + "wu,吴某,局长,,,,\nxu,徐某,处置人,某局,,,\n").encode())
    assert [fault[0] for fault in faults.value.faults] == [4, 5]
    with pytest.raises(SheetFault, match="no such unit"):
        await import_sheet(desk.office, TABLE.replace(UNIT, "市某局").encode())
    assert await desk.rows(select(staff).where(staff.c.id == "chen")) == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x81", b"PK\x03\x04 no workbook", "账号,姓名\n".encode()])
def test_what_is_no_table_is_refused_with_a_reason(content: bytes):
    """An empty file, bytes that are no text, a broken workbook, a heading alone: each is a fault, none a crash."""
    with pytest.raises(SheetFault):
        read_sheet(content)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.create_sheet(index=0)
    for line in TABLE.splitlines():
        sheet.append(line.split(","))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()
