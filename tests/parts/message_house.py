"""A house of services reduced to its plumbing: a store with one table of effects, relays, consumers that write a row.

Stands on a real database and whichever transport it is given; knows nothing of any service.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from sqlalchemy import Column, Integer, MetaData, String, Table, Uuid, func, select

from shared.contracts.complaint import ComplaintSupplemented, Published, Source
from shared.contracts.document import DocumentRendered
from shared.contracts.envelope import Envelope
from shared.contracts.values import Channel
from shared.ending import end
from shared.messaging.consumer import Consumer, Handler, HandlerOutcome
from shared.messaging.ports import Transport
from shared.messaging.relay import Relay
from shared.messaging.topology import QUEUES
from shared.sealing import KeyRing, new_key_ring
from shared.store.engine import open_engine
from shared.store.message_tables import message_tables
from shared.store.unit_of_work import Store, UnitOfWork

DOCUMENT = "document.rendered.v1"
SUPPLEMENT = "complaint.supplemented.v1"
SECRET = "张三丰13912345678"
"""What a person told us: must never be found outside a seal."""
SOON = (timedelta(milliseconds=2),) * 12
"""Delays between attempts, for a test that can't wait for hours."""

metadata = MetaData()
messages = message_tables(metadata)
effects = Table(
    "effects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("consumer", String(40), nullable=False),
    Column("message_id", Uuid, nullable=False),
    Column("subject", String(40), nullable=False),
    Column("text", String(80)),
)
"""One row each time that a handler's work was committed: more than one for a message is a duplicate."""


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def open_store(url: str, ring: KeyRing | None = None) -> AsyncIterator[Store]:
    """A store with empty tables, made where they are missing."""
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    try:
        yield Store(engine, messages, ring or new_key_ring())
    finally:
        await engine.dispose()


def document(form: str = "receipt") -> DocumentRendered:
    """A message that only workflow reads, in clear."""
    return DocumentRendered(
        document_id=uuid4(),
        complaint_id=uuid4(),
        form=form,
        number="1",
        version=1,
        sha256="0" * 64,
        template_version="1",
        occurred_at=now(),
        verify_code="x",
    )


def supplement(text: str = SECRET) -> ComplaintSupplemented:
    """A sealed message that workflow, notify and forms read."""
    return ComplaintSupplemented(
        complaint_id=uuid4(),
        supplement_id=uuid4(),
        channel=Channel.EMAIL,
        received_at=now(),
        received_by="poller",
        sender_verified=True,
        text=text,
        source=Source(kind="email_inbox"),
    )


def writes_effect(service: str) -> Handler:
    """A handler whose only work is a row."""

    async def handle(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        row = {"consumer": service, "message_id": envelope.id, "subject": envelope.subject}
        unit.add(effects, {**row, "text": getattr(data, "form", None)})
        return None

    return handle


class House:
    """Relays and consumers on one transport, running until the house is left."""

    def __init__(self, store: Store, transport: Transport, *, back_off: Sequence[timedelta] = SOON) -> None:
        self.store = store
        self.transport = transport
        self._back_off = back_off
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.transport.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()
        await self.transport.stop()

    async def leave(self) -> None:
        """Stop every relay and consumer."""
        await end(self._tasks)
        self._tasks.clear()

    def run(self, work: Awaitable[None]) -> asyncio.Task[None]:
        """Run something until the house is left."""
        task = asyncio.ensure_future(work)
        self._tasks.append(task)
        return task

    def relay(self, store: Store | None = None) -> None:
        """Start a relay."""
        self.run(Relay(store or self.store, self.transport, now, poll=0.02).run())

    def consumer(
        self,
        service: str,
        handlers: Mapping[str, Handler] | None = None,
        *,
        store: Store | None = None,
        transport: Transport | None = None,
    ) -> Consumer:
        """Start a service's consumer; without handlers it writes an effect for every message it can get."""
        own = store or self.store
        table = handlers if handlers is not None else _Everything(writes_effect(service))
        consumer = Consumer(service, own, table, own.sealer, now, back_off=self._back_off)
        self.run(consumer.run(transport or self.transport))
        return consumer

    def all_consumers(self, **handlers: Mapping[str, Handler]) -> None:
        """Start the consumers of all four services."""
        for queue in QUEUES:
            self.consumer(queue.service, handlers.get(queue.service))

    async def emit(self, *data: Published, store: Store | None = None) -> list[UUID]:
        """Commit messages to the outbox."""
        ids: list[UUID] = []
        async with (store or self.store).transaction(now()) as unit:
            ids += [unit.emit(each, subject=uuid4()) for each in data]
        return ids

    async def effects(self, service: str = "workflow") -> list[UUID]:
        """Ids of the messages whose work a service has committed, in order, each as often as it did."""
        query = select(effects.c.message_id).where(effects.c.consumer == service).order_by(effects.c.id)
        async with self.store.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def dead(self) -> list[Any]:
        """The dead letters."""
        async with self.store.reading() as connection:
            return list((await connection.execute(select(messages.dead_letters))).all())

    async def waiting(self) -> int:
        """How many rows the outbox holds that are not published."""
        outbox = messages.outbox
        async with self.store.reading() as connection:
            query = select(func.count()).where(outbox.c.published_at.is_(None))
            return int((await connection.execute(query)).scalar_one())

    async def effects_are(self, wanted: Sequence[UUID], service: str = "workflow", seconds: float = 60) -> None:
        """Wait until exactly these messages have had their one effect each."""

        async def there() -> bool:
            return set(await self.effects(service)) >= set(wanted)

        await until(there, seconds)
        assert sorted(await self.effects(service)) == sorted(wanted)


class _Everything(dict[str, Handler]):
    """A table that has the same handler for every type."""

    def __init__(self, handler: Handler) -> None:
        super().__init__()
        self._handler = handler

    def get(self, key: str, default: Any = None) -> Any:
        """The handler, whatever the type."""
        return self._handler


async def until(predicate: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Return as soon as the predicate holds; an AssertionError after that long."""
    end = asyncio.get_running_loop().time() + seconds
    while not await predicate():
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"not within {seconds} s: {getattr(predicate, '__qualname__', predicate)}")
        await asyncio.sleep(0.03)
