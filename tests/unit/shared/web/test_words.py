"""Dates, sizes and articles as people read them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web import words
from shared.web.i18n import Language

ZH, EN = Language.ZH, Language.EN
LATE = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)


def test_a_moment_is_shown_on_the_centres_clock() -> None:
    """16:30 UTC is half past midnight of the next day in Zaozhuang."""
    assert words.day_and_clock(LATE, ZH) == "11 月 25 日（周三）00:30"
    assert words.day_and_clock(LATE, EN) == "Wed 25 Nov, 00:30"
    assert words.full_moment(LATE, ZH) == "2026 年 11 月 25 日（周三）00:30"
    assert words.full_moment(LATE, EN) == "Wed 25 Nov 2026, 00:30"
    assert words.clock(LATE) == "00:30"
    assert words.iso(LATE) == "2026-11-25T00:30:00+08:00"


def test_a_mark_that_turns_the_reading_about_is_shown() -> None:
    """Overrides and isolates; letters of every script stay as they are."""
    assert words.as_written("窗口\u202e医保局\u2069") == "窗口‹U+202E›医保局‹U+2069›"
    assert words.as_written("阿依古丽·买买提 شىكايەت 👨‍👩‍👧") == "阿依古丽·买买提 شىكايەت 👨‍👩‍👧"


def test_a_day_is_shown_as_it_is() -> None:
    """A date has no time zone to be moved by."""
    on = date(2026, 2, 20)
    assert words.day(on, ZH) == "2 月 20 日（周五）"
    assert words.full_day(on, EN) == "Fri 20 Feb 2026"
    assert words.iso(on) == "2026-02-20"


def test_a_naive_moment_is_refused() -> None:
    """Without a zone it would be shown eight hours wrong."""
    with pytest.raises(ValueError, match="time zone"):
        words.day(datetime(2026, 11, 24), ZH)  # noqa: DTZ001 - that is the point


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2099, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001 - bounds for naive draws
def test_the_zone_a_moment_is_given_in_does_not_matter(naive: datetime, hours: int) -> None:
    """The same moment reads the same, whichever zone carried it."""
    moment = naive.replace(tzinfo=UTC)
    moved = moment.astimezone(timezone(timedelta(hours=hours)))
    assert words.full_moment(moment, ZH) == words.full_moment(moved, ZH)
    assert words.iso(moment) == words.iso(moved)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KB"),
        (430_080, "420 KB"),
        (1_887_436, "1.8 MB"),
        (20 * 1024 * 1024, "20 MB"),
    ],
)
def test_sizes_are_shown_in_the_largest_unit_that_fits(count: int, shown: str) -> None:
    """Bytes, then kilobytes, then megabytes with one decimal where it says something."""
    assert words.size(count) == shown


@pytest.mark.parametrize(
    ("number", "numeral"),
    [(1, "一"), (10, "十"), (11, "十一"), (18, "十八"), (20, "二十"), (25, "二十五"), (99, "九十九")],
)
def test_articles_are_numbered_in_chinese_numerals(number: int, numeral: str) -> None:
    """As the Measure writes them."""
    assert words.chinese_numeral(number) == numeral


@pytest.mark.parametrize("number", [-1, 0, 100])
def test_a_number_without_a_numeral_is_refused(number: int) -> None:
    """There is no article 0 and none of three digits."""
    with pytest.raises(ValueError, match=str(number)):
        words.chinese_numeral(number)


@pytest.mark.parametrize(
    ("numbers", "zh", "en"),
    [
        (("14",), "第十四条", "art. 14"),
        (("14", "16"), "第十四、十六条", "arts. 14, 16"),
        (("18.2",), "第十八条第二项", "art. 18.2"),
        (("11-13",), "第十一至十三条", "art. 11-13"),
        (("18.2", "18.3"), "第十八条第二、三项", "arts. 18.2, 18.3"),
        (("10.4", "16"), "第十条第四项、第十六条", "arts. 10.4, 16"),
        (("annex 2",), "附件 2", "annex 2"),
        (("18.4", "annex 3"), "第十八条第四项、附件 3", "art. 18.4, annex 3"),
    ],
)
def test_articles_are_cited_as_one_reads_them(numbers: tuple[str, ...], zh: str, en: str) -> None:
    """Paragraphs of one article are drawn together; annexes are named as such."""
    assert words.articles(numbers, ZH) == zh
    assert words.articles(numbers, EN) == en
