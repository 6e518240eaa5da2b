"""Builds forms from the premises: the only place in it that knows concrete renderers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock

import structlog
from fastapi import APIRouter

from services.forms.api.access import ACCESS
from services.forms.api.batch_routes import batch_routes
from services.forms.api.demand_routes import demand_routes
from services.forms.api.routes import document_routes
from services.forms.api.signing_routes import signing_routes
from services.forms.consumer import handlers
from services.forms.domain.binder import BinderContents
from services.forms.domain.definition import Form, Page
from services.forms.domain.values import FormValues, Issue
from services.forms.drawing import keep_definitions
from services.forms.ports import BoundForm, Rendered, Signer, Stack
from services.forms.print_room import PrintRoom
from services.forms.renderers.binder import PdfBinder
from services.forms.renderers.docx import DocxRenderer
from services.forms.renderers.fonts import FontSet, Role
from services.forms.renderers.pdf import PdfRenderer
from services.forms.renderers.signature import PdfSigner, make_signing_key
from services.forms.rendering import Printer
from services.forms.settings import FormsSettings
from services.forms.store import tables
from services.forms.web.desk_routes import FormsDesk, desk_routes
from services.forms.web.draft_routes import draft_routes
from services.forms.web.list_routes import list_routes
from services.forms.web.routes import verify_routes
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.relay import Relay
from shared.originals import Originals
from shared.premises import Premises
from shared.service import Service
from shared.store.engine import open_engine, ping
from shared.store.migrate import migrate
from shared.store.unit_of_work import Store
from shared.web.app import common_pages
from shared.web.dead_letter_routes import dead_letter_routes

VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"
WEB = Path(__file__).parent / "web"
_PNG = b"\x89PNG\r\n\x1a\n"

_log = structlog.get_logger("forms")


class LazyPress:
    """The PDF renderer and the bookbinder, their fonts looked for when the first document is drawn and not at the start.

    Callers come from many threads; one of them looks for the fonts, the others wait.
    """

    media_type = PdfRenderer.media_type

    def __init__(self, find: Callable[[], FontSet]) -> None:
        self._find = find
        self._lock = Lock()
        self._built: tuple[PdfRenderer, PdfBinder] | None = None

    def render(self, form: Form, values: FormValues, issue: Issue, *, copies: int | None = None) -> Rendered:
        """See ``Renderer``."""
        return self._press()[0].render(form, values, issue, copies=copies)

    def preview_png(self, form: Form, values: FormValues, issue: Issue) -> list[bytes]:
        """See ``PdfDrawer``."""
        return self._press()[0].preview_png(form, values, issue)

    def marked_copy(self, content: bytes, page: Page) -> bytes:
        """See ``PdfDrawer``."""
        return self._press()[0].marked_copy(content, page)

    def bind(self, contents: BinderContents, stack: Stack, issue: Issue) -> Rendered:
        """See ``Bookbinder``."""
        return self._press()[1].bind(contents, stack, issue)

    def join(self, forms: Sequence[BoundForm], issue: Issue) -> Rendered:
        """See ``Bookbinder``."""
        return self._press()[1].join(forms, issue)

    def _press(self) -> tuple[PdfRenderer, PdfBinder]:
        with self._lock:
            if self._built is None:
                fonts = self._find()
                style = {role.value: fonts.style[role] for role in Role}
                _log.info("documents.fonts", official=fonts.is_official, faces=style)
                self._built = PdfRenderer(fonts), PdfBinder(fonts)
            return self._built


def _find_fonts(settings: FormsSettings) -> FontSet:
    from services.forms.renderers.fonts import find_fonts, font_folders  # noqa: PLC0415 - scans the font folders

    return find_fonts(font_folders(settings.font_dir))


def _signer(settings: FormsSettings, premises: Premises) -> Signer | None:
    """The configured key; the house's own where it is the embedded default; none where a broker is configured."""
    if settings.signing_key_path is not None:
        password = settings.signing_key_password
        return PdfSigner(
            settings.signing_key_path,
            certificate=settings.signing_certificate_path,
            password=password.get_secret_value() if password else None,
        )
    return None if settings.broker_url else _OwnSigner(settings.data_dir / "signing.pem", premises)


