"""Urgent cases on the pages: above the lists, in words, with the form at hand; and told to whoever has a page open."""

import json

import httpx

from shared.contracts.complaint import Danger, Hints
from shared.contracts.values import DangerKind
from tests.parts.html import dangling, elements, parse, text_of
from tests.parts.workflow_desk import Desk, act, headers
from tests.unit.workflow.building import HANDLER, LEADER, UNIT_HANDLER

HINTS = Hints(dangers=[Danger(kind=DangerKind.ACCIDENT, words="煤气味")])


async def test_an_urgent_case_stands_first_and_says_so_in_words(desk: Desk, http: httpx.AsyncClient) -> None:
    """The page's head says that somebody must look, and the case stands in a group of its own above all limits."""
    await desk.complaint()
    urgent = await desk.complaint(hints=HINTS)
    page = parse((await http.get("/workflow/cases", headers=headers(HANDLER))).text)
    [head] = elements(page, "//p[@data-while='urgent' and not(@hidden)]")
    assert "紧急" in text_of(head)
    first, *_ = elements(page, "//tr[@data-row]")
    assert f"/workflow/cases/{urgent}" in [link.get("href") for link in elements(first, ".//a")]
    assert "紧急，无人处置" in text_of(first)
    [view] = elements(parse((await http.get("/workflow/cases?view=urgent", headers=headers(HANDLER))).text), "//tbody")
    assert len(elements(view, ".//tr[@data-row]")) == 1


async def test_who_may_not_know_of_it_reads_nothing_of_it(desk: Desk, http: httpx.AsyncClient) -> None:
    """A unit's page says nothing of an urgent case that isn't its own."""
    await desk.complaint(hints=HINTS)
    page = parse((await http.get("/workflow/cases", headers=headers(UNIT_HANDLER))).text)
    assert elements(page, "//p[@data-while='urgent' and @hidden]")
    assert elements(page, "//tr[@data-row]") == []


async def test_taking_note_stands_in_the_case_and_its_timeline(desk: Desk, http: httpx.AsyncClient) -> None:
    """The form stands open on the case's page; afterwards it says who called whom and when, and the list is calm."""
    number = await desk.complaint(hints=HINTS)
    before = parse((await http.get(f"/workflow/cases/{number}", headers=headers(HANDLER))).text)
    assert elements(before, "//details[@open]//input[@name='measure' and @value='called_119']")
    assert "煤气味" in text_of(before)
    assert dangling(before) == []
    done = await act(http, number, "attend_urgent", measure="called_119", remarks="消防已到")
    assert done.status_code == 303
    after = text_of(parse((await http.get(f"/workflow/cases/{number}", headers=headers(LEADER))).text))
    for words in ("紧急，已处置", f"{HANDLER.name} 登记", "已报 119", "消防已到", "紧急件已处置"):
        assert words in after
    listed = parse((await http.get("/workflow/cases", headers=headers(HANDLER))).text)
    assert elements(listed, "//p[@data-while='urgent' and @hidden]")


async def test_an_open_page_learns_of_it(desk: Desk, http: httpx.AsyncClient) -> None:
    """The stream that every desk follows tells how many wait, on its next connection."""
    before = await http.get("/workflow/events", headers=headers(HANDLER))
    await desk.complaint(hints=HINTS)
    after = await http.get("/workflow/events", headers=headers(HANDLER))

    def waiting(answer: httpx.Response) -> int:
        data = next(line for line in answer.text.splitlines() if line.startswith("data:"))
        return int(json.loads(data.removeprefix("data:"))["urgent"])

    assert (waiting(before), waiting(after)) == (0, 1)
