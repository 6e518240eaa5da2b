"""The register of channel checks and the reconciliation, over the database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert

from services.intake.channel_watch import (
    ChannelWatch,
    Register,
    folder_probe,
    form_probe,
    mailbox_probe,
)
from services.intake.domain.channel_checks import CHECKS, Standing
from services.intake.mail_receiving import Arrival, receive_mail
from services.intake.reconciling import Line, reconcile
from services.intake.store import tables
from shared.contracts.values import Channel
from tests.parts import mails
from tests.parts.intake_door import FRIDAY, House, intake_house

MORNING = datetime(2026, 11, 20, 1, 5, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SATURDAY = EVENING + timedelta(days=1)
BOXES = next(check for check in CHECKS if check.name == "boxes")
DAY = FRIDAY.date()


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """An intake on each database in turn."""
    async with intake_house(database_url) as opened:
        yield opened


def watch(house: House, folder: str = "/nowhere") -> ChannelWatch:
    """The watch of a centre with one mailbox and a fax folder."""
    probes = {
        "mailbox": mailbox_probe(house.door, ["box"]),
        "web_form": form_probe(house.door),
        "fax": folder_probe(folder),
    }
    return ChannelWatch(Register(house.door, CHECKS), probes)


async def standings(house: House) -> dict[str, Standing]:
    """How every check of the day stands."""
    return {each.check.name: each.standing for each, _ in await Register(house.door, CHECKS).day(DAY)}


@pytest.mark.article("6")
@pytest.mark.article("14")
async def test_machines_check_in_where_their_channel_works(house: House, tmp_path: Path) -> None:
    """The mailbox when it was swept this morning, the form when it can store, the fax when its folder is there."""
    house.clock.now = MORNING
    await watch(house).look()
    assert await standings(house) == {
        "mailbox": Standing.OPEN,
        "web_form": Standing.DONE,
        "fax": Standing.OPEN,
        "phone": Standing.OPEN,
        "reception": Standing.OPEN,
        "boxes": Standing.OPEN,
        "letters": Standing.OPEN,
    }
    async with house.door.store.transaction(MORNING) as unit:
        row = {"mailbox": "box", "uidvalidity": 1, "last_uid": 1, "tries": 0, "seen_at": MORNING}
        await unit.connection.execute(insert(tables.mailboxes).values(row))
    await watch(house, str(tmp_path)).look()
    after = await standings(house)
    assert (after["mailbox"], after["fax"]) == (Standing.DONE, Standing.DONE)


@pytest.mark.article("14")
async def test_a_missed_check_raises_one_alarm_the_same_day(house: House) -> None:
    """In the evening whatever nobody confirmed is missed, alarmed once, and stands in the statistics."""
    house.clock.now = MORNING
    register = Register(house.door, CHECKS)
    await register.check_in(BOXES, "王某", "2 件")
    house.clock.now = EVENING
    missed = {each.check.name for each in await watch(house).look()}
    assert missed == {"mailbox", "fax", "phone", "reception", "letters"}
    alarmed = await house.rows(tables.channel_checks, tables.channel_checks.c.alerted_at.is_not(None))
    house.clock.now = EVENING + timedelta(minutes=1)
    await watch(house).look()
    assert await house.rows(tables.channel_checks, tables.channel_checks.c.alerted_at.is_not(None)) == alarmed
    counts = await register.missed_since(DAY)
    assert (counts["letters"], counts["boxes"]) == (1, 0)


@pytest.mark.article("14")
async def test_what_is_made_up_for_is_late(house: House) -> None:
    """Confirmed after the alarm, a check is late and no longer missed; the first confirmation stays."""
    house.clock.now = EVENING
    await watch(house).look()
    register = Register(house.door, CHECKS)
    await register.check_in(BOXES, "王某")
    await register.check_in(BOXES, "李某")
    assert (await standings(house))["boxes"] is Standing.LATE
    [row] = await house.rows(tables.channel_checks, tables.channel_checks.c.check == "boxes")
    assert row.done_by == "王某"


@pytest.mark.article("14")
async def test_nothing_is_missed_on_a_day_that_is_not_worked(house: House) -> None:
    """On a Saturday nobody is alarmed."""
    house.clock.now = SATURDAY
    assert await watch(house).look() == []


async def lines(house: House) -> dict[Channel, Line]:
    """The day's reconciliation by channel."""
    return {line.channel: line for line in await reconcile(house.door, DAY)}


async def take(house: House, raw: bytes, place: str) -> None:
    """Hand a mail in."""
    await receive_mail(
        house.door,
        raw,
        received_by="inbox poller",
        received_at=FRIDAY,
        own_addresses=house.own,
        arrival=Arrival("box", place),
    )


@pytest.mark.article("3")
async def test_the_day_adds_up(house: House) -> None:
    """Arrivals in the mailbox = complaints + what was classified otherwise + what waits + repeats."""
    mailing = [mails.mail(), mails.mail(), mails.bounce(), mails.mail(extra=[b"List-Id: <n.example.cn>"])]
    for place, raw in enumerate(mailing):
        await take(house, raw, str(place))
    mail = (await lines(house))[Channel.EMAIL]
    assert (mail.receipts, mail.complaints, mail.told, mail.registered) == (4, 1, 1, 0)
    assert mail.classes == {"new_complaint": 1, "repeated": 1, "bounce": 1, "list_mail": 1}
    assert all(line.balanced for line in (await lines(house)).values())


@pytest.mark.article("3")
@pytest.mark.parametrize("table", [tables.submissions, tables.messages.outbox, tables.mails], ids=lambda t: t.name)
async def test_what_is_gone_is_named(house: House, table) -> None:
    """Whoever removes a complaint, its message or the mail's record by hand is found out the same day."""
    await take(house, mails.mail(), "1")
    async with house.door.store.transaction(FRIDAY) as unit:
        await unit.connection.execute(delete(table))
    mail = (await lines(house))[Channel.EMAIL]
    assert not mail.balanced
    assert len(mail.differences) == 1


@pytest.mark.article("3")
async def test_a_missing_place_in_quarantine_is_named(house: House) -> None:
    """A mail for a person that no person can find does not add up."""
    await take(house, mails.mail(extra=[b"List-Id: <n.example.cn>"]), "1")
    async with house.door.store.transaction(FRIDAY) as unit:
        await unit.connection.execute(delete(tables.quarantine))
    assert not (await lines(house))[Channel.EMAIL].balanced
