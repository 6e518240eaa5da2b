"""What became of every call: none vanishes, none counts twice, and what was typed of one is never lost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.intake.calls import (
    AccountedForError,
    DraftOfAnotherError,
    Ended,
    Rings,
    UnknownCallError,
    end_without_complaint,
    open_call,
    receive_call,
    take_up,
)
from services.intake.domain.call_endings import STILL_TALKING, Ending
from services.intake.domain.submission import Submission
from services.intake.drafts import calls_since, draft_of, drop_draft, save_draft
from services.intake.phone_import_run import PhoneImports
from services.intake.phone_imports import confirm, preview
from services.intake.reconciling import Line, reconcile
from services.intake.store import queries, tables
from services.intake.store.states import CallState
from shared.contracts.complaint import Source
from shared.contracts.values import Channel
from shared.once import once
from tests.parts.intake_door import FRIDAY, House, intake_house

RINGS = Rings("c-1", "王某", FRIDAY, "138 0013 8000", desk="8003")
SILENT = Ended(Ending.SILENCE, reference="c-1")


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """An intake on each database in turn."""
    async with intake_house(database_url) as opened:
        yield opened


def told(reference: str | None) -> Submission:
    """A complaint that was told in a call."""
    source = Source(kind="phone_log", external_id=reference)
    return Submission(channel=Channel.PHONE, received_at=FRIDAY, received_by="王某", source=source, facts="窗口推诿")


async def phone(house: House) -> Line:
    """The telephone's line of the day's reconciliation."""
    [line] = [each for each in await reconcile(house.door, FRIDAY.date()) if each.channel is Channel.PHONE]
    assert line.balanced
    return line


async def owed(house: House, own: str | None = None) -> int:
    """How many calls wait for somebody to say what became of them."""
    now = house.clock.now
    counts = await queries.waiting(house.door.store, own=own, now=now, still_talking=STILL_TALKING)
    return counts["call_log"]


@pytest.mark.article("3")
async def test_the_calls_of_a_day_add_up(house: House) -> None:
    """Calls = complaints + those that were none, by their reason + those that nobody has accounted for."""
    for number in range(4):
        await open_call(house.door, replace(RINGS, reference=f"c-{number}"))
    await receive_call(house.door, told("c-0"))
    await receive_call(house.door, told(None))
    for number, ending in ((1, Ending.SILENCE), (2, Ending.QUESTION)):
        await end_without_complaint(house.door, Ended(ending, reference=f"c-{number}"), by="王某")
    await end_without_complaint(house.door, Ended(Ending.QUESTION), by="王某")
    line = await phone(house)
    assert (line.receipts, line.complaints, line.told) == (6, 2, 2)
    assert line.classes == {"complaint": 2, "silence": 1, "question": 2, "not accounted for": 1}


@pytest.mark.article("3")
async def test_a_call_whose_draft_was_thrown_away_is_still_owed_an_account(house: House) -> None:
    """At once where the exchange says that it is over, else after as long as a call may last; to an operator, their own."""
    draft, _ = await open_call(house.door, RINGS)
    await drop_draft(house.door, draft, "王某")
    assert (await owed(house), (await phone(house)).classes["not accounted for"]) == (0, 1)
    house.clock.now += STILL_TALKING + timedelta(seconds=1)
    assert (await owed(house), await owed(house, "王某"), await owed(house, "李某")) == (1, 1, 0)
    house.clock.now = FRIDAY
    await open_call(house.door, replace(RINGS, ended_at=FRIDAY + timedelta(seconds=40)))
    assert (await owed(house), await house.count(tables.drafts)) == (1, 0)
    await end_without_complaint(house.door, SILENT, by="王某", own="王某")
    assert await owed(house) == 0
    [call] = await house.rows(tables.calls)
    assert (call.state, call.ended_at, call.operator, call.desk) == (
        CallState.NO_COMPLAINT,
        FRIDAY + timedelta(seconds=40),
        "王某",
        "8003",
    )


@pytest.mark.article("17")
async def test_what_was_typed_is_sealed_with_the_call_and_comes_back_with_it(house: House) -> None:
    """The draft moves into the record and out again, whole; the number, the words and the note stand nowhere in clear."""
    draft, _ = await open_call(house.door, RINGS)
    typed = {"desk": "phone", "facts": "来电人说窗口推诿", "call_id": "c-1", "call_number": "13800138000"}
    await save_draft(house.door, draft, "王某", typed)
    await end_without_complaint(house.door, replace(SILENT, note="像是信号不好"), by="王某")
    [call] = await house.rows(tables.calls)
    assert not any(word in str(tuple(call)) for word in ("推诿", "0013", "信号"))
    assert await house.count(tables.drafts) == 0
    assert await take_up(house.door, call.id, by="王某", own="王某") == draft
    kept = await draft_of(house.door, draft, "王某")
    assert kept is not None
    assert kept[0] == typed
    assert (await phone(house)).classes["not accounted for"] == 1


async def test_a_call_that_was_put_down_wrongly_becomes_the_complaint_it_was(house: House) -> None:
    """Also one of which the exchange knows nothing: it is one receipt, before and after."""
    page = uuid4()
    typed = {"desk": "phone", "facts": "窗口推诿"}
    call = await end_without_complaint(house.door, Ended(Ending.HUNG_UP, draft_id=page, typed=typed), by="王某")
    assert (await phone(house)).classes == {"complaint": 0, "hung_up": 1}
    draft = await take_up(house.door, call, by="王某")
    found = await draft_of(house.door, draft, "王某")
    assert found is not None
    assert found[0]["facts"] == "窗口推诿"
    reference = found[0]["call"]["id"]
    receipt = await receive_call(house.door, told(reference))
    assert (await phone(house)).classes == {"complaint": 1}
    [row] = await house.rows(tables.calls)
    assert (row.state, row.complaint_id) == (CallState.COMPLAINT, receipt.complaint_id)
    with pytest.raises(AccountedForError):
        await take_up(house.door, call, by="王某")
    with pytest.raises(AccountedForError):
        await end_without_complaint(house.door, Ended(Ending.SILENCE, reference=reference), by="王某")


async def test_a_call_that_waited_in_the_queue_pops_up_and_one_taken_up_again_does_not(house: House) -> None:
    """What comes in now is told, however long ago the exchange says that it began; what is worked on again is no call."""
    house.clock.now = FRIDAY + timedelta(minutes=10)
    draft, _ = await open_call(house.door, RINGS)
    assert [found for found, _ in await calls_since(house.door, "王某", FRIDAY)] == [draft]
    await end_without_complaint(house.door, SILENT, by="王某")
    await take_up(house.door, draft, by="王某")
    assert await calls_since(house.door, "王某", FRIDAY) == []


async def test_the_same_press_twice_is_one_call(house: House) -> None:
    """By the page's number, by the exchange's, and under an idempotency key; another reason needs the call taken up."""
    page = Ended(Ending.SILENCE, draft_id=uuid4())
    assert await end_without_complaint(house.door, page, by="王某") == await end_without_complaint(
        house.door, page, by="王某"
    )
    same = once("no_complaint:王某", "k", b"1")
    keyed = [await end_without_complaint(house.door, Ended(Ending.PRAISE), by="王某", same=same) for _ in range(2)]
    assert keyed[0] == keyed[1]
    assert await house.count(tables.calls) == 2
    with pytest.raises(AccountedForError):
        await end_without_complaint(house.door, replace(page, ending=Ending.PRAISE), by="王某")


async def test_a_complaint_sent_twice_accounts_for_its_call_once(house: House) -> None:
    """The same request again gets the same receipt."""
    await open_call(house.door, RINGS)
    same = once("phone_log:王某", "k", b"1")
    receipts = [await receive_call(house.door, told("c-1"), same=same) for _ in range(2)]
    assert receipts[0].complaint_id == receipts[1].complaint_id
    assert (await phone(house)).classes == {"complaint": 1}


@pytest.mark.article("17")
async def test_to_an_operator_anothers_call_does_not_exist(house: House) -> None:
    """Whoever accounts for everybody's calls ends it all the same, but reads no draft that somebody is still typing."""
    draft, _ = await open_call(house.door, RINGS)
    for refused in (
        end_without_complaint(house.door, SILENT, by="李某", own="李某"),
        take_up(house.door, draft, by="李某", own="李某"),
        take_up(house.door, uuid4(), by="李某"),
    ):
        with pytest.raises(UnknownCallError):
            await refused
    assert await draft_of(house.door, draft, "王某") is not None
    with pytest.raises(DraftOfAnotherError):
        await take_up(house.door, draft, by="孙晓敏")
    await end_without_complaint(house.door, SILENT, by="孙晓敏")
    [call] = await house.rows(tables.calls)
    assert (call.operator, call.recorded_by) == ("王某", "孙晓敏")


async def test_nobody_moves_anothers_draft_by_naming_it(house: House) -> None:
    """A page's number is anybody's to send: what lies under it is taken only where it is one's own."""
    draft = uuid4()
    await save_draft(house.door, draft, "李某", {"facts": "来信"})
    await end_without_complaint(house.door, Ended(Ending.SILENCE, draft_id=draft), by="王某", own="王某")
    await end_without_complaint(house.door, Ended(Ending.SILENCE, draft_id=draft), by="孙晓敏")
    assert await draft_of(house.door, draft, "李某") is not None


async def test_an_export_accounts_for_the_calls_that_it_names(house: House) -> None:
    """The hotline entered the complaint itself; the exchange had told of the call before."""
    await open_call(house.door, replace(RINGS, reference="A-1"))
    found = await preview(house.door, "工单编号,来电时间,内容\nA-1,2026-11-20 09:40,窗口推诿\n".encode(), by="李某")
    await confirm(house.door, found.id, None, by="李某")
    assert await PhoneImports(house.door).import_one()
    assert (await phone(house)).classes == {"complaint": 1}
