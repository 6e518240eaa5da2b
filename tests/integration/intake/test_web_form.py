"""The public form from end to end in one process: every bad input of the table has its outcome, and nothing typed is lost."""

from __future__ import annotations

import base64
import html
import json
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.complaint import ComplaintReceived
from shared.contracts.envelope import read_envelope, unwrap
from shared.sealing import load_key_ring
from tests.parts.intake_app import FILLED, FORM, PNG, IntakeApp, form_in, intake_app, open_form


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IntakeApp]:
    """Intake without limits on how often."""
    with intake_app(tmp_path_factory.mktemp("form"), public_posts_a_minute=0, guesses_a_minute=0) as started:
        yield started


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[IntakeApp]:
    """Intake with limits as delivered."""
    with intake_app(tmp_path) as started:
        yield started


def send(browser: Any, changes: dict[str, Any] | None = None, **more: Any) -> Any:
    """Open the form and send it without a script."""
    fields = FILLED | open_form(browser).hidden | (changes or {})
    files = more.pop("files", None) or {"evidence": ("", b"")}
    return browser.post(FORM, data=fields, files=files, **more)


REJECTED: dict[str, tuple[dict[str, str], str]] = {
    "no facts": ({"facts": ""}, "facts"),
    "no unit": ({"unit": ""}, "unit"),
    "no demand": ({"demand": ""}, "demand"),
    "no statement": ({"truth": ""}, "truth"),
    "5001 characters": ({"facts": "长" * 5001}, "facts"),
    "five digits": ({"phone": "12345"}, "phone"),
    "twelve digits": ({"phone": "138001380001"}, "phone"),
    "letters": ({"phone": "abc"}, "phone"),
    "only blanks": ({"facts": " \u3000\u200b"}, "facts"),
    "no such day": ({"occurred_on": "2026-02-30"}, "occurred_on"),
    "day zero": ({"occurred_on": "0000-00-00"}, "occurred_on"),
    "tomorrow": ({"occurred_on": "2026-11-21"}, "occurred_on"),
    "1900": ({"occurred_on": "1900-01-01"}, "occurred_on"),
    "unknown unit": ({"unit": "火星分局"}, "unit"),
}


@pytest.mark.parametrize("row", list(REJECTED))
def test_what_is_wrong_is_named_and_what_was_typed_stays(house: IntakeApp, row: str) -> None:
    """422, the field marked, and the other fields as they were."""
    changes, field = REJECTED[row]
    answer = send(house.browser(), changes)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    kept = FILLED | changes
    assert kept["demand"] in answer.text
    assert kept["facts"].strip() in html.unescape(answer.text)


TAKEN: dict[str, dict[str, str]] = {
    "one character": {"facts": "慢"},
    "5000 characters": {"facts": "𠮷" * 5000},
    "full width": {"phone": "１３８００１３８０００"},
    "country code": {"phone": "+86 138-0013-8000"},
    "landline with extension": {"phone": "0571-8888 8888 转 12"},
    "a long name": {"name": "阿依古丽·买买提"},
    "beyond the basic plane": {"name": "𠮷野"},
    "anonymous": {"signature": "anonymous", "name": "", "phone": ""},
    "markup": {"facts": "<script>alert(1)</script> {{7*7}} ${7*7} {% raw %} '; DROP TABLE x; %00 %s%n"},
    "a formula": {"facts": "=cmd|'/C calc'!A0", "demand": "+1"},
    "a NUL": {"facts": "甲\0乙"},
    "right to left": {"facts": "窗口\u202e不办"},
    "today": {"occurred_on": "2026-11-20"},
    "hidden fields": {"role": "admin", "status": "closed", "deadline": "2099", "received_at": "2000-01-01"},
    "no script": {},
}


@pytest.mark.parametrize("row", list(TAKEN))
def test_what_is_unusual_but_right_is_taken(house: IntakeApp, row: str) -> None:
    """303 to a receipt that shows nobody's words; the register has one more."""
    browser = house.browser()
    answer = send(browser, TAKEN[row])
    assert answer.status_code == 303, answer.text
    receipt = browser.get(answer.headers["location"])
    assert receipt.status_code == 200
    assert "<script>alert" not in receipt.text
    newest = house.submissions()[0]
    assert newest["tracking_code"] == answer.headers["location"].rpartition("/")[2]
    assert newest["received_at"].startswith("2026-11-20T02:00")


@pytest.mark.parametrize(("asked", "language"), [("en-GB, zh;q=0.5", "en"), ("zh-CN", "zh"), ("fr", "zh")])
def test_the_complaint_says_which_language_its_form_was_in(house: IntakeApp, asked: str, language: str) -> None:
    """So that the messages that follow are in it too."""
    browser = house.browser()
    browser.headers["Accept-Language"] = asked
    assert send(browser).status_code == 303
    with closing(sqlite3.connect(house.settings.data_dir / "intake.db")) as database:
        (body,) = database.execute("SELECT body FROM outbox ORDER BY seq DESC LIMIT 1").fetchone()
    told = unwrap(read_envelope(body), load_key_ring(house.settings.keys_file))
    assert isinstance(told, ComplaintReceived)
    assert told.complainant.language == language


