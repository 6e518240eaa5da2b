"""The rows of a hotline's export made ready to be written: complaints like any other, calls that were none, bad rows sealed.

Law of this file: complaints go by the one normaliser and are looked for among those beside them, too; a call is none only
by the word of the export itself; bad rows come back with their reasons; a row that the program stumbles over is given back as our fault and stops no other. Nothing is written.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from services.intake.adapters.phone_log import CallWithoutComplaint, PhoneLogEntry
from services.intake.adapters.phone_table import Call
from services.intake.calls import Ended, call_named, ended_of
from services.intake.domain.submission import Submission
from services.intake.handlers import (
    answered,
    complaint_rows,
    new_identifiers,
    normalised,
    receipt_bytes,
    receipt_of,
)
from services.intake.phone_imports import ImportRow
from services.intake.phone_table import ReadRow
from services.intake.ports import Door
from services.intake.recent_matters import RecentMatters
from shared.contracts.complaint import ComplaintReceived, Source
from shared.contracts.values import Channel
from shared.once import Once
from shared.sealing import KeyRing
from shared.store.unit_of_work import Row

AT_A_STRETCH = 10
"""Rows made ready before the event loop gets its turn."""
OUR_FAULT = "程序处理不了这一行（不是您的错），请手工登记，并告知系统管理员"

_log = structlog.get_logger("imports")


@dataclass(frozen=True, slots=True)
class Made:
    """A row made ready to be written: its claim, and its complaint with that one's rows, or the call that was none."""

    claim: Row
    by: str
    """Who took the call."""
    complaint: ComplaintReceived | None = None
    rows: Sequence[tuple[Any, Row]] = ()
    ended: Ended | None = None


def claimed(row_key: str) -> str:
    """The idempotency key that a row of an export claims, whichever file it stands in."""
    return f"phone_import:{row_key}"


async def made_ready(
    door: Door, item: ImportRow, batch: Sequence[ReadRow], known: Collection[str]
) -> tuple[list[Made], dict[int, ReadRow]]:
    """The good rows of a batch that are not ``known`` yet, and by their numbers those that no complaint could be made of."""
    made: list[Made] = []
    failed: dict[int, ReadRow] = {}
    beside = RecentMatters()
    for row, call in _new(batch, known):
        if len(made) % AT_A_STRETCH == 0:
            await asyncio.sleep(0)
        try:
            made.append(_made(door, item, row, call, beside))
        except ValueError as fault:
            _log.error("import.row_failed", import_id=str(item.id), row=row.number, fault=type(fault).__name__)
            failed[row.number] = replace(row, call=None, reasons=(OUR_FAULT,))
    return made, failed


def _new(batch: Sequence[ReadRow], known: Collection[str]) -> Iterator[tuple[ReadRow, Call]]:
    for row in batch:
        if row.call is not None and claimed(row.key) not in known:
            yield row, row.call


def fault_row(ring: KeyRing, item: ImportRow, row: ReadRow) -> Row:
    """A bad row as it is kept: sealed, with its reasons."""
    kept = json.dumps({"cells": row.shown, "reasons": row.reasons}, ensure_ascii=False)
    sealed = ring.seal_record(kept.encode("utf-8", "replace"))
    return {"import_id": item.id, "row_number": row.number, "sealed": sealed}


def _made(door: Door, item: ImportRow, row: ReadRow, call: Call, beside: RecentMatters) -> Made:
    by = call.taken_by or item.made_by
    if isinstance(call.entry, CallWithoutComplaint):
        ended = _ended(door, item, row, call, call.entry)
        call_id = call_named(_reference(item, row, call.entry.call.id))
        return Made(_claim(door, row, call_id.bytes, f"/intake/calls/{call_id}"), by, ended=ended)
    complaint = normalised(door, _heard(item, row, call, call.entry), new_identifiers(), beside=beside)
    beside.remember(complaint.complaint_id, complaint.received_at, complaint.target.unit, complaint.facts)
    receipt = receipt_of(complaint)
    claim = _claim(door, row, receipt_bytes(receipt), f"/intake/submissions/{receipt.complaint_id}")
    return Made(claim, by, complaint, complaint_rows(door, complaint))


def _claim(door: Door, row: ReadRow, answer: bytes, location: str) -> Row:
    return answered(Once(claimed(row.key), row.key), answer, location, door.clock()).row


def _reference(item: ImportRow, row: ReadRow, said: str | None) -> str:
    """What names the call: the exchange's number of it, or where it stands in which file."""
    return said or f"{item.sha256[:12]}#{row.number}"


def _ended(door: Door, item: ImportRow, row: ReadRow, call: Call, entry: CallWithoutComplaint) -> Ended:
    """The call that was none, with all that the row tells of it, lest the export be wrong."""
    reference = _reference(item, row, entry.call.id)
    ended = ended_of(entry, door.clock(), reference=reference, typed=call.typed)
    return replace(ended, began_at=ended.began_at or item.made_at)


def _heard(item: ImportRow, row: ReadRow, call: Call, entry: PhoneLogEntry) -> Submission:
    """The call as it was told; without a number of the caller's own, the one it came from."""
    told = entry.submission(
        Channel.PHONE,
        received_at=entry.call.started_at or item.made_at,
        received_by=call.taken_by or item.made_by,
        source=Source(
            kind="phone_import",
            external_id=_reference(item, row, entry.call.id),
            originals=[item.sha256],
            transcribed_by=call.taken_by,
            call_ended_at=entry.call.ended_at,
        ),
        evidence=[],
    )
    return told.model_copy(update={"phone": told.phone or entry.call.caller_number})
