"""Segments of a text message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.segments import GSM7, GSM7_EXTENSION, size_of

COUNTS: dict[str, tuple[str, str, int]] = {
    "nothing": ("", "GSM-7", 1),
    "70 Chinese": ("中" * 70, "UCS-2", 1),
    "71 Chinese": ("中" * 71, "UCS-2", 2),
    "134 Chinese": ("中" * 134, "UCS-2", 2),
    "135 Chinese": ("中" * 135, "UCS-2", 3),
    "500 Chinese": ("中" * 500, "UCS-2", 8),
    "536 Chinese": ("中" * 536, "UCS-2", 8),
    "537 Chinese": ("中" * 537, "UCS-2", 9),
    "160 Latin": ("a" * 160, "GSM-7", 1),
    "161 Latin": ("a" * 161, "GSM-7", 2),
    "306 Latin": ("a" * 306, "GSM-7", 2),
    "307 Latin": ("a" * 307, "GSM-7", 3),
    "80 euros": ("€" * 80, "GSM-7", 1),
    "81 euros": ("€" * 81, "GSM-7", 2),
    "one Chinese among Latin": ("a" * 70 + "中", "UCS-2", 2),
    "35 emoji": ("😀" * 35, "UCS-2", 1),
    "36 emoji": ("😀" * 36, "UCS-2", 2),
    "67 emoji: 33 fit a segment": ("😀" * 67, "UCS-2", 3),
    "ext-B characters weigh two": ("𠮷" * 36, "UCS-2", 2),
    "a pair is not cut in two": ("中" * 66 + "😀" + "中" * 66, "UCS-2", 3),
    "an escape is not cut in two": ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),
}


@pytest.mark.parametrize(("text", "encoding", "segments"), COUNTS.values(), ids=COUNTS)
def test_a_text_takes_its_segments(text: str, encoding: str, segments: int) -> None:
    """70 and 67 for Chinese, 160 and 153 for GSM-7; pairs and escapes are kept whole."""
    size = size_of(text)
    assert (size.encoding, size.segments) == (encoding, segments)


@given(text=st.text(max_size=700))
def test_the_count_lies_between_what_is_possible(text: str) -> None:
    """Whatever the text, its segments lie between full ones and ones that each lack a unit for a pair kept whole."""
    size = size_of(text)
    one, chained = (160, 153) if size.encoding == "GSM-7" else (70, 67)
    assert size.units >= len(text)
    if size.units <= one:
        assert size.segments == 1
    else:
        assert -(-size.units // chained) <= size.segments <= -(-size.units // (chained - 1))


@given(text=st.text(alphabet=sorted(GSM7 | GSM7_EXTENSION), max_size=200))
def test_the_default_alphabet_needs_no_ucs_2(text: str) -> None:
    """Text of the default alphabet and its extension is sent in septets."""
    assert size_of(text).encoding == "GSM-7"


@given(text=st.text(max_size=200))
def test_ucs_2_counts_utf_16_units(text: str) -> None:
    """In UCS-2 the units are those of UTF-16."""
    size = size_of(text)
    if size.encoding == "UCS-2":
        assert size.units == len(text.encode("utf-16-le", "surrogatepass")) // 2
