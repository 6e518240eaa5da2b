"""The tables as people read them: a diagram of the flow (annex 1) and printed tables, made from the rows.

Law of this file: it draws what the tables say and adds nothing, so that a document can't differ from what runs. Each is
printed in Chinese or in English, from the names that stand beside each other in the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from services.workflow.domain.acts import ACTS
from services.workflow.domain.articles import ARTICLES
from services.workflow.domain.clocks import Party, Source
from services.workflow.domain.grounds import GROUNDS
from services.workflow.domain.limits import FIGURES, LIMITS
from services.workflow.domain.roles import MAY, ROLES
from services.workflow.domain.sanctions import SANCTIONS
from services.workflow.domain.sight import SIGHT, Tie
from services.workflow.domain.states import STATES, State
from services.workflow.domain.told import TOLD, When
from services.workflow.domain.transitions import TRANSITIONS, Transition

_PARTIES = {
    Party.OFFICE: ("市政管办", "the office"),
    Party.OFFICE_LEADER: ("市政管办分管领导", "the office's leader"),
    Party.UNIT: ("被投诉单位", "the unit"),
    Party.COMPLAINANT: ("投诉人", "the complainant"),
}
_SOURCES = {Source.MEASURE: ("本办法", "the Measure"), Source.OFFICE: ("市政管办自定", "the office itself")}
_WHEN = {
    When.AT_ONCE: ("随即通知", "by a notice, at once"),
    When.WITH_THE_PERIOD: ("列入统计期的结果通报", "with the results of the period"),
}
_TIES = {
    Tie.ANYHOW: ("全部", "all"),
    Tie.OWN_UNIT: ("转给本单位的", "dispatched to the own unit"),
    Tie.TOOK_IN: ("本人接收的", "taken in by oneself"),
    Tie.HOLDS: ("本人负责的", "held by oneself"),
    Tie.IN_CHARGE: ("本人承办的", "in one's charge"),
}


class Named(Protocol):
    """A row with its names."""

    @property
    def chinese(self) -> str:
        """In Chinese."""
        ...

    @property
    def english(self) -> str:
        """In English."""
        ...


class Tongue(Enum):
    """The language that a table is printed in: how a list is joined in it, and how sentences are."""

    CHINESE = ("、", "；")
    ENGLISH = (", ", "; ")

    def pick(self, words: tuple[str, str]) -> str:
        """Of Chinese and English words, those in this language."""
        return words[self is Tongue.ENGLISH]

    def call(self, row: Named) -> str:
        """What a row is called."""
        return self.pick((row.chinese, row.english))

    def listed(self, parts: Iterable[str]) -> str:
        """A list."""
        return self.value[0].join(parts)

    def told(self, sentences: Iterable[str]) -> str:
        """Sentences one after another."""
        return self.value[1].join(sentences)

    def head(self, *words: tuple[str, str]) -> tuple[str, ...]:
        """The head of a table."""
        return tuple(self.pick(each) for each in words)


_ARTICLE, _IN_FORCE = ("依据", "article"), ("施行", "in force from")


@dataclass(frozen=True, slots=True)
class Table:
    """A printed table. ``name`` is what it is called in code; ``cites``: the column of article numbers.

    ``other`` is a column in the language that the table is not printed in.
    """

    name: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    cites: int
    other: int | None = None

    def markdown(self) -> str:
        """As Markdown has it."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def tables(on: date, tongue: Tongue = Tongue.CHINESE) -> tuple[Table, ...]:
    """All of them; the numbers in the guards' words are those in force on a day."""
    return (
        transitions_table(on, tongue),
        limits_table(tongue),
        grounds_table(tongue),
        sanctions_table(tongue),
        told_table(tongue),
        roles_table(tongue),
        sight_table(tongue),
        articles_table(tongue),
    )


def flow(
    table: Iterable[Transition] = TRANSITIONS, tongue: Tongue = Tongue.CHINESE
) -> dict[tuple[State, State], dict[tuple[str, str], None]]:
    """Every row that moves a case: from one state to another, and by which acts of which articles."""
    arrows: dict[tuple[State, State], dict[tuple[str, str], None]] = {}
    for row in table:
        if row.to is not None:
            arrows.setdefault((row.start, row.to), {})[tongue.call(ACTS[row.act]), row.article] = None
    return arrows


def mermaid(table: Iterable[Transition] = TRANSITIONS) -> str:
    """The flow as a Mermaid state diagram, the acts between two states on one arrow."""
    arrows = flow(table)
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.value}: {row.chinese}" for state, row in STATES.items()]
    lines += ["    [*] --> registered: 登记（15）", "    [*] --> awaiting_statement: 重大事项口述（7）"]
    lines += [f"    {start.value} --> {end.value}: {_labelled(acts)}" for (start, end), acts in arrows.items()]
    return "\n".join([*lines, "    archived --> [*]", ""])


def _labelled(acts: Iterable[tuple[str, str]]) -> str:
    return "、".join(f"{chinese}（{article}）" for chinese, article in acts)


