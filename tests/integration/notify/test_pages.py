"""Notify's pages over its rows: the board and the report of the one-working-day rule, messages, texts that came in."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.notify.domain.retry import SAFETY_MARGIN
from services.notify.ports import InboundText
from services.notify.reports import Reporter, store_inbound
from services.notify.rule_watch import RuleWatch
from services.notify.store import tables
from shared.contracts.case import CaseRegistered
from shared.contracts.values import Channel
from tests.parts import html
from tests.parts.notify_cases import TUESDAY, WEDNESDAY_CLOSE
from tests.parts.notify_house import NotifyHouse
from tests.parts.notify_web import notify_client, shown

MOBILE = {"phone": "+8613800000001", "reply_by": "sms"}
LANDLINE = {"phone": "+866323312345"}


@pytest.fixture
async def client(house: NotifyHouse) -> AsyncIterator[httpx.AsyncClient]:
    """A handler at the desk."""
    async with notify_client(house.desk, "handler:wang") as signed_in:
        yield signed_in


async def registered(house: NotifyHouse, person: dict[str, str], number: str = "2026-001083") -> str:
    """A complaint of this person's, in the register; gives its id."""
    (complaint,) = await house.complaints([person])
    (contact,) = await house.rows(tables.contacts, complaint_id=complaint)
    await house.hear(
        CaseRegistered(
            complaint_id=complaint,
            tracking_code=contact.tracking_code,
            case_number=number,
            version=1,
            occurred_at=house.now,
            actor="系统",
            channel=Channel.WEB,
            received_at=TUESDAY,
            respond_by=WEDNESDAY_CLOSE,
            real_name=True,
            awaiting_statement=False,
        )
    )
    return str(complaint)


@pytest.mark.article("14")
async def test_the_board_shows_who_waits_and_opens_the_case_and_its_messages(
    house: NotifyHouse, client: httpx.AsyncClient
) -> None:
    """Owed by the nearest limit, how the answer is on its way, the case by its number; past the limit it says so."""
    complaint = await registered(house, MOBILE)
    board = await shown(client, "/desk/response")
    text = html.text_of(board)
    assert "2026-001083" in text
    assert "短信 待发送" in text
    assert [link.get("href") for link in html.elements(board, "//a[starts-with(@href, '/desk/messages/')]")] == [
        f"/desk/messages/{complaint}"
    ]
    assert MOBILE["phone"] not in text
    house.now = WEDNESDAY_CLOSE + SAFETY_MARGIN
    await RuleWatch(house.desk).look()
    figures = [
        html.text_of(each) for each in html.elements(await shown(client, "/desk/response"), "//dl[@class='tally']//dd")
    ]
    assert figures == ["1", "0", "1", "1", "0"]


@pytest.mark.article("21")
async def test_every_figure_of_the_report_opens_what_it_counts(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """Each link leads to a list of as many complaints as the figure says; a period that is none is refused with words."""
    await house.complaints([MOBILE, LANDLINE, {"anonymous": True}])
    await house.send()
    report = await shown(client, "/desk/response", "en")
    figures = {
        link.get("href"): link.text_content() for link in html.elements(report, "//table//td/a[contains(@href, '#')]")
    }
    figures = {href: count for href, count in figures.items() if count != "0"}
    assert figures
    for href, count in figures.items():
        behind = await shown(client, str(href))
        assert len(html.elements(behind, "//section[@id='behind']//tr[@data-row]")) == int(count)
    await shown(client, "/desk/response?from=2026-11-30&to=2026-11-01", status=422)
    await shown(client, "/desk/response?from=tomorrow", status=422)


@pytest.mark.article("14")
async def test_the_messages_of_a_complaint_stand_with_what_was_not_sent(
    house: NotifyHouse, client: httpx.AsyncClient
) -> None:
    """Purpose, route, state, template and why something was left out; no number and no word of it."""
    complaint = await registered(house, MOBILE)
    await house.send()
    text = html.text_of(await shown(client, f"/desk/messages/{complaint}"))
    for words in ("接收告知", "短信", "已提交", "zh/receipt/1", "接收告知中已说明"):
        assert words in text
    assert MOBILE["phone"] not in text
    await shown(client, f"/desk/messages/{complaint}", "en")
    await shown(client, "/desk/messages/00000000-0000-7000-8000-000000000000", status=404)


async def test_a_text_waits_until_somebody_has_dealt_with_it(house: NotifyHouse, client: httpx.AsyncClient) -> None:
    """It stands on the call list with its sender and open cases; the button takes it off, with the name, once."""
    await registered(house, MOBILE)
    await store_inbound(house.desk, InboundText("twilio", "SM1", MOBILE["phone"], "+15005550006", "我要补充材料"))
    await Reporter(house.desk).apply_due()
    page = html.text_of(await shown(client, "/desk/calls"))
    for words in ("我要补充材料", MOBILE["phone"], "2026-001083"):
        assert words in page
    (waiting,) = (await client.get("/notify/inbound-texts")).json()["items"]
    for _ in range(2):
        assert (await client.post(f"/desk/calls/texts/{waiting['key']}")).status_code == 303
    assert (await client.get("/notify/inbound-texts")).json()["items"] == []
    (row,) = await house.rows(tables.inbound_texts)
    assert (row.needs_person, row.settled_by, row.settled_at) == (False, "wang", house.now)
    assert MOBILE["phone"] not in str(row)
    assert (await client.post("/notify/inbound-texts/nobody's/settled")).status_code == 404
    assert (await client.post("/desk/calls/texts/nobody's", headers={"Accept": "text/html"})).status_code == 404
