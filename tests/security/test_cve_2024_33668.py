"""CVE-2024-33668 (Zammad, 9.1): by guessing a form's id strangers put files into other people's drafts."""

import pytest

from shared.contracts.values import Role, new_id
from tests.parts.open_house import OpenHouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

OURS = {"facts": "自己写的"}


async def test_anothers_draft_can_be_neither_read_nor_filled_nor_dropped(attacked: OpenHouse):
    """Knowing its id is worth nothing: to everybody but the author there is no such draft."""
    author, thief = [await attacked.token(name, Role.OPERATOR) for name in ("author", "thief")]
    http, path = attacked.visitor().http, f"/intake/drafts/{new_id()}"
    assert (await http.put(path, json=OURS, headers=author)).status_code == 204
    assert (await http.get(path, headers=thief)).status_code == 404
    assert (await http.put(path, json={"facts": "别人写的"}, headers=thief)).status_code == 404
    await http.delete(path, headers=thief)
    kept = (await http.get(path, headers=author)).json()
    assert "自己写的" in str(kept)


async def test_a_citizens_draft_belongs_to_the_browser_it_was_typed_in(attacked: OpenHouse):
    """Without the visitor's own cookie and token nothing is saved and nothing is shown."""
    answer = await attacked.visitor().http.put("/intake/web-forms/draft", json=OURS)
    assert answer.status_code in (401, 403)
