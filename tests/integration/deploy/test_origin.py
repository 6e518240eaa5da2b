"""The one origin, by a real Caddy: every published path reaches the service it belongs to, and no other path any."""

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from services.bootstrap import SERVICES
from tests.parts.compose import ROOT
from tests.parts.ports import LOOPBACK, free_port, wait_until_answers
from tests.parts.programs import find_program, stop_process

ROUTES = [
    ("/", "intake"),
    ("/intake/web-forms", "intake"),
    ("/intake/submissions?page=2", "intake"),
    ("/static/shouli.css", "intake"),
    ("/workflow/cases/2026-0001/timeline", "workflow"),
    ("/track", "workflow"),
    ("/track/0123456789", "workflow"),
    ("/login?then=/workflow/cases", "workflow"),
    ("/account/totp", "workflow"),
    ("/identity/accounts", "workflow"),
    ("/notify/call-list", "notify"),
    ("/notify/webhooks/twilio/status", "notify"),
    ("/forms/documents?case=1", "forms"),
    ("/verify/0123456789", "forms"),
]
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
