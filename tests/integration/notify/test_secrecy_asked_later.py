"""Secrecy that the office noted after the complaint had come: from then on no message says what it is about (art. 17)."""

import pytest

from services.notify.domain.occasions import Occasion
from services.notify.domain.text import NEUTRAL
from tests.parts.notify_cases import a_complaint, an_event
from tests.parts.notify_house import notify_house


@pytest.mark.article("17")
async def test_what_a_case_says_of_secrecy_counts_from_then_on(sqlite_url: str) -> None:
    """The receipt was open; accepted in confidence, what travels is neutral, and the words wait behind the code."""
    async with notify_house(sqlite_url) as house:
        await house.hear(a_complaint())
        await house.hear(an_event(Occasion.ACCEPTED, confidential=True))
        planned = {(row.purpose, row.route): f"/{NEUTRAL}/" in row.template for row in await house.deliveries()}
    travelling = {purpose: neutral for (purpose, route), neutral in planned.items() if route != "tracking_page"}
    assert travelling == {"receipt": False, "acceptance": True}
    assert planned["acceptance", "tracking_page"] is False
