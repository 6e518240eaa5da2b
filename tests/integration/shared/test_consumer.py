"""Whatever order a complaint's messages come in, and however often, the end is the same."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope, wrap
from shared.messaging.consumer import Consumer, HandlerOutcome, TryLater
from shared.messaging.ports import Done, IncomingMessage, Retry
from shared.sealing import new_key_ring, rotated
from shared.store.unit_of_work import UnitOfWork
from tests.parts.forms import a_complaint
from tests.parts.message_house import DOCUMENT, document, effects, now, open_store

COMPLAINT = "complaint.received.v1"
MESSAGES = 6
ROUNDS = st.lists(st.lists(st.integers(0, MESSAGES - 1), min_size=1, max_size=8), max_size=6)
"""Batches of places in the true order: any message any number of times, in any order."""


async def in_sequence(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
    """Write a row for a message, once all those before it are there."""
    await unit.flush()
    there = (await unit.connection.execute(select(effects.c.text))).scalars().all()
    if envelope.sequence > len(there):
        return TryLater("the one before it isn't there yet")
    row = {"consumer": "workflow", "message_id": envelope.id, "subject": envelope.subject}
    unit.add(effects, {**row, "text": str(envelope.sequence)})
    return None


async def final_state(rounds: Sequence[Sequence[int]]) -> tuple[list[UUID], list[tuple[UUID, str]]]:
    """Deliver the batches, then whatever asked for later, until nothing does; give the ids and the rows."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(f"sqlite+aiosqlite:///{folder}/x.db") as store:
            consumer = Consumer("workflow", store, {DOCUMENT: in_sequence}, store.sealer, now)
            subject = uuid4()
            made = [
                wrap(document(), subject=subject, now=now(), sealer=store.sealer, sequence=n) for n in range(MESSAGES)
            ]
            sent = [IncomingMessage(envelope.id, envelope.type, body) for envelope, body in made]
            for places in [*rounds, *([place] for place in reversed(range(MESSAGES)))]:
                waiting = [sent[place] for place in places]
                while waiting:
                    outcomes = await consumer.handle_batch(waiting)
                    later = [m for m, outcome in zip(waiting, outcomes, strict=True) if isinstance(outcome, Retry)]
                    waiting = later if len(later) < len(waiting) else []
            for _ in range(MESSAGES):
                await consumer.handle_batch(sent)
            async with store.reading() as connection:
                rows = (
                    await connection.execute(select(effects.c.message_id, effects.c.text).order_by(effects.c.id))
                ).all()
            return [envelope.id for envelope, _ in made], [(row.message_id, row.text) for row in rows]


@settings(max_examples=25, deadline=None)
@given(ROUNDS)
def test_any_duplication_and_any_order_end_in_the_same(rounds: list[list[int]]):
    """Each message has its one effect, in its place, however its copies were batched, repeated and shuffled."""
    ids, rows = asyncio.run(final_state(rounds))
    assert rows == [(message_id, str(place)) for place, message_id in enumerate(ids)]


async def test_what_a_batch_needs_is_read_once_before_its_handlers(tmp_path: Path) -> None:
    """``prepare`` gets the batch's new messages in one call, and nothing that was handled before."""
    seen: list[list[UUID]] = []

    async def prepare(unit: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        seen.append([envelope.id for envelope in envelopes])
        unit.scratch["prepared"] = True

    async def handler(unit: UnitOfWork, _envelope: Envelope, _data: Published) -> HandlerOutcome:
        assert unit.scratch["prepared"]
        return None

    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/x.db") as store:
        consumer = Consumer("workflow", store, {DOCUMENT: handler}, store.sealer, now, prepare=prepare)
        made = [wrap(document(), subject=uuid4(), now=now(), sealer=store.sealer) for _ in range(3)]
        sent = [IncomingMessage(envelope.id, envelope.type, body) for envelope, body in made]
        await consumer.handle_batch(sent[:2])
        await consumer.handle_batch(sent)
    ids = [envelope.id for envelope, _ in made]
    assert [sorted(each) for each in seen] == [sorted(ids[:2]), [ids[2]]]


async def test_what_a_newer_key_sealed_waits_for_the_restart(tmp_path: Path) -> None:
    """After a rotation the services restart one by one: the last to do so buries nothing, and handles it afterwards."""
    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/x.db") as store:
        before = new_key_ring()
        after = rotated(before)
        sealed_with_k2 = [wrap(a_complaint(), subject=uuid4(), now=now(), sealer=after, sequence=0) for _ in range(2)]
        batch = [IncomingMessage(envelope.id, envelope.type, body) for envelope, body in sealed_with_k2]
        for message in batch:
            late = Consumer("workflow", store, {COMPLAINT: in_sequence}, before, now)
            assert [type(outcome) for outcome in await late.handle_batch([message])] == [Retry]
        restarted = Consumer("workflow", store, {COMPLAINT: in_sequence}, after, now)
        assert [type(outcome) for outcome in await restarted.handle_batch(batch)] == [Done, Done]
        async with store.reading() as connection:
            assert (await connection.execute(select(store.messages.dead_letters.c.id))).all() == []
