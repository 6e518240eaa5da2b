"""Forms' pages for staff: from a case to its papers, to one of them, to its signature, and the papers of a day."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from services.forms.domain.definition import FormId
from services.forms.domain.values import FormValues
from services.forms.store.states import FAILED
from services.forms.store.tables import documents
from shared.contracts import case
from shared.contracts.tracking import show_tracking_code
from shared.contracts.values import new_id
from shared.web.security import WITH_PICTURES_WITHIN
from tests.parts.forms import FINDINGS, LISTED, a_complaint, an_event
from tests.parts.forms_house import NUMBER, FormsHouse

STORY = (
    an_event(case.CaseRegistered, 1),
    an_event(case.CaseAccepted, 2),
    an_event(case.CaseForwarded, 3),
    an_event(case.CaseFeedbackSubmitted, 4),
)
CASE = f"/forms/documents?case={NUMBER}"
DRAFT = f"/forms/cases/{NUMBER}/drafts/submit_feedback"
FACT = {"signer": "高玉兰", "signed_at": "2026-11-23T12:00", "how": "by_hand"}


@pytest.fixture
async def told(house: FormsHouse) -> FormsHouse:
    """A case that its unit has answered."""
    await house.hear(a_complaint(), *STORY)
    await house.draw()
    return house


async def browse(house: FormsHouse, method: str, path: str, who: str = "handler", **more: Any) -> httpx.Response:
    """As a browser asks."""
    return await house.ask(method, path, who, headers={"Accept": "text/html"}, **more)


async def test_a_case_s_papers_are_a_page_for_people_and_json_for_programs(told: FormsHouse) -> None:
    """At one address: each paper with its doors, the binder, and what can be issued now and nothing that can't."""
    page = (await browse(told, "GET", CASE)).text
    for words in ("投诉处置单", "投诉处置反馈单", "附件3", "一式 3 份", ".pdf?copy=1", ".docx", "binder.pdf", "出具"):
        assert words in page, words
    assert '<option value="feedback">' in page
    assert '<option value="extension">' not in page
    assert (await told.ask("GET", CASE)).headers["content-type"] == "application/json"


@pytest.mark.article("17")
async def test_a_unit_s_page_lists_its_own_papers_and_offers_nothing_to_issue(told: FormsHouse) -> None:
    """The unit sees its copies; another unit and another operator get the answer of a case that doesn't exist."""
    page = (await browse(told, "GET", CASE, "unit_handler")).text
    assert "投诉处置单" in page
    for words in ("投诉处置反馈单", "binder.pdf", 'name="form"'):
        assert words not in page, words
    for stranger in ("other_unit", "operator"):
        assert (await browse(told, "GET", CASE, stranger)).status_code == 404


async def test_a_form_is_issued_from_the_page(told: FormsHouse) -> None:
    """One press, and its own page says so; a form that can't be filled in yet comes back with the reason."""
    made = await browse(told, "POST", "/forms/documents", data={"case": NUMBER, "form": "disposition", "reader": ""})
    assert made.status_code == 303
    assert "已出具" in (await browse(told, "GET", made.headers["location"])).text
    early = await browse(told, "POST", "/forms/documents", data={"case": NUMBER, "form": "extension"})
    assert (early.status_code, "还没有办到" in early.text) == (409, True)
    assert (await browse(told, "POST", "/forms/documents", data={"case": NUMBER, "form": "x"})).status_code == 422


