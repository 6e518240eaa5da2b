"""Accounts of people: added by the administrator, entered first by a one-time link, never with a password of ours.

Law of this file: whatever changes who somebody is or how they come in ends their sessions in the same transaction, and
stands in the account's record; what an administrator changes revokes the tokens that bear their name too, so that no other
way in is left. The last administrator can neither be disabled nor become something else.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.contracts.values import Role, new_id
from shared.identity.principal import Principal
from shared.identity.tables import account_events, accounts, links, sessions, tokens
from shared.identity.writing import note_event, writing

UNIT_ROLES = frozenset({Role.UNIT_HANDLER, Role.UNIT_LEADER})


class AccountFault(StrEnum):
    """Why an account can't be as asked."""

    NAME_TAKEN = "name_taken"
    UNKNOWN = "unknown_account"
    UNIT_AND_ROLE = "unit_and_role"
    LAST_ADMINISTRATOR = "last_administrator"
    BAD_LOGIN = "bad_login"
    DISABLED = "disabled_account"
    OTHER_ROLE = "other_role"


class AccountRefused(Exception):
    """Nothing was changed; ``fault`` says why."""

    def __init__(self, fault: AccountFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. ``login`` is folded: typed in capitals it is the same."""

    id: UUID
    login: str
    name: str
    role: Role
    unit: str | None
    has_password: bool
    has_totp: bool
    by_provider: bool
    made_at: datetime
    disabled_at: datetime | None

    @property
    def principal(self) -> Principal:
        """Whom a session of this account stands for."""
        return Principal(self.name, self.role, self.unit, account=self.login)


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """One entry of the accounts' record: what was done to whose account, and by whom."""

    at: datetime
    login: str
    name: str
    kind: str
    by: str


def folded_login(login: str) -> str:
    """The one form of a log-in name."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


class Accounts:
    """The accounts in the identity database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(
        self, *, login: str, name: str, role: Role, unit: str | None, by: str, now: datetime, outer: str | None = None
    ) -> Account:
        """Add a person; they come in by a link (see ``links``) or, with ``outer``, by OpenID Connect.

        Raises AccountRefused.
        """
        login = folded_login(login)
        if not 1 < len(login) <= 80 or not all(sign.isalnum() or sign in "._-@" for sign in login):  # noqa: PLR2004 - the column's length
            raise AccountRefused(AccountFault.BAD_LOGIN)
        _fitting(role, unit)
        account_id = new_id()
        row = {
            "id": account_id,
            "login": login,
            "name": name.strip(),
            "role": role.value,
            "unit": unit,
            "outer_subject": outer,
            "made_at": now,
        }
        async with writing(self._engine) as connection:
            taken = select(accounts.c.id).where(or_(accounts.c.login == login, accounts.c.name == row["name"]))
            if (await connection.execute(taken)).first() is not None:
                raise AccountRefused(AccountFault.NAME_TAKEN)
            await connection.execute(insert(accounts).values(row))
            await note_event(connection, account_id, "added", by=by, now=now)
        return await self.named(login)

    async def named(self, login: str) -> Account:
        """The account of this log-in name. Raises AccountRefused."""
        async with self._engine.connect() as connection:
            return _account(await _row(connection, login))

    async def of_outer(self, outer: str) -> Account | None:
        """The account of an OpenID Connect subject."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(accounts).where(accounts.c.outer_subject == outer))).first()
        return None if row is None else _account(row)

    async def everybody(self) -> list[Account]:
        """All accounts, by log-in name, disabled ones included."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(accounts).order_by(accounts.c.login))).all()
        return [_account(row) for row in rows]

    async def recent_events(self, limit: int) -> list[AccountEvent]:
        """What was done to accounts last, log-ins included, the newest first."""
        shown = (account_events.c.at, accounts.c.login, accounts.c.name, account_events.c.kind, account_events.c.by)
        query = (
            select(*shown)
            .join_from(account_events, accounts, account_events.c.account_id == accounts.c.id)
            .order_by(account_events.c.seq.desc())
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return [AccountEvent(**row) for row in (await connection.execute(query)).mappings()]

    async def are_there_any(self) -> bool:
        """Whether the house has anybody at all: the first run asks this."""
        async with self._engine.connect() as connection:
            return (await connection.execute(select(accounts.c.id).limit(1))).first() is not None

    async def disable(self, login: str, *, by: str, now: datetime) -> None:
        """Nobody comes in by this account any more, from the next request on. Raises AccountRefused."""
        await self._change(login, "disabled", {"disabled_at": now}, by=by, now=now)

    async def enable(self, login: str, *, by: str, now: datetime) -> None:
        """Let a disabled account in again. Raises AccountRefused."""
        await self._change(login, "enabled", {"disabled_at": None}, by=by, now=now)

    async def change_role(self, login: str, role: Role, unit: str | None, *, by: str, now: datetime) -> None:
        """Give another role or unit; they sign in again to act in it. Raises AccountRefused."""
        _fitting(role, unit)
        await self._change(login, "role_changed", {"role": role.value, "unit": unit}, by=by, now=now)

    async def forget_credentials(self, login: str, *, by: str, now: datetime) -> None:
        """Take password and second factor away; a new link is then the only way in. Raises AccountRefused."""
        gone = {"password_hash": None, "sealed_totp": None, "sealed_totp_offered": None, "totp_step": None}
        await self._change(login, "credentials_reset", gone, by=by, now=now)

    async def end_sessions(self, login: str, *, by: str, now: datetime) -> None:
        """End every session, and revoke their tokens. Raises AccountRefused."""
        await self._change(login, "sessions_ended", {}, by=by, now=now)

    async def _change(self, login: str, kind: str, values: dict[str, Any], *, by: str, now: datetime) -> None:
        async with writing(self._engine) as connection:
            row = await _row(connection, login)
            if values.get("disabled_at") or values.get("role", row.role) != row.role:
                await _not_the_last_administrator(connection, row)
            if values:
                await connection.execute(update(accounts).where(accounts.c.id == row.id).values(**values))
            await end_all(connection, row.id)
            await _revoke_tokens(connection, row, by=by, now=now)
            await note_event(connection, row.id, kind, by=by, now=now)


async def account_called(connection: AsyncConnection, name: str) -> Row[Any] | None:
    """The account that a token of this name is of, its row held until the caller's transaction ends; None for a machine's."""
    query = select(accounts).where(or_(accounts.c.login == folded_login(name), accounts.c.name == name))
    return (await connection.execute(query.with_for_update())).first()


async def _revoke_tokens(connection: AsyncConnection, row: Row[Any], *, by: str, now: datetime) -> None:
    theirs = or_(func.lower(tokens.c.name) == row.login, tokens.c.name == row.name)
    valid = and_(theirs, tokens.c.revoked_at.is_(None))
    await connection.execute(update(tokens).where(valid).values(revoked_at=now, revoked_by=by))


async def end_all(connection: AsyncConnection, account_id: UUID, *, but: str | None = None) -> None:
    """End an account's sessions (``but`` the one of this hash) and void its links, in the caller's transaction."""
    gone = delete(sessions).where(sessions.c.account_id == account_id)
    await connection.execute(gone if but is None else gone.where(sessions.c.session_sha256 != but))
    await connection.execute(delete(links).where(links.c.account_id == account_id))


async def _not_the_last_administrator(connection: AsyncConnection, row: Row[Any]) -> None:
    if row.role != Role.ADMINISTRATOR.value:
        return
    others = select(func.count()).where(
        accounts.c.role == Role.ADMINISTRATOR.value, accounts.c.disabled_at.is_(None), accounts.c.id != row.id
    )
    if not (await connection.execute(others)).scalar():
        raise AccountRefused(AccountFault.LAST_ADMINISTRATOR)


async def _row(connection: AsyncConnection, login: str) -> Row[Any]:
    found = (await connection.execute(select(accounts).where(accounts.c.login == folded_login(login)))).first()
    if found is None:
        raise AccountRefused(AccountFault.UNKNOWN)
    return found


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        unit=row.unit,
        has_password=row.password_hash is not None,
        has_totp=row.sealed_totp is not None,
        by_provider=row.outer_subject is not None,
        made_at=row.made_at,
        disabled_at=row.disabled_at,
    )


def _fitting(role: Role, unit: str | None) -> None:
    if (role in UNIT_ROLES) != bool(unit):
        raise AccountRefused(AccountFault.UNIT_AND_ROLE)
