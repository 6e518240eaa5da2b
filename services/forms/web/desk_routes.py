"""Forms' pages for staff: the documents of a case, one document with its signatures, the documents of a day.

Law of this file: the API's own addresses, rows and handlers, answered to a browser with a page. A page shows what its
reader may have and nothing else, and offers what their role may do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy import func, select
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.forms.api.access import BINDER_READERS, ISSUERS, UNITS
from services.forms.api.answers import known_case, known_document, no_such_case, open_to, pictures
from services.forms.api.batch_routes import STANDING_DISPOSITIONS, issued_on
from services.forms.api.demand_routes import told
from services.forms.api.routes import answered, papers_of_case, reprints_of
from services.forms.api.signing_routes import LONGEST_SIGNER, scan_in
from services.forms.demand import NoSuchCase, make_form, story_of_case
from services.forms.domain.binder import BINDER
from services.forms.domain.definition import Form, FormId
from services.forms.domain.documents import ON_DEMAND
from services.forms.domain.filling import NotYet, Story
from services.forms.domain.masking import Reader
from services.forms.domain.sealing import How, Kind
from services.forms.domain.values import WrongValues
from services.forms.drawing import form_of, frozen_values, issue_of
from services.forms.print_room import PrintRoom
from services.forms.rendering import Printer
from services.forms.signing import Signed, record_signature, signatures_of
from services.forms.store.states import FAILED
from services.forms.store.tables import documents
from services.forms.templates import FORMS
from services.forms.web.desk_views import (
    DayPage,
    Notice,
    PaperPage,
    Picture,
    SignedForm,
    case_papers,
    fact,
    listed,
    origins,
)
from shared.clock import SHANGHAI
from shared.contracts.tracking import show_tracking_code
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.days import day_named, moment_named
from shared.web.desk_frame import desk_head
from shared.web.i18n import Bilingual
from shared.web.negotiation import PageRoute
from shared.web.pages import Pages
from shared.web.problems import FieldFault, Problem
from shared.web.security import WITH_PICTURES_WITHIN
from shared.web.sent_form import read_form

_MOST_OF_A_DAY = 500
_DONE = {
    "made": Notice("good", Bilingual("已出具。", "Issued.")),
    "signed": Notice("good", Bilingual("已登记。", "Recorded.")),
}
_NOT_YET = Notice(
    "over",
    Bilingual("案件还没有办到能填写这份文书的一步。", "The case has not come to where this form can be filled in."),
)


@dataclass(frozen=True, slots=True)
class FormsDesk:
    """What every page of forms for staff needs."""

    room: PrintRoom
    printer: Printer
    gate: Gate
    pages: Pages

    def render(
        self, request: Request, who: Principal, here: str, template: str, page: object, *, status: int = 200
    ) -> Response:
        """A page in the desk's frame, which may hold pictures."""
        head = desk_head(who, here, csrf=self.gate.csrf(request))
        headers = {"Content-Security-Policy": WITH_PICTURES_WITHIN}
        return self.pages.render(request, template, status=status, headers=headers, desk=head, page=page)


def desk_routes(desk: FormsDesk) -> APIRouter:
    """The pages; to be included before the API, whose addresses they share."""
    router = APIRouter(include_in_schema=False)
    beside_the_api = APIRouter(include_in_schema=False, route_class=PageRoute)
    _add_case(beside_the_api, desk)
    _add_paper(beside_the_api, desk)
    router.include_router(beside_the_api)
    _add_day(router, desk)
    return router