class _OwnSigner:
    """Makes the house's own key when the first document is signed."""

    def __init__(self, path: Path, premises: Premises) -> None:
        self._path = path
        self._premises = premises
        self._lock = Lock()
        self._signer: PdfSigner | None = None

    def sign(self, content: bytes) -> bytes:
        """See ``Signer``."""
        with self._lock:
            if self._signer is None:
                make_signing_key(self._path, holder=self._premises.centre.name, now=self._premises.clock())
                self._signer = PdfSigner(self._path)
        return self._signer.sign(content)


def _pictures(folder: Path) -> list[tuple[Path, bytes]]:
    return [(path, path.read_bytes()) for path in sorted(folder.glob("*.png"))]


async def keep_seals(folder: Path | None, originals: Originals, names: Sequence[str], seals: dict[str, str]) -> None:
    """Keep each picture of a seal as an original. Raises ValueError naming a file that is no PNG or nobody's seal."""
    for path, content in await asyncio.to_thread(_pictures, folder) if folder else ():
        if not content.startswith(_PNG):
            raise ValueError(f"the seal {path} is not a PNG")
        if path.stem not in names:
            raise ValueError(f"the seal {path} is named like neither the office nor a unit of the centre")
        seals[path.stem] = await originals.keep(content)


def build(premises: Premises) -> Service:
    """Forms, ready to be run."""
    settings = FormsSettings.model_validate(premises.settings.model_dump())
    engine = open_engine(settings.database_of("forms"), pool_size=settings.pool_size)
    store = Store(engine, tables.messages, premises.ring)
    seals: dict[str, str] = {}
    room = _print_room(premises, settings, store, seals)
    printer = Printer(room)
    desk = FormsDesk(room, printer, premises.gate(ACCESS), common_pages(settings, WEB))
    handled = handlers(room)
    consumer = Consumer("forms", store, handled, premises.ring, premises.clock)
    sealers = [premises.centre.office, *(unit.name for unit in premises.centre.units)]
    return Service(
        name="forms",
        routers=_routers(desk, DeadLetters("forms", store, handled, premises.ring)),
        checks={"forms.database": partial(ping, engine)},
        tasks={
            "relay": Relay(store, premises.transport, premises.clock).run,
            "consumer": partial(consumer.run, premises.transport),
            "printer": printer.run,
        },
        start=[
            partial(migrate, engine, VERSIONS),
            partial(keep_definitions, store, premises.clock),
            partial(keep_seals, settings.seals_dir, premises.originals, sealers, seals),
        ],
        stop=[engine.dispose],
        surroundings={"store": store, "room": room, "printer": printer},
    )


def _print_room(premises: Premises, settings: FormsSettings, store: Store, seals: Mapping[str, str]) -> PrintRoom:
    press = LazyPress(partial(_find_fonts, settings))
    return PrintRoom(
        store=store,
        ring=premises.ring,
        originals=premises.originals,
        centre=premises.centre,
        clock=premises.clock,
        pdf=press,
        docx=DocxRenderer(),
        binder=press,
        public_url=settings.public_url,
        signer=_signer(settings, premises),
        seals=seals,
    )


def _routers(desk: FormsDesk, dead: DeadLetters) -> list[APIRouter]:
    """Every page and endpoint; the pages come before the API whose addresses they share."""
    room, printer, gate = desk.room, desk.printer, desk.gate
    return [
        batch_routes(room, printer, gate),
        desk_routes(desk),
        draft_routes(desk),
        list_routes(room, printer, gate),
        demand_routes(room, printer, gate),
        signing_routes(room, gate),
        document_routes(room, printer, gate),
        verify_routes(room, desk.pages),
        dead_letter_routes(dead, gate, desk.pages, room.clock),
    ]
