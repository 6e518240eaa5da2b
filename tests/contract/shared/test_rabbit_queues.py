"""The traps of RabbitMQ's queues and of its client, sprung in a virtual host of the run's node: nothing lost or done twice."""

import asyncio

import aio_pika
from structlog.testing import capture_logs

from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope
from shared.contracts.values import new_id
from shared.messaging.consumer import HandlerOutcome
from shared.messaging.ports import Confirmed, NotConfirmed
from shared.messaging.rabbit import TopologyConflict
from shared.messaging.topology import DELIVERY_LIMIT, EXCHANGE, QUEUES
from shared.store.unit_of_work import Store, UnitOfWork
from tests.parts.message_house import (
    DOCUMENT,
    House,
    document,
    now,
    open_store,
    until,
    writes_effect,
)
from tests.parts.rabbit_node import RabbitAdmin
from tests.parts.rabbit_traps import (
    SHORT,
    WORKFLOW,
    ctl,
    is_empty,
    is_up,
    open_house,
    outgoing,
    ready,
    transport,
    vhost_of,
)
from tests.parts.tcp_proxy import TcpProxy


async def test_an_unroutable_message_is_refused_and_sent_once_it_is_bound_again(rabbit_url: str):
    """A missing binding is no success: the row is kept, the binding declared again, the message sent."""
    made = transport(rabbit_url)
    await made.start()
    assert set(await made.publish([outgoing()])) == {Confirmed()}
    async with await aio_pika.connect(rabbit_url) as connection:
        queue = await (await connection.channel()).get_queue(WORKFLOW.name, ensure=False)
        for binding in WORKFLOW.bindings:
            await queue.unbind(EXCHANGE, binding)
    message = outgoing()
    (refused,) = await made.publish([message])
    assert isinstance(refused, NotConfirmed)
    assert refused.reason == f"unroutable: no queue is bound to {DOCUMENT}"
    assert set(await made.publish([message])) == {Confirmed()}
    await made.stop()


async def test_a_connection_lost_before_anything_was_published_is_replaced_at_once(rabbit_url: str, quiet):
    """A broker that hangs up while the queues are declared costs the batch one more connection, not a round of waiting."""
    async with TcpProxy(rabbit_url) as proxy:
        made = transport(proxy.url, publish_timeout=30)
        await made.start()
        await until(lambda: is_up(made))
        proxy.truncate_after(400)
        assert set(await made.publish([outgoing()])) == {Confirmed()}
        assert proxy.accepted == 3
        await made.stop()


async def test_a_truncated_publish_is_told_again(rabbit_url: str, store: Store, quiet):
    """A connection that breaks in mid-frame leaves the batch unknown; every message arrives, with one effect."""
    async with TcpProxy(rabbit_url) as proxy, open_house(store, transport(proxy.url)) as house:
        await house.effects_are(await house.emit(document()))
        proxy.truncate_after(3000)
        ids = await house.emit(*(document() for _ in range(50)))
        await house.effects_are(ids + (await house.effects())[:1])


async def test_every_queue_is_durable_replicated_limited_and_has_somewhere_to_die(
    rabbit_node: RabbitAdmin, rabbit_url: str
):
    """The broker itself says of each service's queue what the table says; no default is relied on."""
    made = transport(rabbit_url)
    await made.start()
    await ready(made)
    said = await ctl(
        rabbit_node,
        "list_queues",
        "-p",
        vhost_of(rabbit_url),
        "name",
        "type",
        "durable",
        "arguments",
        "--no-table-headers",
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


async def test_a_message_that_kills_its_consumer_ends_in_the_dead_letters(rabbit_url: str, store: Store):
    """A message whose every consumer dies with it reaches our table with the broker's reason; others go on."""
    made = transport(rabbit_url)
    async with House(store, made) as house:
        await ready(made)
        poison = outgoing()
        await made.publish([poison])
        for _ in range(DELIVERY_LIMIT + 1):
            await die_with_a_message(rabbit_url)
        house.consumer("workflow")
        house.relay()
        await house.effects_are(await house.emit(document()))

        async def buried() -> bool:
            return bool(await house.dead())

        await until(buried)
        (dead,) = await house.dead()
        assert (dead.message_id, dead.consumer) == (poison.message_id, "workflow")
        assert dead.reason == "the broker gave it up: delivery_limit"


async def die_with_a_message(rabbit_url: str) -> None:
    """Take a message from workflow's queue and let the connection end, as a killed process does."""
    got = asyncio.Event()

    async def take(message: object) -> None:
        got.set()

    async with await aio_pika.connect(rabbit_url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        await (await channel.get_queue(WORKFLOW.name, ensure=False)).consume(take)
        await asyncio.wait_for(got.wait(), 60)


async def test_a_consumer_stopped_in_mid_work_leaves_nothing_behind(rabbit_url: str, store: Store):
    """Cancelled while its handler runs, a consumer has committed nothing, and the message comes to the next."""
    begun = asyncio.Event()

    async def hang(unit: UnitOfWork, envelope: Envelope, data: Published) -> HandlerOutcome:
        await writes_effect("workflow")(unit, envelope, data)
        await unit.flush()
        begun.set()
        await asyncio.Event().wait()
        return None

    async with House(store, transport(rabbit_url)) as house:
        house.consumer("workflow", {DOCUMENT: hang})
        async with open_store(str(store.engine.url)) as other, House(other, transport(rabbit_url)) as sender:
            sender.relay()
            await ready(sender.transport)  # type: ignore[arg-type]  # the house was given a RabbitTransport
            async with other.transaction(now()) as unit:
                ids = [unit.emit(document(), subject=new_id())]
            await asyncio.wait_for(begun.wait(), 60)
            await house.leave()
            assert await house.effects() == []
            house.consumer("workflow")
            await house.effects_are(ids)


async def test_a_queue_deleted_under_its_consumer_is_made_again_and_consumed(
    rabbit_node: RabbitAdmin, rabbit_url: str, store: Store
):
    """The broker's cancel isn't overlooked: the queue is declared, bound and consumed again."""
    async with open_house(store, transport(rabbit_url)) as house:
        first = await house.emit(document())
        await house.effects_are(first)
        await ctl(rabbit_node, "delete_queue", "-p", vhost_of(rabbit_url), WORKFLOW.name)
        second = await house.emit(document())
        await house.effects_are(first + second)
        await until(lambda: is_empty(rabbit_node, rabbit_url))


async def test_a_queue_with_other_arguments_is_named_with_its_remedy(rabbit_url: str, store: Store):
    """Where a queue of ours stands otherwise the log says which and what to do, seldom, and readiness says it too."""
    async with await aio_pika.connect(rabbit_url) as connection:
        await (await connection.channel()).declare_queue(WORKFLOW.name, durable=True)
    made = transport(rabbit_url)
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
            await asyncio.sleep(1)
            assert await house.waiting() == 1
    said = [line for line in logs if line["event"] == "rabbit.topology_conflict"]
    assert 1 <= len(said) <= 4, said
    assert all(line["log_level"] == "error" and WORKFLOW.name in line["broker_says"] for line in said)
    assert len([line for line in logs if line["event"].startswith("rabbit.")]) < 8


async def test_a_stranger_message_with_nonsense_properties_is_buried(rabbit_url: str, store: Store):
    """No id, an attempt beyond any column and a type with a NUL are borne: the message rests in the dead letters."""
    made = transport(rabbit_url)
    async with open_house(store, made) as house:
        await ready(made)
        async with await aio_pika.connect(rabbit_url) as connection:
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
