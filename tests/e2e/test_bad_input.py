"""What people and machines send that is wrong: named, answered, kept where it may be a complaint, and in nobody's way."""

import hashlib
import http.client
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.parts.dovecot import Dovecot
from tests.parts.house import AUDITOR, HANDLER, OPERATOR, UNIT_HANDLER, House
from tests.parts.ways import FORM, browser_of, fresh_mail, mailbox_of, open_form, sample, told

PROBLEM = "application/problem+json"
ENGLISH, CHINESE = {"Accept-Language": "en"}, {"Accept-Language": "zh-CN"}
FACTS = "窗口中午无人值守。"
SOMEDAY = "2026-11-20T09:00:00+08:00"

FAULTY: dict[str, tuple[str, Any, set[str]]] = {
    "nothing said": ("/intake/web-forms", {}, {"facts"}),
    "only blanks": ("/intake/web-forms", {"facts": "\u3000\u200b "}, {"facts"}),
    "too long": ("/intake/web-forms", {"facts": "长" * 5001}, {"facts"}),
    "a field that isn't asked": ("/intake/web-forms", {"facts": FACTS, "received_at": SOMEDAY}, {"received_at"}),
    "two at once": (
        "/intake/web-forms",
        {"facts": FACTS, "complainant": {"phone": "12", "email": "nobody"}},
        {"complainant.phone", "complainant.email"},
    ),
    "a wrong kind": ("/intake/phone-logs", {"facts": 7, "major": "perhaps"}, {"facts", "major"}),
    "a file that is no base64": (
        "/intake/letters",
        {"facts": FACTS, "arrived_at": SOMEDAY, "opened_by": "韩雪", "files": [{"name": "a", "content_base64": "%"}]},
        {"files.0.content_base64"},
    ),
    "a letter without its day": ("/intake/letters", {"facts": FACTS, "opened_by": "韩雪"}, {"arrived_at"}),
    "a time without a zone": (
        "/intake/letters",
        {"facts": FACTS, "opened_by": "韩雪", "arrived_at": "2026-11-20T09:00:00"},
        {"arrived_at"},
    ),
    "a slip without its box": (
        "/intake/suggestion-slips",
        {"facts": FACTS, "opened_at": SOMEDAY, "opened_by": "韩雪", "slip_number": "1"},
        {"box"},
    ),
    "a visit nowhere": ("/intake/visits", {"facts": FACTS}, {"reception_point"}),
}


def _problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"]
    return body


@pytest.mark.parametrize("case", list(FAULTY))
def test_every_faulty_field_is_named_in_the_readers_language(house: House, case: str):
    """422 names each wrong field and no other, in Chinese or English as asked, and repeats nothing that was sent."""
    path, body, fields = FAULTY[case]
    answers = [
        _problem(house.ask("POST", path, OPERATOR, json=body, headers=language), 422) for language in (CHINESE, ENGLISH)
    ]
    for told_fields in answers:
        assert {error["field"] for error in told_fields["errors"]} == fields
    chinese, english = ([error["message"] for error in answer["errors"]] for answer in answers)
    assert all(not message.isascii() for message in chinese)
    assert all(message.isascii() for message in english)


