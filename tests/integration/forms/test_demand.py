"""Documents that somebody asks for, over HTTP: forms on demand, previews, reprints, the batch of a day."""

import asyncio
import base64
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import update

from services.forms.store.tables import documents
from shared.contracts import case
from shared.contracts.values import new_id
from tests.parts.forms import FINDINGS, a_complaint, an_event
from tests.parts.forms_house import NUMBER, PEOPLE, UNIT, FormsHouse, pdf_text

DISPATCHED = (an_event(case.CaseRegistered, 1), an_event(case.CaseAccepted, 2), an_event(case.CaseForwarded, 3))


async def _dispatched(house: FormsHouse) -> None:
    await house.hear(a_complaint(), *DISPATCHED)
    await house.draw()


@pytest.mark.article("annex 2")
async def test_a_form_is_made_on_demand_and_supersedes_the_one_before(house: FormsHouse) -> None:
    """201 with Location; the version counts on, who asked is recorded, and the form before it is superseded."""
    await _dispatched(house)
    before = await house.listed("disposition")
    made = await house.ask("POST", "/forms/documents", json={"case": NUMBER, "form": "disposition"})
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["version"], body["asked_by"], body["reader"]) == (before["version"] + 1, "某handler", "unit")
    assert (await house.done("GET", f"/forms/documents/{before['id']}"))["superseded_at"] is not None
    found = await house.done("GET", made.headers["location"])
    assert (found["id"], found["sha256"]) == (body["id"], body["sha256"])
    content = (await house.ask("GET", found["pdf"])).content
    assert "枣诉〔2026〕1083号" in pdf_text(content)


async def test_a_form_that_cannot_be_filled_in_yet_is_refused(house: FormsHouse) -> None:
    """409, and nothing is issued."""
    await _dispatched(house)
    answer = await house.ask("POST", "/forms/documents", json={"case": NUMBER, "form": "feedback"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_yet")
    assert len((await house.done("GET", f"/forms/documents?case={NUMBER}"))["items"]) == 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"case": "2026-999999", "form": "disposition"}, 404),
        ({"case": NUMBER, "form": "call_list"}, 422),
        ({"case": NUMBER, "form": "binder"}, 422),
        ({"case": "x", "form": "disposition"}, 422),
        ({"case": NUMBER, "form": "disposition", "reader": "nobody"}, 422),
    ],
)
async def test_a_wrong_request_for_a_form_is_refused(house: FormsHouse, body: dict[str, str], status: int) -> None:
    """No such case, a list, a binder, a number that is none, a reader that is none."""
    await _dispatched(house)
    assert (await house.ask("POST", "/forms/documents", json=body)).status_code == status


@pytest.mark.parametrize("who", ["unit_handler", "unit_leader", "auditor", "administrator"])
async def test_only_the_office_issues(house: FormsHouse, who: str) -> None:
    """A unit and an auditor read; they issue nothing."""
    await _dispatched(house)
    answer = await house.ask("POST", "/forms/documents", who, json={"case": NUMBER, "form": "disposition"})
    assert answer.status_code == 403