async def test_a_paper_s_page_shows_its_pages_and_what_it_is(told: FormsHouse) -> None:
    """Pictures of it, its code and hashes; a browser still gets the file itself by its ending."""
    item = await told.listed("feedback")
    answer = await browse(told, "GET", f"/forms/documents/{item['id']}")
    assert "data:image/png;base64," in answer.text
    assert f'href="/verify/{show_tracking_code(item["verify_code"])}"' in answer.text
    assert answer.headers["content-security-policy"] == WITH_PICTURES_WITHIN
    file = await browse(told, "GET", item["pdf"])
    assert (file.headers["content-type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert (await browse(told, "GET", f"/forms/documents/{item['id']}", "other_unit")).status_code == 404


@pytest.mark.article("annex 3")
@pytest.mark.parametrize(("door", "words"), [("signatures", "签字"), ("seals", "盖章")])
async def test_the_signed_paper_is_recorded_from_the_page(told: FormsHouse, door: str, words: str) -> None:
    """Shanghai time as it was typed; the scan can be had again, byte for byte, by whoever may have the paper."""
    item = await told.listed("feedback")
    files = {"scan": ("scan.pdf", b"%PDF-1.7 a scan", "application/pdf")}
    path = f"/forms/documents/{item['id']}/{door}"
    made = await browse(told, "POST", path, data=FACT, files=files)
    assert made.status_code == 303, made.text
    (fact,) = (await told.done("GET", f"/forms/documents/{item['id']}/signatures"))["items"]
    assert fact["signed_at"] == "2026-11-23T04:00:00Z"
    page = (await browse(told, "GET", made.headers["location"])).text
    scan = f"/forms/documents/{item['id']}/signatures/{fact['id']}/scan"
    assert words in page
    assert f'href="{scan}"' in page
    assert (await told.ask("GET", scan, "auditor")).content == b"%PDF-1.7 a scan"
    assert (await told.ask("GET", scan, "unit_leader")).status_code == 404


async def test_a_signature_without_a_scan_is_recorded_too(told: FormsHouse) -> None:
    """A browser sends the file that wasn't chosen as an empty one: there is no scan then, not an empty one."""
    item = await told.listed("feedback")
    files = {"scan": ("", b"", "application/octet-stream")}
    await browse(told, "POST", f"/forms/documents/{item['id']}/signatures", data=FACT, files=files)
    (fact,) = (await told.done("GET", f"/forms/documents/{item['id']}/signatures"))["items"]
    assert fact["scan_sha256"] is None
    scan = f"/forms/documents/{item['id']}/signatures/{fact['id']}/scan"
    assert (await told.ask("GET", scan)).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"signer": ""}, {"signed_at": "gestern"}, {"how": "by_magic"}, {"signer": "长" * 121}]
)
async def test_a_faulty_signature_comes_back_with_what_was_typed(told: FormsHouse, wrong: dict[str, str]) -> None:
    """422, the field is marked, and nothing was recorded."""
    item = await told.listed("feedback")
    answer = await browse(told, "POST", f"/forms/documents/{item['id']}/signatures", data=FACT | wrong)
    assert answer.status_code == 422
    assert 'class="err"' in answer.text
    assert (await told.done("GET", f"/forms/documents/{item['id']}/signatures"))["items"] == []


async def test_a_paper_that_was_given_up_says_so(told: FormsHouse) -> None:
    """On its page, in the list, and to whoever asks for the file; it is not passed over as if it weren't there."""
    item = await told.listed("feedback")
    async with told.room.store.transaction(told.clock()) as unit:
        await unit.connection.execute(update(documents).where(documents.c.form == "feedback").values(state=FAILED))
    assert "未能制作" in (await browse(told, "GET", f"/forms/documents/{item['id']}")).text
    assert "未能制作" in (await browse(told, "GET", CASE)).text
    answer = await told.ask("GET", item["pdf"])
    assert (answer.status_code, answer.json()["code"]) == (500, "not_drawn")


async def test_a_paper_frozen_with_other_fields_still_has_its_page(told: FormsHouse) -> None:
    """A later version of the form may have lost a field: there is nothing to look at, and the file is as it was issued."""
    item = await told.listed("feedback")
    old = FormValues(form=FormId.FEEDBACK, texts={"a_field_of_long_ago": "x"}).model_dump_json().encode()
    async with told.room.store.transaction(told.clock()) as unit:
        wanted = update(documents).where(documents.c.form == "feedback")
        await unit.connection.execute(wanted.values(sealed_values=told.room.ring.seal_record(old)))
    answer = await browse(told, "GET", f"/forms/documents/{item['id']}")
    assert (answer.status_code, "data:image" in answer.text) == (200, False)
    assert (await told.ask("GET", item["pdf"])).status_code == 200


