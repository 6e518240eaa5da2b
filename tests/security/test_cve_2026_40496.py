"""CVE-2026-40496 (FreeScout): a guessable token gave out attachments without a log-in."""

from uuid import uuid4

from shared.contracts.values import Role, new_id
from tests.parts.open_house import OpenHouse


async def test_a_document_needs_a_log_in_and_the_right_to_it(attacked: OpenHouse):
    """Without either there is nothing to guess: 401 for anybody, and the same 404 for every id that isn't theirs."""
    reader = await attacked.token("reader", Role.HANDLER)
    http = attacked.visitor().http
    for name in (f"{uuid4()}.pdf", f"{new_id()}.docx", "1.pdf", "x"):
        assert (await http.get(f"/forms/documents/{name}")).status_code == 401
        answers = await http.get(f"/forms/documents/{name}", headers=reader)
        assert answers.status_code == 404
