"""Drafts of the forms of a case: saved while somebody types, thrown away when they are done with them.

Law of this file: ``PUT`` is a script's and holds the form's fields as a JSON object, ``POST`` is the button in the form; a
case that isn't the person's to see is 404, and so is a form that keeps no draft.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.workflow import reading
from services.workflow.api.people import person_of
from services.workflow.drafting import drop_drafts, save_draft
from services.workflow.web.draft_forms import APPROVAL, fields_of, kept
from services.workflow.web.staff_routes import StaffDesk
from shared.identity.principal import Principal
from shared.web.drafts import draft_in
from shared.web.problems import Problem
from shared.web.sent_form import read_form

_BACK = {"follow_ups": "/workflow/follow-ups?case={number}", APPROVAL: "/workflow/approvals"}


def draft_routes(desk: StaffDesk) -> APIRouter:
    """PUT and POST of one path."""
    router = APIRouter(include_in_schema=False)
    office, gate = desk.office, desk.gate

    @router.put("/workflow/cases/{number}/drafts/{name}", status_code=204)
    async def save(request: Request, number: str, name: str, who: Principal = Depends(gate.admit)) -> Response:
        """Keep what is typed; sent every few seconds while somebody types."""
        names = _fields(name)
        person = person_of(who)
        await reading.known(office, number, person)
        await save_draft(office, number, name, person, kept(await draft_in(request), names))
        return Response(status_code=204)

    @router.post("/workflow/cases/{number}/drafts/{name}")
    async def throw_away(request: Request, number: str, name: str, who: Principal = Depends(gate.admit)) -> Response:
        """The author is done with it; back to the page that it stood on, empty."""
        _fields(name)
        person = person_of(who)
        await reading.known(office, number, person)
        async with office.store.transaction(office.clock()) as unit:
            await drop_drafts(unit, number, [name], person)
        then = str((await read_form(request)).get("then", ""))
        back = _BACK.get(then, "/workflow/cases/{number}")
        return RedirectResponse(back.format(number=number), status_code=303)

    return router


def _fields(name: str) -> frozenset[str]:
    names = fields_of(name)
    if names is None:
        raise Problem(404, "no_draft", "这项办理没有草稿", "This action keeps no draft")
    return names
