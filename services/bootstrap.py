"""The composition root of a process: which services it runs, on which transport, with which key ring.

The only module that knows every concrete class shared by the services. The embedded default makes what is missing (keys,
folders, databases); with a broker configured nothing is made up: a missing key ring stops the start.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from fastapi import APIRouter

from services.scopes import scopes_by_role
from shared.calendar_book import tables as calendar_tables
from shared.calendar_book.book import StoredCalendar
from shared.centre import Centre, load_centre
from shared.clock import Clock, system_clock
from shared.identity import tables as identity_tables
from shared.identity.accounts import UNIT_ROLES
from shared.identity.doors.access import ACCESS as IDENTITY_ACCESS
from shared.identity.doors.accounts_api import account_routes
from shared.identity.doors.browsers import KnownBrowsers
from shared.identity.doors.login import Entrance, login_routes
from shared.identity.doors.openid_login import CALLBACK, OPENID, openid_routes
from shared.identity.doors.own_account import OwnAccount, own_account_routes
from shared.identity.doors.people_page import PeopleDesk, people_routes
from shared.identity.doors.tokens_api import token_routes
from shared.identity.openid import OpenIdConnect, Provider, Seat
from shared.identity.reception import Reception, greet_first_run, open_reception
from shared.identity.seats import StoredSeats
from shared.identity.sessions import StoredSessions
from shared.identity.tokens import StoredTokens
from shared.kms import kms_of
from shared.messaging.embedded import EmbeddedTransport
from shared.messaging.ports import Transport
from shared.originals import FolderOriginals
from shared.premises import Premises
from shared.sealing import KeyRing, Kms, load_key_ring, new_key_ring, save_key_ring
from shared.service import Service
from shared.settings import OidcSeat, Settings
from shared.store.engine import open_engine, ping
from shared.store.migrate import migrate
from shared.web.app import common_pages
from shared.web.csrf import FormTokens
from shared.web.pages import Pages
from shared.working_time import BusinessHours, published

IDENTITY_VERSIONS = Path(identity_tables.__file__).parent / "migrations" / "versions"

CALENDAR_VERSIONS = Path(calendar_tables.__file__).parent / "migrations" / "versions"
CALENDAR_CHAIN = "calendar_version"


def build(names: Iterable[str], settings: Settings, *, clock: Clock = system_clock) -> list[Service]:
    """The named services and, first, the ground they stand on."""
    premises, ground = open_premises(settings, clock)
    return [ground, *(importlib.import_module(f"services.{name}.bootstrap").build(premises) for name in names)]


def open_premises(settings: Settings, clock: Clock = system_clock) -> tuple[Premises, Service]:
    """What the services share, and the pseudo-service that starts and stops it."""
    identity = open_engine(settings.identity_database, pool_size=5)
    transport = _transport(settings)
    centre = load_centre(settings.centre_path)
    ring = key_ring(settings)
    calendars = StoredCalendar(identity, published())
    premises = Premises(
        settings=settings,
        ring=ring,
        originals=FolderOriginals(settings.originals_folder, ring),
        transport=transport,
        tokens=StoredTokens(identity),
        sessions=StoredSessions(identity),
        seats=StoredSeats(identity),
        centre=centre,
        calendars=calendars,
        hours=BusinessHours(centre.hours.opens, centre.hours.closes),
        clock=clock,
    )
    reception = open_reception(identity, ring, centre, clock, settings.public_url)
    ground = Service(
        name="identity",
        routers=identity_routes(reception, premises, common_pages(settings)),
        checks={"identity.database": partial(ping, identity), "broker": transport.ping},
        tasks={"calendar": partial(calendars.run, clock)},
        start=[
            partial(migrate, identity, IDENTITY_VERSIONS),
            partial(migrate, identity, CALENDAR_VERSIONS, version_table=CALENDAR_CHAIN),
            calendars.read,
            partial(_greet, reception),
            transport.start,
        ],
        stop=[transport.stop, identity.dispose],
        surroundings={"premises": premises, "reception": reception},
    )
    return premises, ground


def identity_routes(reception: Reception, premises: Premises, pages: Pages) -> list[APIRouter]:
    """Log-in, own account and the administrator's accounts: the same in every process, on the identity database."""
    gate = premises.gate(IDENTITY_ACCESS)
    provider = _openid(reception, premises)
    other_way = "" if provider is None else OPENID
    key = premises.ring.session_key
    browsers, scopes = KnownBrowsers(key), scopes_by_role()
    entrance = Entrance(reception, pages, FormTokens(key), browsers, other_way=other_way)
    return [
        *([] if provider is None else [openid_routes(entrance, provider)]),
        login_routes(entrance, gate),
        own_account_routes(OwnAccount(reception, pages, gate, browsers), gate),
        account_routes(reception, gate),
        token_routes(reception, gate, scopes),
        people_routes(PeopleDesk(reception, pages, gate, scopes), gate),
    ]


def _openid(reception: Reception, premises: Premises) -> OpenIdConnect | None:
    settings = premises.settings
    if not settings.oidc_issuer:
        return None
    provider = Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        redirect_uri=settings.public_url + CALLBACK,
        claim=settings.oidc_claim,
        seats={value: _oidc_seat(value, seat, premises.centre) for value, seat in settings.oidc_seats.items()},
    )
    return OpenIdConnect(provider, reception.accounts, premises.ring)


def _oidc_seat(value: str, seat: OidcSeat, centre: Centre) -> Seat:
    """Raises ValueError where nobody could ever take this seat: better no start than people who can't come in."""
    units = {unit.name for unit in centre.units}
    if (seat.role in UNIT_ROLES) != (seat.unit is not None) or seat.unit not in {None, *units}:
        raise ValueError(
            f"SHOULI_OIDC_SEATS: {value!r} must name one of the centre's units for a unit's role, and no other role a unit"
        )
    return Seat(seat.role, seat.unit)


async def _greet(reception: Reception) -> None:
    link = await greet_first_run(reception)
    if link is not None:
        sys.stdout.write(f"first run: set the administrator's password, once, within three days: {link}\n")
        sys.stdout.flush()


def _transport(settings: Settings) -> Transport:
    if settings.broker_url is None:
        return EmbeddedTransport()
    from shared.messaging.rabbit import RabbitTransport  # noqa: PLC0415 - the embedded default needs no AMQP client

    return RabbitTransport(settings.broker_url)


def key_wrapper(settings: Settings) -> Kms | None:
    """The key management service that the settings name, which wraps the ring. Raises ValueError."""
    return kms_of(settings.kms_url, settings.kms_key, settings.kms_token)


def present_key_ring(settings: Settings) -> KeyRing:
    """The ring that is there: for commands, which never make one. Raises ValueError."""
    return load_key_ring(settings.keys_file, key_wrapper(settings))


def key_ring(settings: Settings) -> KeyRing:
    """The ring that the settings name; made where the embedded default has none yet. Raises ValueError."""
    path = settings.keys_file
    if not path.exists() and settings.broker_url is None and settings.keys_path is None:
        save_key_ring(new_key_ring(), path, key_wrapper(settings))
    return present_key_ring(settings)
