"""``shouli replay``: what was told since a moment is told again, for a broker or a database that lost it.

Law of this file: only marks are cleared; the relays tell, and whoever knew it already drops it. It loads no more of a service
than its tables.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import typer

from shared.clock import system_clock
from shared.contracts.values import SERVICES
from shared.messaging.replay import replay
from shared.sealing import new_key_ring
from shared.settings import Settings
from shared.store.engine import open_engine
from shared.store.unit_of_work import Store


def tell_again(services: Sequence[str], since: str) -> Iterator[str]:
    """Have these services, or all, tell again what they told since then; a line for each."""
    settings = Settings()
    wanted = tuple(services) or SERVICES
    if set(wanted) - set(SERVICES):
        raise typer.BadParameter(f"no such service; there are: {', '.join(SERVICES)}")
    if settings.database_url is not None and len(wanted) != 1:
        raise typer.BadParameter("SHOULI_DATABASE_URL is one service's: name that service")
    for service in wanted:
        count = asyncio.run(_tell_again(service, settings, _moment(since)))
        yield f"{service}: {count} messages are told again"


def _moment(said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as fault:
        raise typer.BadParameter(f"--since: {fault}") from fault
    if moment.tzinfo is None:
        raise typer.BadParameter("--since needs a zone: 2026-11-20T09:00:00Z")
    return moment


async def _tell_again(service: str, settings: Settings, since: datetime) -> int:
    messages = importlib.import_module(f"services.{service}.store.tables").messages
    engine = open_engine(settings.database_of(service))
    try:
        store = Store(engine, messages, new_key_ring())  # nothing is sealed or opened
        return await replay(store, since, system_clock())
    finally:
        await engine.dispose()
