"""Tokens: made once, stored as a hash, dead at the next request once revoked or expired; on both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from shared.contracts.values import Role
from shared.identity import tables
from shared.identity.principal import Principal
from shared.identity.tokens import StoredTokens
from shared.store.engine import open_engine
from shared.store.migrate import migrate
from tests.parts.message_house import now


@pytest.fixture
async def tokens(database_url: str) -> AsyncIterator[StoredTokens]:
    """The identity database, as its migrations make it."""
    engine = open_engine(database_url)
    await migrate(engine, Path(tables.__file__).parent / "migrations" / "versions")
    yield StoredTokens(engine)
    await engine.dispose()


async def test_a_token_stands_for_whom_it_was_made(tokens: StoredTokens):
    """It gives name, role, unit and scopes back, and another token, or none, gives nobody."""
    scopes = frozenset({"intake:email", "intake:faxes"})
    token = await tokens.add(name="pbx", role=Role.OPERATOR, unit="窗口", scopes=scopes, by="test", now=now())
    assert await tokens.principal(token, now()) == Principal("pbx", Role.OPERATOR, "窗口", scopes)
    for other in ("", "shouli_", token[:-1], token + "x", token.upper()):
        assert await tokens.principal(other, now()) is None


async def test_a_revoked_token_is_dead_at_once_and_others_live(tokens: StoredTokens):
    """Revoking by name ends every token of that name, once."""
    made = [
        await tokens.add(name=name, role=Role.AUDITOR, unit=None, scopes=frozenset(), by="test", now=now())
        for name in ("gone", "gone", "stays")
    ]
    assert await tokens.revoke("gone", now(), by="test") == 2
    assert await tokens.revoke("gone", now(), by="test") == 0
    assert [await tokens.principal(token, now()) is not None for token in made] == [False, False, True]


async def test_a_token_ends_at_its_hour(tokens: StoredTokens):
    """Valid until the moment it expires, and not at it."""
    ends = now() + timedelta(hours=1)
    token = await tokens.add(
        name="a", role=Role.HANDLER, unit=None, scopes=frozenset(), by="test", now=now(), expires_at=ends
    )
    assert await tokens.principal(token, ends - timedelta(microseconds=1)) is not None
    assert await tokens.principal(token, ends) is None


async def test_who_steals_the_table_has_no_token(tokens: StoredTokens):
    """No part of a token rests in the database, and no two are alike."""
    made = {
        await tokens.add(name="a", role=Role.HANDLER, unit=None, scopes=frozenset(), by="test", now=now())
        for _ in range(5)
    }
    assert len(made) == 5
    async with tokens._engine.connect() as connection:
        stored = str((await connection.execute(select(tables.tokens))).all())
    assert not any(token[7:20] in stored for token in made)
