"""Text stays text: what a person wrote is all there, and what can't be seen is made visible."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.domain.printable import breakable, first_lines, lines_needed, visible, width


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("a\x00b", "a[U+0000]b"),
        ("\x07", "[U+0007]"),
        ("a\u202eb", "a[U+202E]b"),
        ("\ufeffa", "[U+FEFF]a"),
        ("a\ufffe", "a[U+FFFE]"),
        ("a\ud800b", "a[U+D800]b"),
        ("a\U0001fffeb", "a[U+1FFFE]b"),
        ("a\U000e0041b", "a[U+E0041]b"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("a\tb", "a    b"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("𠮷 ☑ é ุ", "𠮷 ☑ é ุ"),
    ],
)
def test_what_no_paper_carries_is_written_out(written, printed):
    """Controls, direction marks, lone surrogates and noncharacters are named; everything else is left alone."""
    assert visible(written) == printed


@given(st.text())
def test_visible_text_can_stand_in_xml_and_reads_in_one_direction(text):
    """No control but the line end, no surrogate, no direction override is left (XML 1.0 §2.2)."""
    shown = visible(text)
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in {"Cc", "Cs"}]
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


@given(st.text())
def test_making_visible_twice_changes_nothing(text):
    """A preview and the document show the same."""
    assert visible(visible(text)) == visible(text)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x9FFF), max_size=200), st.integers(5, 40))
def test_the_first_lines_are_a_beginning_of_the_text_that_takes_no_more_lines(text, measure):
    """What stands in a cell is the beginning of what stands on the attached page."""
    beginning = first_lines(text, measure, 3)
    assert text.startswith(beginning)
    assert lines_needed(beginning, measure) <= 3


@given(st.text(alphabet="枣ab\n", max_size=200), st.integers(5, 40))
def test_all_of_the_lines_are_all_of_the_text(text, measure):
    """Nothing is lost at a line's end."""
    assert first_lines(text, measure, lines_needed(text, measure)) == text


@pytest.mark.parametrize(
    ("text", "lines"), [("", 1), ("枣" * 10, 1), ("枣" * 11, 2), ("a\nb", 2), ("a\n\nb", 3), ("枣" * 21, 3)]
)
def test_a_chinese_character_is_as_wide_as_the_type(text, lines):
    """Ten stand on a line of ten."""
    assert lines_needed(text, 10) == lines


def test_latin_letters_are_narrower():
    """A letter is a little more than half as wide."""
    assert width("枣") == 1
    assert 0.5 <= width("a") < 0.6


@given(st.text())
def test_breaking_places_change_no_character(text):
    """Only zero-width spaces are put in, and only into long runs without a blank."""
    broken = breakable(text)
    assert broken.replace("\u200b", "") == text.replace("\u200b", "")
    if not any(len(run) >= 24 for run in text.split()):
        assert broken == text


def test_a_long_address_can_be_broken_everywhere():
    """No run of Latin characters longer than a dozen is left, so that none leaves its cell."""
    assert max(map(len, breakable("https://example.com/" + "a" * 200).split("\u200b"))) == 12


@pytest.mark.parametrize("letter", ["ж", "א", "e\u0301\u0327", "ก็", "[U+202E]א", "—"])
def test_a_long_run_of_any_script_can_be_broken_but_never_within_a_letter(letter):
    """Cyrillic, Hebrew, letters with marks upon them: short pieces, each beginning with a letter and not with its mark."""
    pieces = breakable(letter * 200).split("\u200b")
    assert max(map(len, pieces)) <= 12 + len(letter)
    assert not any(unicodedata.category(piece[0]).startswith("M") for piece in pieces)


def test_chinese_is_left_as_it_is():
    """It breaks anywhere by itself, and so do emoji."""
    assert breakable("枣庄市，" * 50 + "👍🏽" * 50) == "枣庄市，" * 50 + "👍🏽" * 50
