"""One suite for both transports: whatever a service relies on holds on RabbitMQ and in the embedded default alike."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope, wrap
from shared.contracts.values import new_id
from shared.messaging.consumer import HandlerOutcome, Reject, TryLater
from shared.messaging.embedded import EmbeddedTransport
from shared.messaging.ports import (
    Confirmed,
    Done,
    IncomingMessage,
    NotConfirmed,
    Outcome,
    OutgoingMessage,
    Retry,
    Transport,
)
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.topology import BY_SERVICE, QUEUES, is_bound
from shared.sealing import new_key_ring
from shared.store.unit_of_work import Store, UnitOfWork
from tests.parts.message_house import (
    DOCUMENT,
    SECRET,
    SOON,
    SUPPLEMENT,
    House,
    document,
    effects,
    now,
    open_store,
    supplement,
    until,
    writes_effect,
)

WORKFLOW = BY_SERVICE["workflow"]


@pytest.fixture(params=["embedded", "rabbit"])
async def transport(request: pytest.FixtureRequest) -> AsyncIterator[Transport]:
    """A started transport of each kind, with waiting rooms of 50 ms."""
    made: Transport = EmbeddedTransport()
    if request.param == "rabbit":
        made = RabbitTransport(request.getfixturevalue("rabbit_url"), tiers=(timedelta(milliseconds=50),))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def house(store: Store, transport: Transport) -> AsyncIterator[House]:
    """A house on that database and transport, its relay running."""
    async with House(store, transport) as opened:
        opened.relay()
        yield opened


def outgoing(message_type: str = DOCUMENT, body: bytes = b"{}") -> OutgoingMessage:
    """A message for the transport alone, which doesn't look inside."""
    return OutgoingMessage(new_id(), message_type, body)


class Listener:
    """Consumes one queue at the transport and writes down what came; answers as it's told."""

    def __init__(self, answers: Mapping[int, Outcome] | None = None, *, commit_takes: float = 0) -> None:
        self.got: list[IncomingMessage] = []
        self.batches: list[int] = []
        self._answers = answers or {}
        self._commit_takes = commit_takes

    async def handle(self, batch: Sequence[IncomingMessage]) -> Sequence[Outcome]:
        """Answer ``Done``, or what was asked for this attempt."""
        self.got += batch
        self.batches.append(len(batch))
        await asyncio.sleep(self._commit_takes)
        return [self._answers.get(message.attempt, Done()) for message in batch]

    async def has(self, count: int) -> None:
        """Wait until that many messages came."""

        async def enough() -> bool:
            return len(self.got) >= count

        await until(enough)


async def test_every_type_of_the_catalogue_reaches_exactly_the_services_bound_to_it(house: House):
    """Publishing any type of the catalogue is confirmed, and it arrives at each bound service and nowhere else."""
    listeners = {queue.service: Listener() for queue in QUEUES}
    for queue in QUEUES:
        house.run(house.transport.consume(queue, listeners[queue.service].handle))
    sent = [outgoing(row.name) for row in CATALOGUE]
    results = await house.transport.publish(sent)
    assert list(results) == [Confirmed()] * len(CATALOGUE)
    for queue in QUEUES:
        wanted = {(m.message_id, m.type) for m in sent if is_bound(queue, m.type)}
        await listeners[queue.service].has(len(wanted))
        assert {(m.message_id, m.type) for m in listeners[queue.service].got} == wanted


def test_every_type_has_a_reader():
    """No type of the catalogue is told to nobody: it would be unroutable for ever."""
    assert [row.name for row in CATALOGUE if not any(is_bound(queue, row.name) for queue in QUEUES)] == []


async def test_a_batch_gives_one_result_a_message_in_order(house: House):
    """Of a batch with one message that nobody reads, only that one is refused, at its place."""
    house.run(house.transport.consume(WORKFLOW, Listener().handle))
    results = await house.transport.publish([outgoing(), outgoing("nobody.reads.v1"), outgoing()])
    assert [type(result) for result in results] == [Confirmed, NotConfirmed, Confirmed]
    assert str(getattr(results[1], "reason", "")).endswith("nobody.reads.v1")


