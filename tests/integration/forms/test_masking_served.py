"""What a unit, the file and the complainant can fetch leads to nobody that art. 17 protects: PDF and DOCX, form by form."""

import pytest

from services.forms.domain.documents import ON_DEMAND
from services.forms.domain.masking import MASKS, Reader
from shared.contracts import case
from shared.contracts.complaint import ComplaintReceived
from shared.contracts.masking import Showing
from tests.parts.forms import WHOLE, a_complainant, a_complaint, an_event
from tests.parts.forms_house import NUMBER, FormsHouse, docx_text, pdf_text

NAME, PHONE, SECRETS = "李淑珍", "13800138000", ("李淑珍", "13800138000", "lishuzhen", "善南街道")
TOLD = "我叫李淑珍，电话138-0013-8000，邮箱lishuzhen@example.com，住滕州市善南街道某小区3号楼。"


def _complaint(*, confidential: bool) -> ComplaintReceived:
    return a_complaint(facts=TOLD, complainant=a_complainant(confidential=confidential))


@pytest.mark.article("17")
@pytest.mark.parametrize("confidential", [False, True], ids=["ordinary", "confidential"])
@pytest.mark.parametrize("reader", Reader)
async def test_every_copy_shows_what_its_row_allows(house: FormsHouse, reader: Reader, confidential: bool) -> None:
    """Derived from the table: each form for this reader, made and fetched over HTTP, in both formats."""
    await house.hear(_complaint(confidential=confidential), *WHOLE.events)
    for form in ON_DEMAND:
        rule = MASKS[form, reader]
        showing = rule.confidential if confidential else rule.ordinarily
        body = {"case": NUMBER, "form": form.value, "reader": reader.value}
        made = await house.done("POST", "/forms/documents", json=body)
        pdf = pdf_text((await house.ask("GET", made["pdf"])).content)
        docx = docx_text((await house.ask("GET", made["docx"])).content)
        if showing is not Showing.OPEN:
            assert [secret for secret in SECRETS if secret in pdf or secret in docx] == [], form
        elif form.value == "disposition":
            assert NAME in pdf
            assert PHONE in docx


@pytest.mark.article("17")
@pytest.mark.parametrize("asked", ["with the complaint", "since"])
async def test_the_unit_of_a_confidential_case_can_fetch_nothing_that_leads_to_the_person(
    house: FormsHouse, asked: str
) -> None:
    """Everything that it is offered, in both formats, and a copy of it; also where the office marked the case later."""
    since = asked == "since"
    events = [event.model_copy(update={"confidential": since}) for event in WHOLE.events]
    await house.hear(_complaint(confidential=not since), *events)
    await house.draw()
    items = (await house.done("GET", f"/forms/documents?case={NUMBER}", "unit_leader"))["items"]
    assert {item["reader"] for item in items} == {"unit"}
    for item in items:
        for path in (item["pdf"], item["pdf"] + "?copy=1"):
            text = pdf_text((await house.ask("GET", path, "unit_leader")).content)
            assert [secret for secret in SECRETS if secret in text] == []
        text = docx_text((await house.ask("GET", item["docx"], "unit_leader")).content)
        assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.article("17")
async def test_a_unit_cannot_fetch_the_office_s_copies_by_their_ids(house: FormsHouse) -> None:
    """The answer is that of a document which doesn't exist, for every ending."""
    await house.hear(_complaint(confidential=True), *WHOLE.events)
    await house.draw()
    items = (await house.done("GET", f"/forms/documents?case={NUMBER}"))["items"]
    for item in (item for item in items if item["reader"] != "unit"):
        for ending in (".pdf", ".docx", ""):
            answer = await house.ask("GET", f"/forms/documents/{item['id']}{ending}", "unit_leader")
            assert answer.status_code == 404, (item["form"], ending)


@pytest.mark.article("14")
async def test_the_receipt_of_an_anonymous_complaint_names_nobody(house: FormsHouse) -> None:
    """匿名, and no number."""
    nobody = a_complainant(name=None, phone=None, email=None, address=None, anonymous=True)
    await house.hear(a_complaint(complainant=nobody), an_event(case.CaseRegistered, 1))
    text = pdf_text((await house.ask("GET", (await house.listed("receipt"))["pdf"])).content)
    assert "匿名" in text
    assert [secret for secret in SECRETS if secret in text] == []
