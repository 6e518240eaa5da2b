"""``/workflow/rules``: the tables by which cases are handled, for people and for programs.

Law of this file: what is shown is made from the rows that run (``domain.printed``), so that it can't differ from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.workflow.domain.articles import ARTICLES, article_of
from services.workflow.domain.printed import Named, Table, Tongue, flow, mermaid, tables
from services.workflow.domain.states import STATES, State
from services.workflow.web.staff_routes import StaffDesk
from shared.identity.principal import Principal
from shared.web.i18n import Language, language_of
from shared.web.negotiation import PageRoute

_TONGUES = {Language.ZH: Tongue.CHINESE, Language.EN: Tongue.ENGLISH}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in one language. ``name`` says what a row is called in it."""

    tables: Sequence[Table]
    flow: Mapping[tuple[State, State], Mapping[tuple[str, str], None]]
    name: Callable[[Named], str]


def rules_in(on: date, language: Language) -> Rules:
    """Every table as it holds on a day, and the flow."""
    tongue = _TONGUES[language]
    return Rules(tables(on, tongue), flow(tongue=tongue), tongue.call)


def rules_routes(desk: StaffDesk) -> APIRouter:
    """The page and the JSON of one address."""
    router = APIRouter(tags=["workflow"])

    async def page(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """The flow and every table."""
        return await desk.render(
            request, who, "rules", "rules.html", rules_in=partial(rules_in, _today(desk)), states=STATES,
            article_of=article_of, anchor=anchor,
        )  # fmt: skip

    router.add_api_route("/workflow/rules", page, include_in_schema=False, route_class_override=PageRoute)

    @router.get("/workflow/rules", dependencies=[Depends(desk.gate.admit)])
    async def rules(request: Request) -> dict[str, Any]:
        """The same as data, in the language of Accept-Language; ``diagram`` is Mermaid's."""
        said = rules_in(_today(desk), language_of(request))
        return {"tables": [asdict(table) for table in said.tables], "diagram": mermaid()}

    return router


def anchor(number: str) -> str:
    """Where the page says what an article is about: its row, else the table of the articles."""
    row = article_of(number)
    return f"art-{row.number.replace('.', '-').replace(' ', '-')}" if row in ARTICLES else "articles"


def _today(desk: StaffDesk) -> date:
    return desk.office.hours.date_of(desk.office.clock())
