"""How a call may end that is no complaint: the table of its reasons, and who may account for whose call.

Law of this file: the table is complete, one row a reason. A complaint that is not ours to handle is not in it: it is
registered and then refused or sent on with its ground (arts. 10, 16), by whoever decides that and never by the telephone.
Pure.
"""

from __future__ import annotations

import unicodedata
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
    """A reason, its Chinese and English word, what exports of hotlines call it, and whether it says nothing without a note."""

    ending: Ending
    chinese: str
    english: str
    exported: tuple[str, ...] = ()
    needs_note: bool = False


ENDINGS: tuple[Row, ...] = (
    Row(Ending.WRONG_NUMBER, "打错电话", "wrong number", ("误拨", "拨错", "打错", "错号", "空号")),
    Row(Ending.SILENCE, "无声", "silence", ("无声", "静音", "无人应答", "无人说话")),
    Row(Ending.HUNG_UP, "中途挂断", "hung up", ("挂断", "中途挂断", "挂机", "掉线")),
    Row(Ending.NUISANCE, "骚扰、推销", "nuisance", ("骚扰", "推销", "恶意")),
    Row(Ending.QUESTION, "只是咨询", "question only", ("咨询", "政策咨询", "业务咨询")),
    Row(Ending.PROGRESS, "询问办理进度", "asks how a case stands", ("进度查询", "查询进度", "查询")),
    Row(Ending.PRAISE, "表扬", "praise", ("表扬", "感谢")),
    Row(Ending.LINE_TEST, "线路测试", "test of the line", ("测试", "线路测试")),
    Row(Ending.OTHER, "其他（须写备注）", "other (say what)", needs_note=True),
)
BY_ENDING: Mapping[Ending, Row] = MappingProxyType({row.ending: row for row in ENDINGS})


_BY_EXPORT = {word: row.ending for row in ENDINGS for word in row.exported}


def ending_said(kind: str) -> Ending | None:
    """The reason that an export gives by the kind of a call (误拨, 咨询类, 骚扰电话); None for every other kind."""
    word = "".join(unicodedata.normalize("NFKC", kind).split()).removesuffix("电话").removesuffix("来电")
    return _BY_EXPORT.get(word) or _BY_EXPORT.get(word.removesuffix("类"))


def lacks_note(ending: Ending, note: str | None) -> bool:
    """Whether this reason says nothing without a note, and there is none."""
    return BY_ENDING[ending].needs_note and not (note or "").strip()
