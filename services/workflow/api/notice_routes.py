"""``/workflow/notices``: the results of a period as each unit was told them (art. 20), and the unit's receipt."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import RowMapping

from services.workflow import notices
from services.workflow.api.people import person_of
from services.workflow.office import Office
from shared.identity.principal import Principal
from shared.web.access import Gate
from shared.web.i18n import Language
from shared.web.problems import Problem
from shared.web.words import day_and_clock


def notice_routes(office: Office, gate: Gate) -> APIRouter:
    """The endpoints, over the office."""
    router = APIRouter(tags=["statistics"])

    @router.get("/workflow/notices")
    async def listed(
        page: Annotated[int, Query(ge=0, le=notices.MOST_PAGES)] = 0, who: Principal = Depends(gate.admit)
    ) -> dict[str, Any]:
        """What was issued, the newest first, a page at a time; a unit's person sees the unit's own."""
        found = await notices.issued(office, person_of(who), page)
        return {"items": [dict(row) for row in found[: notices.PAGE]], "more": len(found) > notices.PAGE}

    @router.get("/workflow/notices/{notice_id}")
    async def one(notice_id: UUID, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """One, with what it says."""
        try:
            found = await notices.one(office, notice_id, person_of(who))
        except notices.NoSuchNoticeError as fault:
            raise no_such_notice() from fault
        return _head(found.row) | {"said": found.said}

    @router.post("/workflow/notices/{notice_id}/receipt")
    async def receipt(notice_id: UUID, who: Principal = Depends(gate.admit)) -> dict[str, Any]:
        """The unit signs for it, once; 409 names who did before."""
        try:
            await notices.sign_for(office, notice_id, person_of(who))
        except notices.NoSuchNoticeError as fault:
            raise no_such_notice() from fault
        except notices.ReceivedAlreadyError as fault:
            raise _received(fault) from fault
        return _head((await notices.one(office, notice_id, person_of(who))).row)

    return router


def no_such_notice() -> Problem:
    """404, the same for a notice that isn't there and one of another unit."""
    return Problem(404, "not_found", "没有这份结果通报", "There is no such notice")


def _received(fault: notices.ReceivedAlreadyError) -> Problem:
    zh, en = day_and_clock(fault.at, Language.ZH), day_and_clock(fault.at, Language.EN)
    return Problem(409, "received", f"{fault.by}已于{zh}签收", f"{fault.by} signed for it on {en}")


def _head(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "body"}
