"""The follow-ups on paper: who waits, handed over to be issued, and each look at a number on record (arts. 17 and 18.5)."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from services.workflow.domain.roles import Person
from services.workflow.store.tables import messages, timeline
from shared.contracts.envelope import read_envelope, unwrap
from shared.contracts.lists import FollowUpsListed
from tests.parts.workflow_desk import Desk, headers
from tests.unit.workflow.building import AUDITOR, HANDLER, LEADER, UNIT, UNIT_HANDLER, UNIT_LEADER, a_complainant

pytestmark = [pytest.mark.article("18.5"), pytest.mark.article("17")]

SHEET = "/workflow/follow-up-sheet"
PROGRAM = {"Accept": "application/json"}
STEPS: tuple[tuple[str, Person, dict[str, str]], ...] = (
    ("accept", HANDLER, {}),
    ("forward", HANDLER, {"unit": UNIT, "advice": "请核实"}),
    (
        "submit_feedback",
        UNIT_HANDLER,
        {"findings": "属实。" * 30, "substantiated": "true", "rectification": "已补办", "signed_by": UNIT_LEADER.name}
        | {"sealed": "on"},
    ),
)


async def _answered(desk: Desk, http: httpx.AsyncClient, phone: str | None) -> str:
    """A case that the unit has answered: its complainant is to be asked."""
    number = await desk.complaint(complainant=a_complainant(phone=phone, email="citizen@example.cn"))
    for name, who, fields in STEPS:
        done = await http.post(f"/workflow/cases/{number}/actions/{name}", data=fields, headers=headers(who))
        assert done.status_code == 303, done.text
    return number


async def _told(desk: Desk) -> list[FollowUpsListed]:
    """What was handed over."""
    async with desk.office.store.reading() as connection:
        query = select(messages.outbox.c.body).where(messages.outbox.c.type == "list.follow_ups.v1")
        bodies = (await connection.execute(query)).scalars().all()
    told = [unwrap(read_envelope(body), desk.office.ring) for body in bodies]
    return [each for each in told if isinstance(each, FollowUpsListed)]


async def _looks(desk: Desk) -> set[str]:
    """The cases whose identity somebody has looked at."""
    async with desk.office.store.reading() as connection:
        query = select(timeline.c.number).where(timeline.c.kind == "identity_revealed")
        return set((await connection.execute(query)).scalars())


async def test_the_follow_ups_are_handed_over_to_be_issued(desk: Desk, http: httpx.AsyncClient) -> None:
    """By one press: whom to ask about what by when; who left no number is counted and left out; all still wait."""
    number = await _answered(desk, http, "+8613800138001")
    silent = await _answered(desk, http, None)
    page = await http.get("/workflow/follow-ups", headers=headers(HANDLER))
    assert f'action="{SHEET}"' in page.text
    answer = await http.post(SHEET, headers=headers(HANDLER))
    (told,) = await _told(desk)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/forms/lists/{told.document_id}")
    assert (told.asked_by, told.waiting) == (HANDLER.name, 2)
    (call,) = told.calls
    assert (call.case_number, call.phone) == (number, "+8613800138001")
    assert call.say.startswith(f"{UNIT}答复：属实。")
    assert "……" in call.say
    assert "是否满意" in call.say
    assert await _looks(desk) == {number}
    assert silent in (await http.get("/workflow/follow-ups", headers=headers(HANDLER))).text


async def test_a_list_of_nobody_is_not_issued(desk: Desk, http: httpx.AsyncClient) -> None:
    """The page has no button, says why nothing came of it, and a program is told the same; no look is recorded."""
    await _answered(desk, http, None)
    page = await http.post(SHEET, headers=headers(HANDLER))
    assert page.status_code == 409
    assert "没有出清单" in page.text
    program = await http.post(SHEET, headers=headers(HANDLER) | PROGRAM)
    assert (program.status_code, program.json()["code"]) == (409, "nobody_to_call")
    assert (await _told(desk), await _looks(desk)) == ([], set())


async def test_a_program_has_the_list_issued_once(desk: Desk, http: httpx.AsyncClient) -> None:
    """201 and where the document will be; the same request again is answered alike and hands nothing over."""
    await _answered(desk, http, "+8613800138001")
    sent = headers(HANDLER) | PROGRAM | {"Idempotency-Key": "morning"}
    first, again = [await http.post(SHEET, headers=sent) for _ in range(2)]
    (told,) = await _told(desk)
    assert [answer.status_code for answer in (first, again)] == [201, 201]
    assert first.json() == again.json() == {
        "id": str(told.document_id), "document": f"/forms/documents/{told.document_id}",
    }  # fmt: skip
    assert first.headers["location"] == f"/forms/lists/{told.document_id}"
    assert again.headers["idempotency-replayed"] == "true"


async def test_who_may_have_the_list(desk: Desk, http: httpx.AsyncClient) -> None:
    """Whoever follows up: a handler of the office, by page and by program; nobody else."""
    for more in ({}, PROGRAM):
        asked = [
            (await http.post(SHEET, headers=headers(who) | more)).status_code for who in (LEADER, AUDITOR, UNIT_LEADER)
        ]
        assert asked == [403, 403, 403]
