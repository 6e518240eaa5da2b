"""A broker that dies, hangs, fills up, is wiped or shuts its clients out: nothing is lost, and nothing is done twice.

The node is a real one that nobody shares, since it is mistreated; every test has a virtual host of its own where it can.
"""

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from shared.contracts.complaint import Published
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import HandlerOutcome
from shared.messaging.ports import Confirmed, Done, IncomingMessage, NotConfirmed, Outcome, Retry
from shared.messaging.replay import replay
from shared.messaging.topology import BY_SERVICE
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
from tests.parts.rabbit_traps import (
    UNREAD_BY_WORKFLOW,
    WORKFLOW,
    Listener,
    close_all_connections,
    depths,
    is_down,
    is_empty,
    is_up,
    open_house,
    outgoing,
    ready,
    transport,
    vhost_of,
)
from tests.parts.tcp_proxy import TcpProxy

FORMS = BY_SERVICE["forms"]


@pytest.fixture(scope="module")
def node() -> Iterator[RabbitNode]:
    """A node that only this file mistreats."""
    with RabbitNode() as started:
        yield started


@pytest.fixture
def url(node: RabbitNode) -> str:
    """A virtual host for one test."""
    return node.vhost()


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
            await until(lambda: has_failed(house))
            assert await house.waiting() == 1
            assert await last_error(house) == "unknown: TimeoutError"
        await until_told(house)
        await listener.has(again)

        async def both() -> bool:
            return listener.got.count(again[0]) > 1

        await until(both)
        await house.effects_are(ids + again)


async def has_failed(house: House) -> bool:
    """Whether the last row of the outbox was tried in vain."""
    return await last_error(house) is not None


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
            await until(lambda: has_failed(house))
            assert await house.waiting() == 1
            await clerk.may("change_password(U, P, U)", "geheim1")
            await house.effects_are(first + second)
            await clerk.may("clear_permissions(U, V, U)")
            await close_all_connections(node)
            third = await house.emit(document())
            await until(lambda: has_failed(house))
            assert await house.waiting() == 1
            await clerk.may(EVERYTHING)
            await house.effects_are(first + second + third)
    assert "geheim" not in str(logs)
    assert any(line["event"] == "rabbit.not_connected" for line in logs)
