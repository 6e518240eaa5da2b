"""CVE-2018-1000154 (Zammad): a script in the subject of a mail ran in the list of tickets."""

import pytest
from tests.parts.attacked_house import PAGE, VECTORS, active_in, case_of, mailed

from tests.parts import mails
from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

LISTS = ("/workflow/cases", "/desk/scan", "/desk/quarantine", "/desk/calls", "/desk")


async def test_a_subject_and_a_sender_do_nothing_in_a_list(attacked: OpenHouse):
    """Taken or set aside, with every vector in subject and sender: no list and no page holds anything that acts."""
    for place, vector in enumerate(VECTORS):
        subject, sender = vector.encode(), b'"' + vector.replace('"', "").encode() + b'" <zhang@example.cn>'
        raw = mails.mail(subject=subject, sender=sender, extra=[b"List-Id: x"] if place % 2 else [])
        taken = await mailed(attacked, raw)
        assert taken.is_success
    number = await case_of(attacked, taken.json()) if "complaint_id" in taken.json() else None
    for path in (*LISTS, *([f"/workflow/cases/{number}"] if number else [])):
        page = await attacked.ask("GET", path, "handler", headers=PAGE)
        assert page.status_code == 200, path
        assert list(active_in(page.text)) == [], path
