"""``/verify`` over HTTP: genuine, superseded or unknown for every kind of paper, by the very code that is printed on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image
from sqlalchemy import event

from services.forms.domain.definition import FormId
from services.forms.domain.documents import ON_DEMAND
from services.forms.web.views import Paper
from shared.contracts import case
from shared.contracts.tracking import new_tracking_code
from tests.parts.forms import LISTED, WHOLE, a_complaint, an_event
from tests.parts.forms_house import NUMBER, FormsHouse

HTML = {"Accept": "text/html"}


async def _page(house: FormsHouse, code: str) -> tuple[int, str]:
    answer = await house.ask("GET", f"/verify/{code}", None, headers=HTML)
    return answer.status_code, answer.text


async def test_every_kind_of_paper_is_genuine_and_then_superseded(house: FormsHouse) -> None:
    """Each form of a case and its binder: genuine while it stands, superseded once there is another; nothing personal."""
    await house.hear(a_complaint(), *WHOLE.events)
    made = {}
    for form in ON_DEMAND:
        made[form.value] = await house.done("POST", "/forms/documents", json={"case": NUMBER, "form": form.value})
    await house.hear(an_event(case.CaseArchived, 12))
    await house.draw()
    made["binder"] = await house.listed("binder")
    assert set(made) | {form.value for form in LISTED} == {paper.value for paper in Paper}
    for name, item in made.items():
        status, text = await _page(house, item["verify_code"])
        assert (status, "是真的" in text) == (200, True), name
        assert "李淑珍" not in text
        assert "13800138000" not in text
    for name, item in made.items():
        if name == "binder":
            await house.hear(an_event(case.CaseDeadlineMissed, 13))
            await house.ask("GET", f"/forms/cases/{NUMBER}/binder.pdf")
        else:
            await house.done("POST", "/forms/documents", json={"case": NUMBER, "form": name})
        status, text = await _page(house, item["verify_code"])
        assert (status, "已被新的一份替代" in text) == (200, True), name


@pytest.mark.parametrize("form", LISTED)
async def test_a_list_is_genuine(house: FormsHouse, form: FormId) -> None:
    """By the code in its head."""
    issued = await house.issue(LISTED[form])
    assert (await _page(house, issued["verify_code"]))[0] == 200


async def test_the_tracking_code_of_a_receipt_is_known(house: FormsHouse) -> None:
    """The code that a citizen holds in hand, before any document was drawn."""
    complaint = a_complaint()
    await house.hear(complaint)
    status, text = await _page(house, complaint.tracking_code)
    assert (status, "投诉回执" in text) == (200, True)


async def test_the_printed_qr_leads_to_the_page(house: FormsHouse) -> None:
    """Read back from the drawn page by an independent decoder."""
    await house.hear(a_complaint(), *WHOLE.events)
    await house.draw()
    item = await house.listed("acceptance_notice")
    pdf = pdfium.PdfDocument((await house.ask("GET", item["pdf"])).content)
    picture: Image.Image = pdf[0].render(scale=4).to_pil().convert("RGB")
    pdf.close()
    target = BytesIO()
    picture.save(target, "PNG")
    pixels = cv2.imdecode(np.frombuffer(target.getvalue(), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    address, *_ = cv2.QRCodeDetector().detectAndDecode(pixels)
    assert address == f"http://127.0.0.1:8000/verify/{item['verify_code']}"
    assert (await house.ask("GET", address, None, headers=HTML)).status_code == 200


async def test_unknown_codes_are_unknown_and_take_as_long(house: FormsHouse) -> None:
    """A well-made code that nobody gave out, and one that can't be: 404 both, after the very same look-ups as a known one."""
    await house.hear(a_complaint(), *WHOLE.events)
    await house.draw()
    known = (await house.listed("disposition"))["verify_code"]
    asked: dict[str, list[str]] = {}
    for kind, code in {"known": known, "unknown": new_tracking_code(), "malformed": "U" * 10}.items():
        with _statements(house) as made:
            status, _text = await _page(house, code)
        assert status == (200 if kind == "known" else 404)
        asked[kind] = made
    assert len([each for each in asked["known"] if each.startswith("SELECT")]) == 2
    assert asked["known"] == asked["unknown"] == asked["malformed"]


@contextmanager
def _statements(house: FormsHouse) -> Iterator[list[str]]:
    """Every statement that the database is asked meanwhile."""
    made: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        made.append(statement)

    engine = house.room.store.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(engine, "before_cursor_execute", note)
