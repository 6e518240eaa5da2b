"""CVE-2021-3742 (Chatwoot): a drawing (SVG) that was uploaded acted in the browser of whoever opened it."""

import base64

import pytest

from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"
DOORS = ("/intake/web-forms", "/intake/phone-logs", "/intake/letters")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("called", ["image/svg+xml", "image/png", "application/pdf"])
async def test_a_drawing_is_never_taken_for_a_picture(attacked: OpenHouse, door: str, called: str):
    """Whatever its sender calls it, it is refused by name, or kept as a drawing: never as a picture that a page would show."""
    sent = {"name": "图.svg", "media_type": called, "content_base64": base64.b64encode(DRAWING).decode()}
    more = {"arrived_at": attacked.now.isoformat(), "opened_by": "韩雪"} if door.endswith("letters") else {}
    answer = await attacked.ask("POST", door, "operator", json={"facts": "见附图", "files": [sent]} | more)
    assert answer.status_code in (415, 422), answer.text


async def test_a_fax_is_no_drawing(attacked: OpenHouse):
    """The fax door takes pages, by what they are and not by what they are called."""
    answer = await attacked.ask(
        "POST", "/intake/faxes", "operator", content=DRAWING, headers={"Content-Type": "image/tiff"}
    )
    assert answer.status_code in (415, 422)
