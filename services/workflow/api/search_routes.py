"""``POST /workflow/search``: asked in the body, because a name in an address ends up in logs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.requests import Request

from services.workflow.api.people import person_of
from services.workflow.domain.roles import Person
from services.workflow.office import Office
from services.workflow.searching import Wanted, search
from shared.contracts.values import CaseNumber
from shared.identity.principal import Principal
from shared.web.access import Gate, not_allowed
from shared.web.sent_json import json_body, takes

_SEALED = {"sealed_case", "sealed_complaint"}
Words = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Asked(BaseModel):
    """What is looked for; at least one of them, and all that are given must hold."""

    model_config = ConfigDict(extra="forbid")

    text: Words | None = None
    name: Words | None = None
    phone: Words | None = None
    number: CaseNumber | None = None
    unit: Words | None = None


def search_routes(office: Office, gate: Gate) -> APIRouter:
    """The one endpoint."""
    router = APIRouter(tags=["workflow"])

    @router.post("/workflow/search", openapi_extra=takes(Asked))
    async def find(request: Request, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """The newest cases that fit, among those the asker may know of; ``more``: there may be older ones."""
        asked = await json_body(request, Asked)
        wanted, person = Wanted(**asked.model_dump()), person_of(who)
        not_by_a_unit(wanted, person)
        found = await search(office, wanted, person)
        items = [{name: value for name, value in row.items() if name not in _SEALED} for row in found.rows]
        return {"items": items, "more": found.is_cut}

    return router


def not_by_a_unit(wanted: Wanted, person: Person) -> None:
    """Raises Problem 403 where a unit's person looks for somebody who complained (art. 17)."""
    if wanted.asks_who and person.is_of_a_unit:
        raise not_allowed("被投诉单位不能按投诉人查询（第十七条）", "A unit may not search for complainants (art. 17)")
