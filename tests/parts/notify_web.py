"""Notify's routes as a client meets them, signed in with a token that is the role's name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services.notify.api.access import ACCESS
from services.notify.api.call_routes import call_routes
from services.notify.api.routes import notify_routes
from services.notify.api.staff_routes import staff_routes
from services.notify.api.template_routes import template_routes
from services.notify.api.webhook_routes import webhook_routes
from services.notify.bootstrap import PAGES, WEB
from services.notify.desk import Desk
from services.notify.web.room import Room
from shared.calendar_book.book import PrintedCalendar
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.identity.sessions import FixedSessions
from shared.identity.tokens import FixedTokens
from shared.settings import Settings
from shared.web.access import Gate
from shared.web.app import common_pages
from shared.web.csrf import FormTokens
from shared.web.edge import EdgePolicy, install_web
from shared.working_time import published
from tests.parts import html


def notify_app(desk: Desk, role: str) -> FastAPI:
    """Notify's routes and pages, for one token: ``handler``, or ``handler:王`` for somebody by that name."""
    kind, _, name = role.partition(":")
    tokens = FixedTokens({role: Principal(name=name or kind, role=Role(kind))})
    app = FastAPI()
    pages = common_pages(Settings(), WEB)
    install_web(app, pages, EdgePolicy())
    gate = Gate(tokens, FixedSessions({}), FormTokens(desk.ring.session_key), desk.clock, ACCESS)
    room = Room(desk, gate, pages, PrintedCalendar(published()), ["市税务局"])
    for shown in PAGES:
        app.include_router(shown(room))
    for made in (notify_routes, call_routes, staff_routes, template_routes):
        app.include_router(made(desk, gate))
    app.include_router(webhook_routes(desk))
    return app


@asynccontextmanager
async def notify_client(desk: Desk, role: str = "handler") -> AsyncIterator[httpx.AsyncClient]:
    """A client that is signed in as this role."""
    transport = httpx.ASGITransport(notify_app(desk, role))
    headers = {"Authorization": f"Bearer {role}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://notify.test", headers=headers) as client:
        yield client


async def shown(client: httpx.AsyncClient, path: str, language: str = "zh", status: int = 200) -> html.Element:
    """The page, whole by the rules that hold for every page."""
    answer = await client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == status, answer.text
    page = html.parse(answer.text)
    assert len(html.ids(page)) == len(set(html.ids(page)))
    assert html.dangling(page) == []
    assert html.unlabelled(page) == []
    assert html.active_content(page) == []
    return page
