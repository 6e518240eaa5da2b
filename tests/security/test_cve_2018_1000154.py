"""CVE-2018-1000154 (Zammad): a script in the subject of a mail ran in the list of tickets."""

import pytest

from tests.parts import mails
from tests.parts.attacked_house import PAGE, VECTORS, active_in, case_of, mailed
from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

LISTS = ("/workflow/cases?limit=200", "/desk/scan", "/desk/quarantine", "/desk/calls", "/desk")


async def test_a_subject_and_a_sender_do_nothing_in_a_list(attacked: OpenHouse):
    """Taken or set aside, with every vector in subject, sender and first words: no list and no page holds anything that acts."""
    taken = []
    for place, vector in enumerate(VECTORS):
        subject, sender = vector.encode(), b'"' + vector.replace('"', "").encode() + b'" <zhang@example.cn>'
        aside = [b"List-Id: <news.example.cn>"] if place % 2 else []
        body = (
            f"{VECTORS[place - 1]} {mails.COMPLAINT}".encode()
        )  # another than the sender's, which lists mask as a name
        taken.append(await mailed(attacked, mails.mail(body, subject=subject, sender=sender, extra=aside)))
        assert taken[-1].is_success
    numbers = [await case_of(attacked, answer.json()) for answer in taken if answer.status_code == 201]
    number = numbers[1]
    said = set()
    for path in (*LISTS, f"/workflow/cases/{number}"):
        page = await attacked.ask("GET", path, "handler", headers=PAGE)
        assert page.status_code == 200, path
        assert list(active_in(page.text)) == [], path
        said |= {path} if "__pwned" in page.text else set()
    assert said == {"/workflow/cases?limit=200", f"/workflow/cases/{number}"}, "where the words are shown at all"
