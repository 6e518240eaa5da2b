"""The application of a process: the routes of its services, one frame around them, health and metrics.

Law of this file: it only composes. ``/healthz`` says that the process lives, ``/readyz`` names each dependency: without its
database a service is down (503); without its broker it is degraded and still takes complaints (200).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.responses import JSONResponse, Response

from shared.centre import Centre, load_centre
from shared.clock import system_clock
from shared.messaging import backlog
from shared.observability import Check, Condition, examine
from shared.service import Service, running
from shared.settings import Settings
from shared.web.access_table import AccessTable, public
from shared.web.docs_page import docs_routes
from shared.web.edge import EdgePolicy, install_web
from shared.web.frame import Site
from shared.web.i18n import Bilingual
from shared.web.openapi import DescribedApi
from shared.web.pages import Pages, make_templates
from shared.web.security import Limits
from shared.web.static_files import FILES

HOUSE_ACCESS = AccessTable(
    tuple(public("GET", path) for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", FILES))
)
"""What every process answers; the deployment's gateway keeps all but the static files inside."""
LARGEST_UPLOAD = 25 * 1024 * 1024
"""Bytes of one request that carries a file; everything else is far smaller."""
LARGEST_FORM = 112 * 1024 * 1024
"""Bytes of a citizen's form: as many files, each as large, as the page allows, are read to their end even where together
they are more than it allows, so that the answer can be the form with all that was typed. Files go to disk while read."""
DEPENDENCY = Gauge("shouli_dependency_up", "1 where the dependency answered", ["name"])
_UPLOADS = {
    "/intake/": LARGEST_UPLOAD,
    **{f"/desk/{room}": LARGEST_UPLOAD for room in ("visit", "letter", "box", "scan", "imports")},
    "/intake/web-forms": LARGEST_FORM,
    "/forms/documents": LARGEST_UPLOAD,
}


def make_app(services: Sequence[Service], settings: Settings) -> FastAPI:
    """The ASGI application; starting it starts the services' tasks."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running(services):
            yield

    names = [service.name for service in services if service.routers]
    app = DescribedApi(
        title=f"Shouli: {', '.join(names)}", version="1", lifespan=lifespan, docs_url=None, redoc_url=None
    )
    limits = Limits(bodies=_UPLOADS)
    proxies = tuple(filter(None, settings.trusted_proxies.replace(",", " ").split()))
    policy = EdgePolicy(proxies, limits, guesses_a_minute=settings.guesses_a_minute)
    pages = common_pages(settings)
    install_web(app, pages, policy)
    app.include_router(docs_routes(app, pages))
    checks = {name: check for service in services for name, check in service.checks.items()}
    app.include_router(health_routes(checks))
    app.include_router(metrics_routes(services, checks))
    for service in services:
        for router in service.routers:
            app.include_router(router)
    return app


def common_pages(settings: Settings, *rooms: Path) -> Pages:
    """The pages of a service's ``web`` room over the common frame; without a room, the common ones (problems)."""
    return make_templates(*rooms, site=site_of(load_centre(settings.centre_path)))


def site_of(centre: Centre) -> Site:
    """The house's own data as every page shows it."""
    hours = f"{centre.hours.opens:%H:%M}–{centre.hours.closes:%H:%M}"
    return Site(
        name=Bilingual(centre.name, centre.in_english(centre.name)),
        office=Bilingual(centre.office, centre.in_english(centre.office)),
        measure=Bilingual("政务服务投诉处置办法", "Measures for handling complaints about government services"),
        hotline=centre.channels.phone,
        hours=Bilingual(f"工作日 {hours}", f"working days {hours}"),
    )


def health_routes(checks: dict[str, Check]) -> APIRouter:
    """``/healthz`` and ``/readyz``."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> Response:
        """Every dependency by name."""
        conditions = await examine(checks)
        status = _status(conditions)
        body = {
            "status": status,
            "dependencies": {
                each.name: {"ok": each.ok, "detail": each.detail, "seconds": each.seconds} for each in conditions
            },
        }
        return JSONResponse(body, status_code=503 if status == "down" else 200)

    return router


def metrics_routes(services: Sequence[Service], checks: dict[str, Check]) -> APIRouter:
    """``/metrics``, looked up when it is asked for."""
    router = APIRouter(tags=["health"])
    stores = {each.name: each.surroundings["store"] for each in services if "store" in each.surroundings}

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        """Prometheus text format; nothing personal is a label or a value."""
        for each in await examine(checks):
            DEPENDENCY.labels(name=each.name).set(each.ok)
        await backlog.measure(stores, system_clock())
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def _status(conditions: Sequence[Condition]) -> str:
    down = [each.name for each in conditions if not each.ok]
    if any(name.endswith(".database") for name in down):
        return "down"
    return "degraded" if down else "ok"
