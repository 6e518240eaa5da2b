"""Writing to the identity database: short transactions of their own, never part of a service's."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.identity.tables import account_events
from shared.store.engine import WRITES


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction, committed on a clean exit."""
    async with engine.connect() as raw:
        connection = await raw.execution_options(**{WRITES: True})
        async with connection.begin():
            yield connection


async def note_event(connection: AsyncConnection, account_id: UUID, kind: str, *, by: str, now: datetime) -> None:
    """Add to the account's record, in the transaction that does what is recorded."""
    row = {"at": now, "account_id": account_id, "kind": kind, "by": by}
    await connection.execute(insert(account_events).values(row))


def digest_of(secret: str) -> str:
    """The SHA-256 of a secret of 256 random bits, which needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
