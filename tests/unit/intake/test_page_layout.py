"""Reading order, and text fit to be kept."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.readers.page_layout import clean, rows_of

Piece = tuple[float, float]
"""Where a piece's middle is, and how high it is."""


def rows(*pieces: Piece) -> list[list[Piece]]:
    """The pieces in rows."""
    return rows_of(pieces, middle=lambda piece: piece[0], height=lambda piece: piece[1])


def test_pieces_on_one_height_are_one_row() -> None:
    """Half a line's height apart is the next row, less is the same."""
    assert rows((100, 40), (119, 40)) == [[(100, 40), (119, 40)]]
    assert rows((100, 40), (120, 40)) == [[(100, 40)], [(120, 40)]]


def test_rows_come_from_the_top_whatever_order_the_pieces_were_found_in() -> None:
    """The engine finds lines in any order."""
    assert rows((300, 40), (100, 40), (200, 40)) == [[(100, 40)], [(200, 40)], [(300, 40)]]
    assert rows() == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(1, 90)), max_size=30))
def test_no_piece_is_lost_or_doubled(pieces: list[Piece]) -> None:
    """However they lie, every piece stands in one row."""
    assert sorted(piece for row in rows(*pieces) for piece in row) == sorted(pieces)


CLEANED = [
    ("  我叫孟庆兰\n", "我叫孟庆兰"),
    ("cafe\u0301", "caf\u00e9"),
    ("e\u200d\u0301", "\u00e9"),
    ("a\tb\r\nc", "a b  c"),
    ("abc\u202edef\u2066\u200b\ufeff", "abcdef"),
    ("\x00\x07\x1b[31m红", "[31m红"),
    ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    ("=1+1", "=1+1"),
    ("\ud800", ""),
]


@pytest.mark.parametrize(("text", "kept"), CLEANED)
def test_text_is_kept_as_it_stands_without_what_can_not_be_seen(text: str, kept: str) -> None:
    """Control and direction characters go; what only looks dangerous stays, and is text."""
    assert clean(text) == kept


@settings(deadline=None)
@given(st.text())
def test_clean_text_stays_clean(text: str) -> None:
    """NFC, printable or blank, and cleaning it again changes nothing."""
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
