"""The demo: all four services in this process, one real input through each of the seven channels, and what became of it.

Speaks to the services only as anybody would: over HTTP, with tokens. It must not reach into them.
"""

from __future__ import annotations

import asyncio
import json
import sys
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import uvicorn

from services.bootstrap import build
from shared.centre import Centre, load_centre
from shared.clock import SHANGHAI, system_clock
from shared.contracts.values import SERVICES, Role
from shared.identity.tokens import StoredTokens
from shared.observability import configure_logging
from shared.premises import Premises
from shared.settings import Settings
from shared.web.app import make_app

PATIENCE = 120.0
"""Seconds until a complaint must have become a case, an answer and a document; the fax reader's first start takes most."""
HANDLER, ADMINISTRATOR, OPERATOR = "示例处置人", "示例管理员", "示例话务员"
JSON_DOORS = (
    ("phone", "/intake/phone-logs", "phone_log.json"),
    ("web", "/intake/web-forms", "web_form.json"),
    ("suggestion_box", "/intake/suggestion-slips", "suggestion_slip.json"),
    ("letter", "/intake/letters", "letter.json"),
    ("visit", "/intake/visits", "visit.json"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report."""

    channel: str
    tracking_code: str
    case_number: str
    respond_by: str
    message: str
    document: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token."""

    http: httpx.AsyncClient
    token: str

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """Send a request as this person; raises where it is refused."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        answer = await self.http.request(method, path, headers=headers, **more)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: an operator, a handler, an administrator."""

    operator: Caller
    handler: Caller
    administrator: Caller


def run_demo(*, once: bool, report: Path | None) -> None:
    """Start, feed, print; then keep serving, or with ``once`` stop."""
    settings = Settings()
    configure_logging("json" if not sys.stdout.isatty() else settings.log_format)
    asyncio.run(_demo(settings, once=once, report=report))


async def _demo(settings: Settings, *, once: bool, report: Path | None) -> None:
    services = build(SERVICES, settings)
    premises: Premises = services[0].surroundings["premises"]
    config = uvicorn.Config(
        make_app(services, settings), host=settings.host, port=settings.port, log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        async with _client(server, serving, settings) as http:
            cast = await _cast(premises, http)
            lines = await _feed_all(cast, load_centre(settings.centre_path), settings)
        sys.stdout.write(table(lines))
        if report is not None:
            await asyncio.to_thread(write_report, lines, report)
        if not once:
            sys.stdout.write(f"\nserving at {settings.local_url} (Ctrl+C stops)\n")
            await serving
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def _client(
    server: uvicorn.Server, serving: asyncio.Task[None], settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    while not server.started:
        if serving.done():
            raise RuntimeError(f"could not serve at {settings.local_url}; is the port taken? SHOULI_PORT names another")
        await asyncio.sleep(0.02)
    async with httpx.AsyncClient(base_url=settings.local_url, timeout=60) as http:
        yield http


async def _cast(premises: Premises, http: httpx.AsyncClient) -> Cast:
    assert isinstance(premises.tokens, StoredTokens)
    callers = []
    for name, role in ((OPERATOR, Role.OPERATOR), (HANDLER, Role.HANDLER), (ADMINISTRATOR, Role.ADMINISTRATOR)):
        await premises.tokens.revoke(name, system_clock(), by="demo")
        token = await premises.tokens.add(
            name=name, role=role, unit=None, scopes=frozenset(), by="demo", now=system_clock()
        )
        callers.append(Caller(http, token))
    return Cast(*callers)


async def _feed_all(cast: Cast, centre: Centre, settings: Settings) -> list[Line]:
    await _staff_up(cast.administrator, centre)
    run = uuid4().hex
    fax = await _fax(cast.operator, run)  # first, since it is read by a machine while the others are told
    receipts = [(channel, await _tell(cast.operator, path, sample, run)) for channel, path, sample in JSON_DOORS]
    receipts.append(("email", await _mail(cast.operator, run)))
    receipts.append(("fax", fax))
    folder = settings.data_dir / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return [await _follow(cast, channel, receipt, centre, folder) for channel, receipt in receipts]


async def _staff_up(administrator: Caller, centre: Centre) -> None:
    people: list[tuple[str, Role, str | None]] = [
        (HANDLER, Role.HANDLER, None),
        ("示例分管领导", Role.OFFICE_LEADER, None),
    ]
    for place, unit in enumerate(centre.units, 1):
        people += [(f"处置人{place}", Role.UNIT_HANDLER, unit.name), (f"分管领导{place}", Role.UNIT_LEADER, unit.name)]
    for name, role, unit_name in people:
        entry = {"id": name, "name": name, "role": role.value, "unit": unit_name}
        await administrator.ask("PUT", "/workflow/directory/staff", json=entry)


async def _tell(operator: Caller, path: str, sample: str, run: str) -> Any:
    headers = {"Idempotency-Key": f"demo-{run}-{sample}", "Content-Type": "application/json"}
    return (await operator.ask("POST", path, content=_sample(sample), headers=headers)).json()


async def _mail(operator: Caller, run: str) -> Any:
    raw = _sample("complaint.eml").replace(b"<20261120094103.17@", f"<{run}@".encode())
    return (
        await operator.ask("POST", "/intake/emails", content=raw, headers={"Content-Type": "message/rfc822"})
    ).json()


async def _fax(operator: Caller, run: str) -> Any:
    headers = {"Content-Type": "image/tiff", "Idempotency-Key": f"demo-{run}-fax"}
    return (await operator.ask("POST", "/intake/faxes", content=_sample("fax.tiff"), headers=headers)).json()


def _sample(name: str) -> bytes:
    return resources.files("services.samples").joinpath(name).read_bytes()


async def _follow(cast: Cast, channel: str, receipt: Any, centre: Centre, folder: Path) -> Line:
    """Wait for the case, forward it as a handler would, and wait for the document and the answer."""
    submission = await _until(
        lambda: _get(cast.handler, f"/intake/submissions/{receipt['complaint_id']}"),
        lambda found: found and found["case_number"],
        f"{channel}: the case",
    )
    number = submission["case_number"]
    case = await _get(cast.handler, f"/workflow/cases/{number}")
    if case["state"] == "registered":
        unit = case["target"]["unit"] if centre.unit_named(case["target"]["unit"] or "") else centre.units[0].name
        await cast.handler.ask("POST", f"/workflow/cases/{number}/actions/accept", json={})
        forward = {"unit": unit, "window": case["target"]["window"], "advice": "请核实情况，1 个工作日内办结并反馈。"}
        await cast.handler.ask("POST", f"/workflow/cases/{number}/actions/forward", json=forward)
    document = await _until(
        lambda: _get(cast.handler, f"/forms/documents?case={number}"), _disposition, f"{channel}: the document"
    )
    path = folder / f"{number}.pdf"
    path.write_bytes((await cast.handler.ask("GET", _disposition(document)["pdf"])).content)
    message = await _until(
        lambda: _get(cast.handler, f"/notify/deliveries?complaint={receipt['complaint_id']}"),
        _answer,
        f"{channel}: the answer",
    )
    return Line(
        channel,
        receipt["tracking_code"],
        number,
        _local(receipt["respond_by"]),
        _said(_answer(message)),
        str(path.resolve()),
    )


async def _get(caller: Caller, path: str) -> Any:
    try:
        return (await caller.ask("GET", path)).json()
    except RuntimeError:
        return None


async def _until(ask: Callable[[], Awaitable[Any]], good: Callable[[Any], Any], what: str) -> Any:
    """Ask until the answer is good. Raises RuntimeError after ``PATIENCE`` seconds, naming what did not come."""
    give_up = asyncio.get_running_loop().time() + PATIENCE
    while True:
        found = await ask()
        if found and good(found):
            return found
        if asyncio.get_running_loop().time() > give_up:
            raise RuntimeError(f"{what} did not come within {PATIENCE:.0f} s")
        await asyncio.sleep(0.1)


def _disposition(documents: Any) -> Any:
    return next((item for item in documents["items"] if item["form"] == "disposition" and "pdf" in item), None)


def _answer(deliveries: Any) -> Any:
    """The receipt, once it is on its way or with a person: the answer of art. 14."""
    receipts = [item for item in deliveries["items"] if item["purpose"] == "receipt"]
    receipts.sort(key=lambda item: bool(item["route"] == "tracking_page"))  # a page beside a message is not the message
    return next((item for item in receipts if _on_its_way(item)), None)


def _on_its_way(delivery: Any) -> bool:
    return delivery["state"] in ("accepted", "delivered") or delivery["route"] in ("call", "post")


def _said(delivery: Any) -> str:
    return f"{delivery['route']} {delivery['state']}"


def _local(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def write_report(lines: list[Line], path: Path) -> None:
    """The lines as a JSON list."""
    path.write_text(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1) + "\n")


def table(lines: list[Line]) -> str:
    """The lines as a table; a Chinese character is two columns wide."""
    heads = ("channel", "tracking code", "case", "respond by", "message", "document")
    rows = [heads, *(tuple(asdict(line).values()) for line in lines)]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(heads))]
    return (
        "\n"
        + "\n".join("  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows)
        + "\n"
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