async def test_an_operator_issues_only_for_what_they_took_in(house: FormsHouse) -> None:
    """For another's case the answer is that of a case which doesn't exist, and no version of it comes into being."""
    wanted = {"case": NUMBER, "form": "disposition"}
    await _dispatched(house)
    before = await house.done("GET", f"/forms/documents?case={NUMBER}")
    answer = await house.ask("POST", "/forms/documents", "operator", json=wanted)
    nowhere = await house.ask("POST", "/forms/documents", "operator", json=wanted | {"case": "2026-999999"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["code"] == nowhere.json()["code"]
    assert await house.done("GET", f"/forms/documents?case={NUMBER}") == before


async def test_an_operator_issues_for_what_they_took_in(house: FormsHouse) -> None:
    """201, and they can read it."""
    await house.hear(a_complaint(received_by=PEOPLE["operator"].name), *DISPATCHED)
    made = await house.done("POST", "/forms/documents", "operator", json={"case": NUMBER, "form": "disposition"})
    assert (await house.ask("GET", made["pdf"], "operator")).status_code == 200


@pytest.mark.article("17")
async def test_the_papers_of_a_case_kept_close_are_the_officers_and_the_leaders(house: FormsHouse) -> None:
    """To the operator who took it in and to another handler there is no such paper, no binder, and none can be issued."""
    took_it_in, in_charge = PEOPLE["operator"].name, PEOPLE["handler"].id
    kept = [event.model_copy(update={"kept_for": in_charge}) for event in DISPATCHED]
    await house.hear(a_complaint(received_by=took_it_in), *kept)
    (paper, *_) = (await house.done("GET", f"/forms/documents?case={NUMBER}", "handler"))["items"]
    for who in ("office_leader", "auditor"):
        assert (await house.done("GET", f"/forms/documents?case={NUMBER}", who))["items"]
    for who in ("operator", "unit_handler"):
        assert (await house.done("GET", f"/forms/documents?case={NUMBER}", who))["items"] == []
        assert (await house.ask("GET", f"/forms/documents/{paper['id']}", who)).status_code == 404
    await house.hear(an_event(case.CaseAccepted, version=9, kept_for="another"))
    assert (await house.ask("GET", f"/forms/cases/{NUMBER}/binder.pdf")).status_code == 404
    assert (await house.ask("GET", f"/forms/documents/batch.pdf?day={house.clock():%Y-%m-%d}")).status_code == 404
    assert paper["id"] not in (await house.ask("GET", "/forms/day")).text


async def test_an_older_event_that_comes_late_keeps_nothing_close_again(house: FormsHouse) -> None:
    """What the newest said holds."""
    await house.hear(a_complaint(), an_event(case.CaseAccepted, version=2))
    await house.hear(an_event(case.CaseRegistered, version=1, kept_for="another"))
    assert (await house.done("GET", f"/forms/documents?case={NUMBER}"))["items"]


async def test_the_same_request_twice_is_one_document(house: FormsHouse) -> None:
    """The same key and body give the same document; the same key with another body is refused."""
    await _dispatched(house)
    headers = {"Idempotency-Key": "k-1"}
    wanted = {"case": NUMBER, "form": "disposition"}
    first, second = [await house.ask("POST", "/forms/documents", json=wanted, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    other = await house.ask("POST", "/forms/documents", json=wanted | {"form": "receipt"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_later_data_never_changes_an_issued_document(house: FormsHouse) -> None:
    """After ten more events and a new version, the first is byte for byte what it was, and so is what DOCX says."""
    await _dispatched(house)
    item = await house.listed("disposition")
    pdf, docx = [(await house.ask("GET", item[ending])).content for ending in ("pdf", "docx")]
    house.clock.now += timedelta(days=3)
    await house.hear(
        an_event(case.CaseFeedbackSubmitted, 4),
        an_event(case.CaseForwarded, 5, advice="另行核实。", unit="市税务局"),
    )
    await house.draw()
    assert [(await house.ask("GET", item[ending])).content for ending in ("pdf", "docx")] == [pdf, docx]
    newest = await house.listed("disposition")
    assert newest["version"] == item["version"] + 1
    assert (await house.done("GET", f"/forms/documents/{item['id']}"))["superseded_at"] is not None


async def test_a_frozen_receipt_says_what_was_known_when_it_was_given(house: FormsHouse) -> None:
    """Drawn days later, it still has the words and the time of the day it was issued."""
    await house.hear(a_complaint(), *DISPATCHED)
    house.clock.now += timedelta(days=5)
    item = await house.listed("receipt")
    assert item["state"] == "frozen"
    text = pdf_text((await house.ask("GET", item["pdf"])).content)
    assert "2026年11月23日12:00" in text
    assert "11月28日" not in text


async def test_a_reprint_says_copy_and_is_recorded(house: FormsHouse) -> None:
    """副本 stands on the reprint alone; who had it printed when is on file."""
    await _dispatched(house)
    item = await house.listed("disposition")
    issued = pdf_text((await house.ask("GET", item["pdf"])).content)
    copy = pdf_text((await house.ask("GET", item["pdf"] + "?copy=1", "handler")).content)
    assert "副本" in copy
    assert "副本" not in issued
    described = await house.done("GET", f"/forms/documents/{item['id']}")
    assert [row["printed_by"] for row in described["reprints"]] == ["某handler"]


async def test_a_preview_is_pictures_and_leaves_nothing_behind(house: FormsHouse) -> None:
    """PNG pages of one copy; no row, no original."""
    values = {"texts": {"unit": UNIT, "findings": FINDINGS}}
    body = {"form": "feedback", "values": values}
    pages = (await house.done("POST", "/forms/previews", "unit_handler", json=body))["pages"]
    assert base64.b64decode(pages[0].removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    assert house.originals.contents == {}
    assert (await house.done("GET", f"/forms/documents?case={NUMBER}"))["items"] == []


async def test_a_preview_of_strange_fields_names_them(house: FormsHouse) -> None:
    """422 with the name of the field, never its content."""
    body = {"form": "feedback", "values": {"texts": {"salary": "机密内容"}}}
    answer = await house.ask("POST", "/forms/previews", json=body)
    assert answer.status_code == 422
    assert "salary" in answer.text
    assert "机密内容" not in answer.text


async def test_the_dispositions_of_a_day_come_in_one_file(house: FormsHouse) -> None:
    """Those of the day, and none of another; a day without any is a 404; a unit may not."""
    await _dispatched(house)
    batch = await house.ask("GET", "/forms/documents/batch.pdf?day=2026-11-23")
    assert pdf_text(batch.content).count("存根") == 1
    assert (await house.ask("GET", "/forms/documents/batch.pdf?day=2026-11-22")).status_code == 404
    assert (await house.ask("GET", "/forms/documents/batch.pdf?day=2026-11-23", "unit_leader")).status_code == 403


BATCH = "/forms/documents/batch.pdf?day=2026-11-23"


async def test_a_batch_waits_for_a_form_that_is_being_drawn_elsewhere(house: FormsHouse) -> None:
    """Another replica holds its lease: the batch comes when it is done, with the form in it."""
    await house.hear(a_complaint(), *DISPATCHED)
    others = new_id()
    lease = {"state": "waiting", "lease_token": others, "lease_until": house.clock() + timedelta(minutes=2)}
    await _set_dispositions(house, lease)
    batch = asyncio.create_task(house.ask("GET", BATCH))
    await asyncio.sleep(0.05)
    assert not batch.done()
    await _set_dispositions(house, {"lease_token": None, "lease_until": None}, lease_token=others)
    assert (await batch).status_code == 200
    assert pdf_text((await batch).content).count("存根") == 1


async def test_a_batch_names_the_form_that_could_not_be_drawn(house: FormsHouse) -> None:
    """A page in its place with its number: nobody takes the batch for whole."""
    await _dispatched(house)
    await _set_dispositions(house, {"state": "failed"})
    text = pdf_text((await house.ask("GET", BATCH)).content)
    assert "枣诉〔2026〕1083号" in text
    assert "未能绘制" in text
    assert "存根" not in text


async def _set_dispositions(house: FormsHouse, values: dict[str, Any], **where: Any) -> None:
    wanted = [documents.c.form == "disposition", *(documents.c[name] == value for name, value in where.items())]
    async with house.room.store.transaction(house.clock()) as unit:
        await unit.connection.execute(update(documents).where(*wanted).values(**values))


async def test_each_file_of_a_case_has_a_name_of_its_own(house: FormsHouse) -> None:
    """Number, kind and version; no person."""
    await _dispatched(house)
    items = (await house.done("GET", f"/forms/documents?case={NUMBER}"))["items"]
    answers = [await house.ask("GET", item[ending]) for item in items for ending in ("pdf", "docx")]
    names = [unquote(answer.headers["content-disposition"]).partition("''")[2] for answer in answers]
    assert len(set(names)) == len(names)
    assert "枣诉〔2026〕1083号 政务服务投诉处置单 第1版.pdf" in names
