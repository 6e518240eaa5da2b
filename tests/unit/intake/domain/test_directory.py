"""The unit and the window that people mean, however they write it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.directory import Entry, Found
from services.intake.spelling import directory_of
from shared.centre import load_centre

CENTRE = load_centre()
DIRECTORY = directory_of(CENTRE)
MEDICAL = "市医疗保障局"

MEANT: tuple[tuple[str | None, str | None, str | None, str | None], ...] = (
    ("市医疗保障局", None, MEDICAL, None),
    ("医保局", "A07", MEDICAL, "A07 医保报销"),
    (" 医保 ", "a7", MEDICAL, "A07 医保报销"),
    ("ybj", "Ａ０９号窗口", MEDICAL, "A09 异地就医备案"),
    ("YBJ", "生育津贴", MEDICAL, "A11 生育津贴"),
    ("市医疗保章局", None, MEDICAL, None),
    ("公积金中新", "贷款", "市住房公积金管理中心", "C04 贷款"),
    (None, "E04", "市公安局（出入境、户政）", "E04 取证"),
    ("税务局", "Z99", "市税务局", "Z99"),
    ("火星分局", "Z1", "火星分局", "Z1"),
    (None, None, None, None),
    ("（）", None, "（）", None),
)


@pytest.mark.parametrize(("unit", "window", "found_unit", "found_window"), MEANT)
def test_a_place_is_found_by_name_alias_initials_or_with_a_slip(
    unit: str | None, window: str | None, found_unit: str | None, found_window: str | None
) -> None:
    """One row a way of writing; what fits none stays as it was said."""
    found = DIRECTORY.resolve(unit, window)
    assert (found.unit, found.window, found.candidates) == (found_unit, found_window, ())


def test_what_fits_two_stays_as_said_and_lists_them() -> None:
    """Nothing is guessed between two."""
    entries = (Entry("东区税务局", ("税务",)), Entry("西区税务局", ("税务",)))
    two = type(DIRECTORY)(entries, DIRECTORY.likeness, DIRECTORY.initials)
    assert two.resolve("税务", "1") == Found("税务", "1", ("东区税务局", "西区税务局"))
    assert two.resolve("区税务局", None).candidates == ("东区税务局", "西区税务局")


@settings(deadline=None)
@given(st.sampled_from(DIRECTORY.entries), st.data())
def test_every_name_of_every_unit_finds_it_and_its_windows(entry: Entry, data: st.DataObject) -> None:
    """Each spelling, with each window by number or name."""
    spelling = data.draw(st.sampled_from(entry.spellings))
    window = data.draw(st.sampled_from(entry.windows))
    said = data.draw(st.sampled_from([window, window.split()[0], window.split()[0].lower(), window.split()[1]]))
    assert DIRECTORY.resolve(spelling, said) == Found(entry.name, window)


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_said_is_either_a_place_of_the_directory_or_what_was_said(unit: str, window: str) -> None:
    """Nothing else comes out, and nothing breaks."""
    found = DIRECTORY.resolve(unit, window)
    assert found.unit in {unit, *(entry.name for entry in DIRECTORY.entries)}
    assert found.window == window or any(found.window in entry.windows for entry in DIRECTORY.entries)
