"""The ledger: planned messages written down once, with their text as it will be sent.

Law of this file: the text is rendered here, once, and never again; a message that stands already (same key, route and
try) is not written a second time. Pure of providers: nothing is sent here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select

from services.notify.desk import Desk
from services.notify.domain.contact import MANNED
from services.notify.domain.plan import NotSent, PlannedMessage
from services.notify.domain.purposes import Audience
from services.notify.domain.state import State
from services.notify.domain.text import NEUTRAL, Rendered, render
from services.notify.store import tables
from shared.contracts.values import Route, new_id
from shared.reply_token import marked
from shared.store.unit_of_work import UnitOfWork

PLANS = TypeAdapter(PlannedMessage)
TEXTS = TypeAdapter(Rendered)


async def write_down(unit: UnitOfWork, desk: Desk, message: PlannedMessage, *, try_number: int = 1) -> UUID | None:
    """Put a message into the ledger; None where it stands there already."""
    row = _row(desk, message, unit.now, try_number)
    return row["id"] if await unit.claim(tables.deliveries, [row], key="id") else None


def write_silence(unit: UnitOfWork, silence: NotSent) -> None:
    """Put down what is not said, and why."""
    unit.add(
        tables.silences,
        {
            "id": new_id(),
            "complaint_id": silence.complaint_id,
            "audience": silence.audience.value,
            "purpose": silence.purpose.value if silence.purpose else None,
            "reason": silence.reason.value,
            "at": unit.now,
        },
    )


async def tries_so_far(unit: UnitOfWork, key: str, route: Route) -> int:
    """How many deliveries of this message there were on this route."""
    query = select(tables.deliveries.c.id).where(
        tables.deliveries.c.key == key, tables.deliveries.c.route == route.value
    )
    return len((await unit.connection.execute(query)).all())


def _row(desk: Desk, message: PlannedMessage, now: datetime, try_number: int) -> dict[str, Any]:
    delivery_id = new_id()
    text = _text(desk, message, delivery_id)
    on_page = message.route is Route.TRACKING_PAGE
    return {
        "id": delivery_id,
        "complaint_id": message.complaint_id,
        "key": message.key,
        "route": message.route.value,
        "try_number": try_number,
        "purpose": message.purpose.value,
        "audience": message.audience.value,
        "article": message.article,
        "answers": message.answers,
        "state": State.PLANNED.value,
        "attempts": 0,
        "polls": 0,
        "due_at": None if message.route in MANNED else (now if on_page else message.send_at),
        "must_by": message.must_by,
        "changed_at": now,
        "made_at": now,
        "final": False,
        "code": "",
        "reason": "",
        "seen_by": [],
        "template": text.template,
        "segments": text.segments,
        "sealed_plan": desk.ring.seal_record(PLANS.dump_json(message)),
        "sealed_text": desk.ring.seal_record(TEXTS.dump_json(text)),
    }


def _text(desk: Desk, message: PlannedMessage, delivery_id: UUID) -> Rendered:
    key = NEUTRAL if message.neutral else message.purpose
    catalogue = desk.catalogues[message.locale]
    text = render(catalogue, key, message.route, message.parameters, desk.office, delivery_id, message.to)
    return _answerable(desk, message, text)


def _answerable(desk: Desk, message: PlannedMessage, text: Rendered) -> Rendered:
    """A mail to the complainant carries the mark by which a reply finds the complaint (intake reads it)."""
    code = message.parameters.tracking_code
    if message.route is not Route.EMAIL or message.audience is not Audience.COMPLAINANT or not code:
        return text
    return replace(text, subject=marked(text.subject or "", code, message.to, desk.ring.index_key))
