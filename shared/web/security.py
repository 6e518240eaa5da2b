"""What stands between the network and every route: headers, sizes, the client's address, a number for each request.

Law of this file: plain ASGI, in memory bounded by its own limits; it knows no route's meaning, only path prefixes. A
header that a route sets itself (the stricter policy of a download, a file that may be cached) is left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.values import new_id
from shared.store.engine import is_unreachable
from shared.web.problem_answers import Problems, report_unforeseen, request_id
from shared.web.problems import Problem

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
WITH_PICTURES_WITHIN = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""For the few pages that hold pictures in themselves, such as previews, which have no address: a picture acts on nothing."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Pages that hold a form loosen this to same-origin in their head: under no-referrer browsers send "Origin: null"
    # with every form, and a forged form could not be told from an honest one.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
STRICT_TRANSPORT_SECURITY = "max-age=31536000"
"""A year, this host only: the subdomains of a city's domain are not ours to speak for."""

RETRY_AFTER = "30"
"""Seconds after which a client may try again when our storage was away; the page says the same."""

SLOWEST = 32 * 1024
"""Bytes a second of the slowest line that an honest upload comes by."""

_ENCODED = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())
_ENCODED_FOR_HTTPS = (*_ENCODED, (b"strict-transport-security", STRICT_TRANSPORT_SECURITY.encode()))
"""As ASGI carries them: made once, since they go out with every answer."""

Network = IPv4Network | IPv6Network

_log = structlog.get_logger("shouli.web")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a request may be, in bytes. ``bodies`` gives other limits for paths that begin so; the longest wins."""

    body: int = 1024 * 1024
    bodies: Mapping[str, int] = field(default_factory=dict)
    target: int = 8 * 1024
    headers: int = 32 * 1024
    patience: float = 25.0
    """Seconds for a body of nothing; a large one has as many more as it takes at ``SLOWEST``."""

    def for_path(self, path: str) -> int:
        """The limit of the body for a path."""
        fitting = [prefix for prefix in self.bodies if path.startswith(prefix)]
        return self.bodies[max(fitting, key=len)] if fitting else self.body

    def patience_for(self, length: int) -> float:
        """How many seconds a body of this length may take."""
        return self.patience + length / SLOWEST


class SecurityHeaders:
    """Puts the headers on every answer, the refusals of the other layers included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add to the answer what it doesn't have."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                present = {name for name, _ in given}
                # The scheme is asked here, after the layer within may have learnt it from the proxy.
                wanted = _ENCODED_FOR_HTTPS if scope["scheme"] == "https" else _ENCODED
                message = {**message, "headers": given + [pair for pair in wanted if pair[0] not in present]}
            await send(message)

        await self._app(scope, receive, with_headers)


class ClientAddress:
    """Learns the client's address and scheme from X-Forwarded-*, but only from a proxy that is ours.

    The address is the last one in X-Forwarded-For that isn't itself one of our proxies: whatever stands before it was
    written by the client. Anything that isn't an address ends the search. The server's own handling of these headers
    (uvicorn's ``--proxy-headers``) must be off.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[str] = ()) -> None:
        self._app = app
        self._trusted = [ip_network(network) for network in trusted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the client as far as it can be trusted."""
        if self._trusted and scope["type"] == "http" and self._is_ours(_peer(scope)):
            headers = Headers(scope=scope)
            scope["client"] = (self._client(scope, headers), 0)
            scheme = headers.get("x-forwarded-proto", "")
            scope["scheme"] = scheme if scheme in {"http", "https"} else scope["scheme"]
        await self._app(scope, receive, send)

    def _client(self, scope: Scope, headers: Headers) -> str:
        client = _peer(scope)
        for hop in reversed(",".join(headers.getlist("x-forwarded-for")).split(",")):
            address = _address(hop)
            if address is None:
                break
            client = address
            if not self._is_ours(address):
                break
        return client

    def _is_ours(self, address: str) -> bool:
        parsed = _address(address)
        return parsed is not None and any(_within(parsed, network) for network in self._trusted)


