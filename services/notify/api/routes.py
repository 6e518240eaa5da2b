"""``/notify/deliveries``, ``/notify/response-rule``: what was sent, and how the one-working-day rule is kept."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.notify.desk import Desk
from services.notify.domain.reasons import REASONS
from services.notify.domain.rule import CHINESE, Standing
from services.notify.store import queries
from shared.contracts.values import Channel
from shared.web.access import Gate
from shared.web.days import Moment

PERIOD = timedelta(days=30)
"""What the report is about where nobody says."""


def notify_routes(desk: Desk, gate: Gate) -> APIRouter:
    """What staff read. No address and no text of a complainant."""
    router = APIRouter(tags=["notify"])

    @router.get("/notify/deliveries", dependencies=[Depends(gate.admit)])
    async def deliveries(
        complaint: UUID | None = None, limit: int = Query(default=queries.PAGE, ge=1, le=200)
    ) -> dict[str, Any]:
        """One row a message: its state and attempts; and, for one complaint, what was knowingly not sent."""
        rows = await queries.ledger(desk.store, complaint, limit)
        silent = await queries.silences_of(desk.store, complaint) if complaint else []
        return {
            "items": [dict(row) for row in rows],
            "not_sent": [dict(row) for row in silent],
            "reasons": {reason.value: words for reason, words in REASONS.items()},
        }

    @router.get("/notify/response-rule", dependencies=[Depends(gate.admit)])
    async def response_rule(
        since: Moment | None = Query(default=None, alias="from"),
        until: Moment | None = Query(default=None, alias="to"),
        standing: Standing | None = None,
        channel: Channel | None = None,
        limit: int = Query(default=queries.PAGE, ge=1, le=1000),
    ) -> dict[str, Any]:
        """How the one-working-day rule (art. 14) was kept for complaints received in a period: figures, and who is behind.

        ``standing`` and ``channel`` list what one figure counts.
        """
        now = desk.clock()
        first, last = since or now - PERIOD, until or now
        figures = await queries.rule_figures(desk.store, first, last, now)
        behind = await queries.rules_behind(
            desk.store, first, last, now, standing=standing, channel=channel.value if channel else None, limit=limit
        )
        return {
            "from": first,
            "to": last,
            **_totals(figures),
            "by_channel": _by_channel(figures),
            "standings": {name.value: words for name, words in CHINESE.items()},
            "items": [dict(row) for row in behind],
        }

    return router


def _totals(figures: list[Any]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in figures:
        counts[row["standing"]] += row["count"]
    return {"received": counts.total(), **{standing.value: counts[standing.value] for standing in Standing}}


def _by_channel(figures: list[Any]) -> dict[str, dict[str, int]]:
    channels = sorted({row["channel"] or "unknown" for row in figures})
    return {
        channel: _totals([row for row in figures if (row["channel"] or "unknown") == channel]) for channel in channels
    }
