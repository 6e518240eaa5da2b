"""``/desk/messages/{complaint}``: what was told about one complaint, to whom, by which way, how far it got, and what was not.

Law of this file: no address and no word of a message stands here; why something was not sent does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response

from services.notify.domain.purposes import Audience
from services.notify.domain.reasons import Reason
from services.notify.domain.state import State
from services.notify.store import queries
from services.notify.web.room import Room
from services.notify.web.words import AUDIENCES, PURPOSE_WORDS, RINGS, ROUTES, WHY_NOT, state_words
from shared.contracts.values import Route
from shared.identity.principal import Principal
from shared.web.desk_frame import desk_head
from shared.web.i18n import Bilingual
from shared.web.problems import Problem

MOST = 200


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``why``: what the provider or we said of its state, where that says anything."""

    purpose: Bilingual
    article: str
    audience: Bilingual
    route: Bilingual
    state: Bilingual
    ring: str
    made_at: datetime
    changed_at: datetime
    attempts: int
    provider: str
    why: str
    template: str
    segments: int


@dataclass(frozen=True, slots=True)
class Silence:
    """What was knowingly not sent."""

    at: datetime
    purpose: Bilingual | None
    audience: Bilingual
    why: Bilingual


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """A complaint's messages, the newest first. ``number``: empty until the case is registered."""

    tracking_code: str
    number: str
    messages: Sequence[Message]
    silences: Sequence[Silence]


def message_pages(room: Room) -> APIRouter:
    """GET /desk/messages/{complaint_id}."""
    router = APIRouter(include_in_schema=False)

    @router.get("/desk/messages/{complaint_id}")
    async def messages(complaint_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """All of them. 404 where the complaint is not known here."""
        store = room.desk.store
        contact = await queries.contact_of(store, complaint_id)
        if contact is None:
            raise Problem(404, "no_such_complaint", "没有这件投诉", "There is no such complaint")
        page = MessagesPage(
            tracking_code=contact["tracking_code"],
            number=contact["case_number"] or "",
            messages=[_message(row) for row in await queries.ledger(store, complaint_id, MOST)],
            silences=[_silence(row) for row in await queries.silences_of(store, complaint_id)],
        )
        head = desk_head(who, "response", csrf=room.gate.csrf(request))
        return room.pages.render(request, "messages.html", desk=head, page=page)

    return router


def _message(row: RowMapping) -> Message:
    route, state = Route(row["route"]), State(row["state"])
    return Message(
        purpose=PURPOSE_WORDS[row["purpose"]],
        article=row["article"],
        audience=AUDIENCES[Audience(row["audience"])],
        route=ROUTES[route],
        state=state_words(route, state),
        ring=RINGS[state],
        made_at=row["made_at"],
        changed_at=row["changed_at"],
        attempts=row["attempts"],
        provider=row["provider"] or "",
        why=" ".join(filter(None, (row["code"], row["reason"]))),
        template=row["template"],
        segments=row["segments"],
    )


def _silence(row: RowMapping) -> Silence:
    purpose = PURPOSE_WORDS[row["purpose"]] if row["purpose"] else None
    return Silence(row["at"], purpose, AUDIENCES[Audience(row["audience"])], WHY_NOT[Reason(row["reason"])])
