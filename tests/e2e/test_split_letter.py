"""A letter taken apart, in both kinds of house: its writer is told of every part, under that part's own number (art. 14)."""

from typing import Any

import pytest

from tests.parts.house import HANDLER, House
from tests.parts.ways import told

WRITER = {"name": "刘桂华", "phone": "13900007117", "address": "滕州市示例街 8 号", "relation": "interested_party"}
"""Somebody of this test's own: a number takes only so many messages a day, and the house is everybody's."""


@pytest.mark.article("14")
def test_the_writer_is_told_of_each_part(house: House):
    """Split in two, the part accepted: notify tells the letter's writer, forms draws the part's own notice."""
    receipt = told(house, "/intake/phone-logs", "phone_log.json", complainant=WRITER)
    number = house.case_of(receipt.complaint_id)
    (part,) = house.act(number, "split", parts=[{"matter": "停车收费"}], reason="一信两事")["parts"]
    house.act(part, "accept")
    complaint_id = house.done("GET", f"/workflow/cases/{part}", HANDLER)["complaint_id"]
    assert complaint_id != receipt.complaint_id

    def has_left(found: Any) -> bool:
        return any(
            item["purpose"] == "acceptance" and item["state"] in {"accepted", "delivered"} for item in found["items"]
        )

    house.until("the part's acceptance", f"/notify/deliveries?complaint={complaint_id}", has_left)
    house.until(
        "the part's notice",
        f"/forms/documents?case={part}",
        lambda found: any(item["form"] == "acceptance_notice" for item in found["items"]),
    )
    page = house.http.get(f"/track/{house.done('GET', f'/workflow/cases/{part}', HANDLER)['tracking_code']}")
    assert page.is_success