def test_a_huge_text_field_is_refused_while_it_is_read(house: IntakeApp) -> None:
    """413 long before 10 MB are in memory."""
    assert send(house.browser(), {"facts": "长" * 3_500_000}).status_code == 413


def test_thousands_of_fields_or_files_are_refused(house: IntakeApp) -> None:
    """413 for either."""
    browser = house.browser()
    fields = {f"f{n}": "x" for n in range(1001)}
    assert send(browser, fields).status_code == 413
    files = [("evidence", (f"{n}.png", PNG, "image/png")) for n in range(1001)]
    assert send(browser, files=files).status_code == 413


def test_a_field_that_stands_twice_is_refused(house: IntakeApp) -> None:
    """400: nobody knows which was meant."""
    browser = house.browser()
    hidden = open_form(browser).hidden
    answer = browser.post(FORM, data={**FILLED, **hidden, "facts": ["甲", "乙"]}, files={"evidence": ("", b"")})
    assert answer.status_code == 400


def test_a_double_click_and_a_lost_answer_are_one_complaint(house: IntakeApp) -> None:
    """The same key twice at once, and once more later, with the same solved challenge: the same number each time."""
    browser = house.browser()
    page = open_form(browser)
    fields = FILLED | page.hidden | {"altcha": page.proof()}
    before = len(house.submissions())
    with ThreadPoolExecutor(2) as pool:
        first = [each.result() for each in [pool.submit(browser.post, FORM, data=fields) for _ in range(2)]]
    answers = [*first, browser.post(FORM, data=fields)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(house.submissions()) == before + 1


def test_back_and_send_again_is_the_same_complaint_and_the_page_says_so(house: IntakeApp) -> None:
    """The page that Back brings up has its old key, and a note that a script shows; the number is the first one's."""
    browser = house.browser()
    page = browser.get(FORM).text
    fields = FILLED | form_in(page).hidden
    first, again = (browser.post(FORM, data=fields) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert "data-sent-note" in page
    assert form_in(browser.get(FORM).text).idempotency_key != form_in(page).idempotency_key


def test_nobody_is_asked_for_an_id_number(house: IntakeApp) -> None:
    """So no check digit is judged: a field that isn't asked is not taken, and JSON that brings one is refused."""
    browser = house.browser()
    assert not re.search(r'name="[^"]*(?:id_card|idcard|identity)', browser.get(FORM).text)
    assert send(browser, {"id_card": "370402200002310012"}).status_code == 303
    told = {"facts": "x", "complainant": {"id_card": "370402199001011234"}}
    assert house.client.post(FORM, json=told, headers={"Accept": "application/json"}).status_code == 422


NOT_UTF8: dict[str, bytes] = {
    "a lone surrogate": b'{"facts": "\\ud800"}',
    "overlong": b'{"facts": "\xc0\xaf"}',
    "invalid": b'{"facts": "\xff\xfe"}',
    "UTF-16": '{"facts": "甲"}'.encode("utf-16"),
}


@pytest.mark.parametrize("row", list(NOT_UTF8))
def test_json_that_no_utf8_can_carry_is_refused(house: IntakeApp, row: str) -> None:
    """400, or 422 naming the field; never a complaint with another text than was meant."""
    before = len(house.submissions())
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    assert house.client.post(FORM, content=NOT_UTF8[row], headers=headers).status_code in (400, 422)
    assert len(house.submissions()) == before


def test_the_same_key_for_another_text_is_refused(house: IntakeApp) -> None:
    """422: the first stands, the second is not taken for it."""
    browser = house.browser()
    fields = FILLED | open_form(browser).hidden
    assert browser.post(FORM, data=fields).status_code == 303
    assert browser.post(FORM, data=fields | {"facts": "另一件事"}).status_code == 422


def test_a_stale_form_comes_back_whole_with_its_files(house: IntakeApp) -> None:
    """403, a new token, the words and the file still there; the second press is enough."""
    browser = house.browser()
    page = open_form(browser)
    house.later(hours=13)
    answer = browser.post(FORM, data=FILLED | page.hidden, files={"evidence": ("取号单.png", PNG, "image/png")})
    house.later(hours=-13)
    assert answer.status_code == 403
    assert FILLED["facts"] in answer.text
    assert "取号单.png" in answer.text
    token = answer.text.split('name="kept" value="')[1].split('"')[0]
    again = browser.post(FORM, data=FILLED | form_in(answer.text).hidden | {"kept": token})
    assert again.status_code == 303
    assert "1 个文件" in browser.get(again.headers["location"]).text


def test_a_form_of_another_session_comes_back_whole(house: IntakeApp) -> None:
    """403, and nothing typed is lost."""
    stolen = open_form(house.browser()).hidden
    answer = house.browser().post(FORM, data=FILLED | stolen)
    assert answer.status_code == 403
    assert FILLED["facts"] in answer.text


def test_a_solved_challenge_is_taken_once_and_marks_the_complaint_as_proven(house: IntakeApp) -> None:
    """With proof the source is the plain form; replayed for another complaint it is refused with a new challenge."""
    browser = house.browser()
    page = open_form(browser)
    proof = page.proof()
    assert browser.post(FORM, data=FILLED | page.hidden | {"altcha": proof}).status_code == 303
    assert house.submissions()[0]["source_kind"] == "web_form"
    replayed = browser.post(FORM, data=FILLED | page.hidden | {"altcha": proof, "idempotency_key": "another"})
    assert replayed.status_code == 403
    assert form_in(replayed.text).challenge != page.challenge
    assert FILLED["facts"] in replayed.text


def test_without_a_script_the_complaint_is_marked_for_a_second_look(house: IntakeApp) -> None:
    """The source says that no work was proven."""
    send(house.browser())
    assert house.submissions()[0]["source_kind"] == "web_form_unproven"


@pytest.mark.parametrize(
    "fault", ["wrong", "expired", "of another form", "unsigned", "no base64", "no object", "longer"]
)
def test_a_bad_proof_is_refused_with_a_new_challenge(house: IntakeApp, fault: str) -> None:
    """403; the words stay; nothing is registered."""
    browser = house.browser()
    page = open_form(browser)
    before = len(house.submissions())
    said = json.loads(base64.b64decode(page.proof()))
    if fault == "of another form":
        said = json.loads(base64.b64decode(open_form(house.browser()).proof()))
    said |= {"wrong": {"number": 600_001}, "unsigned": {"signature": "0" * 64}}.get(fault, {})
    if fault == "longer":  # splicing: the same hash, another expiry (CVE-2025-68113)
        said["salt"] = said["salt"].replace("expires=", "expires=9")
    payload = base64.b64encode(json.dumps(said).encode()).decode()
    payload = {"no base64": "!!", "no object": base64.b64encode(b"[1]").decode()}.get(fault, payload)
    house.later(hours=3 if fault == "expired" else 0)
    answer = browser.post(FORM, data=FILLED | page.hidden | {"altcha": payload})
    house.later(hours=-3 if fault == "expired" else 0)
    assert answer.status_code == 403
    assert FILLED["facts"] in answer.text
    assert form_in(answer.text).challenge != page.challenge
    assert len(house.submissions()) == before


FILES: dict[str, tuple[str, bytes, int, str]] = {
    "empty": ("空.png", b"", 422, "是空的"),
    "over 10 MB": ("大.png", PNG + bytes(10 * 1024 * 1024), 413, "超过 10 MB"),
    "a page": ("页.png", b"<html><script>1</script></html>", 422, "不是可收的类型"),
    "a drawing": ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "不是可收的类型"),
}


@pytest.mark.parametrize("row", list(FILES))
def test_a_file_that_is_not_taken_is_named_and_the_others_stay(house: IntakeApp, row: str) -> None:
    """The answer says which and why; the good file beside it is kept."""
    name, content, status, words = FILES[row]
    files = [("evidence", ("好.png", PNG, "image/png")), ("evidence", (name, content, "image/png"))]
    answer = send(house.browser(), files=files)
    assert answer.status_code == status
    assert f"“{name}”{words}" in html.unescape(answer.text)
    assert answer.text.count('name="kept"') == 1
    assert FILLED["facts"] in answer.text


def test_ten_files_of_six_megabytes_are_taken_and_ten_of_ten_come_back_with_the_words(house: IntakeApp) -> None:
    """What the page says is what holds: 60 MB together; beyond it 413 with the text and the files that fitted."""
    six = [("evidence", (f"{n}.png", PNG + bytes([n]) * (5 * 1024 * 1024), "image/png")) for n in range(10)]
    assert send(house.browser(), files=six).status_code == 303
    ten = [("evidence", (f"{n}.png", PNG + bytes([n]) * (10 * 1024 * 1024 - 999), "image/png")) for n in range(10)]
    answer = send(house.browser(), files=ten)
    assert answer.status_code == 413
    assert FILLED["facts"] in answer.text
    assert answer.text.count('name="kept"') == 6


def test_twenty_one_files_are_too_many_and_say_so(house: IntakeApp) -> None:
    """Ten are kept, the others are named."""
    files = [("evidence", (f"{n}.png", PNG + bytes([n]), "image/png")) for n in range(21)]
    answer = send(house.browser(), files=files)
    assert answer.status_code == 422
    assert "“20.png”没有收下" in html.unescape(answer.text)
    assert answer.text.count('name="kept"') == 10


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "TRACE"])
def test_other_methods_are_not_allowed(house: IntakeApp, method: str) -> None:
    """405."""
    assert house.client.request(method, FORM).status_code == 405


