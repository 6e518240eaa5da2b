"""Urgent cases: told by the complaint or by a person, looked at by a person, told once where nobody looks (art. 2)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.workflow.domain import commands
from services.workflow.domain.case import case_from_json, case_to_json
from services.workflow.domain.deadlines import due, watch_at
from services.workflow.domain.publish import publish
from services.workflow.domain.roles import SOFTWARE
from services.workflow.domain.states import State
from services.workflow.domain.urgency import Measure, Standing
from shared.contracts.case import CaseUrgentUnattended
from shared.contracts.complaint import Danger, Hints
from shared.contracts.values import DangerKind
from tests.unit.workflow.building import CALENDAR, HANDLER, HOURS, OPERATOR, SHA, UNIT_HANDLER, Story, arrive
from tests.unit.workflow.ways import marked_urgent

HINTS = Hints(dangers=[Danger(kind=DangerKind.SELF_HARM, words="跳楼"), Danger(kind=DangerKind.THREAT, words="放火")])
PATIENCE = timedelta(minutes=5)


def kinds(story: Story) -> list[str]:
    """What happened, in order."""
    return [event.kind for event in story.history]


def test_a_complaint_that_tells_of_danger_is_urgent_from_its_first_moment() -> None:
    """Registered and urgent in one breath, by the first kind that was found; nobody has looked yet."""
    story = Story.begins(hints=HINTS)
    urgency = story.case.urgency
    assert kinds(story) == ["registered", "marked_urgent"]
    assert urgency is not None
    assert (urgency.danger, urgency.standing) == (DangerKind.SELF_HARM, Standing.RAISED)
    assert Story.begins().case.urgency is None


def test_no_limit_of_the_regulation_moves() -> None:
    """State, holder and every clock are those of the same complaint without danger, before and after somebody has looked."""
    calm = Story.begins().case
    urgent = Story.begins(hints=HINTS)
    for _ in range(2):
        case = urgent.case
        assert (case.state, case.holder, case.clocks) == (calm.state, calm.holder, calm.clocks)
        urgent.tell(commands.AttendUrgent(measure=Measure.CALLED_110), OPERATOR)


@pytest.mark.parametrize("state", list(State))
def test_danger_can_be_told_of_a_case_in_any_state(state: State) -> None:
    """More may come in after a case was closed or filed: it is urgent all the same, and stays where it was."""
    story = marked_urgent(state)
    assert story.case.urgency is not None
    assert story.case.state is state


@pytest.mark.parametrize("measure", list(Measure))
def test_who_took_note_when_and_what_was_done_stand_in_the_case(measure: Measure) -> None:
    """A case in which there was no danger is urgent no more; any other shows who has seen to it."""
    story = marked_urgent().tell(commands.AttendUrgent(measure=measure, remarks="已联系"), HANDLER)
    urgency = story.case.urgency
    if measure is Measure.NO_DANGER:
        assert urgency is None
        return
    assert urgency is not None
    assert urgency.attended is not None
    assert (urgency.attended.by, urgency.attended.at, urgency.attended.measure) == (HANDLER, story.now, measure)


def test_what_was_done_can_be_added_to() -> None:
    """First the police, then the complainant: each is an entry, and the newest stands in the case."""
    story = marked_urgent().tell(commands.AttendUrgent(measure=Measure.CALLED_110), OPERATOR)
    story.tell(commands.AttendUrgent(measure=Measure.CALLED_BACK), HANDLER)
    assert kinds(story)[-2:] == ["urgent_attended", "urgent_attended"]
    assert story.case.urgency is not None
    assert story.case.urgency.standing is Standing.ATTENDED


def test_a_unit_may_see_to_danger_in_a_case_of_its_own() -> None:
    """Whoever has the case before them may say what they did; nobody has to wait for the office."""
    story = marked_urgent(State.DISPATCHED).tell(commands.AttendUrgent(measure=Measure.CALLED_120), UNIT_HANDLER)
    assert story.case.urgency is not None
    assert story.case.urgency.standing is Standing.ATTENDED


def test_nobody_having_looked_is_told_once_after_the_officer_has_had_time() -> None:
    """Not a moment before five minutes, then once, however often the watch looks; and never where somebody has looked."""
    story = Story.begins(hints=HINTS)
    raised = story.now
    assert watch_at(story.case) == raised + PATIENCE
    assert due(story.case, raised + PATIENCE - timedelta(seconds=1), CALENDAR, HOURS) == ()
    story.watched(PATIENCE).watched(timedelta(hours=1))
    assert kinds(story).count("urgent_unattended") == 1
    seen = Story.begins(hints=HINTS).tell(commands.AttendUrgent(measure=Measure.CALLED_BACK), HANDLER)
    assert kinds(seen.watched(timedelta(minutes=30)))[-1] == "urgent_attended"


def test_danger_told_anew_is_watched_anew() -> None:
    """After somebody has looked a new threat raises the case again, with its own time; while it is raised nothing restarts."""
    story = marked_urgent().watched(PATIENCE)
    story.refused(commands.MarkUrgent(danger=DangerKind.THREAT), SOFTWARE)
    story.tell(commands.AttendUrgent(measure=Measure.CALLED_BACK), HANDLER)
    story.tell(commands.MarkUrgent(danger=DangerKind.THREAT), SOFTWARE).watched(PATIENCE)
    assert kinds(story).count("urgent_unattended") == 2
    assert story.case.urgency is not None
    assert story.case.urgency.danger is DangerKind.THREAT


def test_what_is_published_names_no_complainant_and_none_of_their_words() -> None:
    """The message says which case, what kind of danger, since when and who holds it."""
    story = Story.begins(hints=HINTS)
    (told,) = publish(story.case, due(story.case, story.now + PATIENCE, CALENDAR, HOURS), SHA)
    assert isinstance(told, CaseUrgentUnattended)
    assert (told.danger, told.raised_at, told.holder) == (DangerKind.SELF_HARM, story.now, OPERATOR.name)
    assert "刘某" not in told.model_dump_json()
    assert "跳楼" not in told.model_dump_json()


def test_a_case_kept_before_there_was_urgency_still_opens() -> None:
    """A fold that was stored without the field is a case that isn't urgent; one with it comes back as it was."""
    urgent = Story.begins(hints=HINTS).case
    assert case_from_json(case_to_json(urgent)) == urgent
    old = case_to_json(replace(urgent, urgency=None)).replace(b'"urgency":null,', b"")
    assert b"urgency" not in old
    assert case_from_json(old).urgency is None


def test_where_the_case_is_urgent_that_is_offered_first() -> None:
    """Taking note of the danger is the first thing a case's page offers."""
    offers = arrive(State.ACCEPTED).tell(commands.MarkUrgent(danger=DangerKind.MEDICAL), HANDLER).may(HANDLER).offers
    assert offers[0].command.value == "attend_urgent"
