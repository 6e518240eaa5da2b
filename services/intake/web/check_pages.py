"""``/desk/checks``: the register of the daily channel checks, and whether the day adds up (arts. 3, 6, 14)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.api.access import RECEIVERS
from services.intake.api.register import Confirmation
from services.intake.domain.channel_checks import By, CheckOfDay, Standing
from services.intake.reconciling import reconcile
from services.intake.web.desk_room import DeskRoom
from services.intake.web.desk_views import BalanceLine, CheckLine, ChecksPage, CheckTyped
from services.intake.web.stored_words import stored_words
from shared.identity.principal import Principal
from shared.web.days import Day
from shared.web.i18n import Bilingual
from shared.web.sent_form import read_form

CHECKS = "/desk/checks"
KINDS: dict[Standing, str] = {
    Standing.NOT_DUE: "later",
    Standing.OPEN: "today",
    Standing.DONE: "met",
    Standing.LATE: "missed",
    Standing.MISSED: "over",
    Standing.NOT_WORKED: "later",
}
"""How a standing looks: the kinds of limit, so that icon and colour are the pages' own."""
_OPEN = frozenset({Standing.OPEN, Standing.MISSED, Standing.NOT_DUE})
_WITNESS = Bilingual("见证人须是另一人。", "The witness must be another person.")
_UNKNOWN = Bilingual("没有这一项检查。", "There is no such check.")


def check_page_routes(room: DeskRoom) -> APIRouter:
    """GET and POST /desk/checks."""
    router = APIRouter()

    @router.get(CHECKS, include_in_schema=False)
    async def page(
        request: Request, who: Principal = Depends(room.gate.admit), day: Day | None = None, done: str = ""
    ) -> Response:
        """A day's register; today's where none is named; after a check-in what was checked."""
        known = room.register.named(done)
        return await _page(room, request, who, day or room.register.today(), done=known.name if known else "")

    @router.post(CHECKS, include_in_schema=False)
    async def check_in(request: Request, who: Principal = Depends(room.gate.admit)) -> Response:
        """A person has checked a channel now."""
        form = await read_form(request)
        said = {name: str(form.get(name, "")).strip() or None for name in ("remark", "witnessed_by")}
        check = room.register.named(str(form.get("check", "")))
        typed = CheckTyped(**{name: str(form.get(name, "")) for name in ("check", "remark", "witnessed_by")})
        if check is None:
            return await _page(room, request, who, room.register.today(), trouble=_UNKNOWN, typed=typed)
        try:
            remark = Confirmation.model_validate({"check": check.name, **said}).remark_of(who.name)
        except ValueError:
            return await _page(room, request, who, room.register.today(), trouble=_WITNESS, typed=typed)
        await room.register.check_in(check, who.name, remark)
        return RedirectResponse(f"{CHECKS}?done={check.name}", status_code=303)

    return router


async def _page(
    room: DeskRoom,
    request: Request,
    who: Principal,
    day: date,
    *,
    trouble: Bilingual | None = None,
    typed: CheckTyped | None = None,
    done: str = "",
) -> Response:
    today = room.register.today()
    may = who.role in RECEIVERS and day == today
    page = ChecksPage(
        day=day,
        worked=room.door.calendar.is_working_day(day),
        today=day == today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
        lines=[_line(of_day, row, may=may) for of_day, row in await room.register.day(day)],
        balance=[
            BalanceLine(each.channel, each.receipts, each.complaints, each.balanced, sorted(each.classes.items()))
            for each in await reconcile(room.door, day)
        ],
        trouble=trouble,
        typed=typed or CheckTyped(),
        done=done,
    )
    return room.render(request, who, "desk_checks.html", "checks", page=page, status=422 if trouble else 200)


def _line(of_day: CheckOfDay, row: Any, *, may: bool) -> CheckLine:
    check = of_day.check
    return CheckLine(
        name=check.name,
        channel=check.channel,
        article=check.article,
        window=f"{check.opens:%H:%M}–{check.due:%H:%M}",
        standing=KINDS[of_day.standing],
        said=of_day.standing.value,
        done_at=of_day.done_at,
        done_by=stored_words((row.done_by or "") if row else ""),
        remark=stored_words((row.remark or "") if row else ""),
        may_check_in=may and check.by is By.PERSON and of_day.standing in _OPEN,
    )
