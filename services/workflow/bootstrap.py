"""Builds workflow from the premises: the only place in it that knows concrete classes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import APIRouter

from services.workflow.anchoring import AnchorFolder, Anchoring, load_or_make_key
from services.workflow.api.access import ACCESS
from services.workflow.api.directory_routes import directory_routes
from services.workflow.api.list_routes import list_routes
from services.workflow.api.notice_routes import notice_routes
from services.workflow.api.routes import case_routes
from services.workflow.api.search_routes import search_routes
from services.workflow.api.statistics_routes import Freezing, statistics_routes
from services.workflow.consumer import handlers
from services.workflow.metrics import keep_measuring
from services.workflow.office import Office
from services.workflow.searching import SearchIndexing
from services.workflow.seating import Seating
from services.workflow.settings import WorkflowSettings
from services.workflow.store import tables
from services.workflow.store.relisting import relist
from services.workflow.watch import DeadlineWatch
from services.workflow.web.audit_page import audit_routes
from services.workflow.web.calendar_page import calendar_routes
from services.workflow.web.directory_pages import directory_pages
from services.workflow.web.draft_routes import draft_routes
from services.workflow.web.leader_routes import leader_routes
from services.workflow.web.live import live_routes
from services.workflow.web.notice_pages import notice_pages
from services.workflow.web.office_routes import office_routes
from services.workflow.web.routes import track_routes
from services.workflow.web.rules_routes import rules_routes
from services.workflow.web.search_pages import search_pages
from services.workflow.web.staff_routes import StaffDesk, staff_routes
from services.workflow.web.statistics_routes import public_figures_page, statistics_pages
from services.workflow.web.taken_page import taken_routes
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.relay import Relay
from shared.premises import Premises
from shared.service import Service
from shared.store.engine import open_engine, ping
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from shared.web.access import Gate
from shared.web.app import common_pages
from shared.web.dead_letter_routes import dead_letter_routes

VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"
_PAGES_OF_STAFF = (
    staff_routes,
    leader_routes,
    office_routes,
    draft_routes,
    taken_routes,
    calendar_routes,
    audit_routes,
    live_routes,
    search_pages,
    directory_pages,
    notice_pages,
    rules_routes,
)


def build(premises: Premises) -> Service:
    """Workflow, ready to be run."""
    settings = WorkflowSettings.model_validate(premises.settings.model_dump())
    engine = open_engine(settings.database_of("workflow"), pool_size=settings.pool_size)
    store = Store(engine, tables.messages, premises.ring)
    office = _office(premises, store)
    key = load_or_make_key(settings.anchor_key)
    anchors = AnchorFolder(settings.anchor_folder, key)
    handled = handlers(office)
    consumer = Consumer("workflow", store, handled, premises.ring, premises.clock)
    dead = DeadLetters("workflow", store, handled, premises.ring)
    desk = StaffDesk(office, premises.gate(ACCESS), common_pages(settings, Path(__file__).parent / "web"))
    anchoring = Anchoring(office, anchors)
    freezing = Freezing(office, key, anchoring.anchor)
    return Service(
        name="workflow",
        routers=[
            *_pages(desk, freezing, key.public_key()),
            *_api(office, desk.gate, freezing, key.public_key()),
            track_routes(office, desk.pages),
            dead_letter_routes(dead, desk.gate, desk.pages, premises.clock),
        ],
        checks={"workflow.database": partial(ping, engine)},
        tasks={
            "relay": Relay(store, premises.transport, premises.clock).run,
            "consumer": partial(consumer.run, premises.transport),
            "watch": DeadlineWatch(office).run,
            "metrics": partial(keep_measuring, office),
            "search": SearchIndexing(office).run,
            "anchor": anchoring.run,
            "seating": Seating(office, premises.seats).run,
        },
        start=[partial(migrate, engine, VERSIONS), partial(relist, store, premises.ring, premises.clock)],
        stop=[engine.dispose],
        surroundings={"store": store, "office": office, "anchors": anchors},
    )


def _office(premises: Premises, store: Store) -> Office:
    return Office(
        store=store,
        ring=premises.ring,
        originals=premises.originals,
        centre=premises.centre,
        calendars=premises.calendars,
        hours=premises.hours,
        clock=premises.clock,
    )


def _pages(desk: StaffDesk, freezing: Freezing, key: Ed25519PublicKey) -> list[APIRouter]:
    """What a browser asks for; before the API, which answers programs at the same addresses."""
    return [
        *(pages_of(desk) for pages_of in _PAGES_OF_STAFF),
        statistics_pages(desk, freezing, key),
        public_figures_page(desk.office, desk.pages),
    ]


def _api(office: Office, gate: Gate, freezing: Freezing, key: Ed25519PublicKey) -> list[APIRouter]:
    return [
        case_routes(office, gate),
        directory_routes(office, gate),
        statistics_routes(office, gate, freezing),
        list_routes(office, gate, key),
        notice_routes(office, gate),
        search_routes(office, gate),
    ]
