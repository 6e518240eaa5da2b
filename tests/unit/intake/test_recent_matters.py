"""Likely duplicates: found among what was received lately, linked, never more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from services.intake import recent_matters
from services.intake.domain.duplicates import ALIKE, MOST, WITHIN
from services.intake.recent_matters import SHORTEST, RecentMatters
from shared.contracts.values import new_id

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
FACTS = "网上预约了上午十点，到窗口被告知要重新取号，等到下班也没办成。"
RETOLD = "网上预约了上午10点，到窗口又被告知要重新取号，等到下班都没办成！"
OTHER = "取护照的窗口中午没人，牌子写着有人值守，等了五十分钟。"
UNIT, ELSEWHERE = "市医疗保障局", "市税务局"


def remembered(*told: tuple[str | None, str, datetime]) -> tuple[RecentMatters, list[UUID]]:
    """A memory of these."""
    recent, ids = RecentMatters(), []
    for unit, facts, at in told:
        ids.append(new_id())
        recent.remember(ids[-1], at, unit, facts)
    return recent, ids


@pytest.mark.article("10.5")
def test_the_same_matter_retold_is_linked_and_another_is_not() -> None:
    """The same words first, then those that are alike; another matter at the same window isn't."""
    recent, ids = remembered((UNIT, RETOLD, NOW), (UNIT, FACTS, NOW), (UNIT, OTHER, NOW))
    assert recent.like(UNIT, FACTS, NOW) == (ids[1], ids[0])


def test_only_the_same_unit_or_one_that_was_not_told_is_asked() -> None:
    """What was said of another unit is another matter."""
    recent, ids = remembered((ELSEWHERE, FACTS, NOW), (None, FACTS, NOW))
    assert recent.like(UNIT, FACTS, NOW) == (ids[1],)
    assert set(recent.like(None, FACTS, NOW)) == set(ids)


def test_after_ninety_days_a_matter_is_no_longer_recent() -> None:
    """To the second."""
    recent, ids = remembered((UNIT, FACTS, NOW - WITHIN), (UNIT, FACTS, NOW - WITHIN - timedelta(seconds=1)))
    assert recent.like(UNIT, FACTS, NOW) == (ids[0],)


def test_a_flood_of_one_text_gives_five_links_and_is_not_compared() -> None:
    """The newest five."""
    recent, ids = remembered(*((UNIT, FACTS, NOW + timedelta(seconds=n)) for n in range(300)))
    assert recent.like(UNIT, FACTS, NOW + timedelta(hours=1)) == tuple(reversed(ids[-MOST:]))


def test_the_oldest_is_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded."""
    monkeypatch.setattr(recent_matters, "MOST_REMEMBERED", 2)
    recent, ids = remembered((UNIT, FACTS, NOW), (UNIT, RETOLD, NOW), (UNIT, OTHER, NOW))
    assert len(recent) == 2
    assert ids[0] not in recent.like(UNIT, FACTS, NOW)


def test_words_too_few_to_compare_are_linked_to_nothing() -> None:
    """态度不好 is said by everyone."""
    recent, _ = remembered((UNIT, "态度不好", NOW))
    assert recent.like(UNIT, "态度不好", NOW) == ()


def test_old_matters_that_come_late_drive_out_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import of last year's calls is forgotten before yesterday's complaint is."""
    monkeypatch.setattr(recent_matters, "MOST_REMEMBERED", 2)
    old = NOW - timedelta(days=300)
    recent, ids = remembered((UNIT, FACTS, NOW), (UNIT, RETOLD, NOW), (UNIT, OTHER, old), (ELSEWHERE, OTHER, old))
    assert recent.like(UNIT, FACTS, NOW) == (ids[0], ids[1])
    assert recent.like(UNIT, OTHER, old) == recent.like(ELSEWHERE, OTHER, old) == ()


@pytest.mark.article("10.5")
def test_what_is_committed_together_is_looked_for_as_well() -> None:
    """Two rows of one batch that tell the same know of each other; what is known twice is linked once."""
    recent, ids = remembered((UNIT, RETOLD, NOW))
    beside, more = remembered((UNIT, FACTS, NOW), (UNIT, OTHER, NOW))
    assert recent.like(UNIT, FACTS, NOW, beside=beside) == (more[0], ids[0])
    assert RecentMatters().like(UNIT, FACTS, NOW, beside=beside) == (more[0],)


