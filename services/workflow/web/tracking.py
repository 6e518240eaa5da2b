"""From a case to its tracking page: the answer first, then the six steps of annex 1. Pure; says nothing of who complained."""

from __future__ import annotations

from collections.abc import Callable

from services.workflow.domain.case import Case
from services.workflow.domain.clocks import Clock, ClockName
from services.workflow.domain.grounds import GROUNDS
from services.workflow.domain.owed import next_duty
from services.workflow.domain.states import State
from services.workflow.web.limits_shown import Reader, shown
from services.workflow.web.views import (
    Answer,
    Progress,
    Redirection,
    Refusal,
    Standing,
    Step,
    TrackPage,
    TrackRound,
    TrackStep,
)
from shared.contracts.complaint import Complainant
from shared.contracts.masking import Scrubber, Showing
from shared.web.i18n import Bilingual

REACHED: dict[State, Step] = {
    State.REGISTERED: Step.ACCEPT,
    State.AWAITING_STATEMENT: Step.ACCEPT,
    State.ACCEPTED: Step.DISPATCH,
    State.AWAITING_APPROVAL: Step.DISPATCH,
    State.DISPATCHED: Step.FEEDBACK,
    State.FEEDBACK_SUBMITTED: Step.FOLLOW_UP,
    State.CLOSED: Step.ARCHIVE,
}
"""The step that is under way in each state; a state without a row is at the end."""

CLOCK_OF: dict[Step, tuple[ClockName, ...]] = {
    Step.RECEIVE: (ClockName.RESPOND,),
    Step.FEEDBACK: (ClockName.FORWARD, ClockName.APPROVE, ClockName.REDISPATCH),
    Step.FOLLOW_UP: (ClockName.FOLLOW_UP,),
}


def track_page(case: Case, complainant: Complainant, reader: Reader) -> TrackPage:
    """The page for this reader. What the unit answered is shown once the follow-up has closed the case.

    Whoever holds the code may read it, so whatever was written leads to nobody (art. 17).
    """
    duty = next_duty(case)
    scrub = Scrubber(complainant, Showing.HIDDEN).text
    return TrackPage(
        code=case.tracking_code,
        standing=Standing(case.state.value),
        number=case.number,
        rounds=[TrackRound(case.round, _steps(case, reader), _answer(case, scrub))],
        holder=case.holder.unit or "",
        next_limit=shown(duty.limit, reader) if duty and case.is_live else None,
        refusal=_refusal(case, scrub),
        redirection=_redirection(case, scrub),
        written_form_url=f"/intake/written/{case.tracking_code}" if case.state is State.AWAITING_STATEMENT else "",
    )


def _steps(case: Case, reader: Reader) -> list[TrackStep]:
    current = REACHED.get(case.state)
    order = list(Step)
    reached = order.index(current) if current else len(order)
    return [_step(case, step, _progress(place, reached), reader) for place, step in enumerate(order)]


def _progress(place: int, reached: int) -> Progress:
    if place < reached:
        return Progress.DONE
    return Progress.NOW if place == reached else Progress.AHEAD


def _step(case: Case, step: Step, progress: Progress, reader: Reader) -> TrackStep:
    clock = _clock(case, step)
    at = case.received_at if step is Step.RECEIVE else (clock.ended_at if clock else None)
    return TrackStep(
        step,
        progress,
        at if progress is Progress.DONE else None,
        by=(case.unit or "") if step is Step.FEEDBACK else "",
        channel=case.channel if step is Step.RECEIVE else None,
        limit=shown(clock.limit, reader, clock.ended_at) if clock and progress is not Progress.AHEAD else None,
        due=clock.limit if clock else None,
    )


def _clock(case: Case, step: Step) -> Clock | None:
    names = CLOCK_OF.get(step, ())
    return next((clock for clock in reversed(case.clocks) if clock.name in names), None)


def _refusal(case: Case, scrub: Callable[[str], str]) -> Refusal | None:
    told = case.refusal
    if told is None:
        return None
    usual = next((row for row in GROUNDS if row.remedy == told.remedy), None)
    if usual is not None:
        return Refusal(told.ground, scrub(told.reason), usual=Bilingual(usual.remedy, usual.remedy_english))
    # The remedy is whom to turn to, with that office's telephone: it stays.
    return Refusal(told.ground, scrub(told.reason), told.remedy)


def _redirection(case: Case, scrub: Callable[[str], str]) -> Redirection | None:
    told = case.redirection
    return Redirection(told.competent_authority, scrub(told.reason)) if told else None


def _answer(case: Case, scrub: Callable[[str], str]) -> Answer | None:
    if case.settlement is not None:
        return Answer(scrub(case.settlement.result), case.settlement.unit or "", case.received_at)
    if case.closing is not None and case.closing.result:
        return Answer(scrub(case.closing.result), case.unit or "", case.clocks[-1].ended_at or case.received_at)
    return None
