"""The case page over HTTP: what stands on it for whom, and acting by its plain forms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.workflow.domain.roles import Person
from tests.parts.html import active_content, dangling, ids, parse, unlabelled
from tests.parts.workflow_desk import Desk, headers, make_desk, opened
from tests.unit.workflow.building import HANDLER


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A workflow service with its directory."""
    async with opened(make_desk(tmp_path)) as desk:
        yield desk


@pytest.fixture
async def http(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url="http://desk") as client:
        yield client


async def act(http: httpx.AsyncClient, number: str, name: str, who: Person = HANDLER, **fields: str) -> httpx.Response:
    """Send a form of the case page."""
    return await http.post(f"/workflow/cases/{number}/actions/{name}", data=fields, headers=headers(who))


async def test_one_address_answers_browsers_and_programs(desk: Desk, http: httpx.AsyncClient) -> None:
    """The worklist and the case are pages for whoever asks for HTML, JSON for everybody else."""
    number = await desk.complaint()
    for path in ("/workflow/cases", f"/workflow/cases/{number}"):
        page = await http.get(path, headers=headers(HANDLER))
        data = await http.get(path, headers=headers(HANDLER, Accept="*/*"))
        assert page.headers["content-type"].startswith("text/html"), page.text
        assert data.headers["content-type"] == "application/json"


async def test_the_pages_are_well_formed(desk: Desk, http: httpx.AsyncClient) -> None:
    """Ids once, every control named, every reference leads somewhere, nothing inline, in both languages."""
    number = await desk.complaint()
    for path in ("/workflow/cases", f"/workflow/cases/{number}"):
        for language in ("zh", "en"):
            page = parse((await http.get(f"{path}?lang={language}", headers=headers(HANDLER))).text)
            assert len(ids(page)) == len(set(ids(page)))
            assert unlabelled(page) == []
            assert dangling(page) == []
            assert active_content(page) == []
