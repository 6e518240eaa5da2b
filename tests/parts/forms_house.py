"""Forms alone, in process: its real database, renderers and routes; what it hears is handed to its handler directly.

Everybody of an office and of two units has a token named like the role. Nothing runs by itself: ``hear`` and ``draw`` do.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import httpx
import pypdfium2 as pdfium

from services.forms.bootstrap import build
from services.forms.consumer import handlers
from services.forms.print_room import PrintRoom
from services.forms.renderers.signature import make_signing_key
from services.forms.rendering import Printer
from services.forms.settings import FormsSettings
from shared.calendar_book.book import PrintedCalendar
from shared.centre import load_centre
from shared.contracts.case import CaseEvent
from shared.contracts.catalogue import BY_MODEL
from shared.contracts.complaint import ComplaintReceived, ComplaintSupplemented, Published
from shared.contracts.envelope import Envelope
from shared.contracts.lists import ListAsked
from shared.contracts.values import Role, new_id
from shared.identity.principal import Principal
from shared.identity.seats import FixedSeats
from shared.identity.sessions import FixedSessions
from shared.identity.tokens import FixedTokens
from shared.messaging.embedded import EmbeddedTransport
from shared.originals import MemoryOriginals
from shared.premises import Premises
from shared.sealing import new_key_ring
from shared.web.app import make_app
from shared.working_time import BusinessHours, published
from tests.parts.clockwork import Clockwork

NUMBER = "2026-001083"
UNIT, OTHER = "市医疗保障局", "市住房公积金管理中心"
MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_UNITS = (Role.UNIT_HANDLER, Role.UNIT_LEADER)
PEOPLE = {
    **{role.value: Principal(f"某{role.value}", role, UNIT if role in _UNITS else None) for role in Role},
    "other_unit": Principal("某人", Role.UNIT_HANDLER, OTHER),
}


@dataclass(slots=True)
class FormsHouse:
    """The started service."""

    room: PrintRoom
    printer: Printer
    originals: MemoryOriginals
    clock: Clockwork
    http: httpx.AsyncClient

    async def hear(self, *messages: Published) -> None:
        """Hand messages over, each in a transaction of its own."""
        table = handlers(self.room)
        for data in messages:
            kind = BY_MODEL[type(data)].name
            handler = table[kind]
            envelope = Envelope(
                id=new_id(),
                source="/tests",
                type=kind,
                subject=str(data.document_id if isinstance(data, ListAsked) else _complaint_of(data)),
                time=self.clock(),
                data={},
            )
            async with self.room.store.transaction(self.clock()) as unit:
                assert await handler(unit, envelope, data) is None

    async def issue(self, told: ListAsked, who: str = "handler") -> dict[str, Any]:
        """Hand a list over, and ask for what it became."""
        await self.hear(told)
        await self.draw()
        issued: dict[str, Any] = await self.done("GET", f"/forms/documents/{told.document_id}", who)
        return issued

    async def draw(self) -> None:
        """Draw everything that waits."""
        while await self.printer.draw_waiting():
            pass

    async def ask(self, method: str, path: str, who: str | None = "handler", **more: Any) -> httpx.Response:
        """Send a request as somebody."""
        headers = dict(more.pop("headers", {}))
        if who:
            headers["Authorization"] = f"Bearer {who}"
        return await self.http.request(method, path, headers=headers, **more)

    async def done(self, method: str, path: str, who: str = "handler", **more: Any) -> Any:
        """Send a request that must succeed; gives its JSON."""
        answer = await self.ask(method, path, who, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def listed(self, form: str, who: str = "handler") -> dict[str, Any]:
        """The newest document of that form."""
        items = (await self.done("GET", f"/forms/documents?case={NUMBER}", who))["items"]
        found: dict[str, Any] = next(item for item in items if item["form"] == form)
        return found


def _complaint_of(data: Published) -> UUID:
    assert isinstance(data, CaseEvent | ComplaintReceived | ComplaintSupplemented)
    return data.complaint_id


@cache
def _signing_key() -> bytes:
    """The house's own key, made once for all tests: to find such primes takes most of a second."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "signing.pem"
        make_signing_key(path, holder="枣庄市民中心", now=MONDAY)
        return path.read_bytes()


@contextlib.asynccontextmanager
async def forms_house(folder: Path, **settings: Any) -> AsyncIterator[FormsHouse]:
    """Forms on SQLite in ``folder``, its tasks not running."""
    folder.mkdir(exist_ok=True)
    (folder / "signing.pem").write_bytes(_signing_key())
    clock, originals, centre = Clockwork(MONDAY), MemoryOriginals(), load_centre()
    configured = FormsSettings(data_dir=folder, **settings)
    premises = Premises(
        settings=configured,
        ring=new_key_ring(),
        originals=originals,
        transport=EmbeddedTransport(),
        tokens=FixedTokens(PEOPLE),
        sessions=FixedSessions({}),
        seats=FixedSeats(),
        centre=centre,
        calendars=PrintedCalendar(published()),
        hours=BusinessHours(centre.hours.opens, centre.hours.closes),
        clock=clock,
    )
    service = build(premises)
    for step in service.start:
        await step()
    app = make_app([service], configured)
    surroundings = service.surroundings
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000") as http:
            yield FormsHouse(surroundings["room"], surroundings["printer"], originals, clock, http)
    finally:
        for step in service.stop:
            await step()


def pdf_text(content: bytes) -> str:
    """All words of a PDF, as an independent reader sees them, without blanks."""
    pdf = pdfium.PdfDocument(content)
    try:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    finally:
        pdf.close()
    return "".join(text.split()).replace("\u200b", "")


def docx_text(content: bytes) -> str:
    """Every part of a DOCX, its XML and all."""
    with ZipFile(BytesIO(content)) as package:
        return "".join(package.read(name).decode("utf-8", "ignore") for name in package.namelist())
