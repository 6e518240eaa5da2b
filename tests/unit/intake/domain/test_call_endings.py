"""The table of reasons for which a call is no complaint."""

import pytest

from services.intake.domain.call_endings import ENDINGS, Ending, Row, lacks_note


def test_every_reason_has_its_row_and_words_of_its_own() -> None:
    """None is told by the words of another, in either language."""
    assert [row.ending for row in ENDINGS] == list(Ending)
    assert len({row.chinese for row in ENDINGS}) == len({row.english for row in ENDINGS}) == len(ENDINGS)


@pytest.mark.parametrize("row", ENDINGS, ids=lambda row: row.ending)
def test_a_note_is_asked_for_where_the_reason_says_nothing(row: Row) -> None:
    """Blanks are no note; elsewhere it may stay empty."""
    assert [lacks_note(row.ending, note) for note in (None, "  ", "查号台")] == [row.needs_note, row.needs_note, False]
