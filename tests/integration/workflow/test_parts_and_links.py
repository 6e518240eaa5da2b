"""Letters taken apart, cases linked, and what came in later (arts. 14, 15, 17, 19): everybody keeps a number and an answer."""

import asyncio

import pytest
from sqlalchemy import select

from services.workflow.domain.states import State
from services.workflow.handlers import NoSuchCaseError, RefusedError
from services.workflow.store.files import StaleError
from services.workflow.store.queries import supplements_of
from services.workflow.store.tables import cases, messages, timeline
from services.workflow.verifying import verify
from shared.contracts.complaint import ComplaintReceived, ComplaintSupplemented, Source
from shared.contracts.values import Channel, new_id
from tests.parts.workflow_office import HANDLER, LEADER, OPERATOR, OTHER_UNIT, UNIT, UNIT_HANDLER, Desk

PARTS = [{"matter": "公积金提取", "unit": OTHER_UNIT, "window": "B02"}, {"matter": "停车收费"}]


@pytest.mark.article("14")
async def test_each_part_of_a_letter_becomes_a_case(desk: Desk):
    """Split in three: two new numbers, codes and complaints with the letter's words, each told to the others."""
    number = await desk.registered()
    after = await desk.does(number, "split", parts=PARTS, reason="一信多事")
    assert after.parts == ("2026-000002", "2026-000003")
    parts = await desk.rows(select(cases).where(cases.c.number != number).order_by(cases.c.number))
    assert len({row["tracking_code"] for row in parts}) == 2
    letter = (await desk.rows(select(cases).where(cases.c.number == number)))[0]
    for row in parts:
        copy = ComplaintReceived.model_validate_json(desk.office.ring.open(row["sealed_complaint"]))
        assert copy.complaint_id == row["complaint_id"] != letter["complaint_id"]
        assert copy.facts == "三次到窗口均未办成，工作人员态度生硬。"
    assert [row["target_unit"] for row in parts] == [OTHER_UNIT, None]
    told = await desk.rows(select(messages.outbox).where(messages.outbox.c.type == "case.registered.v1"))
    assert {row["subject"] for row in told} == {letter["complaint_id"], *(row["complaint_id"] for row in parts)}
    assert (await verify(desk.office.store, [], ring=desk.office.ring)).findings == ()


async def test_a_split_that_is_refused_uses_no_number(desk: Desk):
    """A refusal rolls the numbers back with everything else: the register stays without a gap (art. 15)."""
    number = await desk.registered()
    with pytest.raises(RefusedError):
        await desk.does(number, "split", OPERATOR, parts=PARTS, reason="一信多事")
    assert await desk.registered() == "2026-000002"


@pytest.mark.article("14")
async def test_a_link_stands_on_both_cases_and_is_undone_on_both(desk: Desk):
    """Linked and unlinked from one side, each case's own timeline says so."""
    first, second = await desk.registered(), await desk.registered()
    await desk.does(first, "link_duplicate", other=second)
    assert [link.other for link in (await desk.case(second)).links] == [first]
    await desk.does(second, "unlink", other=first, reason="并非同一事项")
    assert (await desk.case(first)).links == (await desk.case(second)).links == ()
    kinds = await desk.rows(select(timeline.c.kind).where(timeline.c.number == second).order_by(timeline.c.version))
    assert [row["kind"] for row in kinds] == ["registered", "linked", "unlinked"]


async def test_a_case_that_is_not_there_cant_be_linked(desk: Desk):
    """A link needs both ends, and leaves nothing where one is missing."""
    number = await desk.registered()
    with pytest.raises(NoSuchCaseError):
        await desk.does(number, "link_duplicate", other="2026-999999")
    assert (await desk.case(number)).links == ()


async def test_two_who_link_each_other_at_once_dont_block_each_other(desk: Desk):
    """A to B and B to A at the same time: one does it, the other is told that it is done."""
    first, second = await desk.registered(), await desk.registered()
    outcomes = await asyncio.gather(
        desk.does(first, "link_duplicate", other=second),
        desk.does(second, "link_duplicate", other=first),
        return_exceptions=True,
    )
    assert sum(isinstance(each, RefusedError) for each in outcomes) == 1
    assert [link.other for link in (await desk.case(first)).links] == [second]


@pytest.mark.article("15")
async def test_a_supplement_keeps_its_words_even_when_the_case_is_filed(desk: Desk):
    """What the same person sends later is on file with its words; an archived timeline takes no more, the words are kept."""
    number = await desk.registered()
    complaint_id = (await desk.case(number)).complaint_id
    more = ComplaintSupplemented(
        complaint_id=complaint_id, supplement_id=new_id(), channel=Channel.EMAIL, received_at=desk.clock.now,
        received_by="poller", sender_verified=True, text="补充：另有录音。", source=Source(kind="email_inbox"),
    )  # fmt: skip
    await desk.hears(more)
    await desk.does(number, "withdraw", reason="来电撤回")
    await desk.does(number, "record_response", answered_at=desk.clock.now, route="call")
    await desk.does(number, "archive")
    await desk.hears(more.model_copy(update={"supplement_id": new_id(), "text": "再补充"}))
    told = await supplements_of(desk.office.store, desk.office.ring, number)
    assert [each["text"] for each in told] == ["补充：另有录音。", "再补充"]


@pytest.mark.article("17")
async def test_a_case_marked_confidential_hides_the_identity_from_the_unit(desk: Desk):
    """Once marked, the unit complained of may not look, and the register says so."""
    number = await desk.registered()
    await desk.does(number, "accept")
    await desk.does(number, "forward", unit=UNIT, advice="请核实")
    await desk.does(number, "mark_confidential", reason="投诉人要求保密")
    with pytest.raises(RefusedError) as refused:
        await desk.does(number, "reveal_identity", UNIT_HANDLER, purpose="handling", reason="核实")
    assert refused.value.refusal.rule == "identity_open_to_actor"


@pytest.mark.article("10.5")
async def test_a_discipline_matter_is_handed_over_and_restricted(desk: Desk):
    """Refused on 10.5 it is restricted: the register hides it from everybody but leader, officer and auditor."""
    number = await desk.registered()
    await desk.does(number, "refuse", ground="10.5", reason="涉及违纪", handed_over_to="市纪委监委")
    case = await desk.case(number)
    assert (case.state, case.restricted) == (State.REFUSED, True)
    with pytest.raises(NoSuchCaseError):
        await desk.does(number, "note", OPERATOR, text="补记")
    assert (await desk.does(number, "note", LEADER, text="已移送")).restricted


async def test_of_two_who_act_at_once_one_wins_and_the_other_is_told(desk: Desk):
    """Both looked at the same version: the second is told what the first did, and nothing of it is done."""
    number = await desk.registered()
    seen = (await desk.case(number)).version
    outcomes = await asyncio.gather(
        desk.does(number, "accept", HANDLER, seen),
        desk.does(number, "refuse", HANDLER, seen, ground="10.3", reason="内容不具体"),
        return_exceptions=True,
    )
    (told,) = (each for each in outcomes if isinstance(each, StaleError))
    assert [(deed.kind, deed.by) for deed in told.deeds] in ([("accepted", HANDLER.name)], [("refused", HANDLER.name)])
    assert len(await desk.rows(select(timeline).where(timeline.c.number == number))) == 2
