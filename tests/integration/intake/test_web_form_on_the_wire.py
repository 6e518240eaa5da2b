"""The public form over a real socket: what only the bytes on the wire can show. Nothing half sent is half taken."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from tests.parts.intake_app import FILLED, FORM, PNG, IntakeApp, intake_app, open_form
from tests.parts.ports import free_port

PATIENCE = 30.0
BOUNDARY = "x-boundary"
Parts = list[tuple[str, bytes]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeApp]:
    """Intake, asked directly what was taken."""
    folder = tmp_path_factory.mktemp("wire")
    with intake_app(folder, public_posts_a_minute=0, guesses_a_minute=0) as started:
        yield started


@pytest.fixture(scope="module")
def port(house: IntakeApp) -> Iterator[int]:
    """The same application behind a socket, by the server that it is delivered with."""
    chosen = free_port()
    config = uvicorn.Config(
        house.app, host="127.0.0.1", port=chosen, http="httptools", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    assert house.client.portal is not None
    serving = house.client.portal.start_task_soon(server._serve)
    give_up = time.monotonic() + PATIENCE
    while not server.started:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    yield chosen
    server.should_exit = True
    serving.result(PATIENCE)


def body_of(parts: Parts, *, before: bytes = b"", after: bytes = b"") -> bytes:
    """A multipart body; each part with its Content-Disposition as given."""
    lines = b"".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    )
    return before + lines + f"--{BOUNDARY}--\r\n".encode() + after


def filled(browser: httpx.Client) -> Parts:
    """The form's fields as parts."""
    fields = FILLED | open_form(browser).hidden
    return [(f'name="{name}"', value.encode()) for name, value in fields.items()]


@contextmanager
def browser_at(port: int) -> Iterator[httpx.Client]:
    """A browser of its own."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Accept": "text/html"}, timeout=PATIENCE) as one:
        yield one


def post(browser: httpx.Client, body: bytes) -> httpx.Response:
    """Send a body as the form's."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return browser.post(FORM, content=body, headers=headers)


def raw(port: int, request: bytes) -> bytes:
    """What the server answers to these bytes until it hangs up or has said its status."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(request)
        return line.recv(65_536)


def kept(house: IntakeApp) -> set[Path]:
    """The originals on disk."""
    return {path for path in Path(house.settings.originals_folder).rglob("*") if path.is_file()}


def test_an_upload_that_breaks_off_leaves_nothing(house: IntakeApp, port: int) -> None:
    """No row, no half file; sent again whole, it is taken once."""
    with browser_at(port) as browser:
        parts = [
            *filled(browser),
            ('name="evidence"; filename="a.png"\r\nContent-Type: image/png', PNG + bytes(200_000)),
        ]
        body = body_of(parts)
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        head = (
            f"POST {FORM} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\nAccept: text/html\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        before, files = len(house.submissions()), kept(house)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
            line.sendall(head.encode() + body[: len(body) * 9 // 10])
        assert browser.get("/healthz").status_code == 200  # what was cut off is behind us
        assert (len(house.submissions()), kept(house)) == (before, files)
        assert post(browser, body).status_code == 303
        assert len(house.submissions()) == before + 1


def test_lengths_that_contradict_each_other_are_refused(port: int) -> None:
    """400 for Transfer-Encoding beside Content-Length: nobody smuggles a second request in."""
    answer = raw(
        port,
        f"POST {FORM} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n".encode(),
    )
    assert answer.split(b"\r\n")[0].split()[1] in (b"400", b"413")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_compressed_form_is_not_unpacked(house: IntakeApp, port: int) -> None:
    """415: how large it is would only be known once it is too late."""
    with browser_at(port) as browser:
        before = len(house.submissions())
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Encoding": "gzip"}
        assert browser.post(FORM, content=b"\x1f\x8b" + bytes(1000), headers=headers).status_code == 415
        assert len(house.submissions()) == before


@pytest.mark.parametrize("where", ["before", "after"])
def test_what_stands_around_the_parts_is_not_read_for_ever(house: IntakeApp, port: int, where: str) -> None:
    """A megabyte before or behind the parts costs no more than its reading; the form is taken, or refused by its size."""
    with browser_at(port) as browser:
        around: dict[str, Any] = {where: b"x" * 1_000_000 + b"\r\n"}
        began = time.monotonic()
        answer = post(browser, body_of(filled(browser), **around))
        assert answer.status_code in (303, 400, 413)
        assert time.monotonic() - began < PATIENCE / 3


def test_a_file_with_two_names_is_known_by_one(house: IntakeApp, port: int) -> None:
    """Both are a stranger's words: neither is a path, and the complaint is taken or refused, never half."""
    two = 'name="evidence"; filename="a.png"; filename*=UTF-8\'\'..%2F..%2Fetc%2Fpasswd\r\nContent-Type: image/png'
    with browser_at(port) as browser:
        before = len(house.submissions())
        answer = post(browser, body_of([*filled(browser), (two, PNG)]))
        assert answer.status_code in (303, 400)
        assert len(house.submissions()) == before + (answer.status_code == 303)


def test_ten_thousand_ranges_are_not_answered_one_by_one(port: int) -> None:
    """Refused by the size of the header, or ignored: never ten thousand parts."""
    with browser_at(port) as browser:
        style = browser.get(FORM).text.split('rel="stylesheet" href="')[1].split('"')[0]
        ranges = {"Range": "bytes=" + ",".join("0-1" for _ in range(10_000))}
        answer = browser.get(style, headers=ranges)
        assert answer.status_code in (200, 416, 431)
        some = browser.get(style, headers={"Range": "bytes=" + ",".join("0-1" for _ in range(1000))})
        assert some.status_code in (200, 416)
        assert len(some.content) <= len(browser.get(style).content)
