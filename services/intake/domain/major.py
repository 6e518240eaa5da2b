"""Hints that a matter may be a major one (重大事项), which art. 7 wants in writing.

Law of this file: a hint is shown to a person and decides nothing; only a person (or the complainant) sets ``major``. The
regulation does not define the word, so the list is the office's and lives here where everybody can see it.
"""

from __future__ import annotations

HINTS: tuple[str, ...] = (
    "人身伤害",
    "死亡",
    "自杀",
    "群体",
    "集体上访",
    "行贿",
    "受贿",
    "贪污",
    "索要红包",
    "泄露个人信息",
    "重大损失",
)


def major_hints(text: str) -> list[str]:
    """Which of the words stand in the text."""
    return [hint for hint in HINTS if hint in text]
