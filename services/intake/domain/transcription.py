"""Marks that a transcriber sets where paper can't be read: one character, or a stretch of it.

Law of this file: what can't be read is marked and never guessed; the marks are counted, so that a reader of the register
sees how much of a slip or letter is missing. The table is what the desk shows as help.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "[?]": "一个字认不出",
        "[…]": "一段认不出",
        "[涂]": "被涂改、划掉",
    }
)
_WRITTEN = re.compile(r"\[(\?|？|…|\.{3}|涂)\]|【(\?|？|…|涂)】")
_MEANT = {"?": "[?]", "？": "[?]", "…": "[…]", "...": "[…]", "涂": "[涂]"}


def marked(text: str) -> str:
    """The text with every mark as the table writes it, however it was typed: 【？】 is [?]."""
    return _WRITTEN.sub(lambda found: _MEANT[found[1] or found[2]], text)


def illegible(text: str) -> int:
    """How many marks stand in a text."""
    return sum(marked(text).count(mark) for mark in MARKS)
