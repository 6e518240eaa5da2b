"""A form that changes after a document was issued by it changes nothing of the document (art. 18.6)."""

from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium
import pytest
from sqlalchemy import insert, select, update

from services.forms.domain.definition import FormId, Heading
from services.forms.domain.kept_forms import written
from services.forms.store.tables import definitions, documents
from services.forms.templates import FORMS
from shared.contracts import case
from tests.parts.forms import a_complaint, an_event
from tests.parts.forms_house import NUMBER, FormsHouse, docx_text, pdf_text
from tests.parts.pdf_a import faults

pytestmark = pytest.mark.article("18.6")

STORY = (
    an_event(case.CaseRegistered, 1),
    an_event(case.CaseAccepted, 2),
    an_event(case.CaseForwarded, 3),
    an_event(case.CaseFeedbackSubmitted, 4),
)
NOW = FORMS[FormId.FEEDBACK]
OLD_WORDS = "旧式样的一行"
THEN = replace(NOW, template_version="0", body=(Heading(OLD_WORDS), *NOW.body))
"""The form as it was in an earlier release."""


async def _feedback(house: FormsHouse, version: str) -> dict[str, Any]:
    """A feedback form frozen by that version of the form, drawn by a house that runs the present one."""
    await house.hear(a_complaint(), *STORY)
    async with house.room.store.transaction(house.clock()) as unit:
        old = {"form": THEN.id.value, "version": THEN.template_version, "definition": written(THEN)}
        await unit.connection.execute(insert(definitions).values(old))
        of_form = update(documents).where(documents.c.form == THEN.id.value)
        await unit.connection.execute(of_form.values(template_version=version))
    await house.draw()
    return await house.listed("feedback")


async def test_every_form_of_this_release_is_kept_with_its_version(house: FormsHouse) -> None:
    """Written down when the service starts: later releases draw by it what this one issues."""
    async with house.room.store.reading() as connection:
        rows = (await connection.execute(select(definitions))).all()
    assert {(row.form, row.version) for row in rows} == {(form, FORMS[form].template_version) for form in FORMS}
    assert {row.definition for row in rows} == {written(form) for form in FORMS.values()}


async def test_a_document_is_drawn_by_the_form_that_it_was_issued_by(house: FormsHouse) -> None:
    """PDF, DOCX, the pages to look at and the binder: all are of the earlier form, which stands on file."""
    item = await _feedback(house, "0")
    assert item["template_version"] == "0"
    assert pdf_text((await house.ask("GET", item["pdf"])).content).count(OLD_WORDS) == NOW.copies
    for mark in ("", "?copy=1"):
        assert docx_text((await house.ask("GET", item["docx"] + mark)).content).count(OLD_WORDS) == NOW.copies
    page = await house.ask("GET", f"/forms/documents/{item['id']}", headers={"Accept": "text/html"})
    assert "data:image/png;base64," in page.text
    binder = await house.ask("GET", f"/forms/cases/{NUMBER}/binder.pdf")
    assert OLD_WORDS in pdf_text(binder.content)


async def test_what_was_issued_by_a_form_that_was_never_kept_is_drawn_by_the_present_one(house: FormsHouse) -> None:
    """Of before forms were kept: the present version is on file, as it is on the paper."""
    item = await _feedback(house, "unheard-of")
    assert item["template_version"] == NOW.template_version
    assert OLD_WORDS not in pdf_text((await house.ask("GET", item["pdf"])).content)


async def test_a_copy_is_the_issued_file_with_a_mark(house: FormsHouse) -> None:
    """It begins with the very bytes that were issued, signature and all; 副本 stands on every page, and nothing else is new."""
    item = await _feedback(house, "0")
    issued = (await house.ask("GET", item["pdf"])).content
    copy = (await house.ask("GET", item["pdf"] + "?copy=1")).content
    assert copy.startswith(issued)
    assert len(copy) > len(issued)
    assert faults(copy) == []
    assert _pages_but_their_mark(copy) == _pages(issued)


def _pages(content: bytes) -> list[str]:
    pdf = pdfium.PdfDocument(content)
    try:
        return ["".join(page.get_textpage().get_text_range().split()) for page in pdf]
    finally:
        pdf.close()


def _pages_but_their_mark(content: bytes) -> list[str]:
    pages = _pages(content)
    assert all(page.count("副本") == 1 for page in pages)
    return [page.replace("副本", "") for page in pages]


async def test_the_mark_lies_on_paper_that_is_free(house: FormsHouse) -> None:
    """Right of the number of the copy, above the QR code: no other word or picture is under it."""
    item = await _feedback(house, "0")
    drawn = pdfium.PdfDocument((await house.ask("GET", item["pdf"] + "?copy=1")).content)
    plain = pdfium.PdfDocument((await house.ask("GET", item["pdf"])).content)
    try:
        for marked, bare in zip(drawn, plain, strict=True):
            left, bottom, right, top = _place_of_the_mark(marked)
            assert right < bare.get_width()
            assert bare.get_textpage().get_text_bounded(left, bottom, right, top) == ""
    finally:
        drawn.close()
        plain.close()


def _place_of_the_mark(page: pdfium.PdfPage) -> tuple[float, float, float, float]:
    words = page.get_textpage()
    found = words.search("副本").get_next()
    assert found is not None
    boxes = [words.get_charbox(found[0] + place) for place in range(found[1])]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
