"""The traps of RabbitMQ and its client, each sprung on a real node of our own: nothing lost, nothing done twice.

The node is killed, paused, alarmed and wiped, so nobody shares it; every test has a virtual host of its own where it can.
"""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import aio_pika
import pytest
from structlog.testing import capture_logs

from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope
from shared.contracts.values import new_id
from shared.messaging.consumer import HandlerOutcome
from shared.messaging.ports import Confirmed, Done, IncomingMessage, NotConfirmed, Outcome, OutgoingMessage, Retry
from shared.messaging.rabbit import RabbitTransport, TopologyConflict
from shared.messaging.replay import replay
from shared.messaging.topology import BY_SERVICE, DELIVERY_LIMIT, EXCHANGE, QUEUES
from shared.store.unit_of_work import Store, UnitOfWork
from tests.parts.message_house import (
    DOCUMENT,
    House,
    document,
    now,
    open_store,
    supplement,
    until,
    writes_effect,
)
from tests.parts.rabbit_node import RabbitNode
from tests.parts.tcp_proxy import TcpProxy

WORKFLOW, FORMS = BY_SERVICE["workflow"], BY_SERVICE["forms"]
UNREAD_BY_WORKFLOW = "case.archived.v1"
SHORT = (timedelta(milliseconds=50),)


@pytest.fixture(scope="module")
def node() -> Iterator[RabbitNode]:
    """A node that only this file mistreats."""
    with RabbitNode() as started:
        # What a queue says of its depth and consumers is 5 s old otherwise.
        started.evaluate("application:set_env(rabbit, quorum_tick_interval, 200).")
        yield started


@pytest.fixture
def url(node: RabbitNode) -> str:
    """A virtual host for one test."""
    return node.vhost()


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    """The database of the service under test."""
    async with open_store(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def quiet() -> AsyncIterator[list[dict[str, Any]]]:
    """Fails the test where an exception ends in nobody's hands."""
    escaped: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: escaped.append(context))
    yield escaped
    assert escaped == []


def transport(url: str, **settings: Any) -> RabbitTransport:
    """A transport that loses patience sooner than in production."""
    return RabbitTransport(url, **{"publish_timeout": 1.5, "tiers": SHORT, **settings})


@contextlib.asynccontextmanager
async def open_house(store: Store, made: RabbitTransport) -> AsyncIterator[House]:
    """A house with its relay and workflow's consumer running."""
    async with House(store, made) as house:
        house.relay()
        house.consumer("workflow")
        yield house


def outgoing(message_type: str = DOCUMENT) -> OutgoingMessage:
    """A message for the transport alone."""
    return OutgoingMessage(new_id(), message_type, b"{}")


def vhost_of(url: str) -> str:
    """The virtual host's name."""
    return urlsplit(url).path.lstrip("/") or "/"


async def ctl(node: RabbitNode, *arguments: str) -> str:
    """What rabbitmqctl prints, without holding up the loop."""
    return await asyncio.to_thread(node.ctl, "--quiet", *arguments)


async def depths(node: RabbitNode, url: str) -> dict[str, tuple[str, str]]:
    """Messages (ready or not acknowledged) and consumers of each queue, by its name."""
    said = await asyncio.to_thread(
        node.evaluate,
        f'V = iolist_to_binary("{vhost_of(url)}"), lists:flatten([io_lib:format("~s ~p ~p;", [element(4, N), M, C]) || '
        "[{name, N}, {messages, M}, {consumers, C}] <- rabbit_amqqueue:info_all(V, [name, messages, consumers])]).",
    )
    rows = [row.split() for row in said[said.index('"') + 1 : said.rindex('"')].split(";") if row]
    return {name: (depth, consumers) for name, depth, consumers in rows}


async def close_all_connections(node: RabbitNode) -> None:
    """Have the broker end every connection, as an administrator does."""
    await asyncio.to_thread(
        node.evaluate, '[rabbit_networking:close_connection(P, "test") || P <- rabbit_networking:connections()].'
    )


async def is_up(made: RabbitTransport) -> bool:
    """Whether both connections stand."""
    try:
        await made.ping()
    except ConnectionError:
        return False
    return True


async def ready(made: RabbitTransport) -> None:
    """Wait for both connections and for a first publish to be confirmed."""

    async def confirmed() -> bool:
        (result,) = await made.publish([outgoing(UNREAD_BY_WORKFLOW)])
        return isinstance(result, Confirmed)

    await until(lambda: is_up(made))
    await until(confirmed)


