"""A bounce takes the answer back: the delivery is undelivered, and whoever is owed an answer gets it another way."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.notify.consumer import handlers
from services.notify.desk import Desk
from services.notify.domain.return_path import return_path
from services.notify.domain.text import Office
from services.notify.providers.printed import Printed
from services.notify.sending import Sender
from services.notify.store import tables
from services.notify.templates import LOCALES, load_catalogue
from shared.contracts.complaint import Complainant, ComplaintReceived, Published, Source, Target
from shared.contracts.envelope import Envelope
from shared.contracts.mail import MailBounced
from shared.contracts.tracking import new_tracking_code
from shared.contracts.values import Channel, Route, new_id
from shared.reply_token import read_tokens
from shared.sealing import new_key_ring
from shared.store.engine import open_engine
from shared.store.group_commit import GroupCommit
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from tests.parts.clockwork import Clockwork
from tests.parts.intake_door import FRIDAY

VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"
EMAIL, PHONE = "zhang@example.cn", "+8613800138000"


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    """A notify that prints what it sends."""
    engine, ring = open_engine(sqlite_url), new_key_ring()
    await migrate(engine, VERSIONS)
    paper, store = io.StringIO(), Store(engine, tables.messages, ring)
    group = GroupCommit(store, Clockwork(FRIDAY))
    writing = asyncio.create_task(group.run())
    yield Desk(
        store=store,
        write=group.write,
        ring=ring,
        clock=Clockwork(FRIDAY),
        catalogues={locale: load_catalogue(locale) for locale in LOCALES},
        office=Office(signature="中心", name="办公室", tracking_page="http://x/track", phone="0632-1"),
        providers={route: Printed(route, paper) for route in (Route.SMS, Route.EMAIL)},
        chance=lambda: 0.0,
    )
    writing.cancel()
    await engine.dispose()


async def hear(desk: Desk, data: Published, kind: str, subject: UUID) -> None:
    """One message, handled and committed."""
    async with desk.store.transaction(desk.clock()) as unit:
        await handlers(desk)[kind](
            unit, Envelope(source="/intake", type=kind, subject=str(subject), time=unit.now), data
        )


async def complain(desk: Desk, **person: Any) -> UUID:
    """A complaint is received and its answer sent."""
    complaint = ComplaintReceived(
        complaint_id=new_id(),
        tracking_code=new_tracking_code(),
        channel=Channel.EMAIL,
        received_at=FRIDAY,
        received_by="inbox poller",
        respond_by=FRIDAY + timedelta(days=3),
        complainant=Complainant(**person),
        target=Target(),
        facts="推诿",
        source=Source(kind="email_inbox"),
    )
    await hear(desk, complaint, "complaint.received.v1", complaint.complaint_id)
    for route in (Route.SMS, Route.EMAIL):
        await Sender(desk, route).send_due()
    return complaint.complaint_id


async def deliveries(desk: Desk) -> dict[str, Any]:
    """The ledger by route."""
    async with desk.store.reading() as connection:
        rows = (await connection.execute(select(tables.deliveries))).all()
    return {row.route: row for row in rows}


async def owes(desk: Desk) -> bool:
    """Whether the complainant still waits for an answer."""
    async with desk.store.reading() as connection:
        return bool((await connection.execute(select(tables.response_rules.c.owes))).scalar_one())


def bounced(address: str) -> MailBounced:
    """A permanent failure, reported to that address."""
    return MailBounced(
        bounce_id=new_id(), received_at=FRIDAY, returned_to=[address], failed=True, permanent=True, status="5.1.1"
    )


@pytest.mark.article("14")
async def test_a_bounced_answer_is_owed_again_and_a_person_takes_over(desk: Desk) -> None:
    """The mail came back, no other machine's route is left: the letter stands on the list, the answer is owed."""
    await complain(desk, email=EMAIL, address="光明路 1 号")
    mail = (await deliveries(desk))["email"]
    assert not await owes(desk)
    path = return_path(mail.id, "example.gov.cn", desk.ring.index_key)
    for _ in range(2):
        await hear(desk, bounced(path), "mail.bounced.v1", new_id())
    after = await deliveries(desk)
    assert (after["email"].state, after["email"].code) == ("undelivered", "5.1.1")
    assert after["post"].state == "planned"
    assert await owes(desk)


async def test_a_forged_return_path_takes_nothing_back(desk: Desk) -> None:
    """Whoever does not hold our key can't report a bounce."""
    await complain(desk, email=EMAIL)
    mail = (await deliveries(desk))["email"]
    forged = return_path(mail.id, "example.gov.cn", b"x" * 32)
    await hear(desk, bounced(forged), "mail.bounced.v1", new_id())
    assert (await deliveries(desk))["email"].state == mail.state
    assert not await owes(desk)


async def test_a_delay_takes_nothing_back(desk: Desk) -> None:
    """A server that is still trying has not failed."""
    await complain(desk, email=EMAIL)
    mail = (await deliveries(desk))["email"]
    path = return_path(mail.id, "example.gov.cn", desk.ring.index_key)
    report = bounced(path).model_copy(update={"failed": False})
    await hear(desk, report, "mail.bounced.v1", new_id())
    assert (await deliveries(desk))["email"].state == mail.state


async def test_our_mail_carries_the_mark_by_which_a_reply_is_known(desk: Desk) -> None:
    """The subject of what is sent to a complainant has the code and a seal for that address and no other."""
    await complain(desk, email=EMAIL)
    mail = (await deliveries(desk))["email"]
    subject = desk.ring.open(mail.sealed_text).decode()
    [token] = read_tokens(subject)
    assert token.holds_for(EMAIL, desk.ring.index_key)
    assert not token.holds_for("li@example.cn", desk.ring.index_key)
    assert not replace(token, seal=None).holds_for(EMAIL, desk.ring.index_key)


async def test_a_machines_address_gets_no_mail_from_a_machine(desk: Desk) -> None:
    """Where intake forbids it nothing is mailed, and the answer stays owed for a person (RFC 3834)."""
    await complain(desk, email=EMAIL, machines_may_mail=False)
    assert set(await deliveries(desk)) == {"tracking_page"}
    assert await owes(desk)
