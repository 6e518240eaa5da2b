"""CVE-2026-40496 (FreeScout): a guessable token gave out attachments without a log-in."""

from uuid import uuid4

import pytest

from shared.contracts.values import Role, new_id
from tests.parts.attacked_house import dispatched, told
from tests.parts.house import OTHER_UNIT
from tests.parts.open_house import OpenHouse, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_document_needs_a_log_in_and_the_right_to_it(attacked: OpenHouse):
    """Without either there is nothing to guess: 401 for anybody, and of another unit's document what is said of none."""
    number = await told(attacked)
    await dispatched(attacked, number)
    path = f"/forms/documents?case={number}"
    theirs = await until(attacked, path, "unit", lambda body: next((it for it in body["items"] if "pdf" in it), None))
    stranger = await attacked.token("stranger-40496", Role.UNIT_HANDLER, OTHER_UNIT)
    http = attacked.visitor().http
    there_is_none = (await http.get(f"/forms/documents/{new_id()}.pdf", headers=stranger)).json()
    for name in (theirs["pdf"].rpartition("/")[2], f"{uuid4()}.pdf", f"{new_id()}.docx", "1.pdf", "x"):
        assert (await http.get(f"/forms/documents/{name}")).status_code == 401
        answer = await http.get(f"/forms/documents/{name}", headers=stranger)
        assert (answer.status_code, answer.json()["title"]) == (404, there_is_none["title"])
    assert (await attacked.ask("GET", theirs["pdf"], "unit")).status_code == 200
