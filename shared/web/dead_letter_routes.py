"""``/<service>/dead-letters``: what a service could not handle, for a person to replay or to discard.

Law of this file: the same for every service. A browser gets a page, a program JSON, both from one address; the letter's
content is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from shared.clock import Clock
from shared.contracts.values import SERVICES, Role
from shared.identity.principal import Principal
from shared.messaging.dead_letters import DeadLetter, DeadLetters, LetterSettledError, StillDeadError
from shared.web.access import Gate
from shared.web.access_table import Row, staff
from shared.web.desk_frame import desk_head
from shared.web.i18n import Bilingual
from shared.web.pages import Pages
from shared.web.problem_answers import wants_html
from shared.web.problems import FieldFault, Problem
from shared.web.sent_form import read_form
from shared.web.sent_json import json_body, takes

TABS = tuple((name, Bilingual(chinese, name.capitalize())) for name, chinese in SERVICES.items())
"""The tabs of the page: one a service, all of one origin."""
SETTLERS = (Role.HANDLER, Role.ADMINISTRATOR)
NO_REASON = FieldFault(
    "reason", "too_short", "请写明为什么作废（2 至 400 字）", "Say why it is discarded (2 to 400 characters)"
)
STILL_DEAD = Bilingual("再处理一次仍未成功，消息留在这里：", "It failed again and stays here: ")


class Discarding(BaseModel):
    """Why a letter is given up."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Annotated[str, StringConstraints(min_length=2, max_length=400)]


@dataclass(frozen=True, slots=True)
class DeadLettersPage:
    """What the page shows."""

    service: str
    services: Sequence[tuple[str, Bilingual]]
    letters: Sequence[DeadLetter]
    trouble: Bilingual | FieldFault | None = None


def dead_letter_rows(service: str) -> Sequence[Row]:
    """The rows of these routes in a service's access table."""
    path = f"/{service}/dead-letters"
    return [
        staff("GET", path, SETTLERS, scope=f"{service}:dead_letters"),
        staff("POST", f"{path}/{{letter_id}}/replay", SETTLERS, scope=f"{service}:dead_letters"),
        staff("POST", f"{path}/{{letter_id}}/discard", SETTLERS, scope=f"{service}:dead_letters"),
    ]


def dead_letter_routes(letters: DeadLetters, gate: Gate, pages: Pages, clock: Clock) -> APIRouter:
    """The list and its two buttons."""
    router = APIRouter(tags=["dead letters"])
    desk = _Desk(letters, gate, pages, clock)

    @router.get(desk.path)
    async def waiting(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """What waits, the oldest first: type, reason, attempts, when it died."""
        if _is_read_by_a_person(request):
            return await desk.page(request, who)
        return JSONResponse({"items": [_item(letter) for letter in await letters.waiting()]})

    @router.post(f"{desk.path}/{{letter_id}}/replay", status_code=204)
    async def replay(letter_id: UUID, request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Have it handled anew: 204; 409 where it is settled already, 422 where it fails again (and stays)."""
        return await desk.replay(letter_id, request, who)

    @router.post(f"{desk.path}/{{letter_id}}/discard", status_code=204, openapi_extra=takes(Discarding))
    async def discard(letter_id: UUID, request: Request, who: Principal = Depends(gate.admit)) -> Response:
        """Give it up with a reason: 204; 409 where it is settled already."""
        return await desk.discard(letter_id, request, who)

    return router


class _Desk:
    """Settles, and answers a browser by a page and a program by a status."""

    def __init__(self, letters: DeadLetters, gate: Gate, pages: Pages, clock: Clock) -> None:
        self.path = f"/{letters.service}/dead-letters"
        self._letters = letters
        self._gate = gate
        self._pages = pages
        self._clock = clock

    async def page(
        self, request: Request, who: Principal, *, status: int = 200, trouble: Bilingual | FieldFault | None = None
    ) -> Response:
        letters = await self._letters.waiting()
        shown = DeadLettersPage(self._letters.service, TABS, letters, trouble)
        head = desk_head(who, "dead_letters", csrf=self._gate.csrf(request))
        return self._pages.render(request, "dead_letters.html", status=status, desk=head, page=shown)

    async def replay(self, letter_id: UUID, request: Request, who: Principal) -> Response:
        try:
            await self._letters.replay(letter_id, by=who.name, now=self._clock())
        except LetterSettledError as fault:
            raise _settled() from fault
        except StillDeadError as fault:
            said = Bilingual(STILL_DEAD.zh + fault.reason, STILL_DEAD.en + fault.reason)
            if _is_read_by_a_person(request):
                return await self.page(request, who, status=422, trouble=said)
            raise Problem(422, "still_dead", said.zh, said.en) from fault
        return self._done(request)

    async def discard(self, letter_id: UUID, request: Request, who: Principal) -> Response:
        try:
            said = await _discarding(request)
            await self._letters.discard(letter_id, said.reason, by=who.name, now=self._clock())
        except ValidationError as fault:
            if _is_read_by_a_person(request):
                return await self.page(request, who, status=422, trouble=NO_REASON)
            raise RequestValidationError(fault.errors()) from fault
        except LetterSettledError as fault:
            raise _settled() from fault
        return self._done(request)

    def _done(self, request: Request) -> Response:
        if _is_read_by_a_person(request):
            return RedirectResponse(self.path, status_code=303)
        return Response(status_code=204)


def _item(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": str(letter.id),
        "message_id": str(letter.message_id) if letter.message_id else None,
        "type": letter.type,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "died_at": letter.died_at.isoformat(),
    }


async def _discarding(request: Request) -> Discarding:
    if request.headers.get("content-type", "").startswith("application/json"):
        return await json_body(request, Discarding)
    return Discarding(reason=str((await read_form(request)).get("reason", "")))


def _is_read_by_a_person(request: Request) -> bool:
    return wants_html(request.headers.get("accept", ""))


def _settled() -> Problem:
    return Problem(409, "not_waiting", "这一件已经处理过，或不存在", "This letter is settled already, or there is none")
