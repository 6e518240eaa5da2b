"""Workflow's pages for staff: the worklist, a case, and acting on it by plain forms.

Law of this file: the same handlers as the API; an action is done or the same page comes back with the reason and with
what was typed (409 a rule says no, 412 somebody else acted, 422 something is missing). Success answers 303, except a
look at an identity, which is shown once and never has an address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.workflow import directory, problems, reading
from services.workflow.api.case_filter import case_filter
from services.workflow.api.people import person_of
from services.workflow.domain.acts import ACTS, Act
from services.workflow.domain.case import Case
from services.workflow.domain.commands import Command
from services.workflow.domain.refusal import RefusalCode
from services.workflow.domain.roles import Person, may
from services.workflow.domain.sight import may_see
from services.workflow.drafting import drafts_on, drop_drafts, unsent_by
from services.workflow.handlers import NoSuchCaseError, RefusedError, carry_out
from services.workflow.office import Office
from services.workflow.store import files
from services.workflow.store.statistics import Filter
from services.workflow.web import worklist
from services.workflow.web.action_forms import MACHINES_ONLY, action_form, read_command
from services.workflow.web.case_page import Answered, CasePage, case_page, known_for
from services.workflow.web.draft_forms import forms_of, unsent_line
from services.workflow.web.limits_shown import Reader
from services.workflow.web.worklist import Notice
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.desk_frame import desk_head
from shared.web.i18n import Bilingual, language_of
from shared.web.negotiation import PageRoute
from shared.web.numbers import whole_number
from shared.web.pages import Pages
from shared.web.problems import FieldFault, Problem
from shared.web.security import WITH_PICTURES_WITHIN
from shared.web.sent_form import read_form

_STALE = Bilingual(
    "您打开之后已有他人办理此件。您填的内容还在下面；请先看最新情况，再决定是否提交。",
    "Somebody acted on this case since you opened it. What you typed is kept below: look again, then decide.",
)


@dataclass(frozen=True, slots=True)
class StaffDesk:
    """What every page for staff needs: the office, the gate, the pages."""

    office: Office
    gate: Gate
    pages: Pages

    def reader(self, request: Request) -> Reader:
        """Who reads this answer, and when."""
        office = self.office
        return Reader(language_of(request), office.clock(), office.calendar, office.hours)

    def day(self) -> reading.Day:
        """Now, and today's close of business."""
        now, hours = self.office.clock(), self.office.hours
        return reading.Day(now, hours.close(hours.date_of(now)))

    async def counts(self, person: Person) -> dict[str, int]:
        """What waits, by view and by desk; ``cases`` is the navigation's name for all that is open."""
        counts = await reading.view_counts(self.office, person, self.day())
        return counts | {"cases": counts["all"]}

    async def render(
        self, request: Request, who: Principal, here: str, template: str, *, status: int = 200, **context: Any
    ) -> Response:
        """A page in the desk's frame."""
        counts = context.pop("counts", None) or await self.counts(person_of(who))
        assert isinstance(counts, dict)
        desk = desk_head(who, here, csrf=self.gate.csrf(request), waiting=counts)
        return self.pages.render(request, template, status=status, desk=desk, **context)


def staff_routes(desk: StaffDesk) -> APIRouter:
    """The worklist, the case page and its forms; to be included before the API, whose addresses they share."""
    router = APIRouter(include_in_schema=False, route_class=PageRoute)
    _add_worklist(router, desk)
    _add_case(router, desk)
    return router


def _add_worklist(router: APIRouter, desk: StaffDesk) -> None:
    @router.get("/workflow/cases")
    async def cases_page(
        request: Request, which: Filter | None = Depends(case_filter), who: Principal = Depends(desk.gate.admit)
    ) -> Response:
        """Open cases by their limits, or those behind a number; only those that this person may know of."""
        person, asked = person_of(who), worklist.asked_for(request.query_params)
        counts = await desk.counts(person)
        figure = which if worklist.asks_for_a_figure(request.query_params) else None
        urgent: Sequence[reading.Listed] = ()
        if figure is not None:
            found = await reading.behind_a_figure(desk.office, person, figure, asked.page)
        else:
            found = await reading.worklist(desk.office, person, asked.wanted, desk.day(), asked.page)
            urgent = [] if asked.page else await reading.urgent_in(desk.office, person, asked.wanted, desk.day())
        assignees = await _assignees(desk.office, person)
        page = worklist.worklist_page(
            found,
            asked,
            counts,
            desk.reader(request),
            views=list(reading.views(person, desk.day())),
            units=[unit.name for unit in desk.office.centre.units],
            for_a_unit=person.is_of_a_unit,
            assignees=assignees,
            done=done_notice(request.query_params.get("done", "")) or _assigned(request.query_params),
            urgent=urgent,
            figure=worklist.behind(figure) if figure is not None else None,
        )
        unsent = [] if figure is not None else [unsent_line(each) for each in await unsent_by(desk.office, person)]
        return await desk.render(request, who, "cases", "worklist.html", counts=counts, page=page, unsent=unsent)


