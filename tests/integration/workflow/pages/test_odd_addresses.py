"""What an address, a header or a form says of numbers and days is text: whatever is none is told so, and is never our fault."""

import httpx
import pytest

from tests.parts.workflow_desk import Desk, headers
from tests.unit.workflow.building import HANDLER, LEADER

ODD_DAYS = ("from=0001-01-01&to=0001-01-01", "from=9999-12-31&to=9999-12-31", "from=1999-12-31&to=1999-12-31")
ODD_PERIODS = ("period=0001-01", "period=9999-12", "period=9999", "period=²026")
ODD_NUMBERS = ("q=²", "page=²", "page=" + "9" * 40)
ODD_PLACES = (
    "after_limit=2026-01-01T00:00:00&after_number=x",
    "after_limit=0001-01-01T00:00:00%2B14:00&after_number=x",
)


@pytest.mark.parametrize("place", ["/workflow/statistics", "/workflow/assessment", "/workflow/cases"])
async def test_days_outside_the_calendar_have_no_figures(desk: Desk, http: httpx.AsyncClient, place: str) -> None:
    """To a program 422 with the field; a page shows what it shows without."""
    for asked in ODD_DAYS:
        answer = await http.get(f"{place}?unit=x&{asked}", headers=headers(LEADER) | {"Accept": "application/json"})
        assert answer.status_code == 422, asked
    for asked in (*ODD_DAYS, *ODD_PERIODS):
        answer = await http.get(f"{place}?unit=x&{asked}", headers=headers(LEADER))
        assert answer.status_code in {200, 422}, asked


@pytest.mark.parametrize("accepts", ["text/html", "application/json"])
async def test_a_worklist_passes_over_numbers_that_are_none(desk: Desk, http: httpx.AsyncClient, accepts: str) -> None:
    """Superscripts are digits to Unicode; a page beyond any register is the first; a moment without a zone is refused."""
    asks = headers(HANDLER) | {"Accept": accepts}
    for asked in ODD_NUMBERS:
        assert (await http.get(f"/workflow/cases?{asked}", headers=asks)).status_code == 200, asked
    for asked in ODD_PLACES:
        assert (await http.get(f"/workflow/cases?{asked}", headers=asks)).status_code in {200, 422}, asked


async def test_a_number_in_full_width_finds_its_case(desk: Desk, http: httpx.AsyncClient) -> None:
    """As an input method leaves it."""
    number = await desk.complaint()
    found = await http.get("/workflow/cases?q=２０２６-０００００１", headers=headers(HANDLER))
    assert f"/workflow/cases/{number}" in found.text


@pytest.mark.parametrize("version", ["²", "9" * 5000, "-1", "one"])
async def test_a_version_that_is_none_is_told_so(desk: Desk, http: httpx.AsyncClient, version: str) -> None:
    """400 to a program; a form without a version is a form that was made from none."""
    number = await desk.complaint()
    place = f"/workflow/cases/{number}/actions/note"
    asks = {name.encode(): value.encode() for name, value in headers(HANDLER).items()}
    asks |= {b"Accept": b"application/json", b"If-Match": version.encode("latin-1")}
    assert (await http.post(place, json={"text": "已电话沟通"}, headers=asks)).status_code == 400
    form = {"text": "已电话沟通", "version": version}
    assert (await http.post(place, data=form, headers=headers(HANDLER))).status_code == 303
