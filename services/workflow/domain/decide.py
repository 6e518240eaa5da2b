"""The decision: may this be done, now, by this person, and what follows from it?

Law of this file: it interprets the tables and knows no rule of its own. It is asked in this order: may the actor know
of the case, may the role do this, can it be done in this state, do the guards hold. A command that is admitted makes
one event with all that follows; a refused one changes nothing and names rule and article. Limits that have passed by
``now`` are stated as missed in the same event: the lateness is a fact, and the work goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.workflow.domain import commands, events
from services.workflow.domain.acts import ACTS, Act
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import after_all
from services.workflow.domain.clockwork import Clockwork, Occurrence, follow, lapses
from services.workflow.domain.decisions import DECISIONS
from services.workflow.domain.events import Event
from services.workflow.domain.facts import Facts
from services.workflow.domain.guards import Guard, Situation, most_days
from services.workflow.domain.in_force import day_of, in_utc
from services.workflow.domain.recording import Consequences, Rule, write_down
from services.workflow.domain.refusal import Refusal, RefusalCode
from services.workflow.domain.roles import ROLES, Person, may
from services.workflow.domain.sight import may_see
from services.workflow.domain.states import STATES
from services.workflow.domain.transitions import HandsTo, Transition
from services.workflow.domain.ways import REACHABLE, find, places, ways
from shared.working_time import BusinessHours, WorkCalendar


def decide(
    case: Case,
    command: commands.Command,
    actor: Person,
    now: datetime,
    calendar: WorkCalendar,
    hours: BusinessHours,
    facts: Facts,
) -> tuple[Event, ...] | Refusal:
    """What a command makes of a case: events for ``evolve``, or a refusal that changes nothing.

    ``facts`` must hold the unit of ``guards.unit_meant(case, command)`` where it exists. Raises
    ValueError for a naive ``now``, and where ``split`` comes without a number for each part: the caller's fault.
    """
    now, work = in_utc(now), Clockwork(calendar, hours)
    happened_at = command.answered_at if isinstance(command, commands.RecordResponse) else now
    late = lapses(case, happened_at, now, work)
    seen = replace(case, clocks=after_all(case.clocks, late))
    situation = Situation(case=seen, actor=actor, now=now, work=work, facts=facts)
    row = _admit(situation, command)
    if isinstance(row, Refusal):
        return row
    what = DECISIONS[command.act](situation, command)
    round_ = case.round + row.opens_round
    occurrence = Occurrence(what=what, state=row.end, round=round_, at=happened_at, now=now)
    consequences = Consequences(
        state=row.end,
        round=round_,
        holder=_HOLDERS[row.hands_to](situation, what),
        clocks=(*late, *follow(seen, occurrence, work)),
    )
    rule = Rule(article=row.article, in_force_from=row.in_force_from)
    event = write_down(case, what, now, rule, consequences, actor)
    return (event,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOffer:
    """Something the actor may do now. ``variants`` are the ways open (grounds, outcomes); empty where there is one.

    ``most_days``: how many working days may be set with it just now; None where it sets none.
    """

    command: Act
    label: str
    article: str
    variants: tuple[str, ...] = ()
    most_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """Something the actor's role can still come to do on this case, but not just now, and why."""

    command: Act
    label: str
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What an actor may do now, and what not yet. Both are empty where the actor may not know of the case."""

    offers: tuple[ActionOffer, ...] = ()
    cannot: tuple[NotYet, ...] = ()


def available(
    case: Case, actor: Person, now: datetime, calendar: WorkCalendar, hours: BusinessHours, facts: Facts
) -> Availability:
    """What may this person do now, and what not yet and why.

    Guards that look into a form are left for ``decide``; everything that is refused here would be refused there.
    """
    if not may_see(case, actor):
        return Availability()
    now, work = in_utc(now), Clockwork(calendar, hours)
    seen = replace(case, clocks=after_all(case.clocks, lapses(case, now, now, work)))
    situation = Situation(case=seen, actor=actor, now=now, work=work, facts=facts)
    answers = [_answer(situation, act) for act in Act if may(actor.role, act)]
    return Availability(
        offers=tuple(answer for answer in answers if isinstance(answer, ActionOffer)),
        cannot=tuple(answer for answer in answers if isinstance(answer, NotYet)),
    )


def _answer(situation: Situation, act: Act) -> ActionOffer | NotYet | None:
    rows = ways(situation.case.state, act, day_of(situation.now))
    label = ACTS[act].chinese
    if not rows and REACHABLE[situation.case.state].isdisjoint(places(act, None, day_of(situation.now))):
        return None
    if not rows:
        return NotYet(command=act, label=label, refusal=_not_now(situation, act, None))
    failed = [(row, _first_failing(row, situation)) for row in rows]
    open_rows = [row for row, guard in failed if guard is None]
    if open_rows:
        variants = tuple(row.variant for row in open_rows if row.variant is not None)
        return ActionOffer(
            command=act,
            label=label,
            article=open_rows[0].article,
            variants=variants,
            most_days=most_days(situation, act),
        )
    guard = failed[0][1]
    assert guard is not None, "every row fails on some guard"
    return NotYet(command=act, label=label, refusal=guard.refusal(day_of(situation.now)))


def _first_failing(row: Transition, situation: Situation) -> Guard | None:
    return next((guard for guard in row.guards if not guard.holds_for_case(situation)), None)


def _admit(situation: Situation, command: commands.Command) -> Transition | Refusal:
    case, actor, act = situation.case, situation.actor, command.act
    if not may_see(case, actor):
        return _NOT_YOURS
    if not may(actor.role, act):
        return _not_your_role(actor, act)
    row = find(case.state, act, command.variant, day_of(situation.now))
    if row is None:
        return _not_now(situation, act, command.variant)
    broken = next((guard for guard in row.guards if not guard.holds(situation, command)), None)
    return broken.refusal(day_of(situation.now)) if broken else row


def _officer(situation: Situation, _what: events.Body) -> Person:
    return situation.case.officer or situation.case.holder


def _leader_asked(_situation: Situation, what: events.Body) -> Person:
    assert isinstance(what, events.ApprovalRequested), "only a proposal goes to the leader"
    return what.leader


def _receiver(situation: Situation, what: events.Body) -> Person:
    if isinstance(what, events.Dispatched):
        return what.receiver
    assert situation.case.dispatch is not None, "what goes back to the unit came from it"
    return situation.case.dispatch.receiver


def _assignee(_situation: Situation, what: events.Body) -> Person:
    assert isinstance(what, events.Assigned), "only an assignment has an assignee"
    return what.to


_HOLDERS: dict[HandsTo, Callable[[Situation, events.Body], Person]] = {
    HandsTo.STAYS: lambda situation, _what: situation.case.holder,
    HandsTo.ACTOR: lambda situation, _what: situation.actor,
    HandsTo.OFFICER: _officer,
    HandsTo.OFFICE_LEADER: _leader_asked,
    HandsTo.RECEIVER: _receiver,
    HandsTo.ASSIGNEE: _assignee,
}
"""Who holds the case after a row: exactly one person, by name (art. 3)."""


_NOT_YOURS = Refusal(
    code=RefusalCode.NOT_YOURS,
    rule="sight",
    article="17",
    message_zh="没有这一案件，或者您无权知悉",
    message_en="there is no such case, or you may not know of it",
)


def _not_your_role(actor: Person, act: Act) -> Refusal:
    role, row = ROLES[actor.role], ACTS[act]
    return Refusal(
        code=RefusalCode.NOT_YOUR_ROLE,
        rule="roles",
        article=row.article,
        message_zh=f"{role.chinese}不能办理「{row.chinese}」",
        message_en=f"the role {role.english} may not do: {row.english}",
    )


def _not_now(situation: Situation, act: Act, variant: str | None) -> Refusal:
    row, state = ACTS[act], STATES[situation.case.state]
    when = [STATES[place] for place in places(act, variant, day_of(situation.now))]
    zh = "、".join(f"「{place.chinese}」" for place in when)
    en = ", ".join(place.english for place in when)
    return Refusal(
        code=RefusalCode.NOT_NOW,
        rule="transitions",
        article=row.article,
        message_zh=f"本案现为「{state.chinese}」；「{row.chinese}」须在{zh}时办理",
        message_en=f"the case is {state.english}; {row.english} is for: {en}",
    )
