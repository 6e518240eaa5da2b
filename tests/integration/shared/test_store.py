"""The store on both databases: what is committed stands, what isn't leaves nothing, and who waits is told."""

import asyncio
import importlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, Uuid, event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.contracts.envelope import Malformed, read_envelope, unwrap
from shared.contracts.values import new_id
from shared.messaging.ports import Confirmed, NotConfirmed, OutgoingMessage, PublishResult
from shared.messaging.relay import BATCH, Relay
from shared.messaging.replay import replay
from shared.sealing import new_key_ring
from shared.store.columns import UtcDateTime
from shared.store.engine import is_unreachable, open_engine, ping
from shared.store.group_commit import Claim, GroupCommit, Write
from shared.store.message_tables import message_tables
from shared.store.migrate import differences, migrate
from shared.store.unit_of_work import Store, UnitOfWork
from tests.parts.message_house import document, now, supplement, until
from tests.parts.postgres_cluster import PgAdmin, PgCluster

metadata = MetaData()
messages = message_tables(metadata)
notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String(20), nullable=False),
    Column("remark", String(20)),
    Column("at", UtcDateTime),
)
keys = Table("keys", metadata, Column("key", String(40), primary_key=True), Column("owner", String(20)))
ids = Table("ids", metadata, Column("id", Uuid, primary_key=True))

SECRET = "张三13912345678"


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An empty store on each database in turn."""
    opened = Store(open_engine(database_url), messages, new_key_ring())
    async with opened.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.engine.dispose()


async def count(store: Store, table: Table) -> int:
    """How many rows are committed."""
    async with store.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def column(store: Store, what: Any) -> list[Any]:
    """All committed values of one column."""
    async with store.reading() as connection:
        return list((await connection.execute(select(what))).scalars())


class Broker:
    """A publisher that answers as it is told and remembers what it was given."""

    def __init__(self) -> None:
        self.got: list[OutgoingMessage] = []
        self.answer: PublishResult = Confirmed()
        self.refuse: set[UUID] = set()
        self.pause = 0.0

    async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
        """Take all, or answer what was set."""
        await asyncio.sleep(self.pause)
        self.got += batch
        return [NotConfirmed("refused") if m.message_id in self.refuse else self.answer for m in batch]


async def emit(store: Store, number: int = 1) -> list[UUID]:
    """Commit that many messages to the outbox."""
    made: list[UUID] = []
    async with store.transaction(now()) as unit:
        made += [unit.emit(document(), subject=uuid4()) for _ in range(number)]
    return made


# --- unit of work ------------------------------------------------------------------------------------------------


async def test_rows_and_messages_are_committed_together(store: Store):
    """A clean exit commits the handler's rows and its outbox rows, and wakes the relay."""
    async with store.transaction(now()) as unit:
        unit.add(notes, {"owner": "a"})
        message_id = unit.emit(supplement(), subject=uuid4(), sequence=3)
    assert await column(store, notes.c.owner) == ["a"]
    assert await column(store, messages.outbox.c.message_id) == [message_id]
    assert store.told.is_set()


async def test_a_failure_rolls_everything_back(store: Store):
    """Any exception leaves neither rows nor messages, though they were flushed, and wakes nobody."""
    with pytest.raises(LookupError):  # noqa: PT012 - the unit of work as a whole is what fails
        async with store.transaction(now()) as unit:
            unit.add(notes, {"owner": "a"})
            unit.emit(document(), subject=uuid4())
            await unit.flush()
            raise LookupError
    assert await count(store, notes) == await count(store, messages.outbox) == 0
    assert not store.told.is_set()


async def test_a_cancelled_handler_leaves_nothing(store: Store):
    """Cancelled in the middle, a unit of work rolls back and gives its connection back unharmed."""
    begun = asyncio.Event()

    async def work() -> None:
        async with store.transaction(now()) as unit:
            unit.add(notes, {"owner": "a"})
            await unit.flush()
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await emit(store)
    assert await count(store, notes) == 0


async def test_rows_with_different_columns_all_keep_theirs(store: Store):
    """A row that names one column more than the first of its table doesn't lose it."""
    async with store.transaction(now()) as unit:
        unit.add(notes, {"owner": "a"})
        unit.add(notes, {"owner": "b", "remark": "kept"})
        unit.add(notes, {"owner": "c"})
    async with store.reading() as connection:
        rows = (await connection.execute(select(notes.c.owner, notes.c.remark).order_by(notes.c.owner))).all()
    assert [tuple(row) for row in rows] == [("a", None), ("b", "kept"), ("c", None)]


async def test_a_hook_runs_before_each_flush(store: Store):
    """What was put off until the end of a unit is written with it."""

    async def last(unit: UnitOfWork) -> None:
        unit.add(notes, {"owner": "hook"})

    async with store.transaction(now()) as unit:
        unit.before_commit.append(last)
    assert await column(store, notes.c.owner) == ["hook"]


