"""Every channel's complaint from its door to its document, in both kinds of house, by the same tests."""

import io
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import pypdfium2
import pytest

from services.workflow.domain.timeline import Break, Entry, verify_chain
from shared.clock import SHANGHAI
from shared.contracts.values import SERVICES
from tests.parts.dovecot import Dovecot
from tests.parts.house import HANDLER, UNIT, House, next_working_day
from tests.parts.ways import CALLER, VISITOR, WAYS, WRITER, Receipt

ON_ITS_WAY = {"accepted", "delivered"}
BY_A_PERSON = {"call", "post"}
OPEN_WORK = (
    *((service, "outbox WHERE published_at IS NULL") for service in SERVICES),
    ("forms", "documents WHERE state = 'waiting'"),
    ("notify", "deliveries WHERE state IN ('planned', 'attempting') AND due_at IS NOT NULL AND route <> 'call'"),
)
KEPT = {
    "intake": ("submissions", "outbox"),
    "workflow": ("cases", "timeline", "outbox"),
    "notify": ("deliveries", "contacts", "outbox"),
    "forms": ("documents", "complaints", "outbox"),
}


class Walks:
    """All ways of a house, sent at once and followed when a test asks."""

    def __init__(self, house: House, post_office: Dovecot) -> None:
        self.house = house
        self.receipts: dict[str, Receipt] = {name: way.send(house, post_office) for name, way in WAYS.items()}
        self.number: Callable[[str], str] = cache(self._number)
        self.disposition: Callable[[str], dict[str, Any]] = cache(self._disposition)

    def _number(self, way: str) -> str:
        return self.house.case_of(self.receipts[way].complaint_id)

    def _disposition(self, way: str) -> dict[str, Any]:
        """Accept and forward the case, and wait for the 处置单."""
        number = self.number(way)
        self.house.act(number, "accept")
        self.house.act(number, "forward", unit=UNIT, advice="请核实情况，1 个工作日内办结并反馈。")
        return dict(self.house.until(f"the disposition form of {way}", f"/forms/documents?case={number}", _disposition))

    def chain(self, way: str) -> list[Entry]:
        """The timeline of its case, once it was forwarded."""
        self.disposition(way)
        return self.house.chain(self.number(way))


def _disposition(found: Any) -> Any:
    return next((item for item in found["items"] if item["form"] == "disposition" and "pdf" in item), None)


def _answer(found: Any, route: str) -> Any:
    """The receipt by this route, once it has left us or waits for the person who calls or writes."""
    ours = [item for item in found["items"] if (item["purpose"], item["route"]) == ("receipt", route)]
    return next((item for item in ours if item["state"] in ON_ITS_WAY or route in BY_A_PERSON), None)


@pytest.fixture(scope="session")
def walks(house: House, post_office: Dovecot) -> Walks:
    """Nine inputs, already on their way."""
    return Walks(house, post_office)


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest) -> str:
    """Each way in turn."""
    return str(request.param)


@pytest.mark.article("14")
def test_the_receipt_names_the_end_of_the_next_working_day(walks: Walks, way: str):
    """Whoever complains is told a tracking code and by when the answer comes: the close of the next working day."""
    receipt = walks.receipts[way]
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{10}", receipt.tracking_code)
    assert receipt.respond_by.astimezone(SHANGHAI) == next_working_day(receipt.received_at)


@pytest.mark.article("15")
def test_the_complaint_becomes_a_case_of_its_channel(walks: Walks, way: str):
    """Each complaint is registered under its number, with the channel and the time of its reception."""
    case = walks.house.done("GET", f"/workflow/cases/{walks.number(way)}", HANDLER)
    receipt = walks.receipts[way]
    assert case["channel"] == WAYS[way].channel
    assert datetime.fromisoformat(case["received_at"]) == receipt.received_at
    assert case["tracking_code"] == receipt.tracking_code
    assert case["facts"].strip()


@pytest.mark.article("15")
def test_the_numbers_have_no_gap(walks: Walks):
    """The register counts 1, 2, 3 …: a number is neither skipped nor given twice."""
    ours = [walks.number(way) for way in WAYS]
    given = sorted(int(row["number"].split("-")[1]) for row in walks.house.rows("workflow", "SELECT number FROM cases"))
    assert given == list(range(1, len(given) + 1))
    assert len(set(ours)) == len(WAYS)


@pytest.mark.article("14")
def test_the_complainant_is_answered(walks: Walks, way: str):
    """Everyone is answered by the way they can be reached: a message on its way, or a person who calls or writes."""
    path = f"/notify/deliveries?complaint={walks.receipts[way].complaint_id}"
    route = WAYS[way].answered_by
    answer = walks.house.until(f"the answer to {way} by {route}", path, lambda found: _answer(found, route))
    assert datetime.fromisoformat(answer["must_by"]) <= walks.receipts[way].respond_by


