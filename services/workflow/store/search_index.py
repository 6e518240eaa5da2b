"""The search index: keyed hashes of neighbouring characters, so that Chinese is found without a word list and without clear text.

Law of this file: what rests in the index is 64 bits of an HMAC under the ring's index key; a stolen index says nothing and
can't be tried out. A case is indexed after it was registered, by a task, so that registering costs nothing for it. A hash may
lie (two pairs, one hash; all pairs, another order): whoever asks the index opens what it found and looks again.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, func, select

from services.workflow.store.tables import search_tokens
from shared.contracts.complaint import ComplaintReceived
from shared.sealing import KeyRing

MOST_TOKENS = 4000
"""Of one case; a longer text is found by its first pages."""


class Field(StrEnum):
    """Where something is looked for. A name is never found by a search of the text, nor the other way round."""

    TEXT = "text"
    NAME = "name"
    PHONE = "phone"


def folded(text: str) -> str:
    """Text as it is compared: one form of each character, no case, only letters, digits and ideographs."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


def texts_of(complaint: ComplaintReceived) -> dict[Field, str]:
    """What is searchable of a complaint, by field; blank where it holds none."""
    target = complaint.target
    told = (complaint.facts, complaint.demand, target.unit, target.window, target.staff, target.desk_number)
    return {
        Field.TEXT: "\n".join(each for each in told if each),
        Field.NAME: complaint.complainant.name or "",
        Field.PHONE: complaint.complainant.phone or "",
    }


def tokens_of(ring: KeyRing, complaint: ComplaintReceived) -> set[int]:
    """All tokens of a complaint, single characters included, so that one character finds something too."""
    found: set[int] = set()
    for field, text in texts_of(complaint).items():
        bare = folded(text)
        grams = [bare] if field is Field.PHONE else [*_pairs(bare), *bare]
        found.update(_token(ring, field, gram) for gram in dict.fromkeys(grams[: MOST_TOKENS * 2]) if gram)
    return found


def tokens_asked(ring: KeyRing, field: Field, asked: str) -> set[int]:
    """What a case must hold to come into question; empty where nothing searchable was asked."""
    bare = folded(asked)
    if field is Field.PHONE or len(bare) == 1:
        return {_token(ring, field, bare)} if bare else set()
    return {_token(ring, field, pair) for pair in _pairs(bare)}


def cases_with(tokens: Iterable[int]) -> Select[Any]:
    """The numbers of the cases that hold every one of these tokens."""
    wanted = sorted(tokens)
    query = select(search_tokens.c.number).where(search_tokens.c.token.in_(wanted)).group_by(search_tokens.c.number)
    return query.having(func.count() == len(wanted))


def _pairs(bare: str) -> list[str]:
    return [first + second for first, second in pairwise(bare)]


def _token(ring: KeyRing, field: Field, gram: str) -> int:
    digest = hmac.digest(ring.index_key, f"search:{field.value}:{gram}".encode(), "sha256")
    return int.from_bytes(digest[:8], signed=True)
