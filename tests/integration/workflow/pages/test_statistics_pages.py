"""The statistics for people: every number on the page opens its list, a period is frozen by a button, and the public reads."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest

from services.workflow.domain.roles import Person
from services.workflow.store.tables import frozen_periods
from services.workflow.verifying import frozen_faults
from services.workflow.web.periods import chosen
from shared.contracts.complaint import Target
from shared.contracts.values import Channel
from tests.parts.html import active_content, dangling, ids, parse, text_of, unlabelled
from tests.parts.workflow_desk import Desk, headers
from tests.unit.workflow.building import (
    AUDITOR,
    HANDLER,
    LEADER,
    OPERATOR,
    OTHER_UNIT,
    UNIT,
    UNIT_HANDLER,
    UNIT_LEADER,
    a_complainant,
    at,
)

pytestmark = pytest.mark.article("21")

PAGE = "/workflow/statistics?period=2026-11&by=unit"
LIST = re.compile(r'href="(/workflow/cases\?[^"]*)"[^>]*>(?:<[^>]*>)*(\d+)<')


async def _act(http: httpx.AsyncClient, number: str, name: str, who: Person = HANDLER, **fields: str) -> None:
    answer = await http.post(f"/workflow/cases/{number}/actions/{name}", data=fields, headers=headers(who))
    assert answer.status_code == 303, text_of(parse(answer.text))


async def _some_cases(desk: Desk, http: httpx.AsyncClient) -> None:
    """One done and content, one refused, one at another unit by letter; on a day of November."""
    done = await desk.complaint()
    await _act(http, done, "accept")
    await _act(http, done, "forward", unit=UNIT, advice="请核实")
    await _act(
        http, done, "submit_feedback", UNIT_HANDLER, findings="属实", substantiated="true", rectification="已补办",
        signed_by=UNIT_LEADER.name, sealed="on",
    )  # fmt: skip
    await _act(http, done, "record_follow_up", outcome="satisfied")
    refused = await desk.complaint(complainant=a_complainant(phone="+8613800001111"))
    await _act(http, refused, "refuse", ground="10.3", reason="内容不具体")
    await desk.complaint(channel=Channel.LETTER, target=Target(unit=OTHER_UNIT))


async def _get(http: httpx.AsyncClient, path: str, who: Person | None = LEADER) -> str:
    sent = headers(who) if who else {"Accept": "text/html"}
    answer = await http.get(path, headers=sent)
    assert answer.status_code == 200, (path, answer.status_code)
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


@pytest.mark.parametrize("by", ["unit", "channel", "window", "matter", "ground", "month"])
async def test_every_number_on_the_page_opens_its_list(desk: Desk, http: httpx.AsyncClient, by: str) -> None:
    """In the browser, by following each link: as many cases as the number says, no more and no fewer."""
    await _some_cases(desk, http)
    page = await _get(http, f"/workflow/statistics?period=2026-11&by={by}")
    links = {(unescape(href), int(count)) for href, count in LIST.findall(page)}
    assert len(links) > 8
    for href, count in links:
        shown = await _get(http, href)
        assert len(re.findall(r"<tr data-row", shown)) == count, href


@pytest.mark.article("18.3")
async def test_days_of_extension_open_the_cases_that_were_extended(desk: Desk, http: httpx.AsyncClient) -> None:
    """Two working days, granted in one case."""
    number = await desk.complaint()
    await _act(http, number, "accept")
    await _act(http, number, "forward", unit=UNIT, advice="请核实")
    await _act(
        http, number, "request_extension", UNIT_HANDLER, days="2", reason="须核对外地结算", signed_by=UNIT_LEADER.name
    )
    await _act(http, number, "decide_extension", LEADER, granted="true", days="2", opinion="同意")
    found = LIST.findall(await _get(http, PAGE))
    (href,) = {unescape(href) for href, count in found if count == "2"}
    assert number in await _get(http, href)


async def test_the_pages_are_well_formed(desk: Desk, http: httpx.AsyncClient) -> None:
    """Ids once, every control named, every reference leads somewhere, nothing inline, in both languages."""
    await _some_cases(desk, http)
    paths = [PAGE, f"/workflow/assessment?unit={UNIT}&period=2026-11", "/workflow/public-figures", "/workflow/rules",
             "/workflow/search", "/workflow/cases?from=2026-11-01&to=2026-11-30&figure=received"]  # fmt: skip
    for path in paths:
        for language in ("zh", "en"):
            sign = "&" if "?" in path else "?"
            page = parse(await _get(http, f"{path}{sign}lang={language}"))
            assert len(ids(page)) == len(set(ids(page))), path
            assert unlabelled(page) == [], path
            assert dangling(page) == [], path
            assert active_content(page) == [], path


@pytest.mark.article("20")
async def test_a_period_is_frozen_by_the_leaders_button(desk: Desk, http: httpx.AsyncClient) -> None:
    """Offered when the period is over, to the leader alone; what was frozen is shown with its signature, which holds."""
    await _some_cases(desk, http)
    assert "/workflow/statistics/freeze" not in await _get(http, PAGE)
    desk.now += timedelta(days=20)
    assert "/workflow/statistics/freeze" not in await _get(http, PAGE, HANDLER)
    assert "/workflow/statistics/freeze" in await _get(http, PAGE)
    days = {"from": "2026-11-01", "to": "2026-11-30"}
    made = await http.post("/workflow/statistics/freeze", data=days, headers=headers(LEADER))
    assert made.status_code == 303
    await desk.complaint(received_at=at("2026-11-20 09:00"))
    shown = await _get(http, made.headers["location"], AUDITOR)
    assert "与签名相符" in shown
    async with desk.office.store.reading() as connection:
        row = (await connection.execute(frozen_periods.select())).one()
    assert row.signature in shown
    assert made.headers["location"].partition("?")[0] in await _get(http, PAGE)


@pytest.mark.article("20")
async def test_a_units_sheet_is_its_own(desk: Desk, http: httpx.AsyncClient) -> None:
    """The unit reads its sheet and no other's; the office reads all; an operator none."""
    await _some_cases(desk, http)
    sheet = f"/workflow/assessment?unit={UNIT}&from=2026-11-01&to=2026-11-30"
    assert "本期没有逾期" in await _get(http, sheet, UNIT_LEADER)
    assert UNIT in await _get(http, sheet, AUDITOR)
    other = await http.get(sheet.replace(UNIT, OTHER_UNIT), headers=headers(UNIT_LEADER))
    nobody = await http.get(sheet, headers=headers(OPERATOR))
    assert (other.status_code, nobody.status_code) == (404, 403)


