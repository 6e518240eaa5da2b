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


@pytest.mark.parametrize(("where", "status"), [("before", 400), ("after", 413)])
def test_what_stands_around_the_parts_is_not_read_for_ever(
    house: IntakeApp, port: int, where: str, status: int
) -> None:
    """A megabyte before the parts makes it no form, one behind them is too much; neither is taken."""
    with browser_at(port) as browser:
        around: dict[str, Any] = {where: b"x" * 1_000_000 + b"\r\n"}
        before = len(house.submissions())
        assert post(browser, body_of(filled(browser), **around)).status_code == status
        assert len(house.submissions()) == before


def test_a_file_with_two_names_is_refused(house: IntakeApp, port: int) -> None:
    """400: which of the two is meant depends on who reads it, and nothing is taken."""
    two = 'name="evidence"; filename="a.png"; filename*=UTF-8\'\'..%2F..%2Fetc%2Fpasswd\r\nContent-Type: image/png'
    with browser_at(port) as browser:
        before = len(house.submissions())
        answer = post(browser, body_of([*filled(browser), (two, PNG)]))
        assert answer.status_code == 400
        assert len(house.submissions()) == before


def test_ten_thousand_ranges_are_not_answered_one_by_one(port: int) -> None:
    """431 by the header's size; what fits into a header is one file at most, however many ranges it names."""
    with browser_at(port) as browser:
        style = browser.get(FORM).text.split('rel="stylesheet" href="')[1].split('"')[0]
        ranges = {"Range": "bytes=" + ",".join("0-1" for _ in range(10_000))}
        answer = browser.get(style, headers=ranges)
        assert answer.status_code == 431
        some = browser.get(style, headers={"Range": "bytes=" + ",".join("0-1" for _ in range(1000))})
        assert some.status_code in (200, 416)
        assert len(some.content) <= len(browser.get(style).content)


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("/healthz?x=" + "x" * 65_000, {}, 414),
        ("/" + "x" * 65_000, {}, 414),
        ("/healthz", {"X-Long": "x" * 65_536}, 431),
        ("/healthz", {"Cookie": "session=" + "x" * 65_536}, 431),
        ("/healthz", {f"X-{number}": "x" * 400 for number in range(100)}, 431),
        ("/healthz", {"Cookie": "session=" + "x" * 8_192}, 200),
    ],
    ids=["query", "path", "header", "cookie", "headers", "a cookie of 8 KB"],
)
def test_a_head_that_is_too_long_is_told_so(port: int, target: str, headers: dict[str, str], status: int) -> None:
    """414 and 431, as a problem: the server under the application hands over what is longer than the limits of the edge."""
    with browser_at(port) as browser:
        answer = browser.get(target, headers={"Accept": "application/json"} | headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == ("application/json" if status == 200 else "application/problem+json")


def test_a_head_is_answered_with_a_head(port: int) -> None:
    """The length that GET would have, nothing behind it, and the line serves on."""
    with browser_at(port) as browser:
        whole, head = browser.get(FORM), browser.head(FORM)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == whole.headers["content-type"]
        assert browser.get("/healthz").status_code == 200