async def test_the_papers_of_a_day_with_all_its_disposition_forms(told: FormsHouse) -> None:
    """Found from the navigation; the day before has none; whoever may not have the batch has no such page."""
    page = (await browse(told, "GET", "/forms/day")).text
    assert 'href="/forms/day" aria-current="page"' in page
    assert "batch.pdf?day=2026-11-23" in page
    assert f'href="/workflow/cases/{NUMBER}"' in page
    empty = (await browse(told, "GET", "/forms/day?day=2026-11-22")).text
    assert "这一天没有出具文书" in empty
    assert (await browse(told, "GET", "/forms/day", "unit_handler")).status_code == 403


async def test_a_draft_is_a_page_for_a_browser_and_pictures_for_a_script(told: FormsHouse) -> None:
    """The pages of the form with what is typed; nothing is kept of it."""
    before = dict(told.originals.contents)
    data = {"findings": FINDINGS, "signed_by": "高玉兰", "substantiated": "true"}
    page = await browse(told, "POST", DRAFT, "unit_handler", data=data)
    assert "没有签发" in page.text
    assert page.text.count("data:image/png;base64,") == 1
    part = await told.ask("POST", DRAFT, "unit_handler", data=data, headers={"Accept": "*/*"})
    assert "<html" not in part.text
    assert part.text.count("data:image/png;base64,") == 1
    assert told.originals.contents == before
    assert len((await told.done("GET", CASE))["items"]) == 4


async def test_a_draft_waits_for_what_must_be_chosen(told: FormsHouse) -> None:
    """No ground, no picture; and no other command has one."""
    path = f"/forms/cases/{NUMBER}/drafts/refuse_by_unit"
    assert "必选" in (await browse(told, "POST", path, "unit_handler")).text
    assert (await browse(told, "POST", f"/forms/cases/{NUMBER}/drafts/note")).status_code == 404


@pytest.mark.article("17")
@pytest.mark.parametrize("who", ["other_unit", "operator"])
async def test_nobody_drafts_for_a_case_that_is_none_of_theirs(told: FormsHouse, who: str) -> None:
    """The answer is that of a case which doesn't exist."""
    assert (await browse(told, "POST", DRAFT, who)).status_code == 404


@pytest.mark.article("17")
async def test_an_operator_s_day_shows_what_they_asked_for_themselves(told: FormsHouse) -> None:
    """Their lists, nobody else's, and no paper of somebody else's case; no batch. Where lists are issued is said."""
    theirs = LISTED[FormId.BOX_RECORD].model_copy(update={"asked_by": "某operator"})
    others = LISTED[FormId.CALL_LIST].model_copy(update={"document_id": new_id()})
    await told.hear(theirs, others)
    page = (await browse(told, "GET", "/forms/day", "operator")).text
    assert page.count("/forms/documents/") > 0
    assert str(theirs.document_id) in page
    for words in ("投诉处置单", "batch.pdf", NUMBER, str(others.document_id)):
        assert words not in page, words
    assert 'href="/desk/calls"' in page
    assert "/workflow/statistics" not in page


async def test_a_page_that_handed_a_list_over_leads_to_its_document(house: FormsHouse) -> None:
    """At once where the message has come, else as soon as it comes; what is no address at all is not found."""
    told = LISTED[FormId.CALL_LIST]
    waiting = asyncio.create_task(browse(house, "GET", f"/forms/lists/{told.document_id}"))
    await house.hear(told)
    answer = await waiting
    assert (answer.status_code, answer.headers["location"]) == (303, f"/forms/documents/{told.document_id}?done=made")
    page = await browse(house, "GET", answer.headers["location"])
    assert "已出具" in page.text
    assert f"{told.document_id}.docx" in page.text
    assert (await browse(house, "GET", "/forms/lists/monthly_report")).status_code == 404
