"""What is owed on a case just now: the limit that comes first, a missed one included for as long as its duty stands.

Law of this file: a missed clock never runs again, but the duty it measured goes on until it is done or falls away; whoever
looks at a list must see what is late before what is not yet (art. 3). Which clock was missed is a fact of the case; whether
its duty still stands is read off the state, by the table ``STANDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from services.workflow.domain.case import Case
from services.workflow.domain.clocks import Clock, ClockName, Party
from services.workflow.domain.states import State


def _with_the_unit(case: Case) -> bool:
    return case.state is State.DISPATCHED and case.unit_refusal is None


STANDS: Mapping[ClockName, Callable[[Case], bool]] = {
    ClockName.RESPOND: lambda case: case.responded_at is None,
    # A complainant's date hands the case back to the office once it has passed: the office's own clock runs then.
    ClockName.STATEMENT: lambda _case: False,
    ClockName.EVIDENCE: lambda _case: False,
    ClockName.ACCEPTANCE: lambda case: case.state is State.REGISTERED or case.unit_refusal is not None,
    ClockName.DISPATCH: lambda case: case.state is State.ACCEPTED,
    ClockName.APPROVAL: lambda case: case.state is State.AWAITING_APPROVAL,
    ClockName.FORWARD: _with_the_unit,
    ClockName.APPROVE: _with_the_unit,
    ClockName.REDISPATCH: _with_the_unit,
    ClockName.COMPLETION: _with_the_unit,
    ClockName.EXTENSION: lambda case: case.extension_request is not None,
    ClockName.FOLLOW_UP: lambda case: case.state is State.FEEDBACK_SUBMITTED and case.follow_up is None,
    ClockName.CONCLUSION: lambda case: case.state is State.FEEDBACK_SUBMITTED and case.follow_up is not None,
}
"""Whether the duty behind a clock still stands while the case is live."""


def next_duty(case: Case) -> Clock | None:
    """The clock whose duty comes first: late ones before those that run. None where nobody owes anything."""
    return min((*case.open_clocks, *late(case)), key=lambda clock: clock.limit, default=None)


def late(case: Case) -> Iterator[Clock]:
    """The missed clocks whose duty still stands."""
    if not case.is_live:
        return
    for name, stands in STANDS.items():
        clock = _newest(case, name)
        if clock is not None and clock.is_missed and stands(case):
            yield clock


def _newest(case: Case, name: ClockName) -> Clock | None:
    """Of the clocks that bind the unit only the one that bound it last: it stands for those before it."""
    clock = case.clock(name)
    if clock is not None and clock.bound is Party.UNIT:
        return clock if clock == case.unit_clock else None
    return clock
