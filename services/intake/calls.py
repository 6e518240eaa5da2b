"""What became of every call: announced by the exchange, registered as a complaint, or ended as none for a coded reason.

Law of this file: a call that the exchange told of stands here until somebody has said what became of it, whatever happens
to its draft; one that is put down as no complaint keeps, sealed, all that was typed, and can be taken up again with it. The
number shown proves nobody. To an operator another operator's call does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import bindparam, delete, or_, select, update

from services.intake.adapters.phone_log import CallWithoutComplaint
from services.intake.domain.call_endings import Ending
from services.intake.domain.submission import Submission
from services.intake.handlers import (
    Receipt,
    answered,
    complaint_rows,
    first_answer,
    first_receipt,
    is_first,
    new_identifiers,
    normalised,
    receipt_of,
    receive,
    remember,
    stored_claim,
)
from services.intake.known import Known, earlier_of
from services.intake.ports import Door
from services.intake.store import tables
from services.intake.store.queries import theirs
from services.intake.store.states import CallState
from shared.contracts.values import new_id
from shared.once import Once
from shared.store.unit_of_work import UnitOfWork

_NAMES = UUID("0193a0f4-8c5e-7d11-9f0a-6b1f3c2d4e5f")
"""The namespace of calls' ids (RFC 9562 §5.5)."""
_calls, _drafts = tables.calls, tables.drafts
_SAID = frozenset({"state", "ending", "note_sealed", "recorded_at", "recorded_by", "sealed"})
"""What is said of a call that stands already."""


class UnknownCallError(Exception):
    """There is no such call, or it is another operator's."""


class AccountedForError(Exception):
    """Somebody has said already what became of this call."""


class DraftOfAnotherError(Exception):
    """Somebody else is still typing what this caller told."""


class CallHeldError(Exception):
    """The call is being recorded by somebody else, whose name this is."""

    def __init__(self, holder: str) -> None:
        super().__init__("the call is another's")
        self.holder = holder


