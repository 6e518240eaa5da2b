"""A small store to test with: three tables beside the outbox, and a publisher that answers as it is told."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Column, Integer, MetaData, String, Table, Uuid, func, select

from shared.messaging.ports import Confirmed, NotConfirmed, OutgoingMessage, PublishResult
from shared.store.columns import UtcDateTime
from shared.store.group_commit import Claim, Write
from shared.store.message_tables import message_tables
from shared.store.unit_of_work import Store
from tests.parts.message_house import document, now

metadata = MetaData()
messages = message_tables(metadata)
notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String(20), nullable=False),
    Column("remark", String(20)),
    Column("at", UtcDateTime),
)
keys = Table("keys", metadata, Column("key", String(40), primary_key=True), Column("owner", String(20)))
ids = Table("ids", metadata, Column("id", Uuid, primary_key=True))


async def count(store: Store, table: Table) -> int:
    """How many rows are committed."""
    async with store.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def column(store: Store, what: Any) -> list[Any]:
    """All committed values of one column."""
    async with store.reading() as connection:
        return list((await connection.execute(select(what))).scalars())


class Broker:
    """A publisher that answers as it is told and remembers what it was given."""

    def __init__(self) -> None:
        self.got: list[OutgoingMessage] = []
        self.answer: PublishResult = Confirmed()
        self.refuse: set[UUID] = set()
        self.pause = 0.0
        self.open = asyncio.Event()
        self.open.set()

    async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
        """Take all, or answer what was set."""
        await asyncio.sleep(self.pause)
        await self.open.wait()
        self.got += batch
        return [NotConfirmed("refused") if m.message_id in self.refuse else self.answer for m in batch]


async def emit(store: Store, number: int = 1) -> list[UUID]:
    """Commit that many messages to the outbox."""
    made: list[UUID] = []
    async with store.transaction(now()) as unit:
        made += [unit.emit(document(), subject=uuid4()) for _ in range(number)]
    return made


def note(owner: str | None, claim: str | None = None) -> Write:
    """One caller's row, and the key it must win first."""
    won = Claim(keys, "key", {"key": claim, "owner": owner}) if claim else None
    return Write([(notes, {"owner": owner})], won)
