"""The whole of annex 1 once, with two rounds; a refusal; a visit settled on the spot: in both kinds of house."""

from typing import Any
from uuid import UUID

import pytest

from services.workflow.domain.timeline import verify_chain
from tests.parts.house import HANDLER, LEADER, OTHER_UNIT, UNIT, UNIT_HANDLER, UNIT_LEADER, House
from tests.parts.ways import Receipt, told

FINDINGS = "经查，窗口未一次性告知所需材料，情况属实。"
FEEDBACK: dict[str, Any] = {
    "findings": FINDINGS,
    "substantiated": True,
    "rectification": "已对当事人批评教育，重新公示一次性告知单。",
    "signed_by": UNIT_LEADER,
    "sealed": True,
}
RESULT = "投诉属实，已责成整改并向您致歉。"
HTML = {"Accept": "text/html"}


def _phone_case(house: House) -> tuple[Receipt, str]:
    receipt = told(house, "/intake/phone-logs", "phone_log.json")
    return receipt, house.case_of(receipt.complaint_id)


def _documents(house: House, number: str, wanted: set[str]) -> list[dict[str, Any]]:
    """The documents of a case, once it has those wanted: drawn, or to be drawn when somebody asks for them."""

    def issued(found: Any) -> Any:
        there = [item for item in found["items"] if "pdf" in item]
        return there if wanted <= {item["form"] for item in there} else None

    return list(house.until(f"{wanted} of {number}", f"/forms/documents?case={number}", issued))


def _chain_is_sound(house: House, receipt: Receipt, number: str) -> list[str]:
    """The kinds of the entries of a case's timeline, whose chain holds."""
    chain = house.chain(number)
    assert verify_chain(UUID(receipt.complaint_id), chain) is None
    return [entry.content["kind"] for entry in chain]


def _sent(house: House, receipt: Receipt, purposes: set[str]) -> Any:
    """The purposes told to the complainant, once those wanted have left."""

    def gone(found: Any) -> Any:
        left = {item["purpose"] for item in found["items"] if item["state"] in ("accepted", "delivered")}
        return left if purposes <= left else None

    return house.until(f"the messages {purposes}", f"/notify/deliveries?complaint={receipt.complaint_id}", gone)


@pytest.mark.article("18.3")
@pytest.mark.article("18.4")
@pytest.mark.article("18.5")
@pytest.mark.article("18.6")
def test_the_long_way_from_the_phone_to_the_file(house: House):
    """Accepted, approved by the leader, extended, answered, done over, followed up, closed, filed: nothing is in the way."""
    receipt, number = _phone_case(house)
    house.act(number, "accept")
    house.act(number, "request_approval", unit=UNIT, proposal="拟请医保局牵头核实。")
    assert house.act(number, "approve", LEADER, opinion="同意，从速办理。")["state"] == "dispatched"
    house.act(number, "sign_receipt", UNIT_HANDLER)
    _extend(house, number)
    assert house.act(number, "submit_feedback", UNIT_HANDLER, **FEEDBACK)["state"] == "feedback_submitted"
    dissatisfied: dict[str, Any] = {"outcome": "dissatisfied", "reason": "仍未收到补办结果。", "unit_at_fault": True}
    house.act(number, "record_follow_up", **dissatisfied)
    again = house.act(number, "redispatch", advice="请补办并当面答复。", working_days=1)
    assert (again["state"], again["round"]) == ("dispatched", 2)
    house.act(number, "submit_feedback", UNIT_HANDLER, **FEEDBACK)
    house.act(number, "record_follow_up", outcome="satisfied")
    assert house.act(number, "close", result=RESULT)["state"] == "closed"
    assert house.act(number, "archive")["state"] == "archived"
    _everything_is_there(house, receipt, number)


def _extend(house: House, number: str) -> None:
    """One more working day, asked by the unit and granted by the office's leader; the clock moves by exactly that."""
    before = _unit_clock(house, number)["limit"]
    house.act(number, "request_extension", UNIT_HANDLER, days=1, reason="需调取监控。", signed_by=UNIT_LEADER)
    house.act(number, "decide_extension", LEADER, granted=True, days=1, opinion="同意延期一日。")
    after = _unit_clock(house, number)
    assert after["limit"] > before
    assert after["original_limit"] == before


