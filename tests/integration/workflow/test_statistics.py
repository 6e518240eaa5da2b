"""Every number opens its list (arts. 19-21), leaves without running anywhere, and can be frozen and signed."""

import csv
import io
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update

from services.workflow import kept_figures, reports
from services.workflow.api.case_filter import case_filter
from services.workflow.domain.clocks import ClockName
from services.workflow.reports import FEW, Period
from services.workflow.store.queries import listed
from services.workflow.store.statistics import By, Figure
from services.workflow.store.tables import case_facts, frozen_periods
from services.workflow.verifying import frozen_faults
from services.workflow.watch import ClockWitness, DeadlineWatch
from shared.contracts.complaint import Complainant, Target
from shared.contracts.values import Channel
from tests.parts.workflow_office import AUDITOR, OTHER_UNIT, UNIT, UNIT_HANDLER, UNIT_LEADER, Desk

pytestmark = pytest.mark.article("21")

PERIOD = Period(date(2026, 11, 16), date(2026, 11, 30))
FEEDBACK: dict[str, Any] = {
    "findings": "属实",
    "substantiated": True,
    "rectification": "已整改",
    "signed_by": UNIT_LEADER.name,
    "sealed": True,
}


async def _some_cases(desk: Desk) -> None:
    """One done over, one refused, one late at the unit, one of another unit by letter, all of one day."""
    done = await desk.registered()
    await desk.does(done, "accept")
    await desk.does(done, "forward", unit=UNIT, advice="请核实")
    await desk.does(done, "submit_feedback", UNIT_HANDLER, **FEEDBACK)
    await desk.does(done, "record_follow_up", outcome="dissatisfied", reason="未补办", unit_at_fault=True)
    await desk.does(done, "redispatch", advice="请补办", working_days=1)
    refused = await desk.registered(complainant=Complainant(name="王某", phone="+8613800001111"))
    await desk.does(refused, "refuse", ground="10.3", reason="内容不具体")
    late = await desk.registered()
    await desk.does(late, "accept")
    await desk.does(late, "forward", unit=UNIT, advice="请核实")
    await desk.registered(channel=Channel.LETTER, target=Target(unit=OTHER_UNIT), complainant=Complainant())
    desk.clock.goes_on(days=2)
    watch = DeadlineWatch(desk.office, ClockWitness(desk.clock, lambda: 0.0))
    while await watch.look():
        pass


def _count(group: dict[str, Any], figure: Figure) -> int:
    return int(group["figures"][figure.value]["count"])


async def _numbers(desk: Desk, link: str) -> list[str]:
    """What the link of a figure lists, for somebody who sees all."""
    said = {name: values[0] for name, values in parse_qs(urlsplit(link).query, keep_blank_values=True).items()}
    first, last = date.fromisoformat(said.pop("from")), date.fromisoformat(said.pop("to"))
    figure = Figure(said.pop("figure")) if "figure" in said else None
    clock = ClockName(said.pop("clock")) if "clock" in said else None
    which = case_filter(first=first, last=last, figure=figure, clock=clock, **said)
    assert which is not None
    return [row["number"] for row in await listed(desk.office.store, desk.office.seen_by(AUDITOR), which, limit=1000)]


@pytest.mark.parametrize("by", [None, *By])
async def test_every_number_opens_its_own_list(desk: Desk, by: By | None):
    """Whatever it is broken down by, the list behind a number has exactly that many cases."""
    await _some_cases(desk)
    answer = await reports.statistics(desk.office, PERIOD, by)
    assert sum(_count(group, Figure.RECEIVED) for group in answer["groups"]) == 4
    for group in answer["groups"]:
        for figure in group["figures"].values():
            assert len(await _numbers(desk, figure["cases"])) == figure["count"]
        for ended in group["clocks"].values():
            assert len(await _numbers(desk, ended["missed_cases"])) == ended["missed"]
            assert len(await _numbers(desk, ended["met_cases"])) == ended["met"]


@pytest.mark.article("19")
async def test_the_figures_are_those_of_the_cases(desk: Desk):
    """Volumes, grounds, rounds, satisfaction, repeats and limits kept, as they were made."""
    await _some_cases(desk)
    (whole,) = (await reports.statistics(desk.office, PERIOD, None))["groups"]
    counts = {figure: _count(whole, figure) for figure in Figure}
    assert counts == {
        Figure.RECEIVED: 4, Figure.REFUSED: 1, Figure.EXTENDED: 0, Figure.SECOND_ROUND: 1, Figure.SATISFIED: 0,
        Figure.DISSATISFIED: 1, Figure.UNREACHABLE: 0, Figure.SUBSTANTIATED: 1, Figure.SANCTIONED: 0, Figure.REPEATED: 0,
    }  # fmt: skip
    assert (whole["clocks"]["forward"]["met"], whole["clocks"]["forward"]["missed"]) == (1, 1)
    assert whole["clocks"]["forward"]["on_time"] == 0.5


@pytest.mark.article("19")
async def test_a_missed_limit_stays_with_the_unit_that_it_bound(desk: Desk):
    """Late at one unit, then handed to another: the first one's sheet bears it, the second one's doesn't."""
    number = await desk.registered()
    await desk.does(number, "accept")
    await desk.does(number, "forward", unit=UNIT, advice="请核实")
    desk.clock.goes_on(days=2)
    await desk.does(number, "recall", reason="转错单位")
    await desk.does(number, "forward", unit=OTHER_UNIT, advice="请核实")
    groups = {each["key"]: each for each in (await reports.statistics(desk.office, PERIOD, By.UNIT))["groups"]}
    assert groups[UNIT]["clocks"]["forward"]["missed"] == 1
    assert await _numbers(desk, groups[UNIT]["clocks"]["forward"]["missed_cases"]) == [number]
    assert groups[OTHER_UNIT]["clocks"].get("forward") is None
    assert _count(groups[OTHER_UNIT], Figure.RECEIVED) == 1


