"""Builds forms from the premises: the only place in it that knows concrete renderers."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path

from services.forms.api.access import ACCESS
from services.forms.api.routes import document_routes
from services.forms.consumer import handlers
from services.forms.domain.definition import Form
from services.forms.domain.values import FormValues, Issue
from services.forms.ports import Rendered
from services.forms.print_room import PrintRoom
from services.forms.renderers.docx import DocxRenderer
from services.forms.renderers.pdf import PdfRenderer
from services.forms.rendering import Printer
from services.forms.settings import FormsSettings
from services.forms.store import tables
from services.forms.web.routes import verify_routes
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.relay import Relay
from shared.premises import Premises
from shared.service import Service
from shared.store.engine import open_engine, ping
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from shared.web.app import common_pages
from shared.web.dead_letter_routes import dead_letter_routes

VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"


class LazyPdf:
    """The PDF renderer, its fonts looked for when the first document is drawn and not at the start."""

    media_type = PdfRenderer.media_type

    def __init__(self, settings: FormsSettings) -> None:
        self._settings = settings

    def render(self, form: Form, values: FormValues, issue: Issue, *, copies: int | None = None) -> Rendered:
        """See ``Renderer``."""
        return self._renderer.render(form, values, issue, copies=copies)

    @cached_property
    def _renderer(self) -> PdfRenderer:
        from services.forms.renderers.fonts import find_fonts, font_folders  # noqa: PLC0415 - scans the font folders

        return PdfRenderer(find_fonts(font_folders(self._settings.font_dir)))


def build(premises: Premises) -> Service:
    """Forms, ready to be run."""
    settings = FormsSettings.model_validate(premises.settings.model_dump())
    engine = open_engine(settings.database_of("forms"), pool_size=settings.pool_size)
    store = Store(engine, tables.messages, premises.ring)
    room = PrintRoom(
        store=store,
        ring=premises.ring,
        originals=premises.originals,
        centre=premises.centre,
        clock=premises.clock,
        pdf=LazyPdf(settings),
        docx=DocxRenderer(),
        public_url=settings.public_url,
    )
    printer = Printer(room)
    gate = premises.gate(ACCESS)
    handled = handlers(room)
    consumer = Consumer("forms", store, handled, premises.ring, premises.clock)
    dead = DeadLetters("forms", store, handled, premises.ring)
    pages = common_pages(settings, Path(__file__).parent / "web")
    return Service(
        name="forms",
        routers=[
            document_routes(room, printer, gate),
            verify_routes(room, pages),
            dead_letter_routes(dead, gate, pages, premises.clock),
        ],
        checks={"forms.database": partial(ping, engine)},
        tasks={
            "relay": Relay(store, premises.transport, premises.clock).run,
            "consumer": partial(consumer.run, premises.transport),
            "printer": printer.run,
        },
        start=[partial(migrate, engine, VERSIONS)],
        stop=[engine.dispose],
        surroundings={"store": store, "room": room},
    )
