"""``/forms/lists/{form}``: a box record, a call list or a monthly report, filled in on a page, looked at, and issued.

Law of this file: rows come as they are pasted, and are printed as they come; the same handler as the API's. Nothing is
kept before it is issued.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.forms.api.demand_routes import told
from services.forms.demand import make_list
from services.forms.domain.definition import FieldKind, Form, FormId
from services.forms.domain.lists import LISTS, headings_of, read_rows
from services.forms.domain.values import FormValues, Issue, WrongValues
from services.forms.domain.wording import shown_date, shown_moment
from services.forms.previews import pictures
from services.forms.templates import FORMS
from services.forms.web.desk_routes import FormsDesk
from services.forms.web.desk_views import DraftPage, ListField, ListPage, Picture
from services.forms.web.draft_routes import draft_answer
from shared.identity.principal import Principal
from shared.web.negotiation import PageRoute
from shared.web.problems import FieldFault, Problem
from shared.web.sent_form import read_form

_LONGEST = 100_000
"""Characters of one field: two thousand rows of fifty."""


def list_routes(desk: FormsDesk) -> APIRouter:
    """The page, its preview, and issuing; to be included before the API, whose address they share."""
    router = APIRouter(include_in_schema=False)
    pages = APIRouter(include_in_schema=False, route_class=PageRoute)

    @router.get("/forms/lists/{form}")
    async def fill_in(request: Request, form: str, who: Principal = Depends(desk.gate.admit)) -> Response:
        """The empty list, with what is known of today."""
        chosen = _list(form)
        return _page(desk, request, who, chosen, _at_first(desk, chosen, who))

    @router.post("/forms/lists/{form}/draft")
    async def draft(request: Request, form: str, who: Principal = Depends(desk.gate.admit)) -> Response:
        """The list as it would be."""
        chosen, given = _list(form), await _given(request)
        values, faults = _read(chosen, given)
        issue = Issue(issued_at=desk.room.clock(), issued_by=desk.room.centre.office)
        drawn = [] if faults else await pictures(desk.room, chosen, values, issue)
        page = DraftPage(chosen.title, "", [Picture(url) for url in drawn], wanting=bool(faults))
        return draft_answer(desk, request, who, "papers", page)

    @pages.post("/forms/lists/{form}")
    async def issued(request: Request, form: str, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Issue it; with a row too long, the page comes back as it was filled in."""
        chosen, given = _list(form), await _given(request)
        values, faults = _read(chosen, given)
        if faults:
            return _page(desk, request, who, chosen, given, faults)
        with told():
            made = await make_list(desk.room, values, who=who.name, same=None)
        return RedirectResponse(f"/forms/documents/{made.id}?done=made", status_code=303)

    router.include_router(pages)
    return router


def _list(name: str) -> Form:
    if name not in LISTS:
        raise Problem(404, "not_found", "没有这种清单", "There is no such list")
    return FORMS[FormId(name)]


async def _given(request: Request) -> dict[str, str]:
    form = await read_form(request)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _at_first(desk: FormsDesk, form: Form, who: Principal) -> dict[str, str]:
    now = desk.room.clock()
    known = {"day": shown_date(now), "opened_at": shown_moment(now), "caller": who.name, "opened_by": who.name}
    return {field.name: known[field.name] for field in form.fields if field.name in known}


def _read(form: Form, given: Mapping[str, str]) -> tuple[FormValues, dict[str, FieldFault]]:
    texts: dict[str, str] = {}
    tables: dict[str, list[tuple[str, ...]]] = {}
    faults: dict[str, FieldFault] = {}
    headings = headings_of(form)
    for field in form.fields:
        words = given.get(field.name, "").strip("\r\n")
        if len(words) > _LONGEST:
            faults[field.name] = FieldFault(
                field.name, "too_long", "内容太长，请分成几份", "Too long: make several lists of it"
            )
        elif field.kind is not FieldKind.ROWS:
            texts |= {field.name: words.strip()} if words.strip() else {}
        else:
            try:
                tables[field.name] = read_rows(words, len(headings[field.name]))
            except WrongValues as fault:
                faults[field.name] = FieldFault(
                    field.name, "wrong", f"有一行的栏数太多（{fault}）", f"Too many cells: {fault}"
                )
    return FormValues(form=form.id, texts=texts, tables=tables), faults


def _page(
    desk: FormsDesk,
    request: Request,
    who: Principal,
    form: Form,
    given: Mapping[str, str],
    faults: Mapping[str, FieldFault] | None = None,
) -> Response:
    headings = headings_of(form)
    fields = [
        ListField(
            field.name,
            field.title,
            given.get(field.name, ""),
            is_long=field.kind is FieldKind.TEXT,
            headings=headings.get(field.name, ()),
        )
        for field in form.fields
    ]
    page = ListPage(form.id.value, form.title, fields, faults or {})
    return desk.render(request, who, "papers", "list.html", page, status=422 if faults else 200)
