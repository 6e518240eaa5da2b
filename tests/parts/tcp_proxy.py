"""A TCP proxy on the loopback that misbehaves when told to: the network between a service and its broker or database.

Runs in the test's own event loop. Knows bytes only.
"""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from tests.parts.ports import LOOPBACK

CHUNK_BYTES = 65_536
# SO_LINGER with zero seconds: closing sends a reset instead of a farewell, and drops what is queued.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(eq=False, slots=True)
class _Link:
    """One client's connection and the one made for it to the target."""

    client: asyncio.StreamWriter
    target: asyncio.StreamWriter
    pumps: list[asyncio.Task[None]] = field(default_factory=list)


class TcpProxy:
    """Use as ``async with TcpProxy(url) as proxy:`` and give ``proxy.url`` to what is tested."""

    def __init__(self, target_url: str) -> None:
        """Stand before the host and port of an address (``amqp://…``, ``postgresql+asyncpg://…``, ``http://…``)."""
        self._target = urlsplit(target_url)
        self._links: set[_Link] = set()
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._left_to_target: int | None = None
        self.port = 0
        self.latency_seconds = 0.0
        """Delay of every chunk in either direction."""
        self.accepted = 0
        """How many connections have been made through it."""

    @property
    def url(self) -> str:
        """The target's address with the proxy's own host and port in it."""
        credentials, at, _ = self._target.netloc.rpartition("@")
        return urlunsplit(self._target._replace(netloc=f"{credentials}{at}{LOOPBACK}:{self.port}"))

    async def open(self) -> None:
        """Listen; after ``close``, again on the same port."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse new connections and reset those there are, as a dead host does."""
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Reset every present connection on both sides; new ones are welcome."""
        for link in list(self._links):
            self._reset(link)

    def black_hole(self) -> None:
        """Let nothing through, in neither direction, while connections look open. New ones get no answer either."""
        self._flowing.clear()

    def flow(self) -> None:
        """Let everything through again, first of all what was held: TCP loses no bytes, it delays them."""
        self._flowing.set()

    def truncate_after(self, count: int) -> None:
        """Pass that many more bytes towards the target, then reset the connection in mid-message."""
        self._left_to_target = count

    def half_close(self) -> None:
        """End the stream towards each client, while the other direction stays open."""
        for link in self._links:
            link.pumps[1].cancel()
            with contextlib.suppress(OSError):
                link.client.write_eof()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _serve(self, client_reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            target_reader, target = await asyncio.open_connection(self._target.hostname, self._target.port)
        except OSError:
            _abort(client)
            return
        link = _Link(client, target)
        link.pumps = [
            asyncio.create_task(self._pump(link, client_reader, target, to_target=True)),
            asyncio.create_task(self._pump(link, target_reader, client, to_target=False)),
        ]
        self._links.add(link)

    async def _pump(
        self, link: _Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, to_target: bool
    ) -> None:
        try:
            while chunk := await source.read(CHUNK_BYTES):
                await self._flowing.wait()
                if self.latency_seconds:
                    await asyncio.sleep(self.latency_seconds)
                passed = self._allowed(chunk) if to_target else chunk
                sink.write(passed)
                await sink.drain()
                if len(passed) < len(chunk):
                    self._end_in_mid_message(link)
                    return
            await self._flowing.wait()
            sink.write_eof()
        except OSError:
            self._reset(link)

    def _allowed(self, chunk: bytes) -> bytes:
        if self._left_to_target is None:
            return chunk
        passed = chunk[: self._left_to_target]
        self._left_to_target -= len(passed)
        if len(passed) < len(chunk):
            self._left_to_target = None
        return passed

    def _reset(self, link: _Link) -> None:
        self._forget(link)
        _abort(link.client)
        _abort(link.target)

    def _end_in_mid_message(self, link: _Link) -> None:
        self._forget(link)
        _abort(link.client)
        link.target.close()  # not a reset, which could take back the bytes that were passed

    def _forget(self, link: _Link) -> None:
        self._links.discard(link)
        current = asyncio.current_task()
        for pump in link.pumps:
            if pump is not current:
                pump.cancel()


def _abort(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
