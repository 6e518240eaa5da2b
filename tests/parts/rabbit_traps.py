"""What the traps of RabbitMQ have in common: a house over a transport that loses patience soon, and questions to the broker.

Knows how to spring a trap and to look into a queue; what must follow is the tests' matter.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from shared.contracts.values import new_id
from shared.messaging.ports import Confirmed, Done, IncomingMessage, Outcome, OutgoingMessage
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.topology import BY_SERVICE
from shared.store.unit_of_work import Store
from tests.parts.message_house import (
    DOCUMENT,
    House,
    until,
)
from tests.parts.rabbit_node import RabbitAdmin

WORKFLOW = BY_SERVICE["workflow"]
UNREAD_BY_WORKFLOW = "case.archived.v1"
SHORT = (timedelta(milliseconds=50),)


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


async def ctl(node: RabbitAdmin, *arguments: str) -> str:
    """What rabbitmqctl prints, without holding up the loop."""
    return await asyncio.to_thread(node.ctl, "--quiet", *arguments)


async def depths(node: RabbitAdmin, url: str) -> dict[str, tuple[str, str]]:
    """Messages (ready or not acknowledged) and consumers of each queue, by its name."""
    said = await asyncio.to_thread(
        node.evaluate,
        f'V = iolist_to_binary("{vhost_of(url)}"), lists:flatten([io_lib:format("~s ~p ~p;", [element(4, N), M, C]) || '
        "[{name, N}, {messages, M}, {consumers, C}] <- rabbit_amqqueue:info_all(V, [name, messages, consumers])]).",
    )
    rows = [row.split() for row in said[said.index('"') + 1 : said.rindex('"')].split(";") if row]
    return {name: (depth, consumers) for name, depth, consumers in rows}


async def is_empty(node: RabbitAdmin, url: str) -> bool:
    """Whether workflow's queue holds nothing, not even unacknowledged."""
    return (await depths(node, url))[WORKFLOW.name] == ("0", "1")


async def close_all_connections(node: RabbitAdmin) -> None:
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


async def is_down(made: RabbitTransport) -> bool:
    """Whether a connection is known to be lost."""
    return not await is_up(made)


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
