"""One-time links: how a person comes in for the first time, or again after a reset; and the step between two factors.

Law of this file: a link works once, for one account and one purpose, not for long; only its SHA-256 is kept. A new set-up link
voids the earlier ones; a new step leaves the others be, or whoever has the password could keep its owner from the second one.
What isn't exactly a link of ours stands for nobody.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.identity.tables import accounts, links
from shared.identity.writing import digest_of, note_event, writing


class LinkPurpose(StrEnum):
    """What a link is for."""

    SET_UP = "set_up"
    SECOND_STEP = "second_step"


VALID_FOR = {LinkPurpose.SET_UP: timedelta(days=3), LinkPurpose.SECOND_STEP: timedelta(minutes=5)}


class Links:
    """Links in the identity database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def make(self, account_id: UUID, purpose: LinkPurpose, *, by: str, now: datetime) -> str:
        """A new link's secret; can't be read again."""
        secret = secrets.token_urlsafe(32)
        row = {
            "link_sha256": digest_of(secret),
            "account_id": account_id,
            "purpose": purpose.value,
            "expires_at": now + VALID_FOR[purpose],
        }
        async with writing(self._engine) as connection:
            await connection.execute(delete(links).where(links.c.expires_at <= now))
            if purpose is LinkPurpose.SET_UP:
                same = and_(links.c.account_id == account_id, links.c.purpose == purpose.value)
                await connection.execute(delete(links).where(same))
                await note_event(connection, account_id, "link_made", by=by, now=now)
            await connection.execute(insert(links).values(row))
        return secret

    async def account(self, secret: str, purpose: LinkPurpose, now: datetime) -> UUID | None:
        """Whose link this is, without using it up."""
        async with self._engine.connect() as connection:
            return await _account(connection, secret, purpose, now)


async def use_link(connection: AsyncConnection, secret: str, purpose: LinkPurpose, now: datetime) -> UUID | None:
    """Use a link up in the caller's transaction; of two who come with it at once, one gets the account."""
    account_id = await _account(connection, secret, purpose, now)
    gone = await connection.execute(delete(links).where(links.c.link_sha256 == digest_of(secret)))
    return account_id if gone.rowcount == 1 else None


async def _account(connection: AsyncConnection, secret: str, purpose: LinkPurpose, now: datetime) -> UUID | None:
    query = (
        select(links.c.account_id)
        .join_from(links, accounts, links.c.account_id == accounts.c.id)
        .where(
            links.c.link_sha256 == digest_of(secret),
            links.c.purpose == purpose.value,
            links.c.expires_at > now,
            accounts.c.disabled_at.is_(None),
        )
    )
    return (await connection.execute(query)).scalar()
