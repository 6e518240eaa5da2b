"""Diagram and tables are the rules themselves, drawn."""

import re
from dataclasses import replace

import pytest

from services.workflow import rules_document
from services.workflow.domain import printed
from services.workflow.domain.acts import ACTS, Act
from services.workflow.domain.articles import ARTICLES, article_of
from services.workflow.domain.grounds import GROUNDS
from services.workflow.domain.limits import FIGURES, LIMITS
from services.workflow.domain.roles import MAY, ROLES
from services.workflow.domain.sanctions import SANCTIONS
from services.workflow.domain.sight import SIGHT
from services.workflow.domain.states import STATES, State
from services.workflow.domain.told import TOLD
from services.workflow.domain.transitions import TRANSITIONS
from services.workflow.domain.ways import find, index, ways
from tests.unit.workflow.building import at

TODAY = at("2026-11-16 10:12").date()


@pytest.mark.article("annex 1")
def test_the_diagram_has_every_move_and_no_other() -> None:
    """An arrow for every pair of states that some row connects, labelled with its acts and articles."""
    arrows = dict(re.findall(r"^    (\w+ --> \w+): (.+)$", printed.mermaid(), flags=re.MULTILINE))
    assert set(arrows) == {f"{row.start} --> {row.to}" for row in TRANSITIONS if row.to is not None}
    for row in TRANSITIONS:
        if row.to is not None:
            assert f"{ACTS[row.act].chinese}（{row.article}）" in arrows[f"{row.start} --> {row.to}"]


@pytest.mark.article("annex 1")
def test_the_flow_of_annex_one() -> None:
    """Receive, accept, forward or approve, feed back, follow up, file; dissatisfied goes back; refused is filed too."""
    moves = {(row.start, row.act): row.end for row in TRANSITIONS}
    assert moves[State.REGISTERED, Act.ACCEPT] is State.ACCEPTED
    assert moves[State.ACCEPTED, Act.FORWARD] is State.DISPATCHED
    assert moves[State.AWAITING_APPROVAL, Act.APPROVE] is State.DISPATCHED
    assert moves[State.DISPATCHED, Act.SUBMIT_FEEDBACK] is State.FEEDBACK_SUBMITTED
    assert moves[State.FEEDBACK_SUBMITTED, Act.RECORD_FOLLOW_UP] is State.FEEDBACK_SUBMITTED
    assert moves[State.FEEDBACK_SUBMITTED, Act.REDISPATCH] is State.DISPATCHED
    assert moves[State.FEEDBACK_SUBMITTED, Act.REQUEST_APPROVAL] is State.AWAITING_APPROVAL
    assert moves[State.CLOSED, Act.ARCHIVE] is State.ARCHIVED
    assert moves[State.REFUSED, Act.ARCHIVE] is State.ARCHIVED


@pytest.mark.parametrize(
    ("table", "rows", "columns"),
    [
        (printed.transitions_table(TODAY), len(TRANSITIONS), 8),
        (printed.limits_table(), len(LIMITS) + len(FIGURES), 6),
        (printed.grounds_table(), len(GROUNDS), 4),
        (printed.sanctions_table(), len(SANCTIONS), 3),
        (printed.told_table(), len(TOLD), 4),
        (printed.roles_table(), len(MAY), 2 + len(ROLES)),
        (printed.sight_table(), len(SIGHT), 4),
        (printed.articles_table(), len(ARTICLES), 3),
    ],
    ids=lambda table: getattr(table, "name", None),
)
def test_a_printed_table_has_a_line_for_every_row(table: printed.Table, rows: int, columns: int) -> None:
    """Head, rule and one line a row, each with all columns."""
    lines = table.markdown().splitlines()
    assert len(lines) == rows + 2
    assert {line.count(" | ") + 1 for line in lines} == {columns}


@pytest.mark.parametrize("place", range(len(printed.tables(TODAY))))
def test_a_table_is_printed_in_either_language(place: int) -> None:
    """As many rows and columns; in English no Chinese but in the column that says it is."""
    chinese, english = printed.tables(TODAY)[place], printed.tables(TODAY, printed.Tongue.ENGLISH)[place]
    assert (english.name, english.cites, len(english.rows)) == (chinese.name, chinese.cites, len(chinese.rows))
    rows = [english.head, *english.rows]
    read = [text for row in rows for column, text in enumerate(row) if column != english.other]
    assert [text for text in (english.title, *read) if re.search("[\u4e00-\u9fff]", text)] == []
    assert all(len(row) == len(chinese.head) for row in rows)


def test_the_flow_is_told_in_english_too() -> None:
    """The same moves under the same articles, the acts by their English names."""
    said = printed.flow(tongue=printed.Tongue.ENGLISH)
    assert said.keys() == printed.flow().keys()
    assert said[State.ACCEPTED, State.DISPATCHED] == {(ACTS[Act.FORWARD].english, "18.2"): None}


def test_the_roles_table_ticks_who_may() -> None:
    """A dot for every role that may, and none beside."""
    assert printed.roles_table().markdown().count("●") == sum(len(roles) for roles in MAY.values())


def test_the_printed_rules_are_those_that_run() -> None:
    """``docs/rules.md`` is made from the tables: whoever changes a row and forgets it is told here."""
    assert rules_document.PATH.read_text(encoding="utf-8") == rules_document.written(), "run: make contracts"


def test_every_state_and_role_has_its_names() -> None:
    """Chinese and English, once."""
    assert set(STATES) == set(State)
    names = [row.chinese for table in (STATES, ROLES, ACTS) for row in table.values()]
    assert all(names)
    assert len(names) == len(set(names)) + 1  # 不予受理 is both the act and the state it leads to


@pytest.mark.article("25")
def test_an_amendment_of_the_flow_is_a_row_with_a_later_day() -> None:
    """From its day on the new row holds; before it, and for cases judged before, the old one."""
    old = find(State.ACCEPTED, Act.FORWARD, None, TODAY)
    assert old is not None
    later = at("2027-01-01 00:00").date()
    new = replace(old, article="18.2 修订", in_force_from=later)
    table = index((*TRANSITIONS, new))
    assert find(State.ACCEPTED, Act.FORWARD, None, TODAY, table) is old
    assert find(State.ACCEPTED, Act.FORWARD, None, later, table) is new
    assert ways(State.ACCEPTED, Act.FORWARD, later, table) == (new,)


@pytest.mark.article("25")
def test_before_the_measure_nothing_could_be_done() -> None:
    """On 19 February 2020 there was no such procedure."""
    day = at("2020-02-19 12:00").date()
    assert all(not ways(state, act, day) for state in State for act in Act)


def test_the_articles_are_listed_once() -> None:
    """Every row of the regulation has its number and a title."""
    numbers = [article.number for article in ARTICLES]
    assert len(numbers) == len(set(numbers)) == 33
    assert all(article.english and article.chinese for article in ARTICLES)


def test_every_number_in_a_table_is_said_in_words() -> None:
    """What stands in the column of articles is an article, or a paragraph of one, and has its words."""
    cited = {row[table.cites] for table in printed.tables(TODAY) for row in table.rows}
    assert all(article_of(number).chinese for number in cited)
    assert (article_of("10.2").number, article_of("10.4").number, article_of("18").chinese) == (
        "10",
        "10.4",
        "处置程序",
    )
    with pytest.raises(LookupError):
        article_of("26")
