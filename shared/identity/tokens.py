"""Bearer tokens: made once, shown once, checked at every request, so that a revoked one is dead at the next.

Law of this file: a token is ``shouli_`` and 256 random bits; only its SHA-256 is stored. One that bears a person's log-in name,
or the name that records show, is that person's: made only in their role and unit, and revoked with their sessions.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.values import Role, new_id
from shared.identity.accounts import AccountFault, AccountRefused, account_called
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
            "expires_at": expires_at,
        }
        async with writing(self._engine) as connection:
            _fitting(await account_called(connection, name), role, unit)
            await connection.execute(insert(tokens).values(row))
        return token

    async def revoke(self, name: str, now: datetime) -> int:
        """Revoke every token of this name; gives how many."""
        valid = (tokens.c.name == name) & tokens.c.revoked_at.is_(None)
        async with writing(self._engine) as connection:
            result = await connection.execute(update(tokens).where(valid).values(revoked_at=now))
        return result.rowcount

    async def everything(self) -> list[dict[str, Any]]:
        """Every token that was made, the newest first: whose, for what, since when; never the token or its hash."""
        shown = [column for column in tokens.c if column.name not in ("id", "token_sha256")]
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(*shown).order_by(tokens.c.made_at.desc()))).mappings()
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


def _fitting(account: Row[Any] | None, role: Role, unit: str | None) -> None:
    if account is None:
        return
    if account.disabled_at is not None:
        raise AccountRefused(AccountFault.DISABLED)
    if (account.role, account.unit) != (role.value, unit):
        raise AccountRefused(AccountFault.OTHER_ROLE)