def test_giant_headers_and_addresses_are_refused(house: IntakeApp) -> None:
    """431 and 414."""
    assert house.client.get(FORM, headers={"X-Much": "x" * 65_536}).status_code == 431
    assert house.client.get(FORM + "?q=" + "x" * 32_768).status_code == 414


def test_json_that_is_too_large_or_of_no_told_length_is_not_read(house: IntakeApp) -> None:
    """413: as JSON it would have to be held in memory."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    assert house.client.post(FORM, content=b" " * (26 * 1024 * 1024), headers=headers).status_code == 413
    assert house.client.post(FORM, content=iter([b"{}"]), headers=headers).status_code == 413


def test_a_draft_is_kept_for_its_own_browser_and_gone_with_the_complaint(house: IntakeApp) -> None:
    """Typed, saved, found again under the same key; nobody else sees it; sent, it is forgotten."""
    browser = house.browser()
    page = open_form(browser)
    assert (
        browser.put(FORM + "/draft", files={k: (None, v) for k, v in (FILLED | page.hidden).items()}).status_code == 204
    )
    again = browser.get(FORM).text
    assert FILLED["facts"] in again
    assert form_in(again).idempotency_key == page.idempotency_key
    assert FILLED["facts"] not in house.browser().get(FORM).text
    assert browser.post(FORM, data=FILLED | form_in(again).hidden).status_code == 303
    assert FILLED["facts"] not in browser.get(FORM).text


def test_a_draft_can_be_thrown_away_and_expires_by_itself(house: IntakeApp) -> None:
    """By its button, or after a day."""
    browser = house.browser()
    page = open_form(browser)
    for forget in ("button", "day"):
        browser.put(FORM + "/draft", files={k: (None, v) for k, v in (FILLED | page.hidden).items()})
        if forget == "button":
            assert browser.post(FORM + "/draft/discard", data={"csrf": page.csrf}).status_code == 303
        house.later(hours=25 if forget == "day" else 0)
        assert FILLED["facts"] not in browser.get(FORM).text
        house.later(hours=-25 if forget == "day" else 0)


def test_a_draft_needs_the_forms_own_token(house: IntakeApp) -> None:
    """403 without it: no other site fills our forms in."""
    browser = house.browser()
    open_form(browser)
    assert browser.put(FORM + "/draft", files={"facts": (None, "x")}).status_code == 403


def test_drafts_lie_sealed(house: IntakeApp) -> None:
    """No file of the database holds what was typed, in clear."""
    browser = house.browser()
    page = open_form(browser)
    secret = "只有草稿里才有的一句话"
    browser.put(FORM + "/draft", files={k: (None, v) for k, v in (FILLED | {"facts": secret} | page.hidden).items()})
    stored = b"".join(path.read_bytes() for path in Path(house.settings.data_dir).glob("intake.db*"))
    assert secret.encode() not in stored


def test_the_thirty_first_form_of_a_minute_is_asked_to_call_and_keeps_its_words(strict: IntakeApp) -> None:
    """429 with Retry-After and the hotline's number; with proof of work four times as many pass."""
    browser = strict.browser()
    page = open_form(browser)
    answers: list[Any] = []
    while not answers or (answers[-1].status_code == 303 and len(answers) < 90):
        answers.append(browser.post(FORM, data=FILLED | page.hidden | {"idempotency_key": f"k{len(answers)}"}))
    refused = answers[-1]
    assert refused.status_code == 429
    assert len(answers) > 30  # some more where the machine is so slow that the bucket fills up meanwhile
    assert int(refused.headers["retry-after"]) >= 1
    assert "0632-000 0120" in refused.text
    assert FILLED["facts"] in refused.text
    headers = {"Accept": "application/json"}
    assert strict.client.post(FORM, json={"facts": "x"}, headers=headers).status_code == 429


def test_wrong_and_unknown_codes_get_the_same_answer_and_then_429(strict: IntakeApp) -> None:
    """Nobody learns from the answer how near a guess was, and nobody guesses for long."""
    answers = [
        strict.client.get(f"{FORM}/receipts/{code}") for code in ("AAAAAAAAAA", "nonsense", *["0000000000"] * 28)
    ]
    assert {answer.status_code for answer in answers} == {404}
    refused = strict.client.get(f"{FORM}/receipts/AAAAAAAAAA")
    assert refused.status_code == 429
    assert "0632-000 0120" in refused.text
