"""Who did what, over all cases: looks at identities first, since each must have had its reason (art. 17), then every act.

Law of this file: reads the timeline and nothing else; of cases that the reader may know of, in the words that they may read.
What happened on one case stands on its page; this is for whoever oversees people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.workflow import reading
from services.workflow.api.people import person_of
from services.workflow.domain.events import IdentityRevealed
from services.workflow.domain.roles import ROLES
from services.workflow.web.case_page import Happening, happening
from services.workflow.web.limits_shown import Reader
from services.workflow.web.staff_routes import StaffDesk
from shared.contracts.values import Role
from shared.identity.principal import Principal
from shared.web.days import day_named
from shared.web.i18n import Bilingual
from shared.web.numbers import whole_number
from shared.working_time import BusinessHours

PATH = "/workflow/audit"
LOOKS, ALL = "looks", "all"
_LOOK: str = IdentityRevealed.model_fields["kind"].default
_USUAL = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: looks or everything, whose, on which days (at the centre, both included)."""

    view: str
    name: str
    first: date
    last: date
    page: int = 0

    def href(self, **changes: object) -> str:
        """The same with something else asked for."""
        asked = {"view": self.view, "name": self.name, "from": self.first, "to": self.last} | changes
        return f"{PATH}?{urlencode({name: value for name, value in asked.items() if value})}"


@dataclass(frozen=True, slots=True)
class Act:
    """One entry: of which case, in which role its actor acted, what it was."""

    number: str
    role: Bilingual | None
    entry: Happening


@dataclass(frozen=True, slots=True)
class AuditPage:
    """``GET /workflow/audit``."""

    wanted: Wanted
    acts: Sequence[Act]
    next_href: str
    previous_href: str


def audit_routes(desk: StaffDesk) -> APIRouter:
    """One page."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    async def audit(request: Request, who: Principal = Depends(desk.gate.admit)) -> Response:
        """The newest first."""
        wanted, hours = asked_for(request.query_params, desk.reader(request)), desk.office.hours
        found = await reading.happened(
            desk.office,
            person_of(who),
            kind=_LOOK if wanted.view == LOOKS else "",
            name=wanted.name,
            since=_midnight(wanted.first, hours),
            until=_midnight(wanted.last + timedelta(days=1), hours),
            page=wanted.page,
        )
        return await desk.render(request, who, "audit", "audit.html", page=audit_page(found, wanted))

    return router


def audit_page(found: Sequence[Mapping[str, Any]], wanted: Wanted) -> AuditPage:
    """The page; ``found`` holds one entry more than is shown where there is a next page."""
    there = {"page": wanted.page + 1} if len(found) > reading.PAGE else {}
    return AuditPage(
        wanted,
        [_act(each) for each in found[: reading.PAGE]],
        wanted.href(**there) if there else "",
        wanted.href(page=wanted.page - 1) if wanted.page else "",
    )


def asked_for(query: Mapping[str, str], reader: Reader) -> Wanted:
    """What an address asks for, by default the looks of the last thirty days; what makes no sense is passed over."""
    today = reader.hours.date_of(reader.now)
    first, last = day_named(query.get("from", "")) or today - _USUAL, day_named(query.get("to", "")) or today
    page = query.get("page", "")
    return Wanted(
        ALL if query.get("view") == ALL else LOOKS,
        query.get("name", "").strip(),
        min(first, last),
        last,
        whole_number(page) or 0,
    )


def _act(entry: Mapping[str, Any]) -> Act:
    role = entry["actor_role"]
    row = ROLES[Role(role)] if role in set(Role) else None
    return Act(str(entry["number"]), Bilingual(row.chinese, row.english) if row else None, happening(entry))


def _midnight(day: date, hours: BusinessHours) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=hours.zone)
