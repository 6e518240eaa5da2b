"""Live notices: resumed where they broke off, ended in time."""

from collections.abc import AsyncIterator, Sequence

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shared.web.sse import EventSourceResponse, LastEventId, Notice, ServerSentEvent, follow

STORE = [Notice(str(place), "notice", f"第 {place} 件") for place in range(1, 6)]


async def read(after: str | None) -> Sequence[Notice]:
    """Read the store: what came after that one, all where none is named."""
    return [notice for notice in STORE if after is None or int(notice.id) > int(after)]


class Clock:
    """A clock that moves on by one second at each wait."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """What the clock shows, in seconds."""
        return self.now

    async def wait(self) -> None:
        """Let a second pass."""
        self.now += 1


async def told(after: str | None, at_most: float = 0) -> list[str | None]:
    """The ids that a follower is told."""
    clock = Clock()
    return [event.id async for event in follow(read, clock.wait, after=after, at_most=at_most, clock=clock)]


async def test_a_new_reader_is_told_what_there_is() -> None:
    """From the beginning of what the store gives, in its order."""
    assert await told(None) == ["1", "2", "3", "4", "5"]


async def test_a_reader_who_comes_back_goes_on_where_it_stopped() -> None:
    """Nothing twice, nothing left out."""
    assert await told("3") == ["4", "5"]
    assert await told("5") == []


async def test_what_comes_later_is_told_once() -> None:
    """The stream follows the store."""
    clock, given = Clock(), 0

    async def growing(after: str | None) -> Sequence[Notice]:
        return [notice for notice in STORE[: int(clock.now) + 1] if after is None or notice.id > after]

    async for event in follow(growing, clock.wait, at_most=10, clock=clock):
        given += 1
        assert event.id == str(given)
        assert event.event == "notice"
    assert given == 5


async def test_a_stream_ends_in_time() -> None:
    """So that the browser comes back and its rights are checked anew."""
    clock = Clock()
    async for _ in follow(read, clock.wait, at_most=3, clock=clock):
        assert clock.now <= 3
    assert clock.now == 3


async def test_a_reader_whose_right_has_ended_is_told_no_more() -> None:
    """The store refuses, and the stream is over."""

    async def refuse(after: str | None) -> Sequence[Notice]:
        if after is not None:
            raise PermissionError
        return STORE[:1]

    clock = Clock()
    events = follow(refuse, clock.wait, at_most=9, clock=clock)
    assert (await anext(events)).id == "1"
    with pytest.raises(PermissionError):
        await anext(events)


def test_a_browser_can_read_it() -> None:
    """Wire format and Last-Event-ID, through a real route."""
    app = FastAPI()
    clock = Clock()

    @app.get("/events", response_class=EventSourceResponse)
    async def events(last: LastEventId = None) -> AsyncIterator[ServerSentEvent]:
        async for event in follow(read, clock.wait, after=last, at_most=0, clock=clock):
            yield event

    answer = TestClient(app).get("/events", headers={"last-event-id": "4"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "event: notice\ndata: 第 5 件\nid: 5\nretry: 1000\n\n"