def _unit_clock(house: House, number: str) -> Any:
    clocks = house.done("GET", f"/workflow/cases/{number}", HANDLER)["clocks"]
    return next(clock for clock in clocks if clock["name"] == "approve")


def _everything_is_there(house: House, receipt: Receipt, number: str) -> None:
    """The file of an archived case: its documents, its messages, a sound chain, and an answer on the tracking page."""
    documents = {"acceptance_notice", "disposition", "extension", "feedback", "follow_up_record", "result_notice"}
    issued = _documents(house, number, documents)
    assert [item["form"] for item in issued].count("feedback") == 2, "one a round"
    for item in issued:
        assert house.ask("GET", item["pdf"], HANDLER).content.startswith(b"%PDF-"), item["form"]
    _sent(
        house, receipt, {"receipt", "acceptance", "result"}
    )  # the two between may be overtaken by the result while they wait
    listed = house.done("GET", f"/notify/deliveries?complaint={receipt.complaint_id}", HANDLER)["items"]
    assert {"dispatch", "extension"} <= {item["purpose"] for item in listed}
    kinds = _chain_is_sound(house, receipt, number)
    assert kinds.count("feedback_submitted") == 2
    page = house.http.get(f"/track/{receipt.tracking_code}", headers=HTML)
    assert RESULT in page.text


@pytest.mark.article("18.6")
def test_a_filed_case_takes_no_more_acts(house: House):
    """What is archived is read-only: every further act is refused with its rule."""
    _, number = _phone_case(house)
    house.act(number, "withdraw", reason="来电撤回")
    house.until("no clock runs", f"/workflow/cases/{number}/actions", lambda found: _offers(found, "archive"))
    house.act(number, "archive")
    refused = house.ask("POST", f"/workflow/cases/{number}/actions/note", HANDLER, json={"text": "补记"})
    assert refused.status_code == 409
    assert refused.json()["code"].startswith("refused.")


def _offers(found: Any, command: str) -> bool:
    return any(offer["command"] == command for offer in found["may"])


@pytest.mark.article("16")
def test_a_refusal_says_its_ground_and_its_remedy(house: House):
    """Not accepted: the notice is made, the complainant is told, and the page says why and what else can be done."""
    receipt, number = _phone_case(house)
    reason = "同一事项已申请行政复议，正在审理。"
    assert house.act(number, "refuse", ground="10.2", reason=reason)["state"] == "refused"
    _documents(house, number, {"refusal_notice"})
    _sent(house, receipt, {"refusal"})
    page = house.http.get(f"/track/{receipt.tracking_code}", headers=HTML).text
    assert reason in page
    assert "行政复议或者信访等法定途径" in page


@pytest.mark.article("18.1")
def test_a_visit_settled_on_the_spot_is_closed_and_on_file(house: House):
    """Settled at the counter with the visitor's word: closed at once, with the form for the file and the result told."""
    settlement: dict[str, Any] = {"result": "窗口当场按公示清单收件。", "complainant_agrees": True}
    receipt = told(house, "/intake/visits", "visit.json", settlement=settlement)
    number = house.case_of(receipt.complaint_id)
    assert house.done("GET", f"/workflow/cases/{number}", HANDLER)["state"] == "closed"
    _documents(house, number, {"disposition"})
    assert "settled" in _chain_is_sound(house, receipt, number)
    assert settlement["result"] in house.http.get(f"/track/{receipt.tracking_code}", headers=HTML).text


@pytest.mark.article("17")
def test_another_unit_sees_neither_case_nor_document(house: House):
    """A unit that a case was not sent to gets the answer of a case that doesn't exist."""
    _, number = _phone_case(house)
    house.act(number, "accept")
    house.act(number, "forward", unit=OTHER_UNIT, advice="请核实。")
    _documents(house, number, {"disposition"})
    for path in (f"/workflow/cases/{number}", f"/workflow/cases/{number}/timeline"):
        assert house.ask("GET", path, UNIT_HANDLER).status_code == 404
    assert house.done("GET", f"/forms/documents?case={number}", UNIT_HANDLER)["items"] == []