async def test_a_window_is_counted_with_its_own_unit(desk: Desk):
    """Told of one unit's window and sent to another unit: that unit has no such window."""
    number = await desk.registered(target=Target(unit=UNIT, window="A09"))
    await desk.does(number, "accept")
    windows = [{each["key"] for each in (await reports.statistics(desk.office, PERIOD, By.WINDOW))["groups"]}]
    await desk.does(number, "forward", unit=OTHER_UNIT, advice="请核实")
    windows.append({each["key"] for each in (await reports.statistics(desk.office, PERIOD, By.WINDOW))["groups"]})
    assert windows == [{"A09"}, {None}]


async def test_the_same_person_on_the_same_unit_again_is_a_repeat(desk: Desk):
    """A second call from one number about one unit counts as a repeat, about another unit it doesn't."""
    await desk.registered()
    desk.clock.goes_on(minutes=5)
    await desk.registered()
    await desk.registered(target=Target(unit=OTHER_UNIT))
    (whole,) = (await reports.statistics(desk.office, PERIOD, None))["groups"]
    assert _count(whole, Figure.REPEATED) == 1


async def test_nothing_that_is_counted_identifies_anybody(desk: Desk):
    """The narrow rows hold neither name nor number."""
    await desk.registered()
    (row,) = await desk.rows(select(case_facts))
    assert "刘某某" not in str(row)
    assert "13912342046" not in str(row)


async def test_a_unit_is_counted_only_what_it_may_open(desk: Desk):
    """A unit's person sees the figures of what was dispatched to the unit, and no other's."""
    await _some_cases(desk)
    answer = await reports.statistics(desk.office, PERIOD, By.UNIT, seen_by=desk.office.seen_by(UNIT_HANDLER))
    assert [(group["key"], _count(group, Figure.RECEIVED)) for group in answer["groups"]] == [(UNIT, 2)]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0"])
def test_no_cell_runs_in_a_spreadsheet(cell: str):
    """What begins like a formula is text in CSV and in XLSX, and numbers stay numbers."""
    table: list[list[str | int | float]] = [["分组", "数"], [cell, 3]]
    read = list(csv.reader(io.StringIO(reports.to_csv(table).decode("utf-8-sig"), newline="")))
    assert read[1] == [f"'{cell}", "3"]
    sheet = openpyxl.load_workbook(io.BytesIO(reports.to_xlsx(table))).worksheets[0]
    assert sheet["A2"].data_type == "s"
    assert sheet["B2"].value == 3


async def test_a_frozen_period_is_signed_and_stays_as_it_was(desk: Desk):
    """What was frozen bears the anchors' signature, and later cases don't change it."""
    await _some_cases(desk)
    key = Ed25519PrivateKey.generate()
    frozen = (await kept_figures.freeze(desk.office, key, PERIOD, "赵志远")).answer
    await desk.registered()
    key.public_key().verify(bytes.fromhex(frozen["signature"]), frozen["body"].encode())
    (row,) = await desk.rows(frozen_periods.select())
    assert row["body"] == frozen["body"]


@pytest.mark.article("23")
@pytest.mark.parametrize(
    "changed",
    [
        {"body": '{"figures":{}}'},
        {"signature": "00" * 64},
        {"signature": "x"},
        {"last_day": "2026-12-31"},
        {"made_by": "x"},
    ],
)
async def test_verification_names_frozen_figures_that_were_changed(desk: Desk, changed: dict[str, str]):
    """As they were signed there is nothing to report; another body, signature, period or maker is named."""
    key = Ed25519PrivateKey.generate()
    await kept_figures.freeze(desk.office, key, PERIOD, "赵志远")
    assert await frozen_faults(desk.office.store, key.public_key()) == []
    async with desk.office.store.transaction(desk.clock.now) as unit:
        await unit.connection.execute(update(frozen_periods).values(**changed))
    (finding,) = await frozen_faults(desk.office.store, key.public_key())
    assert "frozen figures were changed" in finding.what


@pytest.mark.article("20")
async def test_a_units_sheet_names_every_limit_that_it_missed(desk: Desk):
    """The assessment sheet: figures above, each missed limit with its case below."""
    await _some_cases(desk)
    sheet = await reports.assessment(desk.office, PERIOD, UNIT)
    assert [(each["number"], each["name"]) for each in sheet["missed"]] == [
        ("2026-000001", "redispatch"),
        ("2026-000003", "forward"),
    ]
    assert reports.assessment_table(sheet)[-1][0] == "2026-000003"


@pytest.mark.article("17")
async def test_the_public_is_told_nothing_of_few(desk: Desk):
    """Fewer than five are not said, nor can they be reckoned from the sum."""
    for _ in range(FEW + 2):
        await desk.registered()
    for _ in range(FEW + 1):
        await desk.registered(channel=Channel.EMAIL)
    await desk.registered(channel=Channel.LETTER)
    told = await reports.public_figures(desk.office, PERIOD)
    assert told["figures"]["all"][0]["received"] == 2 * FEW + 4
    by_channel = {group["key"]: group["received"] for group in told["figures"]["channel"]}
    assert by_channel == {"phone": FEW + 2, "email": None, "letter": None}
