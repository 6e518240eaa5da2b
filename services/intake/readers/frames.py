"""What goes over the pipes between the service and its scan worker: a head in JSON, and bytes.

Law of this file: a frame is two lengths (unsigned 32 bit, network order), a JSON object, a blob; nothing else is ever
written. It must not know what a frame means.
"""

from __future__ import annotations

import json
import struct
from asyncio import StreamReader
from typing import Any, BinaryIO

LENGTHS = struct.Struct("!II")

MAX_FRAME_BYTES = 64 * 1024 * 1024
"""Far above any frame that is sent: a worker that was taken over can't make the service allocate more."""

Head = dict[str, Any]


class BrokenPipeline(Exception):
    """The other side stopped in the middle of a frame, or wrote something else: whatever it was doing is lost."""


def pack(head: Head, blob: bytes = b"") -> bytes:
    """One frame."""
    text = json.dumps(head, ensure_ascii=False).encode()
    return LENGTHS.pack(len(text), len(blob)) + text + blob


def read_frame(pipe: BinaryIO) -> tuple[Head, bytes] | None:
    """Read one frame, blocking; None where the other side has closed. Raises ``BrokenPipeline``."""
    lengths = pipe.read(LENGTHS.size)
    if not lengths:
        return None
    head_size, blob_size = _sizes(lengths)
    body = pipe.read(head_size + blob_size)
    return _unpack(body, head_size, blob_size)


async def receive_frame(pipe: StreamReader) -> tuple[Head, bytes]:
    """Read one frame. Raises ``BrokenPipeline``, also where the other side has closed."""
    try:
        head_size, blob_size = _sizes(await pipe.readexactly(LENGTHS.size))
        body = await pipe.readexactly(head_size + blob_size)
    except EOFError:
        raise BrokenPipeline from None
    return _unpack(body, head_size, blob_size)


def _sizes(lengths: bytes) -> tuple[int, int]:
    if len(lengths) < LENGTHS.size:
        raise BrokenPipeline
    head_size, blob_size = LENGTHS.unpack(lengths)
    if head_size + blob_size > MAX_FRAME_BYTES:
        raise BrokenPipeline
    return head_size, blob_size


def _unpack(body: bytes, head_size: int, blob_size: int) -> tuple[Head, bytes]:
    if len(body) < head_size + blob_size:
        raise BrokenPipeline
    try:
        head = json.loads(body[:head_size])
    except ValueError:
        raise BrokenPipeline from None
    if not isinstance(head, dict):
        raise BrokenPipeline
    return head, body[head_size:]
