"""Seats: who may come in and act as whom, as those need to know who hand out work.

Law of this file: it only reads, and gives nothing secret. Somebody holds a seat by an account, or by a token that is not
limited to scopes (a machine's is). It must not know what anybody does with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.values import Role
from shared.identity.tables import accounts, tokens


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in the one role that they come in with. ``id`` is the principal's: a log-in name, or a token's name."""

    id: str
    name: str
    role: Role
    unit: str | None
    may_come_in: bool
    """False once the account is disabled, or no token of the name is valid any more."""


class Seats(Protocol):
    """Where seats are looked up."""

    async def all(self, now: datetime) -> frozenset[Seat]:
        """Everybody who holds or has held one, as of now; one seat an id."""
        ...


class StoredSeats:
    """Seats by the accounts and tokens of the identity database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def all(self, now: datetime) -> frozenset[Seat]:
        """Two reads of small tables. An account of a name counts before a token of it."""
        about = (accounts.c.login, accounts.c.name, accounts.c.role, accounts.c.unit, accounts.c.disabled_at)
        unlimited = select(tokens).where(tokens.c.scopes == "").order_by(tokens.c.made_at, tokens.c.id)
        async with self._engine.connect() as connection:
            made = (await connection.execute(unlimited)).all()
            people = (await connection.execute(select(*about))).all()
        return frozenset((_by_token(made, now) | _by_account(people)).values())


class FixedSeats:
    """Seats in memory: the fake beside the port."""

    def __init__(self, seats: Iterable[Seat] = ()) -> None:
        self.seats = frozenset(seats)

    async def all(self, now: datetime) -> frozenset[Seat]:  # noqa: ARG002 - the port's signature
        """As they were given."""
        return self.seats


def _by_account(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[str, Seat]:
    return {row.login: Seat(row.login, row.name, Role(row.role), row.unit, row.disabled_at is None) for row in rows}


def _by_token(rows: Iterable[Row[Any]], now: datetime) -> dict[str, Seat]:
    """The newest valid token of a name; where none is valid, the newest that was."""
    found: dict[str, Seat] = {}
    for row in rows:
        valid = row.revoked_at is None and (row.expires_at is None or row.expires_at > now)
        if valid or row.name not in found or not found[row.name].may_come_in:
            found[row.name] = Seat(row.name, row.name, Role(row.role), row.unit, valid)
    return found
