"""What is typed into a case's forms and not sent: kept for its author alone, found again, and gone once it is sent."""

from __future__ import annotations

from datetime import timedelta

import httpx
from sqlalchemy import select

from services.workflow.domain.roles import Person
from services.workflow.drafting import REMEMBERED
from services.workflow.store.tables import action_drafts
from tests.parts.html import elements, parse, text_of
from tests.parts.workflow_desk import Desk, act, headers
from tests.unit.workflow.building import AUDITOR, HANDLER, LEADER, UNIT, UNIT_HANDLER

SAID = "已向窗口核实，等书面说明。"


async def left(http: httpx.AsyncClient, number: str, form: str, who: Person = HANDLER, **fields: str) -> httpx.Response:
    """What the page's script sends while somebody types."""
    address = f"/workflow/cases/{number}/drafts/{form}"
    return await http.put(address, json={"desk": form, "version": "1"} | fields, headers=headers(who))


async def words_in(http: httpx.AsyncClient, path: str, field: str, who: Person = HANDLER) -> str:
    """What stands in a field of a page."""
    [found] = elements(parse((await http.get(path, headers=headers(who))).text), f"//textarea[@id='{field}']")
    return str(found.text_content())


async def test_what_was_typed_is_there_again_and_its_form_stands_open(desk: Desk, http: httpx.AsyncClient) -> None:
    """After a crash: the words in their field, the form open, and said that they are not sent."""
    number = await desk.complaint()
    assert (await left(http, number, "note", text=SAID)).status_code == 204
    page = parse((await http.get(f"/workflow/cases/{number}", headers=headers(HANDLER))).text)
    [open_form] = elements(page, "//details[@name='deed'][@open]")
    assert SAID in text_of(open_form)
    assert "还没有提交" in text_of(open_form)


async def test_a_draft_is_its_authors_alone_and_sealed(desk: Desk, http: httpx.AsyncClient) -> None:
    """A colleague's page of the same case holds nothing of it, and neither does the database in clear."""
    number = await desk.complaint()
    await left(http, number, "note", text=SAID)
    assert await words_in(http, f"/workflow/cases/{number}", "note-text", LEADER) == ""
    async with desk.office.store.reading() as connection:
        [row] = (await connection.execute(select(action_drafts))).mappings().all()
    assert SAID not in str(dict(row))


async def test_what_is_sent_leaves_no_draft(desk: Desk, http: httpx.AsyncClient) -> None:
    """Done is done; what is half written elsewhere on the case stays."""
    number = await desk.complaint()
    await left(http, number, "note", text=SAID)
    await left(http, number, "refuse", reason="不属于受理范围")
    await act(http, number, "note", text=SAID)
    path = f"/workflow/cases/{number}"
    assert await words_in(http, path, "note-text") == ""
    assert await words_in(http, path, "refuse-reason") == "不属于受理范围"


async def test_what_a_rule_refuses_stays_a_draft(desk: Desk, http: httpx.AsyncClient) -> None:
    """A form that came back can still be lost with the browser."""
    number = await desk.complaint()
    await left(http, number, "redirect", reason=SAID)
    assert (await act(http, number, "redirect", reason=SAID, competent_authority="")).status_code == 422
    assert await words_in(http, f"/workflow/cases/{number}", "redirect-reason") == SAID


async def test_a_draft_can_be_thrown_away(desk: Desk, http: httpx.AsyncClient) -> None:
    """By a button that works without a script and leads back."""
    number = await desk.complaint()
    await left(http, number, "note", text=SAID)
    gone = await http.post(f"/workflow/cases/{number}/drafts/note", data={}, headers=headers(HANDLER))
    assert (gone.status_code, gone.headers["location"]) == (303, f"/workflow/cases/{number}")
    assert await words_in(http, f"/workflow/cases/{number}", "note-text") == ""


async def test_the_worklist_says_what_was_left(desk: Desk, http: httpx.AsyncClient) -> None:
    """With a way to it, for a week; to nobody else."""
    number = await desk.complaint()
    await left(http, number, "note", text=SAID)
    mine = parse((await http.get("/workflow/cases", headers=headers(HANDLER))).text)
    assert elements(mine, f"//li/a[@href='/workflow/cases/{number}#h-do']")
    theirs = (await http.get("/workflow/cases", headers=headers(LEADER))).text
    assert "没有提交" not in theirs
    desk.now += REMEMBERED + timedelta(minutes=1)
    assert "没有提交" not in (await http.get("/workflow/cases", headers=headers(HANDLER))).text


async def test_the_leaders_list_keeps_what_was_typed(desk: Desk, http: httpx.AsyncClient) -> None:
    """Opinion and choice, case by case, until one of the commands is given."""
    number = await desk.complaint()
    await act(http, number, "accept")
    await act(http, number, "request_approval", unit=UNIT, proposal="拟批办")
    await left(http, number, "approval", LEADER, opinion="从速办理", decision="back")
    page = parse((await http.get("/workflow/approvals", headers=headers(LEADER))).text)
    assert elements(page, "//input[@name='decision'][@value='back'][@checked]")
    assert await words_in(http, "/workflow/approvals", f"o-{number}", LEADER) == "从速办理"
    form = {"decision": "back", "opinion": "从速办理"}
    await http.post(f"/workflow/approvals/{number}", data=form, headers=headers(LEADER))
    await act(http, number, "request_approval", unit=UNIT, proposal="再拟批办")
    assert await words_in(http, "/workflow/approvals", f"o-{number}", LEADER) == ""


async def test_only_forms_keep_drafts_and_only_of_cases_that_are_theirs(desk: Desk, http: httpx.AsyncClient) -> None:
    """404 for a look at an identity, for no form at all and for another's case; 403 for whoever changes nothing."""
    number = await desk.complaint()
    assert (await left(http, number, "reveal_identity", reason=SAID)).status_code == 404
    assert (await left(http, number, "no_such_form", text=SAID)).status_code == 404
    assert (await left(http, number, "note", UNIT_HANDLER, text=SAID)).status_code == 404
    assert (await left(http, number, "note", AUDITOR, text=SAID)).status_code == 403


async def test_only_the_forms_own_fields_are_kept(desk: Desk, http: httpx.AsyncClient) -> None:
    """What else a page sends along, and what is too much, is kept nowhere."""
    number = await desk.complaint()
    await left(http, number, "note", text=SAID, opinion="x")
    assert (await left(http, number, "note", text="长" * 70_000)).status_code == 413
    listed = await http.put(f"/workflow/cases/{number}/drafts/note", json=[1], headers=headers(HANDLER))
    assert listed.status_code == 422
    assert await words_in(http, f"/workflow/cases/{number}", "note-text") == SAID
