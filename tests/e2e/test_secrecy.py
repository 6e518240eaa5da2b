"""Art. 17: made-up people come in through all seven channels, and are then looked for wherever a thief would look.

They are found under a seal only: in no log, metric, message, broker's file, table or leftover file, and in no answer to somebody
who may not know. That they can be found at all is shown by those who may.
"""

import contextlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest

from shared.contracts.values import SERVICES
from tests.parts.access_matrix import TABLE
from tests.parts.canaries import CANARIES, come_in, may_hold_traces, traces_in
from tests.parts.house import (
    ADMINISTRATOR,
    AUDITOR,
    HANDLER,
    LEADER,
    OPERATOR,
    PEOPLE,
    UNIT,
    UNIT_HANDLER,
    UNIT_LEADER,
    House,
)
from tests.parts.postgres_cluster import PgAdmin, database_of
from tests.parts.rabbit_node import RabbitAdmin

STRANGERS = ("公积金处置人", "公积金领导", ADMINISTRATOR, None)
"""Whose none of the cases is, and who has no business with any."""
PRINTED_MESSAGE = ("┌", "│", "└")
"""How the embedded default's messages begin, which it prints instead of sending: they are told to the person themselves."""
PAGE = {"Accept": "text/html"}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the canaries: by channel, the complaint's id and its case's number."""

    complaints: Mapping[str, str]
    numbers: Mapping[str, str]
    wal_from: str
    """The segment of PostgreSQL's log that was being written when the first of them came; empty without PostgreSQL."""


@pytest.fixture(scope="session")
def told(house: House) -> Told:
    """All of them came, were dispatched under the seal of secrecy, one was answered; and requests went wrong with them in hand."""
    wal_from = _present_segment(house)
    complaints = {channel: come_in(house, canary) for channel, canary in CANARIES.items()}
    numbers = {channel: house.case_of(complaint) for channel, complaint in complaints.items()}
    for channel, number in numbers.items():
        _dispatch(house, channel, number)
    _go_wrong(house, numbers["phone"])
    _end(house, numbers["phone"])
    for channel, number in numbers.items():
        house.until(f"the unit's form of {channel}", f"/forms/documents?case={number}", _drawn, UNIT_HANDLER)
    return Told(complaints, numbers, wal_from)


def _present_segment(house: House) -> str:
    if house.layout.broker is None:
        return ""
    (row,) = house.rows("identity", "SELECT pg_walfile_name(pg_current_wal_lsn()) AS name")
    return str(row["name"])


def _dispatch(house: House, channel: str, number: str) -> None:
    """To the unit, by people who write names into every field that they find, also of the fax that nobody has entered yet."""
    canary = CANARIES[channel]
    if not house.done("GET", f"/workflow/cases/{number}", HANDLER)["confidential"]:
        house.act(number, "mark_confidential")
    house.act(number, "accept")
    house.act(number, "note", text=f"已与{canary.name}通话，{canary.phone}。")
    house.act(number, "forward", unit=UNIT, advice=f"请联系{canary.name}核实，电话{canary.phone}。")


def _end(house: House, number: str) -> None:
    """Answered, followed up and closed."""
    canary = CANARIES["phone"]
    feedback = {
        "findings": f"经查，{canary.name}所述属实。",
        "substantiated": True,
        "rectification": f"已向{canary.name}（{canary.phone}）致歉。",
        "signed_by": UNIT_LEADER,
        "sealed": True,
    }
    house.act(number, "submit_feedback", UNIT_HANDLER, **feedback)
    house.act(number, "record_follow_up", outcome="satisfied")
    house.act(number, "close", result=f"{canary.name}的投诉属实，已整改，回访电话{canary.phone}。")


def _go_wrong(house: House, number: str) -> None:
    """What is asked with a person in hand, rightly and wrongly: none of it may be repeated where others read."""
    one = CANARIES["phone"]
    draft = "/intake/drafts/0193a0f4-8c5e-7d11-9f0a-6b1f3c2d4e60"
    house.ask("PUT", draft, OPERATOR, json={"facts": one.facts, "name": one.name, "phone": one.phone})
    house.ask("POST", "/desk/phone/known", OPERATOR, data={"phone": one.phone})
    house.done(
        "POST", "/intake/calls", OPERATOR, json={"call_id": "canary", "caller_number": one.phone, "operator": OPERATOR}
    )
    house.done("POST", "/workflow/search", HANDLER, json={"name": one.name})
    house.done("POST", "/workflow/search", HANDLER, json={"text": one.name})
    house.done("POST", "/workflow/search", HANDLER, json={"phone": one.phone})
    # A field that nobody knows is named to whoever sent it, as it was sent; the log must not.
    house.ask("POST", "/intake/phone-logs", OPERATOR, json={"facts": one.facts, one.name: one.phone})
    for answer in _faults(house, number):
        assert traces_in(answer.text + str(answer.headers)) == [], f"{answer.request.method} {answer.status_code}"


