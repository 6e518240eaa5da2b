"""The broker's topology as a table; ``rabbit.declare`` only interprets it.

Law of this file: every queue is durable and quorum, has an explicit delivery limit and a dead-letter queue that loses
nothing (at-least-once dead lettering needs ``reject-publish``); every type of the catalogue is bound by some queue, or
publishing it would be an error. Works on RabbitMQ 3.10 through 4.x: no argument is used that either refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

EXCHANGE = "shouli.events"
DEAD_EXCHANGE = "shouli.dead"

DELIVERY_LIMIT = 20
"""Backstop against a message that kills its consumer; ordinary failures are counted by us, in ``x-attempt``."""

RETRY_TIERS: tuple[timedelta, ...] = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))


Arguments = dict[str, Any]
"""AMQP table of a queue's arguments; the values are strings and whole numbers."""


@dataclass(frozen=True, slots=True)
class ServiceQueue:
    """One service's queue and the routing keys (message types) it is bound by."""

    service: str
    bindings: tuple[str, ...]

    @property
    def name(self) -> str:
        """The queue that the service consumes."""
        return f"shouli.{self.service}"

    @property
    def dead(self) -> str:
        """Where the broker puts what passed the delivery limit."""
        return f"{self.name}.dead"

    def retry(self, tier: timedelta) -> str:
        """The waiting room of one delay; its messages come back to the service's queue by themselves."""
        seconds = tier.total_seconds()
        return f"{self.name}.retry.{int(seconds)}s" if seconds >= 1 else f"{self.name}.retry.{int(seconds * 1000)}ms"


QUEUES: tuple[ServiceQueue, ...] = (
    ServiceQueue("intake", ("case.registered.v1", "delivery.failed.v1")),
    ServiceQueue("workflow", ("complaint.*.v1", "delivery.*.v1", "document.*.v1")),
    ServiceQueue("notify", ("complaint.*.v1", "case.*.v1", "mail.*.v1")),
    ServiceQueue("forms", ("complaint.*.v1", "case.*.v1", "list.*.v1")),
)

BY_SERVICE: dict[str, ServiceQueue] = {queue.service: queue for queue in QUEUES}


@lru_cache(maxsize=1024)  # asked for every message that is handed over in one process
def is_bound(queue: ServiceQueue, message_type: str) -> bool:
    """Whether a topic exchange would route this type to the queue (``*`` stands for exactly one word)."""
    words = message_type.split(".")
    return any(
        len(pattern) == len(words) and all(want in ("*", word) for want, word in zip(pattern, words, strict=True))
        for pattern in (binding.split(".") for binding in queue.bindings)
    )


def main_arguments(queue: ServiceQueue) -> Arguments:
    """Arguments of a service's queue."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-dead-letter-routing-key": queue.dead,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def dead_arguments() -> Arguments:
    """Arguments of a dead-letter queue: nothing expires there, and nothing is dropped."""
    return {"x-queue-type": "quorum", "x-delivery-limit": -1, "x-overflow": "reject-publish"}


def retry_arguments(queue: ServiceQueue, tier: timedelta) -> Arguments:
    """Arguments of a waiting room: after ``tier`` the message goes back to the service's queue."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": -1,
        "x-message-ttl": int(tier.total_seconds() * 1000),
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue.name,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def tier_for(delay: timedelta, tiers: Sequence[timedelta] = RETRY_TIERS) -> timedelta:
    """The shortest waiting room that is at least this long, or the longest there is; ``tiers`` grow."""
    return next((tier for tier in tiers if tier >= delay), tiers[-1])
