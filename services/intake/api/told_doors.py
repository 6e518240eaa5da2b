"""The doors at which a person tells or types: a table of path, model, and how the source is named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.adapters.letter import Letter
from services.intake.adapters.phone_log import PhoneLogEntry
from services.intake.adapters.suggestion_box import SuggestionSlip
from services.intake.adapters.told import FileTold, Told
from services.intake.adapters.visit import Visit
from services.intake.adapters.web_form import WebForm
from services.intake.api.answers import RECEIPT_DOCUMENTED, receipt_answer, unavailable
from services.intake.api.requests import repetition
from services.intake.calls import receive_call
from services.intake.handlers import Original, Receipt, keep, receive
from services.intake.paper_desk import SERIES
from services.intake.ports import Door
from services.intake.readers.content_type import contradicts, sniff_media_type
from shared.contracts.complaint import Source, SpotSettlement
from shared.contracts.values import Channel
from shared.identity.principal import Principal
from shared.once import KeyReused, Once
from shared.store.engine import is_unreachable
from shared.web.access import Gate
from shared.web.i18n import language_of
from shared.web.repetition import DOCUMENTED, key_reused
from shared.web.sent_json import json_body, takes

CITIZEN = "网上投诉"
WEB_FORM, UNPROVEN = "web_form", "web_form_unproven"
"""What a public form is called as a source: sent with proof of work, or without it, which a person should look at."""

Receives = Callable[..., Awaitable[Receipt]]
"""``handlers.receive``, or what registers more than it: takes the door, the submission and ``same``."""


@dataclass(frozen=True, slots=True)
class ToldDoor:
    """One door: where, what it takes, what it is called as a source, and what it knows beyond what is told."""

    path: str
    channel: Channel
    model: type[Told]
    kind: str
    external_id: Callable[[Any], str | None]
    received_at: Callable[[Any, datetime], datetime]
    more: Callable[[Any, Principal, datetime], dict[str, Any]]
    into: Receives = receive
    """What registers it where nothing more is registered with it."""

    def source(self, told: Told, by: str, now: datetime, originals: Sequence[str] = ()) -> Source:
        """Where this complaint came from, so that anyone can go back to it."""
        ended_at = told.call.ended_at if isinstance(told, PhoneLogEntry) else None
        return Source(
            kind=self.kind,
            external_id=self.external_id(told),
            transcribed_by=by,
            originals=list(originals),
            call_ended_at=ended_at and min(ended_at, now),
        )


def _phone(entry: PhoneLogEntry, _who: Principal, _now: datetime) -> dict[str, Any]:
    heard = entry.complainant.phone or entry.call.caller_number
    return {"phone": None if entry.complainant.anonymous else heard}


def _slip(slip: SuggestionSlip, _who: Principal, _now: datetime) -> dict[str, Any]:
    return {"reception_point": slip.box, "anonymous": slip.complainant.anonymous or not slip.signed}


def _visit(visit: Visit, who: Principal, now: datetime) -> dict[str, Any]:
    settled = visit.settlement and SpotSettlement(result=visit.settlement.result, settled_by=who.name, settled_at=now)
    return {"reception_point": visit.reception_point, "settled_on_the_spot": settled}


STAFF_DOORS: tuple[ToldDoor, ...] = (
    ToldDoor(
        "/intake/phone-logs",
        Channel.PHONE,
        PhoneLogEntry,
        "phone_log",
        lambda entry: entry.call.id,
        lambda entry, now: entry.call.started_at or now,
        _phone,
        into=receive_call,
    ),
    ToldDoor(
        "/intake/suggestion-slips",
        Channel.SUGGESTION_BOX,
        SuggestionSlip,
        "suggestion_box",
        lambda slip: f"{slip.box}#{slip.slip_number}",
        lambda slip, _now: slip.opened_at,
        _slip,
    ),
    ToldDoor(
        "/intake/letters",
        Channel.LETTER,
        Letter,
        "letter",
        lambda letter: letter.posting_number,
        lambda letter, _now: letter.arrived_at,
        lambda *_: {},
    ),
    ToldDoor(
        "/intake/visits",
        Channel.VISIT,
        Visit,
        "visit",
        lambda _visit: None,
        lambda _visit, now: now,
        _visit,
    ),
)


def told_routes(door: Door, gate: Gate, public_url: str) -> APIRouter:
    """The routes of the table, and the public web form's JSON."""
    router = APIRouter(tags=["intake"])
    for row in STAFF_DOORS:
        if row.channel in SERIES:
            continue  # registered under a number of their own: ``paper_doors``
        _add_staff_door(router, row, door, gate, public_url)
    return router


