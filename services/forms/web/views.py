"""What forms' public pages show, as frozen values.

Law of this file: pure; the page confirms what a document is and that nobody changed it, never what it says about whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What is known of a code on a piece of paper."""

    GENUINE = "genuine"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


class Paper(StrEnum):
    """The kinds of paper that carry a code; named like the forms they are."""

    RECEIPT = "receipt"
    WRITTEN_STATEMENT = "written_statement"
    ACCEPTANCE_NOTICE = "acceptance_notice"
    REFUSAL_NOTICE = "refusal_notice"
    REDIRECT_NOTICE = "redirect_notice"
    DISPOSITION = "disposition"
    FEEDBACK = "feedback"
    EXTENSION = "extension"
    UNIT_REFUSAL = "unit_refusal"
    FOLLOW_UP_RECORD = "follow_up_record"
    RESULT_NOTICE = "result_notice"
    BOX_RECORD = "box_record"
    CALL_LIST = "call_list"
    MONTHLY_REPORT = "monthly_report"
    BINDER = "binder"


@dataclass(frozen=True, slots=True)
class Known:
    """What is on file about the paper, for comparing with what one holds in hand."""

    paper: Paper
    number: str
    issued_at: datetime
    issued_by: str
    digest: str
    pages: int = 1
    superseded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """``GET /verify/{code}``: genuine, superseded by a newer one, or not known to us."""

    code: str
    verdict: Verdict
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class VerifyAsk:
    """``GET /verify``: asks for the code."""

    typed: str = ""
    action: str = "/verify"
