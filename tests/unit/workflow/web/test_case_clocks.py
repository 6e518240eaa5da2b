"""The limits of a case as its page shows them: the one in force, and every one before it with the reason."""

import pytest

from services.workflow.domain import commands
from services.workflow.domain.clocks import ClockName
from services.workflow.domain.deadlines import recompute
from services.workflow.domain.limits import limit_row
from services.workflow.web.case_page import ClockLine
from shared.working_time import Override
from tests.parts.case_samples import page_of
from tests.unit.workflow.building import (
    CALENDAR,
    HANDLER,
    HOURS,
    LEADER,
    UNIT_HANDLER,
    Story,
    asked_for_more,
    at,
    forwarded,
)


def _dispatched() -> Story:
    return Story.begins(received_at=at("2026-11-24 09:00")).tell(commands.Accept(), HANDLER).tell(forwarded(), HANDLER)


def _handling(story: Story) -> ClockLine:
    name = limit_row(ClockName.FORWARD, story.now.date()).chinese
    return next(line for line in page_of(story, HANDLER).clocks if line.name.zh == name)


@pytest.mark.article("18.3")
def test_an_extended_limit_stands_beside_the_one_before() -> None:
    """Both can be read, and that it was extended."""
    story = _dispatched()
    assert _handling(story).moved == []
    story.tell(asked_for_more(), UNIT_HANDLER).tell(
        commands.DecideExtension(granted=True, days=1, opinion="同意。"), LEADER
    )
    line = _handling(story)
    assert line.moved == [("extended", at("2026-11-25 17:00"))]
    assert line.limit.when == at("2026-11-26 17:00")


@pytest.mark.article("3")
def test_a_limit_counted_anew_stands_beside_the_one_before() -> None:
    """The same where the calendar was amended: a rest day moved it, and the page says why."""
    story = _dispatched()
    rest = Override(
        day=at("2026-11-25 00:00").date(), working=False, name="防汛", who="管理员", decided_at=story.now,
        in_force_from=story.now.date(),
    )  # fmt: skip
    story.takes(*recompute(story.case, story.now, CALENDAR.with_overrides([rest]), HOURS))
    line = _handling(story)
    assert (line.moved, line.limit.when) == ([("calendar", at("2026-11-25 17:00"))], at("2026-11-26 17:00"))
