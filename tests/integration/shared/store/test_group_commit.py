"""The group commit on both databases: many share one commit, a fault is its owner's alone, and who waits is told."""

import asyncio
import itertools
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from shared.contracts.values import new_id
from shared.sealing import new_key_ring
from shared.store.engine import is_unreachable, open_engine
from shared.store.group_commit import GroupCommit, Write
from shared.store.unit_of_work import Store
from tests.parts.message_house import now
from tests.parts.postgres_cluster import PgAdmin
from tests.parts.store_house import column, count, keys, messages, metadata, note, notes


async def test_many_callers_share_few_commits(store: Store, group: GroupCommit):
    """Three hundred callers at once wait for a handful of commits, and each finds its row."""
    commits: list[Any] = []
    event.listen(store.engine.sync_engine, "commit", commits.append)
    assert all(await asyncio.gather(*(group.write(note(str(number))) for number in range(300))))
    assert sorted(await column(store, notes.c.owner)) == sorted(map(str, range(300)))
    assert len(commits) <= 4


async def test_a_lone_caller_waits_for_nobody(store: Store, group: GroupCommit):
    """There is no timer: one write alone is on disk as fast as a transaction of its own."""
    await group.write(note("first"))
    began = asyncio.get_running_loop().time()
    await group.write(note("alone"))
    assert asyncio.get_running_loop().time() - began < 0.5


async def test_a_bad_row_fails_its_owner_only(store: Store, group: GroupCommit):
    """Of a group with a bad row and a value that doesn't fit its column, all others are written."""
    writes = [note("a"), note(None), note("b"), Write([(notes, {"owner": "c", "at": datetime(2026, 1, 1)})]), note("d")]  # noqa: DTZ001 - naive is what's wrong with it
    results = await asyncio.gather(*(group.write(write) for write in writes), return_exceptions=True)
    assert next(type(result) for result in results if result is not True) is IntegrityError
    assert [result for result in results if result is True] == [True] * 3
    assert sorted(await column(store, notes.c.owner)) == ["a", "b", "d"]


async def test_the_same_key_twice_in_a_group_is_won_by_the_first(store: Store, group: GroupCommit):
    """Of two callers with one key only the first writes; the other is told so, as is whoever comes later."""
    results = await asyncio.gather(
        group.write(note("first", "k")), group.write(note("second", "k")), group.write(note("x"))
    )
    assert list(results) == [True, False, True]
    assert not await group.write(note("third", "k"))
    assert await column(store, keys.c.owner) == ["first"]
    assert sorted(await column(store, notes.c.owner)) == ["first", "x"]


async def test_a_bad_row_gives_its_claim_back(store: Store, group: GroupCommit):
    """A caller whose rows fail doesn't keep the key: the corrected request goes through."""
    with pytest.raises(IntegrityError):
        await group.write(note(None, "k"))
    assert await group.write(note("again", "k"))


async def test_the_relay_is_woken_only_for_messages(store: Store, group: GroupCommit):
    """Only a group that wrote to the outbox wakes the relay."""
    relay = store.sleeper(messages.outbox)
    await group.write(note("a"))
    assert not await relay.sleep(0)
    row = {"message_id": new_id(), "type": "t", "subject": uuid4(), "body": b"", "attempts": 0}
    await group.write(Write([(messages.outbox, {**row, "written_at": now(), "available_at": now()})]))
    assert await relay.sleep(0)


async def test_a_caller_who_left_does_not_disturb_the_others(store: Store, group: GroupCommit):
    """A cancelled request takes nobody with it."""
    leaver = asyncio.create_task(group.write(note("leaver")))
    await asyncio.sleep(0)
    leaver.cancel()
    assert all(await asyncio.gather(*(group.write(note(str(number))) for number in range(5))))


async def test_at_shutdown_whoever_waits_is_told(store: Store):
    """Cancelled, a group commit leaves no caller waiting: those who queued get an error and nothing half written."""
    made = GroupCommit(store, now)
    task = asyncio.create_task(made.run())
    waiting = [asyncio.create_task(made.write(note(str(number)))) for number in range(500)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 60)
    await asyncio.gather(task, return_exceptions=True)
    assert {type(result) for result in results} <= {bool, ConnectionError}
    assert any(isinstance(result, ConnectionError) for result in results)
    assert await count(store, notes) >= sum(result is True for result in results)


async def test_with_the_database_away_every_caller_is_told_and_nothing_is_half_written(
    pg_cluster: PgAdmin, pg_url: str
):
    """Sessions ended in mid-group: each caller has an outage to report, and what was told as written is there."""
    store = Store(open_engine(pg_url), messages, new_key_ring())
    async with store.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    made = GroupCommit(store, now)
    task = asyncio.create_task(made.run())
    written: list[str] = []
    faults: list[BaseException] = []

    async def caller(name: str) -> None:
        """Write until a session was hit in mid-work, which needs a few tries or many."""
        for number in itertools.count():
            if number >= 15 and faults:
                return
            key = f"{name}.{number}"
            (result,) = await asyncio.gather(made.write(Write([(notes, {"owner": key})])), return_exceptions=True)
            if isinstance(result, BaseException):
                faults.append(result)
            elif result:
                written.append(key)

    calling = asyncio.gather(*(caller(str(number)) for number in range(20)))
    while not calling.done():
        await asyncio.to_thread(pg_cluster.terminate_sessions, pg_url)
        await asyncio.sleep(0.02)
    await calling
    assert all(is_unreachable(fault) for fault in faults), {repr(fault) for fault in faults}
    assert await made.write(note("after"))
    there = await column(store, notes.c.owner)
    assert set(written) <= set(there)
    assert len(there) == len(set(there))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.engine.dispose()
