"""CVE-2021-3742 (Chatwoot): a drawing (SVG) that was uploaded acted in the browser of whoever opened it."""

import base64

import pytest

from tests.parts.attacked_house import case_of
from tests.parts.open_house import OpenHouse, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"
DOORS = ("/intake/web-forms", "/intake/phone-logs", "/intake/letters")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("called", ["image/svg+xml", "image/png", "application/pdf"])
async def test_a_drawing_is_never_taken_for_a_picture(attacked: OpenHouse, door: str, called: str):
    """Evidence is kept whatever it is (art. 23), but known for what it is: nobody is shown it as a picture or a page."""
    sent = {"name": "图.svg", "media_type": called, "content_base64": base64.b64encode(DRAWING).decode()}
    more = {"arrived_at": attacked.now.isoformat(), "opened_by": "韩雪"} if door.endswith("letters") else {}
    answer = await attacked.ask("POST", door, "operator", json={"facts": "见附图", "files": [sent]} | more)
    assert answer.status_code == 201, answer.text
    number = await case_of(attacked, answer.json())
    [evidence] = (await attacked.ask("GET", f"/workflow/cases/{number}", "handler")).json()["evidence"]
    assert evidence["media_type"] not in {"image/png", "application/pdf"}


async def test_a_fax_that_is_a_drawing_is_handed_out_as_a_file_and_never_shown(attacked: OpenHouse):
    """It waits for a person like any that can't be read; its bytes are saved, and no page of it is made."""
    answer = await attacked.ask(
        "POST", "/intake/faxes", "operator", content=DRAWING, headers={"Content-Type": "image/tiff"}
    )
    complaint = answer.json()["complaint_id"]
    await until(attacked, "/intake/review", "operator", lambda body: complaint in str(body))
    scan = f"/desk/scan/{complaint}"
    original = await attacked.ask("GET", f"{scan}/original", "operator")
    assert original.status_code == 200, original.text
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["content-type"] == "application/octet-stream"
    page = await attacked.ask("GET", f"{scan}/pages/1", "operator")
    assert page.status_code != 200 or page.headers["content-type"] == "image/png"
