"""Intake's lists: what came in, what a person must look at, what could not be read. No identity is shown in any."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.intake.api.access import own_of
from services.intake.paper_desk import register_number
from services.intake.ports import Door
from services.intake.store import queries
from shared.contracts.complaint import ComplaintReceived
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.days import Moment
from shared.web.problems import Problem


def list_routes(door: Door, gate: Gate) -> APIRouter:
    """GET /intake/submissions, one of them, /intake/review and /intake/quarantine."""
    router = APIRouter(tags=["intake"])

    @router.get("/intake/submissions")
    async def submissions(
        before: Moment | None = None,
        limit: int = Query(default=50, ge=1, le=200),
        who: Principal = Depends(gate.admit),
    ) -> dict[str, Any]:
        """The newest first; an operator sees what they took in themselves."""
        rows = await queries.recent_submissions(door.store, received_by=own_of(who), before=before, limit=limit)
        return {"items": [dict(row) for row in rows], "next_before": rows[-1]["received_at"] if rows else None}

    @router.get("/intake/submissions/{complaint_id}")
    async def submission(complaint_id: UUID, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """One submission; absent for an operator who did not take it in."""
        row = await queries.one_submission(door.store, complaint_id)
        if row is None or own_of(who) not in (None, row["received_by"]):
            raise Problem(404, "not_found", "没有这一件", "There is no such submission")
        arrivals = await queries.arrivals_of(door.store, complaint_id)
        return dict(row) | {"arrivals": [dict(each) for each in arrivals]} | await _insight(door, complaint_id)

    @router.get("/intake/review", dependencies=[Depends(gate.admit)])
    async def review() -> dict[str, Any]:
        """Scans to check beside their image, the most urgent first."""
        return {"items": [dict(row) for row in await queries.scans_to_review(door.store)]}

    @router.get("/intake/quarantine", dependencies=[Depends(gate.admit)])
    async def quarantine() -> dict[str, Any]:
        """What could not be read; its clock is running."""
        return {"items": [dict(row) for row in await queries.quarantined(door.store)]}

    return router


async def _insight(door: Door, complaint_id: UUID) -> dict[str, Any]:
    """What a person should look at: words that hint at a major matter (art. 7) or accuse (10.5), likely duplicates, units that may be meant."""
    sealed = await queries.sealed_submission(door.store, complaint_id)
    if sealed is None:
        return {}
    complaint = ComplaintReceived.model_validate_json(door.ring.open(sealed))
    return {
        "register_number": await register_number(door, complaint_id),
        "major_hints": complaint.hints.major_words,
        "discipline_hints": complaint.hints.discipline_words,
        "dangers": [danger.model_dump(mode="json") for danger in complaint.hints.dangers],
        "possible_duplicates": complaint.possible_duplicates,
        "call_ended_at": complaint.source.call_ended_at,
        "unit_candidates": complaint.hints.units,
        "unit_known": any(entry.name == complaint.target.unit for entry in door.directory.entries),
    }