@pytest.mark.parametrize("body", [b"{", b"", b"[1", b"\xff\xfe{}", b'{"facts": "\\ud800"}'[:12]])
def test_broken_json_is_a_bad_request(house: House, body: bytes):
    """A body that is no JSON is answered 400: there is no field to name."""
    headers = {"Content-Type": "application/json"}
    _problem(house.ask("POST", "/intake/web-forms", content=body, headers=headers), 400)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/intake/phone-logs"),
        ("POST", "/intake/emails"),
        ("POST", "/intake/faxes"),
        ("GET", "/intake/submissions"),
        ("GET", "/intake/quarantine"),
        ("GET", "/workflow/cases"),
        ("POST", "/workflow/cases/2026-000001/actions/accept"),
        ("GET", "/notify/call-list"),
        ("GET", "/forms/documents?case=2026-000001"),
    ],
)
@pytest.mark.parametrize("token", [None, "shouli_wrong"])
def test_strangers_are_not_let_in(house: House, method: str, path: str, token: str | None):
    """Without a token, or with one that nobody gave out, every door of the staff answers 401 and how to sign in."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = house.ask(method, path, headers=headers, json={} if method == "POST" else None)
    _problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("who", "method", "path"),
    [
        (AUDITOR, "POST", "/intake/phone-logs"),
        (UNIT_HANDLER, "GET", "/intake/submissions"),
        (UNIT_HANDLER, "GET", "/notify/call-list"),
        (OPERATOR, "PUT", "/workflow/directory/staff"),
    ],
)
def test_a_role_stays_within_its_rights(house: House, who: str, method: str, path: str):
    """Known but not entitled: 403."""
    _problem(house.ask(method, path, who, json={} if method != "GET" else None), 403)


@pytest.mark.parametrize(
    "path",
    [
        "/workflow/cases/2026-999999",
        "/workflow/cases/no-number/timeline",
        "/intake/submissions/01a20000-0000-7000-8000-000000000000",
        "/forms/documents/01a20000-0000-7000-8000-000000000000.pdf",
        "/forms/documents/none.pdf",
        "/intake/nothing-here",
    ],
)
def test_what_is_not_there_is_not_found(house: House, path: str):
    """404, as a problem, whatever the reason."""
    _problem(house.ask("GET", path, HANDLER), 404)


def test_an_unknown_command_is_not_found(house: House):
    """A command that the table doesn't have is 404, not 500."""
    _problem(house.ask("POST", "/workflow/cases/2026-000001/actions/abolish", HANDLER, json={}), 404)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/intake/web-forms", "text/plain"),
        ("/intake/emails", "application/json"),
        ("/intake/faxes", "application/zip"),
    ],
)
def test_another_kind_of_content_is_named(house: House, path: str, media_type: str):
    """415 says which kind the door takes."""
    answer = house.ask("POST", path, OPERATOR, content=b"x", headers={"Content-Type": media_type} | ENGLISH)
    assert "/" in _problem(answer, 415)["detail"]


def test_a_compressed_body_is_refused(house: House):
    """What would have to be unpacked to know its size is refused before it is read."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    _problem(house.ask("POST", "/intake/web-forms", content=b"\x1f\x8b", headers=headers), 415)


@pytest.mark.parametrize("path", ["/workflow/cases/2026-000001/actions/note", "/intake/web-forms"])
def test_too_large_is_refused_before_it_is_read(house: House, path: str):
    """413 for a body over the path's limit, by its announced length alone: not one byte of it is waited for."""
    where = house.http.base_url
    line = http.client.HTTPConnection(where.host, where.port, timeout=10)
    line.putrequest("POST", path)
    line.putheader("Content-Type", "application/json")
    line.putheader("Content-Length", str(26 * 1024 * 1024))
    line.endheaders()
    answer = line.getresponse()
    assert (answer.status, answer.headers["content-type"]) == (413, PROBLEM)
    line.close()


def test_the_same_key_and_body_is_the_same_complaint(house: House):
    """A request that is sent again gets the first answer, byte for byte, and is told that it is a repetition."""
    headers = {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
    first, again = (
        house.ask("POST", "/intake/web-forms", content=sample("web_form.json"), headers=headers) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")


def test_eight_at_once_with_one_key_are_one_complaint(house: House):
    """An impatient client that sends the same thing eight times at the same moment is taken once."""
    headers = {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}

    def send(_: int) -> bytes:
        return house.ask("POST", "/intake/web-forms", content=sample("web_form.json"), headers=headers).content

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(8)))) == 1


def test_a_key_used_for_something_else_is_refused(house: House):
    """The same key with another body is the sender's mistake, and nothing is taken."""
    headers = {"Idempotency-Key": uuid4().hex}
    house.done("POST", "/intake/web-forms", json={"facts": FACTS}, headers=headers)
    answer = house.ask("POST", "/intake/web-forms", json={"facts": FACTS + "再"}, headers=headers)
    assert _problem(answer, 422)["code"] == "idempotency_key_reused"


def test_a_form_sent_twice_is_one_complaint(house: House):
    """Whoever presses the button twice gets the same receipt twice."""
    with browser_of(house) as browser:
        hidden = open_form(browser)
        sent = [browser.post("/intake/web-forms", data=FORM | hidden) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303]
    assert sent[0].headers["location"] == sent[1].headers["location"]


