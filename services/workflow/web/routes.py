"""``/track``: a citizen finds the answer with a code, and nobody finds a person."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.workflow.domain.case import case_from_json
from services.workflow.office import Office
from services.workflow.store import queries, tables
from services.workflow.web.limits_shown import Reader
from services.workflow.web.tracking import track_page
from services.workflow.web.views import TrackAsk
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.tracking import read_tracking_code
from shared.web.i18n import language_of
from shared.web.pages import Pages


def track_routes(office: Office, pages: Pages) -> APIRouter:
    """GET /track and /track/{code}."""
    router = APIRouter(include_in_schema=False)

    @router.get("/track")
    async def ask(request: Request, code: str = "") -> Response:
        """Ask for the code, or go where it leads."""
        if not code.strip():
            return pages.render(request, "track_ask.html", page=TrackAsk())
        found = read_tracking_code(code)
        if found is None:
            return pages.render(request, "track_ask.html", status=404, page=TrackAsk(code[:20], not_found=True))
        return RedirectResponse(f"/track/{found}", status_code=303)

    @router.get("/track/{code}")
    async def track(request: Request, code: str) -> Response:
        """Where it stands. The same answer for a wrong code and for one that nobody holds."""
        found = read_tracking_code(code)
        row = await queries.one_case(office.store, tables.cases.c.tracking_code == found) if found else None
        if row is None:
            return pages.render(request, "track_ask.html", status=404, page=TrackAsk(code[:20], not_found=True))
        case = case_from_json(office.ring.open(row["sealed_case"]))
        complaint = ComplaintReceived.model_validate_json(office.ring.open(row["sealed_complaint"]))
        reader = Reader(language_of(request), office.clock(), office.calendar, office.hours)
        page = track_page(case, complaint.complainant, reader)
        return pages.render(request, "track.html", page=page)

    return router
