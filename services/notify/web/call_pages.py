"""``/desk/calls``: whom to call or write to, by when, what to say, and a button for what became of it (art. 14).

Law of this file: numbers stand on this page alone, for those who call, and in no address; what is recorded is recorded by
the same call desk as over the API, once, by one person. Texts that people sent us wait here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.notify.call_desk import AlreadyRecorded, NotOnTheList, record
from services.notify.call_sheet import NothingToCall, hand_over
from services.notify.desk import Desk
from services.notify.domain.calls import CHINESE, CallOutcome
from services.notify.inbound import NoSuchText, OpenCase, WaitingText, deal_with, waiting_texts
from services.notify.ledger import PLANS, TEXTS
from services.notify.store import queries
from services.notify.web.room import Room
from services.notify.web.words import PURPOSE_WORDS
from shared.contracts.masking import dialled
from shared.contracts.values import Route
from shared.identity.principal import Principal
from shared.web.desk_frame import desk_head
from shared.web.frame import tel
from shared.web.handed_over import lead_to
from shared.web.i18n import Bilingual, Language, language_of
from shared.web.limits import Due
from shared.web.sent_form import read_form

CALLS = "/desk/calls"
LONGEST_NOTE = 2000
TEXT_SETTLED = "text_settled"
_SAID: dict[str, Bilingual] = {
    CallOutcome.REACHED: Bilingual("已记录：接通并告知。", "Recorded: reached and told."),
    CallOutcome.NOT_REACHED: Bilingual("已记录：未接通，过一小时再打。", "Recorded: not reached; call again later."),
    CallOutcome.POSTED: Bilingual("已记录：已邮寄。", "Recorded: posted."),
    TEXT_SETTLED: Bilingual("已记录：短信已处理。", "Recorded: the text is dealt with."),
}
_GONE = Bilingual("这一条已由别人办结。", "This entry was settled by somebody else.")
_NO_TEXT = Bilingual("没有这条短信。", "There is no such text.")
_WHICH = Bilingual("请点“接通”或“未接通”。", "Say whether they were reached.")
_NOBODY = Bilingual("没有要打的电话，没有出清单。", "Nobody is to be called: no list was issued.")
_TWICE = Bilingual("别人刚刚记录过这一条，请看下面的拨打记录。", "Somebody has just recorded this one; see its calls.")


@dataclass(frozen=True, slots=True)
class Tried:
    """One earlier try."""

    at: datetime
    by: str
    outcome: Bilingual
    note: str


@dataclass(frozen=True, slots=True)
class CallEntry:
    """One who waits for a call or a letter."""

    id: UUID
    complaint_id: UUID
    purpose: Bilingual
    article: str
    by_post: bool
    to: str
    href: str
    say: str
    due: Due
    not_before: datetime | None
    tries: Sequence[Tried]


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A text that waits for a person."""

    key: str
    received_at: datetime
    sender: str
    href: str
    text: str
    cases: Sequence[OpenCase]


@dataclass(frozen=True, slots=True)
class CallsPage:
    """The list, texts that came in, who can't be reached at all (by code and limit), and what was just recorded."""

    entries: Sequence[CallEntry]
    texts: Sequence[TextEntry]
    unreachable: Sequence[tuple[str, Due]]
    said: Bilingual | None = None
    trouble: Bilingual | None = None

    @property
    def has_calls(self) -> bool:
        """Whether anybody is to be called, and not only written to."""
        return any(not entry.by_post for entry in self.entries)


