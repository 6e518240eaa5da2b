"""The pages of what units were told (arts. 19, 20): the list, a notice as it was issued, and signing for it.

Law of this file: a unit's person sees the unit's own; what the figures on a notice open is the list as it is now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.workflow import notices
from services.workflow.api.access import SIGNS_FOR
from services.workflow.api.notice_routes import no_such_notice
from services.workflow.api.people import person_of
from services.workflow.domain.sanctions import SANCTIONS, Sanction
from services.workflow.domain.states import STATES, State
from services.workflow.reports import CLOCKS, UNIT_CLOCKS, clock_heading
from services.workflow.web import statistics_page
from services.workflow.web.periods import chosen
from services.workflow.web.staff_routes import StaffDesk
from services.workflow.web.worklist import Notice
from shared.identity.principal import Principal
from shared.web.i18n import Bilingual, Language, language_of
from shared.web.negotiation import PageRoute
from shared.web.words import day_and_clock

_SIGNED = Bilingual("已签收", "Signed for")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case."""

    number: str
    state: Bilingual
    substantiated: bool
    satisfaction: str
    rounds: int
    late: bool
    settled: bool
    sanctions: Sequence[Bilingual]


def notice_pages(desk: StaffDesk) -> APIRouter:
    """To be included before the API, whose addresses they share."""
    router = APIRouter(include_in_schema=False, route_class=PageRoute)

    @router.get("/workflow/notices")
    async def listed(
        request: Request,
        page: Annotated[int, Query(ge=0, le=notices.MOST_PAGES)] = 0,
        who: Principal = Depends(desk.gate.admit),
    ) -> Response:
        """The notices, the newest first."""
        found = await notices.issued(desk.office, person_of(who), page)
        return await desk.render(
            request, who, "notices", "notices.html", rows=[_named(row, desk) for row in found[: notices.PAGE]],
            next_page=page + 1 if len(found) > notices.PAGE else None, previous_page=page - 1 if page else None,
        )  # fmt: skip

    @router.get("/workflow/notices/{notice_id}")
    async def one(
        request: Request, notice_id: UUID, done: str = "", who: Principal = Depends(desk.gate.admit)
    ) -> Response:
        """The notice, made to be printed; to be signed for by the unit."""
        return await _one(desk, request, who, notice_id, notice=Notice("good", _SIGNED) if done else None)

    @router.post("/workflow/notices/{notice_id}/receipt")
    async def receipt(request: Request, notice_id: UUID, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Sign for it; whoever comes second is told who was first."""
        try:
            await notices.sign_for(desk.office, notice_id, person_of(who))
        except notices.NoSuchNoticeError as fault:
            raise no_such_notice() from fault
        except notices.ReceivedAlreadyError as fault:
            return await _one(desk, request, who, notice_id, status=409, notice=Notice("over", _signed_before(fault)))
        return RedirectResponse(f"/workflow/notices/{notice_id}?done=1", status_code=303)

    return router


async def _one(
    desk: StaffDesk, request: Request, who: Principal, notice_id: UUID, *, status: int = 200, notice: Notice | None
) -> Response:
    try:
        found = await notices.one(desk.office, notice_id, person_of(who))
    except notices.NoSuchNoticeError as fault:
        raise no_such_notice() from fault
    is_of_a_period = found.row["number"] is None
    told = _period_told(desk, request, found.said) if is_of_a_period else consequence_told(found.said)
    return await desk.render(
        request, who, "notices", "notice.html" if is_of_a_period else "consequence.html", status=status,
        **_named(found.row, desk), **told, opens=found.opens, office_name=desk.office.centre.office,
        may_sign=who.role in SIGNS_FOR and found.row["received_at"] is None, notice=notice,
    )  # fmt: skip


def _period_told(desk: StaffDesk, request: Request, said: Mapping[str, Any]) -> dict[str, Any]:
    """The results of a period."""
    language, say = language_of(request), desk.pages.catalogue.say
    words = statistics_page.GroupNames(language, lambda key: say(key, language))
    clocks = [name for name in CLOCKS if name in UNIT_CLOCKS]
    return {
        "results": results_of(said),
        "missed": [(each, clock_heading(each["name"], language)) for each in said["missed"]],
        "table": statistics_page.table(said, words, clocks),
    }


def consequence_told(said: Mapping[str, Any]) -> dict[str, Any]:
    """One consequence, in the words of whoever imposed it."""
    (what,) = said["consequences"]
    row = SANCTIONS[Sanction(what["sanction"])]
    return {"sanction": Bilingual(row.chinese, row.english), "text": what["text"]}


def results_of(said: Mapping[str, Any]) -> list[Result]:
    """The lines of a notice, each with the consequences that followed."""
    followed: dict[str, list[Bilingual]] = {}
    for each in said["consequences"]:
        row = SANCTIONS[Sanction(each["sanction"])]
        followed.setdefault(each["number"], []).append(Bilingual(row.chinese, row.english))
    return [_result(each, followed.get(each["number"], ())) for each in said["results"]]


def _result(each: Mapping[str, Any], sanctions: Sequence[Bilingual]) -> Result:
    state = STATES[State(each["state"])]
    return Result(
        number=each["number"],
        state=Bilingual(state.chinese, state.english),
        substantiated=each["substantiated"],
        satisfaction=each["satisfaction"] or "",
        rounds=each["rounds"],
        late=each["late"],
        settled=each.get("settled", False),
        sanctions=sanctions,
    )


def _named(row: RowMapping, desk: StaffDesk) -> dict[str, Any]:
    """A notice's head, its period as people call it; a case has none."""
    if row["number"] is not None:
        return {"row": row}
    today: date = desk.office.hours.date_of(desk.office.clock())
    return {"row": row, "chosen": chosen({"from": row["first_day"], "to": row["last_day"]}, today)}


def _signed_before(fault: notices.ReceivedAlreadyError) -> Bilingual:
    zh, en = (day_and_clock(fault.at, language) for language in Language)
    return Bilingual(f"{fault.by}已于{zh}签收", f"{fault.by} signed for it on {en}")
