"""What stands before every route: headers, sizes, the client's address, the request's number."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, UploadFile
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from hypothesis import given
from hypothesis import strategies as st

from shared.web.edge import EdgePolicy, install_web
from shared.web.problem_answers import Problems
from shared.web.security import CONTENT_SECURITY_POLICY, ClientAddress, Limits, SizeLimit
from tests.parts.page_gallery import pages

PAGES = pages()
LIMITS = Limits(body=1000, bodies={"/upload": 5000, "/upload/small": 10})


def make_app(*, proxies: tuple[str, ...] = ()) -> FastAPI:
    """An application behind the whole edge."""
    app = FastAPI()
    install_web(app, PAGES, EdgePolicy(trusted_proxies=proxies, limits=LIMITS))
    add_answers(app)

    @app.get("/who")
    async def who(request: Request) -> dict[str, str]:
        assert request.client
        return {"client": request.client.host, "scheme": request.url.scheme}

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    @app.post("/ignore")
    async def ignore() -> str:
        return "did not read"

    @app.post("/upload")
    async def upload(file: UploadFile) -> int:
        return len(await file.read())

    @app.post("/upload/small")
    async def small(request: Request) -> int:
        return len(await request.body())

    return app


def add_answers(app: FastAPI) -> None:
    """Routes whose answers are special."""

    @app.get("/download")
    async def download() -> Response:
        return PlainTextResponse("x", headers={"Content-Security-Policy": "sandbox", "Cache-Control": "private"})

    @app.get("/half")
    async def half() -> Response:
        async def parts() -> AsyncIterator[str]:
            yield "half of it"
            raise RuntimeError

        return StreamingResponse(parts())


def client(app: FastAPI | None = None, *, base: str = "http://test", peer: str = "203.0.113.9") -> httpx.AsyncClient:
    """A client that reaches the application from ``peer``."""
    transport = httpx.ASGITransport(app=app or make_app(), client=(peer, 1234))
    return httpx.AsyncClient(transport=transport, base_url=base)


async def in_parts(*parts: bytes) -> AsyncIterator[bytes]:
    """A body sent in chunks, its length not told."""
    for part in parts:
        yield part


@pytest.mark.parametrize("path", ["/who", "/nowhere", "/static/x/shouli.css"])
async def test_every_answer_carries_the_headers(path: str) -> None:
    """Pages, files, JSON and errors alike; the policy of contents to the letter."""
    headers = (await client().get(path)).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert len(headers["x-request-id"]) == 36


async def test_refusals_carry_the_headers_too() -> None:
    """Also what never reached a route."""
    answer = await client().post("/read", content=b"x" * 1001)
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


async def test_nothing_is_kept_unless_a_route_says_so() -> None:
    """``no-store`` by default, since any answer may concern one person."""
    async with client() as browser:
        assert (await browser.get("/who")).headers["cache-control"] == "no-store"
        assert (await browser.get("/download")).headers["cache-control"] == "private"


async def test_a_stricter_policy_of_a_route_stands() -> None:
    """A download brings its own sandbox."""
    assert (await client().get("/download")).headers["content-security-policy"] == "sandbox"


@pytest.mark.parametrize(("base", "told"), [("https://test", "max-age=31536000"), ("http://test", None)])
async def test_https_is_asked_for_only_over_https(base: str, told: str | None) -> None:
    """A browser ignores the header over http, and the demo on loopback has no certificate."""
    assert (await client(base=base).get("/who")).headers.get("strict-transport-security") == told


async def test_https_told_by_our_proxy_counts() -> None:
    """Behind Caddy the service itself speaks http."""
    app = make_app(proxies=("10.0.0.0/8",))
    answer = await client(app, peer="10.1.2.3").get("/who", headers={"x-forwarded-proto": "https"})
    assert answer.json()["scheme"] == "https"
    assert "strict-transport-security" in answer.headers


PROXIES = ("10.0.0.0/8", "fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.9", ["1.2.3.4"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["1.2.3.4", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["<script>, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, <b>"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7, <b>, 10.0.0.2"], "10.0.0.2"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("fd00::1", ["[2001:db8::7]"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["fe80::1%<b>"], "10.0.0.1"),
    ],
)
async def test_the_clients_address_is_the_last_one_that_is_not_our_proxy(
    peer: str, forwarded: list[str], seen: str
) -> None:
    """What stands before it was written by the client, and what isn't an address ends the search."""
    headers = [("x-forwarded-for", value) for value in forwarded]
    answer = await client(make_app(proxies=PROXIES), peer=peer).get("/who", headers=headers)
    assert answer.json()["client"] == seen


