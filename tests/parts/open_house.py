"""All four services in the test's own process, at a clock that the test moves, spoken to over ASGI: no port, no waiting.

People come in as they would: by link, password and cookie. Knows how to, and nothing of what must follow.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from services.bootstrap import build
from shared.contracts.values import SERVICES, Role
from shared.identity.reception import Reception
from shared.service import Service
from shared.settings import Settings
from shared.web.app import make_app

ORIGIN = "http://127.0.0.1:8000"
PASSWORD = "三棵老槐树下等最后一班车回家"
"""Taken: it is long enough and nobody's name."""
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_STEP = re.compile(r'name="step" value="([^"]+)"')


@dataclass
class OpenHouse:
    """A started house. ``now`` is its time; tests move it."""

    app: FastAPI
    services: list[Service]
    settings: Settings
    times: list[datetime]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def reception(self) -> Reception:
        """Its accounts."""
        found: Reception = self.services[0].surroundings["reception"]
        return found

    @property
    def now(self) -> datetime:
        """Its time."""
        return self.times[0]

    def pass_time(self, how_long: timedelta) -> None:
        """Let time go by at once."""
        self.times[0] += how_long

    def visitor(self, address: str = "127.0.0.1") -> "Visitor":
        """A new browser, with no cookie."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 1))
        return Visitor(httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}))

    async def account(self, login: str, role: Role = Role.HANDLER, unit: str | None = None, name: str = "") -> str:
        """Add a person; gives their one-time link's path."""
        account = await self.reception.accounts.add(
            login=login, name=name or login, role=role, unit=unit, by="test", now=self.now
        )
        return (await self.reception.set_up_link(account, by="test")).removeprefix(self.settings.public_url)

    async def signed_in(
        self, login: str, role: Role = Role.HANDLER, unit: str | None = None, name: str = ""
    ) -> "Visitor":
        """A person who has just come in by their link."""
        visitor = self.visitor()
        answer = await visitor.set_up(await self.account(login, role, unit, name))
        assert answer.status_code == 303, answer.text
        return visitor

    async def ask(self, method: str, path: str, who: str, **more: Any) -> httpx.Response:
        """Send a request with the token kept for this name."""
        return await self.visitor().http.request(
            method, path, headers={"Authorization": self.tokens[who], **more.pop("headers", {})}, **more
        )

    async def token(self, name: str, role: Role, unit: str | None = None, *scopes: str) -> dict[str, str]:
        """The header of a new token."""
        made = await self.reception.tokens.add(
            name=name, role=role, unit=unit, scopes=frozenset(scopes), by="test", now=self.now
        )
        return {"Authorization": f"Bearer {made}"}


class Visitor:
    """A browser: keeps cookies, reads the form's token from the page it was shown."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def page(self, path: str) -> httpx.Response:
        """Look at a page."""
        return await self.http.get(path, headers={"Accept": "text/html"})

    async def send(self, page: str, action: str, **fields: Any) -> httpx.Response:
        """Fill in the form of a page and send it."""
        shown = await self.page(page)
        return await self.post(action, csrf=_CSRF.findall(shown.text)[0], **fields)

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form as it is given."""
        return await self.http.post(path, data=fields, headers={"Accept": "text/html"})

    async def set_up(self, link: str, password: str = PASSWORD) -> httpx.Response:
        """Choose a password by a one-time link."""
        return await self.send(link, link, new=password, again=password)

    async def sign_in(self, login: str, password: str = PASSWORD, then: str = "") -> httpx.Response:
        """Name and password."""
        return await self.send("/login", "/login", username=login, password=password, then=then)

    async def code(self, asked: httpx.Response, code: str) -> httpx.Response:
        """The second step, as the answer to the first asked for it."""
        step, csrf = _STEP.findall(asked.text)[0], _CSRF.findall(asked.text)[0]
        return await self.post("/login/code", step=step, csrf=csrf, code=code, then="")

    async def csrf(self) -> str:
        """The token of this session's forms."""
        return str(_CSRF.findall((await self.page("/account")).text)[0])

    async def is_in(self) -> bool:
        """Whether the house knows who this is."""
        return (await self.http.get("/account")).status_code == 200


async def until(house: OpenHouse, path: str, who: str, good: Callable[[Any], Any]) -> Any:
    """Ask until ``good`` finds something in the answer; gives what it found. Raises TimeoutError after a minute."""
    async with asyncio.timeout(60):
        while True:
            answer = await house.ask("GET", path, who)
            found = good(answer.json()) if answer.is_success else None
            if found:
                return found
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def open_house(folder: Path, **settings: Any) -> AsyncIterator[OpenHouse]:
    """A house on SQLite in this folder, from its start to its end."""
    chosen = Settings(data_dir=folder, **settings)
    times = [datetime(2026, 11, 24, 2, tzinfo=UTC)]
    services = build(SERVICES, chosen, clock=lambda: times[0])
    app = make_app(services, chosen)
    async with app.router.lifespan_context(app):
        yield OpenHouse(app, services, chosen, times)
