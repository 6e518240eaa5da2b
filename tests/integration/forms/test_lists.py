"""Lists that other services hand over: issued from their rows alone, once, as PDF and DOCX."""

import pytest
from sqlalchemy import select

from services.forms.domain.definition import FormId
from shared.contracts.lists import ListAsked
from shared.contracts.values import new_id
from tests.parts.forms import LISTED, values_for
from tests.parts.forms_house import FormsHouse, docx_text, pdf_text

EVERY_LIST = pytest.mark.parametrize("form", LISTED)


@EVERY_LIST
async def test_a_list_is_issued_from_what_is_handed_over(house: FormsHouse, form: FormId) -> None:
    """PDF and DOCX both say every cell; the document has a number, a version, a hash, and who asked for it."""
    issued = await house.issue(LISTED[form])
    assert (issued["form"], issued["version"], issued["state"], issued["asked_by"]) == (form, 1, "ready", "孙晓敏")
    assert issued["number"]
    assert len(issued["sha256"]) == 64
    pdf = pdf_text((await house.ask("GET", issued["pdf"])).content)
    docx = docx_text((await house.ask("GET", issued["docx"])).content)
    for cell in (cell for rows in values_for(form).tables.values() for row in rows for cell in row):
        assert "".join(cell.split()) in pdf
        assert cell in docx


@EVERY_LIST
async def test_a_message_that_comes_again_is_the_same_document(house: FormsHouse, form: FormId) -> None:
    """Asked for once, it is there once, with the code that it got first."""
    first = await house.issue(LISTED[form])
    assert (await house.issue(LISTED[form]))["verify_code"] == first["verify_code"]
    day = await house.ask("GET", "/forms/day", headers={"Accept": "text/html"})
    assert day.text.count(f'/forms/documents/{first["id"]}"') == 1


@pytest.mark.article("21")
async def test_a_report_of_the_same_figures_supersedes_the_one_before(house: FormsHouse) -> None:
    """Written with another analysis: the second version stands, the first is still there and says that it was replaced."""
    told = LISTED[FormId.MONTHLY_REPORT]
    first = await house.issue(told)
    second = await house.issue(told.model_copy(update={"document_id": new_id(), "analysis": "另有说明。"}))
    assert (second["version"], second["superseded_at"]) == (2, None)
    assert (await house.done("GET", f"/forms/documents/{first['id']}"))["superseded_at"] is not None
    other = told.model_copy(update={"document_id": new_id(), "frozen_id": new_id()})
    assert (await house.issue(other))["version"] == 1


async def test_two_call_lists_of_a_day_both_stand(house: FormsHouse) -> None:
    """Each is whoever's calls it lists, at its own hour."""
    told = LISTED[FormId.CALL_LIST]
    made = [await house.issue(each) for each in (told, told.model_copy(update={"document_id": new_id()}))]
    assert [(each["version"], each["superseded_at"]) for each in made] == [(1, None), (1, None)]
    assert made[0]["number"] != made[1]["number"]


@EVERY_LIST
@pytest.mark.article("17")
async def test_whose_list_it_is(house: FormsHouse, form: FormId) -> None:
    """The office reads it, an operator what they asked for themselves, a unit none."""
    told: ListAsked = LISTED[form]
    await house.hear(told)
    path = f"/forms/documents/{told.document_id}"
    asked = {who: (await house.ask("GET", path, who)).status_code for who in ("auditor", "operator", "unit_leader")}
    assert asked == {"auditor": 200, "operator": 404, "unit_leader": 404}


async def test_a_list_is_told_to_nobody(house: FormsHouse) -> None:
    """It belongs to no complaint, and ``document.rendered`` is about one: no case's file has a place for it."""
    outbox = house.room.store.messages.outbox
    await house.issue(LISTED[FormId.BOX_RECORD])
    async with house.room.store.reading() as connection:
        assert (await connection.execute(select(outbox.c.type))).all() == []
