"""A load generator: keeps some connections busy with one prepared POST, in a process of its own.

``python -m tests.bench.load HOST PORT PATH CONNECTIONS COUNT < body`` prints ``{"seconds": …, "answers": {status: n}}``.
Raw sockets and no parsing beyond the status line and Content-Length, so that it costs the machine little.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter


async def drive(host: str, port: int, request: bytes, *, connections: int, count: int) -> tuple[float, Counter[int]]:
    """Send ``count`` requests over ``connections``; give the seconds and how many of each status came back."""
    left = iter(range(count))
    answers: Counter[int] = Counter()
    began = time.perf_counter()
    await asyncio.gather(*(_keep_busy(host, port, request, left, answers) for _ in range(connections)))
    return time.perf_counter() - began, answers


async def _keep_busy(host: str, port: int, request: bytes, left: object, answers: Counter[int]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for _ in left:  # type: ignore[attr-defined]  # an iterator shared by all connections
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        answers[int(head[9:12])] += 1
        await reader.readexactly(_length(head))
    writer.close()


def _length(head: bytes) -> int:
    at = head.lower().index(b"content-length:") + 15
    return int(head[at : head.index(b"\r\n", at)])


def request_of(host: str, port: int, path: str, body: bytes) -> bytes:
    """The bytes of one POST."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def main() -> None:
    """Read the body from standard input, drive, print."""
    host, port, path, connections, count = sys.argv[1:6]
    request = request_of(host, int(port), path, sys.stdin.buffer.read())
    seconds, answers = asyncio.run(drive(host, int(port), request, connections=int(connections), count=int(count)))
    sys.stdout.write(json.dumps({"seconds": seconds, "answers": answers}) + "\n")


if __name__ == "__main__":
    main()