class Listener:
    """Writes down the ids that came to a queue."""

    def __init__(self) -> None:
        self.got: list[UUID | None] = []

    async def handle(self, batch: Sequence[IncomingMessage]) -> Sequence[Outcome]:
        """Take all."""
        self.got += [message.message_id for message in batch]
        return [Done()] * len(batch)

    async def has(self, wanted: Sequence[UUID], seconds: float = 20) -> None:
        """Wait until these came."""

        async def there() -> bool:
            return set(self.got) >= set(wanted)

        await until(there, seconds)


async def test_a_killed_broker_comes_back_with_everything_and_is_consumed_again(node: RabbitNode, store: Store, quiet):
    """After kill -9 and restart: what was confirmed is there, consumers really consume, each once, what
    was written meanwhile is told, and a service that started without the broker joins in.
    """
    url, late = node.vhost(), None
    async with open_house(store, transport(url)) as house:
        await ready(house.transport)  # type: ignore[arg-type]  # the house was given a RabbitTransport
        before = [outgoing(UNREAD_BY_WORKFLOW) for _ in range(60)]
        assert set(await house.transport.publish(before)) == {Confirmed()}
        await asyncio.to_thread(node.kill)
        try:
            late = transport(url)
            started = asyncio.get_running_loop().time()
            await late.start()
            assert asyncio.get_running_loop().time() - started < 0.1
            ids = await house.emit(*(document() for _ in range(30)))
            (unknown,) = await late.publish([outgoing()])
            assert isinstance(unknown, NotConfirmed)
            assert not await is_up(late)
            assert await house.waiting() == 30
        finally:
            await asyncio.to_thread(node.start)
        await house.effects_are(ids, seconds=60)
        listener = Listener()
        house.run(late.consume(FORMS, listener.handle))
        await listener.has([message.message_id for message in before], seconds=60)
        assert await house.waiting() == 0

        async def each_has_one_consumer() -> bool:
            here = await depths(node, url)
            return (here[WORKFLOW.name], here[FORMS.name]) == (("0", "1"), ("0", "1"))

        await until(each_has_one_consumer)
        await late.stop()


async def test_a_wiped_broker_is_filled_again_from_the_outbox(node: RabbitNode, store: Store, quiet):
    """A broker that lost its disk gets its topology back, and a replay brings what nobody had consumed, nothing twice."""
    began = now()
    url = node.url
    async with open_house(store, transport(url)) as house:
        handled = await house.emit(document(), document())
        await house.effects_are(handled)
        unread = await house.emit(supplement())
        await until_told(house)
        await asyncio.to_thread(node.kill)
        shutil.rmtree(Path(node.address.folder, "data"))
        await asyncio.to_thread(node.start)
        listener = Listener()
        house.run(house.transport.consume(FORMS, listener.handle))
        await house.effects_are(await house.emit(document()) + handled + unread)
        assert listener.got == []
        assert await replay(store, began, now()) == 4
        await listener.has(unread)
        await until_told(house)
        await house.effects_are(await house.effects())
        assert len(set(await house.effects())) == len(await house.effects()) == 4


async def until_told(house: House) -> None:
    """Wait until the outbox is empty."""

    async def told() -> bool:
        return await house.waiting() == 0

    await until(told)


async def test_an_unroutable_message_is_refused_and_sent_once_it_is_bound_again(url: str):
    """A missing binding is no success: the row is kept, the binding declared again, the message sent."""
    made = transport(url)
    await made.start()
    assert set(await made.publish([outgoing()])) == {Confirmed()}
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue(WORKFLOW.name, ensure=False)
        for binding in WORKFLOW.bindings:
            await queue.unbind(EXCHANGE, binding)
    message = outgoing()
    (refused,) = await made.publish([message])
    assert isinstance(refused, NotConfirmed)
    assert refused.reason == f"unroutable: no queue is bound to {DOCUMENT}"
    assert set(await made.publish([message])) == {Confirmed()}
    await made.stop()


