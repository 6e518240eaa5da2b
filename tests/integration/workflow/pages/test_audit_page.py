"""Who looked at whom, and who did what, over all cases: for the auditor and the leader (arts. 17, 23)."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from services.workflow.domain.roles import Person
from services.workflow.reading import PAGE
from tests.parts.html import elements, parse, text_of
from tests.parts.workflow_desk import Desk, act, headers
from tests.unit.workflow.building import AUDITOR, HANDLER, OPERATOR, UNIT_HANDLER

AUDIT = "/workflow/audit"


async def rows(http: httpx.AsyncClient, query: str = "") -> list[str]:
    """What the auditor's list says, a row at a time."""
    page = parse((await http.get(AUDIT + query, headers=headers(AUDITOR))).text)
    return [text_of(row) for row in elements(page, "//tr[@data-row]")]


@pytest.mark.article("17")
async def test_each_look_at_an_identity_stands_there_with_its_reason(desk: Desk, http: httpx.AsyncClient) -> None:
    """Who, why and of which case; what else was done only where it is asked for."""
    number = await desk.complaint()
    await act(http, number, "reveal_identity", purpose="handling", reason="核实联系方式")
    await act(http, number, "accept")
    [look] = await rows(http)
    assert HANDLER.name in look
    assert "核实联系方式" in look
    assert number in look
    assert any("受理" in row for row in await rows(http, "?view=all"))


async def test_it_is_narrowed_to_a_person_and_to_days(desk: Desk, http: httpx.AsyncClient) -> None:
    """Another's acts and other days' are left out; an empty list says so."""
    number = await desk.complaint()
    await act(http, number, "reveal_identity", purpose="handling", reason="核实联系方式")
    desk.now += timedelta(days=1)
    day = "from=2026-11-17&to=2026-11-17"
    assert len(await rows(http, f"?name={HANDLER.name}")) == 1
    assert await rows(http, "?name=别人") == []
    assert await rows(http, f"?{day}") == []
    assert "没有人看过" in (await http.get(f"{AUDIT}?{day}", headers=headers(AUDITOR))).text


async def test_a_long_list_is_turned_over_page_by_page(desk: Desk, http: httpx.AsyncClient) -> None:
    """None is shown twice, none is left out."""
    number = await desk.complaint()
    for place in range(PAGE + 1):
        await act(http, number, "note", text=f"备注{place:03d}")
    first, second = await rows(http, "?view=all"), await rows(http, "?view=all&page=1")
    told = [row for row in (*first, *second) if "备注" in row]
    assert len(first) == PAGE
    assert len(set(told)) == PAGE + 1


@pytest.mark.parametrize("who", [HANDLER, OPERATOR, UNIT_HANDLER], ids=lambda who: who.role)
async def test_it_is_for_whoever_oversees(http: httpx.AsyncClient, who: Person) -> None:
    """403 for everybody else."""
    assert (await http.get(AUDIT, headers=headers(who))).status_code == 403