def _add_case(router: APIRouter, desk: FormsDesk) -> None:
    @router.get("/forms/documents")
    async def of_case(request: Request, case: str = "", who: Principal = Depends(desk.gate.admit)) -> Response:
        """What was made of a case, and what can be made of it now."""
        return await _case_page(desk, request, case, who)

    @router.post("/forms/documents")
    async def make(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Issue a form as the case stands; then the page of what was made."""
        form = await read_form(request)
        case, wanted = _chosen(form)
        reader = Reader(str(form["reader"])) if form.get("reader") in set(Reader) else None
        await known_case(desk.room, case, who)
        with told():
            try:
                made = await make_form(desk.room, case, wanted, reader, who=who.name, same=None)
            except NotYet:
                return await _case_page(desk, request, case, who, notice=_NOT_YET, status=409)
        return RedirectResponse(f"/forms/documents/{made.id}?done=made", status_code=303)


def _chosen(form: FormData) -> tuple[str, FormId]:
    if form.get("form") not in set(FormId):
        raise Problem(422, "validation", "请选择要出具的文书", "Choose the document to issue")
    return str(form.get("case", "")), FormId(str(form["form"]))


async def _case_page(
    desk: FormsDesk, request: Request, case: str, who: Principal, *, notice: Notice | None = None, status: int = 200
) -> Response:
    story = await story_for(desk.room, case, who)
    issues = who.role in ISSUERS
    page = case_papers(
        case,
        await papers_of_case(desk.room, case, who),
        may_bind=who.role in BINDER_READERS,
        offered=_offered(story) if issues else (),
        readers=list(Reader) if issues else (),
        notice=notice,
    )
    return desk.render(request, who, "cases", "case_papers.html", page, status=status)


async def story_for(room: PrintRoom, case: str, who: Principal) -> Story:
    """The case, for whoever may know of it. Raises Problem 404."""
    await known_case(room, case, who)
    try:
        async with room.store.reading() as connection:
            story = await story_of_case(connection, room, case)
    except NoSuchCase as fault:
        raise no_such_case() from fault
    if who.role in UNITS and story.unit != who.unit:
        raise no_such_case()
    return story


def _offered(story: Story) -> list[Form]:
    """The forms that can be filled in from the case as it stands."""
    found = []
    for form, fill in ON_DEMAND.items():
        try:
            fill(story)
        except NotYet:
            continue
        found.append(FORMS[form])
    return found


def _add_paper(router: APIRouter, desk: FormsDesk) -> None:
    @router.get("/forms/documents/{name}")
    async def paper(
        request: Request, name: str, copy: bool = False, done: str = "", who: Principal = Depends(desk.gate.admit)
    ) -> Response:
        """A document's page; with an ending in its name, the document itself."""
        if "." in name:
            return await answered(desk.room, desk.printer, name, who, copy=copy)
        return await _paper_page(desk, request, name, who, notice=_DONE.get(done))

    @router.post("/forms/documents/{identifier}/signatures")
    async def signed(request: Request, identifier: str, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Record a signature from the page."""
        return await _put_down(desk, request, identifier, Kind.SIGNATURE, who)

    @router.post("/forms/documents/{identifier}/seals")
    async def sealed(request: Request, identifier: str, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Record a seal from the page."""
        return await _put_down(desk, request, identifier, Kind.SEAL, who)


async def _put_down(desk: FormsDesk, request: Request, identifier: str, kind: Kind, who: Principal) -> Response:
    row = await known_document(desk.room, identifier, who)
    form = await read_form(request)
    given = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    moment, faults = _read(given)
    if faults or moment is None:
        back = SignedForm(given.get("signed_at", ""), given.get("signer", ""), given.get("how", ""), faults)
        return await _paper_page(desk, request, identifier, who, signing=back, status=422)
    upload = form.get("scan")
    scan = await scan_in(upload)
    signed = Signed(kind, given["signer"], moment, How(given["how"]), scan)
    await record_signature(desk.room, row.id, signed, who=who.name)
    return RedirectResponse(f"/forms/documents/{row.id}?done=signed", status_code=303)


def _read(given: Mapping[str, str]) -> tuple[datetime | None, dict[str, FieldFault]]:
    """The moment that was typed, and what is wrong with the form by field."""
    faults = {}
    if not 0 < len(given.get("signer", "")) <= LONGEST_SIGNER:
        faults["signer"] = FieldFault(
            "signer", "wrong", "请写明签字人，或盖章的单位", "Say who signed, or whose seal it is"
        )
    if given.get("how") not in set(How):
        faults["how"] = FieldFault("how", "wrong", "请选择方式", "Choose how")
    moment = moment_named(given.get("signed_at", ""))
    if moment is None:
        faults["signed_at"] = FieldFault("signed_at", "wrong", "请写明日期和时间", "Say the date and the time")
    return moment, faults


async def _paper_page(
    desk: FormsDesk,
    request: Request,
    identifier: str,
    who: Principal,
    *,
    signing: SignedForm | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    room, row = desk.room, await known_document(desk.room, identifier, who)
    may_sign = who.role in (*ISSUERS, *UNITS) and row.form != BINDER
    now = room.clock().astimezone(SHANGHAI)
    page = PaperPage(
        paper=listed(row),
        code=show_tracking_code(row.verify_code),
        digest=row.sha256 or "",
        signed_digest=row.signed_sha256 or "",
        template_version=row.template_version,
        issued_by=row.issued_by,
        missing_glyphs="".join(row.missing_glyphs or ()),
        facts=[fact(str(row.id), each) for each in await signatures_of(room, row.id)],
        reprints=[(each["printed_at"], each["printed_by"]) for each in await reprints_of(room, row.id)],
        pictures=await _pictures(room, row),
        signing=(signing or SignedForm(f"{now:%Y-%m-%dT%H:%M}")) if may_sign else None,
        notice=notice,
    )
    here = "cases" if row.case_number else "papers"
    return desk.render(request, who, here, "paper.html", page, status=status)


async def _pictures(room: PrintRoom, row: Any) -> list[Picture]:
    """The document's pages to look at, one copy; none of a binder, which is too long for a page, nor of what can't be drawn."""
    if row.form == BINDER or row.state == FAILED:
        return []
    form, issue = await form_of(room, row), await issue_of(room, row)
    try:
        drawn = await pictures(room, form, frozen_values(room, row), issue)
    except WrongValues:  # issued by a version of the form that was never kept here; the file itself is as it was
        return []
    return [Picture(url) for url in drawn]


def _add_day(router: APIRouter, desk: FormsDesk) -> None:
    @router.get("/forms/day")
    async def of_day(request: Request, day: str = "", who: Principal = Depends(desk.gate.admit)) -> Response:
        """What was issued on a day, today unless another is asked for; an operator sees what they asked for themselves."""
        wanted = day_named(day) or desk.room.clock().astimezone(SHANGHAI).date()
        page = await _day_page(desk.room, wanted, who)
        return desk.render(request, who, "papers", "papers_of_day.html", page)


async def _day_page(room: PrintRoom, day: date, who: Principal) -> DayPage:
    batches = who.role in BINDER_READERS
    sight = (open_to(who),) if batches else (documents.c.asked_by == who.name,)
    query = select(documents).where(*issued_on(day), *sight)
    count = select(func.count()).select_from(documents).where(*issued_on(day), *sight, *STANDING_DISPOSITIONS)
    newest = query.order_by(documents.c.issued_at.desc(), documents.c.id.desc()).limit(_MOST_OF_A_DAY)
    async with room.store.reading() as connection:
        rows = (await connection.execute(newest)).all()
        dispositions = int((await connection.execute(count)).scalar() or 0) if batches else 0
    one = timedelta(days=1)
    papers = [listed(row) for row in rows]
    return DayPage(day, day - one, day + one, papers, dispositions, origins(who.role))
