"""Bars of the monthly report: as long as their figures say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.domain.composition import portions


@pytest.mark.article("21")
@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (["118件", "59件", ""], (1.0, 0.5, 0.0)),
        (["39.8%", "19.9%"], (1.0, 0.5)),
        (["1,000", "500"], (1.0, 0.5)),
        (["0", "无"], (0.0, 0.0)),
        ([], ()),
    ],
)
def test_a_bar_is_its_figure_s_part_of_the_greatest(figures: list[str], expected: tuple[float, ...]) -> None:
    """With whatever unit stands behind it; what is no figure has no bar."""
    assert portions(figures) == expected


@given(st.lists(st.integers(0, 10**6)))
def test_no_bar_is_longer_than_its_cell(numbers: list[int]) -> None:
    """Between nothing and the whole, and the greatest is the whole."""
    found = portions([str(number) for number in numbers])
    assert all(0 <= portion <= 1 for portion in found)
    assert max(found, default=0) == (1 if any(numbers) else 0)
