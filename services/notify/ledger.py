"""The ledger: planned messages written down once, with their text as it will be sent.

Law of this file: the text is rendered here, once, and never again; a message that stands already (same key, route and
try) is not written a second time. Pure of providers: nothing is sent here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row

from services.notify.desk import Desk
from services.notify.domain.flood import CAPS
from services.notify.domain.plan import NotSent, PlannedMessage
from services.notify.domain.purposes import Audience
from services.notify.domain.state import ANYWHERE, Delivery, State
from services.notify.domain.text import NEUTRAL, Rendered, reference_of, render
from services.notify.ports import OutgoingText
from services.notify.store import tables
from services.notify.store.later import insert_if_new_later
from shared.contracts.values import Route, new_id
from shared.reply_token import marked
from shared.store.unit_of_work import UnitOfWork

PLANS = TypeAdapter(PlannedMessage)
TEXTS = TypeAdapter(Rendered)
LARGEST_RECENT = 2000
NO_LEASE = datetime.min.replace(tzinfo=UTC)
"""Over before it began."""


async def write_down(unit: UnitOfWork, desk: Desk, message: PlannedMessage, *, try_number: int = 1) -> UUID | None:
    """Put a message into the ledger; None where it stands there already."""
    row = _row(desk, message, unit.now, try_number)
    return row["id"] if await unit.claim(tables.deliveries, [row], key="id") else None


def plan_down(unit: UnitOfWork, desk: Desk, message: PlannedMessage) -> None:
    """The same for a message just planned, together with all others of this unit of work."""
    planned_now(unit).add(message.complaint_id)
    insert_if_new_later(unit, tables.deliveries, _row(desk, message, unit.now, 1))


def planned_now(unit: UnitOfWork) -> set[UUID]:
    """The complaints that this unit of work has planned something for, perhaps not flushed yet."""
    complaints: set[UUID] = unit.scratch.setdefault("planned", set())
    return complaints


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


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery out of the ledger, its seals broken. ``token``, ``until``: the lease under which it is in our hands."""

    row: Row[*tuple[Any, ...]]
    delivery: Delivery
    message: PlannedMessage
    text: Rendered
    token: UUID | None = None
    until: datetime = NO_LEASE

    @property
    def outgoing(self) -> OutgoingText:
        """What the provider gets."""
        return OutgoingText(
            delivery_id=self.row.id,
            route=self.message.route,
            reference=reference_of(self.row.id),
            to=self.message.to,
            body=self.text.body,
            subject=self.text.subject,
            template=self.text.template,
            values=self.text.values,
            seen_by=self.delivery.seen_by or (ANYWHERE,),
        )


def in_hand(
    desk: Desk, row: Row[*tuple[Any, ...]], delivery: Delivery, token: UUID | None = None, until: datetime = NO_LEASE
) -> Held:
    """Open what is sealed in a row."""
    message, text = desk.recent.get(row.id) or _opened(desk, row)
    return Held(row, delivery, message, text, token, until)


def _opened(desk: Desk, row: Row[*tuple[Any, ...]]) -> tuple[PlannedMessage, Rendered]:
    message = PLANS.validate_json(desk.ring.open(row.sealed_plan))
    return message, TEXTS.validate_json(desk.ring.open(row.sealed_text))


def _keep_recent(desk: Desk, delivery_id: UUID, message: PlannedMessage, text: Rendered) -> None:
    """Most messages are sent by the process that planned them, within a second: their seals need not be broken again."""
    if len(desk.recent) >= LARGEST_RECENT:
        del desk.recent[next(iter(desk.recent))]
    desk.recent[delivery_id] = (message, text)


def delivery_of(row: Row[*tuple[Any, ...]]) -> Delivery:
    """The fold as the row has it."""
    return Delivery(
        state=State(row.state),
        attempts=row.attempts,
        first_attempt_at=row.first_attempt_at,
        provider=row.provider,
        provider_id=row.provider_id,
        final=row.final,
        code=row.code,
        reason=row.reason,
        changed_at=row.changed_at,
        seen_by=tuple(row.seen_by),
    )


def columns_of(delivery: Delivery) -> dict[str, Any]:
    """The row as the fold has it."""
    return {
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "first_attempt_at": delivery.first_attempt_at,
        "provider": delivery.provider,
        "provider_id": delivery.provider_id,
        "final": delivery.final,
        "code": delivery.code[:40],
        "reason": delivery.reason[:400],
        "changed_at": delivery.changed_at,
        "seen_by": list(delivery.seen_by),
    }


def blind(desk: Desk, address: str) -> str:
    """What an address is compared by: the same for a number or a mailbox however it is spelled."""
    return desk.ring.blind(address.strip().casefold())


def _row(desk: Desk, message: PlannedMessage, now: datetime, try_number: int) -> dict[str, Any]:
    delivery_id = new_id()
    text = _text(desk, message, delivery_id)
    _keep_recent(desk, delivery_id, message, text)
    return {
        "id": delivery_id,
        "complaint_id": message.complaint_id,
        "key": message.key,
        "route": message.route.value,
        "address_blind": blind(desk, message.to) if message.route in CAPS else None,
        "try_number": try_number,
        "purpose": message.purpose.value,
        "audience": message.audience.value,
        "article": message.article,
        "answers": message.answers,
        "state": State.PLANNED.value,
        "attempts": 0,
        "polls": 0,
        "due_at": None if message.is_manned else message.send_at,
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
