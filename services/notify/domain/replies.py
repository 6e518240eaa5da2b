"""What people text back, where a provider brings it: an opt-out, how satisfied they are, or something for a person.

Law of this file: only an unmistakable answer is taken as one; everything else is a note that a person reads, and so is
any answer of somebody with several open cases, because nobody can tell which one is meant. It must not know numbers.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Meaning(StrEnum):
    """What a text means to us."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    NOTE = "note"

    @property
    def needs_person(self) -> bool:
        """Whether a person has to look: how satisfied somebody is counts only once the office recorded it (art. 18.5)."""
        return self not in {Meaning.OPT_OUT, Meaning.OPT_IN}


WORDS: dict[Meaning, frozenset[str]] = {
    Meaning.OPT_OUT: frozenset({"stop", "unsubscribe", "td", "t", "退订", "取消订阅", "拒收"}),
    Meaning.OPT_IN: frozenset({"start", "unstop", "恢复", "订阅"}),
    Meaning.SATISFIED: frozenset({"1", "满意", "很满意", "非常满意", "satisfied"}),
    Meaning.DISSATISFIED: frozenset({"2", "不满意", "很不满意", "dissatisfied"}),
}
"""The whole text, folded, must be one of these: ``11``, ``1 2`` and ``不太满意`` are for a person."""

_OF_ONE_CASE = frozenset({Meaning.SATISFIED, Meaning.DISSATISFIED})
_EDGES = re.compile(r"^[\s.,!。，！、]+|[\s.,!。，！、]+$")


def read_reply(text: str, *, open_cases: int) -> Meaning:
    """Read a text from a number with so many open cases. Full-width characters are folded (NFKC)."""
    folded = _EDGES.sub("", unicodedata.normalize("NFKC", text)).casefold()
    meaning = next((meaning for meaning, words in WORDS.items() if folded in words), Meaning.NOTE)
    return Meaning.NOTE if meaning in _OF_ONE_CASE and open_cases != 1 else meaning
