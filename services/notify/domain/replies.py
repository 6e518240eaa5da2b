"""What people text back, where a provider brings it: an opt-out, how satisfied they are, or something for a person.

Law of this file: only an unmistakable answer is taken as one; everything else is a note that a person reads, and so is
any answer of somebody with several open cases, because nobody can tell which one is meant. It must not know numbers.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from shared.contracts.values import Satisfaction


class Meaning(StrEnum):
    """What a text means to us."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    NOTE = "note"


WORDS: dict[Meaning, frozenset[str]] = {
    Meaning.OPT_OUT: frozenset({"stop", "unsubscribe", "td", "t", "退订", "取消订阅", "拒收"}),
    Meaning.OPT_IN: frozenset({"start", "unstop", "恢复", "订阅"}),
    Meaning.SATISFIED: frozenset({"1", "满意", "很满意", "非常满意", "satisfied"}),
    Meaning.DISSATISFIED: frozenset({"2", "不满意", "很不满意", "dissatisfied"}),
}
"""The whole text, folded, must be one of these: ``11``, ``1 2`` and ``不太满意`` are for a person."""

SATISFACTION: dict[Meaning, Satisfaction] = {
    Meaning.SATISFIED: Satisfaction.SATISFIED,
    Meaning.DISSATISFIED: Satisfaction.DISSATISFIED,
}

_EDGES = re.compile(r"^[\s.,!。，！、]+|[\s.,!。，！、]+$")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a text was taken to mean, and whether a person has to look."""

    meaning: Meaning
    needs_person: bool


def read_reply(text: str, *, open_cases: int) -> Reply:
    """Read a text from a number with so many open cases. Full-width characters are folded (NFKC)."""
    folded = _EDGES.sub("", unicodedata.normalize("NFKC", text)).casefold()
    meaning = next((meaning for meaning, words in WORDS.items() if folded in words), Meaning.NOTE)
    if meaning in SATISFACTION and open_cases != 1:
        return Reply(Meaning.NOTE, needs_person=True)
    return Reply(meaning, needs_person=meaning is Meaning.NOTE)
