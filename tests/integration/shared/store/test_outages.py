"""Databases that go away, fill up or refuse: told apart from a wrong statement, and nothing is half written."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.values import new_id
from shared.sealing import new_key_ring
from shared.store.engine import is_unreachable, open_engine, ping
from shared.store.unit_of_work import Store
from tests.parts.message_house import now
from tests.parts.postgres_cluster import PgAdmin, PgCluster
from tests.parts.store_house import count, emit, messages, metadata, notes


async def test_ended_sessions_are_replaced(pg_cluster: PgAdmin, pg_url: str):
    """After an administrator ended all sessions the next unit of work goes through; one cut in the middle says so."""
    store = Store(open_engine(pg_url), messages, new_key_ring())
    async with store.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    with pytest.raises(Exception) as raised:  # noqa: PT012 - the unit of work as a whole is what fails
        async with store.transaction(now()) as unit:
            unit.add(notes, {"owner": "lost"})
            await unit.flush()
            await asyncio.to_thread(pg_cluster.terminate_sessions, pg_url)
            await unit.connection.execute(text("SELECT 1"))
    assert is_unreachable(raised.value)
    await emit(store)
    await asyncio.to_thread(pg_cluster.terminate_sessions, pg_url)
    await emit(store)
    assert await count(store, notes) == 0
    await store.engine.dispose()


async def test_a_stopped_server_is_an_outage_and_a_started_one_is_used_again(own_postgres: PgCluster):
    """A refused connection counts as unreachable, and the same engine works once the server is back."""
    engine = open_engine(own_postgres.url)
    await ping(engine)
    await asyncio.to_thread(own_postgres.shut_down)
    with pytest.raises(Exception) as raised:
        await ping(engine)
    assert is_unreachable(raised.value)
    await asyncio.to_thread(own_postgres.start)
    await ping(engine)
    await engine.dispose()


@pytest.mark.parametrize(
    ("trouble", "locked"),
    [
        ("SET default_transaction_read_only = on", False),
        ("SET lock_timeout = '50ms'", True),
        ("SET statement_timeout = '50ms'", True),
    ],
)
async def test_read_only_locks_and_time_limits_count_as_outages(pg_url: str, trouble: str, locked: bool):
    """A standby, a lock held by another and a statement cut off mean: try again, not: a bad row."""
    engine = open_engine(pg_url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with engine.connect() as holder, engine.connect() as connection:
        await connection.execute(text(trouble))
        await connection.commit()
        if locked:
            await holder.execute(text("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DBAPIError) as raised:
            await connection.execute(text("INSERT INTO notes (owner) VALUES ('a')"))
        await connection.rollback()
    assert is_unreachable(raised.value)
    await engine.dispose()


async def test_whoever_is_given_up_in_a_deadlock_may_try_again(pg_url: str):
    """Of two that wait for each other PostgreSQL ends one: its statement wasn't wrong."""
    engine = open_engine(pg_url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(notes.insert(), [{"owner": "a"}, {"owner": "b"}])

    async def change(connection: AsyncConnection, *owners: str) -> None:
        for owner in owners:
            await connection.execute(notes.update().where(notes.c.owner == owner).values(owner=owner))

    async with engine.connect() as one, engine.connect() as other:
        await change(one, "a")
        await change(other, "b")
        ends = await asyncio.gather(change(one, "b"), change(other, "a"), return_exceptions=True)
        faults = [end for end in ends if end is not None]
        assert [is_unreachable(fault) for fault in faults] == [True], faults
    await engine.dispose()


async def test_a_wrong_statement_or_value_is_no_outage(store: Store):
    """A missing table, a missing value and a value of the wrong kind are faults of ours: trying again is no use."""
    statements: list[Any] = [
        text("SELECT * FROM nowhere"),
        text("SELEKT"),
        notes.insert().values(owner=None),
        messages.inbox.insert().values(consumer="c", message_id=new_id(), handled_at="yesterday"),
    ]
    for statement in statements:
        with pytest.raises(Exception) as raised:
            async with store.engine.begin() as connection:
                await connection.execute(statement)
        assert not is_unreachable(raised.value), statement


async def test_a_value_that_does_not_fit_its_column_is_no_outage(pg_url: str):
    """The driver calls a wrong value an interface error, the same class as a lost connection; it isn't one."""
    engine = open_engine(pg_url)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    for owner in (7, "\x00", "x" * 21):
        with pytest.raises(DBAPIError) as raised:
            async with engine.begin() as connection:
                await connection.execute(notes.insert(), [{"owner": owner}])
        assert not is_unreachable(raised.value), owner
    await engine.dispose()


async def test_a_full_disk_is_an_outage_and_corrupts_nothing(sqlite_url: str):
    """SQLite without room refuses the unit whole; what was committed stands, and room makes it work again."""
    store = Store(open_engine(sqlite_url, pool_size=1), messages, new_key_ring())
    async with store.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await emit(store, 3)
    await pages_at_most(store, 40)
    with pytest.raises(DBAPIError) as raised:
        await fill(store)
    assert is_unreachable(raised.value)
    before = await count(store, messages.outbox)
    assert before % 5 == 3
    await pages_at_most(store, 1_000_000)
    await emit(store, 5)
    assert await count(store, messages.outbox) == before + 5
    async with store.reading() as connection:
        assert (await connection.execute(text("PRAGMA integrity_check"))).scalar() == "ok"
    await store.engine.dispose()


async def fill(store: Store) -> None:
    """Commit five messages at a time, for as long as there is room."""
    for _ in range(200):
        await emit(store, 5)


async def pages_at_most(store: Store, pages: int) -> None:
    """Give the database that much room."""
    async with store.engine.connect() as connection:
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))


async def test_a_busy_sqlite_file_is_waited_for_and_then_an_outage(sqlite_url: str, tmp_path: Path):
    """Another process that writes is waited for; one that never ends is an outage, not a fault of the row."""
    store = Store(open_engine(sqlite_url), messages, new_key_ring())
    async with store.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    other = sqlite3.connect(tmp_path / "shouli.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(emit(store))
    await asyncio.sleep(0.3)
    other.execute("COMMIT")
    await writing
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DBAPIError) as raised:
        await emit(store)
    assert is_unreachable(raised.value)
    other.close()
    await store.engine.dispose()


async def test_sqlite_commits_are_on_disk(sqlite_url: str):
    """The embedded default runs with a write-ahead log that is synced at every commit, and with foreign keys."""
    engine = open_engine(sqlite_url)
    async with engine.connect() as connection:
        said = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert said == ["wal", 2, 1]
    await engine.dispose()
