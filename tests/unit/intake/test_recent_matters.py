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


@given(st.lists(st.text("窗口态度不好排队材料取号等", min_size=SHORTEST, max_size=40), max_size=30))
def test_what_is_alike_is_found_among_the_newest(told: list[str]) -> None:
    """Exactly those whose likeness reaches the limit, as one by one they would be."""
    wanted = "窗口态度不好排队材料取号等"
    recent, ids = remembered(*((UNIT, facts, NOW) for facts in told))
    alike = {each for each, facts in zip(ids, told, strict=True) if fuzz.ratio(wanted, facts) >= ALIKE * 100}
    found = recent.like(UNIT, wanted, NOW)
    assert set(found) <= alike
    assert len(found) == min(MOST, len(alike))