@pytest.mark.parametrize(("form", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK\x03\x04")])
async def test_the_page_can_be_taken_away(desk: Desk, http: httpx.AsyncClient, form: str, begins: bytes) -> None:
    """The same address with a form, followed in a browser, is a file."""
    await _some_cases(desk, http)
    for path in (PAGE, f"/workflow/assessment?unit={UNIT}&period=2026-11"):
        answer = await http.get(f"{path}&form={form}", headers=headers(LEADER))
        assert answer.content.startswith(begins)
        assert answer.headers["content-disposition"].endswith(f'.{form}"')


@pytest.mark.article("5")
async def test_the_public_reads_the_last_month_that_is_over(desk: Desk, http: httpx.AsyncClient) -> None:
    """Without signing in: October in November; few are not told."""
    for _ in range(6):
        await desk.complaint(received_at=at("2026-10-12 09:00"))
    await desk.complaint(received_at=at("2026-10-12 09:00"), channel=Channel.LETTER)
    told = text_of(parse(await _get(http, "/workflow/public-figures", None)))
    assert "2026 年 10 月" in told
    assert "少于 5" in told


@pytest.mark.article("23")
async def test_the_removal_of_frozen_figures_is_noticed(desk: Desk, http: httpx.AsyncClient) -> None:
    """Freezing writes an anchor at once: a row that is gone the same minute is named."""
    await _some_cases(desk, http)
    desk.now += timedelta(days=20)
    days = {"from": "2026-11-01", "to": "2026-11-30"}
    await http.post("/workflow/statistics/freeze", data=days, headers=headers(LEADER))
    folder = desk.anchors
    anchors, faults = folder.examine()
    assert faults == []
    assert await frozen_faults(desk.office.store, folder.public_key, anchors) == []
    async with desk.office.store.transaction(desk.now) as unit:
        await unit.connection.execute(frozen_periods.delete())
    finding, of_the_notice = await frozen_faults(desk.office.store, folder.public_key, anchors)
    assert of_the_notice.where == f"notice {UNIT}"
    assert finding.where == "frozen 2026-11-01..2026-11-30"
    assert "removed" in finding.what


@pytest.mark.parametrize(
    ("asked", "first", "last", "before"),
    [
        ({"period": "2026-11"}, "2026-11-01", "2026-11-30", "2026-10-01"),
        ({"period": "2025"}, "2025-01-01", "2025-12-31", "2024-01-01"),
        ({"period": "2026-Q3"}, "2026-07-01", "2026-09-30", "2026-04-01"),
        ({"from": "2026-01-01", "to": "2026-03-31"}, "2026-01-01", "2026-03-31", "2025-10-01"),
        ({"period": "2026-Q5"}, "2026-11-01", "2026-11-30", "2026-10-01"),
        ({"period": "0001"}, "2026-11-01", "2026-11-30", "2026-10-01"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "2026-11-01", "2026-11-30", "2026-10-01"),
        ({"period": "2026-00"}, "2026-11-01", "2026-11-30", "2026-10-01"),
        ({"from": "2026-11-09", "to": "2026-11-15"}, "2026-11-09", "2026-11-15", "2026-11-02"),
        ({"from": "2026-02-01", "to": "2026-02-28"}, "2026-02-01", "2026-02-28", "2026-01-01"),
        ({"from": "2026-11-15", "to": "2026-11-09"}, "2026-11-01", "2026-11-30", "2026-10-01"),
        ({"period": "2026-13"}, "2026-11-01", "2026-11-30", "2026-10-01"),
        ({}, "2026-11-01", "2026-11-30", "2026-10-01"),
    ],
)
def test_a_period_is_what_was_chosen(asked: dict[str, str], first: str, last: str, before: str) -> None:
    """A month, a quarter, a year, days of one's own; nonsense leads to the running month. The one before is of the same kind."""
    period = chosen(asked, at("2026-11-23 09:00").date())
    told = (period.period.first, period.period.last, period.before.first)
    assert tuple(day.isoformat() for day in told) == (first, last, before)
