"""A row of a hotline's export as an entry of the phone log, or what is wrong with it, cell by cell (arts. 11-13).

Law of this file: a row is taken whole or not at all; every fault names its column and says what to do; the row's key is
made of what it says, so that the same row in the same file, or in a longer copy of it, is the same call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.intake.adapters.phone_log import CallWithoutComplaint, PhoneLogEntry
from services.intake.domain.call_endings import Ending, ending_said
from services.intake.domain.call_table import (
    HEADERS,
    TAKEN_FOR_NOTHING,
    Cell,
    CellFault,
    Column,
    damage,
    lost_zero,
    moment_in,
)
from services.intake.domain.phones import e164
from services.intake.domain.submission import EARLIEST

_CALL = {Column.CALL_ID: "id", Column.CALLER_NUMBER: "caller_number"}
_PERSON = (Column.NAME, Column.PHONE, Column.ADDRESS)
_TARGET = (Column.UNIT, Column.WINDOW, Column.STAFF, Column.DESK_NUMBER)
_TOLD = (Column.FACTS, Column.DEMAND)
_TYPED = (*_TOLD, *_PERSON, Column.WINDOW, Column.STAFF, Column.DESK_NUMBER, Column.OCCURRED_AT)
_SAYS_NOTHING = TAKEN_FOR_NOTHING | {Column.KIND}
_REASONS = {
    "string_too_long": "内容过长",
    "string_too_short": "内容过短",
    "value_error": "内容不能用",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A row that is fit to be taken in: a complaint, or a call that was none by the word of the export itself.

    ``typed``: all that the row tells, by the names of the phone desk's fields.
    """

    entry: PhoneLogEntry | CallWithoutComplaint
    taken_by: str | None
    typed: Mapping[str, str] = field(default_factory=dict)


def call_in(cells: Mapping[Column, Cell], now: datetime) -> Call | list[CellFault]:
    """The call that a row tells, or all that is wrong with it. ``now`` is aware: no call is from the future."""
    faults = [fault for column, cell in cells.items() if (fault := damage(column, cell))]
    damaged = {fault.column for fault in faults}
    moments: dict[str, datetime] = {}
    for column in (Column.STARTED_AT, Column.ENDED_AT):
        moment = None if column in damaged else moment_in(column, cells.get(column, ""))
        if isinstance(moment, CellFault):
            faults.append(moment)
        elif moment is not None and moment > now:
            faults.append(CellFault(column, "时间在将来"))
        elif moment is not None and moment < EARLIEST:
            faults.append(CellFault(column, "时间太早，请核对年份"))
        elif moment is not None:
            moments[column.value] = moment
    texts = {column: _text(cell) for column, cell in cells.items() if column not in damaged}
    faults += [fault for column in (Column.PHONE, Column.CALLER_NUMBER) if (fault := _no_phone(column, texts))]
    ending = ending_said(texts.get(Column.KIND, ""))
    if ending is None and not texts.get(Column.FACTS) and Column.FACTS not in damaged:
        faults.append(CellFault(Column.FACTS, "没有写投诉内容"))
    return faults or _validated(texts, moments, ending)


def _text(cell: Cell) -> str:
    return cell.strftime("%Y-%m-%d %H:%M") if isinstance(cell, datetime) else cell.strip()


def _no_phone(column: Column, texts: Mapping[Column, str]) -> CellFault | None:
    said = texts.get(column, "")
    if not said or e164(said) is not None:
        return None
    cause = "，可能是表格软件去掉了开头的 0" if lost_zero(said) else ""
    return CellFault(column, f"不是电话号码{cause}")


def _validated(
    texts: Mapping[Column, str], moments: Mapping[str, datetime], ending: Ending | None
) -> Call | list[CellFault]:
    call = {name: texts[column] for column, name in _CALL.items() if texts.get(column)} | dict(moments)
    try:
        entry = _complaint(texts, call) if ending is None else _no_complaint(ending, call)
    except ValidationError as fault:
        return [_explained(error) for error in fault.errors()]
    typed = {column.value: texts[column] for column in _TYPED if texts.get(column)}
    return Call(entry, texts.get(Column.TAKEN_BY, "")[:80] or None, typed)


def _complaint(texts: Mapping[Column, str], call: Mapping[str, Any]) -> PhoneLogEntry:
    told: dict[str, Any] = {column.value: texts[column] for column in _TOLD if texts.get(column)}
    told["complainant"] = {column.value: texts[column] for column in _PERSON if texts.get(column)}
    told["target"] = {column.value: texts[column] for column in _TARGET if texts.get(column)}
    told["occurred_at"] = texts.get(Column.OCCURRED_AT) or None
    return PhoneLogEntry.model_validate(told | {"call": call})


def _no_complaint(ending: Ending, call: Mapping[str, Any]) -> CallWithoutComplaint:
    return CallWithoutComplaint.model_validate({"ending": ending, "call": call})


def _explained(error: Any) -> CellFault:
    names = [str(part) for part in error["loc"]]
    column = next((column for column in Column if column.value in names), Column.CALL_ID)
    if "call" in names and column not in {Column.STARTED_AT, Column.ENDED_AT, Column.CALLER_NUMBER}:
        column = Column.CALL_ID if names[-1] == "id" else Column.ENDED_AT
        if column is Column.ENDED_AT:
            return CellFault(column, "结束时间早于开始时间")
    return CellFault(column, _REASONS.get(error["type"], "内容不能用"))


def mapped(cells: Sequence[Cell], headers: Sequence[str], mapping: Mapping[str, Column]) -> dict[Column, Cell]:
    """The cells that have a meaning, by it; a row that is too short has blanks at its end."""
    filled = (*cells, *("",) * (len(headers) - len(cells)))
    return {mapping[header]: cell for header, cell in zip(headers, filled, strict=False) if header in mapping}


def said_in(cells: Mapping[Column, Cell]) -> bytes:
    """All that a row says, in brief (half a SHA-256), to tell rows apart; of its kind only what makes it no complaint."""
    said = [f"{column.value}={_text(cell)}" for column, cell in sorted(cells.items()) if column not in _SAYS_NOTHING]
    if ending := ending_said(_text(cells.get(Column.KIND, ""))):
        said.append(f"{Column.KIND.value}={ending.value}")
    return hashlib.sha256("\x1f".join(said).encode("utf-8", "surrogatepass")).digest()[:16]


def row_key(said: bytes, occurrence: int) -> str:
    """What makes this row the same call wherever it is read again: all it says, and its place among its equals."""
    return hashlib.sha256(said + occurrence.to_bytes(8, "big")).hexdigest()


def said_of(fault: CellFault) -> str:
    """The fault as a person reads it."""
    return f"{HEADERS[fault.column][0]}：{fault.reason}"
