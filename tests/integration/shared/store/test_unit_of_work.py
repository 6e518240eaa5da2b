"""The unit of work on both databases: what is committed stands whole, what is not leaves nothing; a key has one winner."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from shared.contracts.envelope import Malformed, read_envelope, unwrap
from shared.contracts.values import new_id
from shared.store.unit_of_work import Store, UnitOfWork
from tests.parts.message_house import document, now, supplement
from tests.parts.store_house import column, count, emit, ids, keys, messages, notes

SECRET = "张三13912345678"


async def test_rows_and_messages_are_committed_together(store: Store):
    """A clean exit commits the handler's rows and its outbox rows, and wakes the relay."""
    relay = store.sleeper(messages.outbox)
    async with store.transaction(now()) as unit:
        unit.add(notes, {"owner": "a"})
        message_id = unit.emit(supplement(), subject=uuid4(), sequence=3)
    assert await column(store, notes.c.owner) == ["a"]
    assert await column(store, messages.outbox.c.message_id) == [message_id]
    assert await relay.sleep(0)


async def test_a_failure_rolls_everything_back(store: Store):
    """Any exception leaves neither rows nor messages, though they were flushed, and wakes nobody."""
    sleeper = store.sleeper(notes, messages.outbox)
    with pytest.raises(LookupError):  # noqa: PT012 - the unit of work as a whole is what fails
        async with store.transaction(now()) as unit:
            unit.add(notes, {"owner": "a"})
            unit.emit(document(), subject=uuid4())
            await unit.flush()
            raise LookupError
    assert await count(store, notes) == await count(store, messages.outbox) == 0
    assert not await sleeper.sleep(0)


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