def _faults(house: House, number: str) -> Iterator[httpx.Response]:
    """Requests that can't be granted, each with the person in it."""
    one = CANARIES["phone"]
    yield house.ask("POST", "/intake/phone-logs", OPERATOR, json={"complainant": {"phone": [one.name]}})
    yield house.ask("POST", "/intake/phone-logs", OPERATOR, content=f'{{"facts": "{one.facts}')
    yield house.ask("POST", "/intake/emails", HANDLER, content=b"")
    yield house.ask("POST", "/workflow/search", UNIT_HANDLER, json={"phone": one.phone})
    yield house.ask("POST", f"/workflow/cases/{number}/actions/{one.email}", HANDLER, json={})
    yield house.ask(
        "POST", f"/workflow/cases/{number}/actions/forward", HANDLER, json={"unit": one.name, "advice": "x"}
    )
    yield house.ask("GET", f"/workflow/cases/{one.phone}", HANDLER)
    yield house.ask("GET", "/forms/documents", HANDLER, params={"case": one.phone})
    yield house.ask("GET", f"/nowhere/{one.email}")


def _drawn(body: Any) -> Any:
    return [item for item in body["items"] if item["form"] == "disposition" and "pdf" in item]


@pytest.mark.article("17")
@pytest.mark.parametrize("channel", list(CANARIES))
def test_whoever_may_know_is_told(house: House, told: Told, channel: str):
    """The office's handler reads the words, and the number for a reason: what the others are not shown is there.

    Whose fax it is nobody has entered yet: it waits on the scan desk, and the unit must not read the name all the same.
    """
    number, canary = told.numbers[channel], CANARIES[channel]
    facts = house.done("GET", f"/workflow/cases/{number}", HANDLER)["facts"]
    assert canary.identity_card in facts
    assert canary.phone in facts
    look = house.act(number, "reveal_identity", purpose="handling", reason="回访")
    entered = {"email": canary.email, "fax": None}.get(channel, f"+86{canary.phone}")
    assert entered in look["complainant"].values()


@pytest.mark.article("17")
@pytest.mark.parametrize("service", [*SERVICES, "identity"])
def test_no_table_holds_anybody_in_clear(house: House, told: Told, service: str):
    """Every row of every table, outbox, inbox and dead letters included, as a stolen dump would show it."""
    names = (
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        if house.layout.broker
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    tables = [row["name"] for row in house.rows(service, names)]
    assert tables
    for table in tables:
        rows = house.rows(service, f'SELECT * FROM "{table}"')
        assert traces_in(b"\n".join(_bytes_of(value) for row in rows for value in row.values())) == [], table


def _bytes_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@pytest.mark.article("17")
def test_the_log_names_nobody(house: House, told: Told):
    """Nothing that was printed does, but for the messages themselves."""
    lines = [line for line in house.log.splitlines() if not line.startswith(PRINTED_MESSAGE)]
    assert any(line.startswith("{") for line in lines)
    assert traces_in("\n".join(lines)) == []


@pytest.fixture
def folders(house: House, request: pytest.FixtureRequest) -> list[Path]:
    """Where the house writes: its own folder, and its broker's where it has one."""
    if house.layout.broker is None:
        return [house.layout.data]
    node: RabbitAdmin = request.getfixturevalue("rabbit_node")
    return [house.layout.data, Path(node.address.folder)]


@pytest.mark.article("17")
def test_no_file_names_anybody(told: Told, folders: list[Path]):
    """Databases, journals, originals, anchors, temporary files, the broker's write-ahead logs and message stores: every byte.

    That the messages did go through the files is seen by their types, which are in clear.
    """
    for folder in folders:
        seen_messages = False
        for path, content in _files(folder):
            if path.name != "house.out":
                seen_messages |= b"complaint.received.v1" in content
                assert traces_in(content) == [], path.name
                assert traces_in(str(path)) == []
    assert seen_messages


@pytest.mark.article("17")
@pytest.mark.parametrize("house", ["distributed"], indirect=True)
def test_no_page_of_the_database_names_anybody(house: House, told: Told, pg_cluster: PgAdmin):
    """Whoever carries PostgreSQL's disk away: heaps with their dead rows, indexes, write-ahead log, server's log, every byte.

    Of the cluster that the whole run shares, what is this house's: its databases, and the log since its people came.
    """
    pg_cluster.sql("CHECKPOINT")
    data = Path(pg_cluster.sql("SHOW data_directory"))
    searched = [*_pages_of(house, data, pg_cluster), *_log_since(told.wal_from, data, pg_cluster)]
    contents = {path: path.read_bytes() for path in [*searched, data.parent / "server.out"]}
    assert any(b"complaint.received.v1" in content for content in contents.values())
    assert [str(path) for path, content in contents.items() if may_hold_traces(content)] == []


def _pages_of(house: House, data: Path, cluster: PgAdmin) -> Iterator[Path]:
    """The files of its databases, and of what all share but the pages and the log of others."""
    names = "', '".join(database_of(url) for url in house.layout.databases.values())
    ours = cluster.sql(f"SELECT oid FROM pg_database WHERE datname IN ('{names}')").split()
    shared = [folder for folder in data.iterdir() if folder.is_dir() and folder.name not in ("base", "pg_wal")]
    for folder in (*shared, *(data / "base" / oid for oid in ours)):
        yield from (path for path in folder.rglob("*") if path.is_file())


def _log_since(first: str, data: Path, cluster: PgAdmin) -> Iterator[Path]:
    """The segments that were written; those after the present one are old ones kept for use again."""
    last = cluster.sql("SELECT pg_walfile_name(pg_current_wal_lsn())")
    return (path for path in (data / "pg_wal").iterdir() if path.is_file() and first <= path.name <= last)


def _files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):  # a journal that has just been folded in
            if path.is_file():
                yield path, path.read_bytes()


