"""What a guard is, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.workflow.domain import commands
from services.workflow.domain.acts import Act
from services.workflow.domain.case import Case
from services.workflow.domain.clockwork import Clockwork
from services.workflow.domain.facts import Facts
from services.workflow.domain.in_force import day_of
from services.workflow.domain.limits import MOST_DAYS, Figure, figure
from services.workflow.domain.refusal import Refusal, RefusalCode
from services.workflow.domain.roles import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision looks at. ``case`` is as it is at ``now``: limits that have passed are stated as missed."""

    case: Case
    actor: Person
    now: datetime
    work: Clockwork
    facts: Facts


@dataclass(frozen=True, slots=True)
class Guard:
    """One rule: its name, its article, its test, and what is said where it doesn't hold.

    A number in what is said is a figure of ``limits``, by its name in braces: ``{extension_days}``.
    """

    name: str
    article: str
    chinese: str
    english: str
    of_case: Callable[[Situation], bool] | None = None
    of_command: Callable[[Situation, Any], bool] | None = None

    def holds_for_case(self, situation: Situation) -> bool:
        """Whether it holds, as far as that can be judged without a command."""
        return self.of_case is None or self.of_case(situation)

    def holds(self, situation: Situation, command: commands.Command) -> bool:
        """Whether it holds."""
        return self.holds_for_case(situation) and (self.of_command is None or self.of_command(situation, command))

    def words(self, on: date) -> tuple[str, str]:
        """What is said where it doesn't hold, in Chinese and English, with the numbers that are in force on that day."""
        numbers = {name.value: figure(name, on) for name in Figure}
        return self.chinese.format_map(numbers), self.english.format_map(numbers)

    def refusal(self, on: date) -> Refusal:
        """What is answered where it doesn't."""
        chinese, english = self.words(on)
        return Refusal(
            code=RefusalCode.RULE,
            rule=self.name,
            article=self.article,
            message_zh=chinese,
            message_en=english,
        )


def days_left(situation: Situation, name: Figure) -> int:
    """How many working days may still be set: for extensions, less what was granted before in this round."""
    used = situation.case.extension_days if name is Figure.EXTENSION_DAYS else 0
    return figure(name, day_of(situation.now)) - used


def most_days(situation: Situation, act: Act) -> int | None:
    """How many working days an act may set just now; None for one that sets none."""
    name = MOST_DAYS.get(act)
    return None if name is None else days_left(situation, name)


def unit_meant(case: Case, command: commands.Command) -> str | None:
    """The unit a command is about: the one it names, else the one proposed, else the one the case lies with.

    The handler looks this unit up in the directory before deciding.
    """
    named: str | None = getattr(command, "unit", None)
    if named is not None:
        return named
    if isinstance(command, commands.Approve) and case.proposal is not None:
        return case.proposal.unit
    return case.unit
