"""Drafts over HTTP, each its author's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.intake.drafts import draft_of, drafts_of, drop_draft, save_draft
from services.intake.known import earlier_of
from services.intake.ports import Door
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.drafts import draft_in
from shared.web.problems import Problem
from shared.web.sent_json import takes


def draft_routes(door: Door, gate: Gate) -> APIRouter:
    """GET /intake/drafts; PUT, GET and DELETE /intake/drafts/{id}, and the earlier complaints of its caller."""
    router = APIRouter(tags=["intake"])

    @router.get("/intake/drafts")
    async def all_mine(who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """One's own drafts, the latest first; what is in them only by their id."""
        rows = await drafts_of(door, who.name)
        return {"items": [dict(row._mapping) for row in rows]}  # noqa: SLF001 - SQLAlchemy's documented name

    @router.put("/intake/drafts/{draft_id}", status_code=204, openapi_extra=takes())
    async def put(draft_id: UUID, request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Save; send it every few seconds. 404 where the id is somebody else's."""
        content = await draft_in(request)
        if not await save_draft(door, draft_id, who.name, content):
            raise _no_draft()
        return Response(status_code=204)

    @router.get("/intake/drafts/{draft_id}")
    async def get(draft_id: UUID, who: Principal = Depends(gate.admit)) -> Response:
        """What was typed, byte for byte as JSON means it."""
        content, changed_at = await _own(door, draft_id, who)
        return JSONResponse(
            {"id": str(draft_id), "changed_at": changed_at.isoformat(), "content": content},
            headers={"Cache-Control": "no-store"},
        )

    @router.delete("/intake/drafts/{draft_id}", status_code=204)
    async def remove(draft_id: UUID, who: Principal = Depends(gate.admit)) -> Response:
        """Done with it; the same where there is none."""
        await drop_draft(door, draft_id, who.name)
        return Response(status_code=204)

    @router.get("/intake/drafts/{draft_id}/earlier")
    async def earlier(draft_id: UUID, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """The earlier complaints of the caller whose call this draft is about; the number stays out of the URL."""
        content, _ = await _own(door, draft_id, who)
        call_part = content.get("call")
        number = call_part.get("caller_number") if isinstance(call_part, dict) else content.get("call_number")
        return {"items": await earlier_of(door, number if isinstance(number, str) else None)}

    return router


async def _own(door: Door, draft_id: UUID, who: Principal) -> tuple[dict[str, Any], datetime]:
    found = await draft_of(door, draft_id, who.name)
    if found is None:
        raise _no_draft()
    return found


def _no_draft() -> Problem:
    return Problem(404, "not_found", "没有这份草稿", "There is no such draft")
