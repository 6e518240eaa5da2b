"""Frames between the service and its scan worker: whole or not at all."""

import asyncio
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.readers.frames import (
    LENGTHS,
    MAX_FRAME_BYTES,
    BrokenPipeline,
    Head,
    pack,
    read_frame,
    receive_frame,
)

HEADS = st.dictionaries(st.text(max_size=9), st.none() | st.integers() | st.text(), max_size=4)


async def received(pipe: bytes) -> tuple[Head, bytes]:
    """The first frame that the service gets."""
    reader = asyncio.StreamReader()
    reader.feed_data(pipe)
    reader.feed_eof()
    return await receive_frame(reader)


@settings(deadline=None)
@given(HEADS, st.binary(max_size=2000), st.binary(max_size=9))
def test_a_frame_arrives_as_it_was_sent(head: Head, blob: bytes, what_follows: bytes) -> None:
    """On both ends, whatever stands in it and whatever comes after it."""
    pipe = pack(head, blob) + what_follows
    assert read_frame(BytesIO(pipe)) == (head, blob)
    assert asyncio.run(received(pipe)) == (head, blob)


WHOLE = pack({"kind": "page"}, b"blob")
BROKEN = {
    "cut in its lengths": WHOLE[:5],
    "cut in its head": WHOLE[:12],
    "cut in its blob": WHOLE[:-1],
    "larger than any frame": LENGTHS.pack(MAX_FRAME_BYTES, 1) + b"{}",
    "a head that isn't JSON": LENGTHS.pack(2, 0) + b"{]",
    "a head that isn't text": LENGTHS.pack(2, 0) + b"\xff\xfe",
    "a head that isn't an object": LENGTHS.pack(2, 0) + b"[]",
}


@pytest.mark.parametrize("pipe", BROKEN.values(), ids=BROKEN)
async def test_a_broken_frame_is_never_half_believed(pipe: bytes) -> None:
    """Both ends refuse it in the same way."""
    with pytest.raises(BrokenPipeline):
        read_frame(BytesIO(pipe))
    with pytest.raises(BrokenPipeline):
        await received(pipe)


async def test_the_end_of_the_pipe_ends_the_worker_and_troubles_the_service() -> None:
    """A service that closes has no more jobs; a worker that closes has died."""
    assert read_frame(BytesIO(b"")) is None
    with pytest.raises(BrokenPipeline):
        await received(b"")
