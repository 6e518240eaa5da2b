"""Drafts are their author's own; a call opens one with the caller's earlier complaints."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from services.intake.calls import CallHeldError, Rings, holder_of_call, open_call
from services.intake.domain.submission import Submission
from services.intake.drafts import draft_of, drafts_of, drop_draft, save_draft
from services.intake.handlers import receive
from services.intake.store import tables
from shared.contracts.complaint import Source
from shared.contracts.values import Channel
from tests.parts.intake_door import FRIDAY, House, intake_house

CALLER = "138 0013 8000"


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """An intake on each database in turn."""
    async with intake_house(database_url) as opened:
        yield opened


async def test_a_draft_is_saved_again_and_again_and_dropped(house: House) -> None:
    """The last save counts; once dropped it is gone."""
    draft = uuid4()
    for words in ("窗口", "窗口推诿"):
        assert await save_draft(house.door, draft, "王某", {"facts": words})
    found = await draft_of(house.door, draft, "王某")
    assert found is not None
    assert found[0] == {"facts": "窗口推诿"}
    await drop_draft(house.door, draft, "王某")
    assert await draft_of(house.door, draft, "王某") is None


@pytest.mark.article("17")
async def test_a_draft_is_its_authors_own_and_sealed(house: House) -> None:
    """Nobody else reads, changes or drops it, and the table shows no word of it."""
    draft = uuid4()
    await save_draft(house.door, draft, "王某", {"facts": "secret words"})
    assert not await save_draft(house.door, draft, "李某", {"facts": "other"})
    await drop_draft(house.door, draft, "李某")
    assert await draft_of(house.door, draft, "李某") is None
    assert await drafts_of(house.door, "李某") == []
    [row] = await house.rows(tables.drafts)
    assert "secret" not in row.sealed


@pytest.mark.article("11-13")
async def test_a_call_opens_one_draft_with_the_callers_earlier_complaints(house: House) -> None:
    """The exchange may tell of a call twice; the number finds earlier complaints, however it was written then."""
    told = Submission(
        channel=Channel.WEB,
        received_at=FRIDAY,
        received_by="网上投诉",
        source=Source(kind="web_form"),
        facts="推诿",
        phone=CALLER,
        unit="市税务局",
    )
    earlier = await receive(house.door, told)
    for _ in range(2):
        draft, found = await open_call(house.door, Rings("c-1", "王某", FRIDAY, "13800138000"))
    assert [each.complaint_id for each in found] == [earlier.complaint_id]
    assert found[0].unit == "市税务局"
    assert len(await drafts_of(house.door, "王某")) == 1
    kept = await draft_of(house.door, draft, "王某")
    assert kept is not None
    assert kept[0]["call"]["caller_number"] == "13800138000"


async def test_a_repeated_event_does_not_undo_what_was_typed(house: House) -> None:
    """The operator has begun to type when the exchange repeats itself."""
    rings = Rings("c-1", "王某", FRIDAY)
    draft, _ = await open_call(house.door, rings)
    await save_draft(house.door, draft, "王某", {"facts": "推诿"})
    await open_call(house.door, rings)
    kept = await draft_of(house.door, draft, "王某")
    assert kept is not None
    assert kept[0] == {"facts": "推诿"}


async def test_a_call_is_with_one_operator_and_the_second_is_told_whom(house: House) -> None:
    """Rung through to two at once, or handed on: one records it, until it is registered."""
    mine, theirs = Rings("c-1", "王某", FRIDAY), Rings("c-1", "李某", FRIDAY)
    draft, _ = await open_call(house.door, mine)
    with pytest.raises(CallHeldError) as told:
        await open_call(house.door, theirs)
    assert told.value.holder == await holder_of_call(house.door, draft) == "王某"
    assert not await save_draft(house.door, draft, "李某", {"facts": "推诿"})
    await drop_draft(house.door, draft, "王某")
    assert (await open_call(house.door, theirs))[0] == draft
    assert await holder_of_call(house.door, draft) == "李某"
