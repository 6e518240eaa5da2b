"""What people text back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.replies import WORDS, Meaning, read_reply

READ: dict[str, Meaning] = {
    "1": Meaning.SATISFIED,
    "１": Meaning.SATISFIED,
    "1.": Meaning.SATISFIED,
    " 1 ": Meaning.SATISFIED,
    "满意": Meaning.SATISFIED,
    "满意！": Meaning.SATISFIED,
    "2": Meaning.DISSATISFIED,
    "不满意": Meaning.DISSATISFIED,
    "11": Meaning.NOTE,
    "1 2": Meaning.NOTE,
    "12": Meaning.NOTE,
    "不太满意": Meaning.NOTE,
    "满意吗": Meaning.NOTE,
    "": Meaning.NOTE,
    "STOP": Meaning.OPT_OUT,
    "stop.": Meaning.OPT_OUT,
    "TD": Meaning.OPT_OUT,
    "ＴＤ": Meaning.OPT_OUT,
    "退订": Meaning.OPT_OUT,
    "start": Meaning.OPT_IN,
    "恢复": Meaning.OPT_IN,
    "请不要退订我": Meaning.NOTE,
    "我还要投诉" * 100: Meaning.NOTE,
}


@pytest.mark.parametrize(("text", "meaning"), READ.items())
def test_a_reply_means_what_it_unmistakably_says(text: str, meaning: Meaning) -> None:
    """Opt-outs and answers are read in their usual forms; everything else is for a person."""
    assert read_reply(text, open_cases=1) is meaning


@pytest.mark.parametrize("open_cases", [0, 2, 3])
@pytest.mark.parametrize("text", ["1", "不满意"])
def test_nobody_guesses_which_case_is_meant(text: str, open_cases: int) -> None:
    """An answer of somebody with several open cases, or none, is a note, and a person decides."""
    assert read_reply(text, open_cases=open_cases) is Meaning.NOTE


@pytest.mark.parametrize("open_cases", [0, 1, 3])
def test_an_opt_out_needs_no_case(open_cases: int) -> None:
    """退订 is about the number, however many cases there are."""
    assert read_reply("退订", open_cases=open_cases) is Meaning.OPT_OUT


def test_no_word_means_two_things() -> None:
    """Each word stands in one row."""
    words = [word for row in WORDS.values() for word in row]
    assert len(words) == len(set(words))


def test_only_an_opt_out_or_in_is_settled_without_a_person() -> None:
    """How satisfied somebody is counts only once the office recorded it (art. 18.5)."""
    assert {meaning for meaning in Meaning if not meaning.needs_person} == {Meaning.OPT_OUT, Meaning.OPT_IN}


@given(text=st.text(max_size=200), open_cases=st.integers(0, 5))
def test_any_text_is_read(text: str, open_cases: int) -> None:
    """Nothing that anybody texts makes the reader raise."""
    assert read_reply(text, open_cases=open_cases) in Meaning
