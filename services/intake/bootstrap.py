"""Builds intake from the premises: the only place in it that knows concrete classes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from services.intake.api.access import ACCESS
from services.intake.api.routes import api_routes
from services.intake.channel_watch import (
    ChannelWatch,
    Probe,
    Register,
    folder_probe,
    form_probe,
    mailbox_probe,
)
from services.intake.consumer import HANDLERS
from services.intake.domain.channel_checks import checks_at
from services.intake.fax_folder import FaxFolder
from services.intake.form_desk import sweep
from services.intake.mail_polling import InboxPoller, Polled, mailboxes_of
from services.intake.phone_import_run import PhoneImports
from services.intake.ports import Door
from services.intake.readers.ocr import WorkerOcr
from services.intake.readers.scan_worker import WorkerLimits
from services.intake.readers.watched_folder import WatchedFolder
from services.intake.scan_reading import ScanReading
from services.intake.settings import IntakeSettings
from services.intake.spelling import directory_of
from services.intake.store import tables
from services.intake.web.counter import Counter
from services.intake.web.desk_room import DeskRoom
from services.intake.web.desk_routes import desk_routes
from services.intake.web.kept_files import KeptFiles
from services.intake.web.proof_of_work import Proofs
from services.intake.web.routes import page_routes
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.relay import Relay
from shared.premises import Premises
from shared.service import Service, Task
from shared.store.engine import open_engine, ping
from shared.store.group_commit import GroupCommit
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from shared.web.app import common_pages
from shared.web.csrf import FormTokens
from shared.web.dead_letter_routes import dead_letter_routes
from shared.web.rate_limits import RateLimit

VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"


def build(premises: Premises) -> Service:
    """Intake, ready to be run."""
    settings = IntakeSettings.model_validate(premises.settings.model_dump())
    engine = open_engine(settings.database_of("intake"), pool_size=settings.pool_size)
    store = Store(engine, tables.messages, premises.ring)
    group = GroupCommit(store, premises.clock)
    door = _door(premises, store, group)
    gate = premises.gate(ACCESS)
    faxes = FaxFolder(door, WatchedFolder(Path(settings.fax_folder))) if settings.fax_folder else None
    ocr = WorkerOcr(WorkerLimits(idle=settings.ocr_idle_seconds))
    register = _register(door, settings)
    counter = _counter(door, settings)
    room = DeskRoom(door, gate, counter.pages, ocr, register, counter.kept, settings.public_url)
    consumer = Consumer("intake", store, HANDLERS, premises.ring, premises.clock)
    dead = DeadLetters("intake", store, HANDLERS, premises.ring)
    return Service(
        name="intake",
        routers=[
            page_routes(counter),
            api_routes(door, gate, settings, register, ocr),
            desk_routes(room),
            dead_letter_routes(dead, gate, counter.pages, premises.clock),
        ],
        checks={
            "intake.database": partial(ping, engine),
            **({"intake.fax_folder": faxes.check} if faxes else {}),
        },
        tasks={
            **_watches(door, settings, register, faxes),
            "phone imports": PhoneImports(door).run,
            "scans": ScanReading(door, ocr).run,
            "door": group.run,
            "counter": partial(sweep, door),
            "recent matters": partial(door.recent.keep_up, door),
            "relay": Relay(store, premises.transport, premises.clock).run,
            "consumer": partial(consumer.run, premises.transport),
        },
        start=[partial(migrate, engine, VERSIONS)],
        stop=[ocr.close, engine.dispose],
        surroundings={"store": store, "door": door},
    )


def _door(premises: Premises, store: Store, group: GroupCommit) -> Door:
    return Door(
        store=store,
        write=group.write,
        originals=premises.originals,
        ring=premises.ring,
        centre=premises.centre,
        calendars=premises.calendars,
        hours=premises.hours,
        clock=premises.clock,
        directory=directory_of(premises.centre),
    )


def _watches(door: Door, settings: IntakeSettings, register: Register, faxes: FaxFolder | None) -> dict[str, Task]:
    """What looks for itself whether something came, and that every channel is looked at."""
    polled = _polled(door, settings)
    return {
        **{f"mailbox {each.name}": InboxPoller(door, each).run for each in polled},
        **({"fax folder": faxes.run} if faxes else {}),
        "channels": ChannelWatch(register, _probes(door, settings, polled)).run,
    }


def _counter(door: Door, settings: IntakeSettings) -> Counter:
    pages = common_pages(settings, Path(__file__).parent / "web")
    key = door.ring.session_key
    limit = RateLimit(settings.public_posts_a_minute)
    return Counter(door, pages, FormTokens(key), KeptFiles(key), Proofs(key), limit, settings.public_url)


def _polled(door: Door, settings: IntakeSettings) -> list[Polled]:
    return mailboxes_of(
        settings.mailboxes,
        settings.mailbox_passwords,
        own=frozenset({door.centre.channels.email}),
        sweep_seconds=settings.mail_poll_seconds,
    )


def _register(door: Door, settings: IntakeSettings) -> Register:
    """Where nothing is polled or watched, a person checks."""
    unwatched = {"mailbox": settings.mailboxes, "fax": settings.fax_folder}
    by_person = frozenset(name for name, place in unwatched.items() if not place)
    return Register(door, checks_at(settings.channel_check_times, by_person))


def _probes(door: Door, settings: IntakeSettings, polled: list[Polled]) -> dict[str, Probe]:
    return {
        "mailbox": mailbox_probe(door, [each.name for each in polled]),
        "web_form": form_probe(door),
        "fax": folder_probe(settings.fax_folder),
    }
