"""The office's own desks: follow-ups by phone (art. 18.5), and handing cases to a handler (art. 3).

Law of this file: what the complainant says is the complainant's own; a number is shown only with the look on record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.workflow import reading
from services.workflow.api.people import person_of
from services.workflow.domain import commands
from services.workflow.domain.acts import Act
from services.workflow.domain.commands import Command, Purpose
from services.workflow.domain.urgency import Standing
from services.workflow.drafting import drafts_on
from services.workflow.follow_up_sheet import NobodyToAsk, hand_over
from services.workflow.handlers import RefusedError
from services.workflow.store import files
from services.workflow.web import worklist
from services.workflow.web.action_forms import ActionForm, action_form, read_command
from services.workflow.web.case_page import as_left, known_for
from services.workflow.web.limits_shown import Reader, Shown
from services.workflow.web.masked import MaskedPerson, masked
from services.workflow.web.staff_routes import StaffDesk, done_notice, form_values, perform, stale_words, version_of
from shared.identity.principal import Principal
from shared.web.frame import count_shown
from shared.web.handed_over import lead_to
from shared.web.i18n import Bilingual
from shared.web.negotiation import PageRoute
from shared.web.problems import FieldFault, Problem
from shared.web.sent_form import read_form

_MOST_AT_ONCE = 50
_NOBODY = Bilingual("没有可打电话的回访，没有出清单。", "Nobody is to be followed up by phone: no list was issued.")
_FORMS = (Act.RECORD_FOLLOW_UP, Act.RECORD_CALL_ATTEMPT)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One entry of the queue."""

    number: str
    short: str
    name: str
    limit: Shown | None
    title: str
    here: bool
    urgency: Standing | None