@pytest.mark.article("18.2")
def test_the_disposition_form_is_a_pdf_that_says_what_it_is(walks: Walks, way: str):
    """Accepted and forwarded, the case has its 处置单 as a PDF with its number and the unit's name as text."""
    document = walks.disposition(way)
    pdf = walks.house.ask("GET", document["pdf"], HANDLER)
    assert pdf.headers["content-type"] == "application/pdf"
    text = _text_of(pdf.content)
    assert "处置单" in text
    assert document["number"] in text
    assert UNIT in text


@pytest.mark.article("18.2")
def test_the_disposition_form_can_be_edited_as_docx(walks: Walks, way: str):
    """The same form comes as a Word file that opens and holds the same number."""
    document = walks.disposition(way)
    docx = walks.house.ask("GET", document["docx"], HANDLER)
    with zipfile.ZipFile(io.BytesIO(docx.content)) as packed:
        assert document["number"] in re.sub(r"<[^>]+>", "", packed.read("word/document.xml").decode())


@pytest.mark.article("23")
def test_the_timeline_is_an_unbroken_chain(walks: Walks, way: str):
    """Registered first, then accepted and forwarded, each by whom it was: and every entry vouches for the one before."""
    chain = walks.chain(way)
    said = [(entry.content["kind"], entry.content["actor"]["role"]) for entry in chain]
    acts = [act for act in said if act[0] in ("registered", "accepted", "forwarded")]
    assert acts == [("registered", "system"), ("accepted", "handler"), ("forwarded", "handler")]
    assert said[0] == acts[0]
    assert verify_chain(UUID(walks.receipts[way].complaint_id), chain) is None


@pytest.mark.article("23")
def test_a_changed_entry_breaks_the_chain(walks: Walks):
    """Whoever changes who did something is found out by anybody who has the timeline."""
    chain = walks.chain("phone")
    forged = replace(chain[1], content={**chain[1].content, "actor": {"id": "x", "name": "他人", "role": "handler"}})
    fault = verify_chain(UUID(walks.receipts["phone"].complaint_id), [chain[0], forged, *chain[2:]])
    assert fault is not None
    assert (fault.index, fault.kind) == (1, Break.CHANGED)


def test_the_tracking_page_shows_the_case_and_nobody(walks: Walks, way: str):
    """With the code anybody sees where it stands; who complained is not on the page."""
    walks.disposition(way)
    page = walks.house.http.get(f"/track/{walks.receipts[way].tracking_code}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert walks.number(way) in page.text
    for name in ("刘桂华", "王昇堃", "陈", "孟庆兰", "张镕玥", "李喆", CALLER, WRITER, VISITOR):
        assert name not in page.text


def test_receipt_and_document_can_be_verified(walks: Walks, way: str):
    """The code on the receipt and the code on the 处置单 are known; any other code is not."""
    document = walks.disposition(way)
    html = {"Accept": "text/html"}
    for code in (walks.receipts[way].tracking_code, document["verify_code"]):
        assert walks.house.http.get(f"/verify/{code}", headers=html).status_code == 200
    shown = walks.house.http.get(f"/verify/{document['verify_code']}", headers=html).text
    assert (document["signed_sha256"] or document["sha256"])[:8] in shown.replace(" ", "").lower()
    assert walks.house.http.get("/verify/0000000000", headers=html).status_code == 404


def test_an_event_that_comes_again_changes_nothing(walks: Walks):
    """Every message published a second time: no second case, entry, delivery or document, and no dead letter."""
    for way in WAYS:
        walks.disposition(way)
    _settled(walks.house)
    before = _counts(walks.house)
    for service in SERVICES:
        walks.house.change(service, "UPDATE outbox SET published_at = NULL")
    _settled(walks.house)
    assert _counts(walks.house) == before


def _settled(house: House) -> None:
    """Wait until nothing has been on its way three times in a row: nothing to publish, to send or to draw."""
    quiet, give_up = 0, time.monotonic() + 60
    while quiet < 3:
        assert time.monotonic() < give_up, "work is still waiting"
        quiet = 0 if any(_count(house, service, work) for service, work in OPEN_WORK) else quiet + 1
        time.sleep(0.3)


def _counts(house: House) -> dict[str, int]:
    counted = {f"{service}.{table}": _count(house, service, table) for service in KEPT for table in KEPT[service]}
    assert not any(_count(house, service, "dead_letters") for service in KEPT)
    return counted


def _count(house: House, service: str, what: str) -> int:
    return int(house.rows(service, f"SELECT count(*) AS n FROM {what}")[0]["n"])


def _text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        said = "".join(page.get_textpage().get_text_range() for page in document)
    return "".join(said.split())  # typesetting puts thin spaces beside figures
