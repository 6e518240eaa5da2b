"""Writes ``definitions.json``: the broker's queues as ``shared.messaging.topology`` has them, and who may do what.

Each service may publish, and read from its own queues and no others: whoever takes over one service doesn't read what
is meant for the rest. (Each declares the whole topology at its start, so it may configure and bind all of it.)
``--check`` writes nothing and exits 1 where the file differs. Part of ``make contracts`` and ``make check``.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.messaging.topology import (
    DEAD_EXCHANGE,
    EXCHANGE,
    QUEUES,
    RETRY_TIERS,
    ServiceQueue,
    dead_arguments,
    main_arguments,
    retry_arguments,
)

FILE = Path(__file__).with_name("definitions.json")
VHOST = "shouli"

Entry = dict[str, Any]
"""One entry of a RabbitMQ definitions file."""


def definitions() -> dict[str, list[Entry]]:
    """The whole file."""
    return {
        "vhosts": [{"name": VHOST}],
        "permissions": [_permission(queue) for queue in QUEUES],
        "exchanges": [_exchange(EXCHANGE, "topic"), _exchange(DEAD_EXCHANGE, "direct")],
        "queues": [entry for queue in QUEUES for entry in _queues(queue)],
        "bindings": [entry for queue in QUEUES for entry in _bindings(queue)],
    }


def _permission(queue: ServiceQueue) -> Entry:
    own = queue.name.replace(".", "\\.")
    exchanges = "|".join(name.replace(".", "\\.") for name in (EXCHANGE, DEAD_EXCHANGE))
    return {
        "user": queue.service,
        "vhost": VHOST,
        "configure": "^shouli\\.",
        "write": "^(shouli\\..*|amq\\.default)$",
        "read": f"^({exchanges}|{own}(\\..*)?)$",
    }


def _exchange(name: str, kind: str) -> Entry:
    return {
        "name": name,
        "vhost": VHOST,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _queues(queue: ServiceQueue) -> list[Entry]:
    arguments = {
        queue.name: main_arguments(queue),
        queue.dead: dead_arguments(),
        **{queue.retry(tier): retry_arguments(queue, tier) for tier in RETRY_TIERS},
    }
    return [
        {"name": name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": each}
        for name, each in arguments.items()
    ]


def _bindings(queue: ServiceQueue) -> list[Entry]:
    pairs = [(EXCHANGE, key, queue.name) for key in queue.bindings] + [(DEAD_EXCHANGE, queue.dead, queue.dead)]
    return [
        {
            "source": source,
            "vhost": VHOST,
            "destination": destination,
            "destination_type": "queue",
            "routing_key": key,
            "arguments": {},
        }
        for source, key, destination in pairs
    ]


def main() -> int:
    """Write the file, or check it."""
    text = json.dumps(definitions(), indent=1) + "\n"
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text)
        return 0
    if FILE.exists() and FILE.read_text() == text:
        return 0
    sys.stderr.write(f"{FILE.name} differs from shared/messaging/topology.py: make contracts\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