async def test_the_outbox_holds_the_bytes_that_are_published_and_no_name(store: Store):
    """What rests in the outbox can be read by whoever has the ring, and by nobody else."""
    data = supplement(SECRET)
    async with store.transaction(now()) as unit:
        unit.emit(data, subject=data.complaint_id)
    (body,) = await column(store, messages.outbox.c.body)
    assert SECRET.encode() not in body
    assert unwrap(read_envelope(body), store.sealer) == data


async def test_a_message_too_large_fails_its_unit(store: Store):
    """A body over the limit raises before anything is written."""
    with pytest.raises(Malformed):  # noqa: PT012 - the unit of work as a whole is what fails
        async with store.transaction(now()) as unit:
            unit.add(notes, {"owner": "a"})
            unit.emit(supplement("长" * 100_000), subject=uuid4())
    assert await count(store, notes) == 0


async def test_an_error_does_not_repeat_what_people_wrote(store: Store):
    """The text of a database error, which ends in logs, holds no parameter."""
    with pytest.raises(DBAPIError) as raised:
        async with store.transaction(now()) as unit:
            unit.add(notes, {"owner": None, "remark": SECRET})
    assert SECRET not in str(raised.value).split("DETAIL")[0]


# --- claims ------------------------------------------------------------------------------------------------------


async def test_of_many_that_claim_a_key_at_once_exactly_one_wins(store: Store):
    """Twenty concurrent units claim overlapping keys in different orders: each key is won once, none waits for ever."""
    names = [f"k{number}" for number in range(12)]
    won: list[str] = []

    async def claim(number: int) -> None:
        rows = [{"key": name, "owner": str(number)} for name in (names if number % 2 else reversed(names))]
        async with store.transaction(now()) as unit:
            mine = await unit.claim(keys, list(rows), key="key")
            await asyncio.sleep(0)
        won.extend(mine)

    await asyncio.gather(*(claim(number) for number in range(20)))
    assert sorted(won) == sorted(names)


async def test_a_claim_is_free_again_after_a_rollback(store: Store):
    """A unit that failed holds no key."""
    with pytest.raises(LookupError):  # noqa: PT012 - the unit of work as a whole is what fails
        async with store.transaction(now()) as unit:
            assert await unit.claim(keys, [{"key": "k"}], key="key") == {"k"}
            raise LookupError
    async with store.transaction(now()) as unit:
        assert await unit.claim(keys, [{"key": "k"}], key="key") == {"k"}
        assert await unit.claim(keys, [{"key": "k"}], key="key") == set()
        assert await unit.claim(keys, [], key="key") == set()


async def test_a_claim_gives_uuids_back_as_uuids(store: Store):
    """The inbox compares ids: they come back as they went in, whatever the column is on this database."""
    new = [new_id() for _ in range(300)]
    async with store.transaction(now()) as unit:
        assert await unit.claim(ids, [{"id": each} for each in new], key="id") == set(new)


# --- group commit ------------------------------------------------------------------------------------------------


@pytest.fixture
async def group(store: Store) -> AsyncIterator[GroupCommit]:
    """A group commit that is running."""
    made = GroupCommit(store, now)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def note(owner: str | None, claim: str | None = None) -> Write:
    """One caller's row, and the key it must win first."""
    won = Claim(keys, "key", {"key": claim, "owner": owner}) if claim else None
    return Write([(notes, {"owner": owner})], won)


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
    await group.write(note("a"))
    assert not store.told.is_set()
    row = {"message_id": new_id(), "type": "t", "subject": uuid4(), "body": b"", "attempts": 0}
    await group.write(Write([(messages.outbox, {**row, "written_at": now(), "available_at": now()})]))
    assert store.told.is_set()


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
    results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
    await asyncio.gather(task, return_exceptions=True)
    assert {type(result) for result in results} <= {bool, ConnectionError}
    assert any(isinstance(result, ConnectionError) for result in results)
    assert await count(store, notes) >= sum(result is True for result in results)


