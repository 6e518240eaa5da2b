"""The words that stand in the ``state`` columns of intake's tables, one enumeration a table.

Law of this file: a word that was stored is never renamed.
"""

from __future__ import annotations

from enum import StrEnum


class SubmissionState(StrEnum):
    """A complaint here: told, then known to have its number."""

    RECEIVED = "received"
    REGISTERED = "registered"


class ScanState(StrEnum):
    """A scan on its way to a complaint."""

    WAITING = "waiting"
    READING = "reading"
    REVIEW = "review"
    UNREADABLE = "unreadable"
    TOLD = "told"


FOR_A_PERSON = (ScanState.REVIEW, ScanState.UNREADABLE)
"""Scans that stand on the desk."""


class QuarantineState(StrEnum):
    """What nobody could judge: still so, taken in as a complaint, or found to be none."""

    WAITING = "waiting"
    TAKEN = "taken"
    SET_ASIDE = "set_aside"


class OpeningState(StrEnum):
    """An opened box: its slips are being typed, or were."""

    OPEN = "open"
    CLOSED = "closed"


class CallState(StrEnum):
    """A call: nobody has said yet what became of it, it became a complaint, or it was none."""

    OPEN = "open"
    COMPLAINT = "complaint"
    NO_COMPLAINT = "no_complaint"


class ImportState(StrEnum):
    """An export: looked at, confirmed by a person, under way, or at its end."""

    PREVIEW = "preview"
    CONFIRMED = "confirmed"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
