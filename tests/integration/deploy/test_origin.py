"""The one origin, by a real Caddy: every published path reaches the service it belongs to, and no other path any."""

import contextlib
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from services.forms.api.access import ACCESS as FORMS
from services.intake.api.access import ACCESS as INTAKE
from services.notify.api.access import ACCESS as NOTIFY
from services.workflow.api.access import ACCESS as WORKFLOW
from shared.contracts.values import SERVICES
from shared.identity.doors.access import ACCESS as IDENTITY
from tests.parts.compose import ROOT
from tests.parts.ports import LOOPBACK, free_port, wait_until_answers
from tests.parts.programs import find_program, stop_process


def _filled(path: str) -> str:
    """A path of a route with something in each of its places."""
    return re.sub(r"\{\w+\}", "0123456789", path)


TABLES = {
    "intake": [INTAKE],
    "workflow": [WORKFLOW, IDENTITY],
    "notify": [NOTIFY],
    "forms": [FORMS],
}
ROUTES = [
    ("/static/v1/shouli.css", "intake"),
    ("/login?then=/workflow/cases", "workflow"),
    ("/track/0123456789?lang=en", "workflow"),
    *sorted({(_filled(row.path), service) for service, tables in TABLES.items() for table in tables for row in table}),
]
"""Every route that a service has, by its own table of access: one that the origin doesn't know fails here."""
CLOSED = ["/metrics", "/readyz", "/healthz", "/docs", "/openapi.json", "/intakes", "/tracking", "/.env"]


class _Backend(BaseHTTPRequestHandler):
    """Says which service it stands for, and whom it takes the client to be."""

    service = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-Service", self.service)
        self.send_header("X-Seen-For", self.headers.get("X-Forwarded-For", ""))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def _backend(service: str) -> Iterator[str]:
    handler = type(service, (_Backend,), {"service": service})
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"{LOOPBACK}:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the origin: Caddy with the deployment's Caddyfile before four stand-ins."""
    folder: Path = tmp_path_factory.mktemp("caddy")
    port = free_port()
    with contextlib.ExitStack() as stack:
        places = {f"SHOULI_{name.upper()}": stack.enter_context(_backend(name)) for name in SERVICES}
        environment = {**os.environ, **places, "SHOULI_SITE": f"http://{LOOPBACK}:{port}", "HOME": str(folder)}
        admin = {
            "CADDY_ADMIN": f"{LOOPBACK}:{free_port()}",
            "XDG_DATA_HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
        }
        command = [find_program("caddy", package="caddy"), "run", "--adapter", "caddyfile", "--config"]
        with (folder / "out").open("wb") as output:
            process = subprocess.Popen(
                [*command, str(ROOT / "deploy/Caddyfile")], env=environment | admin, stdout=output, stderr=output
            )
        stack.callback(stop_process, process)
        wait_until_answers(port, process)
        yield stack.enter_context(httpx.Client(base_url=f"http://{LOOPBACK}:{port}"))


@pytest.mark.parametrize(("path", "service"), ROUTES)
def test_a_path_reaches_the_service_it_belongs_to(origin: httpx.Client, path: str, service: str):
    """Each fixed name of the HTTP interface leads to its service."""
    answer = origin.get(path)
    assert (answer.status_code, answer.headers["X-Service"]) == (200, service)


@pytest.mark.parametrize("path", CLOSED)
def test_what_is_internal_stays_inside(origin: httpx.Client, path: str):
    """Metrics, health and whatever else isn't published can't be reached through the origin."""
    answer = origin.get(path)
    assert answer.status_code == 404
    assert "X-Service" not in answer.headers


def test_a_client_cannot_forge_its_address(origin: httpx.Client):
    """An X-Forwarded-For that a client sends never reaches a service."""
    answer = origin.get("/track", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.headers["X-Seen-For"] == LOOPBACK
