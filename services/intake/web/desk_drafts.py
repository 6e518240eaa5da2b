"""What an operator has begun and not registered: found again on the desk it was typed at, taken up or thrown away.

Law of this file: a draft's number is the number its complaint will be sent under, so that one taken up after a crash is
registered once, and what is registered leaves no draft. A call that the exchange opened is a draft with nothing typed: the
number shown is filled in and proves nobody. Whose draft it is, ``services.intake.drafts`` says; what became of its call,
``services.intake.calls``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.intake.drafts import draft_of, drop_draft, recent_drafts
from services.intake.ports import Door
from services.intake.web.desk_views import CallInHand, Unfinished
from services.intake.web.entry_reading import Typed, linked_in, typed_in
from shared.web.days import moment_named

PHONE = "phone"
REMEMBERED = timedelta(days=7)
"""How long a draft is offered; after that its matter has come in otherwise or not at all."""
_A_GLANCE = 40


async def unfinished(door: Door, author: str, desks: Mapping[str, str]) -> list[Unfinished]:
    """The author's own drafts of these desks (each with its address), the latest first."""
    found = await recent_drafts(door, author, since=door.clock() - REMEMBERED)
    begun = [(draft_id, changed_at, content, desk_of(content)) for draft_id, changed_at, content in found]
    return [
        Unfinished(draft_id, desk, f"{desks[desk]}?draft={draft_id}", changed_at, glance_at(content))
        for draft_id, changed_at, content, desk in begun
        if desk in desks and glance_at(content)
    ]


async def resumed(door: Door, author: str, draft_id: UUID, desk: str) -> tuple[Typed, Sequence[UUID]] | None:
    """What was typed at this desk and ticked beside it; None where the author has no such draft."""
    found = await draft_of(door, draft_id, author)
    if found is None or desk_of(found[0]) != desk:
        return None
    content, _ = found
    link = content.get("link", [])
    return _with_call(typed_in(content), content), linked_in(link if isinstance(link, list) else [link])


async def throw_away(door: Door, author: str, key: str) -> None:
    """No draft under this number any more; a key that is no draft's number is passed over."""
    try:
        draft_id = UUID(key)
    except ValueError:
        return
    await drop_draft(door, draft_id, author)


def desk_of(content: Mapping[str, Any]) -> str:
    """The desk that a draft was typed at; a call of the exchange is the phone desk's."""
    return str(content.get("desk") or (PHONE if "call" in content else ""))


def glance_at(content: Mapping[str, Any]) -> str:
    """Enough of a draft to know it again: its first words, else who it is about; empty where nothing was typed."""
    call = content.get("call")
    number = call.get("caller_number") if isinstance(call, dict) else content.get("call_number")
    said = next(
        (str(content[name]) for name in ("facts", "demand", "name", "phone", "window") if content.get(name)), ""
    )
    words = " ".join((said or str(number or "")).split())
    return words if len(words) <= _A_GLANCE else words[: _A_GLANCE - 1] + "…"


def call_in_hand(typed: Typed) -> CallInHand | None:
    """The call that is being recorded, if the exchange told of one."""
    if not typed.call_id:
        return None
    return CallInHand(typed.call_number, moment_named(typed.call_started_at))


def _with_call(typed: Typed, content: Mapping[str, Any]) -> Typed:
    call = content.get("call")
    if not isinstance(call, dict):
        return typed
    told = {name: str(call.get(name) or "") for name in ("id", "caller_number", "started_at")}
    began_by_exchange = "desk" not in content  # of a page that was left, the fields stay as they were left
    return replace(
        typed,
        call_id=told["id"],
        call_number=told["caller_number"],
        call_started_at=told["started_at"],
        phone=typed.phone or (told["caller_number"] if began_by_exchange else ""),
    )