async def test_a_scheme_from_a_stranger_is_not_believed() -> None:
    """Only our proxies may say https."""
    answer = await client(make_app(proxies=PROXIES)).get("/who", headers={"x-forwarded-proto": "https"})
    assert answer.json()["scheme"] == "http"


async def test_a_junk_scheme_from_our_proxy_is_left_aside() -> None:
    """Nothing but http and https ever reaches an address."""
    answer = await client(make_app(proxies=PROXIES), peer="10.0.0.1").get("/who", headers={"x-forwarded-proto": "x:"})
    assert answer.json()["scheme"] == "http"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=255)) | st.from_regex(r"fe80::[0-9a-f]%.{1,9}"))
async def test_whatever_is_forwarded_the_client_stays_an_address(forwarded: str) -> None:
    """No header's text can reach a log or a page by way of the client's address (CVE-2026-107393)."""
    seen: dict[str, Any] = {}

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.update(scope)

    scope = {
        "type": "http",
        "scheme": "http",
        "client": ("10.0.0.1", 1),
        "headers": [(b"x-forwarded-for", forwarded.encode("latin-1", "replace"))],
    }
    await ClientAddress(app, trusted=PROXIES)(scope, _nothing, _nowhere)
    assert all(character in "0123456789abcdef.:" for character in seen["client"][0])


async def _nothing() -> Any:
    return {"type": "http.disconnect"}


async def _nowhere(_message: Any) -> None:
    return None


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/read", 1000, 200),
        ("/read", 1001, 413),
        ("/ignore", 1001, 413),
        ("/upload/small", 10, 200),
        ("/upload/small", 11, 413),
        ("/upload", 5001, 413),
    ],
)
async def test_a_body_over_its_paths_limit_is_refused(path: str, size: int, status: int) -> None:
    """The longest prefix that fits sets the limit; the limit itself still passes."""
    answer = await client().post(path, content=b"x" * size)
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["title"] == "内容太大，没有收下"
        assert answer.headers["connection"] == "close"


async def test_a_told_length_is_refused_before_a_byte_is_read() -> None:
    """10 MB of text cost nothing (CVE-2024-47874)."""
    read = 0

    async def receive() -> Any:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x", "more_body": True}

    statuses: list[int] = []

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    await make_app()(_scope("/read", {"content-length": "10485760"}), receive, send)
    assert statuses[0] == 413
    assert read == 0


@pytest.mark.parametrize("path", ["/read", "/upload/small", "/ignore"])
async def test_a_body_whose_length_is_not_told_is_counted(path: str) -> None:
    """Chunks that run over are cut off at the limit; who doesn't read isn't reached by them."""
    answer = await client().post(path, content=in_parts(b"x" * 600, b"x" * 600))
    assert answer.status_code == (200 if path == "/ignore" else 413)


async def test_an_upload_that_runs_over_is_refused_like_any_other() -> None:
    """Also where the framework reads the form itself."""
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = await client().post("/upload", content=in_parts(part, b"x" * 6000, b"\r\n--b--\r\n"), headers=headers)
    assert answer.status_code == 413


async def test_a_body_within_its_limit_arrives_whole() -> None:
    """Counting changes nothing."""
    answer = await client().post("/read", content=in_parts(b"x" * 400, b"x" * 600))
    assert answer.json() == 1000