SAID = (
    "我上周三上午到二楼医保窗口办理异地就医备案，材料都带齐了，工作人员看了一眼说系统升级不能办，让我下周再来。"
    "今天我请了半天假再来，又说要先去街道盖章，上次为什么不一次说清楚？来回跑了三趟，耽误看病。"
)
OPENING = (
    "您好，我姓王，家住光明路，前几天打过一次热线，接电话的同志让我再等等，可是到今天也没有人联系我，"
    "只好再写一次，希望这一次能有人管一管，事情的经过我从头再讲一遍："
)
ANOTHER = (
    "公积金窗口上午只开两个，其他窗口坐着人却不叫号，大厅里排了四十多人，问导办台说中午换班，我等到下班也没轮上，"
    "希望多开窗口，或者把等候时间写清楚，不要让人白跑。"
)
SENTENCES = SAID.replace("？", "。").removesuffix("。").split("。")
RETOLD_BEHIND = {
    "another opening": OPENING + SAID,
    "an opening and an ending": OPENING + SAID + "以上情况属实，请尽快给我答复，谢谢。",
    "another order": "。".join(reversed(SENTENCES)),
    "an opening, with words changed": OPENING
    + SAID.replace("上周三", "上星期三").replace("办理", "去办").replace("让我下周再来", "叫我下星期来"),
    "much that is left out": SAID[: len(SAID) // 2],
}


@pytest.mark.article("10.5")
@pytest.mark.parametrize("how", RETOLD_BEHIND)
def test_a_matter_retold_is_found_whatever_stands_around_it(how: str) -> None:
    """And the other way round: told at length first, in brief later. Another matter at the same unit isn't found."""
    retold = RETOLD_BEHIND[how]
    recent, ids = remembered((UNIT, SAID, NOW), (UNIT, ANOTHER, NOW), (ELSEWHERE, SAID, NOW))
    assert recent.like(UNIT, retold, NOW) == (ids[0],)
    backwards, there = remembered((UNIT, retold, NOW), (UNIT, OPENING + ANOTHER, NOW))
    assert backwards.like(UNIT, SAID, NOW) == (there[0],)


def test_a_phrase_that_everybody_uses_links_nothing() -> None:
    """Fifty matters that open alike are fifty matters."""
    told = (OPENING[:30] + ANOTHER[place : place + 40] for place in range(50))
    recent, _ = remembered(*((UNIT, each, NOW) for each in told))
    assert recent.like(UNIT, OPENING[:30] + SAID, NOW) == ()


def test_what_is_forgotten_is_not_found_by_its_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is what was told in the same words lost with it."""
    monkeypatch.setattr(recent_matters, "MOST_REMEMBERED", 2)
    old = NOW - timedelta(days=1)
    recent, ids = remembered((UNIT, SAID, old), (UNIT, SAID, NOW), (UNIT, ANOTHER, NOW))
    assert recent.like(UNIT, OPENING + SAID, NOW) == (ids[1],)
    recent.remember(new_id(), NOW, UNIT, FACTS)
    assert len(recent) == 2
    assert ids[0] not in recent.like(UNIT, OPENING + SAID, NOW)


@given(st.lists(st.text("窗口态度不好排队材料取号等", min_size=SHORTEST, max_size=40), max_size=30))
def test_what_is_linked_is_alike_and_the_likeliest_comes_first(told: list[str]) -> None:
    """Whatever was told: nothing is linked whose likeness is under the limit, and the same words are always found."""
    wanted = "窗口态度不好排队材料取号等"
    recent, ids = remembered(*((UNIT, facts, NOW) for facts in [*told, wanted]))
    likeness = {each: fuzz.ratio(wanted, facts) / 100 for each, facts in zip(ids, [*told, wanted], strict=True)}
    found = [likeness[each] for each in recent.like(UNIT, wanted, NOW)]
    assert found == sorted(found, reverse=True)
    assert found[0] == 1
    assert found[-1] >= ALIKE
