"""What may I do now, what not yet and why: the case page's question, answered from the tables."""

import pytest

from services.workflow.domain import commands
from services.workflow.domain.acts import ACTS, Act
from services.workflow.domain.decide import ActionOffer, NotYet
from services.workflow.domain.refusal import Refusal, RefusalCode
from services.workflow.domain.roles import ROLES, Person, may
from services.workflow.domain.sight import may_see
from services.workflow.domain.states import State
from services.workflow.domain.transitions import TRANSITIONS, Transition
from services.workflow.domain.ways import REACHABLE
from tests.unit.workflow.building import (
    ACTOR,
    ADMINISTRATOR,
    AUDITOR,
    HANDLER,
    LEADER,
    OTHER_HANDLER,
    UNIT_HANDLER,
    Story,
    arrive,
    asked_for_more,
)
from tests.unit.workflow.ways import COMMAND, at_fault, place, somebody

ROWS = [pytest.param(row, id=f"{row.start}-{row.act}-{row.variant or 'only'}") for row in TRANSITIONS]


def offer(story: Story, actor: Person, act: Act) -> ActionOffer | None:
    """The offer of an act, where it is offered."""
    return next((one for one in story.may(actor).offers if one.command is act), None)


def not_yet(story: Story, actor: Person, act: Act) -> NotYet | None:
    """The reason why an act can't be done yet, where it may still come."""
    return next((one for one in story.may(actor).cannot if one.command is act), None)


@pytest.mark.parametrize("row", ROWS)
def test_what_can_be_done_is_offered(row: Transition) -> None:
    """Every row, where its guards hold, is offered to each of its roles that sees the case, by label and variant."""
    story = place(row)
    for role in row.roles:
        actor = somebody(role, row, story)
        if may_see(story.case, actor):
            found = offer(story, actor, row.act)
            assert found is not None, role
            assert found.label == ACTS[row.act].chinese
            assert row.variant is None or row.variant in found.variants


@pytest.mark.article("18.3")
def test_an_offer_says_how_many_days_may_be_set() -> None:
    """What the table has, less what was granted in this round; nothing where no days are set."""
    story = arrive(State.DISPATCHED)
    asked, note = offer(story, UNIT_HANDLER, Act.REQUEST_EXTENSION), offer(story, UNIT_HANDLER, Act.NOTE)
    assert (asked and asked.most_days, note and note.most_days) == (2, None)
    story.tell(asked_for_more(), UNIT_HANDLER).tell(COMMAND[Act.DECIDE_EXTENSION, None], LEADER)
    again = offer(story, UNIT_HANDLER, Act.REQUEST_EXTENSION)
    assert again is not None
    assert again.most_days == 1


@pytest.mark.parametrize("state", State)
def test_what_is_not_offered_is_refused(state: State) -> None:
    """Nothing is withheld that could be done, and nothing stands on both lists."""
    story = arrive(state)
    for role in ROLES:
        actor, answer = ACTOR[role], story.may(ACTOR[role])
        offers = {one.command: one.variants for one in answer.offers}
        assert offers.keys().isdisjoint({one.command for one in answer.cannot})
        for (act, variant), command in COMMAND.items():
            if act not in offers or (offers[act] and variant not in {None, *offers[act]}):
                assert isinstance(story.decides(command, actor), Refusal), f"{state} {role} {act} {variant}"


@pytest.mark.parametrize("state", State)
def test_what_can_still_come_says_why_not_yet(state: State) -> None:
    """Each thing on the list of not yet is this role's, can still come, and names rule, article and reason."""
    story = arrive(state)
    for role in ROLES:
        for one in story.may(ACTOR[role]).cannot:
            assert may(role, one.command)
            assert one.refusal.code in {RefusalCode.NOT_NOW, RefusalCode.RULE}
            assert all((one.refusal.rule, one.refusal.article, one.refusal.message_zh, one.refusal.message_en))
            assert one.label == ACTS[one.command].chinese


