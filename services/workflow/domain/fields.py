"""What people may write into a field, and what is wrong with it where they wrote something else.

Law of this file: text is NFC, trimmed, without control characters (PostgreSQL and the canonical JSON of the timeline
take none); an optional field left blank is absent, not empty; every fault has a code, so that it can be said in Chinese
and in English. What a field means for a case is not known here.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One row: a code (pydantic's error ``type``), what it says in Chinese and in English."""

    code: str
    chinese: str
    english: str


FIELD_FAULTS: dict[str, FieldFault] = {
    row.code: row
    for row in (
        FieldFault("control_character", "不能含有控制字符", "must not contain control characters"),
        FieldFault("must_be_confirmed", "须确认此项", "must be confirmed"),
        FieldFault("three_copies", "反馈单一式三份", "the feedback form is made in three copies (art. 18.4)"),
        FieldFault(
            "hand_over_missing", "第十条第五项须写明移送机关", "ground 10.5 names the body it is handed over to"
        ),
        FieldFault("hand_over_surplus", "仅第十条第五项可写移送机关", "only ground 10.5 names a body"),
        FieldFault(
            "rectification_missing",
            "投诉属实的，须填写整改措施",
            "a substantiated complaint needs a rectification (annex 3)",
        ),
        FieldFault(
            "rectification_surplus",
            "投诉不属实的，不填写整改措施（附件3注②）",
            "rectification stays empty where the complaint is unfounded (annex 3, note 2)",
        ),
        FieldFault("days_missing", "同意延期须写明天数", "a granted extension has at least one day"),
        FieldFault("days_surplus", "不同意延期的，天数为零", "a refused extension has no days"),
        FieldFault(
            "dissatisfaction_reason", "不满意须记录原因", "dissatisfaction is recorded with its reason (art. 18.5)"
        ),
        FieldFault("dissatisfaction_fault", "不满意须判明责任", "say whether the unit is at fault (art. 18.5)"),
        FieldFault("dissatisfaction_surplus", "仅不满意时填写", "only where the complainant is dissatisfied"),
        FieldFault("call_back_missing", "须写明约定时间", "say when to call back"),
    )
}


def fault(code: str) -> PydanticCustomError:
    """The error for a row of ``FIELD_FAULTS``, to be raised by a validator."""
    return PydanticCustomError(code, FIELD_FAULTS[code].english)


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise fault("control_character")
    return text


def _blank_is_absent(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _confirmed(value: bool) -> bool:
    if not value:
        raise fault("must_be_confirmed")
    return value


def _three(value: int) -> int:
    if value != 3:  # noqa: PLR2004 - 一式三份, art. 18.4
        raise fault("three_copies")
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_clean)]
"""A name, a number, a place: up to 200 characters."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000), AfterValidator(_clean)]
"""What somebody has to say: up to 8,000 characters."""

MaybeLine = Annotated[Line | None, BeforeValidator(_blank_is_absent)]
MaybeText = Annotated[Text | None, BeforeValidator(_blank_is_absent)]

Confirmed = Annotated[bool, AfterValidator(_confirmed)]
"""A box that must be ticked: false is a fault of the writer, not a value."""

ThreeCopies = Annotated[int, AfterValidator(_three)]
"""一式三份 (art. 18.4)."""

WorkingDays = Annotated[int, Field(ge=1)]
"""A period that somebody sets. How long it may be is a row of ``limits.FIGURES``, not a matter of form."""
