"""A small HTTP server for fakes of other people's APIs: answers what it is told, and breaks in the ways networks break.

Knows HTTP only; what a fake means by an answer is the fake's own matter. One thread a connection, on a private port.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Break(StrEnum):
    """How an answer goes wrong on its way."""

    NOT = "not"
    HANG = "hang"
    """Nothing ever comes."""
    RESET = "reset"
    """The connection is reset instead of an answer."""
    TRUNCATE = "truncate"
    """Half of the body comes, then the connection ends."""
    DRIP = "drip"
    """A byte a second."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """The body as a form, each name once."""
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks: Break = Break.NOT


def as_json(status: int, content: Any, *, breaks: Break = Break.NOT, **headers: str) -> Answer:
    """An answer in JSON; ``Retry_After="7"`` becomes a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(content).encode(), {"Content-Type": "application/json", **named}, breaks)


class WebServer:
    """Serves ``answer(request)`` on a private port until it is stopped."""

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self.stopping = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                outer._serve(self, answer)

            do_POST = do_GET  # noqa: N815 - the library's names

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's signature
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The origin: ``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """End, and let go of what hangs."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler, answer: Callable[[Request], Answer]) -> None:
        asked = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        query = parse_qs(asked.query, keep_blank_values=True)
        reply = answer(Request(handler.command, asked.path, query, dict(handler.headers), body))
        if reply.breaks is Break.HANG:
            self.stopping.wait(30)
            handler.close_connection = True
            return
        if reply.breaks is Break.RESET:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            handler.close_connection = True
            return
        self._write(handler, reply)

    def _write(self, handler: BaseHTTPRequestHandler, reply: Answer) -> None:
        handler.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if reply.breaks is Break.TRUNCATE:
            handler.wfile.write(reply.body[: len(reply.body) // 2])
            handler.close_connection = True
            return
        if reply.breaks is Break.DRIP:
            for byte in reply.body:
                if self.stopping.wait(1):
                    break
                handler.wfile.write(bytes([byte]))
            handler.close_connection = True
            return
        handler.wfile.write(reply.body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is what these tests are about."""
