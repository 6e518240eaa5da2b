"""How far a reading is from what was written: character error rate, as the OCR figures of this project are counted.

Law of this file: blanks and the width of punctuation don't count, since a reader can't see them; everything else does.
"""

import re
import unicodedata

from rapidfuzz.distance import Levenshtein

SAME = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "。": ".", "、": ",", "—": "-"})


def character_error(read: str, written: str) -> float:
    """Edits per written character, from 0."""
    return Levenshtein.distance(_bare(read), _bare(written)) / len(_bare(written))


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(SAME)
