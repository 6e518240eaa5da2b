"""The working calendar as a page: the days as limits count them, a period reckoned, a local decision entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from shared.calendar_book.book import PrintedCalendar
from shared.working_time import Override, WorkCalendar
from tests.parts.html import elements, parse, text_of
from tests.parts.workflow_desk import Desk, headers
from tests.unit.workflow.building import ADMINISTRATOR, HANDLER, OPERATOR

CALENDAR = "/workflow/calendar"


class OpenBook(PrintedCalendar):
    """A calendar in memory that decisions can be entered into."""

    async def decide(self, override: Override, *, by: str, now: datetime) -> WorkCalendar:
        """Counts from now on."""
        del by, now
        object.__setattr__(self, "calendar", self.calendar.with_overrides([override]))
        return self.calendar


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The service, with a calendar that can be written in."""
    book = OpenBook(desk.office.calendar)
    object.__setattr__(desk.office, "calendars", book)
    return replace(desk)


async def shown(http: httpx.AsyncClient, query: str = "") -> str:
    """What the page says."""
    return text_of(parse((await http.get(CALENDAR + query, headers=headers(OPERATOR))).text))


async def test_a_year_shows_its_holidays_and_make_up_days(desk: Desk, http: httpx.AsyncClient) -> None:
    """With the notice that they rest on; the make-up day of the National Day is marked as worked."""
    page = parse((await http.get(CALENDAR, headers=headers(OPERATOR))).text)
    assert elements(page, "//td[@data-is='make_up_workday']")
    assert "国办发明电〔2025〕7号" in text_of(page)
    assert "2025" in (await http.get(f"{CALENDAR}?year=2025", headers=headers(OPERATOR))).text


@pytest.mark.parametrize(
    ("query", "ends"),
    [
        ("?start=2026-11-20&days=1", "2026 年 11 月 23 日（周一）17:00 前"),
        ("?start=2026-09-30&days=3", "2026 年 10 月 10 日（周六）17:00 前"),
        ("?start=x&days=y&year=99999", "2026 年 11 月 17 日（周二）17:00 前"),
    ],
)
async def test_a_period_is_reckoned_as_every_clock_is(
    desk: Desk, http: httpx.AsyncClient, query: str, ends: str
) -> None:
    """Over weekends, holidays and make-up days; what is no day and no number counts as today and one."""
    assert ends in await shown(http, query)


async def test_a_local_decision_counts_at_once(desk: Desk, http: httpx.AsyncClient) -> None:
    """Entered by the administrator with its document; the period that ended on that day ends on the next."""
    form = {"day": "2026-11-17", "working": "false", "name": "停电放假", "notice": "枣政管办〔2026〕9号"}
    answer = await http.post(CALENDAR, data=form, headers=headers(ADMINISTRATOR))
    assert answer.status_code == 303, answer.text
    page = await shown(http, "?start=2026-11-16&days=1")
    assert "2026 年 11 月 18 日（周三）17:00 前" in page
    assert "停电放假" in page


@pytest.mark.parametrize("missing", ["day", "working", "name", "notice"])
async def test_a_decision_says_all_of_it(desk: Desk, http: httpx.AsyncClient, missing: str) -> None:
    """Whatever is missing, the form comes back with the fault at its field and the rest as it was typed."""
    form = {"day": "2026-11-17", "working": "false", "name": "停电放假", "notice": "枣政管办〔2026〕9号"} | {
        missing: ""
    }
    answer = await http.post(CALENDAR, data=form, headers=headers(ADMINISTRATOR))
    assert answer.status_code == 422
    [field] = elements(parse(answer.text), f"//*[@id='{missing}'][@aria-invalid='true']")
    assert field.get("aria-describedby") == f"{missing}-err"


async def test_only_the_administrator_decides(http: httpx.AsyncClient) -> None:
    """Nobody else is offered the form, and none is taken from them."""
    assert "登记本地决定" not in await shown(http)
    assert (await http.post(CALENDAR, data={}, headers=headers(HANDLER))).status_code == 403
