"""The counter: what the public pages share, and the form's page as it is given out, empty, as a draft, or come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from services.intake.form_desk import draft_of
from services.intake.ports import Door
from services.intake.web.form_drafts import Draft, draft_from_bytes
from services.intake.web.kept_files import KeptFiles
from services.intake.web.proof_of_work import Proofs
from services.intake.web.uploads import FILES
from services.intake.web.views import FormNotice, FormPage, FormValues, UnitChoice, WindowChoice
from shared.clock import SHANGHAI
from shared.contracts.complaint import Evidence
from shared.web.csrf import FormTokens, new_visitor, remember_visitor, visitor_of
from shared.web.pages import Pages
from shared.web.problems import FieldFault
from shared.web.rate_limits import RateLimit, retry_after

FORM = "/intake/web-forms"
DRAFT = FORM + "/draft"


@dataclass(frozen=True, slots=True)
class Counter:
    """What the public pages need: the door, the pages, the keys of their forms, and what keeps floods out."""

    door: Door
    pages: Pages
    tokens: FormTokens
    kept: KeptFiles
    proofs: Proofs
    limit: RateLimit
    public_url: str


@dataclass(frozen=True, slots=True)
class Back:
    """Why the form comes back, with what status, and what of it is kept."""

    status: int = 200
    errors: Sequence[FieldFault] = ()
    kept: Sequence[Evidence] = ()
    notice: FormNotice | None = None
    key: str = ""
    wait: float = 0.0
    restored: bool = False


async def fresh_form(counter: Counter, request: Request) -> Response:
    """The form for a visitor who comes to it: with their draft, if they have one."""
    visitor = visitor_of(request)
    draft = draft_from_bytes(await draft_of(counter.door, visitor)) if visitor else None
    if visitor is None or draft is None:
        return form_page(counter, request, FormValues(), Back())
    kept = [found for token in draft.kept if (found := counter.kept.find(token, visitor))]
    return form_page(counter, request, draft.values, Back(kept=kept, key=draft.key, restored=draft.says_something))


def form_page(
    counter: Counter, request: Request, values: FormValues, back: Back, *, visitor: str | None = None
) -> Response:
    """The form with these values; a visitor without a cookie is given one."""
    visitor = visitor or visitor_of(request) or new_visitor()
    now = counter.door.clock()
    page = FormPage(
        units=unit_choices(counter.door),
        files=FILES,
        csrf=counter.tokens.issue(bound_to=visitor, purpose=FORM, now=now),
        idempotency_key=back.key or str(uuid4()),
        today=now.astimezone(SHANGHAI).date(),
        values=values,
        errors=back.errors,
        kept=[counter.kept.keep(item, visitor) for item in back.kept],
        challenge=counter.proofs.challenge(visitor=visitor, purpose=FORM, now=now),
        notice=back.notice,
        draft_url=DRAFT,
        restored=back.restored,
        action=FORM,
    )
    headers = retry_after(back.wait) if back.wait else None
    response = counter.pages.render(request, "form.html", status=back.status, headers=headers, page=page)
    remember_visitor(request, response, visitor)
    return response


def unit_choices(door: Door) -> list[UnitChoice]:
    """The directory as the pickers show it."""
    return [
        UnitChoice(unit.name, unit.name, [WindowChoice(window.split()[0], window) for window in unit.windows])
        for unit in door.centre.units
    ]


def draft_in(values: FormValues, key: str, kept: Sequence[str]) -> Draft:
    """What a posted form is as a draft."""
    return Draft(values, key, tuple(kept[: FILES.count]))
