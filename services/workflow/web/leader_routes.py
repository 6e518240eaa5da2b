"""What waits for the leader: proposals to approve (批办) and extensions to decide, each from the list (arts. 18.3, 18.4).

Law of this file: every choice names the limit that follows from it; a choice is one command of the domain, and its
opinion is required. What a rule forbids comes back on the same page beside its case, with what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.workflow import reading
from services.workflow.api.people import person_of
from services.workflow.domain import commands
from services.workflow.domain.acts import Act
from services.workflow.domain.case import Case
from services.workflow.domain.clocks import ClockName
from services.workflow.domain.clockwork import Clockwork, extended_limit
from services.workflow.domain.commands import Command
from services.workflow.domain.decide import Availability
from services.workflow.domain.in_force import day_of
from services.workflow.domain.limits import limit_row
from services.workflow.domain.owed import next_duty
from services.workflow.drafting import Draft, drafts_in
from services.workflow.handlers import RefusedError
from services.workflow.store import files
from services.workflow.web.action_forms import read_command
from services.workflow.web.draft_forms import APPROVAL
from services.workflow.web.limits_shown import Reader, Shown, shown
from services.workflow.web.staff_routes import StaffDesk, done_notice, form_values, perform, stale_words, version_of
from services.workflow.web.worklist import title_of
from shared.contracts.complaint import ComplaintReceived
from shared.identity.principal import Principal
from shared.web.frame import count_shown
from shared.web.i18n import Bilingual

_NOTHING_CHOSEN = Bilingual("请选择一项决定", "Choose a decision")
_NO_OPINION = Bilingual("请写明意见", "Write your opinion")


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision, and the limit that follows from it. ``words`` is a key of the catalogue."""

    value: str
    words: str
    limit: datetime | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """One case that waits."""

    case: Case
    complaint: ComplaintReceived
    title: str
    limit: Shown | None
    choices: Sequence[Choice]
    is_extension: bool
    is_late: bool
    chosen: str = ""
    opinion: str = ""
    late_reason: str = ""
    fault: Bilingual | None = None
    drafted_at: datetime | None = None
    """When what stands in its form was saved as a draft."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back with a form that was not carried out."""

    number: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    fault: Bilingual | None = None


def leader_routes(desk: StaffDesk) -> APIRouter:
    """GET the list, POST one decision."""
    router = APIRouter(include_in_schema=False)

    @router.get("/workflow/approvals")
    async def approvals(request: Request, done: str = "", who: Principal = Depends(desk.gate.admit)) -> Response:
        """What waits, the nearest limit first."""
        return await _list(desk, request, who, done=done)

    @router.post("/workflow/approvals/{number}")
    async def decide(request: Request, number: str, who: Principal = Depends(desk.gate.admit)) -> Response:
        """One decision."""
        values = await form_values(request)
        command = _command(values)
        if isinstance(command, Bilingual):
            return await _list(desk, request, who, typed=Typed(number, values, command), status=422)
        try:
            await perform(desk.office, number, command, person_of(who), version_of(values))
        except RefusedError as fault:
            why = Bilingual(fault.refusal.message_zh, fault.refusal.message_en)
            return await _list(desk, request, who, typed=Typed(number, values, why), status=409)
        except files.StaleError as fault:
            return await _list(desk, request, who, typed=Typed(number, values, stale_words(fault)), status=412)
        return RedirectResponse(f"/workflow/approvals?done={command.act.value}", status_code=303)

    return router


async def _list(
    desk: StaffDesk,
    request: Request,
    who: Principal,
    *,
    typed: Typed | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    person, reader = person_of(who), desk.reader(request)
    counts = await desk.counts(person)
    waiting = await reading.waiting_for_approval(desk.office, person)
    drafts = await drafts_in(desk.office, APPROVAL, person)
    decisions = [_decision(seen, reader, typed or Typed(), drafts.get(seen.case.number)) for seen in waiting]
    found = [made for made in decisions if made is not None]
    notice = Bilingual("", "") if typed is None or typed.fault is None else typed.fault
    gone = typed is not None and all(each.case.number != typed.number for each in found)
    return await desk.render(
        request, who, "approvals", "approvals.html", status=status, decisions=found, counts=counts,
        waiting=count_shown(counts["approvals"]), is_cut=counts["approvals"] > len(waiting),
        notice=done_notice(done), gone=notice if gone else None,
    )  # fmt: skip


def _decision(seen: reading.Seen, reader: Reader, typed: Typed, draft: Draft | None) -> Decision | None:
    """The case as the leader decides on it; None where this leader may not (whoever proposed can't approve).

    What came back stands in its form, else what was left there unsent.
    """
    choices = _choices(seen.case, seen.offers, reader)
    if not choices:
        return None
    own = typed.number == seen.case.number
    left = None if own else draft
    values = typed.values if own else left.values if left else {}
    duty = next_duty(seen.case)
    unit_clock = seen.case.unit_clock
    return Decision(
        case=seen.case,
        complaint=seen.complaint,
        title=title_of(seen.complaint)[0],
        limit=shown(duty.limit, reader) if duty else None,
        choices=choices,
        is_extension=seen.case.extension_request is not None,
        is_late=unit_clock is not None and unit_clock.limit < reader.now,
        chosen=values.get("decision", ""),
        opinion=values.get("opinion", ""),
        late_reason=values.get("late_reason", ""),
        fault=typed.fault if own else None,
        drafted_at=left.saved_at if left else None,
    )


def _choices(case: Case, offers: Availability, reader: Reader) -> list[Choice]:
    may = {offer.command for offer in offers.offers}
    work = Clockwork(reader.calendar, reader.hours)
    if Act.DECIDE_EXTENSION in may and case.extension_request is not None:
        asked = range(1, case.extension_request.days + 1)
        limits = [(days, extended_limit(case, days, work)) for days in asked]
        granted = [Choice(f"grant-{days}", "file.grant", limit.moment, days) for days, limit in limits if limit]
        now_due = case.unit_clock.limit if case.unit_clock else None
        return [*granted, Choice("deny", "file.deny", now_due)]
    if Act.APPROVE not in may:
        return []
    days = limit_row(ClockName.APPROVE, day_of(reader.now)).days or 0
    approve = Choice("approve", "file.approve_to", work.end(reader.now, days).moment)
    return [approve, Choice("simple", "file.make_simple"), Choice("back", "file.send_back")]


def _command(values: Mapping[str, str]) -> Command | Bilingual:
    """The command of a choice, or what is missing."""
    said = {"opinion": values.get("opinion", ""), "reason": values.get("opinion", "")}
    choice, _, days = values.get("decision", "").partition("-")
    table: dict[str, tuple[Act, dict[str, str]]] = {
        "approve": (Act.APPROVE, {}),
        "simple": (Act.RETURN_PROPOSAL, {"may_forward": "on"}),
        "back": (Act.RETURN_PROPOSAL, {}),
        "grant": (Act.DECIDE_EXTENSION, {"granted": "true", "days": days}),
        "deny": (Act.DECIDE_EXTENSION, {"granted": "false", "days": "0"}),
    }
    if choice not in table:
        return _NOTHING_CHOSEN
    act, more = table[choice]
    told = read_command(act, said | more | {"late_reason": values.get("late_reason", "")})
    if isinstance(told, commands.Command):
        return told
    fault = next(iter(told.values()))
    return _NO_OPINION if fault.name in {"opinion", "reason"} else Bilingual(fault.message_zh, fault.message_en)
