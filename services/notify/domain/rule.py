"""The one-working-day rule as a fact per complaint: answered or not, by what, when, in time (art. 14).

Law of this file: an answer counts when it has arrived. Whether the rule was kept is settled when it is first met or when
``respond_by`` passes, and never changes afterwards; a mail that bounces later makes a new answer due, not a new past.
It must not know how messages are sent, nor working days: ``respond_by`` comes with the complaint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.notify.domain.purposes import Purpose
from shared.contracts.values import Route


class Standing(StrEnum):
    """Where a complaint stands with the rule."""

    OPEN = "open"
    IN_TIME = "in_time"
    MISSED = "missed"
    LATE = "late"


CHINESE: dict[Standing, str] = {
    Standing.OPEN: "待回应",
    Standing.IN_TIME: "按时回应",
    Standing.MISSED: "超期未回应",
    Standing.LATE: "超期后回应",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that reached the complainant. ``returned_at``: when it turned out that it hadn't."""

    delivery_id: UUID
    purpose: Purpose
    route: Route
    at: datetime
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """The fold of what happened to a complaint as far as art. 14 goes. Moments in UTC."""

    complaint_id: UUID
    received_at: datetime
    respond_by: datetime
    answers: tuple[Answer, ...] = ()

    @property
    def met_by(self) -> Answer | None:
        """The first answer that kept the rule: arrived by ``respond_by`` and not returned before it."""
        in_time = (answer for answer in self.answers if answer.at <= self.respond_by and not self._fell_away(answer))
        return min(in_time, key=_when, default=None)

    @property
    def standing_answer(self) -> Answer | None:
        """The first answer that is with the complainant as far as anybody knows."""
        return min((answer for answer in self.answers if answer.returned_at is None), key=_when, default=None)

    def _fell_away(self, answer: Answer) -> bool:
        return answer.returned_at is not None and answer.returned_at <= self.respond_by

    def standing(self, now: datetime) -> Standing:
        """Where the complaint stands at this moment."""
        if self.met_by is not None:
            return Standing.IN_TIME
        if now <= self.respond_by:
            return Standing.OPEN
        return Standing.LATE if self.standing_answer is not None else Standing.MISSED

    def owes_answer(self) -> bool:
        """Whether an answer is still to be brought to the complainant, in time or not."""
        return self.standing_answer is None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that answers has arrived: delivered, accepted where there are no receipts, or told by a person."""

    delivery_id: UUID
    purpose: Purpose
    route: Route
    at: datetime


@dataclass(frozen=True, slots=True)
class CameBack:
    """A message that had arrived came back: a bounce."""

    delivery_id: UUID
    at: datetime


RuleEvent = Arrived | CameBack


def evolve(rule: ResponseRule, event: RuleEvent) -> ResponseRule:
    """The rule after the event; the very same object where the event is known already or concerns nothing known."""
    if isinstance(event, Arrived):
        return _arrived(rule, event)
    returned = tuple(_returned(answer, event) for answer in rule.answers)
    return rule if returned == rule.answers else replace(rule, answers=returned)


def _arrived(rule: ResponseRule, event: Arrived) -> ResponseRule:
    if any(answer.delivery_id == event.delivery_id for answer in rule.answers):
        return rule
    answer = Answer(event.delivery_id, event.purpose, event.route, event.at)
    return replace(rule, answers=(*rule.answers, answer))


def _returned(answer: Answer, event: CameBack) -> Answer:
    if answer.delivery_id != event.delivery_id or answer.returned_at is not None:
        return answer
    return replace(answer, returned_at=event.at)


def _when(answer: Answer) -> datetime:
    return answer.at
