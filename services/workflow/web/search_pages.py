"""The page that searches the words of complaints: asked in the body of a form, because a name in an address ends up in logs.

Law of this file: the same search as the API's, for the same people; a unit is not offered what would tell who complained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.workflow import reading
from services.workflow.api.people import person_of
from services.workflow.api.search_routes import Asked, not_by_a_unit
from services.workflow.searching import Wanted, search
from services.workflow.web import worklist
from services.workflow.web.staff_routes import StaffDesk, form_values
from shared.identity.principal import Principal
from shared.web.negotiation import PageRoute
from shared.web.validation import field_faults

_FIELDS = ("text", "name", "phone", "number", "unit")
_ABOUT_WHO = frozenset({"name", "phone"})


def search_pages(desk: StaffDesk) -> APIRouter:
    """The form and what it finds; to be included before the API, which answers programs at the same address."""
    router = APIRouter(include_in_schema=False)

    @router.get("/workflow/search")
    async def ask(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """An empty form."""
        return await _page(desk, request, who, {})

    async def find(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """The newest cases that fit, among those the asker may know of."""
        values = {name: value for name, value in (await form_values(request)).items() if name in _FIELDS and value}
        try:
            wanted = Wanted(**Asked.model_validate(values).model_dump())
        except ValidationError as fault:
            faults = {each.name: each for each in field_faults(fault.errors())}
            return await _page(desk, request, who, values, faults=faults, status=422)
        not_by_a_unit(wanted, person_of(who))
        person, reader = person_of(who), desk.reader(request)
        found = await search(desk.office, wanted, person)
        opened = [reading.opened(desk.office, row, person) for row in found.rows]
        rows = [worklist.row_of(each, reader, for_a_unit=person.is_of_a_unit) for each in opened]
        return await _page(desk, request, who, values, rows=rows if values else None, is_cut=found.is_cut)

    router.add_api_route("/workflow/search", find, methods=["POST"], route_class_override=PageRoute)
    return router


async def _page(
    desk: StaffDesk,
    request: Request,
    who: Principal,
    values: Mapping[str, str],
    *,
    rows: Sequence[worklist.Row] | None = None,
    is_cut: bool = False,
    faults: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    of_a_unit = person_of(who).is_of_a_unit
    return await desk.render(
        request, who, "cases", "search.html", status=status, values=values, rows=rows, faults=faults or {}, is_cut=is_cut,
        units=[] if of_a_unit else [unit.name for unit in desk.office.centre.units],
        fields=[name for name in _FIELDS if name != "unit" and not (of_a_unit and name in _ABOUT_WHO)],
    )  # fmt: skip