@pytest.mark.parametrize("alarm", ["memory_alarm", "disk_alarm"])
async def test_an_alarm_stops_publishers_only_and_duplicates_are_dropped(
    node: RabbitNode, url: str, store: Store, alarm: str
):
    """In an alarm publishing ends in time as unknown while consumers go on; both copies come later, one effect."""
    made = transport(url, publish_timeout=0.5)
    async with House(store, made) as house:
        await ready(made)
        ids = await house.emit(*(document() for _ in range(20)))
        house.relay()
        await until_told(house)
        await house.leave()
        listener = Listener()
        house.run(made.consume(FORMS, listener.handle))
        with getattr(node, alarm)():
            house.consumer("workflow")
            await house.effects_are(ids, seconds=60)
            again = await house.emit(supplement())
            house.relay()
            await asyncio.sleep(2.5)
            assert await house.waiting() == 1
            row = await last_error(house)
            assert row == "unknown: TimeoutError"
        await until_told(house)
        await listener.has(again)

        async def both() -> bool:
            return listener.got.count(again[0]) > 1

        await until(both)
        await house.effects_are(ids + again)


async def last_error(house: House) -> str | None:
    """Why the last row of the outbox wasn't published."""
    from sqlalchemy import select

    outbox = house.store.messages.outbox
    async with house.store.reading() as connection:
        query = select(outbox.c.last_error).order_by(outbox.c.seq.desc()).limit(1)
        return (await connection.execute(query)).scalar()


async def test_a_retry_that_no_waiting_room_takes_stays_in_hand(node: RabbitNode, url: str, monkeypatch):
    """In an alarm a message that must come later is neither lost by its neighbours' acknowledgement nor holds them up."""
    monkeypatch.setattr("shared.messaging.subscription.HELD_FOR", 0.5)
    made = transport(url, publish_timeout=0.5)
    await made.start()
    await ready(made)
    later, others = outgoing(), [outgoing() for _ in range(20)]
    got: list[tuple[UUID | None, int]] = []

    async def handle(batch: Sequence[IncomingMessage]) -> Sequence[Outcome]:
        got.extend((message.message_id, message.attempt) for message in batch)
        return [Retry(timedelta(0)) if (m.message_id, m.attempt) == (later.message_id, 1) else Done() for m in batch]

    assert set(await made.publish([later, *others])) == {Confirmed()}
    with node.memory_alarm():
        await made.publish([outgoing()])  # this connection is stopped from here on
        consuming = asyncio.create_task(made.consume(WORKFLOW, handle))

        async def only_one_left() -> bool:
            handled = {message.message_id for message in others} <= {message_id for message_id, _ in got}
            return handled and (await depths(node, url))[WORKFLOW.name][0] == "1"

        await until(only_one_left)

    async def came_back() -> bool:
        return (later.message_id, 2) in got

    await until(came_back)
    await until(lambda: is_empty(node, url))
    consuming.cancel()
    await asyncio.gather(consuming, return_exceptions=True)
    await made.stop()


@pytest.mark.parametrize("cut", ["broker", "network"])
async def test_a_connection_cut_while_a_handler_runs_has_one_effect(
    node: RabbitNode, url: str, store: Store, quiet, cut: str
):
    """A handler isn't cancelled with the connection: it commits once, and the redelivery is dropped."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        begun.set()
        await go_on.wait()
        return await writes_effect("workflow")(unit, envelope, data)

    async with (
        TcpProxy(url) as proxy,
        House(store, transport(proxy.url)) as house,
        open_store(str(store.engine.url)) as outside,
        House(outside, transport(url)) as sender,
    ):
        sender.relay()
        house.consumer("workflow", {DOCUMENT: handle})
        ids = await sender.emit(document())
        await asyncio.wait_for(begun.wait(), 60)
        if cut == "broker":
            await close_all_connections(node)
        else:
            proxy.cut()
        await asyncio.sleep(0.2)
        go_on.set()
        ids += await sender.emit(document())
        await house.effects_are(ids)
        await until(lambda: is_empty(node, url))
        await house.effects_are(ids)


async def is_empty(node: RabbitNode, url: str) -> bool:
    """Whether workflow's queue holds nothing, not even unacknowledged."""
    return (await depths(node, url))[WORKFLOW.name] == ("0", "1")


async def test_a_truncated_publish_is_told_again(url: str, store: Store, quiet):
    """A connection that breaks in mid-frame leaves the batch unknown; every message arrives, with one effect."""
    async with TcpProxy(url) as proxy, open_house(store, transport(proxy.url)) as house:
        await house.effects_are(await house.emit(document()))
        proxy.truncate_after(3000)
        ids = await house.emit(*(document() for _ in range(50)))
        await house.effects_are(ids + (await house.effects())[:1])


