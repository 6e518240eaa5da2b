"""Imports of hotline exports over the database: each row once, bad ones back, exact after a crash."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.intake.calls import Ended, Rings, end_without_complaint, open_call, take_up
from services.intake.domain.call_endings import Ending
from services.intake.domain.call_table import Column
from services.intake.domain.directory import Directory, Found
from services.intake.drafts import draft_of, drop_draft
from services.intake.phone_file_faults import HeadersRefused
from services.intake.phone_import_rows import OUR_FAULT
from services.intake.phone_import_run import BATCH, LEASE, PhoneImports
from services.intake.phone_imports import (
    NotPreviewed,
    bad_rows,
    confirm,
    import_named,
    preview,
)
from services.intake.store import tables
from services.intake.store.states import ImportState
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.values import Channel
from shared.store.unit_of_work import Store, UnitOfWork
from tests.parts.intake_door import FRIDAY, House, intake_house

HEADER = "工单编号,来电时间,来电号码,话务员,内容"
ROWS = 700


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """An intake on each database in turn."""
    async with intake_house(database_url) as opened:
        yield opened


def line(number: int) -> str:
    """One call of the export."""
    return f"A-{number},2026-03-05 14:{number % 60:02},138{number:08},王某,第{number}件：窗口推诿"


def export(*numbers: int, extra: tuple[str, ...] = ()) -> bytes:
    """An export with these calls, as Excel writes it in China."""
    return "\r\n".join([HEADER, *map(line, numbers), *extra, ""]).encode("gbk")


async def bring_in(house: House, raw: bytes):
    """Look, confirm, and have it taken in; gives the import as it stands then."""
    found = await preview(house.door, raw, by="李某")
    await confirm(house.door, found.id, None, by="李某")
    while await PhoneImports(house.door).import_one():
        pass
    item = await import_named(house.door, found.id)
    assert item is not None
    return item


@pytest.mark.article("11-13")
async def test_each_row_becomes_a_call_on_record(house: House) -> None:
    """Who answered, when it began, from which number, under which id, and where it is written (the file's hash)."""
    item = await bring_in(house, export(1))
    [told] = await house.told("complaint.received.v1")
    assert isinstance(told, ComplaintReceived)
    assert (told.channel, told.received_by, told.source.external_id) == (Channel.PHONE, "王某", "A-1")
    assert told.received_at.isoformat() == "2026-03-05T06:01:00+00:00"
    assert told.complainant.phone == "+8613800000001"
    assert told.source.originals == [item.sha256]


@pytest.mark.article("11-13")
async def test_when_a_call_ended_is_on_record(house: House) -> None:
    """As the exchange exported it; where the column is empty nothing is made up."""
    head = "工单编号,来电时间,结束时间,内容"
    rows = ("A-1,2026-03-05 14:01,2026-03-05 14:09,窗口推诿", "A-2,2026-03-05 14:01,,无人接听")
    await bring_in(house, "\n".join((head, *rows)).encode())
    told = await house.told("complaint.received.v1")
    ended = [each.source.call_ended_at for each in told if isinstance(each, ComplaintReceived)]
    assert ended == [datetime(2026, 3, 5, 6, 9, tzinfo=UTC), None]


async def test_good_rows_go_in_and_bad_rows_come_back(house: House) -> None:
    """The bad row is kept sealed with its reason, and harms no other."""
    item = await bring_in(house, export(1, 2, extra=("A-3,45721,13800138000,王某,推诿",)))
    assert (item.state, item.rows_read, item.rows_taken, item.rows_bad) == (ImportState.DONE, 3, 2, 1)
    [(number, cells, reasons)] = await bad_rows(house.door, item.id)
    assert (number, cells[0]) == (4, "A-3")
    assert "序号" in reasons[0]
    [kept] = await house.rows(tables.import_faults)
    assert "13800138000" not in kept.sealed


class Stumbling(Directory):
    """A directory that fails on one unit."""

    def resolve(self, unit: str | None, window: str | None) -> Found:
        """Fail, or find nothing."""
        if unit == "绊脚石局":
            raise ValueError("not foreseen")
        return Found(unit, window)


async def test_a_row_that_the_program_stumbles_over_comes_back_and_stops_no_other(house: House) -> None:
    """The import ends, the row is kept with whose fault it was, and the process goes on."""
    raw = "内容,单位\n推诿,医保局\n推诿,绊脚石局\n推诿,税务局\n".encode()
    item = await bring_in(replace(house, door=replace(house.door, directory=Stumbling())), raw)
    assert (item.state, item.rows_taken, item.rows_bad) == (ImportState.DONE, 2, 1)
    [(number, _, reasons)] = await bad_rows(house.door, item.id)
    assert (number, reasons) == (3, [OUR_FAULT])


@pytest.mark.article("3")
async def test_calls_that_the_export_says_are_none_are_put_down_as_that(house: House) -> None:
    """With all that the row tells, once; what the exchange told of or an operator said stays as it is."""
    for number, operator in (("A-2", "王某"), ("A-3", "王某"), ("A-4", "王某")):
        draft, _ = await open_call(house.door, Rings(number, operator, FRIDAY, "13800138000"))
        if number != "A-4":
            await drop_draft(house.door, draft, operator)
    await end_without_complaint(house.door, Ended(Ending.PRAISE, reference="A-3"), by="王某")
    rows = ["A-1,咨询类,问几点上班", "A-2,骚扰电话,", "A-3,无声,", "A-4,误拨,", "A-5,投诉,窗口推诿"]
    raw = "\n".join(["工单编号,来电类型,内容", *rows]).encode()
    item, again = [await bring_in(house, raw) for _ in range(2)]
    assert (item.rows_read, item.rows_taken, item.rows_other, item.rows_bad) == (5, 1, 4, 0)
    assert (again.rows_taken, again.rows_other, again.rows_repeated) == (0, 0, 5)
    ended = {row.reference: row.ending for row in await house.rows(tables.calls)}
    assert ended == {"A-1": "question", "A-2": "nuisance", "A-3": "praise", "A-4": None}
    [told] = [row for row in await house.rows(tables.calls) if row.reference == "A-1"]
    assert "几点" not in told.sealed
    draft = await take_up(house.door, told.id, by="李某")
    kept = await draft_of(house.door, draft, "李某")
    assert kept is not None
    assert kept[0]["facts"] == "问几点上班"


async def test_the_same_file_again_brings_nothing_new(house: House) -> None:
    """The same file is known row by row; a longer one brings only its new rows."""
    await bring_in(house, export(1, 2, 2))
    again = await bring_in(house, export(1, 2, 2))
    longer = await bring_in(house, export(1, 2, 2, 3, 4, 5))
    assert (again.rows_taken, again.rows_repeated) == (0, 3)
    assert (longer.rows_taken, longer.rows_repeated) == (3, 3)
    assert await house.count(tables.submissions) == 6


async def test_two_people_import_at_once(house: House) -> None:
    """Of two imports of one file at the same time every row is taken once."""
    for _ in range(2):
        found = await preview(house.door, export(*range(ROWS)), by="李某")
        await confirm(house.door, found.id, None, by="李某")
    await asyncio.gather(*(PhoneImports(house.door).import_one() for _ in range(2)))
    items = await house.rows(tables.imports)
    assert sum(item.rows_taken for item in items) == ROWS == await house.count(tables.submissions)
    assert {item.state for item in items} == {ImportState.DONE}


class Killed(BaseException):
    """The process dies here."""


class DyingStore(Store):
    """A store of a process that dies when it opens its last transaction."""

    def lasts(self, transactions: int) -> "DyingStore":
        """Say how many transactions it lives for."""
        self.left = iter([True] * transactions)
        return self

    @asynccontextmanager
    async def transaction(self, now: datetime) -> AsyncIterator[UnitOfWork]:
        """One of those that are left, or the end."""
        if not next(self.left, False):
            raise Killed
        async with super().transaction(now) as unit:
            yield unit


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_an_import_resumes_exactly(house: House, after: int) -> None:
    """Killed before any of its commits, it goes on with the next row: none lost, none doubled."""
    found = await preview(house.door, export(*range(ROWS), extra=("x,,,,",)), by="李某")
    await confirm(house.door, found.id, None, by="李某")
    store = house.door.store
    dying = DyingStore(store.engine, store.messages, store.sealer).lasts(1 + after)
    with contextlib.suppress(Killed):
        await PhoneImports(replace(house.door, store=dying)).import_one()
    assert await house.count(tables.submissions) == min(ROWS, after * BATCH)
    assert not await PhoneImports(house.door).import_one()
    house.clock.now += LEASE + timedelta(seconds=1)
    assert await PhoneImports(house.door).import_one()
    item = await import_named(house.door, found.id)
    assert item is not None
    assert (item.rows_read, item.rows_taken, item.rows_repeated, item.rows_bad) == (ROWS + 1, ROWS, 0, 1)
    assert len({row.external_id for row in await house.rows(tables.submissions)}) == ROWS


async def test_a_mapping_is_remembered_for_the_same_header(house: House) -> None:
    """What a person said about a column holds for the next file from that exchange."""
    raw = "号,说了什么\nB-1,推诿\n".encode()
    first = await preview(house.door, raw, by="李某")
    assert first.faults
    mapping = {"号": Column.CALL_ID, "说了什么": Column.FACTS}
    with pytest.raises(HeadersRefused):
        await confirm(house.door, first.id, None, by="李某")
    await confirm(house.door, first.id, mapping, by="李某")
    second = await preview(house.door, raw.replace(b"B-1", b"B-2"), by="王某")
    assert second.mapping == mapping
    assert second.sample[0].call is not None


async def test_an_import_is_confirmed_once(house: House) -> None:
    """The second confirmation finds nothing to confirm."""
    found = await preview(house.door, export(1), by="李某")
    await confirm(house.door, found.id, None, by="李某")
    with pytest.raises(NotPreviewed):
        await confirm(house.door, found.id, None, by="李某")


async def test_nothing_is_taken_in_before_it_is_confirmed(house: House) -> None:
    """A look is only a look."""
    await preview(house.door, export(1), by="李某")
    assert not await PhoneImports(house.door).import_one()
    assert await house.count(tables.submissions) == 0
