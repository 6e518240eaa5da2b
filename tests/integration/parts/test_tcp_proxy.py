"""The proxy's faults are the faults it names."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from tests.parts.ports import LOOPBACK
from tests.parts.tcp_proxy import TcpProxy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Echo:
    """A server that sends back what it gets, and remembers it."""

    def __init__(self) -> None:
        self.seen = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until its end."""
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(1000):
                self.seen += chunk
                writer.write(chunk)
                await writer.drain()
        writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, TcpProxy]]:
    """An echo server behind a proxy."""
    target = Echo()
    server = await asyncio.start_server(target.serve, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    async with TcpProxy(f"amqp://guest:guest@{LOOPBACK}:{port}/vhost") as proxy:
        yield target, proxy
    server.close()


async def _connect(proxy: TcpProxy) -> Streams:
    return await asyncio.open_connection(LOOPBACK, proxy.port)


async def _echoed(streams: Streams, said: bytes) -> bytes:
    reader, writer = streams
    writer.write(said)
    await writer.drain()
    return await reader.readexactly(len(said))


async def test_it_passes_bytes_and_keeps_the_rest_of_the_address(echo: tuple[Echo, TcpProxy]):
    """Untouched, the proxy is a wire; its address differs from the target's in host and port only."""
    _, proxy = echo
    assert await _echoed(await _connect(proxy), b"hello") == b"hello"
    assert proxy.url == f"amqp://guest:guest@{LOOPBACK}:{proxy.port}/vhost"
    assert proxy.accepted == 1


async def test_a_cut_resets_those_present_and_welcomes_new_ones(echo: tuple[Echo, TcpProxy]):
    """After a cut the old connection is reset and a new one works."""
    _, proxy = echo
    old = await _connect(proxy)
    await _echoed(old, b"hello")
    proxy.cut()
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await old[0].readexactly(1)
    assert await _echoed(await _connect(proxy), b"again") == b"again"


async def test_closed_it_refuses_and_open_again_it_has_the_same_port(echo: tuple[Echo, TcpProxy]):
    """A closed proxy refuses connections like a dead host, and comes back where it was."""
    _, proxy = echo
    port = proxy.port
    await proxy.close()
    with pytest.raises(ConnectionRefusedError):
        await _connect(proxy)
    await proxy.open()
    assert proxy.port == port
    assert await _echoed(await _connect(proxy), b"back") == b"back"


async def test_a_black_hole_is_silent_and_loses_nothing_afterwards(echo: tuple[Echo, TcpProxy]):
    """Bytes sent into the black hole go nowhere while it lasts, and arrive once it is over."""
    target, proxy = echo
    streams = await _connect(proxy)
    proxy.black_hole()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await _echoed(streams, b"hello")
    assert target.seen == b""
    proxy.flow()
    assert await streams[0].readexactly(5) == b"hello"


async def test_latency_delays_both_directions(echo: tuple[Echo, TcpProxy]):
    """An echo through a delay of 0.1 s takes at least 0.2 s."""
    _, proxy = echo
    streams = await _connect(proxy)
    proxy.latency_seconds = 0.1
    start = time.monotonic()
    assert await _echoed(streams, b"hello") == b"hello"
    assert time.monotonic() - start >= 0.2


async def test_truncation_passes_exactly_so_many_bytes_and_resets(echo: tuple[Echo, TcpProxy]):
    """The target gets the first bytes of a message and never the rest; the next connection is whole."""
    target, proxy = echo
    streams = await _connect(proxy)
    proxy.truncate_after(3)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await _echoed(streams, b"message")
    await asyncio.sleep(0.05)
    assert target.seen == b"mes"
    assert await _echoed(await _connect(proxy), b"whole") == b"whole"


async def test_half_closed_it_still_carries_towards_the_target(echo: tuple[Echo, TcpProxy]):
    """The client sees the end of the stream, while what it sends still arrives."""
    target, proxy = echo
    reader, writer = await _connect(proxy)
    await _echoed((reader, writer), b"hello")
    proxy.half_close()
    assert await reader.read() == b""
    writer.write(b"more")
    await writer.drain()
    async with asyncio.timeout(2):
        while target.seen != b"hellomore":
            await asyncio.sleep(0.01)


async def test_a_target_that_refuses_is_passed_on_as_a_reset():
    """Behind the proxy a dead target looks dead."""
    async with TcpProxy(f"http://{LOOPBACK}:1/") as proxy:
        reader, _ = await _connect(proxy)
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
