"""Guessing is slowed down, and nobody is locked out by somebody else.

Law of this file: after a few failures each further try waits longer, counted for the pair of account and address, so that
a stranger's guesses cost the stranger time and not the account's owner; and, more patiently, for the address alone, against
one who tries many accounts, and for an account's codes from wherever, against one who has the password and many addresses.
A browser that the owner came in by before counts for itself: not even a neighbour behind the same address keeps them waiting.
Nothing is ever locked for good. Accounts that don't exist are counted alike.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.identity.tables import attempts
from shared.identity.writing import writing

LONGEST_WAIT = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures pass without a wait; from the next on it doubles from one second."""

    free: int


PAIR, ADDRESS, CODES = Patience(free=4), Patience(free=40), Patience(free=20)


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a try comes from. ``browser``: the mark of a browser that this very account came in by before; else empty."""

    address: str
    browser: str = ""


def wait_after(failures: int, patience: Patience) -> timedelta:
    """How long the next try must wait after the last failure."""
    over = failures - patience.free
    if over <= 0:
        return timedelta()
    return min(timedelta(seconds=2 ** min(over - 1, 10)), LONGEST_WAIT)


class Attempts:
    """Failures, kept under a keyed hash of who and where from: the table names neither."""

    def __init__(self, engine: AsyncEngine, key: bytes) -> None:
        self._engine = engine
        self._key = key

    async def must_wait(self, login: str, whence: Whence, now: datetime, *, code: bool = False) -> timedelta:
        """How long this try must still wait; nothing where it may go on. ``code``: it is the second step's."""
        keys = self._keys(login, whence, code)
        query = select(attempts).where(attempts.c.key.in_(list(keys)), attempts.c.failed_at > now - FORGOTTEN_AFTER)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        waits = [row.failed_at + wait_after(row.failures, keys[row.key]) - now for row in rows]
        return max(waits, default=timedelta())

    async def failed(self, login: str, whence: Whence, now: datetime, *, code: bool = False) -> None:
        """Count a failure, atomically: many at once are all counted."""
        async with writing(self._engine) as connection:
            dialect_insert = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
            await connection.execute(delete(attempts).where(attempts.c.failed_at < now - FORGOTTEN_AFTER))
            for key in sorted(self._keys(login, whence, code)):
                statement = dialect_insert(attempts).values(key=key, failures=1, failed_at=now)
                again = {"failures": attempts.c.failures + 1, "failed_at": now}
                await connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again))

    async def succeeded(self, login: str, whence: Whence) -> None:
        """Forget the pair's failures; the others are forgotten by time only."""
        async with writing(self._engine) as connection:
            await connection.execute(delete(attempts).where(attempts.c.key == self._pair(login, whence)))

    def _keys(self, login: str, whence: Whence, code: bool) -> dict[str, Patience]:
        keys = {self._pair(login, whence): PAIR}
        if not whence.browser:
            keys[self._hash("address", whence.address)] = ADDRESS
        if code and not whence.browser:
            keys[self._hash("codes", login)] = CODES
        return keys

    def _pair(self, login: str, whence: Whence) -> str:
        return self._hash("browser" if whence.browser else "pair", login, whence.browser or whence.address)

    def _hash(self, *parts: str) -> str:
        return hmac.new(self._key, "\0".join(("attempts", *parts)).encode(), hashlib.sha256).hexdigest()
