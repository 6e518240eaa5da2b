"""Limits in words, as the pages show them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.working_time import LimitKind, LimitWords, limit_in_full, limit_words, published
from shared.working_time.words import PHRASES
from tests.unit.shared.working_time.parts import at, limit_at

NOW = "2026-11-24 10:43"  # Tuesday

OPEN = [
    # limit               kind              in Chinese                     left               when
    ("2026-11-24 17:00", LimitKind.TODAY, "今天 17:00 前", "剩 6 小时 17 分", "今天 17:00"),
    ("2026-11-24 10:44", LimitKind.TODAY, "今天 10:44 前", "剩 1 分", "今天 10:44"),
    ("2026-11-24 10:43", LimitKind.TODAY, "今天 10:43 前", "剩 0 分", "今天 10:43"),
    ("2026-11-24 12:43", LimitKind.TODAY, "今天 12:43 前", "剩 2 小时", "今天 12:43"),
    ("2026-11-25 17:00", LimitKind.SOON, "明天 17:00 前", "剩 1 天 6 小时", "明天 17:00"),
    ("2026-11-26 17:00", LimitKind.LATER, "周四 17:00 前", "剩 2 天 6 小时", "11-26 17:00"),
    ("2026-11-29 17:00", LimitKind.LATER, "周日 17:00 前", "剩 5 天 6 小时", "11-29 17:00"),
    ("2026-11-30 17:00", LimitKind.LATER, "下周一 17:00 前", "剩 6 天 6 小时", "11-30 17:00"),
    ("2026-12-06 17:00", LimitKind.LATER, "下周日 17:00 前", "剩 12 天 6 小时", "12-06 17:00"),
    ("2026-12-07 17:00", LimitKind.LATER, "12 月 7 日 17:00 前", "剩 13 天 6 小时", "12-07 17:00"),
    ("2027-03-08 17:00", LimitKind.LATER, "2027 年 3 月 8 日 17:00 前", "剩 104 天 6 小时", "2027-03-08 17:00"),
]

IN_ENGLISH = [
    ("2026-11-23 17:00", LimitWords(LimitKind.OVER, "overdue by 1 day", "", "yesterday 17:00")),
    ("2026-11-20 17:00", LimitWords(LimitKind.OVER, "overdue by 4 days", "", "20 Nov 17:00")),
    ("2026-11-24 17:00", LimitWords(LimitKind.TODAY, "by 17:00 today", "6 h 17 min left", "today 17:00")),
    ("2026-11-25 17:00", LimitWords(LimitKind.SOON, "by 17:00 tomorrow", "1 day 6 h left", "tomorrow 17:00")),
    ("2026-11-26 17:00", LimitWords(LimitKind.LATER, "by 17:00 on Thursday", "2 days 6 h left", "26 Nov 17:00")),
    ("2026-11-30 17:00", LimitWords(LimitKind.LATER, "by 17:00 on Monday next week", "6 days 6 h left", "30 Nov 17:00")),
    ("2026-12-07 17:00", LimitWords(LimitKind.LATER, "by 17:00 on 7 Dec", "13 days 6 h left", "7 Dec 17:00")),
    ("2027-03-08 17:00", LimitWords(LimitKind.LATER, "by 17:00 on 8 Mar 2027", "104 days 6 h left", "8 Mar 2027 17:00")),
]  # fmt: skip


@pytest.mark.parametrize(("limit", "kind", "words", "left", "when"), OPEN)
def test_an_open_limit(limit: str, kind: LimitKind, words: str, left: str, when: str):
    """A limit ahead is told by the nearest name its day has: today, tomorrow, this week, next week, a date."""
    assert limit_words(limit_at(limit), at(NOW)) == LimitWords(kind, words, left, when)


@pytest.mark.parametrize(
    ("limit", "words", "when"),
    [
        ("2026-11-23 17:00", "已超期 1 天", "昨天 17:00"),
        ("2026-11-20 17:00", "已超期 4 天", "11-20 17:00"),
        ("2026-11-24 09:23", "已超期 1 小时 20 分", "今天 09:23"),
        ("2026-11-24 10:42", "已超期 1 分", "今天 10:42"),
        ("2025-11-24 17:00", "已超期 365 天", "2025-11-24 17:00"),
    ],
)
def test_a_limit_that_has_passed(limit: str, words: str, when: str):
    """A limit behind is told by how long ago: by days as dates go, on the day itself by hours and minutes."""
    assert limit_words(limit_at(limit), at(NOW)) == LimitWords(LimitKind.OVER, words, "", when)


@pytest.mark.article("3")
@pytest.mark.parametrize(
    ("met_at", "kind", "words"),
    [
        ("2026-11-20 09:00", LimitKind.MET, "按时办结"),
        ("2026-11-23 17:00", LimitKind.MET, "按时办结"),  # in the very moment (Civil Code art. 203)
        ("2026-11-23 17:01", LimitKind.MISSED, "超期 1 分办结"),
        ("2026-11-23 19:30", LimitKind.MISSED, "超期 2 小时 30 分办结"),
        ("2026-11-24 08:00", LimitKind.MISSED, "超期 1 天办结"),
    ],
)
def test_a_limit_whose_matter_is_done(met_at: str, kind: LimitKind, words: str):
    """Once done, it is told whether it was in time, and by how much it wasn't; the time since makes no difference."""
    for now in (NOW, "2027-08-01 12:00"):
        said = limit_words(limit_at("2026-11-23 17:00"), at(now), at(met_at))
        assert (said.kind, said.words, said.left) == (kind, words, "")


