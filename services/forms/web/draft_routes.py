"""``POST /forms/cases/{number}/drafts/{command}``: the form that would come of what somebody is just filling in.

Law of this file: the fields are those of workflow's form for the command, sent here instead of there; nothing is kept and
nothing is done. A browser gets a page of its own, a script of our page the pictures alone, to stand beside the fields.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.forms.api.access import UNITS
from services.forms.api.answers import pictures
from services.forms.domain.drafts import DRAFTS, DraftRow, Typed, drafted
from services.forms.domain.filling import NotYet, Story
from services.forms.domain.masking import Reader
from services.forms.domain.values import Issue
from services.forms.domain.wording import official_number
from services.forms.templates import FORMS
from services.forms.web.desk_routes import FormsDesk, story_for
from services.forms.web.desk_views import DraftPage, Picture
from shared.identity.principal import Principal
from shared.web.problem_answers import wants_html
from shared.web.problems import Problem
from shared.web.sent_form import read_form


def draft_routes(desk: FormsDesk) -> APIRouter:
    """One route."""
    router = APIRouter(include_in_schema=False)

    @router.post("/forms/cases/{number}/drafts/{command}")
    async def draft(request: Request, number: str, command: str, who: Principal = Depends(desk.gate.admit)) -> Response:
        """The pages of the form, marked as a preview; 404 for a command that makes none."""
        story = await story_for(desk.room, number, who)
        row = DRAFTS.get(command)
        if row is None:
            raise Problem(404, "no_draft", "这项办理不出文书", "This command makes no document")
        form = await read_form(request)
        told = {name: value for name, value in form.items() if isinstance(value, str)}
        drawn = await _pictures(desk, row, story, Typed(told, desk.room.clock(), who.name), who)
        page = DraftPage(FORMS[row.form].title, official_number(number), drawn, wanting=not drawn)
        return draft_answer(desk, request, who, "cases", page)

    return router


def draft_answer(desk: FormsDesk, request: Request, who: Principal, here: str, page: DraftPage) -> Response:
    """A page of its own for a browser, the pictures alone for a script of our page."""
    template = "draft.html" if wants_html(request.headers.get("accept", "")) else "draft_pages.html"
    return desk.render(request, who, here, template, page)


async def _pictures(desk: FormsDesk, row: DraftRow, story: Story, typed: Typed, who: Principal) -> list[Picture]:
    """The pages as this person may see them; none where something must be chosen first."""
    form = FORMS[row.form]
    try:
        shown = drafted(row, form, story, typed, Reader.UNIT if who.role in UNITS else None)
    except NotYet:
        return []
    issue = Issue(issued_at=typed.now, issued_by=desk.room.centre.office, number=story.number)
    return [Picture(url) for url in await pictures(desk.room, form, shown, issue)]