async def test_every_queue_is_durable_replicated_limited_and_has_somewhere_to_die(node: RabbitNode, url: str):
    """The broker itself says of each service's queue what the table says; no default is relied on."""
    made = transport(url)
    await made.start()
    await ready(made)
    said = await ctl(
        node, "list_queues", "-p", vhost_of(url), "name", "type", "durable", "arguments", "--no-table-headers"
    )
    rows = {name: rest for name, *rest in (line.split("\t") for line in said.splitlines())}
    for queue in QUEUES:
        kind, durable, arguments = rows[queue.name]
        assert (kind, durable) == ("rabbit_quorum_queue", "true") or kind == "quorum"
        for wanted in (f'"x-delivery-limit",{DELIVERY_LIMIT}', '"x-dead-letter-strategy","at-least-once"', queue.dead):
            assert wanted in arguments.replace(" ", "")
        assert '"x-overflow","reject-publish"' in arguments.replace(" ", "")
        assert {queue.dead, queue.retry(SHORT[0])} <= rows.keys()
    await made.stop()


async def test_a_message_that_kills_its_consumer_ends_in_the_dead_letters(url: str, store: Store):
    """A message whose every consumer dies with it reaches our table with the broker's reason; others go on."""
    made = transport(url)
    async with House(store, made) as house:
        await ready(made)
        poison = outgoing()
        await made.publish([poison])
        for _ in range(DELIVERY_LIMIT + 1):
            await die_with_a_message(url)
        house.consumer("workflow")
        house.relay()
        await house.effects_are(await house.emit(document()))

        async def buried() -> bool:
            return bool(await house.dead())

        await until(buried)
        (dead,) = await house.dead()
        assert (dead.message_id, dead.consumer) == (poison.message_id, "workflow")
        assert dead.reason == "the broker gave it up: delivery_limit"


async def die_with_a_message(url: str) -> None:
    """Take a message from workflow's queue and let the connection end, as a killed process does."""
    got = asyncio.Event()

    async def take(message: object) -> None:
        got.set()

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        await (await channel.get_queue(WORKFLOW.name, ensure=False)).consume(take)
        await asyncio.wait_for(got.wait(), 60)


