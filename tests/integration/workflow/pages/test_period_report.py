"""The report of a period: the frozen figures handed over to be issued, and no others (art. 21)."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Row, select, update

from services.workflow.domain.roles import Person
from services.workflow.period_report import LONGEST_ANALYSIS, hand_over
from services.workflow.store.tables import frozen_periods, messages
from shared.contracts.envelope import read_envelope, unwrap
from shared.contracts.lists import PeriodReported
from shared.contracts.values import Channel
from tests.parts.workflow_desk import Desk, headers
from tests.unit.workflow.building import AUDITOR, HANDLER, LEADER, UNIT_LEADER, at

pytestmark = pytest.mark.article("21")

_BESIDE = {"before", "months"}
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


async def _frozen(desk: Desk, http: httpx.AsyncClient, days: dict[str, str]) -> str:
    """Two complaints of November, one of October, one of September; the period frozen in December. Gives its page."""
    for day in ("2026-09-10", "2026-10-12", "2026-11-10", "2026-11-11"):
        await desk.complaint(received_at=at(f"{day} 09:00"), channel=Channel.LETTER)
    desk.now += timedelta(days=20)
    made = await http.post("/workflow/statistics/freeze", data=days, headers=headers(LEADER))
    return str(made.headers["location"]).partition("?")[0]


async def _report(
    http: httpx.AsyncClient, page: str, who: Person = HANDLER, analysis: str = " 来信增多。\n"
) -> httpx.Response:
    return await http.post(f"{page}/report", data={"analysis": analysis}, headers=headers(who))


async def _told(desk: Desk) -> PeriodReported:
    """What was handed over."""
    async with desk.office.store.reading() as connection:
        query = select(messages.outbox.c.body).where(messages.outbox.c.type == "list.period.v1")
        body = (await connection.execute(query)).scalar_one()
    told = unwrap(read_envelope(body), desk.office.ring)
    assert isinstance(told, PeriodReported)
    return told


async def _row(desk: Desk) -> Row[tuple[Any, ...]]:
    async with desk.office.store.reading() as connection:
        return (await connection.execute(frozen_periods.select())).one()


async def test_a_frozen_month_is_handed_over_as_it_was_frozen(desk: Desk, http: httpx.AsyncClient) -> None:
    """By one press; a complaint of that month that is registered later is in no figure of the report."""
    page = await _frozen(desk, http, NOVEMBER)
    await desk.complaint(received_at=at("2026-11-20 09:00"))
    answer = await _report(http, page)
    told, row = await _told(desk), await _row(desk)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/forms/lists/{told.document_id}")
    assert (told.asked_by, told.analysis, told.frozen_id) == (HANDLER.name, "来信增多。", row.id)
    assert told.sha256 == sha256(row.body.encode()).hexdigest()
    assert told.sha256 in (await http.get(page, headers=headers(AUDITOR))).text
    assert (told.first_day.isoformat(), told.last_day.isoformat()) == ("2026-11-01", "2026-11-30")
    assert (told.whole.received, told.before and told.before.received) == (2, 1)
    assert [(group.key, group.received) for group in told.by_channel] == [("letter", 2)]
    months = [(group.key, group.received) for group in told.by_month]
    assert months == [("2026-09", 1), ("2026-10", 1), ("2026-11", 2)]


async def test_limits_are_told_as_the_page_counts_them(desk: Desk, http: httpx.AsyncClient) -> None:
    """Of the office's first answer and of the units' own limits; nobody answered in time here."""
    page = await _frozen(desk, http, NOVEMBER)
    await _report(http, page)
    told, figures = await _told(desk), json.loads((await _row(desk)).body)["figures"]["all"]["groups"][0]
    respond = figures["clocks"].get("respond", {"met": 0, "missed": 0})
    assert (told.whole.answered.met, told.whole.answered.missed) == (respond["met"], respond["missed"])
    assert (told.whole.handled.met, told.whole.handled.missed) == (0, 0)


async def test_figures_that_were_changed_are_handed_to_nobody(desk: Desk, http: httpx.AsyncClient) -> None:
    """The page says so and has no button; whoever presses all the same is told why."""
    page = await _frozen(desk, http, NOVEMBER)
    assert f"{page}/report" in (await http.get(page, headers=headers(HANDLER))).text
    body = (await _row(desk)).body.replace('"count":2', '"count":3')
    async with desk.office.store.transaction(desk.now) as unit:
        await unit.connection.execute(update(frozen_periods).values(body=body))
    assert f"{page}/report" not in (await http.get(page, headers=headers(HANDLER))).text
    assert (await _report(http, page)).status_code == 409


@pytest.mark.parametrize(
    ("days", "kind", "before", "received"),
    [
        ({"from": "2026-11-02", "to": "2026-11-15"}, "days", ("2026-10-19", "2026-11-01"), (2, 0)),
        ({"period": "2026-Q3"}, "quarter", ("2026-04-01", "2026-06-30"), (1, 0)),
    ],
)
async def test_whatever_period_is_frozen_has_its_report(
    desk: Desk,
    http: httpx.AsyncClient,
    days: dict[str, str],
    kind: str,
    before: tuple[str, str],
    received: tuple[int, int],
) -> None:
    """A quarter or days of one's own like a month; beside it the period of the same kind before, by its days."""
    page = await _frozen(desk, http, days)
    assert f"{page}/report" in (await http.get(page, headers=headers(HANDLER))).text
    assert (await _report(http, page)).status_code == 303
    told = await _told(desk)
    assert told.kind == kind
    assert (str(told.before_first_day), str(told.before_last_day)) == before
    assert (told.whole.received, told.before and told.before.received) == received


