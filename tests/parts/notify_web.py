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
from services.notify.desk import Desk
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.identity.sessions import FixedSessions
from shared.identity.tokens import FixedTokens
from shared.settings import Settings
from shared.web.access import Gate
from shared.web.app import common_pages
from shared.web.csrf import FormTokens
from shared.web.edge import EdgePolicy, install_web


@asynccontextmanager
async def notify_client(desk: Desk, role: str = "handler") -> AsyncIterator[httpx.AsyncClient]:
    """A client that is signed in as this role: ``handler``, or ``handler:王`` for somebody by that name."""
    kind, _, name = role.partition(":")
    tokens = FixedTokens({role: Principal(name=name or kind, role=Role(kind))})
    app = FastAPI()
    install_web(app, common_pages(Settings()), EdgePolicy())
    gate = Gate(tokens, FixedSessions({}), FormTokens(desk.ring.session_key), desk.clock, ACCESS)
    for made in (notify_routes, call_routes, staff_routes, template_routes):
        app.include_router(made(desk, gate))
    app.include_router(webhook_routes(desk))
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {role}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://notify.test", headers=headers) as client:
        yield client
