"""Chinese is found by any part of it, on both databases; nothing is found that the asker may not know of (art. 17)."""

import pytest
from sqlalchemy import select

from services.workflow.domain.roles import Person
from services.workflow.searching import SearchIndexing, Wanted, search
from services.workflow.store.tables import cases, search_tokens
from shared.contracts.complaint import Complainant
from tests.parts.workflow_office import AUDITOR, HANDLER, OTHER_HANDLER, UNIT, UNIT_HANDLER, Desk


async def _found(desk: Desk, who: Person = AUDITOR, **asked: str) -> list[str]:
    while await SearchIndexing(desk.office).step():
        pass
    return [row["number"] for row in (await search(desk.office, Wanted(**asked), who)).rows]


@pytest.mark.parametrize("part", ["公积金提取", "金", "提取材料", "Ａ０９", "a09", "提取 材料", "医疗保障"])
async def test_any_part_of_the_words_finds_the_case(desk: Desk, part: str):
    """A word, a character, across what was spaces, full width or another case: the case is found, and no other."""
    await desk.registered(
        facts="停车场道闸不开。", target=desk.complaint().target.model_copy(update={"unit": None, "window": None})
    )
    number = await desk.registered(facts="公积金提取材料三次退回。")
    assert await _found(desk, text=part) == [number]


async def test_what_is_not_shown_of_what_was_found_is_said(desk: Desk):
    """The newest first; where older ones fit too, whoever looks is told so, and where none does, not."""
    _, newest = await desk.registered(facts="公积金提取材料。"), await desk.registered(facts="公积金提取材料。")
    assert len(await _found(desk, text="提取材料")) == 2
    one, two = [await search(desk.office, Wanted(text="提取材料"), AUDITOR, most) for most in (1, 2)]
    assert ([row["number"] for row in one.rows], one.is_cut) == ([newest], True)
    assert (len(two.rows), two.is_cut) == (2, False)


async def test_the_same_characters_in_another_order_are_not_found(desk: Desk):
    """What holds all the pairs but not the words is opened and left out."""
    await desk.registered(facts="材料取材，提取料")
    assert await _found(desk, text="提取材料") == []
    assert await _found(desk, text="没有这样的话") == []


async def test_by_name_phone_number_and_unit(desk: Desk):
    """Each alone and all together; a name is not found in the text."""
    number = await desk.registered(complainant=Complainant(name="欧阳静怡", phone="+8613912342046"))
    await desk.registered(facts="欧阳静怡没来。", complainant=Complainant())
    assert await _found(desk, HANDLER, name="静怡") == [number]
    assert await _found(desk, HANDLER, phone="+8613912342046") == [number]
    assert await _found(desk, number=number) == [number]
    assert await _found(desk, name="欧阳", phone="+8613912342046", unit=UNIT, text="窗口") == [number]
    assert await _found(desk) == []


@pytest.mark.article("17")
async def test_only_what_the_asker_may_know_of_is_found(desk: Desk):
    """A unit finds what was dispatched to it; another unit finds nothing; a restricted case is the leader's and auditor's."""
    number = await desk.registered()
    await desk.does(number, "accept")
    await desk.does(number, "forward", unit=UNIT, advice="请核实")
    assert await _found(desk, UNIT_HANDLER, text="窗口") == [number]
    assert await _found(desk, OTHER_HANDLER, text="窗口") == []


@pytest.mark.article("17")
async def test_the_index_holds_no_words(desk: Desk):
    """What rests is numbers; the same word under another key is another number."""
    await desk.registered()
    await _found(desk, text="窗口")
    tokens = {row["token"] for row in await desk.rows(select(search_tokens.c.token))}
    assert len(tokens) > 20
    assert all(isinstance(token, int) for token in tokens)
    rows = await desk.rows(select(cases.c.searchable))
    assert [row["searchable"] for row in rows] == [True]
