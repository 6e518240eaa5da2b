"""What the complainant handed in, opened from the case: by whom, after what, and never as something that runs (art. 17)."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from services.workflow.domain.roles import Person
from shared.contracts.complaint import Evidence, Source
from shared.originals import MemoryOriginals
from tests.parts.html import hrefs, parse
from tests.parts.workflow_desk import Desk, act, headers
from tests.unit.workflow.building import (
    ADMINISTRATOR,
    AUDITOR,
    HANDLER,
    OTHER_HANDLER,
    UNIT,
    UNIT_HANDLER,
    a_complainant,
)

PICTURE = b"\x89PNG\r\n\x1a\n a photo of the queue"
PAGE = b"<script>alert(1)</script>"
LETTER = b"From: Liu Guihua <liu@example.org>"
WHY = {"purpose": "handling", "reason": "核对材料"}


async def _piece(desk: Desk, number: int, name: str, media_type: str, content: bytes) -> Evidence:
    sha256 = await desk.office.originals.keep(content)
    return Evidence(id=UUID(int=number), name=name, media_type=media_type, size=len(content), sha256=sha256)


async def _case(desk: Desk, http: httpx.AsyncClient, *, confidential: bool = False) -> tuple[str, dict[str, str]]:
    """A case that lies with the unit; its number, and the hashes of its files by their names."""
    picture = await _piece(desk, 1, "刘桂华拍的队伍.png", "image/png", PICTURE)
    page = await _piece(desk, 2, "page.html", "text/html", PAGE)
    letter = await desk.office.originals.keep(LETTER)
    number = await desk.complaint(
        evidence=[picture, page],
        source=Source(kind="email_inbox", originals=[letter]),
        complainant=a_complainant(confidential=confidential),
    )
    assert (await act(http, number, "accept")).status_code == 303
    assert (await act(http, number, "forward", unit=UNIT, advice="请核实")).status_code == 303
    return number, {"picture": picture.sha256, "page": page.sha256, "letter": letter}


async def _open(http: httpx.AsyncClient, number: str, sha256: str, who: Person) -> httpx.Response:
    return await http.get(f"/workflow/cases/{number}/files/{sha256}", headers=headers(who))


@pytest.mark.article("17")
async def test_the_office_looks_at_a_picture_and_saves_anything_else(desk: Desk, http: httpx.AsyncClient):
    """The bytes as they came; what could run in a browser is a download in a sandbox."""
    number, files = await _case(desk, http)
    for who in (HANDLER, AUDITOR):
        picture = await _open(http, number, files["picture"], who)
        assert (picture.status_code, picture.content) == (200, PICTURE)
        assert picture.headers["content-type"] == "image/png"
        assert picture.headers["content-disposition"].startswith("inline;")
    page = await _open(http, number, files["page"], HANDLER)
    assert page.content == PAGE
    assert page.headers["content-disposition"].startswith("attachment;")
    assert page.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.article("17")
@pytest.mark.parametrize(("who", "file"), [(HANDLER, "letter"), (UNIT_HANDLER, "picture"), (UNIT_HANDLER, "letter")])
async def test_a_file_that_names_the_sender_is_opened_after_a_look_on_record(
    desk: Desk, http: httpx.AsyncClient, who: Person, file: str
):
    """An original for everybody, evidence for a unit: first the look with its reason, and another's look counts for nothing."""
    number, files = await _case(desk, http)
    assert (await act(http, number, "reveal_identity", AUDITOR, **WHY)).status_code == 200
    assert (await _open(http, number, files[file], who)).status_code == 403
    page = (await http.get(f"/workflow/cases/{number}", headers=headers(who))).text
    assert f"/files/{files[file]}" not in page
    looked = await act(http, number, "reveal_identity", who, **WHY)
    assert f"/workflow/cases/{number}/files/{files[file]}" in hrefs(parse(looked.text))
    assert (await _open(http, number, files[file], who)).status_code == 200


@pytest.mark.article("17")
async def test_of_a_confidential_case_a_unit_opens_nothing(desk: Desk, http: httpx.AsyncClient):
    """Not even its pictures: nobody can say whom they show."""
    number, files = await _case(desk, http, confidential=True)
    for sha256 in files.values():
        assert (await _open(http, number, sha256, UNIT_HANDLER)).status_code == 403
        assert (
            f"/files/{sha256}" not in (await http.get(f"/workflow/cases/{number}", headers=headers(UNIT_HANDLER))).text
        )
    assert (await _open(http, number, files["picture"], HANDLER)).status_code == 200


@pytest.mark.article("17")
async def test_a_file_is_reached_through_its_own_case_alone(desk: Desk, http: httpx.AsyncClient):
    """Another unit finds no case, the administrator may not; a hash of another case, or of nothing, is nothing here."""
    number, files = await _case(desk, http)
    other = await desk.complaint()
    assert (await _open(http, number, files["picture"], OTHER_HANDLER)).status_code == 404
    assert (await _open(http, number, files["picture"], ADMINISTRATOR)).status_code == 403
    for sha256 in (files["picture"], "0" * 64, "x"):
        assert (await _open(http, other, sha256, HANDLER)).status_code == 404


async def test_what_came_later_is_opened_as_well_and_what_is_lost_is_said_to_be(desk: Desk, http: httpx.AsyncClient):
    """A supplement's evidence has its link; where the store has lost it, the answer says whom to tell."""
    number, _ = await _case(desk, http)
    later = await _piece(desk, 3, "后来拍的.png", "image/png", PICTURE + b"2")
    await desk.later(number, evidence=[later])
    page = await http.get(f"/workflow/cases/{number}", headers=headers(HANDLER))
    assert f"/workflow/cases/{number}/files/{later.sha256}" in hrefs(parse(page.text))
    assert (await _open(http, number, later.sha256, HANDLER)).content == PICTURE + b"2"
    assert isinstance(desk.office.originals, MemoryOriginals)
    del desk.office.originals.contents[later.sha256]
    assert (await _open(http, number, later.sha256, HANDLER)).status_code == 503
