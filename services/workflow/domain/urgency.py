"""Urgent cases (紧急): danger to life or limb was told, and somebody has to look at once.

Law of this file: urgency stands beside the procedure and never in it. It moves no state and no limit of the regulation, which
knows nothing of it; it lasts until somebody has said what was done. Who found the words is not known here. Moments are
aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.workflow.domain.roles import Person
from shared.contracts.values import DangerKind, Moment


class Measure(StrEnum):
    """What was done about the danger."""

    CALLED_110 = "called_110"
    CALLED_119 = "called_119"
    CALLED_120 = "called_120"
    CALLED_BACK = "called_back"
    NO_DANGER = "no_danger"


class Standing(StrEnum):
    """How urgent a case is: nobody has looked yet, or somebody has seen to it. A case that holds no danger has none."""

    RAISED = "raised"
    ATTENDED = "attended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """Who took note of the danger, when, and what was done."""

    by: Person
    at: Moment
    measure: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """The danger that was told of a case. ``alert_at``: from when on it is too long that nobody has looked."""

    danger: DangerKind
    raised_at: Moment
    alert_at: Moment
    alerted_at: Moment | None = None
    attended: Attended | None = None

    @property
    def standing(self) -> Standing:
        """Whether somebody has looked."""
        return Standing.RAISED if self.attended is None else Standing.ATTENDED

    @property
    def next_alert(self) -> datetime | None:
        """When it is to be told that nobody has looked; None where that was told, or somebody has."""
        return self.alert_at if self.attended is None and self.alerted_at is None else None


def after_measure(urgency: Urgency | None, attended: Attended) -> Urgency | None:
    """The urgency once somebody has said what was done; None where there was no danger."""
    if urgency is None or attended.measure is Measure.NO_DANGER:
        return None
    return replace(urgency, attended=attended)