async def test_the_bytes_arrive_as_they_were_stored(house: House):
    """No transport re-encodes: any bytes, id and type arrive unchanged, on the first attempt."""
    listener = Listener()
    house.run(house.transport.consume(WORKFLOW, listener.handle))
    message = outgoing(body=bytes(range(256)) + "投诉".encode())
    await house.transport.publish([message])
    await listener.has(1)
    assert listener.got == [IncomingMessage(message.message_id, message.type, message.body, attempt=1)]


async def test_a_retry_comes_back_with_the_next_attempt(house: House):
    """A message whose handler asks for later comes back with its attempt grown by one each time, then not again."""
    rounds: list[int] = []
    done = asyncio.Event()

    async def handle(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        rounds.append(len(rounds) + 1)
        if len(rounds) < 4:
            return TryLater("its case isn't there yet", timedelta(milliseconds=5))
        done.set()
        unit.add(effects, {"consumer": "workflow", "message_id": envelope.id, "subject": "s"})
        return None

    house.consumer("workflow", {DOCUMENT: handle})
    ids = await house.emit(document())
    await asyncio.wait_for(done.wait(), 60)
    await house.effects_are(ids)
    assert rounds == [1, 2, 3, 4]


async def test_attempts_are_counted_by_the_transport(house: House):
    """What the transport brings again after ``Retry`` says so in ``attempt``."""
    listener = Listener({1: Retry(timedelta(milliseconds=5)), 2: Retry(timedelta(milliseconds=5))})
    house.run(house.transport.consume(WORKFLOW, listener.handle))
    await house.emit(document())
    await listener.has(3)
    assert [message.attempt for message in listener.got] == [1, 2, 3]


async def test_many_messages_share_few_commits(house: House):
    """What queued up while a commit ran is handled in one further commit, not in one each."""
    listener = Listener(commit_takes=0.05)
    await house.leave()
    for _ in range(5):
        await house.emit(*(document() for _ in range(40)))
    house.relay()
    house.run(house.transport.consume(WORKFLOW, listener.handle))
    await listener.has(200)
    assert len(listener.got) == 200
    assert len(listener.batches) <= 25, listener.batches


async def test_what_is_emitted_is_handled_once_by_every_bound_service(house: House):
    """A hundred sealed messages have one effect each at each of the services that read them."""
    house.all_consumers()
    ids = await house.emit(*(supplement() for _ in range(100)))
    for service in ("workflow", "notify", "forms"):
        await house.effects_are(ids, service)
    assert await house.effects("intake") == []


async def test_a_second_delivery_of_a_message_has_no_effect(house: House):
    """Published twice under one id, as after a crash between confirm and mark, a message is handled once."""
    house.consumer("workflow")
    _envelope, body = wrap(document(), subject=uuid4(), now=now(), sealer=house.store.sealer)
    message = OutgoingMessage(_envelope.id, DOCUMENT, body)
    assert list(await house.transport.publish([message, message])) == [Confirmed()] * 2
    assert list(await house.transport.publish([message])) == [Confirmed()]
    ids = await house.emit(document("canary"))
    await house.effects_are([message.message_id, *ids])


async def test_a_poison_message_harms_nobody_and_dies_with_its_reason(house: House):
    """A message whose handler always raises is tried as often as agreed, then rests with its reason; others pass it."""

    async def handle(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        await writes_effect("workflow")(unit, envelope, data)
        if getattr(data, "form", "") == "poison":
            raise LookupError(SECRET)
        return None

    house.consumer("workflow", {DOCUMENT: handle})
    ids = await house.emit(*(document() for _ in range(10)), document("poison"), *(document() for _ in range(10)))

    async def buried() -> bool:
        return bool(await house.dead())

    await until(buried)
    poison = ids.pop(10)
    await house.effects_are(ids)
    (dead,) = await house.dead()
    assert (dead.message_id, dead.consumer, dead.type, dead.attempts) == (poison, "workflow", DOCUMENT, len(SOON))
    assert dead.reason == "LookupError in the handler; 12 attempts"

    async def told() -> bool:
        return await house.waiting() == 0

    await until(told)


async def test_a_handler_that_fails_on_a_file_does_not_pass_for_a_lost_database(house: House):
    """An OSError of the handler's own is the message's fault: it dies in time and holds nobody up."""

    async def handle(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        if getattr(data, "form", "") == "poison":
            raise FileNotFoundError("no such template")
        return await writes_effect("workflow")(unit, envelope, data)

    house.consumer("workflow", {DOCUMENT: handle})
    _, good = await house.emit(document("poison"), document())
    await house.effects_are([good])

    async def buried() -> bool:
        return [dead.reason for dead in await house.dead()] == ["FileNotFoundError in the handler; 12 attempts"]

    await until(buried)


async def test_a_rejected_message_is_buried_at_once_with_the_handlers_word(house: House):
    """``Reject`` ends a message on its first attempt, in the commit that holds its inbox row."""

    async def handle(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        return Reject("no such case, and there never will be")

    house.consumer("workflow", {DOCUMENT: handle})
    ids = await house.emit(document())

    async def buried() -> bool:
        return bool(await house.dead())

    await until(buried)
    (dead,) = await house.dead()
    assert (dead.message_id, dead.attempts, dead.reason) == (ids[0], 1, "no such case, and there never will be")


async def test_what_cannot_be_read_is_buried_without_its_content(house: House):
    """Bytes that are no envelope, a type nobody knows and a seal with another key rest with a reason that quotes nothing."""
    house.consumer("workflow", {DOCUMENT: writes_effect("workflow"), SUPPLEMENT: writes_effect("workflow")})
    stranger = wrap(supplement(), subject=uuid4(), now=now(), sealer=new_key_ring())[1]
    envelope, _ = wrap(document(), subject=uuid4(), now=now(), sealer=house.store.sealer)
    bodies = [
        SECRET.encode(),
        envelope.model_copy(update={"type": SECRET}).model_dump_json().encode(),
        envelope.model_copy(update={"data": {"form": SECRET}}).model_dump_json().encode(),
        stranger,
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ]
    await house.transport.publish([outgoing(body=body) for body in bodies])
    ids = await house.emit(document())
    await house.effects_are(ids)

    async def buried() -> bool:
        return len(await house.dead()) == len(bodies)

    await until(buried)
    dead = await house.dead()
    assert {bytes(row.body) for row in dead} == set(bodies)
    reasons = {bytes(row.body): row.reason for row in dead}
    assert not any(part in reason for reason in reasons.values() for part in (SECRET, SECRET[3:], "form"))
    assert reasons[bodies[0]] == "not a CloudEvents envelope (ValidationError)"
    assert reasons[bodies[1]] == "unknown type (not shaped like a type)"
    assert reasons[bodies[2]] == f"{DOCUMENT}: the data does not fit (ValidationError)"
    assert reasons[bodies[3]].startswith("sealed data can't be opened")


async def test_a_type_without_a_handler_is_passed_over(house: House):
    """A service that is bound to more than it acts on acknowledges the rest, so that nothing piles up."""
    house.consumer("workflow", {})
    await house.emit(document())

    async def told() -> bool:
        return await house.waiting() == 0

    await until(told)
    assert await house.dead() == []
    assert await house.effects() == []


async def test_two_replicas_share_the_work(house: House, sqlite_url: str):
    """Two consumers of one service handle each message once between them."""
    async with open_store(sqlite_url) as second:
        house.consumer("workflow")
        house.consumer("workflow", store=second)
        ids = [each for _ in range(10) for each in await house.emit(*(document() for _ in range(20)))]
        await house.effects_are(ids)
        await house.leave()


async def test_a_batch_that_raises_is_kept_in_hand_and_handled(house: House):
    """Where the database is away the same messages are tried again until it's back, and none is lost or counted off."""
    failures = [ConnectionError(), ConnectionError()]
    listener = Listener()

    async def handle(batch: Sequence[IncomingMessage]) -> Sequence[Outcome]:
        if failures:
            raise failures.pop()
        return await listener.handle(batch)

    house.run(house.transport.consume(WORKFLOW, handle))
    ids = await house.emit(document())
    await listener.has(1)
    assert [message.message_id for message in listener.got] == ids


async def test_messages_of_one_outbox_arrive_in_the_order_they_were_written(house: House):
    """Without failures a service sees what another told in the order in which it was committed."""
    listener = Listener()
    house.run(house.transport.consume(WORKFLOW, listener.handle))
    ids = await house.emit(*(document() for _ in range(150)))
    await listener.has(150)
    assert [message.message_id for message in listener.got] == ids


async def test_a_ready_transport_answers_its_check(house: House):
    """The readiness check passes once the transport is up."""

    async def up() -> bool:
        try:
            await house.transport.ping()
        except ConnectionError:
            return False
        return True

    await until(up)
