"""Coming in: by password, by password and code, by one-time link, by OpenID Connect; and changing the password.

Law of this file: every failure looks the same, takes the same time and is counted; no answer tells whether an account
exists. Whoever changes a password ends every other session. Composes the parts of this package and decides nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.identity.accounts import end_all, folded_login
from shared.identity.links import LinkPurpose, Links, use_link
from shared.identity.lockout import Attempts, Whence
from shared.identity.passwords import PasswordFault, Passwords, password_fault
from shared.identity.second_factor import SecondFactor
from shared.identity.sessions import StoredSessions
from shared.identity.tables import accounts
from shared.identity.writing import digest_of, note_event, writing

_log = structlog.get_logger("identity")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Came in: the new session's cookie value, and whose it is."""

    session: str
    login: str


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The password fits; the code is asked for with this one-time step."""

    step: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """Not let in, whatever the cause."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many failures from here for this name; nothing was checked."""

    how_long: timedelta


Outcome = SignedIn | CodeNeeded | Wrong | Wait


class SigningIn:
    """The ways in."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        sessions: StoredSessions,
        attempts: Attempts,
        passwords: Passwords,
        second_factor: SecondFactor,
        names: tuple[str, ...],
    ) -> None:
        self._engine = engine
        self._sessions = sessions
        self._attempts = attempts
        self._passwords = passwords
        self._second_factor = second_factor
        self._links = Links(engine)
        self._names = names
        """The house's own names: the first that a guesser tries."""

    async def by_password(self, login: str, password: str, *, whence: Whence, now: datetime) -> Outcome:
        """Try name and password. Raises TooBusy."""
        login = folded_login(login)[:80]
        wait = await self._attempts.must_wait(login, whence, now)
        if wait > timedelta():
            return Wait(wait)
        row = await self._row(accounts.c.login == login)
        checked = await self._passwords.check(password, row.password_hash if row else None)
        if row is None or not checked.fits or row.disabled_at is not None:
            return await self._failed(login, whence, now)
        if checked.outdated:
            await self._rehash(row.id, row.password_hash, password)
        if row.sealed_totp is not None:
            step = await self._links.make(row.id, LinkPurpose.SECOND_STEP, by=login, now=now)
            return CodeNeeded(step)
        await self._attempts.succeeded(login, whence)
        return SignedIn(await self._sessions.begin(row.id, by=login, how="password", now=now), login)

    async def by_code(self, step: str, code: str, *, whence: Callable[[str], Whence], now: datetime) -> Outcome:
        """The second step: the code beside the step that the password gave. ``whence``: for the account of the step."""
        account_id = await self._links.account(step, LinkPurpose.SECOND_STEP, now)
        row = None if account_id is None else await self._row(accounts.c.id == account_id)
        if row is None:
            return Wrong()
        came_from = whence(row.login)
        wait = await self._attempts.must_wait(row.login, came_from, now, code=True)
        if wait > timedelta():
            return Wait(wait)
        if not await self._second_factor.accepts(row.id, code, now):
            return await self._failed(row.login, came_from, now, code=True)
        async with writing(self._engine) as connection:
            used = await use_link(connection, step, LinkPurpose.SECOND_STEP, now)
        if used is None:
            return Wrong()
        await self._attempts.succeeded(row.login, came_from)
        return SignedIn(await self._sessions.begin(row.id, by=row.login, how="password_and_code", now=now), row.login)

    async def link_is_good(self, link: str, now: datetime) -> bool:
        """Whether a set-up link would still work."""
        return await self._links.account(link, LinkPurpose.SET_UP, now) is not None

    async def by_link(self, link: str, password: str, *, now: datetime) -> SignedIn | PasswordFault | Wrong:
        """The first way in: choose a password, which uses the link up. Raises TooBusy."""
        account_id = await self._links.account(link, LinkPurpose.SET_UP, now)
        row = None if account_id is None else await self._row(accounts.c.id == account_id)
        if row is None:
            return Wrong()
        fault = self.fault(password, row)
        if fault:
            return fault
        hashed = await self._passwords.hash(password)
        async with writing(self._engine) as connection:
            if await use_link(connection, link, LinkPurpose.SET_UP, now) is None:
                return Wrong()
            await _set_password(connection, row, hashed, but=None, now=now)
        return SignedIn(await self._sessions.begin(row.id, by=row.login, how="link", now=now), row.login)

    async def change_password(
        self, login: str, old: str, new: str, *, session: str, whence: Whence, now: datetime
    ) -> PasswordFault | Wrong | Wait | None:
        """Change one's own password; every other session ends. None where it is done. Raises TooBusy."""
        wrong = await self.fits(login, old, whence=whence, now=now)
        if wrong is not None:
            return wrong
        row = await self._row(accounts.c.login == login)
        assert row is not None, "it has just been looked up"
        fault = self.fault(new, row)
        if fault:
            return fault
        hashed = await self._passwords.hash(new)
        async with writing(self._engine) as connection:
            await _set_password(connection, row, hashed, but=digest_of(session), now=now)
        return None

    async def fits(self, login: str, password: str, *, whence: Whence, now: datetime) -> Wrong | Wait | None:
        """Ask for the password again before something grave. None where it fits. Raises TooBusy."""
        wait = await self._attempts.must_wait(login, whence, now)
        if wait > timedelta():
            return Wait(wait)
        row = await self._row(accounts.c.login == login)
        checked = await self._passwords.check(password, row.password_hash if row else None)
        return None if checked.fits else await self._failed(login, whence, now)

    def fault(self, password: str, row: Row[Any]) -> PasswordFault | None:
        """What speaks against a new password of this person."""
        return password_fault(password, about=(row.login, row.name, row.unit or "", *self._names))

    async def _failed(self, login: str, whence: Whence, now: datetime, *, code: bool = False) -> Wrong:
        await self._attempts.failed(login, whence, now, code=code)
        _log.warning("sign_in.failed")
        return Wrong()

    async def _row(self, which: Any) -> Row[Any] | None:
        async with self._engine.connect() as connection:
            return (await connection.execute(select(accounts).where(which))).first()

    async def _rehash(self, account_id: UUID, seen: str, password: str) -> None:
        hashed = await self._passwords.hash(password)
        async with writing(self._engine) as connection:
            unchanged = (accounts.c.id == account_id) & (accounts.c.password_hash == seen)
            await connection.execute(update(accounts).where(unchanged).values(password_hash=hashed))


async def _set_password(
    connection: AsyncConnection, row: Row[Any], hashed: str, *, but: str | None, now: datetime
) -> None:
    await connection.execute(update(accounts).where(accounts.c.id == row.id).values(password_hash=hashed))
    await end_all(connection, row.id, but=but)
    await note_event(connection, row.id, "password_set", by=row.login, now=now)
