"""The header ``Idempotency-Key`` at a door."""

import pytest

from shared.once import once
from shared.web.problems import Problem
from shared.web.repetition import LONGEST_KEY, repetition


def test_without_the_header_nothing_is_a_repetition() -> None:
    """Every request then stands for itself."""
    assert repetition(None, "fax", b"") is None


@pytest.mark.parametrize("key", ["k", "a key", "键", "x" * LONGEST_KEY])
def test_visible_characters_are_a_key(key: str) -> None:
    """One to ``LONGEST_KEY`` of them, in any script."""
    assert repetition(key, "fax", b"content") == once("fax", key, b"content")


@pytest.mark.parametrize("key", ["", " ", "a\tb", "\x00", "x" * (LONGEST_KEY + 1)])
def test_anything_else_is_the_senders_fault(key: str) -> None:
    """400, the header named, its value not repeated."""
    with pytest.raises(Problem) as fault:
        repetition(key, "fax", b"")
    assert (fault.value.status, fault.value.code) == (400, "idempotency_key_malformed")
    assert [each.name for each in fault.value.fields] == ["Idempotency-Key"]
