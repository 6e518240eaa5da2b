"""Broker and database as the deployment's own files set them up: each service gets what it needs, and no more."""

from collections.abc import Iterator

import aio_pika
import asyncpg
import pytest
from aiormq.exceptions import ChannelAccessRefused, ProbableAuthenticationError

from deploy.rabbitmq.make_definitions import FILE, definitions
from shared.contracts.values import SERVICES
from shared.messaging.rabbit import build_message, declare
from shared.messaging.topology import BY_SERVICE, EXCHANGE, QUEUES, RETRY_TIERS
from tests.parts.deployment import Ground, deployed_ground


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """One deployment's broker and database for all tests of this file."""
    with deployed_ground() as laid:
        yield laid


def _plain(url: str) -> str:
    return url.replace("+asyncpg", "")


def test_the_definitions_are_those_of_the_topology():
    """The file that RabbitMQ reads at its start is made from the table that the services declare."""
    import json

    assert json.loads(FILE.read_text()) == definitions()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_declares_publishes_and_reads_its_own_queue(ground: Ground, service: str):
    """With its own user a service can do all that it does: declare, publish, set aside for later, consume."""
    queue = BY_SERVICE[service]
    async with await aio_pika.connect(ground.secret(f"{service}_broker_url")) as connection:
        channel = await connection.channel(on_return_raises=True)
        await declare(channel)
        exchange = await channel.get_exchange(EXCHANGE)
        key = queue.bindings[0].replace("*", "any")
        await exchange.publish(build_message(b"{}", message_id=None, message_type=key), key)
        later = build_message(b"later", message_id=None, message_type=key)
        await channel.default_exchange.publish(later, queue.retry(RETRY_TIERS[-1]))
        received = await (await channel.get_queue(queue.name)).get(timeout=10)
        await received.ack()
    assert received.body == b"{}"


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_cannot_read_what_is_meant_for_another(ground: Ground, service: str):
    """The broker refuses a service the queue, the waiting rooms and the dead letters of every other one."""
    others = [name for other in QUEUES if other.service != service for name in (other.name, other.dead)]
    async with await aio_pika.connect(ground.secret(f"{service}_broker_url")) as connection:
        for name in others:
            channel = await connection.channel()
            with pytest.raises(ChannelAccessRefused):
                await (await channel.get_queue(name, ensure=False)).get()


async def test_a_wrong_password_is_refused(ground: Ground):
    """The hashes that RabbitMQ was given are those of the passwords that the services were given."""
    url = ground.secret("intake_broker_url")
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(ProbableAuthenticationError):
        await aio_pika.connect(url.replace(password, "guess"))


@pytest.mark.parametrize("name", [*SERVICES, "identity"])
async def test_a_database_opens_for_its_owner_alone(ground: Ground, name: str):
    """The owner may make tables in its database; every other service's role is turned away at the door."""
    own = _plain(ground.secret(f"{name}_database_url"))
    session = await asyncpg.connect(own)
    await session.execute("CREATE TABLE mine (n int)")
    await session.close()
    for other in {*SERVICES, "identity"} - {name}:
        stranger = own.replace(f"//shouli_{name}:", f"//shouli_{other}:")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(stranger)