def call_pages(room: Room) -> APIRouter:
    """GET /desk/calls, POST /desk/calls/{delivery_id}, /desk/calls/sheet, /desk/calls/texts/{key}."""
    router = APIRouter()
    _add_sheet(router, room)

    @router.get(CALLS, include_in_schema=False)
    async def calls(request: Request, who: Principal = Depends(room.gate.admit), done: str = "") -> Response:
        """The list, the most urgent first."""
        return await _page(room, request, who, said=_SAID.get(done))

    @router.post(CALLS + "/{delivery_id}", include_in_schema=False)
    async def press(delivery_id: UUID, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Record what became of it, and come back to the list."""
        form = await read_form(request)
        note = str(form.get("note", "")).strip()[:LONGEST_NOTE]
        if form.get("outcome") not in set(CallOutcome):
            return await _page(room, request, who, trouble=_WHICH, status=422)
        outcome = CallOutcome(str(form["outcome"]))
        try:
            await record(room.desk, delivery_id, outcome, by=who.name, note=note or None)
        except NotOnTheList:
            return await _page(room, request, who, trouble=_GONE, status=404)
        except AlreadyRecorded:
            return await _page(room, request, who, trouble=_TWICE, status=409)
        return RedirectResponse(f"{CALLS}?done={outcome.value}", status_code=303)

    @router.post(CALLS + "/texts/{key}", include_in_schema=False)
    async def dealt_with(key: str, request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """A text that somebody has dealt with."""
        try:
            await deal_with(room.desk, key, who.name)
        except NoSuchText:
            return await _page(room, request, who, trouble=_NO_TEXT, status=404)
        return RedirectResponse(f"{CALLS}?done={TEXT_SETTLED}", status_code=303)

    return router


def _add_sheet(router: APIRouter, room: Room) -> None:
    @router.post(CALLS + "/sheet", include_in_schema=False)
    async def sheet(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """Have the list issued as a document, and lead to it."""
        try:
            made = await hand_over(room.desk, asked_by=who.name)
        except NothingToCall:
            return await _page(room, request, who, trouble=_NOBODY, status=409)
        return lead_to(made.answer["id"])


async def _page(
    room: Room,
    request: Request,
    who: Principal,
    *,
    said: Bilingual | None = None,
    trouble: Bilingual | None = None,
    status: int = 200,
) -> Response:
    language, desk = language_of(request), room.desk
    rows = await queries.call_list(desk.store)
    tried = await queries.calls_of(desk.store, [row["id"] for row in rows])
    lost = await queries.without_a_way(desk.store)
    page = CallsPage(
        entries=[
            _entry(room, row, [each for each in tried if each["delivery_id"] == row["id"]], language) for row in rows
        ],
        texts=[_text(each) for each in await waiting_texts(desk)],
        unreachable=[(row["tracking_code"], room.due(row["respond_by"], language)) for row in lost],
        said=said,
        trouble=trouble,
    )
    head = desk_head(who, "calls", csrf=room.gate.csrf(request), waiting={"calls": len(rows)})
    return room.pages.render(request, "calls.html", status=status, desk=head, page=page)


def _entry(room: Room, row: RowMapping, tried: Sequence[RowMapping], language: Language) -> CallEntry:
    desk = room.desk
    plan = PLANS.validate_json(desk.ring.open(row["sealed_plan"]))
    text = TEXTS.validate_json(desk.ring.open(row["sealed_text"]))
    by_post = row["route"] == Route.POST.value
    later = row["due_at"] if row["due_at"] and row["due_at"] > desk.clock() else None
    return CallEntry(
        id=row["id"],
        complaint_id=row["complaint_id"],
        purpose=PURPOSE_WORDS[row["purpose"]],
        article=row["article"],
        by_post=by_post,
        to=(plan.to if by_post else dialled(plan.to)) if plan.to else "",
        href="" if by_post or not plan.to else tel(plan.to),
        say=text.body,
        due=room.due(row["respond_by"], language),
        not_before=later,
        tries=[_tried(desk, each) for each in tried],
    )


def _text(waiting: WaitingText) -> TextEntry:
    sender = waiting.sender or ""
    return TextEntry(waiting.key, waiting.received_at, sender, tel(sender), waiting.text, waiting.cases)


def _tried(desk: Desk, row: RowMapping) -> Tried:
    outcome = CallOutcome(row["outcome"])
    note = desk.ring.open(row["sealed_note"]).decode() if row["sealed_note"] else ""
    return Tried(row["at"], row["by"], Bilingual(CHINESE[outcome], outcome.value.replace("_", " ")), note)