async def test_an_answer_that_began_before_the_body_ran_over_is_cut_off() -> None:
    """Half an answer must not pass for the whole."""

    async def answers_while_reading(_scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] == "http.request":
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def receive() -> Any:
        return {"type": "http.request", "body": b"x" * 600, "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    limited = SizeLimit(answers_while_reading, Problems(PAGES), LIMITS)
    with pytest.raises(Exception, match=r"^$") as cut:
        await limited(_scope("/echo", {}), receive, send)
    assert type(cut.value).__name__ == "_CutOff"
    assert sent[-1]["more_body"]


async def test_a_body_that_never_ends_is_refused_and_one_that_has_ended_may_be_waited_on() -> None:
    """408 for a line that drips; whoever listens for the client's leaving afterwards may do so for as long as they like."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def reads(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()
        await send({"type": "http.response.body", "body": b""})

    async def drips() -> Any:
        await asyncio.Event().wait()

    async def ends() -> Any:
        if not ended:
            ended.append(True)
            return {"type": "http.request", "body": b"{}", "more_body": False}
        await asyncio.sleep(0.05)
        return {"type": "http.disconnect"}

    ended: list[bool] = []
    limited = SizeLimit(reads, Problems(PAGES), Limits(patience=0.01))
    for receive, status in ((drips, 408), (ends, 200)):
        sent.clear()
        await limited(_scope("/echo", {"content-length": "2"}), receive, send)
        assert [message["status"] for message in sent if message["type"] == "http.response.start"] == [status]


async def test_an_answer_that_breaks_half_way_is_cut_off_without_its_cause() -> None:
    """The server closes the connection; its log gets no message of ours to print."""
    with pytest.raises(Exception, match=r"^$") as cut:
        await client().get("/half")
    assert type(cut.value).__name__ == "_CutOff"
    assert cut.value.__suppress_context__


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/who?" + "x" * 8200, {}, 414),
        ("/" + "x" * 8200, {}, 414),
        ("/who", {"cookie": "x" * 33_000}, 431),
        ("/who", {"content-encoding": "gzip"}, 415),
        ("/who", {"content-encoding": "identity"}, 200),
        ("/who", {"content-length": "-1"}, 400),
        ("/who", {"content-length": "1e9"}, 400),
        ("/who", {"content-length": "٣"}, 400),
    ],
    ids=["long query", "long path", "large cookie", "compressed", "plain", "negative", "exponent", "other digits"],
)
async def test_a_request_out_of_shape_is_refused(path: str, headers: dict[str, str], status: int) -> None:
    """Address, headers, compression and length are looked at before anything else."""
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await make_app()(_scope(path, headers, method="GET"), _nothing, send)
    assert statuses == [status]


def _scope(path: str, headers: dict[str, str], *, method: str = "POST") -> dict[str, Any]:
    plain, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("utf-8")) for name, value in headers.items()],
        "client": ("203.0.113.9", 1),
        "server": ("test", 80),
    }


async def test_a_number_from_outside_is_not_used() -> None:
    """No stranger writes into the log."""
    answer = await client().get("/who", headers={"x-request-id": "forged"})
    assert answer.headers["x-request-id"] != "forged"


async def test_a_mounted_application_keeps_the_number() -> None:
    """One request, one number, however many layers it passes."""
    outer, inner = make_app(), make_app()
    outer.mount("/inner", inner)
    answer = await client(outer).get("/inner/nowhere")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_what_is_not_http_passes_untouched() -> None:
    """Start and stop of the application go through every layer."""
    passed: list[str] = []

    async def receive() -> Any:
        return {"type": ["lifespan.startup", "lifespan.shutdown"][len(passed)]}

    async def send(message: Any) -> None:
        passed.append(message["type"])

    app: Callable[..., Awaitable[None]] = make_app()
    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    assert passed == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
