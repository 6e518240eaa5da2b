"""Who holds a seat, as the identity database says it; on both databases, and the fake beside it by the same tests."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.contracts.values import Role
from shared.identity import tables
from shared.identity.accounts import Accounts
from shared.identity.seats import FixedSeats, Seat, StoredSeats
from shared.identity.tokens import StoredTokens
from shared.store.engine import open_engine
from shared.store.migrate import migrate
from tests.parts.message_house import now

CHEN = Seat("chen", "陈晨", Role.UNIT_HANDLER, "窗口", may_come_in=True)


class Identity:
    """Accounts, tokens and the seats that they make."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self.accounts = Accounts(self.engine)
        self.tokens = StoredTokens(self.engine)
        self.seats = StoredSeats(self.engine)

    async def chen(self) -> None:
        """An account."""
        await self.accounts.add(login="chen", name="陈晨", role=Role.UNIT_HANDLER, unit="窗口", by="test", now=now())

    async def token(self, role: Role, *scopes: str, days: int | None = None) -> None:
        """A token of 陈晨's log-in name."""
        until = None if days is None else now() + timedelta(days=days)
        await self.tokens.add(
            name="chen", role=role, unit=None, scopes=frozenset(scopes), by="test", now=now(), expires_at=until
        )

    async def chens(self) -> set[tuple[Role, bool]]:
        """The seats of that name: role, and whether they may come in."""
        return {(seat.role, seat.may_come_in) for seat in await self.seats.all(now()) if seat.id == "chen"}


@pytest.fixture
async def identity(database_url: str) -> AsyncIterator[Identity]:
    """The identity database, as its migrations make it."""
    made = Identity(database_url)
    await migrate(made.engine, Path(tables.__file__).parent / "migrations" / "versions")
    yield made
    await made.engine.dispose()


async def test_an_account_is_a_seat_and_stays_one_when_disabled(identity: Identity):
    """With who they are, and no longer to come in by."""
    await identity.chen()
    assert await identity.seats.all(now()) == frozenset({CHEN})
    assert await FixedSeats([CHEN]).all(now()) == frozenset({CHEN})
    await identity.accounts.disable("chen", by="test", now=now())
    assert await identity.chens() == {(Role.UNIT_HANDLER, False)}


async def test_a_token_is_a_seat_while_it_is_valid_and_unlimited(identity: Identity):
    """A machine's is none; of several the newest valid one counts; revoked or run out, nobody comes in by it."""
    await identity.token(Role.OPERATOR, "intake:email")
    assert await identity.chens() == set()
    await identity.token(Role.HANDLER, days=-1)
    assert await identity.chens() == {(Role.HANDLER, False)}
    await identity.token(Role.OPERATOR)
    await identity.token(Role.OFFICE_LEADER, days=-1)
    assert await identity.chens() == {(Role.OPERATOR, True)}
    await identity.tokens.revoke("chen", now(), by="test")
    assert {may for _, may in await identity.chens()} == {False}


async def test_an_account_counts_before_a_token_of_its_name(identity: Identity):
    """One seat a name: the person's."""
    await identity.token(Role.OPERATOR)
    await identity.chen()
    assert await identity.chens() == {(Role.UNIT_HANDLER, True)}
