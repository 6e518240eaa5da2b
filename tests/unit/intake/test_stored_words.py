"""What programs of intake wrote into their rows, on pages in either language."""

import re

import pytest

from services.intake.channel_watch import BY_ITSELF, FOLDER_OPENS, FORM_WORKS
from services.intake.domain.mail_class import CLASSES
from services.intake.domain.scan_text import WHAT_TO_DO as SCANS
from services.intake.readers.spreadsheet import WHAT_TO_DO as SPREADSHEETS
from services.intake.scan_reading import WHY_LOOK
from services.intake.web.stored_words import stored_words

EVERY = [
    BY_ITSELF,
    FORM_WORKS,
    FOLDER_OPENS,
    *SCANS.values(),
    *SPREADSHEETS.values(),
    *WHY_LOOK.values(),
    *(row.reason for row in CLASSES),
]


@pytest.mark.parametrize("said", EVERY, ids=lambda said: said.english)
def test_what_a_table_says_is_found_again_by_the_chinese_that_a_row_keeps(said):
    """In English there is no Chinese left, and no name of a program's own."""
    found = stored_words(said.chinese)
    assert (found.zh, found.en) == (said.chinese, said.english)
    assert not re.search("[\u4e00-\u9fff_]", found.en)


def test_what_a_person_wrote_stays_as_it_was_written():
    """It is in no table."""
    assert stored_words("读不清，请重发").en == "读不清，请重发"
