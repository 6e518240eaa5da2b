"""``/notify/deliveries``, ``/notify/call-list``, ``/notify/response-rule``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.notify.desk import Desk
from services.notify.ledger import PLANS, TEXTS
from services.notify.store import queries
from shared.web.access import Gate


def notify_routes(desk: Desk, gate: Gate) -> APIRouter:
    """The endpoints. Addresses and texts are shown only on the call list, to those who call."""
    router = APIRouter(tags=["notify"])

    @router.get("/notify/deliveries", dependencies=[Depends(gate.admit)])
    async def deliveries(
        complaint: UUID | None = None, limit: int = Query(default=queries.PAGE, ge=1, le=200)
    ) -> dict[str, Any]:
        """One row a message: its state and attempts; and, for one complaint, what was knowingly not sent."""
        rows = await queries.ledger(desk.store, complaint, limit)
        silent = await queries.silences_of(desk.store, complaint) if complaint else []
        return {"items": [dict(row) for row in rows], "not_sent": [dict(row) for row in silent]}

    @router.get("/notify/call-list", dependencies=[Depends(gate.admit)])
    async def call_list() -> dict[str, Any]:
        """Who must be called or written to, by when, and what to say; the most urgent first."""
        return {"items": [_call(desk, row) for row in await queries.call_list(desk.store)]}

    @router.get("/notify/response-rule", dependencies=[Depends(gate.admit)])
    async def response_rule(days: int = Query(default=30, ge=1, le=366)) -> dict[str, Any]:
        """How the one-working-day rule (art. 14) is kept, and who still waits."""
        since = desk.clock() - timedelta(days=days)
        open_now = await queries.open_rules(desk.store)
        return {
            "since": since,
            **await queries.kept_and_missed(desk.store, since),
            "waiting": [
                {
                    "complaint_id": row["complaint_id"],
                    "received_at": row["received_at"],
                    "respond_by": row["respond_by"],
                }
                for row in open_now
            ],
        }

    return router


def _call(desk: Desk, row: Any) -> dict[str, Any]:
    plan = PLANS.validate_json(desk.ring.open(row["sealed_plan"]))
    text = TEXTS.validate_json(desk.ring.open(row["sealed_text"]))
    shown = {name: row[name] for name in ("id", "complaint_id", "purpose", "route", "article", "respond_by", "must_by")}
    return shown | {"to": plan.to, "say": text.body}
