"""How a call may end that is no complaint: the table of its reasons, and who may account for whose call.

Law of this file: the table is complete, one row a reason. A complaint that is not ours to handle is not in it: it is
registered and then refused or sent on with its ground (arts. 10, 16), by whoever decides that and never by the telephone.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

LONGEST_NOTE = 200
"""Characters of the note beside a reason."""
STILL_TALKING = timedelta(minutes=30)
"""For how long a call of which the exchange tells no end is taken to last: before that nobody owes an account of it."""


class Ending(StrEnum):
    """Why a call is no complaint, as it is stored."""

    WRONG_NUMBER = "wrong_number"
    SILENCE = "silence"
    HUNG_UP = "hung_up"
    NUISANCE = "nuisance"
    QUESTION = "question"
    PROGRESS = "progress"
    PRAISE = "praise"
    LINE_TEST = "line_test"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Row:
    """A reason, its Chinese and English word, and whether it says nothing without a note."""

    ending: Ending
    chinese: str
    english: str
    needs_note: bool = False


ENDINGS: tuple[Row, ...] = (
    Row(Ending.WRONG_NUMBER, "打错电话", "wrong number"),
    Row(Ending.SILENCE, "无声", "silence"),
    Row(Ending.HUNG_UP, "中途挂断", "hung up"),
    Row(Ending.NUISANCE, "骚扰、推销", "nuisance"),
    Row(Ending.QUESTION, "只是咨询", "question only"),
    Row(Ending.PROGRESS, "询问办理进度", "asks how a case stands"),
    Row(Ending.PRAISE, "表扬", "praise"),
    Row(Ending.LINE_TEST, "线路测试", "test of the line"),
    Row(Ending.OTHER, "其他（须写备注）", "other (say what)", needs_note=True),
)
BY_ENDING: Mapping[Ending, Row] = MappingProxyType({row.ending: row for row in ENDINGS})


def lacks_note(ending: Ending, note: str | None) -> bool:
    """Whether this reason says nothing without a note, and there is none."""
    return BY_ENDING[ending].needs_note and not (note or "").strip()