def test_a_faulty_form_comes_back_with_what_was_typed(house: House):
    """The page comes back with the faults named and every word still in its field."""
    with browser_of(house) as browser:
        answer = browser.post("/intake/web-forms", data=FORM | open_form(browser) | {"phone": "12", "truth": ""})
    assert answer.status_code == 422
    assert FORM["facts"] in answer.text
    assert 'value="12"' in answer.text


def test_a_form_that_was_not_ours_is_refused(house: House):
    """A form without our token is not taken, and its text is shown again rather than lost."""
    with browser_of(house) as browser:
        answer = browser.post("/intake/web-forms", data=FORM)
    assert answer.status_code == 403
    assert FORM["facts"] in answer.text


ENCRYPTED = (
    b"From: a@example.com\r\nTo: tousu@example.gov.cn\r\nSubject: secret\r\nMIME-Version: 1.0\r\nMessage-ID: <%s@x>\r\n"
    b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CAMIA=\r\n"
)


@pytest.mark.article("14")
def test_an_unreadable_mail_waits_for_a_person_and_not_in_the_way(house: House, post_office: Dovecot):
    """A mail that can't be read is kept and listed with its limit; the mail behind it in the mailbox is taken."""
    name = uuid4().hex
    user = mailbox_of(house)
    post_office.append(ENCRYPTED % name.encode(), user=user)
    behind = fresh_mail().replace(b"Subject: ", b"Subject: %s " % name[:8].encode(), 1)
    post_office.append(behind, user=user)
    waiting = house.until("the mail in quarantine", "/intake/quarantine", lambda found: _named(found, name))
    assert waiting["respond_by"]
    taken = f"SELECT complaint_id FROM mails WHERE complaint_id IS NOT NULL AND sha256 = '{_sha256(behind)}'"
    house.until("the mail behind it", "/intake/submissions", lambda _: house.rows("intake", taken))


def _named(found: Mapping[str, Any], name: str) -> Any:
    return next((item for item in found["items"] if name in (item["external_id"] or "")), None)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("media_type", ["image/tiff", "application/pdf"])
@pytest.mark.article("14")
def test_an_unreadable_scan_waits_for_a_person(house: House, media_type: str):
    """A fax that can't be read is taken with a receipt, stands on the review list with its limit, and is told once typed."""
    content = b"II*\0" + uuid4().bytes * 8 if media_type == "image/tiff" else b"%PDF-1.7\n" + uuid4().bytes
    receipt = house.done("POST", "/intake/faxes", OPERATOR, content=content, headers={"Content-Type": media_type})
    item = house.until("the scan on the review list", "/intake/review", lambda found: _scan(found, receipt))
    assert (item["state"], item["respond_by"]) == ("unreadable", receipt["respond_by"])
    assert item["reason"]
    typed = house.done("POST", f"/intake/review/{receipt['complaint_id']}", OPERATOR, json={"facts": FACTS})
    assert (typed["tracking_code"], typed["respond_by"]) == (receipt["tracking_code"], receipt["respond_by"])
    assert house.case_of(receipt["complaint_id"])
    again = house.ask("POST", f"/intake/review/{receipt['complaint_id']}", OPERATOR, json={"facts": FACTS})
    _problem(again, 409)


def _scan(found: Mapping[str, Any], receipt: Mapping[str, Any]) -> Any:
    return next((item for item in found["items"] if item["complaint_id"] == receipt["complaint_id"]), None)


def test_an_act_on_an_old_version_is_refused(house: House):
    """Whoever looked before somebody else acted is told so, and nothing is changed."""
    number = house.case_of(told(house, "/intake/phone-logs", "phone_log.json").complaint_id)
    path = f"/workflow/cases/{number}/actions"
    seen = house.done("GET", path, HANDLER)["version"]
    house.act(number, "accept")
    answer = house.ask("POST", f"{path}/note", HANDLER, json={"text": "补记"}, headers={"If-Match": f'"{seen}"'})
    assert _problem(answer, 412)["code"] == "stale"
