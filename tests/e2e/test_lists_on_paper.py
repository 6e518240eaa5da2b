"""Documents about many cases, from the button of one service to the paper of another, in both kinds of house."""

import io
from datetime import timedelta
from typing import Any

import httpx
import pypdfium2
import pytest

from shared.clock import SHANGHAI
from tests.parts.house import HANDLER, LEADER, OPERATOR, House

HTML = {"Accept": "text/html"}
LANDLINE = "06323312345"


def _pressed(house: House, button: str, who: str, **fields: str) -> dict[str, Any]:
    """What the document is that came of pressing a button, once it can be had; as a browser is led to it."""
    answer = _browse(house, "POST", button, who, data=fields)
    document = _browse(house, "GET", answer.headers["location"], who)
    path = document.headers["location"].partition("?")[0]
    drawn: dict[str, Any] = house.until(path, path, lambda item: item if item["state"] == "ready" else None, who)
    return drawn


def _browse(house: House, method: str, path: str, who: str, **more: Any) -> httpx.Response:
    answer = house.ask(method, path, who, headers=HTML, **more)
    assert answer.status_code == 303, f"{path}: {answer.status_code} {answer.text}"
    return answer


def _words(house: House, item: dict[str, Any], who: str) -> str:
    pdf = pypdfium2.PdfDocument(io.BytesIO(house.ask("GET", item["pdf"], who).content))
    try:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
        return "".join(text.split()).replace("\u200b", "")
    finally:
        pdf.close()


@pytest.mark.article("21")
def test_a_frozen_month_becomes_a_report(house: House):
    """Last month is frozen by the leader; one press of a handler, and its figures are a numbered document."""
    last = house.now().astimezone(SHANGHAI).date().replace(day=1) - timedelta(days=1)
    days = {"from": last.replace(day=1).isoformat(), "to": last.isoformat()}
    frozen = _browse(house, "POST", "/workflow/statistics/freeze", LEADER, data=days)
    page = frozen.headers["location"].partition("?")[0]
    item = _pressed(house, f"{page}/report", HANDLER, analysis="本月没有新情况。")
    assert (item["form"], item["version"], item["asked_by"]) == ("monthly_report", 1, HANDLER)
    words = _words(house, item, HANDLER)
    assert f"{last.year}年{last.month}月1日至{last.year}年{last.month}月{last.day}日" in words
    assert "本月没有新情况。" in words
    assert page.rpartition("/")[2] in words


@pytest.mark.article("14")
def test_the_calls_that_wait_become_a_list(house: House):
    """Who left a landline and wants to be called stands on the paper with number and words, by one press."""
    told = {"facts": "窗口推诿。", "complainant": {"name": "秦玥", "phone": LANDLINE, "reply_by": "phone"}}
    house.done("POST", "/intake/phone-logs", OPERATOR, json=told)
    house.until("the call", "/notify/call-list", lambda found: LANDLINE[1:] in str(found), OPERATOR)
    item = _pressed(house, "/desk/calls/sheet", OPERATOR)
    assert (item["form"], item["asked_by"]) == ("call_list", OPERATOR)
    words = _words(house, item, OPERATOR)
    assert "秦玥" in words
    assert "0632-3312345" in words
    assert house.ask("GET", item["docx"], OPERATOR).status_code == 200
