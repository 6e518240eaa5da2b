"""Reasons that programs of intake wrote into its rows, for readers of either language.

Law of this file: what stands in the tables of the domain is said in both languages, found by the Chinese that the row keeps;
what a person wrote, and what no table holds, stays as it was written.
"""

from __future__ import annotations

from services.intake.channel_watch import BY_ITSELF, FOLDER_OPENS, FORM_WORKS
from services.intake.domain.mail_class import CLASSES
from services.intake.domain.scan_text import WHAT_TO_DO as SCANS
from services.intake.readers.spreadsheet import WHAT_TO_DO as SPREADSHEETS
from services.intake.scan_reading import WHY_LOOK
from shared.web.i18n import Bilingual

_TABLES = (
    SCANS.values(),
    SPREADSHEETS.values(),
    WHY_LOOK.values(),
    (row.reason for row in CLASSES),
    (BY_ITSELF, FORM_WORKS, FOLDER_OPENS),
)
_ENGLISH = {said.chinese: said.english for table in _TABLES for said in table}


def stored_words(text: str) -> Bilingual:
    """The text in both languages; the same in both where it has no English."""
    return Bilingual(text, _ENGLISH.get(text, text))
