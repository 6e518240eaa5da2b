"""What was read from a scan, as a value."""

import pytest

from services.intake.domain.scan_text import (
    WHAT_TO_DO,
    Box,
    FaxTags,
    Line,
    Page,
    ScanText,
    Turn,
    Unreadable,
    UnreadableScan,
)

BOX = Box(left=0, top=0, right=1, bottom=0.1)


def a_line(text: str = "投诉信", *, score: float = 0.99, row: int = 0) -> Line:
    """A line of a page."""
    return Line(text=text, box=BOX, score=score, row=row)


def a_scan(*pages: Page, **changes: object) -> ScanText:
    """A scan of the given pages."""
    return ScanText.model_validate({"pages": pages, "pages_in_file": max(1, len(pages)), **changes})


def test_lines_of_one_row_are_parted_by_a_space_and_rows_by_a_line_break() -> None:
    """A page's text keeps the rows that a person sees."""
    page = Page(number=1, lines=(a_line("姓名"), a_line("孟庆兰"), a_line("电话", row=1)))
    assert page.text == "姓名 孟庆兰\n电话"


def test_pages_are_parted_by_an_empty_line_and_blank_ones_leave_none() -> None:
    """A blank back side between two pages can't be seen in the text."""
    scan = a_scan(
        Page(number=1, lines=(a_line("甲"),)), Page(number=2), Page(number=3, lines=(a_line("乙"), a_line("丙", row=1)))
    )
    assert scan.text == "甲\n\n乙\n丙"


def test_confidence_is_the_mean_over_all_lines_of_all_pages() -> None:
    """Two lines of one page weigh as much as two of two pages, and a scan without lines has none."""
    one = Page(number=1, lines=(a_line(score=0.9), a_line(score=1.0)))
    other = Page(number=2, lines=(a_line(score=0.8),))
    assert a_scan(one, other).confidence == pytest.approx(0.9)
    assert one.score == pytest.approx(0.95)
    assert a_scan(Page(number=1)).confidence == 0


HEADERS = [
    ("2026-11-24 08:56 FROM: 06320000188 TO: 06320000121 P.01/02", "06320000188"),
    ("2026-11-24 08:56 FR0M：0632-0000188 TO：1", "0632-0000188"),
    ("24/11 08:56 from +86 632 0000188 page 1", "+86 632 0000188"),
    ("FROM: 鲁泉文印", None),
    ("", None),
]


@pytest.mark.parametrize(("header", "number"), HEADERS)
def test_sender_is_read_from_the_printed_strip(header: str, number: str | None) -> None:
    """The strip's number is found though the reader may take O for 0."""
    assert a_scan(Page(number=1), Page(number=2, header=header), pages_in_file=2).sender == number


def test_the_fax_servers_word_goes_before_the_printed_strip() -> None:
    """What the machines told each other is surer than what was printed and read."""
    page = Page(number=1, header="FROM: 06320000188")
    assert a_scan(page, fax=FaxTags(sender="+86 632 1111111")).sender == "+86 632 1111111"
    assert a_scan(page, fax=FaxTags()).sender == "06320000188"


def test_pages_that_nobody_read_are_named() -> None:
    """Damaged in the middle and past the limit: a person knows which to look at."""
    scan = a_scan(Page(number=1), Page(number=3), pages_in_file=5)
    assert (scan.is_complete, scan.unread) == (False, (2, 4, 5))
    assert a_scan(Page(number=1)).is_complete


def test_a_scan_survives_being_stored_as_json() -> None:
    """The desk opens tomorrow what was read today."""
    scan = a_scan(Page(number=1, lines=(a_line(),), turn=Turn.UPSIDE_DOWN), fax=FaxTags(sender="1"))
    assert ScanText.model_validate_json(scan.model_dump_json()) == scan


def test_every_reason_tells_a_person_in_chinese_what_to_do() -> None:
    """No reason without a sentence, no sentence without a next step."""
    assert set(WHAT_TO_DO) == set(Unreadable)
    assert all(any(word in text.chinese for word in ("请", "录入")) for text in WHAT_TO_DO.values())


def test_a_reason_may_be_given_by_its_name_and_no_other() -> None:
    """A reason comes back from the worker as text; an unknown one is our bug."""
    assert UnreadableScan("timeout").reason is Unreadable.TIMEOUT
    with pytest.raises(ValueError, match="nonsense"):
        UnreadableScan("nonsense")
