"""What an operator took in: their own, of today and of this week, with its number and where it stands."""

from __future__ import annotations

from datetime import timedelta

import httpx

from tests.parts.html import elements, parse, text_of
from tests.parts.workflow_desk import Desk, act, headers
from tests.unit.workflow.building import HANDLER, OPERATOR, at

TODAY = "/workflow/taken"
WEEK = "/workflow/taken?since=week"


async def numbers(http: httpx.AsyncClient, path: str) -> list[str]:
    """The numbers of the cases on the operator's page, in their order."""
    page = parse((await http.get(path, headers=headers(OPERATOR))).text)
    return [str(link.get("href")).rpartition("/")[2] for link in elements(page, "//tr[@data-row]//a")]


async def test_a_day_and_a_week_are_the_centres(desk: Desk, http: httpx.AsyncClient) -> None:
    """Monday's first minute at the centre is this week's, the minute before is not; the latest stands first."""
    before = await desk.complaint(received_by=OPERATOR.name, received_at=at("2026-11-15 23:59"))
    monday = await desk.complaint(received_by=OPERATOR.name, received_at=at("2026-11-16 00:00"))
    desk.now = at("2026-11-17 09:00")
    tuesday = await desk.complaint(received_by=OPERATOR.name)
    assert await numbers(http, TODAY) == [tuesday]
    assert await numbers(http, WEEK) == [tuesday, monday]
    assert before not in await numbers(http, WEEK)


async def test_it_says_where_each_stands_whatever_became_of_it(desk: Desk, http: httpx.AsyncClient) -> None:
    """One that is refused is still found, with its state and the code to be read out."""
    number = await desk.complaint(received_by=OPERATOR.name)
    await act(http, number, "refuse", ground="10.3", reason="没有具体事项")
    page = text_of(parse((await http.get(TODAY, headers=headers(OPERATOR))).text))
    assert "不予受理" in page
    assert number in page


async def test_nobody_elses_are_there(desk: Desk, http: httpx.AsyncClient) -> None:
    """Neither another's nor a machine's; an empty list says so."""
    await desk.complaint(received_by=HANDLER.name)
    assert await numbers(http, WEEK) == []
    assert "还没有" in (await http.get(WEEK, headers=headers(OPERATOR))).text
    desk.now += timedelta(days=1)
    assert (await http.get(TODAY, headers=headers(HANDLER))).status_code == 403
