"""The tables as people read them: a diagram of the flow (annex 1) and printed tables, made from the rows.

Law of this file: it draws what the tables say and adds nothing, so that a document can't differ from what runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

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
    Party.OFFICE: "市政管办",
    Party.OFFICE_LEADER: "市政管办分管领导",
    Party.UNIT: "被投诉单位",
    Party.COMPLAINANT: "投诉人",
}
_SOURCES = {Source.MEASURE: "本办法", Source.OFFICE: "市政管办自定"}


_WHEN = {When.AT_ONCE: "随即通知", When.WITH_THE_PERIOD: "列入统计期的结果通报"}
_TIES = {
    Tie.ANYHOW: "全部",
    Tie.OWN_UNIT: "转给本单位的",
    Tie.TOOK_IN: "本人接收的",
    Tie.HOLDS: "本人负责的",
    Tie.IN_CHARGE: "本人承办的",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A printed table. ``name`` is what it is called in code; ``cites``: the column of article numbers."""

    name: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    cites: int

    def markdown(self) -> str:
        """As Markdown has it."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def tables(on: date) -> tuple[Table, ...]:
    """All of them; the numbers in the guards' words are those in force on a day."""
    return (
        transitions_table(on),
        limits_table(),
        grounds_table(),
        sanctions_table(),
        told_table(),
        roles_table(),
        sight_table(),
        articles_table(),
    )


def flow(table: Iterable[Transition] = TRANSITIONS) -> dict[tuple[State, State], dict[tuple[str, str], None]]:
    """Every row that moves a case: from one state to another, and by which acts of which articles."""
    arrows: dict[tuple[State, State], dict[tuple[str, str], None]] = {}
    for row in table:
        if row.to is not None:
            arrows.setdefault((row.start, row.to), {})[ACTS[row.act].chinese, row.article] = None
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


def transitions_table(on: date) -> Table:
    """Every row of the transitions, with guards and roles."""
    rows = [
        (
            STATES[row.start].chinese,
            f"{ACTS[row.act].chinese} `{row.act.value}`",
            row.variant or "",
            "、".join(ROLES[role].chinese for role in ROLES if role in row.roles),
            "；".join(guard.words(on)[0] for guard in row.guards),
            STATES[row.end].chinese,
            row.article,
            row.in_force_from.isoformat(),
        )
        for row in TRANSITIONS
    ]
    head = ("状态", "办理", "情形", "谁可办理", "条件", "之后状态", "依据", "施行")
    return Table("transitions", "办理", head, rows, cites=6)


def limits_table() -> Table:
    """Every limit, and the numbers beside them."""
    limits = (
        (
            f"{row.chinese} `{row.name.value}`",
            "设定的期限" if row.days is None else f"{row.days}个工作日",
            _PARTIES[row.bound],
            row.article,
            _SOURCES[row.set_by],
            row.in_force_from.isoformat(),
        )
        for row in LIMITS
    )
    figures = (
        (
            f"{row.chinese} `{row.figure.value}`",
            str(row.value),
            "",
            row.article,
            _SOURCES[row.set_by],
            row.in_force_from.isoformat(),
        )
        for row in FIGURES
    )
    return Table("limits", "时限", ("事项", "期限", "谁", "依据", "出自", "施行"), [*limits, *figures], cites=3)


def grounds_table() -> Table:
    """The five grounds, and what the complainant is told beside."""
    rows = [(row.article, row.text, row.remedy, row.in_force_from.isoformat()) for row in GROUNDS]
    return Table("grounds", "不予受理的情形", ("项", "情形", "告知的其他途径", "施行"), rows, cites=0)


def sanctions_table() -> Table:
    """What may follow a proven fault or a missed limit."""
    rows = [
        (f"{row.chinese} `{row.sanction.value}`", row.article, row.in_force_from.isoformat())
        for row in SANCTIONS.values()
    ]
    return Table("sanctions", "问责", ("方式", "依据", "施行"), rows, cites=1)


def told_table() -> Table:
    """What a unit is told of beside its own cases, and when."""
    rows = [
        (f"{row.chinese} `{row.kind}`", _WHEN[row.when], row.article, row.in_force_from.isoformat()) for row in TOLD
    ]
    return Table("told", "告知单位的事项", ("事项", "何时", "依据", "施行"), rows, cites=2)


def roles_table() -> Table:
    """Who may ask what."""
    head = ("办理", "依据", *(row.chinese for row in ROLES.values()))
    rows = [
        (f"{row.chinese} `{act.value}`", row.article, *("●" if role in MAY[act] else "" for role in ROLES))
        for act, row in ACTS.items()
    ]
    return Table("roles", "谁可以办什么", head, rows, cites=1)


def sight_table() -> Table:
    """Who may know of which case."""
    rows = [
        (ROLES[row.role].chinese, _ties(row.ordinary), _ties(row.restricted), row.article) for row in SIGHT.values()
    ]
    return Table("sight", "谁可以知悉哪些案件", ("角色", "一般案件", "第十条第五项移送的案件", "依据"), rows, cites=3)


def articles_table() -> Table:
    """What each article is about: where the numbers in the other tables lead to."""
    rows = [(row.number, row.chinese, row.title) for row in ARTICLES]
    return Table("articles", "本办法条文", ("条", "内容", "in English"), rows, cites=0)


def _ties(ties: frozenset[Tie]) -> str:
    return "、".join(words for tie, words in _TIES.items() if tie in ties) or "无"
