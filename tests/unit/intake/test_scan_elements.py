"""What is offered from the text of a scan, and how surely."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from services.intake.domain.scan_elements import (
    BANDS,
    Band,
    Offer,
    Offered,
    Place,
    band_of,
    fold,
    has_valid_check_digit,
    offers_in,
)
from services.intake.domain.scan_text import Box, Line, Page, ScanText

DIRECTORY = (
    Place(Offered.UNIT, "市税务局", ("税务局", "市税务局")),
    Place(Offered.UNIT, "市住房公积金管理中心", ("公积金中心", "市住房公积金管理中心")),
    Place(Offered.WINDOW, "D06 房产交易税", ("D06", "房产交易税窗口")),
    Place(Offered.WINDOW, "C02 提取", ("C02",)),
)


def a_scan(text: str, *, score: float = 0.99, unsure: tuple[int, ...] = ()) -> ScanText:
    """A one-page scan of ``text``, each of its lines read with the same score and doubts."""
    box = Box(left=0.1, top=0.1, right=0.9, bottom=0.2)
    rows = enumerate(text.split("\n"))
    lines = tuple(Line(text=line, box=box, score=score, row=row, unsure=unsure) for row, line in rows)
    return ScanText(pages=(Page(number=1, lines=lines),), pages_in_file=1)


def offered(text: str, element: Offered) -> list[str]:
    """The values offered for one element."""
    return [offer.value for offer in offers_in(a_scan(text), DIRECTORY) if offer.element is element]


def only_offer(scan: ScanText) -> Offer:
    """The one offer of a scan."""
    (offer,) = offers_in(scan, DIRECTORY)
    return offer


FOUND = [
    (Offered.NAME, "我叫孟庆兰，家住薛城区", ["孟庆兰"]),
    (Offered.NAME, "投诉人：秦茂林电话：1", ["秦茂林"]),
    (Offered.NAME, "姓名\n欧阳修远\n", ["欧阳修远"]),
    (Offered.NAME, "本人张镕玥，女", ["张镕玥"]),
    (Offered.NAME, "我叫王昇堃。投诉人:王昇堃", ["王昇堃"]),
    (Offered.NAME, "被投诉人：巩建国。", []),
    (Offered.NAME, "被投诉人姓名：巩建国。", []),
    (Offered.NAME, "本人于昨日到窗口，", []),
    (Offered.NAME, "我叫他等一下", []),
    (Offered.STAFF, "被投诉人：巩建国。", ["巩建国"]),
    (Offered.STAFF, "窗口一位姓巩的工作人员", ["姓巩"]),
    (Offered.PHONE, "电话：138 0000 7165", ["+8613800007165"]),
    (Offered.PHONE, "电话：１３８００００７１６５", ["+8613800007165"]),
    (Offered.PHONE, "+86 138-0000-7165", ["+8613800007165"]),
    (Offered.PHONE, "（0632）331 8000 或 010-61230000", ["+866323318000", "+861061230000"]),
    (Offered.PHONE, "受理号138000071650", []),
    (Offered.PHONE, "身份证11010519491231002X", []),
    (Offered.ID_CARD, "身份证号:11010519491231002x", ["11010519491231002X"]),
    (Offered.ID_CARD, "110105 19491231 002X", ["11010519491231002X"]),
    (Offered.ID_CARD, "身份证号:110105194912310021", []),
    (Offered.ADDRESS, "家住市中区文化路18号。十一月", ["市中区文化路18号"]),
    (Offered.UNIT, "到市税务局办事", ["市税务局"]),
    (Offered.UNIT, "公积金中心和税务局", ["市住房公积金管理中心", "市税务局"]),
    (Offered.WINDOW, "到Ｄ06房产交易税窗口", ["D06 房产交易税"]),
    (Offered.WINDOW, "到Z99窗口", []),
    (Offered.DESK_NUMBER, "窗口工位号为C02-1的", ["C02-1"]),
    (Offered.OCCURRED_AT, "2026年11月20日上午\n十点左右，我到", ["2026年11月20日上午十点"]),
    (Offered.OCCURRED_AT, "十一月二十日，我到", ["十一月二十日"]),
    (Offered.OCCURRED_AT, "昨天下午三点半我又去", ["昨天下午三点半"]),
    (Offered.OCCURRED_AT, "以上属实。\n2026年11月23日\n", []),
    (Offered.DEMAND, "诉求：一、查清原因；\n二、书面答复。谢谢。", ["一、查清原因；二、书面答复"]),
    (Offered.DEMAND, "请求：1、退费。2、道歉。此致", ["1、退费。2、道歉"]),
    (Offered.DEMAND, "等了一天。希望尽快答复。", ["尽快答复"]),
    (Offered.DEMAND, "工作人员要求我取现金。", []),
]


@pytest.mark.article("9", "15")
@pytest.mark.parametrize(("element", "text", "values"), FOUND)
def test_elements_of_the_record_are_found_behind_their_cues(element: Offered, text: str, values: list[str]) -> None:
    """The elements of arts. 9 and 15 are offered where the letter names them, and only there."""
    assert offered(text, element) == values


def test_an_offer_says_where_it_stands() -> None:
    """The desk can cut the very strip of the page: lines, and characters in them."""
    scan = a_scan("诉求：退费，\n并道歉。")
    offer = only_offer(scan)
    places = [(at.page, at.line, scan.lines[at.line].text[at.start : at.end]) for at in offer.sources]
    assert places == [(1, 0, "退费，"), (1, 1, "并道歉。")]
    assert offer.sources[0].box == scan.lines[0].box


CERTAINTY = [
    (0.99, (), False),
    (0.97, (), False),
    (0.969, (), True),
    (0.80, (), True),
    (0.99, (3,), True),
    (0.99, (0, 1, 20), False),
]


@pytest.mark.parametrize(("score", "unsure", "doubtful"), CERTAINTY)
def test_a_doubt_inside_what_is_offered_makes_it_doubtful(
    score: float, unsure: tuple[int, ...], doubtful: bool
) -> None:
    """A low line, or a character in the offer that the reader doubts; doubts beside it don't count."""
    offer = only_offer(a_scan("电话13800007165，谢谢大家啊。", score=score, unsure=unsure))
    assert (offer.confidence, offer.doubtful) == (score, doubtful)


