"""Sessions: a cookie that stands for a person until they leave, are idle, or are no longer who they were.

Law of this file: a session's number is new at every log-in, 256 random bits, and rests as SHA-256; it ends after 30 minutes
without a request and after 12 hours at the latest. Every request looks it up together with its account, so that what was
ended, disabled or changed is dead at the next one.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.identity.tables import accounts, sessions
from shared.identity.writing import digest_of, note_event, writing

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last seen: a write a minute, not one a request."""


class Sessions(Protocol):
    """Where sessions are checked."""

    async def principal(self, session: str, now: datetime) -> Principal | None:
        """Whom the session stands for, or None where it is unknown or has ended."""
        ...


class StoredSessions:
    """Sessions in the identity database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def begin(self, account_id: UUID, *, by: str, how: str, now: datetime) -> str:
        """A new session; gives the cookie's value, which can't be read again. Sweeps up ended ones."""
        session = secrets.token_urlsafe(32)
        row = {"session_sha256": digest_of(session), "account_id": account_id, "made_at": now, "seen_at": now}
        async with writing(self._engine) as connection:
            await connection.execute(delete(sessions).where(_ended(now)))
            await connection.execute(insert(sessions).values(row))
            await note_event(connection, account_id, f"signed_in.{how}", by=by, now=now)
        return session

    async def principal(self, session: str, now: datetime) -> Principal | None:
        """Look the session up with its account, and note that it was seen."""
        hashed = digest_of(session)
        query = (
            select(accounts.c.login, accounts.c.name, accounts.c.role, accounts.c.unit, sessions.c.seen_at)
            .join_from(sessions, accounts, sessions.c.account_id == accounts.c.id)
            .where(sessions.c.session_sha256 == hashed, ~_ended(now), accounts.c.disabled_at.is_(None))
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        if now - row.seen_at >= NOTED_EVERY:
            async with writing(self._engine) as connection:
                seen = and_(sessions.c.session_sha256 == hashed, sessions.c.seen_at < now)
                await connection.execute(update(sessions).where(seen).values(seen_at=now))
        return Principal(row.name, Role(row.role), row.unit, account=row.login)

    async def end(self, session: str) -> None:
        """End this one; nothing happens where it has ended."""
        async with writing(self._engine) as connection:
            await connection.execute(delete(sessions).where(sessions.c.session_sha256 == digest_of(session)))


class FixedSessions:
    """Sessions in memory: the fake beside the port."""

    def __init__(self, known: dict[str, Principal] | None = None) -> None:
        self.known = known or {}

    async def principal(self, session: str, now: datetime) -> Principal | None:  # noqa: ARG002 - the port's signature
        """Whom the session stands for."""
        return self.known.get(session)


def _ended(now: datetime) -> ColumnElement[bool]:
    return or_(sessions.c.seen_at <= now - IDLE, sessions.c.made_at <= now - ABSOLUTE)
