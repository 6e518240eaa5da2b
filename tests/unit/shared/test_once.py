"""What marks a request as the same again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.once import KeyReused, once


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_two_marks_are_equal_only_for_the_same_scope_and_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    """However scope and key are put together, no other pair gives the same mark."""
    assert (once(*one, b"").key == once(*other, b"").key) == (one == other)


@given(st.text(st.characters(exclude_categories=())), st.binary())
def test_a_mark_fits_its_column_and_holds_nothing_of_the_key(key: str, content: bytes) -> None:
    """64 hex digits each, whatever a stranger sends as a key, lone surrogates too."""
    mark = once("web_page", key, content)
    assert all(len(part) == 64 and set(part) <= set("0123456789abcdef") for part in (mark.key, mark.digest))


def test_the_same_key_for_another_content_is_refused() -> None:
    """The same content passes, another doesn't."""
    first = once("fax", "k", b"one")
    once("fax", "k", b"one").check(first.digest)
    with pytest.raises(KeyReused):
        once("fax", "k", b"two").check(first.digest)
