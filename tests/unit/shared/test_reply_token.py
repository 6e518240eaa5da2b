"""The mark by which a reply finds its complaint: survives mail programs, and can't be forged."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.tracking import new_tracking_code, show_tracking_code
from shared.reply_token import ReplyToken, marked, read_tokens

KEY = b"k" * 32
CODE = "2QW8HN5T08"
ZHANG = "zhang@example.cn"

PROGRAMS = {
    "a reply": "Re: {}",
    "a Chinese reply": "答复：回复: {}",
    "a forward with remarks": "转发: {} 请看",
    "full width": "{full}",
    "blanks at a fold": "{folded}",
    "lower case": "{lower}",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_mark_survives_what_mail_programs_do(program: str) -> None:
    """Prefixes, width, folding and case don't matter."""
    subject = marked("投诉已收到", CODE, ZHANG, KEY)
    full = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in subject)
    said = PROGRAMS[program].format(subject, full=full, folded=subject.replace("/", " /\t"), lower=subject.lower())
    [token] = read_tokens(said)
    assert token.tracking_code == CODE
    assert token.holds_for(ZHANG, KEY)


def test_a_seal_is_for_one_address_one_code_and_one_key() -> None:
    """Whoever is sent a mark can't use it for another complaint or as another person."""
    [token] = read_tokens(marked("x", CODE, ZHANG, KEY))
    other = ReplyToken(new_tracking_code(), token.seal)
    assert token.holds_for(ZHANG.upper(), KEY)
    assert not token.holds_for("li@example.cn", KEY)
    assert not token.holds_for(ZHANG, b"o" * 32)
    assert not other.holds_for(ZHANG, KEY)


def test_a_code_alone_is_read_and_proves_nothing() -> None:
    """Somebody may write the number down; it stays a claim."""
    [token] = read_tokens(f"关于受理 {show_tracking_code(CODE)}")
    assert token == ReplyToken(CODE, None)
    assert not token.holds_for(ZHANG, KEY)


def test_a_code_that_can_be_none_is_not_read() -> None:
    """The check character is wrong."""
    assert read_tokens("[受理 2QW8H-N5T09/0000000000]") == ()


@given(st.text(max_size=600))
def test_no_subject_breaks_the_reading(subject: str) -> None:
    """A stranger writes it."""
    assert len(read_tokens(subject)) <= 3


@given(st.emails(), st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]), max_size=80))
def test_what_is_marked_is_read(recipient: str, subject: str) -> None:
    """For every recipient and subject."""
    code = new_tracking_code()
    tokens = read_tokens(marked(re.sub("受理", "", subject), code, recipient, KEY))
    assert [token.holds_for(recipient, KEY) for token in tokens if token.tracking_code == code] == [True]
