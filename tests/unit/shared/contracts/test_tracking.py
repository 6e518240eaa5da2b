"""Tracking codes: a slip of the pen is told apart from an unknown code, and every way of writing one is read."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.contracts.tracking import (
    ALPHABET,
    LENGTH,
    TrackingCode,
    check_character,
    new_tracking_code,
    read_tracking_code,
    show_tracking_code,
)
from tests.parts.contract_samples import CODES

PLACES = st.integers(0, LENGTH - 1)


def test_the_alphabet_is_crockfords():
    """Thirty-two characters, without I, L, O and U."""
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


def test_new_codes_are_well_formed_and_differ():
    """Fresh codes are ten characters that read back as themselves, and none comes twice."""
    codes = {new_tracking_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(read_tracking_code(code) == code and len(code) == LENGTH for code in codes)


@given(CODES, PLACES, st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_caught(code: str, place: int, wrong: str):
    """A code with one character replaced by another is no code."""
    changed = code[:place] + wrong + code[place + 1 :]
    assert (read_tracking_code(changed) is None) == (changed != code)


@given(CODES, st.integers(0, LENGTH - 2))
def test_neighbours_swapped_are_caught_unless_they_are_zero_and_z(code: str, place: int):
    """The one pair that the check character doesn't tell apart is 0 and Z, next to each other."""
    left, right = code[place], code[place + 1]
    swapped = code[:place] + right + left + code[place + 2 :]
    unseen = left == right or {left, right} == {"0", "Z"}
    assert (read_tracking_code(swapped) is None) == (not unseen)


def test_no_other_pair_of_neighbours_passes():
    """Of all 992 ordered pairs of different characters exactly the two of 0 and Z swap unseen."""
    unseen = {
        left + right
        for left in ALPHABET
        for right in ALPHABET
        if left != right and check_character("0000000" + left + right) == check_character("0000000" + right + left)
    }
    assert unseen == {"0Z", "Z0"}


FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "as shown": show_tracking_code,
    "lower case": str.lower,
    "full width": lambda code: code.translate(FULL_WIDTH),
    "with blanks": lambda code: f"  {code[:3]} {code[3:6]}\u3000{code[6:]}\t\n",
    "with a dash of another kind": lambda code: f"{code[:5]}–{code[5:]}",
    "with the letters that look like digits": lambda code: code.replace("1", "l").replace("0", "o"),
    "with capital i": lambda code: code.replace("1", "I").replace("0", "O"),
}


@pytest.mark.parametrize("way", WRITTEN)
@given(code=CODES)
def test_every_way_of_writing_a_code_is_read(way: str, code: str):
    """However a person writes the code down, it is read as the same."""
    assert read_tracking_code(WRITTEN[way](code)) == code


@given(st.text())
def test_any_text_is_a_code_or_none(text: str):
    """Whatever is typed gives a well-formed code or None, never an exception."""
    code = read_tracking_code(text)
    assert code is None or (len(code) == LENGTH and set(code) <= set(ALPHABET))


@pytest.mark.parametrize("text", ["", "0", "0" * 9, "0" * 11, "UUUUUUUUUU", "2QW8H-N5T0", "投诉投诉投诉投诉投诉"])
def test_what_is_no_code_is_none(text: str):
    """Too short, too long, or of other characters: None."""
    assert read_tracking_code(text) is None


def test_a_model_takes_any_writing_and_keeps_the_code():
    """In a message the code is always in its one form; what isn't one is refused without being repeated."""
    code = new_tracking_code()
    reader = TypeAdapter(TrackingCode)
    assert reader.validate_python(show_tracking_code(code).lower()) == code
    with pytest.raises(ValidationError, match="not a tracking code"):
        reader.validate_python("0000000001")
