"""The tables as people read them: a diagram of the flow (annex 1) and Markdown tables, made from the rows.

Law of this file: it draws what the tables say and adds nothing, so that a document can't differ from what runs.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.workflow.domain.acts import ACTS
from services.workflow.domain.clocks import Party, Source
from services.workflow.domain.grounds import GROUNDS
from services.workflow.domain.limits import FIGURES, LIMITS
from services.workflow.domain.roles import MAY, ROLES
from services.workflow.domain.states import STATES, State
from services.workflow.domain.transitions import TRANSITIONS, Transition

_PARTIES = {
    Party.OFFICE: "市政管办",
    Party.OFFICE_LEADER: "市政管办分管领导",
    Party.UNIT: "被投诉单位",
    Party.COMPLAINANT: "投诉人",
}
_SOURCES = {Source.MEASURE: "本办法", Source.OFFICE: "市政管办自定"}


def mermaid(table: Iterable[Transition] = TRANSITIONS) -> str:
    """The flow as a Mermaid state diagram: every row that moves a case, the acts between two states on one arrow."""
    arrows: dict[tuple[State, State], dict[str, None]] = {}
    for row in table:
        if row.to is not None:
            arrows.setdefault((row.start, row.to), {})[f"{ACTS[row.act].chinese}（{row.article}）"] = None
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.value}: {row.chinese}" for state, row in STATES.items()]
    lines += ["    [*] --> registered: 登记（15）", "    [*] --> awaiting_statement: 重大事项口述（7）"]
    lines += [f"    {start.value} --> {end.value}: {'、'.join(acts)}" for (start, end), acts in arrows.items()]
    return "\n".join([*lines, "    archived --> [*]", ""])


def transitions_table() -> str:
    """Every row of the transitions, with guards and roles."""
    return _markdown(
        ("状态", "办理", "情形", "谁可办理", "条件", "之后状态", "依据", "施行"),
        (
            (
                STATES[row.start].chinese,
                f"{ACTS[row.act].chinese} `{row.act.value}`",
                row.variant or "",
                "、".join(ROLES[role].chinese for role in ROLES if role in row.roles),
                "；".join(guard.chinese for guard in row.guards),
                STATES[row.end].chinese,
                row.article,
                row.in_force_from.isoformat(),
            )
            for row in TRANSITIONS
        ),
    )


def limits_table() -> str:
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
    return _markdown(("事项", "期限", "谁", "依据", "出自", "施行"), (*limits, *figures))


def grounds_table() -> str:
    """The five grounds, and what the complainant is told beside."""
    rows = ((row.article, row.text, row.remedy, row.in_force_from.isoformat()) for row in GROUNDS)
    return _markdown(("项", "情形", "告知的其他途径", "施行"), rows)


def roles_table() -> str:
    """Who may ask what."""
    head = ("办理", "依据", *(row.chinese for row in ROLES.values()))
    rows = (
        (f"{row.chinese} `{act.value}`", row.article, *("●" if role in MAY[act] else "" for role in ROLES))
        for act, row in ACTS.items()
    )
    return _markdown(head, rows)


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