def test_the_handlers_list_while_the_unit_works() -> None:
    """With the unit: urging is offered; follow-up, closing and filing come later; acceptance is over and not listed."""
    story = arrive(State.DISPATCHED)
    assert offer(story, HANDLER, Act.URGE) is not None
    for act in (Act.RECORD_FOLLOW_UP, Act.CLOSE, Act.ARCHIVE):
        waiting = not_yet(story, HANDLER, act)
        assert waiting is not None
        assert waiting.refusal.code is RefusalCode.NOT_NOW
    assert not_yet(story, HANDLER, Act.ACCEPT) is None
    follow_up = not_yet(story, HANDLER, Act.RECORD_FOLLOW_UP)
    assert follow_up is not None
    assert follow_up.refusal.message_zh == "本案现为「办理中」；「登记回访结果」须在「已反馈」时办理"


def test_the_leaders_list_says_what_must_be_proven_first() -> None:
    """Sanctions wait for proof, and the reason says so (art. 19)."""
    waiting = not_yet(arrive(State.DISPATCHED), LEADER, Act.IMPOSE_SANCTION)
    assert waiting is not None
    assert (waiting.refusal.rule, waiting.refusal.article) == ("proven", "19")


def test_only_the_grounds_that_are_open_are_offered() -> None:
    """10.4 is not among the variants until its date has passed."""
    story = arrive(State.REGISTERED).tell(commands.RequestEvidence(what="收据", working_days=1), HANDLER)
    found = offer(story, HANDLER, Act.REFUSE)
    assert found is not None
    assert found.variants == ("10.1", "10.2", "10.3", "10.5")
    story.waits("2026-11-17 17:01")
    later = offer(story, HANDLER, Act.REFUSE)
    assert later is not None
    assert "10.4" in later.variants


def test_a_limit_that_has_passed_counts_before_anybody_watched() -> None:
    """At 17:01 the leader may already act on the miss, though the watch hasn't told it."""
    story = arrive(State.DISPATCHED).waits("2026-11-17 17:01")
    assert offer(story, LEADER, Act.IMPOSE_SANCTION) is not None


def test_who_may_not_know_of_the_case_gets_empty_lists() -> None:
    """Another unit and the administrator learn nothing from the lists."""
    story = arrive(State.DISPATCHED)
    for actor in (OTHER_HANDLER, ADMINISTRATOR):
        answer = story.may(actor)
        assert (answer.offers, answer.cannot) == ((), ())


def test_an_auditor_is_offered_a_look_and_nothing_else() -> None:
    """The auditor reads."""
    assert [one.command for one in arrive(State.DISPATCHED).may(AUDITOR).offers] == [Act.REVEAL_IDENTITY]


def test_the_units_list() -> None:
    """The unit's handler sees what the unit can do, and that an extension is being decided."""
    story = arrive(State.DISPATCHED).tell(asked_for_more(), UNIT_HANDLER)
    assert offer(story, UNIT_HANDLER, Act.SUBMIT_FEEDBACK) is not None
    waiting = not_yet(story, UNIT_HANDLER, Act.REQUEST_EXTENSION)
    assert waiting is not None
    assert waiting.refusal.rule == "extension_not_pending"


def test_after_a_fault_closing_is_not_offered_but_the_next_round_is() -> None:
    """Dissatisfied and the unit at fault: back to the unit, or to the leader, but not closed."""
    story = at_fault()
    assert offer(story, HANDLER, Act.REDISPATCH) is not None
    assert offer(story, HANDLER, Act.REQUEST_APPROVAL) is not None
    waiting = not_yet(story, HANDLER, Act.CLOSE)
    assert waiting is not None
    assert waiting.refusal.rule == "no_fault_found"


def test_where_no_leader_is_on_duty_nobody_can_be_asked() -> None:
    """What needs a leader waits and says so; forwarding goes on."""
    story = arrive(State.ACCEPTED).knows(office_leader=None)
    assert offer(story, HANDLER, Act.FORWARD) is not None
    waiting = not_yet(story, HANDLER, Act.REQUEST_APPROVAL)
    assert waiting is not None
    assert waiting.refusal.rule == "office_has_leader"


def test_from_filed_nothing_can_be_reached() -> None:
    """Archived is the end; everything else can still be filed."""
    assert REACHABLE[State.ARCHIVED] == {State.ARCHIVED}
    assert all(State.ARCHIVED in REACHABLE[state] for state in State)
    assert State.REGISTERED not in REACHABLE[State.ACCEPTED]
