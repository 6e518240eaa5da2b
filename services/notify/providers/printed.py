"""The provider of the embedded default: prints a message in a box instead of sending it.

What it prints is the message itself, to the stream it was given, because that is its job; its log line, like every
other, holds no address and no word of the text. It keeps the last thousand deliveries, so that ``find`` can answer.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator
from typing import TextIO

import structlog

from services.notify.ports import Accepted, Found, OutgoingText, SendOutcome, Temporary
from shared.contracts.values import Route

KEPT = 1000
_INNER_WIDTH = 76
_NARROW_MARKS = {"Na", "N", "H", "A"}

_log = structlog.get_logger("notify.printed")


class Printed:
    """Prints every message of one route. No receipts: printed is delivered."""

    abroad = False

    def __init__(self, route: Route, stream: TextIO) -> None:
        self.name = "printed"
        self.route = route
        self._stream = stream
        self._one_at_a_time = asyncio.Lock()
        self._printed: OrderedDict[str, OutgoingText] = OrderedDict()

    @property
    def printed(self) -> tuple[OutgoingText, ...]:
        """The messages printed last, the oldest first."""
        return tuple(self._printed.values())

    async def send(self, message: OutgoingText) -> SendOutcome:
        """Print it. A stream that can't be written to is trouble that may pass."""
        try:
            # In a thread, because standard output can be a pipe that nobody empties.
            async with self._one_at_a_time:
                await asyncio.to_thread(self._print, message)
        except (OSError, ValueError):
            return Temporary(self.name, "stream", "the output stream can't be written to")
        _log.info("message.printed", delivery=str(message.delivery_id), route=message.route, template=message.template)
        self._printed[message.delivery_id.hex] = message
        if len(self._printed) > KEPT:
            self._printed.popitem(last=False)
        return self._accepted(message)

    async def find(self, message: OutgoingText) -> Found:
        """Look among the last ones printed."""
        return self._accepted(message) if message.delivery_id.hex in self._printed else None

    async def close(self) -> None:
        """The stream belongs to whoever gave it."""

    def _accepted(self, message: OutgoingText) -> Accepted:
        return Accepted(self.name, f"printed-{message.delivery_id.hex}", final=True)

    def _print(self, message: OutgoingText) -> None:
        self._stream.write("\n".join(box(message)) + "\n")
        self._stream.flush()


def box(message: OutgoingText) -> Iterator[str]:
    """The message in a frame, with whom it goes to and by which route."""
    yield "┌" + "─" * (_INNER_WIDTH + 2) + "┐"
    for line in (f"{message.route.value} → {message.to}", *([message.subject] if message.subject else ()), ""):
        yield from _framed(line)
    for line in message.body.splitlines():
        yield from _framed(line)
    yield "└" + "─" * (_INNER_WIDTH + 2) + "┘"


def _framed(line: str) -> Iterator[str]:
    """The line in pieces that fit; a Chinese character is two columns wide."""
    piece, width = "", 0
    for character in line:
        columns = 1 if unicodedata.east_asian_width(character) in _NARROW_MARKS else 2
        if width + columns > _INNER_WIDTH:
            yield f"│ {piece}{' ' * (_INNER_WIDTH - width)} │"
            piece, width = "", 0
        piece, width = piece + character, width + columns
    yield f"│ {piece}{' ' * (_INNER_WIDTH - width)} │"