@pytest.mark.parametrize(("limit", "said"), IN_ENGLISH)
def test_in_english(limit: str, said: LimitWords):
    """The English catalogue says the same."""
    assert limit_words(limit_at(limit), at(NOW), lang="en") == said


def test_done_in_english():
    """Done in time, or late, in English."""
    limit = limit_at("2026-11-23 17:00")
    assert limit_words(limit, at(NOW), at("2026-11-23 16:00"), "en").words == "done in time"
    assert limit_words(limit, at(NOW), at("2026-11-24 16:00"), "en").words == "done 1 day late"


@pytest.mark.parametrize(
    ("now", "limit", "kind"),
    [
        ("2026-11-27 16:00", "2026-11-30 17:00", LimitKind.SOON),  # Friday, Monday
        ("2026-11-27 16:00", "2026-12-01 17:00", LimitKind.LATER),  # Friday, Tuesday
        ("2026-09-30 16:00", "2026-10-08 17:00", LimitKind.SOON),  # over National Day
        ("2026-02-13 16:00", "2026-02-14 17:00", LimitKind.SOON),  # a make-up Saturday
    ],
)
def test_the_next_working_day_is_soon(now: str, limit: str, kind: LimitKind):
    """With a calendar, a limit on the next working day is soon, however many rest days lie between."""
    assert limit_words(limit_at(limit), at(now), calendar=published()).kind is kind


def test_without_a_calendar_only_tomorrow_is_soon():
    """Without a calendar, Monday's limit is later on a Friday."""
    assert limit_words(limit_at("2026-11-30 17:00"), at("2026-11-27 16:00")).kind is LimitKind.LATER


def test_a_provisional_limit_says_so():
    """A limit that may still move with the next notice says so, in both languages, here and on paper."""
    limit = limit_at("2027-01-04 17:00", provisional=True)
    assert limit_words(limit, at("2026-12-29 10:00")).words == "下周一 17:00 前（暂定）"
    assert limit_words(limit, at("2026-12-29 10:00"), lang="en").words == "by 17:00 on Monday next week (provisional)"
    assert limit_in_full(limit) == "2027 年 1 月 4 日（周一）17:00 前（暂定）"


def test_what_is_done_is_not_provisional():
    """Once met, nothing can move any more."""
    limit = limit_at("2027-01-04 17:00", provisional=True)
    assert limit_words(limit, at("2026-12-30 10:00"), at("2026-12-29 10:00")).words == "按时办结"


def test_in_full_for_paper():
    """On paper, which is read on another day, a limit is told with its year and weekday."""
    assert limit_in_full(limit_at("2026-11-25 17:00")) == "2026 年 11 月 25 日（周三）17:00 前"
    assert limit_in_full(limit_at("2026-11-25 17:00"), "en") == "by 17:00 on Wednesday, 25 Nov 2026"


def test_a_bare_moment_will_do():
    """A reader who was told only the moment gets the same words."""
    limit = limit_at("2026-11-25 17:00", provisional=False)
    assert limit_words(limit.moment, at(NOW)) == limit_words(limit, at(NOW))
    assert limit_in_full(limit.moment) == limit_in_full(limit)


@pytest.mark.parametrize("zone", [UTC, at(NOW).tzinfo])
def test_today_is_today_in_shanghai(zone):
    """At 00:30 on Wednesday in Shanghai it is still Tuesday in UTC; Wednesday's limit is today's."""
    now = at("2026-11-25 00:30").astimezone(zone)
    assert limit_words(limit_at("2026-11-25 17:00"), now).words == "今天 17:00 前"


def test_naive_moments_are_refused():
    """A moment without a zone is neither before nor after a limit."""
    naive = at(NOW).replace(tzinfo=None)
    for now, met_at in ((naive, None), (at(NOW), naive)):
        with pytest.raises(ValueError, match="aware"):
            limit_words(limit_at("2026-11-25 17:00"), now, met_at)


def test_both_languages_have_every_phrase():
    """The two catalogues hold the same phrases, and amounts and spans stand in the same ones."""
    assert PHRASES["zh"].keys() == PHRASES["en"].keys()
    for phrase, text in PHRASES["zh"].items():
        fields = {name for _, name, _, _ in Formatter().parse(text) if name in ("n", "span")}
        assert fields == {name for _, name, _, _ in Formatter().parse(PHRASES["en"][phrase]) if name in ("n", "span")}


moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - Hypothesis wants naive bounds and adds the zone
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


@given(moments, moments, st.none() | moments, st.sampled_from(["zh", "en"]))
def test_the_kind_follows_from_the_moments(moment, now, met_at, lang):
    """For any moments: done decides first, then whether it has passed; there is always a sentence."""
    said = limit_words(moment, now, met_at, lang)
    if met_at is not None:
        assert said.kind is (LimitKind.MET if met_at <= moment else LimitKind.MISSED)
    else:
        assert (said.kind is LimitKind.OVER) == (now > moment)
        assert (said.kind in (LimitKind.TODAY, LimitKind.SOON, LimitKind.LATER)) == (now <= moment)
    assert said.words
    assert said.when
    assert "{" not in said.words + said.left + said.when


@given(moments, st.timedeltas(timedelta(), timedelta(days=30)))
@example(at(NOW), timedelta(seconds=1))
@example(at(NOW), timedelta())
def test_more_than_nothing_left_is_never_told_as_nothing(now, left):
    """A minute begun counts as one, so that nobody is told of nothing left while there is."""
    said = limit_words(now + left, now)
    assert (said.left == "剩 0 分") == (left == timedelta())
