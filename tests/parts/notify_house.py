"""Notify on a real database, with whatever providers a test gives it and a clock that the test moves.

``hear`` is the consumer's own path (envelope, inbox, handler, commit); ``pass_time`` lives through a stretch of time the
way the tasks of the service would: senders, reports, the watch.
"""

import random
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from services.notify.bootstrap import VERSIONS
from services.notify.consumer import handlers
from services.notify.desk import Desk
from services.notify.domain.template_check import SAMPLE_OFFICE
from services.notify.fakes import FakeProvider
from services.notify.handlers import gather
from services.notify.ports import MessageProvider, Webhook
from services.notify.reports import Reporter
from services.notify.rule_watch import RuleWatch
from services.notify.sending import AT_ONCE, Sender
from services.notify.store import tables
from services.notify.templates import LOCALES, load_catalogue
from shared.contracts.complaint import Complainant, Published
from shared.contracts.envelope import read_envelope, unwrap, wrap
from shared.contracts.tracking import new_tracking_code
from shared.contracts.values import Route, new_id
from shared.messaging.consumer import Consumer
from shared.messaging.ports import IncomingMessage
from shared.sealing import KeyRing, new_key_ring
from shared.store.engine import open_engine
from shared.store.group_commit import Write
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from tests.parts.notify_cases import TUESDAY, WEDNESDAY_CLOSE, a_complaint

CATALOGUES = {locale: load_catalogue(locale) for locale in LOCALES}
RING = new_key_ring()


@dataclass
class NotifyHouse:
    """The service without its tasks: a test takes the steps itself."""

    desk: Desk
    consumer: Consumer
    moment: list[datetime]
    senders: dict[Route, Sender] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The clock."""
        return self.moment[0]

    @now.setter
    def now(self, value: datetime) -> None:
        self.moment[0] = value

    async def hear(self, data: Published, complaint_id: UUID | None = None, *, copies: int = 1) -> None:
        """Bring a message, as often as told, as a broker would."""
        subject = complaint_id or getattr(data, "complaint_id")  # noqa: B009 - not every Published has one
        envelope, body = wrap(data, subject=subject, now=self.now, sealer=self.desk.ring)
        for _ in range(copies):
            await self.consumer.handle_batch([IncomingMessage(envelope.id, envelope.type, body)])

    async def complaints(self, people: Iterable[Mapping[str, Any]], **changes: Any) -> list[UUID]:
        """A complaint from each of these people, all in one batch; what they left is as in ``Complainant``."""
        made = [
            a_complaint(
                complaint_id=new_id(), tracking_code=new_tracking_code(), complainant=Complainant(**person), **changes
            )
            for person in people
        ]
        wrapped = [wrap(each, subject=each.complaint_id, now=self.now, sealer=self.desk.ring) for each in made]
        await self.consumer.handle_batch([IncomingMessage(e.id, e.type, body) for e, body in wrapped])
        return [each.complaint_id for each in made]

    async def send(self) -> int:
        """Send all that is due at this moment."""
        sent = 0
        while batch := sum([await sender.send_due() for sender in self.senders.values()]):
            sent += batch
        return sent

    async def pass_time(self, until: datetime, *, watched: bool = True) -> None:
        """Live until then: at each moment at which something is due, the tasks do their work."""
        while True:
            await self.send()
            while await Reporter(self.desk).apply_due():
                await self.send()
            while watched and await RuleWatch(self.desk).look():
                await self.send()
            upcoming = await self._next_moment()
            if upcoming is None or upcoming > until:
                break
            self.now = max(upcoming, self.now + timedelta(seconds=1))
        self.now = until

    async def _next_moment(self) -> datetime | None:
        c = tables.deliveries.c
        automatic = c.route.in_([route.value for route in self.senders])
        query = select(c.due_at).where(c.due_at.is_not(None), automatic).order_by(c.due_at).limit(1)
        async with self.desk.store.reading() as connection:
            due: datetime | None = (await connection.execute(query)).scalar()
        steps = [self.now + timedelta(minutes=30), *([due] if due else [])]
        return min(steps)

    async def rows(self, table: Table, **where: Any) -> list[Any]:
        """The rows of a table."""
        query = select(table)
        for name, value in where.items():
            query = query.where(table.c[name] == value)
        async with self.desk.store.reading() as connection:
            return list((await connection.execute(query)).all())

    async def deliveries(self, **where: Any) -> list[Any]:
        """The ledger, in the order it was written."""
        return sorted(await self.rows(tables.deliveries, **where), key=lambda row: str(row.id))

    async def told(self, kind: str = "") -> list[Published]:
        """What notify told the others, in order; of one kind, e.g. ``delivery.failed``."""
        rows = sorted(await self.rows(tables.messages.outbox), key=lambda row: row.seq)
        return [unwrap(read_envelope(row.body), self.desk.ring) for row in rows if row.type.startswith(kind)]


async def _write_at_once(store: Store, moment: list[datetime], write: Write) -> bool:
    async with store.transaction(moment[0]) as unit:
        claim = write.claim
        if claim and not await unit.claim(claim.table, [claim.row], key=claim.key):
            return False
        for table, row in write.rows:
            unit.add(table, row)
    return True


@asynccontextmanager
async def notify_house(
    url: str,
    *,
    texts: MessageProvider | None = None,
    mails: MessageProvider | None = None,
    webhook: Webhook | None = None,
    ring: KeyRing = RING,
    now: datetime = TUESDAY,
) -> AsyncIterator[NotifyHouse]:
    """A house on this database; fakes stand in for providers that aren't given."""
    engine = open_engine(url)
    await migrate(engine, VERSIONS)
    store = Store(engine, tables.messages, ring)
    moment = [now]

    async def write(entry: Write) -> bool:
        return await _write_at_once(store, moment, entry)

    desk = Desk(
        store=store,
        write=write,
        ring=ring,
        clock=lambda: moment[0],
        catalogues=CATALOGUES,
        office=SAMPLE_OFFICE,
        providers={
            Route.SMS: texts or FakeProvider("texts"),
            Route.EMAIL: mails or FakeProvider("mails", Route.EMAIL, final=True),
        },
        chance=random.Random(14).random,
        webhook=webhook,
    )
    house = NotifyHouse(desk, Consumer("notify", store, handlers(desk), ring, desk.clock, prepare=gather(desk)), moment)
    house.senders = {route: Sender(desk, route) for route in AT_ONCE}
    try:
        yield house
    finally:
        for provider in desk.providers.values():
            await provider.close()
        await engine.dispose()


def replica(house: NotifyHouse, **changes: Any) -> NotifyHouse:
    """Another process on the same database and the same clock, with senders of its own."""
    desk = replace(house.desk, recent={}, **changes)
    other = NotifyHouse(desk, house.consumer, house.moment)
    other.senders = {route: Sender(desk, route) for route in AT_ONCE}
    return other


__all__ = ["TUESDAY", "WEDNESDAY_CLOSE", "NotifyHouse", "notify_house", "replica"]
