"""CVE-2005-3895 (OTRS) to django-helpdesk 2.3.3 (2026): an HTML file opened in the page acted as whoever opened it."""

import httpx
import pytest

from tests.parts import mails
from tests.parts.attacked_house import dispatched, mailed, told
from tests.parts.open_house import OpenHouse, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = b"<html><script>alert(document.cookie)</script></html>"


def _is_saved_and_not_shown(answer: httpx.Response) -> None:
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not answer.headers["content-type"].startswith(("text/html", "image/svg", "application/xhtml"))
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]


async def test_what_came_from_outside_is_saved_and_never_shown(attacked: OpenHouse):
    """A mail that nobody has read, handed out as it came: as a file, of no type that a browser would run."""
    raw = mails.mail(
        PAGE,
        content_type=b"text/html",
        extra=[b"List-Id: <news.example.cn>"],
    )
    await mailed(attacked, raw)
    item = await until(attacked, "/intake/quarantine", "handler", lambda body: next(iter(body["items"]), None))
    _is_saved_and_not_shown(await attacked.ask("GET", f"/intake/quarantine/{item['id']}/original", "handler"))


async def test_what_we_made_is_saved_and_never_shown(attacked: OpenHouse):
    """Documents too, PDF and Word: nothing in them may act in our pages."""
    number = await told(attacked, facts=PAGE.decode())
    await dispatched(attacked, number)
    path = f"/forms/documents?case={number}"
    made = await until(
        attacked, path, "handler", lambda body: next((each for each in body["items"] if "docx" in each), None)
    )
    for kind in ("pdf", "docx"):
        _is_saved_and_not_shown(await attacked.ask("GET", made[kind], "handler"))
