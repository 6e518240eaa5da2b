"""CVE-2026-48810, 48811 (FreeScout): who had lost the right to a mailbox could go on editing and deleting in it."""

import pytest

from shared.contracts.values import Role
from tests.parts.attacked_house import PAGE, dispatched, told
from tests.parts.house import OTHER_UNIT, UNIT
from tests.parts.open_house import OpenHouse, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _every_verb(mover: Visitor, number: str) -> set[int]:
    """Reading, exporting and acting, as a browser that has been open all the while."""
    case, token = f"/workflow/cases/{number}", {"X-CSRF-Token": await mover.csrf()}
    answers = [await mover.http.get(path) for path in (case, f"{case}/timeline", f"{case}/actions")]
    answers.append(await mover.http.get(case, headers=PAGE))
    answers.append(await mover.http.post(f"{case}/actions/note", json={"text": "x"}, headers=token))
    answers.append(await mover.http.post(f"{case}/actions/sign_receipt", json={}, headers=token))
    return {answer.status_code for answer in answers}


async def test_a_right_taken_away_is_gone_for_every_verb(attacked: OpenHouse):
    """Moved to another unit, one's own page still open: nothing of the case can be read or done, and no list has it."""
    number = await told(attacked)
    await dispatched(attacked, number)
    mover = await attacked.signed_in("mover", Role.UNIT_HANDLER, UNIT)
    assert await _every_verb(mover, number) == {200}
    await attacked.reception.accounts.change_role("mover", Role.UNIT_HANDLER, OTHER_UNIT, by="test", now=attacked.now)
    assert (await mover.http.get(f"/workflow/cases/{number}")).status_code == 401
    await mover.sign_in("mover")
    assert await _every_verb(mover, number) == {404}
    assert (await mover.http.get("/workflow/cases")).json()["items"] == []
    assert (await mover.http.get("/forms/documents", params={"case": number})).json()["items"] == []