@dataclass(frozen=True, slots=True)
class Call:
    """The case that is being followed up, and its two forms."""

    seen: reading.Seen
    who: MaskedPerson
    phone: str
    formal_number: str
    forms: Sequence[ActionForm]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a form that came back has to say."""

    act: Act | None = None
    values: Mapping[str, str] | None = None
    faults: Mapping[str, FieldFault] | None = None
    refusal: Bilingual | None = None
    revealed: bool = False


def office_routes(desk: StaffDesk) -> APIRouter:
    """Follow-ups and assignments."""
    router = APIRouter(include_in_schema=False)
    router.include_router(_sheet(desk))
    _add_follow_ups(router, desk)
    _add_assignments(router, desk)
    return router


def _sheet(desk: StaffDesk) -> APIRouter:
    """The list on paper, at the API's own address."""
    router = APIRouter(route_class=PageRoute)

    @router.post("/workflow/follow-up-sheet")
    async def sheet(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Have the follow-ups that wait issued as a document, and lead to it."""
        try:
            made = await hand_over(desk.office, person_of(who))
        except NobodyToAsk:
            return await _follow_ups(desk, request, who, "", reply=Reply(refusal=_NOBODY), status=409)
        return lead_to(made.answer["id"])

    return router


def _add_follow_ups(router: APIRouter, desk: StaffDesk) -> None:
    @router.get("/workflow/follow-ups")
    async def follow_ups(
        request: Request, case: str = "", done: str = "", who: Principal = Depends(desk.gate.admit)
    ) -> Response:
        """Who is to be called, and the call in hand: the one asked for, else the first."""
        return await _follow_ups(desk, request, who, case, done=done)

    @router.post("/workflow/follow-ups/{number}")
    async def record(request: Request, number: str, who: Principal = Depends(desk.gate.admit)) -> Response:
        """What was said, that nobody answered, or that the number is needed."""
        values = await form_values(request)
        command = _command(values)
        if not isinstance(command, Command):
            act, faults = command
            return await _follow_ups(desk, request, who, number, reply=Reply(act, values, faults), status=422)
        try:
            after = await perform(desk.office, number, command, person_of(who), version_of(values))
        except RefusedError as fault:
            why = Bilingual(fault.refusal.message_zh, fault.refusal.message_en)
            return await _follow_ups(
                desk, request, who, number, reply=Reply(command.act, values, None, why), status=409
            )
        except files.StaleError as fault:
            reply = Reply(command.act, values, None, stale_words(fault))
            return await _follow_ups(desk, request, who, number, reply=reply, status=412)
        if isinstance(command, commands.RevealIdentity):
            return await _follow_ups(desk, request, who, number, reply=Reply(revealed=True))
        if isinstance(command, commands.RecordFollowUp) and command.unit_at_fault:
            return RedirectResponse(f"/workflow/cases/{after.number}?done={command.act.value}#h-do", status_code=303)
        return RedirectResponse(f"/workflow/follow-ups?done={command.act.value}", status_code=303)


def _add_assignments(router: APIRouter, desk: StaffDesk) -> None:
    @router.post("/workflow/assignments")
    async def assign(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Give the chosen cases to a handler, each for itself: what can't be is left as it was."""
        form = await read_form(request)
        numbers = [str(number) for number in form.getlist("case")]
        command = read_command(Act.ASSIGN, {"to": str(form.get("to", ""))})
        if not numbers or not isinstance(command, Command):
            raise Problem(422, "nothing_chosen", "请选择案件和承办人", "Choose cases and a handler")
        if len(numbers) > _MOST_AT_ONCE:
            raise Problem(422, "too_many", f"一次最多 {_MOST_AT_ONCE} 件", f"At most {_MOST_AT_ONCE} cases at once")
        done = 0
        for number in numbers:
            try:
                await perform(desk.office, number, command, person_of(who), None)
                done += 1
            except (RefusedError, files.StaleError, Problem):
                continue
        return RedirectResponse(f"/workflow/cases?assigned={done}&of={len(numbers)}", status_code=303)


async def _follow_ups(
    desk: StaffDesk,
    request: Request,
    who: Principal,
    number: str,
    *,
    reply: Reply | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    person, reader = person_of(who), desk.reader(request)
    counts = await desk.counts(person)
    found = await reading.to_follow_up(desk.office, person)
    wanted = number or (found[0].row["number"] if found else "")
    call = await _call(desk, await reading.seen(desk.office, wanted, person), who, reply or Reply()) if wanted else None
    return await desk.render(
        request, who, "follow_ups", "follow_ups.html", status=status, call=call, notice=done_notice(done),
        queue=[_waiting(each, reader, wanted) for each in found],
        fault=reply.refusal if reply else None, counts=counts,
        waiting=count_shown(counts["follow_ups"]), is_cut=counts["follow_ups"] > len(found),
    )  # fmt: skip


async def _call(desk: StaffDesk, seen: reading.Seen, who: Principal, reply: Reply) -> Call:
    centre, open_acts = desk.office.centre, {offer.command: offer for offer in seen.offers.offers}
    drafts = await drafts_on(desk.office, seen.case.number, person_of(who))
    drafts.pop(reply.act.value if reply.act else "", None)  # what came back is newer
    forms = [
        as_left(
            action_form(
                act,
                known_for(act, seen, person_of(who), centre),
                offer=open_acts[act],
                values=reply.values if reply.act is act else None,
                faults=reply.faults if reply.act is act else None,
            ),
            drafts,
        )
        for act in _FORMS
        if act in open_acts
    ]
    person = seen.complaint.complainant
    return Call(
        seen=seen,
        who=masked(person),
        phone=(person.phone or "") if reply.revealed else "",
        formal_number=centre.formal_number(seen.case.number),
        forms=forms,
    )


def _waiting(listed: reading.Listed, reader: Reader, wanted: str) -> Waiting:
    row = worklist.row_of(listed, reader, for_a_unit=False)
    return Waiting(row.number, row.short, row.name, row.limit, row.title, row.number == wanted, row.urgency)


def _command(values: Mapping[str, str]) -> Command | tuple[Act, Mapping[str, FieldFault]]:
    """The command that the pressed button stands for, or its faults."""
    what = values.get("do", "")
    if what == Act.REVEAL_IDENTITY.value:
        return commands.RevealIdentity(purpose=Purpose.FOLLOW_UP, reason="回访")
    act = Act.RECORD_CALL_ATTEMPT if what == Act.RECORD_CALL_ATTEMPT.value else Act.RECORD_FOLLOW_UP
    told = read_command(act, values)
    return told if isinstance(told, Command) else (act, told)
