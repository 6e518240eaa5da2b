"""The table of transitions, both halves derived from it: what is a row can be done, everything else is refused."""

import pytest

from services.workflow.domain.acts import Act
from services.workflow.domain.case import case_to_json
from services.workflow.domain.evolve import evolve
from services.workflow.domain.in_force import day_of
from services.workflow.domain.refusal import Refusal, RefusalCode
from services.workflow.domain.roles import ROLES, AnyRole, may
from services.workflow.domain.sight import may_see
from services.workflow.domain.states import State
from services.workflow.domain.transitions import TRANSITIONS, HandsTo, Transition
from services.workflow.domain.ways import find
from tests.unit.workflow.building import ACTOR, Story, arrive
from tests.unit.workflow.ways import COMMAND, is_held_by_who_has_to_act, place, somebody

ROWS = [pytest.param(row, id=f"{row.start}-{row.act}-{row.variant or 'only'}") for row in TRANSITIONS]


@pytest.mark.article("annex 1")
@pytest.mark.parametrize("row", ROWS)
def test_every_row_can_be_done_by_every_role_that_may(row: Transition) -> None:
    """Every row, asked for by each of its roles where its guards hold, makes its event and leads to its state."""
    story = place(row)
    for role in _roles(row, story):
        answer = story.copy().decides(COMMAND[row.act, row.variant], somebody(role, row, story))
        assert not isinstance(answer, Refusal), f"{role}: {answer}"
        (event,) = answer
        after = evolve(story.case, event)
        assert type(event.what) is row.event
        assert after.state is row.end
        assert after.version == story.case.version + 1
        assert after.round == story.case.round + row.opens_round
        assert (event.article, event.in_force_from) == (row.article, row.in_force_from)


@pytest.mark.article("3")
@pytest.mark.parametrize("row", ROWS)
def test_every_row_leaves_exactly_the_holder_it_names(row: Transition) -> None:
    """After every row one person by name answers for the case: the one that the row hands it to, who can act upon it."""
    story = place(row)
    for role in _roles(row, story):
        actor = somebody(role, row, story)
        after = story.copy().tell(COMMAND[row.act, row.variant], actor).case
        assert after.holder.name
        expected = {
            HandsTo.STAYS: story.case.holder,
            HandsTo.ACTOR: actor,
            HandsTo.OFFICER: story.case.officer or story.case.holder,
            HandsTo.OFFICE_LEADER: story.facts.office_leader,
            HandsTo.RECEIVER: after.dispatch and after.dispatch.receiver,
            HandsTo.ASSIGNEE: next(p for p in story.facts.office_handlers.values() if p.id == "li"),
        }
        assert after.holder == expected[row.hands_to]
        assert is_held_by_who_has_to_act(after)


@pytest.mark.article("annex 1")
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_everything_else_is_refused_and_changes_nothing(act: Act, state: State) -> None:
    """What is no row, or not this role's, is refused with rule and article in two languages, and the case stays whole."""
    story = arrive(state)
    before = case_to_json(story.case)
    for (known, variant), command in COMMAND.items():
        for role in ROLES if known is act else ():
            row = find(state, act, variant, day_of(story.now))
            if row is not None and role in row.roles and may_see(story.case, ACTOR[role]):
                continue
            refusal = story.decides(command, ACTOR[role])
            assert isinstance(refusal, Refusal), f"{state} {act} {variant} {role} was done"
            _is_well_said(refusal)
            assert refusal.code is _expected(story, role, act)
    assert case_to_json(story.case) == before


def _roles(row: Transition, story: Story) -> list[AnyRole]:
    """A unit's people know of a case once it is dispatched to them, and not before."""
    return [role for role in sorted(row.roles) if may_see(story.case, ACTOR[role])]


def _expected(story: Story, role: AnyRole, act: Act) -> RefusalCode:
    if not may_see(story.case, ACTOR[role]):
        return RefusalCode.NOT_YOURS
    return RefusalCode.NOT_NOW if may(role, act) else RefusalCode.NOT_YOUR_ROLE


@pytest.mark.article("18.6")
def test_an_archived_case_takes_records_only() -> None:
    """In an archived case looks at the identity, documents and danger told of it are recorded; there is no row for more."""
    rows = {row.act for row in TRANSITIONS if row.start is State.ARCHIVED}
    assert rows == {Act.REVEAL_IDENTITY, Act.RECORD_DOCUMENT, Act.MARK_URGENT, Act.ATTEND_URGENT}
    assert all(row.event.is_record for row in TRANSITIONS if row.start is State.ARCHIVED)


def test_every_row_has_somebody_to_do_it() -> None:
    """No row is out of reach of all its roles."""
    assert all(_roles(row, place(row)) for row in TRANSITIONS)


def test_a_row_is_found_once() -> None:
    """No two rows say different things about one variant of one act in one state on the same day."""
    keys = [(row.start, row.act, row.variant, row.in_force_from) for row in TRANSITIONS]
    assert len(keys) == len(set(keys))


def _is_well_said(refusal: Refusal) -> None:
    assert refusal.rule
    assert refusal.article
    assert refusal.message_zh
    assert refusal.message_en
    assert "「」" not in refusal.message_zh
    assert "须在时" not in refusal.message_zh