def _add_staff_door(router: APIRouter, row: ToldDoor, door: Door, gate: Gate, public_url: str) -> None:

    async def endpoint(request: Request, who: Principal = Depends(gate.admit)) -> Response:
        told = await json_body(request, row.model)
        return receipt_answer(await take_of_staff(door, row, told, who, request), public_url)

    router.add_api_route(
        row.path,
        endpoint,
        methods=["POST"],
        status_code=201,
        responses=RECEIPT_DOCUMENTED,
        name=row.kind,
        summary=(row.model.__doc__ or "").strip(),
        openapi_extra={**DOCUMENTED, **takes(row.model)},
    )


async def take_of_staff(
    door: Door, row: ToldDoor, told: Told, who: Principal, request: Request, *, into: Receives | None = None
) -> Receipt:
    """Take what a member of staff typed, by the row of their door; ``into`` another register than the row's."""
    now = door.clock()
    return await take(
        door,
        told,
        row.channel,
        same=await repetition(request, f"{row.kind}:{who.name}"),
        source=row.source(told, who.name, now),
        into=into or row.into,
        received_at=min(row.received_at(told, now), now),
        received_by=who.name,
        **row.more(told, who, now),
    )


async def take_web_form(door: Door, request: Request, public_url: str) -> Response:
    """The public web form as JSON: the hot path."""
    told = await json_body(request, WebForm)
    same = await repetition(request, "web_form")
    receipt = await take(
        door,
        told,
        Channel.WEB,
        same=same,
        received_at=door.clock(),
        received_by=CITIZEN,
        source=Source(kind=UNPROVEN),
        language=language_of(request).value,
    )
    return receipt_answer(receipt, public_url)


async def take(
    door: Door,
    told: Told,
    channel: Channel,
    *,
    same: Once | None,
    source: Source,
    into: Receives = receive,
    **rest: Any,
) -> Receipt:
    """Keep the files, then receive ``into`` the register of its kind. Raises Problem 422 for a key used twice, 503 where storage is away or full."""
    files = [_original(file) for file in told.files]
    try:
        evidence = await keep(door, files)
        named = source.model_copy(update={"originals": [item.sha256 for item in evidence]})
        more = {"source": named, "evidence": evidence, **rest}
        return await into(door, submission_of(told, channel, more), same=same)
    except KeyReused as fault:
        raise key_reused() from fault
    except Exception as fault:
        if is_unreachable(fault):
            raise unavailable() from fault
        raise


def _original(file: FileTold) -> Original:
    """The file as what it is: a type that its bytes belie is not believed, since somebody may be shown it as that."""
    content = file.content()
    found = sniff_media_type(content)
    return Original(file.name, found.media_type if contradicts(file.media_type, found) else file.media_type, content)


def submission_of(told: Told, channel: Channel, more: dict[str, Any]) -> Any:
    """The submission, with what the door knows taking precedence over what was told."""
    base = {key: more[key] for key in ("received_at", "received_by", "source", "evidence")}
    extra = {key: value for key, value in more.items() if key not in base}
    return told.submission(channel, **base).model_copy(update=extra)
