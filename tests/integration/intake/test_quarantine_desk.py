"""What waits in quarantine leaves it one of three ways, once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from services.intake.adapters.told import Told
from services.intake.mail_receiving import Arrival, receive_mail
from services.intake.ports import Door
from services.intake.quarantine_desk import (
    StillUnreadableError,
    original_of,
    set_aside,
    take_as_read,
    take_as_typed,
)
from services.intake.scan_desk import NotWaitingError
from services.intake.store import tables
from shared.contracts.complaint import ComplaintReceived
from tests.parts import mails
from tests.parts.intake_door import House, intake_house

LIST_MAIL = mails.mail(extra=[b"List-Id: <news.example.cn>"])
HOPELESS = mails.nested_multiparts(2000)


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """An intake."""
    async with intake_house(sqlite_url) as opened:
        yield opened


async def put_aside(house: House, raw: bytes) -> UUID:
    """A mail that the program does not judge by itself; gives its place in quarantine."""
    await receive_mail(
        house.door,
        raw,
        received_by="inbox poller",
        received_at=house.clock(),
        own_addresses=house.own,
        arrival=Arrival("box", "1"),
    )
    [item] = await house.rows(tables.quarantine)
    found: UUID = item.id
    return found


async def the_complaint(house: House) -> ComplaintReceived:
    """The one that was told."""
    [told] = await house.told("complaint.received.v1")
    assert isinstance(told, ComplaintReceived)
    return told


async def test_a_list_mail_that_is_a_complaint_is_taken_as_read(house: House) -> None:
    """A person says it is one: it is told with the clock it came with, and the mail's row names it."""
    item = await put_aside(house, LIST_MAIL)
    [waiting] = await house.rows(tables.quarantine)
    receipt = await take_as_read(house.door, item, by="王某")
    told = await the_complaint(house)
    assert mails.COMPLAINT in told.facts
    assert (told.received_at, told.respond_by) == (waiting.received_at, waiting.respond_by)
    assert not told.complainant.machines_may_mail
    [mail] = await house.rows(tables.mails)
    assert mail.complaint_id == receipt.complaint_id


@pytest.mark.article("14")
async def test_what_no_program_reads_is_typed_by_a_person(house: House) -> None:
    """The typed words, the original as evidence, and the limit that has run since it came."""
    item = await put_aside(house, HOPELESS)
    with pytest.raises(StillUnreadableError):
        await take_as_read(house.door, item, by="王某")
    [waiting] = await house.rows(tables.quarantine)
    await take_as_typed(house.door, item, Told(facts="窗口推诿"), typed_by="王某")
    told = await the_complaint(house)
    assert (told.facts, told.source.transcribed_by) == ("窗口推诿", "王某")
    assert told.respond_by == waiting.respond_by
    assert [evidence.sha256 for evidence in told.evidence] == [waiting.sha256]


async def test_what_is_none_is_set_aside_with_a_reason(house: House) -> None:
    """It stands in the record with who decided and why; the original stays."""
    item = await put_aside(house, LIST_MAIL)
    await set_aside(house.door, item, "广告", by="王某")
    [row] = await house.rows(tables.quarantine)
    assert (row.state, row.settled_by, row.settled_how) == ("set_aside", "王某", "广告")
    found = await original_of(house.door, item)
    assert found is not None
    assert found[1] == LIST_MAIL


SECOND_THOUGHTS: dict[str, Callable[[Door, UUID], Awaitable[object]]] = {
    "aside": lambda door, item: set_aside(door, item, "广告", by="李某"),
    "typed": lambda door, item: take_as_typed(door, item, Told(facts="x 事"), typed_by="李某"),
    "read": lambda door, item: take_as_read(door, item, by="李某"),
}


@pytest.mark.parametrize("again", SECOND_THOUGHTS)
async def test_an_item_is_settled_once(house: House, again: str) -> None:
    """Whatever the second person wants, it is too late, and nothing is told twice."""
    item = await put_aside(house, LIST_MAIL)
    await take_as_read(house.door, item, by="王某")
    with pytest.raises(NotWaitingError):
        await SECOND_THOUGHTS[again](house.door, item)
    await the_complaint(house)


async def test_an_unknown_item_is_not_waiting(house: House) -> None:
    """Nothing is settled that never came."""
    with pytest.raises(NotWaitingError):
        await set_aside(house.door, uuid4(), "广告", by="王某")
    assert await original_of(house.door, uuid4()) is None