@pytest.mark.article("17")
@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: PEOPLE[who][0].value if who else "nobody")
def test_strangers_are_told_nothing_by_any_route(house: House, told: Told, who: str | None):
    """Every address that can be asked, as each of those who may not know: metrics and health among them."""
    asked, places = 0, {"number": told.numbers["phone"], "complaint_id": told.complaints["phone"]}
    for row in TABLE:
        if row.method == "GET" and "events" not in row.path:
            answer = house.ask("GET", _filled(row.path, places), who)
            assert traces_in(answer.text + str(answer.headers)) == [], f"{row.path} {answer.status_code}"
            asked += 1
    assert asked > len(list(TABLE)) // 3


def _filled(path: str, places: dict[str, str]) -> str:
    for name in ("number", "complaint_id"):
        path = path.replace(f"{{{name}}}", places.get(name, "1"))
    return path.replace("{", "").replace("}", "")


@pytest.mark.article("17")
@pytest.mark.parametrize("who", [UNIT_HANDLER, UNIT_LEADER])
@pytest.mark.parametrize("channel", list(CANARIES))
def test_the_unit_complained_of_reads_what_happened_and_not_by_whom(house: House, told: Told, who: str, channel: str):
    """Case, timeline, actions and page: of a confidential complaint nothing leads to a person."""
    case = f"/workflow/cases/{told.numbers[channel]}"
    for path, headers in ((case, {}), (f"{case}/timeline", {}), (f"{case}/actions", {}), (case, PAGE)):
        answer = house.ask("GET", path, who, headers=headers)
        assert answer.status_code == 200
        assert traces_in(answer.text + str(answer.headers)) == [], path


@pytest.mark.article("17")
@pytest.mark.parametrize("channel", list(CANARIES))
def test_no_copy_for_the_unit_says_by_whom(house: House, told: Told, channel: str):
    """Every form that it may draw, as PDF and as Word, described by their properties included."""
    copies = house.done("GET", f"/forms/documents?case={told.numbers[channel]}", UNIT_HANDLER)["items"]
    assert copies
    for copy in copies:
        for kind, text in (("pdf", _text_of_pdf), ("docx", _text_of_docx)):
            if kind in copy:
                assert traces_in(text(house.ask("GET", copy[kind], UNIT_HANDLER).content)) == [], copy["form"]


def _text_of_pdf(content: bytes) -> bytes:
    with pypdfium2.PdfDocument(content) as document:
        said = "".join(page.get_textpage().get_text_range() for page in document)
        described = "".join(document.get_metadata_dict().values())
    return "".join((said + described).split()).encode("utf-8", "replace") + content


def _text_of_docx(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return b"\n".join(packed.read(name) for name in packed.namelist())


@pytest.mark.article("17")
@pytest.mark.parametrize("who", [OPERATOR, HANDLER, LEADER, AUDITOR])
def test_lists_show_a_part_of_who_complained_to_anybody(house: House, told: Told, who: str):
    """王**: a list is no look at an identity, so no list names anybody, and no deliveries either."""
    for path in (
        "/workflow/cases",
        "/intake/submissions",
        "/intake/review",
        "/intake/quarantine",
        "/notify/deliveries",
    ):
        for headers in ({}, PAGE):
            answer = house.ask("GET", f"{path}?limit=200", who, headers=headers)
            assert traces_in(answer.text) == [], f"{path} {answer.status_code}"


@pytest.mark.article("17")
def test_the_tracking_page_names_nobody(house: House, told: Told):
    """Whoever finds the slip with the code reads where the matter stands, and no name that staff wrote into the answer."""
    for number in told.numbers.values():
        code = house.done("GET", f"/workflow/cases/{number}", HANDLER)["tracking_code"]
        page = house.http.get(f"/track/{code}", headers=PAGE)
        assert page.status_code == 200
        assert traces_in(page.text) == []