class RequestId:
    """Gives each request a number, for the log, the problem page and the answer's ``X-Request-Id``.

    The number is always ours: one taken from outside would let a stranger write into the log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with ``scope["state"]["request_id"]`` set and bound to the log's context."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # One application mounted within another keeps the number that the outer one gave.
        number = scope.setdefault("state", {}).setdefault("request_id", str(new_id()))

        async def with_number(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = number
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=number):
            await self._app(scope, receive, with_number)


class Unforeseen:
    """Catches what no handler foresaw: one general answer, one line in the log, and the server doesn't see it.

    Storage that is away is foreseen here for every route at once: 503, so that the sender tries again and nobody is woken
    for a fault of the code.

    Starlette's own layer would raise it again, and uvicorn would log its message, which may hold a citizen's words.
    """

    def __init__(self, app: ASGIApp, problems: Problems) -> None:
        self._app = app
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 503 or 500 for an exception, unless an answer has begun, which is then cut off."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = _Watched(send)
        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - the last layer: whatever arrives here has no other handler
            connection = HTTPConnection(scope)
            problem = self._told(error, request_id(connection))
            if watched.begun:
                raise _CutOff from None
            await self._problems.answer(connection, problem)(scope, receive, send)

    def _told(self, error: Exception, number: str) -> Problem:
        """Log it, and say it."""
        if is_unreachable(error):
            _log.warning("storage.unreachable", request_id=number, fault=type(error).__name__)
            return self._problems.of_status(503, headers={"Retry-After": RETRY_AFTER})
        report_unforeseen(error, number)
        return self._problems.of_status(500)


class _CutOff(Exception):
    """An answer failed half way: the server must close the connection, so that the half isn't taken for the whole."""


class SizeLimit:
    """Refuses what can't be taken before it is read, and what turns out too large, or never ends, while it is read.

    413 for a body over its path's limit, 414 for an address, 431 for headers, 415 for a compressed body, since its true
    size is only known once it is unpacked, 408 for one that comes slower than any honest line, 400 for an address with the
    NUL character, which PostgreSQL would choke on wherever it is looked for.
    """

    def __init__(self, app: ASGIApp, problems: Problems, limits: Limits) -> None:
        self._app = app
        self._problems = problems
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limits.for_path(scope["path"])
        refusal = self._refusal(scope, headers, limit)
        if refusal:
            await self._refuse(refusal, scope, receive, send)
            return
        counted = _Counted(receive, limit, self._limits.patience_for(int(headers.get("content-length", limit))))
        answer = _Watched(send, unless=lambda: counted.refusal is not None)
        try:
            await self._app(scope, counted, answer)
        except Exception:
            # An application that is told half way through that the client has left may raise; that isn't its fault.
            if counted.refusal is None:
                raise
        if counted.refusal is not None:
            if answer.begun:
                raise _CutOff
            await self._refuse(counted.refusal, scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers, limit: int) -> int | None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self._limits.target:
            return 414
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return 400
        if sum(len(name) + len(value) for name, value in scope["headers"]) > self._limits.headers:
            return 431
        if headers.get("content-encoding", "identity").lower() != "identity":
            return 415
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return 400
        return 413 if int(length) > limit else None

    async def _refuse(self, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        # The rest of the body is never read, so the connection can't serve another request.
        problem = self._problems.of_status(status, headers={"Connection": "close"})
        await self._problems.answer(HTTPConnection(scope), problem)(scope, receive, send)


class _Counted:
    """Receives, and ends the body as if the client had left once it is over the limit or out of time."""

    def __init__(self, receive: Receive, limit: int, patience: float) -> None:
        self._receive = receive
        self._left = limit
        self._until = asyncio.get_running_loop().time() + patience
        self._ended = False
        self.refusal: int | None = None

    async def __call__(self) -> Message:
        if self.refusal is not None:
            return {"type": "http.disconnect"}
        if self._ended:  # what comes now is the client leaving, however late
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.refusal = 408
            return {"type": "http.disconnect"}
        self._ended = not message.get("more_body", False)
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.refusal = 413
            return {"type": "http.disconnect"}
        return message


class _Watched:
    """Sends, unless the answer is to be another one, and remembers whether the answer has begun."""

    def __init__(self, send: Send, *, unless: Callable[[], bool] = lambda: False) -> None:
        self._send = send
        self._unless = unless
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if self._unless():
            return
        self.begun = self.begun or message["type"] == "http.response.start"
        await self._send(message)


def _peer(scope: Scope) -> str:
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""


def _address(text: str) -> str | None:
    """The address in its plain form, or None. A zone (``fe80::1%eth0``) may hold any text, so there is none here."""
    if "%" in text:
        return None
    try:
        address = ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def _within(address: str, network: Network) -> bool:
    parsed = ip_address(address)
    return parsed.version == network.version and parsed in network