def transitions_table(on: date, tongue: Tongue = Tongue.CHINESE) -> Table:
    """Every row of the transitions, with guards and roles."""
    rows = [
        (
            tongue.call(STATES[row.start]),
            f"{tongue.call(ACTS[row.act])} `{row.act.value}`",
            row.variant or "",
            tongue.listed(tongue.call(ROLES[role]) for role in ROLES if role in row.roles),
            tongue.told(tongue.pick(guard.words(on)) for guard in row.guards),
            tongue.call(STATES[row.end]),
            row.article,
            row.in_force_from.isoformat(),
        )
        for row in TRANSITIONS
    ]
    head = tongue.head(
        ("状态", "state"), ("办理", "act"), ("情形", "which"), ("谁可办理", "who may"), ("条件", "conditions"),
        ("之后状态", "state after"), _ARTICLE, _IN_FORCE,
    )  # fmt: skip
    return Table("transitions", tongue.pick(("办理", "Acts")), head, rows, cites=6)


def limits_table(tongue: Tongue = Tongue.CHINESE) -> Table:
    """Every limit, and the numbers beside them."""
    limits = (
        (
            f"{tongue.call(row)} `{row.name.value}`",
            tongue.pick(_period(row.days)),
            tongue.pick(_PARTIES[row.bound]),
            row.article,
            tongue.pick(_SOURCES[row.set_by]),
            row.in_force_from.isoformat(),
        )
        for row in LIMITS
    )
    figures = (
        (
            f"{tongue.call(row)} `{row.figure.value}`",
            str(row.value),
            "",
            row.article,
            tongue.pick(_SOURCES[row.set_by]),
            row.in_force_from.isoformat(),
        )
        for row in FIGURES
    )
    head = tongue.head(
        ("事项", "what"), ("期限", "period"), ("谁", "who"), _ARTICLE, ("出自", "set by"), _IN_FORCE
    )  # fmt: skip
    return Table("limits", tongue.pick(("时限", "Limits")), head, [*limits, *figures], cites=3)


def _period(days: int | None) -> tuple[str, str]:
    if days is None:
        return "设定的期限", "as it is set"
    return f"{days}个工作日", "1 working day" if days == 1 else f"{days} working days"


def grounds_table(tongue: Tongue = Tongue.CHINESE) -> Table:
    """The five grounds, and what the complainant is told beside."""
    rows = [
        (row.article, tongue.call(row), tongue.pick((row.remedy, row.remedy_english)), row.in_force_from.isoformat())
        for row in GROUNDS
    ]
    head = tongue.head(
        ("项", "item"), ("情形", "ground"), ("告知的其他途径", "what else the complainant is told to do"), _IN_FORCE
    )
    return Table("grounds", tongue.pick(("不予受理的情形", "Grounds of refusal")), head, rows, cites=0)


def sanctions_table(tongue: Tongue = Tongue.CHINESE) -> Table:
    """What may follow a proven fault or a missed limit."""
    rows = [
        (f"{tongue.call(row)} `{row.sanction.value}`", row.article, row.in_force_from.isoformat())
        for row in SANCTIONS.values()
    ]
    head = tongue.head(("方式", "consequence"), _ARTICLE, _IN_FORCE)
    return Table("sanctions", tongue.pick(("问责", "Sanctions")), head, rows, cites=1)


def told_table(tongue: Tongue = Tongue.CHINESE) -> Table:
    """What a unit is told of beside its own cases, and when."""
    rows = [
        (f"{tongue.call(row)} `{row.kind}`", tongue.pick(_WHEN[row.when]), row.article, row.in_force_from.isoformat())
        for row in TOLD
    ]
    head = tongue.head(("事项", "what"), ("何时", "when"), _ARTICLE, _IN_FORCE)
    return Table("told", tongue.pick(("告知单位的事项", "What a unit is told")), head, rows, cites=2)


def roles_table(tongue: Tongue = Tongue.CHINESE) -> Table:
    """Who may ask what."""
    head = (*tongue.head(("办理", "act"), _ARTICLE), *(tongue.call(row) for row in ROLES.values()))
    rows = [
        (f"{tongue.call(row)} `{act.value}`", row.article, *("●" if role in MAY[act] else "" for role in ROLES))
        for act, row in ACTS.items()
    ]
    return Table("roles", tongue.pick(("谁可以办什么", "Who may do what")), head, rows, cites=1)


def sight_table(tongue: Tongue = Tongue.CHINESE) -> Table:
    """Who may know of which case."""
    rows = [
        (tongue.call(ROLES[row.role]), _ties(row.ordinary, tongue), _ties(row.restricted, tongue), row.article)
        for row in SIGHT.values()
    ]
    head = tongue.head(
        ("角色", "role"),
        ("一般案件", "ordinary cases"),
        ("第十条第五项移送的案件", "cases handed over under art. 10.5"),
        _ARTICLE,
    )
    return Table("sight", tongue.pick(("谁可以知悉哪些案件", "Who may know of which cases")), head, rows, cites=3)


def articles_table(tongue: Tongue = Tongue.CHINESE) -> Table:
    """What each article is about: where the numbers in the other tables lead to."""
    if tongue is Tongue.CHINESE:
        rows, head = [(row.number, row.chinese, row.english) for row in ARTICLES], ("条", "内容", "in English")
    else:
        rows, head = [(row.number, row.english, row.chinese) for row in ARTICLES], ("article", "about", "中文")
    return Table("articles", tongue.pick(("本办法条文", "Articles of the Measure")), head, rows, cites=0, other=2)


def _ties(ties: frozenset[Tie], tongue: Tongue) -> str:
    return tongue.listed(tongue.pick(words) for tie, words in _TIES.items() if tie in ties) or tongue.pick(
        ("无", "none")
    )
