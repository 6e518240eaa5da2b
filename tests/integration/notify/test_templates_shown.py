"""The words, shown to those who answer for them before anybody gets them."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.notify.domain.purposes import Purpose
from services.notify.templates import LOCALES
from tests.parts.notify_house import notify_house
from tests.parts.notify_web import notify_client


@pytest.fixture
async def client(sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator."""
    async with notify_house(sqlite_url) as house, notify_client(house.desk, "administrator") as opened:
        yield opened


async def test_every_template_of_every_language_is_listed_with_its_version(client: httpx.AsyncClient) -> None:
    """One row each, none forgotten, none heavier than carriers let through."""
    items = (await client.get("/notify/templates")).json()["items"]
    assert {(item["locale"], item["key"]) for item in items} == {
        (locale, key) for locale in LOCALES for key in (*Purpose, "neutral")
    }
    assert all(1 <= item["sms_segments"] <= 8 and item["version"] >= 1 for item in items)


async def test_a_preview_is_the_text_as_it_would_leave(client: httpx.AsyncClient) -> None:
    """Signed, with invented values, its characters, encoding and segments counted."""
    shown = (await client.get("/notify/templates/refusal?locale=zh&route=sms")).json()
    assert shown["body"].startswith("【枣庄市民中心】")
    assert shown["encoding"] == "UCS-2"
    assert shown["segments"] == -(-shown["characters"] // 67)
    mail = (await client.get("/notify/templates/refusal?locale=en&route=email")).json()
    assert mail["subject"]
    assert mail["segments"] == 0


@pytest.mark.parametrize("path", ["nothing", "receipt?locale=xx", "handler_reminder?route=call"])
async def test_what_does_not_exist_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    """No such purpose, no such language, nothing to say on the phone."""
    assert (await client.get(f"/notify/templates/{path}")).status_code == 404