def _add_case(router: APIRouter, desk: StaffDesk) -> None:
    @router.get("/workflow/cases/{number}")
    async def case(
        request: Request,
        number: str,
        round: int | None = None,  # noqa: A002 - the name in the address
        done: str = "",
        who: Principal = Depends(desk.gate.admit),
    ) -> Response:
        """One case: what it is, who holds it, what I may do."""
        return await show_case(desk, request, who, number, round_=round, notice=done_notice(done))

    @router.post("/workflow/cases/{number}/actions/{name}")
    async def do(request: Request, number: str, name: str, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Do it, or say why not on the same page."""
        wanted = act_named(name)
        values = await form_values(request)
        told = read_command(wanted, values)
        if not isinstance(told, Command):
            return await _again(desk, request, who, number, wanted, values, 422, faults=told)
        try:
            after = await perform(desk.office, number, told, person_of(who), version_of(values))
        except RefusedError as fault:
            if fault.refusal.code is RefusalCode.NOT_YOURS:
                raise problems.no_such_case() from fault
            status = 403 if fault.refusal.code is RefusalCode.NOT_YOUR_ROLE else 409
            words = Bilingual(fault.refusal.message_zh, fault.refusal.message_en)
            return await _again(desk, request, who, number, wanted, values, status, why=words)
        except files.StaleError as fault:
            return await _again(desk, request, who, number, wanted, values, 412, stale=stale_words(fault))
        return await _done(desk, request, who, wanted, after)


async def perform(office: Office, number: str, command: Command, who: Person, version: int | None) -> Case:
    """Carry out what a form says, and forget its draft. Raises Problem 404, RefusedError, or StaleError where somebody acted since."""
    try:
        async with office.store.transaction(office.clock()) as unit:
            after = await carry_out(office, unit, number, command, who, version)
            await drop_drafts(unit, number, forms_of(command.act), who)
            return after
    except NoSuchCaseError as fault:
        raise problems.no_such_case() from fault


async def show_case(
    desk: StaffDesk,
    request: Request,
    who: Principal,
    number: str,
    *,
    status: int = 200,
    round_: int | None = None,
    notice: Notice | None = None,
    answered: Answered | None = None,
    revealed: bool = False,
) -> Response:
    """The case page, with whatever a form has to say. Raises Problem 404."""
    person = person_of(who)
    seen = await reading.seen(desk.office, number, person)
    entries = await reading.events_of(desk.office, seen, person)
    more = await reading.supplements_of(desk.office, seen, person)
    drafts = await drafts_on(desk.office, number, person)
    page: CasePage = case_page(
        seen, entries, person, desk.office.centre, desk.reader(request), supplements=more, round_=round_, notice=notice,
        answered=answered, identity=seen.complaint.complainant if revealed else None, drafts=drafts,
    )  # fmt: skip
    headers = {"Content-Security-Policy": WITH_PICTURES_WITHIN}  # previews of documents, beside their fields
    return await desk.render(request, who, "cases", "case.html", status=status, headers=headers, page=page)


async def form_values(request: Request) -> dict[str, str]:
    """What a form holds; files are no part of these."""
    form = await read_form(request)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def version_of(values: Mapping[str, str]) -> int | None:
    """The version of the case that the form was made from: the page's If-Match."""
    return whole_number(values.get("version", ""))


def act_named(name: str) -> Act:
    """The command of an address. Raises Problem 404."""
    if name not in set(Act) or Act(name) in MACHINES_ONLY:
        raise Problem(404, "unknown_command", "没有这项办理", "There is no such command")
    return Act(name)


def stale_words(fault: files.StaleError) -> Bilingual:
    """That somebody else was quicker, and what they did."""
    done = problems.done_meanwhile(fault.deeds)
    return Bilingual(f"{_STALE.zh}{done.zh}", f"{_STALE.en} {done.en}".rstrip())


def done_notice(done: str) -> Notice | None:
    """What was just done, by the command's name in the address."""
    if done not in set(Act):
        return None
    row = ACTS[Act(done)]
    return Notice("good", Bilingual(f"已办：{row.chinese}", f"Done: {row.english}"))


async def _again(
    desk: StaffDesk,
    request: Request,
    who: Principal,
    number: str,
    wanted: Act,
    values: Mapping[str, str],
    status: int,
    *,
    faults: Mapping[str, FieldFault] | None = None,
    why: Bilingual | None = None,
    stale: Bilingual | None = None,
) -> Response:
    """The same page with what was typed, and why it was not done."""
    person = person_of(who)
    seen = await reading.seen(desk.office, number, person)
    offer = next((each for each in seen.offers.offers if each.command is wanted), None)
    said = why or stale
    notice = Notice("over", said) if said else None
    refusal = why.in_language(language_of(request)) if why else ""
    known = known_for(wanted, seen, person, desk.office.centre)
    form = action_form(wanted, known, offer=offer, values=values, faults=faults, refusal=refusal)
    answered = Answered(wanted, form, notice)
    return await show_case(desk, request, who, number, status=status, answered=answered)


async def _done(desk: StaffDesk, request: Request, who: Principal, wanted: Act, after: Case) -> Response:
    if wanted is Act.REVEAL_IDENTITY:
        return await show_case(desk, request, who, after.number, revealed=True)
    still_theirs = may_see(after, person_of(who))
    place = f"/workflow/cases/{after.number}" if still_theirs else "/workflow/cases"
    return RedirectResponse(f"{place}?done={wanted.value}", status_code=303)


async def _assignees(office: Office, person: Person) -> list[tuple[str, str]]:
    """The handlers that cases can be given to, for whoever may give them."""
    if not may(person.role, Act.ASSIGN):
        return []
    async with office.store.reading() as connection:
        facts = await directory.facts_about(connection, office.clock(), ())
    return [(each.id, each.name) for each in facts.office_handlers.values()]


def _assigned(asked: QueryParams) -> Notice | None:
    done, of = whole_number(asked.get("assigned", "")), whole_number(asked.get("of", ""))
    if done is None or of is None:
        return None
    kind = "good" if done == of else "soon"
    zh, en = f"已交承办人 {done} 件，共选 {of} 件", f"{done} of {of} cases assigned"
    rest = ("；其余现在不能转交", "; the others can't be assigned now") if done != of else ("", "")
    return Notice(kind, Bilingual(zh + rest[0], en + rest[1]))
