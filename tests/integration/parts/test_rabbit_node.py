"""The RabbitMQ part does what tests of faults rely on."""

import asyncio
from pathlib import Path

import aio_pika
import pytest

from tests.parts.ports import NotAnswering
from tests.parts.rabbit_node import RabbitAdmin, RabbitNode, RabbitRefused


async def _put(url: str, queue: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(on_return_raises=True)
        await channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, queue)


async def _take(url: str, queue: str) -> bytes:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        found = await (await channel.get_queue(queue)).get(timeout=10)
        await found.ack()
        return found.body


async def test_a_virtual_host_is_fresh_and_apart_from_the_next(rabbit_node: RabbitAdmin):
    """What one test puts into its virtual host, another doesn't see."""
    mine, other = rabbit_node.vhost(), rabbit_node.vhost()
    await _put(mine, "q", b"mine")
    with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
        await _take(other, "q")
    assert await _take(mine, "q") == b"mine"


async def test_a_durable_queue_survives_a_power_cut(own_rabbit: RabbitNode):
    """A confirmed persistent message is there after the node was killed and started on the same data."""
    await _put(own_rabbit.url, "q", b"kept")
    own_rabbit.kill()
    own_rabbit.start()
    assert await _take(own_rabbit.url, "q") == b"kept"


async def test_a_paused_node_is_silent_and_comes_back(own_rabbit: RabbitNode):
    """While paused the node answers nobody; afterwards it goes on as if nothing had been."""
    await _put(own_rabbit.url, "q", b"before")
    own_rabbit.pause()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await aio_pika.connect(own_rabbit.url)
    own_rabbit.resume()
    assert await _take(own_rabbit.url, "q") == b"before"


@pytest.mark.parametrize("alarm", ["memory_alarm", "disk_alarm"])
async def test_an_alarm_blocks_publishing_until_it_is_over(own_rabbit: RabbitNode, alarm: str):
    """Under an alarm no publish is confirmed; when it is lifted, publishing works again."""
    with getattr(own_rabbit, alarm)(), pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await _put(own_rabbit.url, "q", b"blocked")
    await _put(own_rabbit.url, "after", b"free")
    assert await _take(own_rabbit.url, "after") == b"free"


def test_a_command_that_fails_says_what_the_node_said(rabbit_node: RabbitAdmin):
    """An administrative command that is refused raises with the node's own words."""
    with pytest.raises(RabbitRefused, match="no_such_command"):
        rabbit_node.ctl("no_such_command")
    with pytest.raises(RabbitRefused):
        rabbit_node.evaluate("nonsense(.")


def test_a_node_that_dies_while_starting_is_told_at_once_and_leaves_nothing():
    """A node with a wrong setting is reported as ended, not waited for, and its folder is gone."""
    node = RabbitNode(settings="listeners.tcp.1 = not-a-port")
    with pytest.raises(NotAnswering, match="ended with"), node:
        pass
    assert not Path(node.address.folder).exists()