async def test_with_the_database_away_every_caller_is_told_and_nothing_is_half_written(
    pg_cluster: PgAdmin, pg_url: str
):
    """Sessions ended in mid-group (F47): each caller has an outage to report, and what was told as written is there."""
    store = Store(open_engine(pg_url), messages, new_key_ring())
    async with store.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    made = GroupCommit(store, now)
    task = asyncio.create_task(made.run())
    results: list[bool | BaseException] = []

    async def caller(name: str) -> None:
        for number in range(15):
            key = f"{name}.{number}"
            results.extend(await asyncio.gather(made.write(Write([(notes, {"owner": key})])), return_exceptions=True))
            if results[-1] is True:
                written.append(key)

    written: list[str] = []
    calling = asyncio.gather(*(caller(str(number)) for number in range(20)))
    while not calling.done():
        await asyncio.to_thread(pg_cluster.terminate_sessions, pg_url)
        await asyncio.sleep(0.02)
    faults = [result for result in results if isinstance(result, BaseException)]
    assert faults, "no session was hit in mid-work"
    assert all(is_unreachable(fault) for fault in faults), {repr(fault) for fault in faults}
    assert await made.write(note("after"))
    there = await column(store, notes.c.owner)
    assert set(written) <= set(there)
    assert len(there) == len(set(there))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.engine.dispose()


# --- relay -------------------------------------------------------------------------------------------------------


async def test_what_is_confirmed_is_marked_and_not_told_again(store: Store):
    """One look publishes at most a batch, oldest first, as stored; the next look takes the rest, then nothing is left."""
    broker = Broker()
    relay = Relay(store, broker, now)
    sent = await emit(store, BATCH + 5)
    assert await relay.publish_once() == (BATCH, BATCH)
    assert await relay.publish_once() == (5, 5)
    assert await relay.publish_once() == (0, 0)
    assert [message.message_id for message in broker.got] == sent
    assert {bytes(body) for body in await column(store, messages.outbox.c.body)} == {m.body for m in broker.got}


async def test_what_is_not_confirmed_backs_off_and_holds_nobody_up(store: Store):
    """A refused row stays with its reason and comes later each time, at most a minute; the rows behind it are told."""
    clock = [now()]
    broker = Broker()
    relay = Relay(store, broker, lambda: clock[0])
    first, second = await emit(store, 2)
    clock[0] = now()
    broker.refuse = {first}
    waits: list[float] = []
    for _ in range(9):
        await relay.publish_once()
        async with store.reading() as connection:
            outbox = messages.outbox
            row = (await connection.execute(select(outbox).where(outbox.c.message_id == first))).one()
        waits.append((row.available_at - clock[0]).total_seconds())
        clock[0] = row.available_at - timedelta(milliseconds=1)
        assert await relay.publish_once() == (0, 0)
        clock[0] = row.available_at
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (row.last_error, row.attempts, row.published_at) == ("refused", 9, None)
    broker.refuse = set()
    assert await relay.publish_once() == (1, 1)
    assert [message.message_id for message in broker.got].count(second) == 1


async def test_a_crash_between_confirm_and_mark_tells_the_same_message_again(store: Store):
    """What the broker had and we did not mark is told once more under its id, for the inbox to drop (F06)."""

    class Crash(Broker):
        async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
            await super().publish(batch)
            raise asyncio.CancelledError

    crashing, broker = Crash(), Broker()
    sent = await emit(store, 3)
    with pytest.raises(asyncio.CancelledError):
        await Relay(store, crashing, now).publish_once()
    await Relay(store, broker, now).publish_once()
    assert [m.message_id for m in crashing.got] == [m.message_id for m in broker.got] == sent


async def test_two_relays_share_the_rows_and_publish_none_twice(pg_url: str):
    """On PostgreSQL replicas skip each other's rows: every row is published once, by one of them."""
    first, second = (Store(open_engine(pg_url), messages, new_key_ring()) for _ in range(2))
    async with first.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    sent = await emit(first, 3 * BATCH)
    brokers = Broker(), Broker()
    for broker in brokers:
        broker.pause = 0.05
    relays = [Relay(store, broker, now) for store, broker in zip((first, second), brokers, strict=True)]
    for _ in range(3):
        await asyncio.gather(*(relay.publish_once() for relay in relays))
    assert sorted(m.message_id for broker in brokers for m in broker.got) == sorted(sent)
    assert all(broker.got for broker in brokers)
    await first.engine.dispose()
    await second.engine.dispose()


