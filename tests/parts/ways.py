"""The ways into a house: one real input for each of the seven channels, two of them by two doors.

Each way is sent as its sender would send it, and gives the complaint's id and what its receipt said.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import httpx

from tests.parts.dovecot import Dovecot
from tests.parts.house import OPERATOR, House

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a4944415478da63f80f0001010100b5e5b1c40000000049454e44ae426082"
)
FORM = {
    "facts": "网上预约了上午十点，到窗口被告知要重新取号，等到下班也没办成。",
    "demand": "承认网上预约；补办登记并说明原因。",
    "unit": "市医疗保障局",
    "window": "A07",
    "signature": "named",
    "name": "王昇堃",
    "phone": "138 0000 5521",
    "relation": "self",
    "reply_by": "sms",
    "truth": "yes",
}


CALLER, WRITER, VISITOR = "13900007118", "13900007119", "13900007120"
"""Numbers of nobody else's: one takes only so many messages a day, and the house is every test's."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender was told."""

    complaint_id: str
    tracking_code: str
    received_at: datetime
    respond_by: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """A channel's door, how to send something through it, and by which route its sender is answered."""

    channel: str
    send: Callable[[House, Dovecot], Receipt]
    answered_by: str


def sample(name: str) -> bytes:
    """One of the product's own samples."""
    return resources.files("services.samples").joinpath(name).read_bytes()


def told(house: House, path: str, name: str, **changes: Any) -> Receipt:
    """Type a sample into one of the JSON doors."""
    body = {**json.loads(sample(name)), **changes}
    key = {"Idempotency-Key": uuid4().hex}
    return receipt_of(house.done("POST", path, OPERATOR, json=body, headers=key))


def receipt_of(answer: dict[str, Any]) -> Receipt:
    """A receipt as the API words it."""
    moments = (datetime.fromisoformat(answer[name]) for name in ("received_at", "respond_by"))
    return Receipt(answer["complaint_id"], answer["tracking_code"], *moments)


def fresh_mail() -> bytes:
    """The sample mail as if sent anew."""
    return sample("complaint.eml").replace(b"<20261120094103.17@", f"<{uuid4().hex}@".encode())


def open_form(browser: httpx.Client) -> dict[str, str]:
    """The hidden fields of the form's page."""
    page = browser.get("/intake/web-forms", headers={"Accept": "text/html"}).text
    names = ("csrf", "idempotency_key")
    return {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in names}  # type: ignore[index]  # the page has them


def browser_of(house: House) -> httpx.Client:
    """Somebody's browser: cookies of its own, no script."""
    origin = str(house.http.base_url).rstrip("/")
    return httpx.Client(base_url=origin, headers={"Origin": origin, "Accept": "text/html"}, timeout=30)


def posted_receipt(house: House, code: str) -> Receipt:
    """The receipt of a tracking code, from intake's list."""
    row = house.until(
        f"the submission {code}",
        "/intake/submissions?limit=200",
        lambda found: next((item for item in found["items"] if item["tracking_code"] == code), None),
    )
    return receipt_of(row)


def _now(house: House) -> str:
    return (house.now() - timedelta(minutes=5)).isoformat()


def _somebody(name: str, phone: str) -> dict[str, Any]:
    """The sample's complainant with this number."""
    return {**json.loads(sample(name))["complainant"], "phone": phone}


def _phone(house: House, _: Dovecot) -> Receipt:
    return told(house, "/intake/phone-logs", "phone_log.json", complainant=_somebody("phone_log.json", CALLER))


def _web_json(house: House, _: Dovecot) -> Receipt:
    return told(house, "/intake/web-forms", "web_form.json", complainant=_somebody("web_form.json", WRITER))


def _web_page(house: House, _: Dovecot) -> Receipt:
    with browser_of(house) as browser:
        hidden = open_form(browser)
        sent = browser.post(
            "/intake/web-forms",
            data=FORM | hidden | {"phone": VISITOR},
            files={"evidence": ("取号单.png", PNG, "image/png")},
        )
    assert sent.status_code == 303, sent.text
    return posted_receipt(house, sent.headers["location"].rpartition("/")[2])


def _mail_piped(house: House, _: Dovecot) -> Receipt:
    headers = {"Content-Type": "message/rfc822"}
    return receipt_of(house.done("POST", "/intake/emails", OPERATOR, content=fresh_mail(), headers=headers))


def mailbox_of(house: House) -> str:
    """The user whose mailbox the house polls."""
    return unquote(urlsplit(house.layout.more["SHOULI_MAILBOXES"]).username or "")


def _mail_polled(house: House, server: Dovecot) -> Receipt:
    server.append(fresh_mail(), user=mailbox_of(house))
    row = house.until(
        "the mail that lay in the mailbox",
        "/intake/submissions?limit=200",
        lambda found: next((item for item in found["items"] if item["received_by"] == "inbox poller"), None),
    )
    return receipt_of(row)


def _fax(house: House, _: Dovecot) -> Receipt:
    headers = {"Content-Type": "image/tiff"}
    return receipt_of(house.done("POST", "/intake/faxes", OPERATOR, content=sample("fax.tiff"), headers=headers))


WAYS: dict[str, Way] = {
    # the fax first: its reader starts while the others are sent
    "fax": Way("fax", _fax, "tracking_page"),
    "phone": Way("phone", _phone, "sms"),
    "mail through the pipe": Way("email", _mail_piped, "email"),
    "mail from the mailbox": Way("email", _mail_polled, "email"),
    "web form as JSON": Way("web", _web_json, "sms"),
    "web form without script": Way("web", _web_page, "sms"),
    "suggestion box": Way(
        "suggestion_box",
        lambda house, _: told(
            house, "/intake/suggestion-slips", "suggestion_slip.json", opened_at=_now(house), slip_number=uuid4().hex
        ),
        "tracking_page",
    ),
    "letter": Way(
        "letter", lambda house, _: told(house, "/intake/letters", "letter.json", arrived_at=_now(house)), "post"
    ),
    "visit": Way("visit", lambda house, _: told(house, "/intake/visits", "visit.json"), "call"),
}