async def test_no_word_of_an_analysis_is_cut_off(desk: Desk, http: httpx.AsyncClient) -> None:
    """As much as the page lets somebody write is told whole, each end of a line counted once; more is refused."""
    page = await _frozen(desk, http, NOVEMBER)
    assert (await _report(http, page, analysis="长" * (LONGEST_ANALYSIS + 1))).status_code == 422
    written = "行\r\n" * (LONGEST_ANALYSIS // 2 - 1) + "末"
    assert (await _report(http, page, analysis=written)).status_code == 303
    assert (await _told(desk)).analysis == written.replace("\r\n", "\n")


async def test_a_program_has_a_report_issued_once(desk: Desk, http: httpx.AsyncClient) -> None:
    """What the page does, with a key: told where the document will be; another analysis under that key is refused."""
    page = await _frozen(desk, http, NOVEMBER)
    sent = headers(HANDLER) | {"Accept": "application/json", "Idempotency-Key": "november"}
    first, again = [await http.post(f"{page}/report", json={"analysis": "来信增多。"}, headers=sent) for _ in range(2)]
    told = await _told(desk)
    assert (first.status_code, first.headers["location"]) == (201, f"/forms/lists/{told.document_id}")
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert (told.analysis, told.asked_by) == ("来信增多。", HANDLER.name)
    other = await http.post(f"{page}/report", json={"analysis": "另一份"}, headers=sent)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    nothing = f"/workflow/statistics/frozen/{told.document_id}/report"
    assert (await http.post(nothing, json={}, headers=headers(HANDLER, Accept="application/json"))).status_code == 409


async def test_who_issues_a_report(desk: Desk, http: httpx.AsyncClient) -> None:
    """A handler or the leader of the office; an auditor looks, a unit does neither."""
    page = await _frozen(desk, http, NOVEMBER)
    asked = [(await _report(http, page, who)).status_code for who in (LEADER, AUDITOR, UNIT_LEADER)]
    assert asked == [303, 403, 403]
    assert f"{page}/report" not in (await http.get(page, headers=headers(AUDITOR))).text


async def test_figures_frozen_before_there_was_a_report_have_nothing_beside_them(
    desk: Desk, http: httpx.AsyncClient
) -> None:
    """An older body, signed as it is: the report has no month before and no trend, and invents none."""
    await _frozen(desk, http, NOVEMBER)
    row, key = await _row(desk), Ed25519PrivateKey.generate()
    frozen = {name: value for name, value in json.loads(row.body).items() if name not in _BESIDE}
    body = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    async with desk.office.store.transaction(desk.now) as unit:
        signed = {"body": body, "signature": key.sign(body.encode()).hex()}
        await unit.connection.execute(update(frozen_periods).values(**signed))
    await hand_over(desk.office, key.public_key(), row.id, "", asked_by=HANDLER.name)
    told = await _told(desk)
    assert (told.whole.received, told.before, told.by_month) == (2, None, [])