async def test_a_relay_outlives_whatever_its_publisher_and_its_database_do(store: Store):
    """A fault, or a cancellation that is the client's and not ours, costs the relay one round."""
    troubles: list[BaseException] = [RuntimeError("x"), asyncio.CancelledError(), ConnectionError()]

    class Troubled(Broker):
        async def publish(self, batch: Sequence[OutgoingMessage]) -> Sequence[PublishResult]:
            if batch and troubles:
                raise troubles.pop(0)
            return await super().publish(batch)

    broker = Troubled()
    task = asyncio.create_task(Relay(store, broker, now, poll=0.01).run())
    (sent,) = await emit(store)

    async def told() -> bool:
        return [message.message_id for message in broker.got] == [sent]

    await until(told)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_relay_is_woken_by_a_commit(store: Store):
    """A message doesn't wait for the next poll where it was written in this process."""
    broker = Broker()
    task = asyncio.create_task(Relay(store, broker, now, poll=30).run())
    await asyncio.sleep(0.05)
    await emit(store)

    async def told() -> bool:
        return bool(broker.got)

    await until(told, 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_slow_broker_does_not_lock_writers_out(store: Store):
    """While the relay waits for confirms, others write."""
    broker = Broker()
    broker.pause = 1
    await emit(store)
    publishing = asyncio.create_task(Relay(store, broker, now).publish_once())
    await asyncio.sleep(0.1)
    await asyncio.wait_for(emit(store), 0.7)
    assert await publishing == (1, 1)


async def test_a_replay_tells_again_what_was_published_since(store: Store):
    """Rows published before the moment stay published; the others are told again, and the relay is woken."""
    broker = Broker()
    clock = [now() + timedelta(seconds=1)]
    relay = Relay(store, broker, lambda: clock[0])
    await emit(store, 2)
    await relay.publish_once()
    since = clock[0] = clock[0] + timedelta(hours=1)
    later = await emit(store, 3)
    await relay.publish_once()
    broker.got.clear()
    store.told.clear()
    assert await replay(store, since, clock[0]) == 3
    assert store.told.is_set()
    await relay.publish_once()
    assert [message.message_id for message in broker.got] == later


# --- databases that go away --------------------------------------------------------------------------------------


async def test_ended_sessions_are_replaced(pg_cluster: PgAdmin, pg_url: str):
    """After an administrator ended all sessions (F47) the next unit of work goes through; one cut in the middle says so."""
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
    """A refused connection counts as unreachable, and the same engine works once the server is back (F45)."""
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
    """A standby, a lock held by another and a statement cut off (F53, F56) mean: try again, not: a bad row."""
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
    """SQLite without room (F59) refuses the unit whole; what was committed stands, and room makes it work again."""
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
    """Another process that writes (F58) is waited for; one that never ends is an outage, not a fault of the row."""
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


# --- migrations --------------------------------------------------------------------------------------------------


PACKAGES = sorted(
    ".".join(path.relative_to(Path(__file__).parents[3]).parts[:-2])
    for folder in ("services", "shared")
    for path in (Path(__file__).parents[3] / folder).glob("**/migrations/versions")
    if any(path.glob("[0-9]*.py"))
)


@pytest.mark.parametrize("package", PACKAGES)
async def test_migrations_build_exactly_the_tables_in_code(package: str, database_url: str):
    """On an empty database the migrations leave no difference to the tables, and a second run has nothing to do."""
    tables = importlib.import_module(f"{package}.tables")
    versions = Path(str(tables.__file__)).parent / "migrations" / "versions"
    engine = open_engine(database_url)
    await migrate(engine, versions)
    await migrate(engine, versions)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences, tables.metadata) == []
    await engine.dispose()


async def test_a_migration_that_fails_leaves_nothing_behind(database_url: str, tmp_path: Path):
    """A half-done upgrade is rolled back whole, and the database can still be migrated by a good one."""
    good = 'revision = "0001"\ndown_revision = None\nfrom alembic import op\nimport sqlalchemy as sa\n\n\ndef upgrade():\n    op.create_table("a", sa.Column("id", sa.Integer))\n'
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "0001_first.py").write_text(good + '    raise LookupError("halfway")\n')
    engine = open_engine(database_url)
    with pytest.raises(LookupError):
        await migrate(engine, versions)
    (versions / "0001_first.py").write_text(good)
    await migrate(engine, versions)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM a"))).scalar() == 0
    await engine.dispose()


# --- moments -----------------------------------------------------------------------------------------------------


async def test_moments_come_back_as_they_went_in_and_sort_by_time(store: Store):
    """To the microsecond, in UTC, whatever zone they were given in; before 1970 too; a naive one is refused."""
    east = timezone(timedelta(hours=8))
    moments = [
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 30, 1, 2, 3, 4, tzinfo=UTC),
        datetime(2026, 11, 23, 8, 0, 0, 1, tzinfo=east),
        datetime(2026, 11, 23, 8, 0, 0, 2, tzinfo=UTC),
    ]
    async with store.transaction(now()) as unit:
        for moment in moments:
            unit.add(notes, {"owner": "a", "at": moment})
    async with store.reading() as connection:
        back = list((await connection.execute(select(notes.c.at).order_by(notes.c.at))).scalars())
    assert back == sorted(moments)
    assert {moment.utcoffset() for moment in back} == {timedelta(0)}
    with pytest.raises(Exception, match="naive datetime"):
        async with store.transaction(now()) as unit:
            unit.add(notes, {"owner": "a", "at": datetime(2026, 1, 1)})  # noqa: DTZ001 - naive is what's wrong with it
