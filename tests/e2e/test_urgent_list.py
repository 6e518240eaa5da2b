"""A threat to life from every channel's door to the urgent list, in both kinds of house, by the same tests."""

import json
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import make_msgid
from functools import cache
from typing import Any
from uuid import uuid4

import pytest

from tests.parts.fax_pages import make_fax
from tests.parts.house import HANDLER, LEADER, OPERATOR, UNIT_HANDLER, House
from tests.parts.ways import Receipt, receipt_of, sample, told

URGENT = "/workflow/cases?urgent=true&limit=200"
THREAT = "窗口三次不给办，我不想活了，今天就从你们大楼上跳下去。"
FAX = (
    "投诉信",
    "枣庄市政务服务管理办公室：",
    "医保窗口三次不给办，我已经不想活了，",
    "今天就去你们大楼跳楼。",
    "投诉人：孟庆兰",
)
MAIL = {"Content-Type": "message/rfc822"}


def _typed(house: House, path: str, name: str, **more: Any) -> Receipt:
    """A sample with a threat in it, typed into a door; without a number, so that nobody's cap of messages is used up."""
    complainant = json.loads(sample(name)).get("complainant", {}) | {"phone": None, "email": None}
    return told(house, path, name, facts=THREAT, complainant=complainant, **more)


def _mail(text: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "meng@example.com", "tousu@zz.example", "投诉"
    message["Message-ID"] = make_msgid(idstring=uuid4().hex, domain="example.com")
    message.set_content(text)
    return message.as_bytes()


def _mailed(house: House, text: str) -> Receipt:
    return receipt_of(house.done("POST", "/intake/emails", OPERATOR, content=_mail(text), headers=MAIL))


def _faxed(house: House) -> Receipt:
    fax = {"content": make_fax(FAX, resolution=(204, 196)), "headers": {"Content-Type": "image/tiff"}}
    return receipt_of(house.done("POST", "/intake/faxes", OPERATOR, **fax))


def _now(house: House) -> str:
    return house.now().isoformat()


DOORS: dict[str, Callable[[House], Receipt]] = {
    "fax": _faxed,
    "phone": lambda house: _typed(house, "/intake/phone-logs", "phone_log.json"),
    "email": lambda house: _mailed(house, THREAT),
    "web": lambda house: _typed(house, "/intake/web-forms", "web_form.json"),
    "suggestion_box": lambda house: _typed(
        house,
        "/intake/suggestion-slips",
        "suggestion_slip.json",
        opened_at=_now(house),
        slip_number=uuid4().hex,
    ),
    "letter": lambda house: _typed(house, "/intake/letters", "letter.json", arrived_at=_now(house)),
    "visit": lambda house: _typed(house, "/intake/visits", "visit.json"),
}


@cache
def sent(house: House) -> dict[str, Receipt]:
    """A threat through every door of a house, all at once."""
    return {channel: send(house) for channel, send in DOORS.items()}


def listed(house: House, number: str, who: str = HANDLER) -> dict[str, Any]:
    """The case as it stands on somebody's urgent list, once it does."""

    def found(answer: Any) -> Any:
        return next((row for row in answer["items"] if row["number"] == number), None)

    return dict(house.until(f"{number} on the urgent list", URGENT, found, who))


def numbers(house: House, who: str) -> set[str]:
    """What stands on somebody's urgent list just now."""
    return {row["number"] for row in house.done("GET", URGENT, who)["items"]}


@pytest.mark.parametrize("channel", list(reversed(DOORS)))
def test_a_threat_comes_onto_the_urgent_list_whichever_its_channel(house: House, channel: str):
    """The office has it before it, marked, until somebody says what was done; then it stands there no more."""
    number = house.case_of(sent(house)[channel].complaint_id)
    row = listed(house, number)
    assert (row["channel"], row["urgency"]) == (channel, "raised")
    house.act(number, "attend_urgent", measure="called_110", remarks="已请民警到场")
    assert number not in numbers(house, HANDLER)
    case = house.done("GET", f"/workflow/cases/{number}", HANDLER)
    assert (case["urgency"]["attended"]["by"], case["urgency"]["attended"]["measure"]) == (HANDLER, "called_110")


def test_a_later_mail_makes_a_case_urgent_for_those_who_may_know_of_it(house: House):
    """An ordinary case at nobody's unit; its writer adds a threat: office and leader see it at once, the unit nothing."""
    first = _mail("窗口材料要了三次，请尽快办理。")
    receipt = receipt_of(house.done("POST", "/intake/emails", OPERATOR, content=first, headers=MAIL))
    number = house.case_of(receipt.complaint_id)
    assert number not in numbers(house, HANDLER)
    named = next(line for line in first.decode().splitlines() if line.startswith("Message-ID:")).partition(" ")[2]
    later = _mail("再不给我答复，我就跟你们同归于尽。").replace(b"\n", f"\nIn-Reply-To: {named}\n".encode(), 1)
    house.done("POST", "/intake/emails", OPERATOR, content=later, headers=MAIL)
    listed(house, number)
    assert number in numbers(house, LEADER)
    assert number not in numbers(house, UNIT_HANDLER)
    house.act(number, "attend_urgent", measure="no_danger")
    assert house.done("GET", f"/workflow/cases/{number}", HANDLER)["urgency"] is None
