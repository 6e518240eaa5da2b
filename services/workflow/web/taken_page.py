"""What an operator took in today and this week: its number, its code, and where it stands, for whoever is asked in a hurry.

Law of this file: one's own alone, whatever became of it; a day and a week are the centre's, and a week begins on Monday.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.workflow import reading
from services.workflow.api.people import person_of
from services.workflow.web.limits_shown import Reader
from services.workflow.web.staff_routes import StaffDesk
from services.workflow.web.worklist import Row, row_of
from shared.identity.principal import Principal
from shared.working_time import BusinessHours

MOST = 300
TODAY, WEEK = "today", "week"


@dataclass(frozen=True, slots=True)
class Taken:
    """One complaint, and when it came in under what code."""

    row: Row
    code: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class TakenPage:
    """``GET /workflow/taken``. ``days``: each with what was taken in on it, the latest first."""

    since: str
    days: Sequence[tuple[date, Sequence[Taken]]]
    count: int
    is_cut: bool


def taken_routes(desk: StaffDesk) -> APIRouter:
    """One page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/workflow/taken")
    async def taken(request: Request, since: str = TODAY, who: Principal = Depends(desk.gate.admit)) -> Response:
        """Today's, or all of this week's with ``?since=week``."""
        person, reader = person_of(who), desk.reader(request)
        since = since if since in (TODAY, WEEK) else TODAY
        found = await reading.taken_in(desk.office, person, _begins(since, reader), limit=MOST + 1)
        return await desk.render(request, who, "taken", "taken.html", page=taken_page(found, since, reader))

    return router


def taken_page(found: Sequence[reading.Listed], since: str, reader: Reader) -> TakenPage:
    """The page; ``found`` holds one more than is shown where there are more."""
    taken = [
        Taken(row_of(each, reader, for_a_unit=False), each.row["tracking_code"], each.row["received_at"])
        for each in found[:MOST]
    ]
    by_day = groupby(taken, key=lambda each: reader.hours.date_of(each.received_at))
    days = [(day, list(those)) for day, those in by_day]
    return TakenPage(since, days, len(taken), is_cut=len(found) > MOST)


def _begins(since: str, reader: Reader) -> datetime:
    today = reader.hours.date_of(reader.now)
    return _midnight(today - timedelta(days=today.weekday()) if since == WEEK else today, reader.hours)


def _midnight(day: date, hours: BusinessHours) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=hours.zone)
