"""Bearer tokens: made once, shown once, checked at every request, so that a revoked one is dead at the next.

Law of this file: a token is ``shouli_`` and 256 random bits; only its SHA-256 is stored. One that bears a person's log-in name,
or the name that records show, is that person's: made only in their role and unit, and revoked with their sessions.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Row,
    Select,
    and_,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.values import Role, new_id
from shared.identity.accounts import AccountEvent, AccountFault, AccountRefused, account_called
from shared.identity.principal import Principal
from shared.identity.tables import tokens
from shared.identity.writing import digest_of, writing

_PREFIX = "shouli_"


class Tokens(Protocol):
    """Where tokens are checked."""

    async def principal(self, token: str, now: datetime) -> Principal | None:
        """Whom the token stands for, or None where it is unknown, expired or revoked."""
        ...


class StoredTokens:
    """Tokens in the identity database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(
        self,
        *,
        name: str,
        role: Role,
        unit: str | None,
        scopes: frozenset[str],
        by: str,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> str:
        """Make a token and give it; it can't be read again. Raises AccountRefused where it isn't what its person is."""
        token = _PREFIX + secrets.token_urlsafe(32)
        row = {
            "id": new_id(),
            "token_sha256": digest_of(token),
            "name": name,
            "role": role.value,
            "unit": unit,
            "scopes": " ".join(sorted(scopes)),
            "made_at": now,
            "made_by": by,
            "expires_at": expires_at,
        }
        async with writing(self._engine) as connection:
            _fitting(await account_called(connection, name), role, unit)
            await connection.execute(insert(tokens).values(row))
        return token

    async def revoke(self, name: str, now: datetime, *, by: str) -> int:
        """Revoke every token of this name; gives how many."""
        return await self._revoke(tokens.c.name == name, now, by)

    async def revoke_one(self, token: UUID, now: datetime, *, by: str) -> bool:
        """Revoke one token by its row's id, so that another of the same name can take over from it; gives whether it was valid."""
        return await self._revoke(tokens.c.id == token, now, by) == 1

    async def _revoke(self, which: ColumnElement[bool], now: datetime, by: str) -> int:
        valid = and_(which, tokens.c.revoked_at.is_(None))
        async with writing(self._engine) as connection:
            result = await connection.execute(update(tokens).where(valid).values(revoked_at=now, revoked_by=by))
        return result.rowcount

    async def recent_events(self, limit: int) -> list[AccountEvent]:
        """What was done with tokens last, the newest first: which were made and which revoked, and by whom."""
        ended = (tokens.c.revoked_at, tokens.c.revoked_by, literal("token_revoked"))
        begun = (tokens.c.made_at, tokens.c.made_by, literal("token_made"))
        both = union_all(*(_event(at, by, kind) for at, by, kind in (begun, ended))).subquery()
        query = select(both).order_by(both.c.at.desc()).limit(limit)
        async with self._engine.connect() as connection:
            return [AccountEvent(**row) for row in (await connection.execute(query)).mappings()]

    async def everything(self) -> list[dict[str, Any]]:
        """Every token that was made, the newest first: whose, for what, since when; never the token or its hash."""
        shown = [column for column in tokens.c if column is not tokens.c.token_sha256]
        async with self._engine.connect() as connection:
            rows = (
                await connection.execute(select(*shown).order_by(tokens.c.made_at.desc(), tokens.c.id.desc()))
            ).mappings()
        return [dict(row) | {"scopes": row["scopes"].split()} for row in rows]

    async def principal(self, token: str, now: datetime) -> Principal | None:
        """Look the token up by its hash."""
        query = select(tokens.c.name, tokens.c.role, tokens.c.unit, tokens.c.scopes).where(
            tokens.c.token_sha256 == digest_of(token),
            tokens.c.revoked_at.is_(None),
            or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now),
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        return Principal(row.name, Role(row.role), row.unit, frozenset(row.scopes.split()))


class FixedTokens:
    """Tokens in memory: the fake beside the port."""

    def __init__(self, known: dict[str, Principal]) -> None:
        self.known = known

    async def principal(self, token: str, now: datetime) -> Principal | None:  # noqa: ARG002 - the port's signature
        """Whom the token stands for."""
        return self.known.get(token)


def _event(at: Column[datetime], by: Column[str], kind: BindParameter[str]) -> Select[Any]:
    """One kind of event; a token is no account, so it has no log-in name."""
    columns = at.label("at"), literal("").label("login"), tokens.c.name, kind.label("kind"), by.label("by")
    return select(*columns).where(and_(at.is_not(None), by.is_not(None)))


def _fitting(account: Row[Any] | None, role: Role, unit: str | None) -> None:
    if account is None:
        return
    if account.disabled_at is not None:
        raise AccountRefused(AccountFault.DISABLED)
    if (account.role, account.unit) != (role.value, unit):
        raise AccountRefused(AccountFault.OTHER_ROLE)
