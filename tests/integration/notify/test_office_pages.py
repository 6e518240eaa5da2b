"""Notify's pages of words and people: every template with its preview, and who gets reminders."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.notify.domain.purposes import Purpose
from services.notify.domain.text import NEUTRAL
from tests.parts import html
from tests.parts.notify_house import NotifyHouse, notify_house
from tests.parts.notify_web import notify_client, shown


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[NotifyHouse]:
    """A house; the pages differ in nothing between databases."""
    async with notify_house(sqlite_url) as built:
        yield built


@pytest.fixture
async def client(house: NotifyHouse) -> AsyncIterator[httpx.AsyncClient]:
    """A handler at the desk."""
    async with notify_client(house.desk) as signed_in:
        yield signed_in


async def test_the_board_looks_again_only_where_somebody_asked_for_it(client: httpx.AsyncClient) -> None:
    """A page that reloads by itself takes the reader's place away, so it is switched on and off by a link (WCAG 2.2.1)."""
    asked = {"Accept": "text/html"}
    assert "refresh" not in (await client.get("/desk/response", headers=asked)).headers
    assert (await client.get("/desk/response?live=1", headers=asked)).headers["refresh"] == "60"


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_every_template_has_its_preview(client: httpx.AsyncClient, locale: str) -> None:
    """From the list to each: as a text with its segments, as a mail with its subject, and where a person says it."""
    listed = await shown(client, f"/desk/templates?locale={locale}")
    links = [str(link.get("href")) for link in html.elements(listed, "//td/a")]
    assert len(links) == len({*Purpose, NEUTRAL})
    assert html.elements(await shown(client, links[0]), "//blockquote")
    ways = html.elements(await shown(client, links[0]), "//nav[@class='tabs']/a")
    assert len(ways) == 4
    for way in ways:
        await shown(client, links[0].partition("?")[0] + str(way.get("href")))
    await shown(client, "/desk/templates/escalation?route=call", status=404)


async def test_a_reminders_contact_is_entered_and_its_number_not_shown(house: NotifyHouse) -> None:
    """A number as people write it is taken; what is wrong is said at its field and what was typed stays."""
    wrong = {"name": "王", "role": "handler", "unit": "市税务局", "phone": "0632-3312345", "email": ""}
    async with notify_client(house.desk, "administrator") as client:
        assert "还没有人" in html.text_of(await shown(client, "/desk/staff-contacts"))
        refused = await client.post("/desk/staff-contacts", data=wrong, headers={"Accept": "text/html"})
        assert refused.status_code == 422
        page = html.parse(refused.text)
        assert [each.get("id") for each in html.elements(page, "//span[@class='err']")] == ["phone-err"]
        assert html.elements(page, "//input[@name='name'][@value='王']")
        right = wrong | {"unit": "", "phone": "138 0000 0009"}
        assert (await client.post("/desk/staff-contacts", data=right)).status_code == 303
        assert (await client.post("/desk/staff-contacts", data=wrong | {"phone": "13800000009"})).status_code == 422
        listed = html.text_of(await shown(client, "/desk/staff-contacts?kept=1"))
        assert "王" in listed
        assert "13800000009" not in listed
