"""How often one address may do what costs us: token buckets for public doors.

Law of this file: in memory and bounded; each process counts for itself, so that behind N replicas the limit is at most N
times as generous. Whoever is refused is told when to come again and which number to call instead. An address is an IPv4
address or an IPv6 /64, since a /64 is one household. It must not know what a door does.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problem_answers import Problems

MOST_ADDRESSES = 20_000
"""Remembered at once; the one that was quiet longest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What an address may still spend, as it stood at ``at`` (monotonic seconds)."""

    tokens: float
    at: float


def refilled(bucket: Bucket, now: float, *, a_minute: float) -> Bucket:
    """The bucket at ``now``; it holds at most one minute's worth."""
    return Bucket(min(a_minute, bucket.tokens + max(0.0, now - bucket.at) * a_minute / 60), max(now, bucket.at))


class RateLimit:
    """One door's limit. ``a_minute`` is both the rate and the burst; 0 switches the limit off."""

    def __init__(self, a_minute: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def wait_of(self, address: str, cost: float) -> float:
        """Seconds until ``cost`` could be spent; 0 where it can be now. Spends nothing."""
        if not self._a_minute:
            return 0.0
        missing = min(cost, self._a_minute) - self._now(address).tokens
        return max(0.0, missing * 60 / self._a_minute)

    def take(self, address: str, cost: float = 1.0) -> float:
        """Spend ``cost``, and give 0; or the seconds to wait where it isn't there, with nothing spent."""
        wait = self.wait_of(address, cost)
        if not wait:
            self.charge(address, cost)
        return wait

    def charge(self, address: str, cost: float) -> None:
        """Spend without asking, for what is known only afterwards; a bucket never owes more than it holds."""
        if self._a_minute:
            now = self._now(address)
            self._buckets[address] = Bucket(max(now.tokens - cost, -self._a_minute), now.at)
            self._buckets.move_to_end(address)
            if len(self._buckets) > MOST_ADDRESSES:
                self._buckets.popitem(last=False)

    def _now(self, address: str) -> Bucket:
        now = self._clock()
        return refilled(self._buckets.get(address, Bucket(self._a_minute, now)), now, a_minute=self._a_minute)


def address_of(connection: HTTPConnection) -> str:
    """Who asks, as far as the edge could tell (``ClientAddress``); one name for all whose address is not known."""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((int(address), 64), strict=False))
    return str(address)


def retry_after(wait: float) -> dict[str, str]:
    """The header for a wait in seconds: whole ones, at least one (RFC 9110 10.2.3)."""
    return {"Retry-After": str(max(1, ceil(wait)))}


LOOK_UPS: tuple[str, ...] = ("/track/", "/verify/", "/intake/web-forms/receipts/", "/intake/written/")
"""Where a code that was guessed right would show something."""
MISS, HIT = 1.0, 0.1
"""What a look-up costs: guessing is dear, looking at one's own page is cheap."""


class GuessLimit:
    """Slows down whoever guesses codes: every look-up that finds nothing costs, one that finds hardly does."""

    def __init__(self, app: ASGIApp, problems: Problems, limit: RateLimit, paths: Sequence[str] = LOOK_UPS) -> None:
        self._app = app
        self._problems = problems
        self._limit = limit
        self._paths = tuple(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless its address has guessed too often: 429 then, with the hotline's number."""
        if scope["type"] != "http" or not scope["path"].startswith(self._paths):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        address = address_of(connection)
        wait = self._limit.wait_of(address, MISS)
        if wait:
            problem = self._problems.of_status(429, headers=retry_after(wait))
            await self._problems.answer(connection, problem)(scope, receive, send)
            return

        async def charged(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._limit.charge(address, MISS if message["status"] == HTTPStatus.NOT_FOUND else HIT)
            await send(message)

        await self._app(scope, receive, charged)
