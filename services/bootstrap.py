"""The composition root of a process: which services it runs, on which transport, with which key ring.

The only module that knows every concrete class shared by the services. The embedded default makes what is missing (keys,
folders, databases); with a broker configured nothing is made up: a missing key ring stops the start.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from shared.calendar_book import tables as calendar_tables
from shared.calendar_book.book import StoredCalendar
from shared.centre import load_centre
from shared.clock import Clock, system_clock
from shared.identity import tables as identity_tables
from shared.identity.tokens import StoredTokens
from shared.messaging.embedded import EmbeddedTransport
from shared.messaging.ports import Transport
from shared.originals import FolderOriginals
from shared.premises import Premises
from shared.sealing import KeyRing, load_key_ring, new_key_ring, save_key_ring
from shared.service import Service
from shared.settings import Settings
from shared.store.engine import open_engine, ping
from shared.store.migrate import migrate
from shared.working_time import BusinessHours, published

SERVICES: tuple[str, ...] = ("intake", "workflow", "notify", "forms")
IDENTITY_VERSIONS = Path(identity_tables.__file__).parent / "migrations" / "versions"

CALENDAR_VERSIONS = Path(calendar_tables.__file__).parent / "migrations" / "versions"
CALENDAR_CHAIN = "calendar_version"


def build(names: Sequence[str], settings: Settings, *, clock: Clock = system_clock) -> list[Service]:
    """The named services and, first, the ground they stand on."""
    premises, ground = open_premises(settings, clock)
    return [ground, *(importlib.import_module(f"services.{name}.bootstrap").build(premises) for name in names)]


def open_premises(settings: Settings, clock: Clock = system_clock) -> tuple[Premises, Service]:
    """What the services share, and the pseudo-service that starts and stops it."""
    identity = open_engine(settings.identity_database, pool_size=5)
    transport = _transport(settings)
    centre = load_centre(settings.centre_path)
    ring = _key_ring(settings)
    calendars = StoredCalendar(identity, published())
    premises = Premises(
        settings=settings,
        ring=ring,
        originals=FolderOriginals(settings.originals_folder, ring),
        transport=transport,
        tokens=StoredTokens(identity),
        centre=centre,
        calendars=calendars,
        hours=BusinessHours(centre.hours.opens, centre.hours.closes),
        clock=clock,
    )
    ground = Service(
        name="ground",
        routers=[],
        checks={"identity.database": partial(ping, identity), "broker": transport.ping},
        tasks={"calendar": calendars.run},
        start=[
            partial(migrate, identity, IDENTITY_VERSIONS),
            partial(migrate, identity, CALENDAR_VERSIONS, version_table=CALENDAR_CHAIN),
            calendars.read,
            transport.start,
        ],
        stop=[transport.stop, identity.dispose],
        surroundings={"premises": premises},
    )
    return premises, ground


def _transport(settings: Settings) -> Transport:
    if settings.broker_url is None:
        return EmbeddedTransport()
    from shared.messaging.rabbit import RabbitTransport  # noqa: PLC0415 - the embedded default needs no AMQP client

    return RabbitTransport(settings.broker_url)


def _key_ring(settings: Settings) -> KeyRing:
    path = settings.keys_file
    if not path.exists() and settings.broker_url is None and settings.keys_path is None:
        save_key_ring(new_key_ring(), path)
    return load_key_ring(path)
