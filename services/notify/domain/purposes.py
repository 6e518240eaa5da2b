"""What can be said: every purpose of a message, and what the regulation makes of it.

Law of this file: a message without a row here doesn't exist. Everything else (plan, quiet hours, caps, the one-day rule)
asks this table instead of naming purposes. It must not know texts, routes or events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Audience(StrEnum):
    """To whom a message goes. ``HOLDER`` is whoever is answerable for the case at that moment (art. 3)."""

    COMPLAINANT = "complainant"
    HOLDER = "holder"
    LEADER = "leader"
    UNIT = "unit"


class Purpose(StrEnum):
    """Why a message is sent."""

    RECEIPT = "receipt"
    STATEMENT_REQUEST = "statement_request"
    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    REDIRECT = "redirect"
    DISPATCH = "dispatch"
    EXTENSION = "extension"
    RESULT = "result"
    FOLLOW_UP_INVITATION = "follow_up_invitation"
    CLOSING = "closing"
    HANDLER_REMINDER = "handler_reminder"
    LEADER_REMINDER = "leader_reminder"
    ESCALATION = "escalation"
    ALARM = "alarm"
    UNIT_RESULT_NOTICE = "unit_result_notice"


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """One row: what the regulation makes of a purpose."""

    chinese: str
    article: str
    legal: bool
    """Owed by law: no cap and no opt-out holds it back."""
    answers: bool
    """Once it has arrived, the complainant has been answered in the sense of art. 14."""
    worth_a_person: bool
    """If no machine can deliver it, a person calls or writes; otherwise it stands on the tracking page."""
    by_night: bool
    """May leave between 22:00 and 08:00."""
    by_choice: bool
    """Goes the way the complainant chose even where that way needs a person."""
    patience: timedelta | None
    """How long machines try; None: until the safety margin before ``respond_by`` (art. 14)."""

    def latest(self, must_by: datetime) -> datetime | None:
        """``must_by`` where the limit of art. 14 sets it and not our own patience: only the law breaks the night."""
        return must_by if self.patience is None else None


_SOON: Final = timedelta(hours=4)
_DAY: Final = timedelta(hours=24)
_DAYS: Final = timedelta(hours=72)


PURPOSES: dict[Purpose, PurposeRule] = {
    # The person has just written or called, so a text at night is expected, and "at once" is what calms.
    Purpose.RECEIPT: PurposeRule(
        "接收告知", "14", legal=True, answers=True, worth_a_person=True, by_night=True, by_choice=False, patience=None
    ),
    Purpose.STATEMENT_REQUEST: PurposeRule(
        "补交书面材料告知",
        "7",
        legal=True,
        answers=True,
        worth_a_person=True,
        by_night=False,
        by_choice=False,
        patience=None,
    ),
    Purpose.ACCEPTANCE: PurposeRule(
        "受理告知", "14", legal=True, answers=True, worth_a_person=False, by_night=False, by_choice=False, patience=_DAY
    ),
    Purpose.REFUSAL: PurposeRule(
        "不予受理告知",
        "16",
        legal=True,
        answers=True,
        worth_a_person=True,
        by_night=False,
        by_choice=True,
        patience=_DAY,
    ),
    Purpose.REDIRECT: PurposeRule(
        "管辖部门告知",
        "16",
        legal=True,
        answers=True,
        worth_a_person=True,
        by_night=False,
        by_choice=True,
        patience=_DAY,
    ),
    Purpose.DISPATCH: PurposeRule(
        "转办告知",
        "18.2",
        legal=False,
        answers=False,
        worth_a_person=False,
        by_night=False,
        by_choice=False,
        patience=_DAY,
    ),
    Purpose.EXTENSION: PurposeRule(
        "延期告知",
        "18.3",
        legal=True,
        answers=False,
        worth_a_person=False,
        by_night=False,
        by_choice=False,
        patience=_DAY,
    ),
    Purpose.RESULT: PurposeRule(
        "处置结果告知",
        "18.5",
        legal=True,
        answers=True,
        worth_a_person=True,
        by_night=False,
        by_choice=True,
        patience=_DAYS,
    ),
    # The follow-up itself is a call (art. 18.5), so nobody calls to announce it.
    Purpose.FOLLOW_UP_INVITATION: PurposeRule(
        "回访预告",
        "18.5",
        legal=False,
        answers=False,
        worth_a_person=False,
        by_night=False,
        by_choice=False,
        patience=_DAY,
    ),
    Purpose.CLOSING: PurposeRule(
        "办结告知",
        "18.5",
        legal=True,
        answers=True,
        worth_a_person=True,
        by_night=False,
        by_choice=True,
        patience=_DAYS,
    ),
    Purpose.HANDLER_REMINDER: PurposeRule(
        "办理提醒",
        "18.4",
        legal=False,
        answers=False,
        worth_a_person=False,
        by_night=False,
        by_choice=False,
        patience=_SOON,
    ),
    Purpose.LEADER_REMINDER: PurposeRule(
        "领导提醒",
        "18.3",
        legal=False,
        answers=False,
        worth_a_person=False,
        by_night=False,
        by_choice=False,
        patience=_SOON,
    ),
    # A missed limit is told when it is missed; who is on duty chose to be woken.
    Purpose.ESCALATION: PurposeRule(
        "超期督办", "3", legal=True, answers=False, worth_a_person=False, by_night=True, by_choice=False, patience=_SOON
    ),
    # Danger to life that nobody looks at: told at any hour, whatever else was told that day.
    Purpose.ALARM: PurposeRule(
        "紧急件告警",
        "2",
        legal=True,
        answers=False,
        worth_a_person=False,
        by_night=True,
        by_choice=False,
        patience=_SOON,
    ),
    Purpose.UNIT_RESULT_NOTICE: PurposeRule(
        "结果通报",
        "20",
        legal=True,
        answers=False,
        worth_a_person=False,
        by_night=False,
        by_choice=False,
        patience=_DAYS,
    ),
}