async def test_a_consumer_stopped_in_mid_work_leaves_nothing_behind(url: str, store: Store):
    """Cancelled while its handler runs, a consumer has committed nothing, and the message comes to the next."""
    begun = asyncio.Event()

    async def hang(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        await writes_effect("workflow")(unit, envelope, data)
        await unit.flush()
        begun.set()
        await asyncio.Event().wait()
        return None

    async with House(store, transport(url)) as house:
        house.consumer("workflow", {DOCUMENT: hang})
        async with open_store(str(store.engine.url)) as other, House(other, transport(url)) as sender:
            sender.relay()
            await ready(sender.transport)  # type: ignore[arg-type]  # the house was given a RabbitTransport
            async with other.transaction(now()) as unit:
                ids = [unit.emit(document(), subject=new_id())]
            await asyncio.wait_for(begun.wait(), 60)
            await house.leave()
            assert await house.effects() == []
            house.consumer("workflow")
            await house.effects_are(ids)


@pytest.mark.parametrize("how", ["network", "broker"])
async def test_a_half_open_connection_is_noticed_and_replaced(
    node: RabbitNode, url: str, store: Store, quiet, how: str
):
    """Silence on an open connection is noticed after a few heartbeats; publishing ends in time meanwhile."""
    async with TcpProxy(url) as proxy:
        made = transport(proxy.url, heartbeat=1)
        async with open_house(store, made) as house:
            first = await house.emit(document())
            await house.effects_are(first)
            proxy.black_hole() if how == "network" else node.pause()
            try:
                began = asyncio.get_running_loop().time()
                (unknown,) = await made.publish([outgoing(UNREAD_BY_WORKFLOW)])
                assert isinstance(unknown, NotConfirmed)
                assert asyncio.get_running_loop().time() - began < 20
                meanwhile = await house.emit(document())
                await until(lambda: is_down(made), seconds=60)
            finally:
                proxy.flow() if how == "network" else node.resume()
            await until(lambda: has_all(house, first + meanwhile), seconds=60)
            assert (await house.effects()).count(meanwhile[0]) == 1


async def has_all(house: House, wanted: Sequence[UUID]) -> bool:
    """Whether all of these had an effect."""
    return set(wanted) <= set(await house.effects())


async def is_down(made: RabbitTransport) -> bool:
    """Whether a connection is known to be lost."""
    return not await is_up(made)


async def test_a_queue_deleted_under_its_consumer_is_made_again_and_consumed(node: RabbitNode, url: str, store: Store):
    """The broker's cancel isn't overlooked: the queue is declared, bound and consumed again."""
    async with open_house(store, transport(url)) as house:
        first = await house.emit(document())
        await house.effects_are(first)
        await ctl(node, "delete_queue", "-p", vhost_of(url), WORKFLOW.name)
        second = await house.emit(document())
        await house.effects_are(first + second)
        await until(lambda: is_empty(node, url))


async def test_a_queue_with_other_arguments_is_named_with_its_remedy(url: str, store: Store):
    """Where a queue of ours stands otherwise the log says which and what to do, seldom, and readiness says it too."""
    async with await aio_pika.connect(url) as connection:
        await (await connection.channel()).declare_queue(WORKFLOW.name, durable=True)
    made = transport(url)
    with capture_logs() as logs:
        async with open_house(store, made) as house:
            await house.emit(document())

            async def told() -> bool:
                try:
                    await made.ping()
                except TopologyConflict as conflict:
                    return WORKFLOW.name in str(conflict) and "delete that queue" in str(conflict)
                except ConnectionError:
                    return False
                return False

            await until(told, seconds=60)
            await asyncio.sleep(2)
            assert await house.waiting() == 1
    said = [line for line in logs if line["event"] == "rabbit.topology_conflict"]
    assert 1 <= len(said) <= 4, said
    assert all(line["log_level"] == "error" and WORKFLOW.name in line["broker_says"] for line in said)
    assert len([line for line in logs if line["event"].startswith("rabbit.")]) < 8


EVERYTHING = "set_permissions(U, V, A, A, A, U)"


class Clerk:
    """A user of one virtual host, whose rights the broker's administrator changes; rabbitmqctl takes a second each time."""

    def __init__(self, node: RabbitNode, vhost: str) -> None:
        self._node = node
        self._vhost = vhost

    async def may(self, what: str, password: str = "") -> None:
        """Change the password or the permissions."""
        names = {"U": "clerk", "V": self._vhost, "P": password, "A": ".*"}
        bound = ", ".join(f'{name} = iolist_to_binary("{value}")' for name, value in names.items())
        await asyncio.to_thread(self._node.evaluate, f"{bound}, _ = {{P, A}}, rabbit_auth_backend_internal:{what}.")


async def test_lost_credentials_hold_the_outbox_until_they_are_given_back(
    node: RabbitNode, url: str, store: Store, quiet
):
    """A changed password stops nothing but the telling; no log line holds a password; it recovers by itself."""
    vhost = vhost_of(url)
    clerk = Clerk(node, vhost)
    await clerk.may("add_user(U, P, U)", "geheim1")
    await clerk.may(EVERYTHING)
    mine = url.replace("guest:guest@", "clerk:geheim1@")
    with capture_logs() as logs:
        async with open_house(store, transport(mine)) as house:
            first = await house.emit(document())
            await house.effects_are(first)
            await clerk.may("change_password(U, P, U)", "geheim2")
            await close_all_connections(node)
            second = await house.emit(document())
            await asyncio.sleep(1.5)
            assert await house.waiting() == 1
            await clerk.may("change_password(U, P, U)", "geheim1")
            await house.effects_are(first + second)
            await clerk.may("clear_permissions(U, V, U)")
            await close_all_connections(node)
            third = await house.emit(document())
            await asyncio.sleep(1)
            assert await house.waiting() == 1
            await clerk.may(EVERYTHING)
            await house.effects_are(first + second + third)
    assert "geheim" not in str(logs)
    assert any(line["event"] == "rabbit.not_connected" for line in logs)


async def test_a_stranger_message_with_nonsense_properties_is_buried(url: str, store: Store):
    """No id, an attempt beyond any column and a type with a NUL are borne: the message rests in the dead letters."""
    made = transport(url)
    async with open_house(store, made) as house:
        await ready(made)
        async with await aio_pika.connect(url) as connection:
            exchange = await (await connection.channel()).get_exchange(EXCHANGE, ensure=False)
            message = aio_pika.Message(
                b"\x00nonsense",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                type="case\x00" + "x" * 200,
                message_id="not a uuid",
                headers={"x-attempt": 2**60},
            )
            await exchange.publish(message, DOCUMENT)
        await house.effects_are(await house.emit(document()))

        async def buried() -> bool:
            return bool(await house.dead())

        await until(buried)
        (dead,) = await house.dead()
        assert dead.message_id is None
        assert dead.type == ("case?" + "x" * 200)[:80]