@dataclass(frozen=True, slots=True)
class Rings:
    """The exchange has put a call through. ``caller_number`` is as shown; moments are aware.

    ``desk``: the seat it rings at, as the exchange names it.
    """

    reference: str
    operator: str
    started_at: datetime
    caller_number: str | None = None
    ended_at: datetime | None = None
    desk: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that was no complaint, as whoever took it says.

    ``reference``: the exchange's number of it, or whatever else names it; drawn where it has none. ``draft_id``: where its
    draft lies; ``typed``: what stood in the fields, instead of what the draft holds.
    """

    ending: Ending
    note: str | None = None
    reference: str | None = None
    caller_number: str | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    desk: str | None = None
    draft_id: UUID | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)


def call_named(reference: str) -> UUID:
    """The id of a call, and of the draft that it opens: the same however often the exchange tells of the call."""
    return uuid5(_NAMES, reference)


def ended_of(told: CallWithoutComplaint, now: datetime, *, reference: str | None = None, **more: Any) -> Ended:
    """The call as it is put down: nothing of it lies in the future. ``reference`` instead of what was told."""
    call = told.call
    return Ended(
        ending=told.ending,
        note=told.note,
        reference=reference or call.id or None,
        caller_number=call.caller_number,
        began_at=call.started_at and min(call.started_at, now),
        ended_at=call.ended_at and min(call.ended_at, now),
        desk=told.desk,
        **more,
    )


async def open_call(door: Door, rings: Rings) -> tuple[UUID, list[Known]]:
    """A call was put through: a draft with what the exchange knows, and the caller's earlier complaints (art. 15).

    Told again, it opens nothing anew; if it then says that the call has ended, that is put down. Raises CallHeldError where
    somebody else records the call.
    """
    call_id, now = call_named(rings.reference), door.clock()
    told = _told(rings.reference, rings.caller_number, rings.started_at)
    row = {
        "id": call_id,
        "reference": rings.reference,
        "operator": rings.operator,
        "desk": rings.desk,
        "began_at": rings.started_at,
        "ended_at": rings.ended_at,
        "state": CallState.OPEN,
        "sealed": _sealed(door, told),
    }
    async with door.store.transaction(now) as unit:
        if await unit.claim(_calls, [row], key="id"):
            await unit.claim(_drafts, [_draft(row, rings.operator, now, made_at=now)], key="id")
        else:
            await _ring_again(unit, call_id, rings)
    holder = await holder_of_call(door, call_id)
    if holder not in (None, rings.operator):
        raise CallHeldError(holder)
    return call_id, await earlier_of(door, rings.caller_number)


async def holder_of_call(door: Door, call_id: UUID) -> str | None:
    """Who records this call now; None where nobody does."""
    query = select(_drafts.c.author).where(_drafts.c.id == call_id, _drafts.c.call_id.isnot(None))
    async with door.store.reading() as connection:
        holder: str | None = (await connection.execute(query)).scalar()
    return holder


async def receive_call(
    door: Door, submission: Submission, *, same: Once | None = None, page: str | None = None
) -> Receipt:
    """Take a complaint in that was told on the telephone, and account for its call with it. Raises KeyReused.

    ``page``: the number of the page it was typed at, which names a call that the exchange told nothing of.
    """
    reference = submission.source.external_id or page
    if reference is None or not await _is_known(door, reference):
        return await receive(door, submission, same=same)
    complaint = normalised(door, submission, new_identifiers())
    receipt = receipt_of(complaint)
    async with door.store.transaction(door.clock()) as unit:
        ours = await is_first(unit, stored_claim(same, receipt, unit.now))
        if ours:
            for table, row in complaint_rows(door, complaint):
                unit.add(table, row)
            await account_for(unit, {reference: complaint.complaint_id})
    if not ours and same is not None:
        return await first_receipt(door, same)
    remember(door, complaint)
    return receipt


async def account_for(unit: UnitOfWork, complaints: Mapping[str, UUID]) -> None:
    """The calls of these references have become these complaints; those that nobody told of are passed over."""
    known = select(_calls.c.reference).where(_calls.c.reference.in_(complaints), _calls.c.state != CallState.COMPLAINT)
    found = (await unit.connection.execute(known)).scalars().all()
    if not found:
        return
    change = update(_calls).where(_calls.c.reference == bindparam("this"))
    values = {"state": CallState.COMPLAINT, "complaint_id": bindparam("became"), "recorded_at": unit.now}
    rows = [{"this": reference, "became": complaints[reference]} for reference in found]
    await unit.connection.execute(change.values(**values), rows)


async def end_without_complaint(
    door: Door, ended: Ended, *, by: str, own: str | None = None, same: Once | None = None
) -> UUID:
    """Put down that a call was no complaint; what was typed is kept with it, and its draft is gone. Gives the call's id.

    ``own``: whose calls these must be; None for everybody's. Raises UnknownCallError, AccountedForError, KeyReused.
    """
    reference = ended.reference or str(ended.draft_id or new_id())
    call_id, now = call_named(reference), door.clock()
    claim = answered(same, call_id.bytes, f"/intake/calls/{call_id}", now) if same else None
    async with door.store.transaction(now) as unit:
        ours = await is_first(unit, claim)
        if ours:
            await _put_down(unit, door, reference, ended, by=by, own=own)
    if not ours and same is not None:
        return UUID(bytes=await first_answer(door, same))
    return call_id


async def believe_export(unit: UnitOfWork, door: Door, ended: Ended, *, by: str) -> None:
    """An export says that a call was none: so it was, unless somebody here has said otherwise or is still typing."""
    reference = ended.reference or str(new_id())
    drafted = select(_drafts.c.id).where(_drafts.c.id == call_named(reference))
    if (await unit.connection.execute(drafted)).first():
        return
    began_at = ended.began_at or unit.now
    kept = _sealed(door, {**ended.typed, **_told(reference, ended.caller_number, began_at)})
    row = _row(reference, ended, by, began_at) | _said(door, ended, by, unit.now)
    if await unit.claim(_calls, [row | {"sealed": kept}], key="id"):
        return
    with suppress(AccountedForError):
        await _settle(unit, row, own=None)


async def take_up(door: Door, call_id: UUID, *, by: str, own: str | None = None) -> UUID:
    """Have the call's draft back, with all that was typed, to make a complaint of it; gives the draft's id.

    Raises UnknownCallError, AccountedForError where it is a complaint, DraftOfAnotherError.
    """
    async with door.store.transaction(door.clock()) as unit:
        call = await _held(unit, call_id, own)
        if call.state == CallState.COMPLAINT:
            raise AccountedForError
        draft = _draft(call._mapping, by, unit.now, made_at=call.began_at)  # noqa: SLF001 - SQLAlchemy's documented name
        if not await unit.claim(_drafts, [draft], key="id"):
            await _require_author(unit, call_id, by)
        if call.state == CallState.NO_COMPLAINT or by != call.operator:
            taken = {"state": CallState.OPEN, "taken_up_at": unit.now, "taken_up_by": by}
            await unit.connection.execute(update(_calls).where(_calls.c.id == call_id).values(**taken))
    return call_id


async def _ring_again(unit: UnitOfWork, call_id: UUID, rings: Rings) -> None:
    """A call that stands here is told once more: it has ended, or was put through to somebody else and nobody records it."""
    call = await _held(unit, call_id, own=None)
    this = update(_calls).where(_calls.c.id == call_id)
    if rings.ended_at is not None and call.ended_at is None:
        await unit.connection.execute(this.values(ended_at=rings.ended_at))
    if call.state != CallState.OPEN or rings.operator in (call.operator, call.taken_up_by):
        return
    draft = _draft(call._mapping, rings.operator, unit.now, made_at=unit.now)  # noqa: SLF001 - SQLAlchemy's documented name
    if await unit.claim(_drafts, [draft], key="id"):
        await unit.connection.execute(this.values(taken_up_at=unit.now, taken_up_by=rings.operator))


async def _put_down(unit: UnitOfWork, door: Door, reference: str, ended: Ended, *, by: str, own: str | None) -> None:
    draft = await _draft_moved(unit, call_named(reference), ended.draft_id, by, own)
    began_at = ended.began_at or (draft.made_at if draft else unit.now)
    if draft and not ended.typed:
        kept = draft.sealed
    else:
        kept = _sealed(door, {**ended.typed, **_told(reference, ended.caller_number, began_at)})
    row = _row(reference, ended, by, began_at) | _said(door, ended, by, unit.now)
    if await unit.claim(_calls, [row | {"sealed": kept}], key="id"):
        return
    await _settle(unit, row | ({"sealed": kept} if draft or ended.typed else {}), own)


def _row(reference: str, ended: Ended, by: str, began_at: datetime) -> dict[str, Any]:
    """A call that nobody told of before."""
    return {
        "id": call_named(reference),
        "reference": reference,
        "operator": by,
        "desk": ended.desk,
        "began_at": began_at,
        "ended_at": ended.ended_at,
    }


def _said(door: Door, ended: Ended, by: str, now: datetime) -> dict[str, Any]:
    """What became of the call, and who says so; the note is sealed, since a person may be named in it."""
    return {
        "state": CallState.NO_COMPLAINT,
        "ending": ended.ending,
        "note_sealed": door.ring.seal_record(ended.note.encode()) if ended.note else None,
        "recorded_at": now,
        "recorded_by": by,
    }


async def _settle(unit: UnitOfWork, row: Mapping[str, Any], own: str | None) -> None:
    """Say it of a call that stands here; who took it and when it began stays as it was told first.

    Said twice it is said once; said otherwise, the call must be taken up first.
    """
    call = await _held(unit, row["id"], own)
    again = call.state == CallState.NO_COMPLAINT and call.ending == row["ending"]
    if call.state != CallState.OPEN and not again:
        raise AccountedForError
    said = {name: value for name, value in row.items() if name in _SAID and (value is not None or not again)}
    said["ended_at"] = call.ended_at or row["ended_at"]
    await unit.connection.execute(update(_calls).where(_calls.c.id == call.id).values(**said))


async def _held(unit: UnitOfWork, call_id: UUID, own: str | None) -> Any:
    """The call, held until the transaction ends, so that of two people who account for it one is told so."""
    query = select(_calls).where(_calls.c.id == call_id, theirs(own)).with_for_update()
    call = (await unit.connection.execute(query)).first()
    if call is None:
        raise UnknownCallError
    return call


async def _draft_moved(unit: UnitOfWork, call_id: UUID, draft_id: UUID | None, by: str, own: str | None) -> Any:
    """The call's draft, or what was typed of it at a page, taken out of the drafts: it moves into the record.

    One's own; of another's call only by whoever may account for everybody's.
    """
    mine = _drafts.c.author == by
    may = mine if own is not None else or_(mine, _drafts.c.id == call_id)
    moved = delete(_drafts).where(_drafts.c.id.in_({call_id, draft_id or call_id}), may)
    return (await unit.connection.execute(moved.returning(_drafts.c.sealed, _drafts.c.made_at))).first()


async def _require_author(unit: UnitOfWork, draft_id: UUID, by: str) -> None:
    query = select(_drafts.c.author).where(_drafts.c.id == draft_id)
    if (await unit.connection.execute(query)).scalar() != by:
        raise DraftOfAnotherError


async def _is_known(door: Door, reference: str) -> bool:
    query = select(_calls.c.id).where(_calls.c.reference == reference)
    async with door.store.reading() as connection:
        return (await connection.execute(query)).first() is not None


def _draft(call: Mapping[str, Any], author: str, now: datetime, *, made_at: datetime) -> dict[str, Any]:
    """A call's draft. What was made just now is a call that comes in; one taken up later was made when it began."""
    return {
        "id": call["id"],
        "author": author,
        "call_id": call["reference"],
        "sealed": call["sealed"],
        "made_at": made_at,
        "changed_at": now,
    }


def _told(reference: str, caller_number: str | None, started_at: datetime) -> dict[str, Any]:
    """What a draft holds of its call."""
    return {"call": {"id": reference, "caller_number": caller_number, "started_at": started_at.isoformat()}}


def _sealed(door: Door, content: Mapping[str, Any]) -> str:
    return door.ring.seal_record(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
