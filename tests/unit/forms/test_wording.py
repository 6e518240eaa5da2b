"""Dates, numbers, phones and codes are written as official documents write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.domain import wording
from shared.contracts.complaint import Complainant, Target
from shared.contracts.values import Channel, Element, Ground, Relation, Satisfaction


@pytest.mark.parametrize(
    ("case_number", "official"),
    [
        ("2026-001083", "枣诉〔2026〕1083号"),
        ("2027-000001", "枣诉〔2027〕1号"),
        ("2026-999999", "枣诉〔2026〕999999号"),
    ],
)
def test_a_case_number_is_shown_without_its_leading_zeros(case_number, official):
    """枣诉〔year〕number号."""
    assert wording.official_number(case_number) == official


@pytest.mark.parametrize("wrong", ["", "2026-1083", "26-001083", "2026-001083\n", "２０２６-001083x"])
def test_what_is_no_case_number_is_refused(wrong):
    """A number that isn't one never reaches a document."""
    with pytest.raises(ValueError, match="not a case number"):
        wording.official_number(wrong)


def test_a_date_is_the_day_it_was_in_shanghai():
    """Four in the afternoon UTC is the next day there."""
    late = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
    assert (wording.shown_date(late), wording.shown_moment(late)) == ("2026年11月24日", "2026年11月24日 00:05")


@pytest.mark.parametrize(
    ("given_phone", "shown"),
    [
        ("+8613800138000", "13800138000"),
        ("+8619912345678", "19912345678"),
        ("+866328690012", "0632-8690012"),
        ("+861088886666", "010-88886666"),
        ("+862088886666", "020-88886666"),
        ("+8653188886666", "0531-88886666"),
        ("+8612345", "12345"),
        ("+12125550123", "+12125550123"),
        (None, "未提供"),
    ],
)
def test_a_phone_is_shown_as_it_is_dialled(given_phone, shown):
    """E.164 within, the national way on paper; a foreign number keeps its country."""
    assert wording.shown_phone(given_phone) == shown


@pytest.mark.parametrize(
    ("person", "shown"),
    [(Complainant(name="李淑珍"), "李淑珍"), (Complainant(anonymous=True), "匿名"), (Complainant(), "未提供")],
)
def test_who_complains_is_named_or_said_not_to_be(person, shown):
    """Unknown is said, never invented (art. 15)."""
    assert wording.shown_name(person) == shown


@pytest.mark.parametrize(
    ("target", "window", "staff"),
    [
        (Target(), "未提供", "未提供"),
        (Target(unit="市税务局"), "市税务局", "未提供"),
        (Target(unit="市税务局", window="D06", staff="段喆"), "市税务局 D06", "段喆"),
        (Target(window="D06", desk_number="3"), "D06", "（工位号 3）"),
    ],
)
def test_the_target_is_shown_as_far_as_it_is_known(target, window, staff):
    """Unit and window, name and desk number (art. 9)."""
    assert (wording.shown_window(target), wording.shown_staff(target)) == (window, staff)


@pytest.mark.parametrize(
    ("table", "vocabulary"),
    [
        (wording.CHANNELS, Channel),
        (wording.RELATIONS, Relation),
        (wording.GROUNDS, Ground),
        (wording.OUTCOMES, Satisfaction),
        (wording.ELEMENTS, Element),
    ],
)
def test_every_code_has_a_chinese_word(table, vocabulary):
    """No document shows a code."""
    assert set(table) == set(vocabulary)


@pytest.mark.article("10")
def test_the_five_grounds_are_numbered_as_in_article_10():
    """Ground 10.N is item N."""
    assert [(ground.value, item) for ground, (item, _) in wording.GROUNDS.items()] == [
        (f"10.{number}", f"第{number}项") for number in range(1, 6)
    ]


@pytest.mark.parametrize(("answer", "shown"), [(True, "是"), (False, "否"), (None, "")])
def test_a_question_not_asked_stays_blank(answer, shown):
    """Blank is not no."""
    assert wording.yes_no(answer) == shown


@given(st.integers(2000, 2999), st.integers(1, 999_999))
def test_no_two_cases_share_an_official_number(year, number):
    """The year and the number can be read back."""
    shown = wording.official_number(f"{year}-{number:06d}")
    assert shown == f"枣诉〔{year}〕{number}号"