def test_a_name_whose_end_is_not_clear_is_offered_as_doubtful() -> None:
    """我叫张伟今天… may be 张伟 or 张伟今."""
    offer = next(o for o in offers_in(a_scan("我叫张伟昨天去了")) if o.element is Offered.NAME)
    assert offer.value.startswith("张伟")
    assert offer.doubtful


def test_the_surest_of_equal_values_is_offered_once() -> None:
    """A number that stands twice is one offer, with the better line's confidence."""
    box = Box(left=0, top=0, right=1, bottom=1)
    lines = (
        Line(text="13800007165", box=box, score=0.80, row=0),
        Line(text="手机13800007165", box=box, score=0.99, row=1),
    )
    offer = only_offer(ScanText(pages=(Page(number=1, lines=lines),), pages_in_file=1))
    assert (offer.confidence, offer.sources[0].line) == (0.99, 1)


@pytest.mark.parametrize(
    ("confidence", "band"),
    [
        *((least, band) for least, band in BANDS),
        *((least - 0.0001, BANDS[at + 1][1]) for at, (least, _) in enumerate(BANDS[:-1])),
        (1.0, Band.PREFILL),
    ],
)
def test_bands_begin_where_the_table_says(confidence: float, band: Band) -> None:
    """At a row's bound the row holds; a hair below it the next."""
    assert band_of(confidence) is band


@settings(deadline=None)
@given(st.from_regex(r"[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|1\d|2[0-8])\d{3}", fullmatch=True))
def test_exactly_one_check_character_fits_a_citizen_number(body: str) -> None:
    """Of the eleven check characters one is right, and it is python-stdnum's (GB 11643-1999)."""
    fitting = [check for check in "0123456789X" if has_valid_check_digit(body + check)]
    assert fitting == [ric.calc_check_digit(body + "0")]


@pytest.mark.parametrize("number", ["110105194902310025", "11010519491231002", "01010519491231002X", ""])
def test_an_impossible_citizen_number_is_refused(number: str) -> None:
    """A 31 February, 17 characters, a leading zero, nothing."""
    assert not has_valid_check_digit(number)


@settings(deadline=None)
@given(st.text())
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    """Offers point into the text as it was read, so that folding must not move anything."""
    assert len(fold(text)) == len(text)


@settings(deadline=None)
@given(
    st.lists(
        st.text(alphabet="我叫孟庆兰投诉人：1380-07165年月日诉求。要,Xx（） ", min_size=1, max_size=30), max_size=8
    )
)
def test_whatever_is_offered_stands_in_the_text(lines: list[str]) -> None:
    """Nothing is invented: every offer has a source, and every source is a stretch of a line."""
    scan = a_scan("\n".join(lines) or "无")
    for offer in offers_in(scan, DIRECTORY):
        assert offer.sources
        for source in offer.sources:
            assert 0 <= source.start < source.end <= len(scan.lines[source.line].text)
